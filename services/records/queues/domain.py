"""The queues that the registry keeps, and who does their work."""

from collections.abc import Collection
from enum import StrEnum

from kernel.identity import Role


class QueueName(StrEnum):
    """One kind of work that waits for somebody."""

    RESCANS = "rescans"
    """Sets of pages scanned again."""
    SETS = "sets"
    """Sets of images to inspect."""
    FORMS = "forms"
    """Forms to key, once or a second time."""
    DISPUTES = "disputes"
    """Forms on which keyers differ."""
    REVIEW_CASES = "review_cases"
    MERGINGS = "mergings"
    """Merges and splits that somebody else has asked for."""
    TRANSFERS = "transfers"
    """Dossiers on their way to the caller's units."""
    OVERDUE = "overdue"
    """Papers that should be back."""
    WRONG_SHELF = "wrong_shelf"
    EXPORTS = "exports"
    """Exports that failed."""
    LOTS = "lots"
    """Lots of keying that failed."""


ROLES: dict[QueueName, frozenset[Role]] = {
    QueueName.RESCANS: frozenset({Role.INSPECTOR}),
    QueueName.SETS: frozenset({Role.INSPECTOR}),
    QueueName.FORMS: frozenset({Role.KEYER, Role.INSPECTOR}),
    QueueName.DISPUTES: frozenset({Role.KEYER, Role.INSPECTOR}),
    QueueName.REVIEW_CASES: frozenset({Role.INSPECTOR, Role.KEEPER, Role.UNIT_LEADER}),
    QueueName.MERGINGS: frozenset({Role.INSPECTOR, Role.KEEPER, Role.UNIT_LEADER}),
    QueueName.TRANSFERS: frozenset({Role.KEEPER, Role.UNIT_LEADER}),
    QueueName.OVERDUE: frozenset({Role.KEEPER, Role.SCAN_OPERATOR}),
    QueueName.WRONG_SHELF: frozenset({Role.KEEPER, Role.SCAN_OPERATOR}),
    QueueName.EXPORTS: frozenset({Role.KEEPER, Role.UNIT_LEADER}),
    QueueName.LOTS: frozenset({Role.UNIT_LEADER, Role.PROVINCE_LEADER}),
}
"""Who does the work, as each slice checks it; an administrator does all of it."""

MOST = 100
"""Items that are counted; beyond it a queue says "more"."""
MOST_AT_ONCE = {
    QueueName.RESCANS: 1000, QueueName.SETS: 1000, QueueName.FORMS: 1000, QueueName.DISPUTES: 1000,
}  # fmt: skip
"""Where work comes in thousands, and its screen counts so far too."""


def queues_of(roles: Collection[Role]) -> tuple[QueueName, ...]:
    """The queues of somebody with these roles, in the order of `QueueName`."""
    held = frozenset(roles)
    every = Role.ADMINISTRATOR in held
    return tuple(name for name in QueueName if every or held & ROLES[name])


def most_of(name: QueueName) -> int:
    """How far a queue is counted."""
    return MOST_AT_ONCE.get(name, MOST)

"""Who must say why personal data is read, and what counts as saying so."""

import pytest

from kernel.errors import PurposeRequired
from kernel.identity import UNSTATED, Identity, Role


def officer(purpose: str, *roles: Role) -> Identity:
    """An officer with a purpose."""
    return Identity(subject="officer:1", roles=frozenset(roles), purpose=purpose)


@pytest.mark.parametrize("purpose", ["", UNSTATED, ".", "....", "a b c d", "12345 67890"])
def test_no_purpose(purpose: str) -> None:
    """Nothing, the gateway's word for nothing, marks, a few letters, digits alone."""
    clerk = officer(purpose, Role.CLERK, Role.KEEPER)
    for roles in ((), (Role.CLERK,)):
        with pytest.raises(PurposeRequired):
            clerk.require_purpose(*roles)
    officer(purpose, Role.KEEPER).require_purpose(Role.CLERK)


def test_a_purpose_in_words() -> None:
    """A few words are enough, with marks or without."""
    officer("Cấp căn cước", Role.CLERK).require_purpose()
    officer("xac minh", Role.CLERK).require_purpose(Role.CLERK)


def test_who_only_looks_up() -> None:
    """A clerk and nothing else; whoever works on the archive too sees it as it is."""
    assert officer("", Role.CLERK).only_looks_up
    assert not officer("", Role.CLERK, Role.KEEPER).only_looks_up
    assert not officer("", Role.AUDITOR).only_looks_up
    assert not officer("").only_looks_up

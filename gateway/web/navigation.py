"""Where an officer can go: the entries of the side bar and of "go to" (Ctrl+K), by role."""

from collections.abc import Collection
from dataclasses import dataclass

from gateway.web.translation import N_
from kernel.identity import Role

MAY_KEY = frozenset({Role.KEYER, Role.INSPECTOR, Role.ADMINISTRATOR})
MAY_SUPERVISE = frozenset({Role.UNIT_LEADER, Role.PROVINCE_LEADER, Role.ADMINISTRATOR})
MAY_INSPECT = frozenset({Role.INSPECTOR, Role.ADMINISTRATOR})
MAY_IMPORT = frozenset({Role.KEYER, Role.KEEPER, Role.UNIT_LEADER, Role.ADMINISTRATOR})
"""Roles that may send lists, as records checks them."""
MAY_CARRY = frozenset({Role.KEEPER, Role.SCAN_OPERATOR, Role.ADMINISTRATOR})
"""Roles that carry paper about, as records checks them."""
MAY_LAY_OUT = frozenset({Role.KEEPER, Role.ADMINISTRATOR})
"""Roles that make, rename and close the places of a store, as records checks them."""
MAY_ENTER = frozenset({Role.KEYER, Role.INSPECTOR, Role.KEEPER, Role.ADMINISTRATOR})
"""Roles that may enter dossiers, as records checks them."""
MAY_MERGE = frozenset({Role.INSPECTOR, Role.KEEPER, Role.UNIT_LEADER, Role.ADMINISTRATOR})
"""Roles that resolve review cases, decide on merges and reconcile records, as records checks them."""
MAY_PREPARE = frozenset({Role.KEEPER, Role.SCAN_OPERATOR, Role.ADMINISTRATOR})
"""Roles that survey papers and print for them, as records and imaging check them."""
MAY_LOOK_UP = frozenset({Role.CLERK, Role.KEEPER, Role.UNIT_LEADER, Role.ADMINISTRATOR})
"""Roles that serve citizens from the archive."""
MAY_EXPORT = frozenset({Role.KEEPER, Role.UNIT_LEADER, Role.ADMINISTRATOR})
"""Roles that may send dossiers out, as records checks them."""
MAY_TRANSFER = frozenset({Role.KEEPER, Role.UNIT_LEADER, Role.ADMINISTRATOR})
"""Roles that send and take over dossiers, as records checks them."""
MAY_AUDIT = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Entry:
    """One screen in the side bar."""

    path: str
    name: str
    """Vietnamese; translated when rendered."""
    icon: str
    """Name in `icons.svg`."""
    key: str
    """Digit or letter that goes there after G."""
    roles: frozenset[Role] = frozenset()
    """Who sees it; empty: everybody."""
    in_hand: bool = False
    """Whether it stays in the bar of a phone, where only some have room."""

    def holds(self, path: str) -> bool:
        """Whether a page with this path belongs to the entry."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


@dataclass(frozen=True)
class Group:
    """Entries under one heading."""

    name: str
    entries: tuple[Entry, ...]


GROUPS = (
    Group("", (Entry("/", N_("Việc của tôi"), "inbox", "1", in_hand=True),)),
    Group(
        N_("Số hoá"),
        (
            Entry("/preparation", N_("Chuẩn bị hồ sơ"), "list", "w", MAY_PREPARE),
            Entry("/batches", N_("Lô quét"), "layers", "2"),
            Entry("/inspection", N_("Kiểm tra ảnh"), "image", "7", MAY_INSPECT),
            Entry("/keying", N_("Nhập liệu"), "keyboard", "6", MAY_KEY),
        ),
    ),
    Group(
        N_("Tàng thư"),
        (
            Entry("/dossiers", N_("Hồ sơ"), "folder", "3", in_hand=True),
            Entry("/search", N_("Tra cứu"), "search", "4", in_hand=True),
            Entry("/shelves", N_("Kho giấy"), "shelf", "s", MAY_CARRY, in_hand=True),
            Entry("/imports", N_("Nhập danh sách"), "text", "i", MAY_IMPORT),
            Entry("/review-cases", N_("Điểm cần xem xét"), "question", "r", MAY_MERGE),
            Entry("/reconciliation", N_("Đối soát"), "check", "e", MAY_MERGE),
            Entry("/lookup", N_("Một cửa"), "person", "c", MAY_LOOK_UP),
            Entry("/exports", N_("Gửi ra ngoài"), "send", "x", MAY_EXPORT),
            Entry("/transfers", N_("Chuyển hồ sơ"), "swap", "t", MAY_TRANSFER),
        ),
    ),
    Group(
        N_("Điều hành"),
        (
            Entry("/progress", N_("Tiến độ"), "chart", "5"),
            Entry("/units", N_("Đơn vị"), "home", "u"),
            Entry("/supervision", N_("Giám sát"), "eye", "8", MAY_SUPERVISE),
            Entry("/policies", N_("Cách nhập"), "sliders", "p", MAY_SUPERVISE),
            Entry("/editions", N_("Mẫu biểu mới"), "fit", "m", MAY_SUPERVISE),
            Entry("/audit", N_("Nhật ký"), "history", "a", MAY_AUDIT),
            Entry("/dead-letters", N_("Thông điệp lỗi"), "letter", "9", ADMINISTRATORS),
        ),
    ),
)


def groups_for(roles: Collection[Role]) -> list[Group]:
    """The groups with the entries that somebody with these roles sees; empty groups are left out."""
    held = frozenset(roles)
    seen = (Group(one.name, tuple(e for e in one.entries if not e.roles or e.roles & held)) for one in GROUPS)
    return [one for one in seen if one.entries]

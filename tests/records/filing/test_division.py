"""Dividing a batch's pages into dossiers."""

import uuid
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from contracts.vocabulary import GroupingMethod, PageContent
from services.records.filing.domain import Group, Scan, divide_batch


def scan(
    *, refused: bool = False, reference: str | None = None, cover: str | None = None, is_cover: bool = False
) -> Scan:
    """One scanned page."""
    content = PageContent.COVER_SHEET if is_cover or cover else PageContent.TEXT
    return Scan(uuid.uuid4(), refused, content, reference, cover)


def shape(groups: Sequence[Group]) -> list[tuple[str | None, int, int]]:
    """Reference, number and size of each group."""
    return [(group.reference, group.number, len(group.pages)) for group in groups]


def test_by_reference_gathers_what_belongs_together() -> None:
    """Pages of one reference are one dossier wherever they lie; those without need attention."""
    scans = [scan(reference="A"), scan(reference="B"), scan(), scan(reference="A"), scan(refused=True)]
    groups = divide_batch(scans, GroupingMethod.REFERENCE, None)
    assert shape(groups) == [("A", 1, 2), ("B", 2, 1), (None, 0, 1)]
    assert [group.attention for group in groups] == [False, False, True]


def test_cover_opens_its_dossier_and_is_first_in_it() -> None:
    """Pages before the first cover lie apart; a repeated cover goes on with its dossier."""
    scans = [scan(), scan(cover="A"), scan(), scan(cover="B"), scan(refused=True), scan(cover="A"), scan()]
    groups = divide_batch(scans, GroupingMethod.COVER_SHEET, None)
    assert shape(groups) == [(None, 0, 1), ("A", 1, 4), ("B", 2, 1)]
    assert groups[1].pages[0] == scans[1].page_id
    assert groups[0].attention


def test_cover_without_reference_needs_attention() -> None:
    """Two covers that name nothing open two dossiers that somebody must look at."""
    groups = divide_batch(
        [scan(is_cover=True), scan(), scan(is_cover=True)], GroupingMethod.COVER_SHEET, None
    )
    assert shape(groups) == [(None, 1, 2), (None, 2, 1)]
    assert all(group.attention for group in groups)


def test_refused_page_keeps_its_place() -> None:
    """With two pages per dossier a refused third page leaves the second dossier one short, no later one."""
    scans = [
        scan(),
        scan(),
        scan(refused=True),
        scan(),
        scan(),
        scan(),
        scan(refused=True),
        scan(refused=True),
    ]
    groups = divide_batch(scans, GroupingMethod.FIXED_PAGES, 2)
    assert shape(groups) == [(None, 1, 2), (None, 2, 1), (None, 3, 2)]


@given(
    scans=st.lists(
        st.builds(
            Scan,
            st.uuids(),
            st.booleans(),
            st.sampled_from(PageContent),
            st.sampled_from([None, "A", "B"]),
            st.sampled_from([None, "A", "C"]),
        ),
        unique_by=lambda scan: scan.page_id,
    ),
    method=st.sampled_from(GroupingMethod),
    size=st.one_of(st.none(), st.integers(-1, 4)),
)
def test_every_accepted_page_is_in_one_group(
    scans: list[Scan], method: GroupingMethod, size: int | None
) -> None:
    """Nothing is lost or doubled, no refused page is filed, no reference names two groups."""
    groups = divide_batch(scans, method, size)
    filed = [page for group in groups for page in group.pages]
    assert sorted(filed) == sorted(scan.page_id for scan in scans if not scan.refused)
    named = [group.reference for group in groups if group.reference]
    assert len(named) == len(set(named))
    places = [group.number for group in groups if not group.reference]
    assert len(places) == len(set(places))

"""Which pages are looked at, and when a sample condemns the rest."""

import uuid

from contracts.inspection import inspection_defects
from contracts.vocabulary import PageContent, Verdict
from services.records.inspection.domain import Candidate, chosen, condemns, digest_of, in_sets


def lot(count: int, content: PageContent, verdict: Verdict = Verdict.PASS) -> list[Candidate]:
    """Pages of one class."""
    return [Candidate(uuid.uuid4(), content, verdict) for _ in range(count)]


def test_every_written_page_is_looked_at_and_blank_ones_are_sampled() -> None:
    """Cover sheets are not looked at; blank pages that imaging doubts are, sample or not."""
    text, blank = lot(30, PageContent.TEXT), lot(300, PageContent.BLANK)
    doubted, covers = lot(5, PageContent.BLANK, Verdict.WARN), lot(3, PageContent.COVER_SHEET)
    found = chosen("identity", [*text, *blank, *doubted, *covers], "batch")
    assert all(found[page.page_id] for page in [*text, *doubted])
    assert not any(page.page_id in found for page in covers)
    picked = sum(found[page.page_id] for page in blank)
    assert 45 <= picked <= 50, "50 of 305, some of which may be among those that are doubted"
    assert found == chosen("identity", [*covers, *doubted, *blank, *text], "batch")


def test_a_sample_condemns_its_class_alone() -> None:
    """More failures than the acceptance number; where all are looked at there is nothing to condemn."""
    assert not condemns("identity", "blank", 305, 1)
    assert condemns("identity", "blank", 305, 2)
    assert not condemns("identity", "text", 305, 100)


def test_sets_hold_forty_in_order() -> None:
    """The last one holds what is left."""
    pages = [uuid.uuid4() for _ in range(85)]
    assert [len(one) for one in in_sets(pages)] == [40, 40, 5]
    assert [page for one in in_sets(pages) for page in one] == pages


def test_answers_are_told_apart_by_what_they_say() -> None:
    """Order does not matter, pages and defects do."""
    one, other = uuid.uuid4(), uuid.uuid4()
    assert digest_of({one: "tilted", other: "covered"}) == digest_of({other: "covered", one: "tilted"})
    assert len({digest_of({}), digest_of({one: "tilted"}), digest_of({one: "covered"})}) == 3


def test_each_digit_marks_one_defect_in_both_languages() -> None:
    """1 to 9, each with a title and with what the scan operator is told."""
    defects = inspection_defects()
    assert [one.key for one in defects.values()] == list("123456789")
    assert all(one.title and one.title_en and one.advice and one.advice_en for one in defects.values())

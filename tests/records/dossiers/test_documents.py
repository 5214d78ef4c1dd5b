"""How a dossier's pages make documents."""

import uuid
from dataclasses import replace

from contracts.vocabulary import DossierKind, PageContent
from services.records.dossiers.domain import (
    PageFacts,
    divide,
    document_types,
    normalise_reference,
    type_for_form,
)

BATCH = uuid.uuid4()


def page(
    form: str | None = None,
    content: PageContent = PageContent.TEXT,
    *,
    read: bool = True,
    names: bool = False,
    batch: uuid.UUID = BATCH,
) -> PageFacts:
    """One filed page."""
    return PageFacts(uuid.uuid4(), batch, content, read, form, None, names)


def shape(*pages: PageFacts, kind: DossierKind = DossierKind.RESIDENCE) -> list[tuple[str, int]]:
    """Type and size of each document."""
    return [(plan.type, len(plan.pages)) for plan in divide(pages, kind)]


def test_one_form_is_one_document_until_it_names_the_next_person() -> None:
    """Two members' declarations of two pages each are two documents."""
    front, back = page("HK01", names=True), page("HK01")
    assert shape(front, back, page("HK01", names=True), page("HK01")) == [("member_declaration", 2)] * 2


def test_blank_backs_belong_to_their_sheet() -> None:
    """A blank page follows its front; at the very front it goes with what comes next."""
    blank = page(content=PageContent.BLANK)
    cover = page(content=PageContent.COVER_SHEET)
    assert shape(cover, page("CT01"), blank, page()) == [
        ("cover_sheet", 1), ("residence_change_declaration", 2), ("other", 1),
    ]  # fmt: skip
    assert shape(page(content=PageContent.BLANK), page("CT01")) == [("residence_change_declaration", 2)]
    assert shape(page(content=PageContent.BLANK)) == [("blank", 1)]


def test_unread_pages_are_unclassified() -> None:
    """Before recognition nothing is claimed of a page."""
    assert shape(page(read=False), page(read=False), page("CT01")) == [
        ("unclassified", 2), ("residence_change_declaration", 1),
    ]  # fmt: skip


def test_what_people_say_divides_nothing() -> None:
    """A decided type names the document that the page opens; on a page behind it means nothing."""
    front, back = page("HK01", names=True), page("HK01")
    typed = replace(front, opens=True, type="household_move_paper")
    assert shape(typed, back, page("CT01")) == [
        ("household_move_paper", 2), ("residence_change_declaration", 1),
    ]  # fmt: skip
    (plan,) = divide([front, replace(back, type="other")], DossierKind.RESIDENCE)
    assert (plan.type, plan.form) == ("member_declaration", "HK01")
    (plan,) = divide([replace(page(read=False), type="fingerprint_card")], DossierKind.IDENTITY)
    assert (plan.type, plan.form) == ("fingerprint_card", None)


def test_later_batch_adds_documents() -> None:
    """Pages of another batch never join an earlier batch's document."""
    assert shape(page("HK02"), page("HK02", batch=uuid.uuid4())) == [("household_change_report", 1)] * 2


def test_identity_forms_have_their_types() -> None:
    """A form of the other archive, or one nobody knows, is another paper."""
    assert type_for_form(DossierKind.IDENTITY, "CC01") == "cccd_declaration"
    assert type_for_form(DossierKind.IDENTITY, "CMND-9") == "cmnd_declaration"
    assert type_for_form(DossierKind.IDENTITY, "HK01") == "other"
    assert type_for_form(DossierKind.IDENTITY, None) == "other"


def test_types_follow_the_circular() -> None:
    """Legal order is TT 80/2011 Art. 10: change report, member declaration, move paper, …, other."""
    types = document_types()
    order = ["proposal_note", "household_change_report", "member_declaration", "household_move_paper",
             "lawful_dwelling_proof", "condition_proof", "verification_slip", "household_book",
             "change_notice", "other"]  # fmt: skip
    ranks = [types[code].legal_order for code in order]
    assert ranks == sorted(set(ranks))


def test_references_compare_as_people_mean_them() -> None:
    """NFD and stray spaces make no second dossier."""
    assert normalise_reference("  HK  Nguye\u0302\u0303n 1 ") == "HK Nguyễn 1"
    assert normalise_reference("  ") is None

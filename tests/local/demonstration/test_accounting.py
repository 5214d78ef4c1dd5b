"""The comparison with the drawn truth: every page lost, doubled, misfiled or misread is noticed."""

import uuid
from dataclasses import replace

import pytest

from local.demonstration.accounting import Account, Received, account_for
from local.demonstration.api import Dossier, DossierField, PageRow
from local.demonstration.looking_up import ReadName, most_telling, names_read, unmarked
from local.demonstration.plan import PlannedField, PlannedFile, PlannedPage, Shipment

NAME = "Nguyễn Thị Đẹp"


def _page(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


def _good() -> Received:
    """Two identity dossiers of two pages; the back of the second one was damaged on purpose."""
    fields = (PlannedField("full_name", NAME, NAME), PlannedField("birth_date", "1/2/1960", "1960-02-01"))
    front = PlannedPage("text", "1", "CC01", "2019", "print", fields)
    files = (
        PlannedFile("1.jpg", (front,)),
        PlannedFile("2.jpg", (PlannedPage("blank", "1"),)),
        PlannedFile("3.jpg", (replace(front, dossier="2", mode="handwriting"),)),
        PlannedFile("4.jpg", (PlannedPage("blank", "2", remark="damaged"),), refused=True),
    )
    ids = {"1": uuid.UUID(int=101), "2": uuid.UUID(int=102)}

    def row(sequence: int, state: str, content: str | None, dossier: str | None) -> PageRow:
        return PageRow(
            page_id=_page(sequence),
            sequence=sequence,
            page_no=1,
            state=state,
            content=content,
            dossier_id=ids[dossier] if dossier else None,
        )

    rows = (
        row(1, "filed", "text", "1"),
        row(2, "filed", "blank", "1"),
        row(3, "filed", "text", "2"),
        row(4, "refused", None, None),
    )
    dossiers = {
        ids["1"]: Dossier(
            id=ids["1"],
            fields=(
                DossierField(page_id=_page(1), name="full_name", text=NAME),
                DossierField(page_id=_page(1), name="birth_date", text="01/02/1960", value="1960-02-01"),
            ),
        ),
        ids["2"]: Dossier(
            id=ids["2"], fields=(DossierField(page_id=_page(3), name="full_name", text="Nguyễn Thị Dẹp"),)
        ),
    }
    return Received(Shipment("city", "941", "identity", "fixed-pages:2", files), rows, dossiers)


def _account(received: Received) -> Account:
    return account_for([received])


def test_everything_in_its_place() -> None:
    """Three filed pages and one refused as planned balance, and the scores tell print from handwriting."""
    account = _account(_good())
    assert account.balanced
    assert (account.pages, account.filed, account.refused_as_planned) == (4, 3, 1)
    assert (account.dossiers, account.dossiers_planned) == (2, 2)
    assert account.scores["full_name", "print"].share == 1.0
    assert account.scores["birth_date", "print"].exact == 1
    assert account.scores["full_name", "handwriting"].read == 1
    assert account.scores["full_name", "handwriting"].exact == 0
    assert account.scores["birth_date", "handwriting"].read == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[:1] + rows[2:],
        lambda rows: (*rows, rows[0]),
        lambda rows: (*rows, rows[0].model_copy(update={"sequence": 9})),
        lambda rows: (rows[0].model_copy(update={"state": "recognised"}), *rows[1:]),
        lambda rows: (rows[0].model_copy(update={"state": "refused", "reason": "damaged"}), *rows[1:]),
        lambda rows: (*rows[:3], rows[3].model_copy(update={"state": "filed"})),
    ],
    ids=["lost", "twice", "unknown", "unfinished", "refused without reason", "damaged yet filed"],
)
def test_unaccounted_pages_are_noticed(change: object) -> None:
    """A page that is lost, doubled, unknown, stuck, wrongly refused or wrongly filed breaks the balance."""
    assert callable(change)
    good = _good()
    account = _account(replace(good, rows=change(good.rows)))
    assert len(account.unaccounted) == 1
    assert not account.balanced


def test_pages_in_the_wrong_dossier_are_noticed() -> None:
    """A page filed with its neighbour's dossier breaks the balance."""
    good = _good()
    moved = good.rows[1].model_copy(update={"dossier_id": uuid.UUID(int=102)})
    assert _account(replace(good, rows=(good.rows[0], moved, *good.rows[2:]))).misfiled


def test_wrong_reference_is_noticed() -> None:
    """A residence dossier must carry the reference on its paper."""
    good = _good()
    home = replace(good, shipment=replace(good.shipment, kind="residence"))
    assert len(_account(home).misfiled) == 2
    named = {
        dossier_id: dossier.model_copy(update={"reference": str(number)})
        for number, (dossier_id, dossier) in enumerate(good.dossiers.items(), 1)
    }
    assert _account(replace(home, dossiers=named)).balanced


def test_wrong_content_is_shown_and_invented_values_are_counted() -> None:
    """A blank taken for text is shown without failing; a value on it counts as invented."""
    good = _good()
    taken = good.rows[1].model_copy(update={"content": "text"})
    first, second = good.dossiers.values()
    invented = DossierField(page_id=_page(2), name="number", text="123", value="123")
    dossiers = {first.id: first.model_copy(update={"fields": (*first.fields, invented)}), second.id: second}
    account = _account(replace(good, rows=(good.rows[0], taken, *good.rows[2:]), dossiers=dossiers))
    assert account.balanced
    assert len(account.misjudged) == 1
    assert account.invented == 1


def test_search_prefers_a_name_that_was_read_exactly() -> None:
    """The exactly read name is searched for, a misread one only for want of it; đ is typed as d."""
    names = list(names_read([_good()]))
    assert names == [ReadName(NAME, exact=True), ReadName("Nguyễn Thị Dẹp", exact=False)]
    assert most_telling(names) == names[0]
    assert most_telling(names[1:]) == names[1]
    assert most_telling([]) is None
    assert unmarked(NAME) == "nguyen thi dep"

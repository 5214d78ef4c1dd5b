"""One box finds people: with and without marks, in part, with a typing error, by number and by parents."""

from collections.abc import Iterable
from typing import Any

import pytest

from contracts.vocabulary import GroupingMethod
from tests.records.conftest import RunningRegistry
from tests.records.events import Batch, reading

UNIT = "949"
PEOPLE = [
    ("Nguyễn Văn An", "365111222", "1960", "Nguyễn Văn Cả", "Trần Thị Bưởi"),
    ("Nguyễn Văn Ân", "365111333", "1961", "Nguyễn Văn Hai", "Lý Thị Cam"),
    ("Nguyễn Văn Anh", "094060001234", "1960", "Thạch Dương", "Sơn Thị Đào"),
    ("THẠCH THỊ SÔ PHIA", "365444555", "1972", "Thạch Kim", "Danh Thị Hồng"),
    ("Trần Thị Thủy", "365777888", "1985", "Trần Văn Bưởi", "Lâm Thị Nguyệt"),
    ("Đặng Hoà", "365999000", "1985", "Đặng Văn Lúa", "Quách Mỹ Lệ"),
]


@pytest.fixture(scope="module", autouse=True)
def people(registry: RunningRegistry) -> None:
    """PEOPLE, each in an identity dossier of one page."""
    names = ("full_name", "number", "birth_date", "father_name", "mother_name")
    keys = registry.store_readings(*(reading(dict(zip(names, person, strict=True))) for person in PEOPLE))
    batch = Batch(grouping=GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit=UNIT)
    numbered = list(enumerate(keys, 1))
    registry.publish(
        batch.opened(),
        *(batch.enhanced(n) for n, _ in numbered),
        batch.closed(len(PEOPLE)),
        *(batch.recognised(n, "CMND-9", key=key) for n, key in numbered),
    )


def ask(registry: RunningRegistry, **parameters: Any) -> list[dict[str, Any]]:
    """Every answer to a query in UNIT."""
    with registry.client(UNIT) as http:
        answer = http.get("/v1/persons", params=parameters, headers={"X-Purpose": "test"})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def names(found: Iterable[dict[str, Any]]) -> list[str]:
    """Names in the order of the answers."""
    return [person["full_name"] for person in found]


def test_whole_name_without_marks(registry: RunningRegistry) -> None:
    """All who are called so but for the marks come first, then who begins so; each says why."""
    found = ask(registry, q="nguyen van an")
    assert names(found)[:3] == ["Nguyễn Văn An", "Nguyễn Văn Ân", "Nguyễn Văn Anh"]
    assert found[0]["matched"] == ["name"]
    assert found[0]["score"] > found[2]["score"]
    assert found[0]["number"] == "365111222"
    assert found[0]["dossiers"][0]["kind"] == "identity"
    assert found[0]["provisional"]


def test_marks_put_their_own_first(registry: RunningRegistry) -> None:
    """Typed with marks, the name that agrees in them leads."""
    assert names(ask(registry, q="Nguyễn Văn Ân"))[0] == "Nguyễn Văn Ân"
    assert names(ask(registry, q="tran thi thuỷ"))[0] == "Trần Thị Thủy"
    assert names(ask(registry, q="ĐẶNG HÒA"))[0] == "Đặng Hoà"


def test_part_of_a_name(registry: RunningRegistry) -> None:
    """A given name, two words out of the middle, the beginning of a word."""
    assert "THẠCH THỊ SÔ PHIA" in names(ask(registry, q="sô phia"))
    assert "THẠCH THỊ SÔ PHIA" in names(ask(registry, q="phi"))
    assert names(ask(registry, q="thach thi so ph")) == ["THẠCH THỊ SÔ PHIA"]


def test_parents_names(registry: RunningRegistry) -> None:
    """Father and mother are found and said to be what agrees."""
    father = ask(registry, q="thach kim")
    assert (father[0]["full_name"], father[0]["matched"]) == ("THẠCH THỊ SÔ PHIA", ["father_name"])
    mother = ask(registry, q="tran thi buoi")
    assert ("Nguyễn Văn An", ["mother_name"]) in [(each["full_name"], each["matched"]) for each in mother]


def test_numbers(registry: RunningRegistry) -> None:
    """A whole number, its beginning, with spaces."""
    assert names(ask(registry, q="365 111 222")) == ["Nguyễn Văn An"]
    assert set(names(ask(registry, q="365111"))) == {"Nguyễn Văn An", "Nguyễn Văn Ân"}
    assert ask(registry, q="094060001234")[0]["matched"] == ["number"]
    assert ask(registry, q="999999999") == []


@pytest.mark.parametrize(
    "typed", ["nguyen vam an", "nguyn van an", "nguyen van am", "tran thi thuey", "dang hao"]
)
def test_one_typing_error(registry: RunningRegistry, typed: str) -> None:
    """One error in either half of the name still finds somebody, marked as similar."""
    found = ask(registry, q=typed)
    assert any("similar_name" in each["matched"] for each in found), typed


@pytest.mark.parametrize("typed", ["danghoa", "dangjhoa"])
def test_a_space_lost_to_a_typing_error(registry: RunningRegistry, typed: str) -> None:
    """Two words typed as one are still a name but for one error."""
    found = ask(registry, q=typed)
    assert [(each["full_name"], each["matched"]) for each in found] == [("Đặng Hoà", ["similar_name"])]


def test_birth_year_narrows(registry: RunningRegistry) -> None:
    """As a parameter or behind the name."""
    assert names(ask(registry, q="nguyen van", birth_year=1961)) == ["Nguyễn Văn Ân"]
    found = ask(registry, q="nguyen van an 1960")
    assert names(found) == ["Nguyễn Văn An", "Nguyễn Văn Anh"]
    assert "birth_year" in found[0]["matched"]


def test_everybody_in_name_order(registry: RunningRegistry) -> None:
    """Without a query: given name first, page by page, each once."""
    seen: list[str] = []
    cursor = None
    with registry.client(UNIT) as http:
        while True:
            parameters = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = http.get("/v1/persons", params=parameters).json()
            seen += names(page["items"])
            cursor = page["next_cursor"]
            if not cursor:
                break
    assert seen == [
        "Nguyễn Văn An", "Nguyễn Văn Anh", "Nguyễn Văn Ân", "Đặng Hoà", "THẠCH THỊ SÔ PHIA", "Trần Thị Thủy",
    ]  # fmt: skip


def test_answers_come_in_pages(registry: RunningRegistry) -> None:
    """A query's pages together are its whole answer, in the same order."""
    whole = names(ask(registry, q="nguyen"))
    seen: list[str] = []
    cursor = None
    with registry.client(UNIT) as http:
        while True:
            parameters = {"q": "nguyen", "limit": "1"} | ({"cursor": cursor} if cursor else {})
            page = http.get("/v1/persons", params=parameters).json()
            seen += names(page["items"])
            cursor = page["next_cursor"]
            if not cursor:
                break
    assert seen == whole
    assert len(whole) == 3


def test_odd_queries_are_answered(registry: RunningRegistry) -> None:
    """Marks alone, wildcards, quotes, emoji, a very long word: an answer, never an error."""
    for odd in ("%", "_'\"; --", "😀", "\u0301", "a" * 200, "ỳ " * 60, "\\", "१९६०"):
        ask(registry, q=odd)
    with registry.client(UNIT) as http:
        assert http.get("/v1/persons", params={"q": "a" * 201}).status_code == 422
        assert http.get("/v1/persons", params={"birth_year": "abc"}).status_code == 422
        assert http.get("/v1/persons", params={"cursor": "x"}).status_code == 400


def test_better_reading_updates_the_person(registry: RunningRegistry) -> None:
    """A newer, surer reading renames the person, who is then found by the new name only."""
    batch = Batch(grouping=GroupingMethod.FIXED_PAGES, pages_per_dossier=1, unit=UNIT)
    first, second = registry.store_readings(
        reading({"full_name": ("Kim Thị Mưu", None, 0.4)}), reading({"full_name": "Kim Thị Mận"})
    )
    registry.publish(
        batch.opened(), batch.enhanced(1), batch.closed(1), batch.recognised(1, "CC01", key=first)
    )
    (before,) = ask(registry, q="kim thi muu")
    registry.publish(batch.recognised(1, "CC01", key=second))
    (after,) = [each for each in ask(registry, q="kim thi man") if "name" in each["matched"]]
    assert before["id"] == after["id"]
    assert not [each for each in ask(registry, q="kim thi muu") if "name" in each["matched"]]


def test_both_parents(registry: RunningRegistry) -> None:
    """As parameters or behind labels in the box; both must agree, and each is said."""
    both = ask(registry, father="thạch kim", mother="danh thi hong")
    assert names(both) == ["THẠCH THỊ SÔ PHIA"]
    assert both[0]["matched"] == ["father_name", "mother_name"]
    assert names(ask(registry, q="cha: Thạch Kim, mẹ: Danh Thị H")) == ["THẠCH THỊ SÔ PHIA"]
    assert names(ask(registry, q="phia 1972 mẹ: danh thi hong")) == ["THẠCH THỊ SÔ PHIA"]
    assert ask(registry, father="Thạch Kim", mother="Lâm Thị Nguyệt") == []
    assert ask(registry, q="Nguyễn Văn An", father="Thạch Kim") == []


@pytest.mark.parametrize(
    "typed",
    ["nguyem vam an", "nguyen vam am", "ngyen van ann", "nguyen vanam", "nguyenvan na", "gnuyen van an"],
)
def test_two_typing_errors_in_a_birth_year(registry: RunningRegistry, typed: str) -> None:
    """In one half of the name, one in each, or the space between them."""
    assert "Nguyễn Văn An" in names(ask(registry, q=typed, birth_year=1960))
    assert "Nguyễn Văn An" not in names(ask(registry, q=typed, birth_year=1959))


def test_names_are_known_once(registry: RunningRegistry) -> None:
    """However many bear it; every name of a person and parents has its words."""
    rows = registry.fetch("SELECT word FROM name_words WHERE name_key = 'tran thi buoi' ORDER BY word")
    assert [row["word"] for row in rows] == ["buoi", "thi", "tran"]
    missing = registry.fetch(
        "SELECT name_key FROM person_search WHERE name_key <> '' EXCEPT SELECT name_key FROM person_names"
    )
    assert missing == []

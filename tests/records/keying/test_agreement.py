"""When values agree, what may stand in a field, and when a field is settled."""

import unicodedata
import uuid

import pytest

from contracts.civil.writing import cleaned
from services.records.keying.domain import (
    Answer,
    FieldPolicy,
    FieldState,
    How,
    Policy,
    Stage,
    VoteKind,
    agree,
    as_written,
    choices,
    decide,
    meant,
    policy_of,
    refusal_of,
    stage_after,
    taken_as_read,
)

BLIND, DOUBLE, CONFIRM = (FieldPolicy(policy) for policy in (Policy.BLIND, Policy.DOUBLE, Policy.CONFIRM))


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("full_name", "Nguyễn Thị Thủy", "NGUYỄN THỊ THUỶ"),
        ("full_name", "Trần Văn Hoà", unicodedata.normalize("NFD", "trần  văn hòa")),
        ("number", "361 234 567", "361234567"),
        ("birth_date", "01011960", "1/1/1960"),
        ("birth_date", "00/00/1960", "1960"),
        ("sex", "2", "Nữ"),
        ("birth_place", "Xã Thuận Hòa", "xã Thuận Hoà"),
    ],
)
def test_the_same_written_otherwise_agrees(field: str, one: str, other: str) -> None:
    """Tone placement, case, spaces and Unicode form do not count."""
    assert agree(field, one, other)


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("full_name", "Nguyễn Thị Thủy", "Nguyễn Thị Thúy"),
        ("full_name", "Lê Văn Tư", "Lê Văn Từ"),
        ("full_name", "Lý Văn Đô", "Lý Văn Do"),
        ("number", "361234567", "361234561"),
        ("birth_date", "1960", "01/1960"),
        ("birth_date", "01/02/1960", "02/01/1960"),
        ("sex", "Nam", "Nữ"),
        ("full_name", "…", "…"),
    ],
)
def test_another_value_does_not(field: str, one: str, other: str) -> None:
    """One tone, one letter, one digit or another precision is another value."""
    assert not agree(field, one, other)


def test_what_is_pasted_becomes_one_clean_line() -> None:
    """Line breaks, marks of direction and of no width go; letters are composed; markup stays text."""
    pasted = unicodedata.normalize("NFD", "Nguyễn\r\n\u202eVăn\u200b\u00ad  Bé\x00\t")
    assert cleaned(pasted) == "Nguyễn Văn Bé"
    assert cleaned("<script>alert(1)</script>") == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("full_name", "x" * 301, "too_long"),
        ("full_name", "", "empty"),
        ("number", "36l234567", "not_a_number"),
        ("number", "...", "not_a_number"),
        ("birth_date", "31/02/1960", "date_impossible"),
        ("birth_date", "99999999", "date_impossible"),
        ("sex", "khác", "sex_unclear"),
        ("number", "12345678", None),
        ("birth_date", "01011960", None),
        ("sex", "1", None),
        ("full_name", "U Minh 3", None),
    ],
)
def test_what_cannot_stand_is_refused_with_its_code(field: str, text: str, code: str | None) -> None:
    """Odd lengths of numbers stand as they are on the paper; impossible dates never do."""
    assert refusal_of(field, text) == code


def test_short_forms_are_written_out() -> None:
    """1 and 2 for the sexes, digits alone for numbers; values are normalised beside the text."""
    assert [as_written("sex", short) for short in ("1", "2", "nu")] == ["Nam", "Nữ", "Nữ"]
    assert as_written("number", "361 234.567") == "361234567"
    assert meant("birth_date", "00/00/1960") == "1960"
    assert meant("sex", "2") == "female"
    assert meant("full_name", "Lê Văn Tám") is None


def test_the_reader_is_the_second_keyer() -> None:
    """Agreement with what was read settles; disagreement, and only that, goes to somebody else."""
    keyed = [Answer("a", "Lê Văn Tám")]
    assert decide("full_name", BLIND, "LÊ VĂN TÁM", keyed).how is How.AGREED
    assert decide("full_name", BLIND, "LÊ VĂN TAM", keyed).state is FieldState.DISPUTED
    assert decide("full_name", BLIND, None, keyed).state is FieldState.SECOND
    assert decide("full_name", BLIND, "LÊ VĂN TÁM", []).state is FieldState.OPEN


def test_two_people_settle_what_was_not_read() -> None:
    """Two who agree settle it; two who differ leave it to a third, whose word settles."""
    same = [Answer("a", "Sơn Thị Út"), Answer("b", "SƠN THỊ ÚT")]
    assert decide("full_name", BLIND, None, same).how is How.AGREED
    apart = [Answer("a", "Sơn Thị Út"), Answer("b", "Sơn Thị Ut")]
    assert decide("full_name", BLIND, None, apart).state is FieldState.DISPUTED
    ruled = decide("full_name", BLIND, None, [*apart, Answer("c", "Sơn Thị Út", VoteKind.ARBITRATED)])
    assert (ruled.state, ruled.text, ruled.how) == (FieldState.SETTLED, "Sơn Thị Út", How.ARBITRATED)


def test_an_unsure_reading_is_no_second_keying() -> None:
    """Under the policy's confidence its agreement settles nothing: a second person types the field."""
    policy, keyed = FieldPolicy(Policy.BLIND, agree_from=0.9), [Answer("a", "Sơn Thị Út")]
    assert decide("full_name", policy, "Sơn Thị Út", keyed, confidence=0.9).how is How.AGREED
    assert decide("full_name", policy, "Sơn Thị Út", keyed, confidence=0.89).state is FieldState.SECOND
    assert decide("full_name", policy, "Sơn Thị Út", keyed, confidence=0.89).text is None


def test_a_ruling_against_the_reading_needs_another() -> None:
    """One arbitrator against what was read is asked for again; two who rule the same settle, a third decides."""
    keyed = Answer("a", "Lê Văn Tam")
    against, other, with_it = (
        Answer("b", "Lê Văn Tam", VoteKind.ARBITRATED),
        Answer("c", "Lê Văn Tạm", VoteKind.ARBITRATED),
        Answer("d", "LÊ VĂN TÁM", VoteKind.ARBITRATED),
    )

    def after(*rulings: Answer) -> tuple[FieldState, str | None]:
        outcome = decide("full_name", BLIND, "Lê Văn Tám", [keyed, *rulings])
        return outcome.state, outcome.text

    assert after(with_it) == (FieldState.SETTLED, "LÊ VĂN TÁM")
    assert after(against) == (FieldState.DISPUTED, None)
    assert after(against, Answer("e", "LÊ VĂN TAM", VoteKind.ARBITRATED))[0] is FieldState.SETTLED
    assert after(against, with_it) == (FieldState.SETTLED, "LÊ VĂN TÁM")
    assert after(against, other) == (FieldState.DISPUTED, None)
    assert after(against, other, Answer("f", "Lê Văn Tâm", VoteKind.ARBITRATED))[1] == "Lê Văn Tâm"


def test_double_never_takes_the_readers_word() -> None:
    """One answer that agrees with the reading still waits for another person's."""
    assert decide("full_name", DOUBLE, "Lê Văn Tám", [Answer("a", "Lê Văn Tám")]).state is FieldState.SECOND


def test_illegible_needs_two() -> None:
    """One who cannot read it is not believed, two are; the field then has no value."""
    assert decide("full_name", BLIND, "x", [Answer("a", None)]).state is FieldState.SECOND
    both = decide("full_name", BLIND, "x", [Answer("a", None), Answer("b", None)])
    assert (both.state, both.text, both.how) == (FieldState.SETTLED, None, How.ILLEGIBLE)
    assert decide("full_name", BLIND, "x", [Answer("a", None), Answer("b", "y")]).state is FieldState.DISPUTED


def test_late_answers_have_no_effect() -> None:
    """They are kept, and decide nothing."""
    late = [Answer("a", "Lê Văn Tám", VoteKind.LATE)]
    assert decide("full_name", BLIND, "Lê Văn Tám", late).state is FieldState.OPEN


def test_confirmed_or_corrected() -> None:
    """Where the reading is shown, one person's word settles, and how is kept."""
    assert decide("birth_place", CONFIRM, "Kế Sách", [Answer("a", "Kế Sách")]).how is How.CONFIRMED
    assert decide("birth_place", CONFIRM, "Kế Sách", [Answer("a", "Kế Sạch")]).how is How.CORRECTED


def test_policies_come_from_the_data() -> None:
    """The six fields are typed blind; a doubtful reading is never taken as read."""
    assert policy_of("identity", "father_name").policy is Policy.BLIND
    other = policy_of("residence", "occupation")
    assert taken_as_read(other, 0.99, doubtful=False)
    assert not taken_as_read(other, 0.99, doubtful=True)
    assert not taken_as_read(other, 0.5, doubtful=False)
    assert not taken_as_read(BLIND, 1.0, doubtful=False)


def test_a_form_waits_for_its_least_settled_field() -> None:
    """Open before second before disputed."""
    states = [FieldState.SETTLED, FieldState.DISPUTED, FieldState.SECOND, FieldState.OPEN]
    assert [stage_after(states[:n]) for n in (1, 2, 3, 4)] == [
        Stage.DONE, Stage.ARBITRATE, Stage.SECOND, Stage.KEY,
    ]  # fmt: skip


def test_the_order_of_choices_tells_nothing() -> None:
    """One person always sees the same order; over many fields, either value comes first about as often."""
    first = 0
    for number in range(400):
        field = uuid.UUID(int=number)
        shown = choices(field, "officer:1", ["keyed", "read"])
        assert shown == choices(field, "officer:1", ["keyed", "read"])
        first += shown[0] == "keyed"
    assert 150 < first < 250

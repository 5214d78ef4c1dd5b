"""Labels found in misread rows, and the form that they belong to."""

from forms import load_editions
from services.ocr.fields.catalogue import Catalogue, build
from services.ocr.fields.editions import Layout, recognise_layout
from services.ocr.fields.matching import Span, find_spans

CATALOGUE: Catalogue = build(load_editions())


def spans_of(*rows: str) -> list[Span]:
    """Labels in rows of one segment each."""
    return find_spans(rows, [frozenset({0})] * len(rows), CATALOGUE.index)


def layout_of(*rows: str, uprights: tuple[int, ...] = ()) -> Layout:
    """The form of such rows."""
    return recognise_layout(rows, uprights or (0,) * len(rows), spans_of(*rows), CATALOGUE)


def test_labels_survive_misreading() -> None:
    """A wrong letter or mark in ten does not hide a label, nor does a misread number before it."""
    rows = ("ó. Ngày, thóng, nảm sinh: 1/2/1970", "1- Ho va tẽn khai sinh: Lê An", "Sô CMND/CCCD: 1")
    assert [span.wording.common_field for span in spans_of(*rows)] == ["birth_date", "full_name", "number"]


def test_a_surname_is_no_relative() -> None:
    """A label before the surname Võ is the person's own, one that ends in vợ the wife's: both fold alike."""
    (own,) = spans_of("1. Họ và tên VÕ VĂN AN")
    (wife,) = spans_of("9. Họ và tên vợ Võ Thị An")
    assert (own.wording.common_field, own.wording.last_word) == ("full_name", "tên")
    assert (wife.wording.common_field, wife.wording.last_word) == (None, "vợ")


def test_a_longer_label_is_another_label() -> None:
    """Words between the wording and its colon make it somebody else's; a raised note does not."""
    assert spans_of("Họ và tên bà ngoại: Lê An") == []
    assert [span.wording.common_field for span in spans_of("Họ và tên con nuôi: Lê An")] == [None]
    assert spans_of("Họ và tên(1): Lê An")[0].end == len("Họ và tên(1):")
    assert spans_of("Họ và tênU: Lê An")[0].end == len("Họ và tênU:")


def test_running_text_holds_no_labels() -> None:
    """Words of a sentence are not anchored, and a page of prose is an unknown form without fields."""
    rows = (
        "HỢP ĐỒNG MUA BÁN",
        "Hôm nay ông Nguyễn Văn A, sinh ngày 12/3/1960, giới tính nam,",
        "có số chứng minh nhân dân 361234567, họ tên cha là Nguyễn Văn B và",
        "họ tên mẹ là Trần Thị C, nơi thường trú tại xã An Mỹ, thoả thuận như sau",
    )
    layout = layout_of(*rows)
    assert (layout.form, layout.fields) == (None, ())


def test_table_heads_are_not_labels() -> None:
    """Column heads of the family table do not answer for the person."""
    rows = (
        "Họ và tên Ngày, tháng, năm sinh Giới tính Quan hệ",
        "Lê An 1/2/1999 Nam con",
        "Lê Bé 2001 Nữ con",
    )
    assert layout_of(*rows, uprights=(7, 7, 7)).fields == ()


def test_editions_are_told_apart() -> None:
    """CT01 of 2021 asks for two addresses more than that of 2023."""
    both = (
        "TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ",
        "1. Họ, chữ đệm và tên: A",
        "2. Ngày, tháng, năm sinh: 1",
        "3. Giới tính: Nam",
        "5. Số điện thoại liên hệ:",
        "11. Họ, chữ đệm và tên chủ hộ: B",
    )
    old = (
        "4. Số định danh cá nhân/CMND: 1",
        "7. Nơi thường trú: x",
        "8. Nơi tạm trú: x",
        "9. Nơi ở hiện tại: x",
    )
    new = (
        "4. Số định danh cá nhân: 1",
        "8. Mối quan hệ với chủ hộ: x",
        "9. Số định danh cá nhân của chủ hộ: 1",
    )
    assert (layout_of(*both, *old).form, layout_of(*both, *old).edition) == ("CT01", "2021")
    assert layout_of(*both, *new).edition == "2023"


def test_repeated_labels_follow_printed_order() -> None:
    """The reporter's sex and the subject's stand under the same label; their order tells which is which."""
    rows = (
        "PHIẾU BÁO THAY ĐỔI HỘ KHẨU, NHÂN KHẨU",
        "1. Họ và tên: A 2. Giới tính: Nam",
        "3. CMND số: 1",
        "5. Nơi thường trú: x",
        "6. Địa chỉ chỗ ở hiện nay: x",
        "7. Số điện thoại liên hệ: 1",
        "1. Họ và tên: B 2. Giới tính: Nữ",
        "3. Ngày, tháng, năm sinh: 1",
        "6. CMND số: 2",
    )
    layout = layout_of(*rows)
    where = {one.id: one.span.row for one in layout.fields}
    assert layout.form == "HK02"
    assert (where["reporter_name"], where["full_name"]) == (1, 6)
    assert (where["reporter_sex"], where["sex"]) == (1, 6)
    assert (where["reporter_number"], where["number"]) == (2, 8)


def fields_of(*rows: str) -> dict[str, int]:
    """Identity field → row of its label."""
    return {one.id: one.span.row for one in layout_of(*rows).fields}


def test_whose_name_is_said_behind_the_label() -> None:
    """Any name label goes on to father, mother, or somebody who is not asked for."""
    rows = (
        "Họ, đệm và tên của cha ruột: Lê An",
        "HO TÊN ME Thạch Thị Hên",
        "Họ tên người giám hộ: Lê Ba",
        "Họ tên đầy đủ: Lê Tư",
    )
    found = [span.wording.common_field for span in spans_of(*rows)]
    assert found == ["father_name", "mother_name", None, "full_name"]


def test_english_beside_a_label_is_part_of_it() -> None:
    """With or without a colon, misread or not."""
    for row in ("5) Sinh ngày / Date 0t binth: 20.04.1963", "5) Sinh ngày / Date of birth 20.04.1963"):
        (span,) = spans_of(row)
        assert row[span.end :].strip() == "20.04.1963"


def test_a_misread_apostrophe_ends_no_english_label() -> None:
    """The apostrophe of "Mother's name" may be read as a colon; the label goes on to its end."""
    for row in ("6. Họ và tên mẹ/Mother:s name Lê An", "6. Họ và tên mẹ / Mother : 5 name: Lê An"):
        (span,) = spans_of(row)
        assert (span.wording.common_field, row[span.end :].strip()) == ("mother_name", "Lê An")


def test_words_to_tick_are_no_second_label() -> None:
    """What the label of sex offers behind it ("Nam ☐ Nữ ☐") is no label, however it was read."""
    for row, behind in (("3. Nam, nữ Nam hay Nữ", 11), ("3. Nam/nữ Nam nữ:", 10)):
        rows = ("1. Họ và tên: A", "2. Ngày sinh: 1", row, "4. Số CMND/CCCD: 1")
        starts = [frozenset({0, behind} if text == row else {0}) for text in rows]
        layout = recognise_layout(rows, (0,) * 4, find_spans(rows, starts, CATALOGUE.index), CATALOGUE)
        assert [one.span.start for one in layout.fields if one.id == "sex"] == [0]


def test_sections_say_whose_labels_they_head() -> None:
    """A bare "Họ và tên" under the father's heading is his."""
    rows = (
        "I. THÔNG TIN CÁ NHÂN",
        "1. Họ và tên: Lê An",
        "2. Ngày sinh: 1/2/1990",
        "II. THÔNG TIN VỀ CHA",
        "1. Họ và tên: Lê Ba",
        "2. Năm sinh: 1960",
        "III. THÔNG TIN VỀ MẸ",
        "1. Họ và tên: Trần Thị Tư",
    )
    expected = {"full_name": 1, "birth_date": 2, "father_name": 4, "mother_name": 7}
    assert fields_of(*rows) == expected


def test_titles_and_values_are_no_labels() -> None:
    """A title with a label's words in it, and "sinh năm 1960" as an answer."""
    rows = (
        "TỜ KHAI CHỨNG MINH NHÂN DÂN",
        "4 Sinh ngày: sinh năm 1960",
        "31 Họ và tên bố Lê Ba",
        "9/ CMND số 361234567",
    )
    assert fields_of(*rows) == {"birth_date": 1, "father_name": 2, "number": 3}


def test_short_labels_need_their_place() -> None:
    """Such as "Mẹ": behind a number or before a colon, not within a sentence."""
    assert [span.wording.common_field for span in spans_of("(3) Mẹ: Thạch Thị Đào")] == ["mother_name"]
    assert not any(span.anchored for span in spans_of("Tôi ở với ông bà, mẹ đi làm xa"))


def test_a_name_behind_the_relative_is_none_of_its_words() -> None:
    """The surname Lê makes "cha Lê" nearly "cha mẹ": the label still is the father's, with and without colon."""
    for row in ("- Họ tên của cha : Lê Tấn Hùng", "4 Họ tên của cha, Hồ Công Dũng", "Họ tên cha Lê An"):
        (span,) = spans_of(row)
        assert span.wording.common_field == "father_name"
        assert row[span.end :].strip(" ,").istitle()


def test_a_misread_title_is_no_label() -> None:
    """A capital read as a small letter does not make "CĂN CƯỚC CÔNG DÂN" the number's label."""
    rows = ("TỜ KHAI CĂN CƯớC CÔNG DÂN", "1) Họ tên Lê An", "2) Nam, nữ Nữ", "7) Số CMND/CCCD 367978682")
    (number,) = [one for one in layout_of(*rows).fields if one.id == "number"]
    assert number.span.row == 3


def test_numbered_labels_side_by_side_head_no_table() -> None:
    """Labels above their answers, three to a row, keep their fields where each has its number."""
    rows = ("(1) Họ và tên: Lê An", "(2) Ngày sinh (3) Nam (nữ) (4) Số CCCD", "03.03.1977 Nữ 365335188")
    starts = [frozenset({0}), frozenset({0, 14, 27}), frozenset({0})]
    layout = recognise_layout(rows, (0, 0, 0), find_spans(rows, starts, CATALOGUE.index), CATALOGUE)
    assert {one.id for one in layout.fields} >= {"birth_date", "sex", "number"}


def test_a_misread_number_belongs_to_the_label_behind_it() -> None:
    """In "21 Trình độ" the "2/" was misread; the label before it is not answered by it."""
    row = "Nam (nữ): 21 Trình độ văn hóa:"
    first, second = find_spans([row], [frozenset({0, 10})], CATALOGUE.index)
    assert (first.wording.common_field, second.start) == ("sex", 10)

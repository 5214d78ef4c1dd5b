"""TCVN3, VNI and VIQR: every Vietnamese letter comes through, and each is told from the others."""

import unicodedata

import pytest

from services.records.imports.legacy import (
    CONVERTERS,
    Encoding,
    detect,
    from_1258,
    from_tcvn3,
    from_viqr,
    from_vni,
    tcvn3_table,
    toned,
    vni_table,
)

NAMES = (
    "Nguyễn Văn Thương, Trần Thị Bé, Đỗ Đình Phước, Lê Hoàng Mỹ, Huỳnh Ngọc Uyển, Kỳ, Thủy, Giặt, Đẹp, Hoằng"
)
LOWER = [
    *(toned(letter, tone) for letter in "aăâeêioôơuưy" for tone in "frxsj"),
    *"ăâđêôơư",
]


def as_tcvn3(text: str) -> str:
    """Set in a TCVN3 font."""
    signs = {letter: chr(code) for code, letter in tcvn3_table().items()}
    return "".join(signs.get(one, one) for one in text)


def as_vni(text: str) -> str:
    """Set in a VNI font."""
    signs: dict[str, str] = {}
    for sign, letter in vni_table().items():
        signs.setdefault(letter, sign)
    return "".join(signs.get(one, one) for one in text)


def as_viqr(text: str) -> str:
    """Typed in VIQR."""
    marks = {"\u0300": "`", "\u0301": "'", "\u0303": "~", "\u0309": "?", "\u0323": ".",
             "\u0302": "^", "\u0306": "(", "\u031b": "+"}  # fmt: skip
    plain = unicodedata.normalize("NFD", text.replace("đ", "dd").replace("Đ", "DD"))
    # The shape of a letter is typed before its tone; NFD puts a dot below first.
    found: list[str] = []
    for one in plain:
        if one in "\u0302\u0306\u031b" and found and found[-1] == ".":
            found.insert(-1, marks[one])
        else:
            found.append(marks.get(one, one))
    return "".join(found)


def test_every_letter_comes_through() -> None:
    """67 letters with marks, lower case; capitals where the encoding has them."""
    assert len(set(LOWER)) == 67
    for letter in LOWER:
        assert from_tcvn3(as_tcvn3(letter)) == letter
        assert from_vni(as_vni(letter)) == letter
        assert from_vni(as_vni(letter.upper())) == letter.upper()
        assert from_viqr(as_viqr(letter)) == letter
        assert from_viqr(as_viqr(letter.upper())) == letter.upper()
    assert from_tcvn3(as_tcvn3("ĂÂÊÔƠƯĐ")) == "ĂÂÊÔƠƯĐ"


def test_known_texts() -> None:
    """As the fonts of the time show them, typed from memory of no table."""
    assert (
        from_tcvn3("NguyÔn V¨n An, TrÇn ThÞ BÐ, §ç §×nh Th­¬ng")
        == "Nguyễn Văn An, Trần Thị Bé, Đỗ Đình Thương"
    )
    assert (
        from_vni("Nguyeãn Vaên An, TRAÀN THÒ BEÙ, Ñoã Ñình Thöông")
        == "Nguyễn Văn An, TRẦN THỊ BÉ, Đỗ Đình Thương"
    )
    assert (
        from_viqr("Nguye^~n Va(n An, Tra^`n Thi. Be', DDo^~ Thu+o+ng")
        == "Nguyễn Văn An, Trần Thị Bé, Đỗ Thương"
    )
    assert from_tcvn3("NGUYÔN TH\u00de M\u00fc") == "NGUYỄN THỊ MỸ", (
        "a TCVN3 font of capitals has lower-case codes"
    )


def test_whole_names() -> None:
    """There and back, NFC."""
    for convert, spell in ((from_tcvn3, as_tcvn3), (from_vni, as_vni), (from_viqr, as_viqr)):
        text = NAMES.replace(",", "")
        assert convert(spell(text)) == text
        assert unicodedata.is_normalized("NFC", convert(spell(text)))
    assert from_1258("Nguyễn".encode("cp1258", "ignore").decode("latin-1"))


@pytest.mark.parametrize(
    ("spelt", "expected"),
    [
        (as_tcvn3(NAMES), Encoding.TCVN3),
        (as_vni(NAMES), Encoding.VNI),
        (as_viqr(NAMES), Encoding.VIQR),
        (NAMES, None),
        ("Neáng Ry, ấp Hòa Bình, xã Đại Tâm; cha: Thạch Ngoãn, mẹ: Neáng Thị Sa", None),
        ("Nguyen Van An 1960; so 12, duong so 3.", None),
        ("a@b.vn; http://x.y/?q=1; 50% ~ (x^2+1)", None),
        ("", None),
    ],
)
def test_each_is_told_from_the_others(spelt: str, expected: Encoding | None) -> None:
    """Unicode and plain text are none of them."""
    assert detect([spelt], [Encoding.TCVN3, Encoding.VNI, Encoding.VIQR]) is expected
    assert set(CONVERTERS) >= {Encoding.TCVN3, Encoding.VNI, Encoding.VIQR, Encoding.WINDOWS_1258}

"""Vietnamese text of old files: TCVN3 (ABC), VNI and VIQR into Unicode NFC, and which of them a text is.

The tables are those of TCVN 5712:1993 (VN3), of VNI for Windows and of RFC 1456. No kept library does this.
Text in a font of one of the first two looks like Latin-1, in a CSV file and in a spreadsheet's Unicode alike.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache

TONES = {"f": "\u0300", "r": "\u0309", "x": "\u0303", "s": "\u0301", "j": "\u0323"}
"""Key of the tone in Telex → its combining mark: huyền, hỏi, ngã, sắc, nặng."""


class Encoding(StrEnum):
    """How a file's Vietnamese is written."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_1258 = "windows-1258"
    TCVN3 = "tcvn3"
    VNI = "vni"
    VIQR = "viqr"


_TCVN3_ROWS = {
    "a": "µ¶·¸¹", "ă": "»¼½¾Æ", "â": "ÇÈÉÊË", "e": "ÌÎÏÐÑ", "ê": "ÒÓÔÕÖ", "i": "×ØÜÝÞ", "o": "ßáâãä",
    "ô": "åæçèé", "ơ": "êëìíî", "u": "ïñòóô", "ư": "õö÷øù", "y": "úûüýþ",
}  # fmt: skip
"""Letter → the characters of its five tones, in the order of TONES."""
_TCVN3_PLAIN = dict(zip("¡¢£¤¥¦§¨©ª«¬\u00ad®", "ĂÂÊÔƠƯĐăâêôơưđ", strict=True))

_VNI_MARKED = {
    "â": {"": "â", "f": "à", "r": "å", "x": "ã", "s": "á", "j": "ä"},
    "ă": {"": "ê", "f": "è", "r": "ú", "x": "ü", "s": "é", "j": "ë"},
    "": {"f": "ø", "r": "û", "x": "õ", "s": "ù", "j": "ï"},
}
"""Shape of the letter → tone → the character that VNI puts behind a, e, o, u or y."""
_VNI_SINGLE = {"ơ": "ô", "ư": "ö", "đ": "ñ", "ì": "ì", "í": "í", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î"}

_VIQR_TONES = {"`": "f", "?": "r", "~": "x", "'": "s", ".": "j"}
_VIQR = re.compile(r"(?:([aA])([(^])|([eEoO])(\^)|([oOuU])(\+)|([aeiouyAEIOUY]))([`?~'.])?|([dD][dD])")


def toned(letter: str, tone: str) -> str:
    """A letter with a tone (key of TONES), NFC."""
    return unicodedata.normalize("NFC", letter + TONES[tone])


@cache
def tcvn3_table() -> dict[int, str]:
    """For str.translate. Capitals with a tone have no characters: TCVN3 had a font of capitals for them."""
    table = {ord(sign): letter for sign, letter in _TCVN3_PLAIN.items()}
    for letter, signs in _TCVN3_ROWS.items():
        table |= {ord(sign): toned(letter, tone) for sign, tone in zip(signs, TONES, strict=True)}
    return table


@cache
def vni_table() -> dict[str, str]:
    """One or two characters → letter."""
    table = {sign: letter for letter, sign in _VNI_SINGLE.items()}
    for base in "aeo":
        for tone, sign in _VNI_MARKED["â"].items():
            letter = unicodedata.normalize("NFC", base + "\u0302")
            table[base + sign] = toned(letter, tone) if tone else letter
    for tone, sign in _VNI_MARKED["ă"].items():
        table["a" + sign] = toned("ă", tone) if tone else "ă"
    for base, letter in (*((one, one) for one in "aeouy"), ("ô", "ơ"), ("ö", "ư")):
        table |= {base + sign: toned(letter, tone) for tone, sign in _VNI_MARKED[""].items()}
    upper = {sign.upper(): letter.upper() for sign, letter in table.items()}
    mixed = {sign[0].upper() + sign[1:]: letter.upper() for sign, letter in table.items() if len(sign) == 2}
    return {**mixed, **upper, **table}


@cache
def _vni_pattern() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(vni_table(), key=len, reverse=True))))


def from_tcvn3(text: str) -> str:
    """A cell set in a TCVN3 font, as Unicode; where all plain letters are capitals, the others become so."""
    plain = [one for one in text if one.isascii() and one.isalpha()]
    letters = text.translate(tcvn3_table())
    return letters.upper() if len(plain) > 1 and all(map(str.isupper, plain)) else letters


def from_vni(text: str) -> str:
    """Text set in a VNI font, as Unicode."""
    return _vni_pattern().sub(lambda found: vni_table()[found[0]], text)


def from_viqr(text: str) -> str:
    """Text in VIQR, as Unicode; a backslash keeps the mark behind it as it is."""
    return re.sub(r"\\(.)", r"\1", _VIQR.sub(_viqr_letter, text))


def from_1258(text: str) -> str:
    """Text of bytes that were taken for Latin-1, as Windows-1258."""
    try:
        return unicodedata.normalize("NFC", text.encode("latin-1").decode("cp1258"))
    except UnicodeError:
        return text


CONVERTERS: dict[Encoding, Callable[[str], str]] = {
    Encoding.TCVN3: from_tcvn3,
    Encoding.VNI: from_vni,
    Encoding.VIQR: from_viqr,
    Encoding.WINDOWS_1258: from_1258,
}
"""Conversions of text that was read as Latin-1 (VIQR: of any text)."""

_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?"
    r"(?:iê|yê|uô|ươ|uyê|uya|uây|oai|oay|oeo|uôi|ươi|ươu|iêu|yêu|uyu|ia|ua|ưa|ai|ao|au|ay|âu|ây|eo|êu|iu|oa|oă|"
    r"oe|oi|ôi|ơi|oo|ui|uâ|uê|uơ|uy|ưi|ưu|[aăâeêioôơuưy])(?:ch|ng|nh|[cmnpt])?"
)
_BETWEEN = re.compile(r"[\s,;|\"]+")
"""What separates words and cells; none of these is part of a letter in any of the encodings."""
SAMPLE_WORDS = 4000
LATIN_1 = "\xff"
"""The last character of Latin-1, as which text in a legacy font is read."""


def detect(texts: Iterable[str], candidates: Iterable[Encoding]) -> Encoding | None:
    """Of the candidates, the one that makes the most Vietnamese syllables with marks; none where none does.

    A word that a candidate turns into no possible syllable counts against it, and so does a syllable with
    letters beyond Latin-1, which no such file has: in a list in Unicode the names of Khmer families, which
    are no Vietnamese syllables, may look better once they are converted.
    """
    words = [word for text in texts for word in _BETWEEN.split(text) if word][:SAMPLE_WORDS]
    scores = {
        one: sum(_score(word) for word in CONVERTERS[one](" ".join(words)).split()) for one in candidates
    }
    best = max(scores, key=lambda one: scores[one], default=None)
    unconverted = sum(_score(word) for word in words)
    unicode = sum(max(word) > LATIN_1 and _score(word) > 0 for word in words)
    return best if best is not None and scores[best] > max(0, unconverted + unicode) else None


def _score(word: str) -> int:
    """+1 for a syllable that has marks, -1 for letters that are none in Vietnamese, 0 for plain words."""
    plain = unicodedata.normalize("NFC", word).lower().strip(".,;:()/-\"'")
    if plain.isascii():
        # Marks of VIQR left in a word, as in "Nguye^~n".
        return -1 if re.search(r"[a-z][\^+(~`]", plain) else 0
    untoned = unicodedata.normalize(
        "NFC", "".join(one for one in unicodedata.normalize("NFD", plain) if one not in TONES.values())
    )
    return 1 if _SYLLABLE.fullmatch(untoned) else -1


def _viqr_letter(found: re.Match[str]) -> str:
    if found[9]:
        return "Đ" if found[9][0] == "D" else "đ"
    base = found[1] or found[3] or found[5] or found[7]
    shape = found[2] or found[4] or found[6] or ""
    letter = base + {"(": "\u0306", "^": "\u0302", "+": "\u031b", "": ""}[shape]
    tone = _VIQR_TONES.get(found[8] or "")
    return unicodedata.normalize("NFC", letter + (TONES[tone] if tone else ""))

"""Syllables that Vietnamese spelling allows, whether or not a word uses them."""

import random
import unicodedata
from functools import cache

ONSETS = tuple(
    """
    b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x
    """.split()  # noqa: SIM905 - a table is easier to check
)
OPEN_RIMES = tuple(
    """
    a ai ao au ay e eo i ia iu o oi u ua ui uy y ă â ê ô ơ ư ưa ưi ưu ươi ươu ây âu êu ôi ơi oa oai oay
    oe oeo uê uơ uôi uây uya uyu iêu yêu
    """.split()  # noqa: SIM905 - a table is easier to check
)
NASAL_RIMES = tuple(
    """
    am an ang anh ăm ăn ăng âm ân âng em en eng êm ên ênh im in inh iêm iên iêng yêm yên yêng om on ong
    ông ôm ôn ơm ơn um un ung ưng ưn uôm uôn uông ươm ươn ương oan oang oanh oăn oăng oen uân uâng uynh
    uyên oong
    """.split()  # noqa: SIM905 - a table is easier to check
)
STOPPED_RIMES = tuple(
    """
    ac ach ap at ăc ăp ăt âc âp ât ec ep et êch êp êt ich ip it iêc iêp iêt yêt oc op ot ôc ôp ôt ơp ơt
    uc up ut ưc ưt uôc uôt ươc ươp ươt oac oach oat oăc oăt uât uych uyt uyêt ooc
    """.split()  # noqa: SIM905 - a table is easier to check
)
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_NOT_CLOSED_OPEN = {"ă", "â"}
_FRONT = tuple("eêiy")


def is_spelt(onset: str, rime: str) -> bool:
    """Whether the onset may stand before the rime: `k gh ngh` before e ê i y, `c g ng` elsewhere."""
    front = rime.startswith(_FRONT)
    if onset in {"k", "gh", "ngh"}:
        return front and not rime.startswith("y")
    if onset in {"c", "g", "ng"}:
        return not front
    if onset == "qu":
        return rime == "ôc" or not rime.startswith(("u", "o", "ô", "ư", "ia", "iê"))
    if onset == "gi":
        return not rime.startswith(("i", "y"))
    return not (rime.startswith(("yê",)) and onset)


@cache
def lawful() -> tuple[str, ...]:
    """Every syllable the rules allow with its tones, NFC, lower case, sorted."""
    found: set[str] = set()
    for onset in ("", *ONSETS):
        for rime in (*OPEN_RIMES, *NASAL_RIMES):
            if rime not in _NOT_CLOSED_OPEN and is_spelt(onset, rime):
                found.update(onset + toned(rime, tone) for tone in TONES)
        for rime in STOPPED_RIMES:
            if is_spelt(onset, rime):
                found.update(onset + toned(rime, tone) for tone in ("\u0301", "\u0323"))
    return tuple(sorted(found))


def toned(rime: str, tone: str) -> str:
    """The rime with a tone mark (a combining character, or none) on its main vowel, NFC."""
    if not tone:
        return rime
    place = _tone_place(rime)
    return unicodedata.normalize("NFC", rime[: place + 1] + tone + rime[place + 1 :])


def syllable(rng: random.Random) -> str:
    """Any lawful syllable, each as likely as the next: letters rare in words are seen as well."""
    return rng.choice(lawful())


def _tone_place(rime: str) -> int:
    """Index of the vowel that bears the tone: a marked vowel, else by the traditional rule."""
    vowels = [index for index, letter in enumerate(rime) if letter in "aăâeêioôơuưy"]
    marked = [index for index in vowels if rime[index] in "ăâêôơư"]
    if marked:
        return marked[-1]
    if len(vowels) == 1:
        return vowels[0]
    closed = vowels[-1] < len(rime) - 1
    return vowels[1] if closed or len(vowels) == 3 else vowels[0]

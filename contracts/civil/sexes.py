"""Sex as the forms ask for it: Nam or Nữ."""

import re

from contracts.civil.folding import fold
from contracts.vocabulary import Sex

MALE = re.compile(r"[nmh]a(?:m|n|rn)[a-z]?")
FEMALE = re.compile(r"[nm]u{1,2}[a-z]?")
"""The two words, folded, with a letter misread or doubled."""


def sex_of(text: str) -> Sex | None:
    """`Nam` or `Nữ`, also misread by a letter; none where both or neither stand there."""
    words = fold(text).split()
    male = any(MALE.fullmatch(word) for word in words)
    female = any(FEMALE.fullmatch(word) for word in words)
    if male == female:
        return None
    return Sex.MALE if male else Sex.FEMALE


_TYPED = {
    **dict.fromkeys(("1", "nam", "male", "m"), Sex.MALE),
    **dict.fromkeys(("2", "nu", "female", "f"), Sex.FEMALE),
}


def typed_sex(text: str) -> Sex | None:
    """What somebody types for it: `1`, `2`, `Nam`, `Nữ`, `nu`; none for anything else."""
    return _TYPED.get(fold(text).strip())

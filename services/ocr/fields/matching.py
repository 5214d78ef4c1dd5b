"""Finds label wordings in rows read with mistakes, and how far each printed label goes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contracts.civil.names import looks_like_name
from services.ocr.fields.catalogue import LabelIndex, Phrases, Wording
from services.ocr.fields.folding import fold
from services.ocr.fields.searching import codes_of, infix_costs, infix_costs_of, likely, occurrences

NOTE = re.compile(r"^[)\]]?\s*(?:[(\[{][^)\]}]{0,40}[)\]}]|\d(?=\s*:)|\*+)?\s*(?P<colon>[:;])?")
GLUED_NOTE = re.compile(r"^[^\s:]{1,4}\s?:")
"""A raised "(1)" that was read as letters of the label's last word: "tênU:"."""
NUMBERING = re.compile(r"(?:^|\s)[(\[]?(?:\d{1,2}|[IVX]{1,4}|[a-hđ])\s*[.)/\-\]:,]{1,2}\s*$")
ASIDE = re.compile(r"^\s*[/|(\-–][^:]{2,40}:(?:[\s\dA-Za-z]{0,12}:)?")
"""Another language or an explanation between label and colon."""
SHORT = 3
"""Labels of so few letters ("Mẹ", "Cha") count only at the beginning and if nothing else is in the way."""
EDIT_WEIGHT = 5.0
"""Letters that a misreading costs: more than a short word, or "Thu CMND" would pass for "Thẻ CMND"."""
REACH_OF_COLON = 24
"""Characters after a label within which a colon belongs to it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A wording found in a row: characters `start` to `end` of its text, numbering and notes included."""

    row: int
    start: int
    end: int
    wording: Wording
    edits: int
    colon: bool
    """Printed with a colon behind it."""
    leading: bool
    """Nothing but a number stands before it in its segment."""

    @property
    def anchored(self) -> bool:
        """Looks like a printed label rather than words in running text."""
        return self.colon or self.leading


def find_spans(
    rows: Sequence[str], segment_starts: Sequence[frozenset[int]], index: LabelIndex
) -> list[Span]:
    """Every label in the rows' texts, no two overlapping; where wordings compete, the longest that fits wins.

    `segment_starts[r]` holds the indices in row r at which a segment begins.
    """
    found: list[Span] = []
    for number, text in enumerate(rows):
        candidates = list(_in_row(number, text, segment_starts[number], index))
        if candidates:
            found += _best(candidates)
    return found


def _in_row(number: int, text: str, starts: frozenset[int], index: LabelIndex) -> Iterator[Span]:
    folded = fold(text)
    wordings = [index.wordings[one] for one in likely(folded.text, index)]
    for one, start, end, edits in occurrences([wording.folded for wording in wordings], folded.text):
        wording = wordings[one]
        if edits and not _ends_alike(folded.text[start:end], wording):
            continue
        first, last = folded.origin[start], folded.origin[end - 1] + 1
        span = Span(number, first, last, wording, edits, False, False)
        if wording.extends:
            span = _extended(text, span, index.phrases)
        placed = _placed(text, starts, span, index.phrases)
        if placed is not None:
            yield placed


def _ends_alike(found: str, wording: Wording) -> bool:
    """Whether the last word of a misread label is still its own: "cha" is not "chủ hộ", "(" not "mẹ"."""
    if wording.extends:
        return True
    if found.replace(" ", "") == wording.folded.replace(" ", ""):
        return True
    own, last = wording.folded.split()[-1], (found.split() or [""])[-1]
    if len(own) <= SHORT:
        return own == last
    return abs(len(own) - len(last)) <= 1 and int(infix_costs(own, codes_of(last)).min()) <= 1


def _extended(text: str, span: Span, phrases: Phrases) -> Span:
    """A name's label with the words that say whose name it is, if any follow."""
    rest = fold(text[span.end : span.end + 40])
    if not rest.text or (text[span.end : span.end + 1].isalpha() and not rest.text.startswith(" ")):
        return span
    words = rest.text.split(" ")
    skip = 1 if words[0] in {"cua", "cla", "cda"} else 0
    found = [
        (skip + count, wording)
        for count in range(min(5, len(words) - skip), 0, -1)
        if (wording := _whose(" ".join(words[skip : skip + count]), phrases)) is not None
    ]
    # The longest that is printed so: "cha Lê" is nearly "cha mẹ", but Lê begins the name behind "cha".
    for taken, wording in found:
        end = span.end + rest.origin[len(" ".join(words[:taken])) - 1] + 1
        if _colon_at(text, end) or _printed_alike(text[span.start : end], wording.last_word, text[end:]):
            break
    else:
        return span
    name = f"{span.wording.folded}{' cua' if skip else ''} {wording.folded}"
    return replace(span, end=end, wording=Wording(name, wording.last_word, wording.common_field))


def _whose(said: str, phrases: Phrases) -> Wording | None:
    if said in phrases.whose or len(said) < 6:
        return phrases.whose.get(said)
    alike = [one for one in phrases.whose if abs(len(one) - len(said)) <= 1 and len(one) >= 6]
    costs = infix_costs_of(alike, codes_of(said))
    return next((phrases.whose[one] for one, own in zip(alike, costs, strict=True) if own[-1] <= 1), None)


def _placed(text: str, starts: frozenset[int], span: Span, phrases: Phrases) -> Span | None:
    """The span widened over its numbering and notes; none if the printed label goes on in other words."""
    start, end = span.start, span.end
    if not _colon_at(text, end) and not _printed_alike(text[start:end], span.wording.last_word, text[end:]):
        return None
    segment = max((one for one in starts if one <= start), default=0)
    before = text[segment:start]
    numbering = NUMBERING.search(before)
    # A misread number ("ó-" for "6-") still is one.
    leading = numbering is not None or _like_a_number(before)
    # Labels begin with a capital; "sinh năm 1940" behind one is what was written.
    leading = leading and (numbering is not None or not text[start].islower() or _colon_at(text, end))
    # A bullet or misread number is the label's own: it must not pass for what the label before asks for.
    widened = segment + numbering.start() if numbering else segment if leading else start
    rest_end = min((one for one in starts if one > end), default=len(text))
    rest = text[end:rest_end]
    alone = not rest.strip() or rest.lstrip()[0] in ":/" or bool(before.strip()) or looks_like_name(rest)
    if len(span.wording.folded) <= SHORT and not (leading and alone and text[start].isupper()):
        return None
    found = replace(span, start=widened, leading=leading)
    if glued := GLUED_NOTE.match(rest):
        return replace(found, end=end + glued.end(), colon=True)
    if rest[:1].isalpha():
        return None
    if aside := ASIDE.match(rest):
        # An apostrophe read as a colon ends no English label: "Mother : 5 name" goes on.
        taken = max(aside.end(), _translation(rest, phrases))
        return replace(found, end=end + taken, colon=True)
    return _noted(text, found, rest, phrases)


def _like_a_number(before: str) -> bool:
    """Nothing, a bullet or a misread number: "", "4 " for "+ ", "31 " for "3/", "7)1 "."""
    kept = before.strip(" .,:;-_…'\"|/+*•")
    return len(kept) <= 2 or (len(kept) <= 4 and sum(map(str.isalpha, kept)) <= 1)


def _noted(text: str, span: Span, rest: str, phrases: Phrases) -> Span | None:
    """With the note, translation and colon behind it; none where other words come before the colon."""
    note = NOTE.match(rest)
    taken = note.end() if note else 0
    if note and note["colon"]:
        return replace(span, end=span.end + taken, colon=True)
    if aside := ASIDE.match(rest[taken:]):
        taken += max(aside.end(), _translation(rest[taken:], phrases))
        return replace(span, end=span.end + taken, colon=True)
    further = rest[taken:].find(":")
    if 0 <= further <= REACH_OF_COLON:
        between = fold(rest[taken : taken + further]).text.split()
        # "Họ và tên con nuôi:" is another label than "Họ và tên"; "Họ và tên!l):" is a misread "(1)".
        if any(len(word) > 1 and word.isalpha() and word not in phrases.neutral for word in between):
            return None
        return replace(span, end=span.end + taken + further + 1, colon=True)
    if re.match(r"\s*của\s", rest[taken:]):
        return None
    return replace(span, end=span.end + taken + _translation(rest[taken:], phrases))


def _translation(rest: str, phrases: Phrases) -> int:
    """Length of an English label behind a stroke, as in "Họ và tên / Full name"; 0 where there is none."""
    if not re.match(r"\s*[/|(]\s*\w", rest):
        return 0
    folded = fold(rest)
    lead = len(folded.text) - len(folded.text.lstrip())
    longest = max(map(len, phrases.english)) + 2
    best = 0
    every = infix_costs_of(phrases.english, codes_of(folded.text[lead : lead + longest]))
    for phrase, every_cost in zip(phrases.english, every, strict=True):
        window = folded.text[lead : lead + len(phrase) + 2]
        costs = every_cost[: len(window) + 1]
        # Of ends as good, the last: it is the word's own.
        end = len(costs) - 1 - int(costs[::-1].argmin())
        while end < len(window) and window[end].isalnum():
            end += 1
        end = min(end, len(window))
        if costs.min() <= len(phrase) // 3 and end > best:
            best = end
            reach = folded.origin[lead + end - 1] + 1
    return reach + (rest[reach : reach + 1] == ")") if best else 0


def _colon_at(text: str, end: int) -> bool:
    return text[end : end + 2].lstrip().startswith(":")


def _printed_alike(found: str, last_word: str, rest: str) -> bool:
    """Whether the last word found is the label's, not a name that begins the value: "Họ và tên Võ…", "… vợ".

    Names are capitalised; a capitalised word must be the label's own, marks included, unless the whole label
    is in capitals and what follows is not.
    """
    words = re.findall(r"\w+", found)
    if not words or not any(map(str.isupper, words[-1])) or words[-1].lower().endswith(last_word):
        return True
    following = re.findall(r"[^\W\d_]{2,}", rest)
    return found.isupper() and len(words) > 1 and bool(following) and not following[0].isupper()


def _best(spans: list[Span]) -> list[Span]:
    """The heaviest set of spans that do not overlap: letters matched, less what was misread."""
    spans = sorted(spans, key=lambda span: span.end)
    totals: list[float] = [0.0]
    picks: list[tuple[Span | None, int]] = [(None, 0)]
    for index, span in enumerate(spans, 1):
        earlier = max((j for j in range(index) if j == 0 or spans[j - 1].end <= span.start), default=0)
        weight = len(span.wording.folded) - EDIT_WEIGHT * span.edits + 2 * span.colon
        weight += 0.5 * (span.wording.common_field is not None)
        taken = totals[earlier] + weight
        if taken > totals[-1]:
            totals.append(taken)
            picks.append((span, earlier))
        else:
            totals.append(totals[-1])
            picks.append((None, index - 1))
    chosen = []
    index = len(spans)
    while index > 0:
        picked, index = picks[index]
        if picked is not None:
            chosen.append(picked)
    return chosen[::-1]

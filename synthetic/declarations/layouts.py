"""The layouts: each puts the same items on the sheet in its own way."""

from collections.abc import Callable
from dataclasses import replace

from synthetic.declarations.press import Press
from synthetic.declarations.wording import SUBTITLES, Item

Layout = Callable[[Press, list[Item]], None]


def flowing(press: Press, items: list[Item]) -> None:
    """One to three labels a line, the values behind them."""
    for row in _rows(press, items):
        baseline = press.down()
        width = press.width / len(row)
        for index, item in enumerate(row):
            left = press.look.left + index * width
            press.field(item, left, left + width - 2, baseline)


def boxed(press: Press, items: list[Item]) -> None:
    """Digit boxes for numbers, and for dates in groups of two, two and four."""
    size = press.rng.uniform(5.0, 7.0)
    press.look.pitch = max(press.look.pitch, size + 3)
    for item in items:
        baseline = press.down()
        left = press.look.left
        if item.id == "number":
            start = press.label(left, baseline, press.printed(item)) + 2
            count = max(len(item.text), press.rng.choice((9, 12)))
            press.boxes(item, start, baseline, (count,), min(size, (press.look.right - start) / count))
        elif item.id == "birth_date" and (not item.text or len(item.value) == 10):
            start = press.label(left, baseline, press.printed(item)) + 2
            day = "".join(reversed(item.value.split("-"))) if item.value else ""
            year, month, number = (item.value or "--").split("-")
            press.boxes(
                replace(item, text=number + month + year if day else ""), start, baseline, (2, 2, 4), size
            )
        else:
            press.field(item, left, press.look.right, baseline)


def ticked(press: Press, items: list[Item]) -> None:
    """A label a line; the sex is answered by a mark in one of two boxes."""
    for item in items:
        baseline = press.down()
        if item.id == "sex":
            start = press.label(press.look.left, baseline, press.printed(item)) + press.rng.uniform(3, 12)
            press.ticks(item, start, baseline, ("Nam", "Nữ"))
        else:
            press.field(item, press.look.left, press.look.right, baseline)


def two_columns(press: Press, items: list[Item]) -> None:
    """Two columns of labels with their values, each with its own order."""
    gap = press.rng.uniform(3, 9)
    width = (press.width - gap) / 2
    half = (len(items) + 1) // 2
    top = press.y
    press.look.points = min(press.look.points, 11)
    lowest = top
    for column in range(2):
        press.y = top
        left = press.look.left + column * (width + gap)
        for item in items[column * half : (column + 1) * half]:
            baseline = press.down()
            label = press.printed(item)
            room = width - press.canvas.measure(label, press.look.face, press.look.points)
            need = press.writer.width(item.text or "Nguyễn Thị Bé", press.writer.style.points * 0.75)
            if room < need:
                press.label(left, baseline, label)
                baseline = press.down()
                press.leader(left, left + width, baseline)
                press.value(item, left, left + width, baseline)
            else:
                start = press.label(left, baseline, label) + 1
                press.leader(start, left + width, baseline)
                press.value(item, start, left + width, baseline)
        lowest = max(lowest, press.y)
    press.y = lowest


def label_above(press: Press, items: list[Item]) -> None:
    """Small labels with the line to write on below them."""
    small = press.look.points * press.rng.uniform(0.75, 0.95)
    for row in _rows(press, items):
        above, below = press.down(0.85), press.down(0.95)
        width = press.width / len(row)
        for index, item in enumerate(row):
            left = press.look.left + index * width
            press.label(left, above, press.printed(item), small)
            press.leader(left, left + width - 3, below)
            press.value(item, left, left + width - 3, below)


def ruled_cells(press: Press, items: list[Item]) -> None:
    """A table: labels in one column of cells, values in the other."""
    canvas, look = press.canvas, press.look
    share = press.rng.uniform(0.34, 0.45)
    split = look.left + share * press.width
    height = look.pitch * 1.15
    for item in items:
        top = press.y
        for y in (top, top + height):
            canvas.line(look.left, y, look.right, y)
        for x in (look.left, split, look.right):
            canvas.line(x, top, x, top + height)
        baseline = top + height * 0.68
        label = press.printed(item, colon=press.rng.random() < 0.3)
        points = look.points
        while canvas.measure(label, look.face, points) > split - look.left - 3:
            points *= 0.95
        press.label(look.left + 1.5, baseline, label, points)
        press.value(item, split + 1.5, look.right - 1.5, baseline)
        press.y += height


def paired_cells(press: Press, items: list[Item]) -> None:
    """A table of four columns: label, value, label, value; small labels may stand above in the cell."""
    canvas, look = press.canvas, press.look
    inside = press.rng.random() < 0.5
    height = look.pitch * (1.9 if inside else 1.2)
    small = look.points * 0.78
    width = press.width / 2
    for index in range(0, len(items), 2):
        top = press.y
        for y in (top, top + height):
            canvas.line(look.left, y, look.right, y)
        for column in range(3):
            x = look.left + column * width
            canvas.line(x, top, x, top + height)
        for column, item in enumerate(items[index : index + 2]):
            left = look.left + column * width
            if inside:
                press.label(left + 1.5, top + height * 0.36, press.printed(item), small)
                press.value(item, left + 1.5, left + width - 1.5, top + height * 0.85)
            else:
                split = left + 0.42 * width
                canvas.line(split, top, split, top + height)
                label, points = press.printed(item), look.points
                while canvas.measure(label, look.face, points) > split - left - 2.5:
                    points *= 0.95
                press.label(left + 1.2, top + height * 0.66, label, points)
                press.value(item, split + 1, left + width - 1, top + height * 0.66)
        press.y += height


def bilingual(press: Press, items: list[Item]) -> None:
    """English beside the Vietnamese label or in small italics under it."""
    under = press.rng.random() < 0.5
    small = press.look.points * 0.72
    if under:
        press.look.pitch *= 1.3
    for item in items:
        baseline = press.down()
        english = SUBTITLES.get(item.id, "")
        left = press.look.left
        if under or not english:
            press.field(item, left, press.look.right, baseline)
            if english:
                face = press.look.face._replace(italic=True)
                indent = press.canvas.measure("1. ", press.look.face, press.look.points)
                press.canvas.text(
                    left + indent, baseline + press.look.pitch * 0.42, f"({english})", face, small
                )
        else:
            text = press.printed(item, colon=False) + f" / {english}" + press.look.colon
            start = press.label(left, baseline, text) + 1.5
            press.leader(start, press.look.right, baseline)
            press.value(item, start, press.look.right, baseline)


def dated_words(press: Press, items: list[Item]) -> None:
    """`Sinh ngày … tháng … năm …`: the words of the date are printed, its numbers written between them."""
    for row in _rows(press, items):
        baseline = press.down()
        width = press.width / len(row)
        for index, item in enumerate(row):
            left = press.look.left + index * width
            whole = item.id == "birth_date" and len(row) == 1 and (not item.text or len(item.value) == 10)
            if whole:
                _worded_date(press, item, left, baseline)
            else:
                press.field(item, left, left + width - 2, baseline)


def aligned(press: Press, items: list[Item]) -> None:
    """Labels in a column of their own without leaders, values in a second column; colons may stand there."""
    split = press.look.left + press.rng.uniform(0.36, 0.46) * press.width
    flush_right = press.rng.random() < 0.5
    for item in items:
        baseline = press.down()
        label = press.printed(item, colon=flush_right)
        points = press.look.points
        while press.canvas.measure(label, press.look.face, points) > split - press.look.left - 3:
            points *= 0.95
        wide = press.canvas.measure(label, press.look.face, points)
        press.label(split - 3 - wide if flush_right else press.look.left, baseline, label, points)
        if not flush_right:
            press.label(split - 2, baseline, press.look.colon)
        press.leader(split + 1, press.look.right, baseline)
        press.value(item, split + 1, press.look.right, baseline)


def sections(press: Press, items: list[Item]) -> None:
    """Headed parts, the parents' with labels of their own under the heading."""
    own = [item for item in items if not item.id.endswith(("father_name", "mother_name"))]
    heads = ("I. THÔNG TIN CÁ NHÂN", "II. THÔNG TIN VỀ CHA", "III. THÔNG TIN VỀ MẸ")
    parents = [[item for item in items if item.id == name] for name in ("father_name", "mother_name")]
    for head, part in zip(heads, (own, *parents), strict=True):
        face = press.look.face._replace(weight=700)
        press.canvas.text(press.look.left, press.down(1.15), head, face, press.look.points)
        press.count = 0
        for item in part:
            if item.id.endswith("_name") and item in parents[0] + parents[1]:
                item = replace(item, label="Họ và tên")  # noqa: PLW2901
            press.field(item, press.look.left, press.look.right, press.down())
            if item.id in {"father_name", "mother_name"}:
                year = str(press.rng.randint(1910, 1970)) if item.text else ""
                born = Item("born", "Năm sinh", year, year)
                press.field(born, press.look.left, press.look.left + press.width / 2, press.down())


def _worded_date(press: Press, item: Item, left: float, baseline: float) -> None:
    label = press.printed(replace(item, label="Sinh ngày"), colon=False)
    year, month, day = (item.value or "--").split("-")
    x = press.label(left, baseline, label)
    boxes = []
    for text, word, room in ((day, "tháng", 16.0), (month, "năm", 16.0), (year, "", 26.0)):
        press.leader(x + 1, x + room, baseline)
        if item.text:
            start = x + 1 + press.rng.uniform(0, 0.5) * max(0.0, room - 2 - press.writer.width(text))
            boxes.append(press.writer.write(start, baseline - 0.2, text))
        x = press.label(x + room + 1, baseline, word) if word else x
    if boxes:
        box = type(boxes[0]).around(boxes)
        press.note(replace(item, text=f"{day} tháng {month} năm {year}"), (box,))


def _rows(press: Press, items: list[Item]) -> list[list[Item]]:
    """Items one to three to a line, where labels and values have the room."""
    rows: list[list[Item]] = []
    for item in items:
        short = item.short or item.id == "number"
        last = rows[-1] if rows else []
        joins = short and last and all(one.short or one.id == "number" for one in last) and len(last) < 3
        if joins and _fit(press, [*last, item]) and press.rng.random() < 0.6:
            last.append(item)
        else:
            rows.append([item])
    return rows


def _fit(press: Press, row: list[Item]) -> bool:
    look, writer = press.look, press.writer
    room = press.width / len(row) - 5
    for item in row:
        label = f"10. {item.label.upper() if look.capitals else item.label} :"
        value = item.text or "31 tháng 12 năm 1960"
        if press.canvas.measure(label, look.face, look.points) + writer.width(value) * 1.15 > room:
            return False
    return True

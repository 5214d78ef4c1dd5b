"""Leaders that stand in the way: dots where the dot below a letter hangs, touching tails and each other.

The dot below (ạ ẹ ị ọ ụ ợ …) is as round and as large as a leader's. What tells them apart is the pitch, the
exact height, the size and the middle of the letter above, so that all of these must vary from line to line.
"""

import random
from dataclasses import dataclass

from PIL import ImageDraw, ImageFont

STOPS = (".", ".", ".", ".", "…", ". ", "·")
"""What word processors make a leader of."""


@dataclass(frozen=True)
class Leader:
    """How the dots of one line's leader look; lengths in pixels, `drop` below the baseline."""

    kind: str
    pitch: float
    radius: float
    drop: float
    cover: int
    stop: str
    uneven: float

    @staticmethod
    def drawn(rng: random.Random, filled: ImageFont.FreeTypeFont, em: float) -> "Leader":
        """A leader for values written in `filled` beside labels of `em` pixels."""
        radius = em * rng.choice((rng.uniform(0.025, 0.05), rng.uniform(0.035, 0.075)))
        pitch = max(2.4 * radius, 2.5) * rng.choice((1.0, rng.uniform(1, 1.6), rng.uniform(1.3, 3.5)))
        level = rng.random()
        if level < 0.45:
            drop = below(filled) - radius + rng.gauss(0, 0.02) * em
        elif level < 0.8:
            drop = rng.uniform(-0.05, 0.2) * em
        else:
            drop = rng.uniform(0.1, 0.3) * em
        return Leader(
            kind=rng.choices(("stops", "discs", "squares"), (45, 40, 15))[0],
            pitch=pitch,
            radius=radius,
            drop=drop,
            cover=rng.choice((255, 255, rng.randint(110, 255))),
            stop=rng.choice(STOPS),
            uneven=rng.choice((0.0, 0.0, rng.uniform(0, 0.03) * em)),
        )

    def draw(
        self,
        rng: random.Random,
        rules: ImageDraw.ImageDraw,
        ends: tuple[float, float],
        baseline: float,
        label: ImageFont.FreeTypeFont,
    ) -> None:
        """Draw it from one end to the other."""
        x, end = ends
        if self.kind == "stops":
            step = max(1.0, label.getlength(self.stop))
            # Stops stand on the labels' baseline, wherever the value was written.
            text = self.stop * max(1, int((end - x) / step))
            rules.text((x, baseline), text, font=label, fill=self.cover, anchor="ls")
            return
        while x < end:
            y = baseline + self.drop + rng.gauss(0, self.uneven)
            box = (x - self.radius, y - self.radius, x + self.radius, y + self.radius)
            (rules.ellipse if self.kind == "discs" else rules.rectangle)(box, fill=self.cover)
            x += self.pitch


def below(font: ImageFont.FreeTypeFont) -> float:
    """How far the dot below hangs under the baseline, in pixels."""
    return float(font.getbbox("ạ", anchor="ls")[3])

"""A finished figure: an image, what it shows in words, and the sentence under it.

A `Picture` needs nothing to be shown: no matplotlib, no kernel, no style sheet. It brings its own white
ground, so it reads alike in JupyterLab's light and dark theme, and its text form says what it shows.

Imports: nothing of bpcheck.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from html import escape

_CARD = (
    "box-sizing:border-box;margin:0.5em 0;padding:14px 16px;background:#ffffff;color:#1b1b1b;"
    "border:1px solid #c9ced4;border-radius:10px"
)
_SIDES = 2 * (16 + 1)  # px that the padding and the border add to the width
_IMAGE = "display:block;max-width:100%;height:auto;margin:0 auto"
_ROW = "display:flex;flex-wrap:wrap;align-items:flex-start;gap:0 8px"
_CAPTION = "margin-top:10px;font-size:14px;line-height:1.45;color:#3c4043"


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """One figure that shows itself in a notebook, and says itself everywhere else."""

    png: bytes  # twice as many pixels as it takes on the screen
    width: int  # on the screen, in CSS pixels; narrower where the page is
    alt: str  # all that the figure shows, in words and numbers
    caption: str  # the sentence under the figure: what to see in it; empty where another one says it

    def __str__(self) -> str:
        return self.alt

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        data = b64encode(self.png).decode("ascii")
        under = f'<figcaption style="{_CAPTION}">{escape(self.caption)}</figcaption>' if self.caption else ""
        return (
            f'<figure style="max-width:{self.width + _SIDES}px;{_CARD}">'
            f'<img alt="{escape(self.alt)}" src="data:image/png;base64,{data}" '
            f'width="{self.width}" style="{_IMAGE}">{under}</figure>'
        )


@dataclass(frozen=True, slots=True, repr=False)
class Pictures:
    """Several figures, side by side where there is room."""

    parts: tuple[Picture, ...]

    def __str__(self) -> str:
        return "\n\n".join(part.alt for part in self.parts)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        figures = "\n".join(part._repr_html_() for part in self.parts)
        return f'<div style="{_ROW}">{figures}</div>'

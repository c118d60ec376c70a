"""The chain x -> x² -> sin -> exp: its values, its local slopes, and the figure with both.

Imports: bpcheck.draw.sheet, picture, words.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, exp, sin
from typing import TYPE_CHECKING

from bpcheck.draw.sheet import BLUE, GREY, INK, LARGE, PALE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import number, one_number

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture


@dataclass(frozen=True, slots=True)
class Chain:
    """y = exp(u), u = sin(v), v = x², at one x: four values and three local slopes."""

    x: float
    v: float
    u: float
    y: float
    dv_dx: float  # 2x
    du_dv: float  # cos(v)
    dy_du: float  # exp(u)

    @classmethod
    def at(cls, x: float) -> Chain:
        """Values from left to right, then the slope of each machine at its own input."""
        v = x * x
        u = sin(v)
        y = exp(u)
        return cls(x, v, u, y, 2 * x, cos(v), y)

    @property
    def values(self) -> tuple[float, float, float, float]:
        """X, v, u and y."""
        return self.x, self.v, self.u, self.y

    @property
    def slopes(self) -> tuple[float, float, float]:
        """dv/dx, du/dv and dy/du."""
        return self.dv_dx, self.du_dv, self.dy_du


LETTERS = ("x", "v", "u", "y")
MACHINES = ("$x^2$", r"$\sin$", r"$\exp$")
MACHINE_WORDS = ("square", "sine", "exponential")  # for the alt texts
SLOPES = ("dv/dx", "du/dv", "dy/du")
FORMULAS = ("2x", r"\cos v", "e^u")
FORMULA_WORDS = ("2x", "cos v", "exp u")


def chain(x: float = 1.3) -> Picture:
    """Three machines in a row, with all values at `x` and the local slope of each machine.

    Parameters
    ----------
    x : where the chain is evaluated; from -100 to 100

    Raises
    ------
    UsageError : `x` is not such a number.
    """
    c = Chain.at(one_number(x))
    with Sheet(WIDE, 300) as sheet:
        sheet.text(
            20, 22, "Values: each machine hands its result to the next.", size=SMALL, color=GREY, align="left"
        )
        centres = [62 + (WIDE - 124) / 6 * k for k in range(7)]
        for k in range(6):
            start, end = (48, 44) if k % 2 == 0 else (44, 48)
            sheet.arrow([(centres[k] + start, 82), (centres[k + 1] - end - 2, 82)], line=2)
        for k, (letter, value) in enumerate(zip(LETTERS, c.values, strict=True)):
            _value(sheet, centres[2 * k], 82, letter, value)
        for k in range(3):
            _machine(sheet, centres[2 * k + 1], k, c)
        note = "Local slopes: each machine looks at its own input and at nothing else."
        sheet.text(20, 278, note, size=SMALL, color=GREY, align="left")
        return sheet.picture(_in_words(c), _CAPTION)


_CAPTION = (
    "Three machines in a row. The slope of a machine is taken where that machine stands, at its own input; "
    "so the values come first. Numbers are rounded to four digits."
)


def _value(sheet: Sheet, x: float, y: float, letter: str, value: float) -> None:
    sheet.box(x, y, 96, 60, radius=28, line=1.5)
    sheet.text(x, y - 13, f"${letter}$", size=LARGE)
    sheet.text(x, y + 13, number(value))


def _machine(sheet: Sheet, x: float, k: int, c: Chain) -> None:
    sheet.box(x, 82, 84, 60, fill=PALE, edge=INK, line=2.5, radius=4)
    sheet.text(x, 82, MACHINES[k], size=22)
    sheet.line([(x, 114), (x, 158)], color=RULE, style="--")
    sheet.box(x, 204, 206, 92, edge=BLUE, line=1.5)
    sheet.text(x, 178, f"slope  ${SLOPES[k]} = {FORMULAS[k]}$")
    sheet.text(x, 204, f"at ${LETTERS[k]}$ = {number(c.values[k])} it is", size=SMALL, color=GREY)
    sheet.text(x, 231, number(c.slopes[k]), size=LARGE, color=BLUE, bold=True)


def _in_words(c: Chain) -> str:
    values = ", ".join(f"{a} = {number(b)}" for a, b in zip(LETTERS, c.values, strict=True))
    slopes = "; ".join(
        f"{SLOPES[k]} = {FORMULA_WORDS[k]} = {number(c.slopes[k])} at {LETTERS[k]} = {number(c.values[k])}"
        for k in range(3)
    )
    return (
        "Three machines in a row: x goes into the square, which gives v; v goes into the sine, which gives u; "
        f"u goes into the exponential, which gives y. Values: {values}. Under each machine its local slope: {slopes}."
    )

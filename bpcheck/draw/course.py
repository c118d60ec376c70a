"""The course on one page: fourteen notebooks and three ways through them.

Imports: bpcheck.draw.sheet, picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpcheck.draw.sheet import BLUE, GREY, INK, LARGE, ORANGE, PALE, SMALL, WIDE, Sheet

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture


@dataclass(frozen=True, slots=True)
class Notebook:
    """One notebook of the course."""

    title: str
    minutes: int
    formula: str = ""  # the title as matplotlib sets it, where it holds a formula


@dataclass(frozen=True, slots=True)
class Route:
    """One way through the notebooks."""

    letter: str
    name: str
    reader: str  # for whom it is
    stops: tuple[int, ...]  # numbers of the notebooks in the order of reading
    color: str
    style: str  # of its line

    @property
    def minutes(self) -> int:
        """Reading and exercises, all stops together."""
        return sum(NOTEBOOKS[stop].minutes for stop in self.stops)

    @property
    def whole(self) -> bool:
        """It stops at every notebook, in their order."""
        return self.stops == tuple(range(len(NOTEBOOKS)))


NOTEBOOKS = (
    Notebook("Start here", 15),
    Notebook("Nudges and slopes", 45),
    Notebook(
        "The chain rule on exp(sin(x²)), read both ways",
        60,
        r"The chain rule on $e^{\sin(x^2)}$, read both ways",
    ),
    Notebook("Let SymPy derive it", 45),
    Notebook("Computational graphs and a 60-line autodiff", 75),
    Notebook("One neuron: it said 0.80, the truth was 1.00", 60),
    Notebook("Any number of layers: what travels backward", 75),
    Notebook("What it costs: one sweep instead of millions", 45),
    Notebook("Trust, but check: gradient checking and bug hunting", 75),
    Notebook("The order of things: accumulate, then update; XOR", 60),
    Notebook("From loops to matrices: the batch", 75),
    Notebook("Real digits, step size and noise", 60),
    Notebook("Through time: BPTT", 60),
    Notebook("From your engine to the frameworks; history; capstone", 75),
)

ROUTES = (
    Route("A", "From the ground up", "You want the whole way.", tuple(range(len(NOTEBOOKS))), INK, "-"),
    Route("B", "The network first", "You know derivatives well.", (0, 5, 6, 9, 11, 4, 13), BLUE, "--"),
    Route("C", "One afternoon", "You want the heart of it.", (2, 5, 6, 9, 10), ORANGE, ":"),
)

_FIRST, _PITCH = 174.0, 36.0  # px: the middle of the first row, and from row to row
_LANES = {"A": 38.0, "B": 98.0, "C": 226.0}  # px: the middle of each line
_BACK = 38.0  # px: between the lanes of a line that turns back
_TITLES = 266.0  # px: where the numbers of the notebooks begin
_STATION = 13.0  # px: radius


def course_map() -> Picture:
    """The fourteen notebooks as the stations of three lines, A, B and C."""
    with Sheet(WIDE, _row(len(NOTEBOOKS)) - _PITCH / 2 + 2) as sheet:
        for k, route in enumerate(ROUTES):
            _card(sheet, 1 + k * 289.5, route)
        for k, notebook in enumerate(NOTEBOOKS):
            if k % 2 == 0:
                sheet.box(WIDE / 2, _row(k), WIDE - 2, _PITCH, edge="none", fill=PALE, radius=4, layer=0)
            sheet.text(_TITLES, _row(k), f"{k:02d}", bold=True, align="left")
            sheet.text(_TITLES + 34, _row(k), notebook.formula or notebook.title, align="left")
            sheet.text(WIDE - 14, _row(k), f"{notebook.minutes} min", size=SMALL, color=GREY, align="right")
        for route in ROUTES:
            _line(sheet, route)
        return sheet.picture(_in_words(), _CAPTION)


_CAPTION = (
    "Choose a line and follow it from station to station; numbers in the stations give the order, and where a line "
    "has no station, it passes by. Every notebook stands on its own feet, so you can change lines anywhere."
)


def _row(k: int) -> float:
    return _FIRST + _PITCH * k


def _card(sheet: Sheet, left: float, route: Route) -> None:
    sheet.box(left + 139.5, 52, 279, 100, edge=route.color, line=2, radius=10)
    sheet.circle(left + 38, 52, 23, edge=route.color, fill=route.color)
    sheet.text(left + 38, 52, route.letter, size=23, bold=True, color="white")
    sheet.text(left + 76, 25, route.name, size=17, bold=True, color=route.color, align="left")
    sheet.text(left + 76, 52, route.reader, size=14, align="left")
    sheet.text(left + 76, 78, _length(route), size=14, color=GREY, align="left")


def _line(sheet: Sheet, route: Route) -> None:
    """The stations of one line; a stop further up is reached over a lane beside it."""
    lane = _LANES[route.letter]
    sheet.text(lane, _row(0) - 36, route.letter, size=LARGE, bold=True, color=route.color)
    radius = 7 if route.whole else _STATION
    before = None
    for order, stop in enumerate(route.stops, 1):
        x, y = lane, _row(stop)
        if before is not None and stop < before:
            way = [
                (x, _row(before)),
                (x + _BACK, _row(before)),
                (x + _BACK, y),
                (x + 2 * _BACK - _STATION, y),
            ]
            sheet.arrow(way, color=route.color, line=4, style=route.style, radius=12, head=12)
            lane = x = x + 2 * _BACK
        elif before is not None:
            sheet.line(
                [(x, _row(before) + radius), (x, y - radius)], color=route.color, line=4, style=route.style
            )
        sheet.circle(x, y, radius, edge=route.color, line=3)
        if not route.whole:
            sheet.text(x, y, str(order), size=SMALL, bold=True, color=route.color)
        before = stop


def _length(route: Route) -> str:
    hours, rest = divmod(route.minutes, 60)
    time = f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{len(route.stops)} notebooks, {time}"


def _in_words() -> str:
    notebooks = "; ".join(f"{k:02d} {n.title} ({n.minutes} min)" for k, n in enumerate(NOTEBOOKS))
    routes = " ".join(
        f"Route {r.letter}, {r.name.lower()}: {', '.join(f'{stop:02d}' for stop in r.stops)} "
        f"({_length(r)}). {r.reader}"
        for r in ROUTES
    )
    return f"Map of the course. {routes} The notebooks: {notebooks}."

"""The running product along the chain, from the x side or from the y side, in three steps.

Both ways multiply the same three local slopes and end in the same dy/dx. What differs is what is known on
the way: slopes *with respect to x* from the x side, slopes *of y* from the y side.

Imports: ipywidgets on call; bpcheck.errors, bpcheck.draw.chain, sheet, picture, words.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from math import prod
from typing import Any, Literal, get_args

from bpcheck.draw.chain import LETTERS, MACHINE_WORDS, MACHINES, SLOPES, Chain
from bpcheck.draw.picture import Picture, Pictures
from bpcheck.draw.sheet import BLUE, BLUE_PALE, GREY, INK, ORANGE, ORANGE_PALE, PALE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import factor, number, one_number
from bpcheck.errors import UsageError

Side = Literal["input", "output"]

_PANEL, _GAP, _HEIGHT = 279.0, 10.0, 336.0  # px
_LETTER, _MACHINE = 80.0, 44.0  # px: from letter to letter, width of a machine

_TITLES = {
    "input": "From the x side: how far does a nudge at x travel?",
    "output": "From the y side: how much does y care about each number?",
}
_CAPTIONS = {
    "input": "Under each machine stands its local slope. The finished part (thick frame) grows from x to the "
    "right; every product on the way is a slope with respect to x. Numbers are rounded to four digits.",
    "output": "Under each machine stands its local slope. The finished part (thick frame) grows from y to the "
    "left; every product on the way is a slope of y. Numbers are rounded to four digits.",
}


@dataclass(frozen=True, slots=True)
class _Step:
    """One multiplication."""

    machines: tuple[int, int]  # first and last machine of the finished part
    new: int  # the machine that has just been joined to it
    name: str  # of the running product: "du/dx"
    value: float
    factors: tuple[str, ...]  # names in the order of multiplication; one name in step 1
    numbers: tuple[float, ...]  # their values


def products(x: float = 1.3, side: Side = "input", step: int | None = None) -> Picture:
    """Three steps of the product dy/dx = dy/du · du/dv · dv/dx, begun at one end of the chain.

    Parameters
    ----------
    x : where the chain is evaluated; from -100 to 100
    side : "input" finds dv/dx, du/dx, dy/dx; "output" finds dy/du, dy/dv, dy/dx
    step : 1, 2 or 3 for one step alone, drawn larger; None for the row of three

    Raises
    ------
    UsageError : an argument is none of these.
    """
    if side not in get_args(Side):
        raise UsageError(f"side is 'input' or 'output'; it got {side!r}")
    if step not in (None, 1, 2, 3):
        raise UsageError(f"step is 1, 2, 3 or None; it got {step!r}")
    steps = _steps(Chain.at(one_number(x)), side)
    if step is not None:
        with Sheet(_PANEL + 8, _HEIGHT + 8, zoom=1.6) as sheet:
            _panel(sheet, 4, 4, steps, step - 1, side)
            return sheet.picture(_in_words(x, side, steps, (step - 1,)), _CAPTIONS[side])
    with Sheet(WIDE, _HEIGHT + 44) as sheet:
        sheet.text(2, 16, _TITLES[side], bold=True, color=_colour(side), align="left")
        for k in range(3):
            _panel(sheet, 1 + k * (_PANEL + _GAP), 40, steps, k, side)
        return sheet.picture(_in_words(x, side, steps, (0, 1, 2)), _CAPTIONS[side])


def products_stepper(x: float = 1.3) -> Any:
    """The same steps one at a time: a slider for the step, a switch for the side.

    Returns
    -------
    An ipywidgets box; where ipywidgets is not installed, the two rows of `products` one under the other.
    """
    try:
        widgets = import_module("ipywidgets")
    except ImportError:
        return Pictures((products(x, "input"), products(x, "output")))
    switch = widgets.ToggleButtons(
        options=[("from the x side", "input"), ("from the y side", "output")], description="begin"
    )
    slider = widgets.IntSlider(value=1, min=1, max=3, description="step")
    shown = widgets.HTML(products(x, "input", 1)._repr_html_())

    def show(_change: object) -> None:
        shown.value = products(x, switch.value, slider.value)._repr_html_()

    switch.observe(show, "value")
    slider.observe(show, "value")
    return widgets.VBox([switch, slider, shown])


def _steps(c: Chain, side: Side) -> list[_Step]:
    order = (0, 1, 2) if side == "input" else (2, 1, 0)
    found: list[_Step] = []
    for k in order:
        first, last = min(order[0], k), max(order[0], k)
        # Factors stand as in dy/du · du/dv · dv/dx: the one nearer to y on the left.
        chosen = [(SLOPES[k], c.slopes[k]), *((old.name, old.value) for old in found[-1:])]
        if side == "output":
            chosen.reverse()
        found.append(
            _Step(
                machines=(first, last),
                new=k,
                name=f"d{LETTERS[last + 1]}/d{LETTERS[first]}",
                value=prod(value for _, value in chosen),
                factors=tuple(name for name, _ in chosen),
                numbers=tuple(value for _, value in chosen),
            )
        )
    return found


def _panel(sheet: Sheet, left: float, top: float, steps: list[_Step], k: int, side: Side) -> None:
    step, middle = steps[k], left + _PANEL / 2
    sheet.box(middle, top + _HEIGHT / 2, _PANEL, _HEIGHT, edge=RULE, line=1.2, radius=8, layer=0)
    sheet.text(left + 16, top + 24, f"Step {k + 1}", bold=True, align="left")
    verb = "begin with" if k == 0 else "join"
    sheet.text(left + _PANEL - 16, top + 24, f"{verb} {MACHINES[step.new]}", color=GREY, align="right")
    _frame(sheet, middle, top + 98, step, side, done=k == 2)
    _row(sheet, middle, top + 98, step, steps, side)
    _multiplication(sheet, middle - 96, top + 176, step)
    sheet.line([(left + 16, top + 246), (left + _PANEL - 16, top + 246)], color=RULE, line=1)
    for j, entry in enumerate(steps):
        words = f"✓  ${entry.name}$ = {number(entry.value)}" if j <= k else f"☐  ${entry.name}$ = ?"
        colour = _colour(side) if j <= k else GREY
        sheet.text(middle - 96, top + 267 + 25 * j, words, align="left", color=colour)


def _frame(sheet: Sheet, middle: float, y: float, step: _Step, side: Side, done: bool) -> None:
    """The finished part: a thick frame, and on it the product so far with the way it will go on."""
    first, last = step.machines
    width = _LETTER * (last - first + 1) + 26
    centre = middle + _LETTER * ((first + last) / 2 - 1)
    pale = BLUE_PALE if side == "input" else ORANGE_PALE
    sheet.box(centre, y - 5, width, 62, edge=_colour(side), fill=pale, line=3, radius=8, layer=1)
    label = number(step.value)
    if not done:
        label = f"{label} →" if side == "input" else f"← {label}"
    sheet.text(centre, y - 36, label, size=SMALL, bold=True, color="white", ground=_colour(side))


def _row(sheet: Sheet, middle: float, y: float, step: _Step, steps: list[_Step], side: Side) -> None:
    """The chain itself: letters, machines, and under each machine its local slope."""
    letters = [middle + _LETTER * (k - 1.5) for k in range(4)]
    for letter, x in zip(LETTERS, letters, strict=True):
        sheet.text(x, y, f"${letter}$", size=17)
    slopes = {s.new: s.numbers[0 if side == "input" else -1] for s in steps}
    for k in range(3):
        centre, half = letters[k] + _LETTER / 2, _MACHINE / 2
        joined = step.machines[0] <= k <= step.machines[1]
        ink = INK if joined else GREY
        sheet.box(
            centre,
            y,
            _MACHINE,
            34,
            radius=3,
            fill="white" if joined else PALE,
            edge=ink,
            line=2 if joined else 1.2,
            style="-" if joined else "--",
        )
        sheet.text(centre, y, MACHINES[k], size=14, color=ink)
        sheet.arrow([(letters[k] + 8, y), (centre - half - 1, y)], line=1.2, head=6)
        sheet.arrow([(centre + half, y), (letters[k + 1] - 8, y)], line=1.2, head=6)
        sheet.text(centre, y + 42, number(slopes[k]), size=SMALL, bold=k == step.new, color=ink)


def _multiplication(sheet: Sheet, left: float, y: float, step: _Step) -> None:
    if len(step.factors) == 1:
        end = "first" if step.new == 0 else "last"
        lines = (f"${step.name}$", f"= slope of the {end} machine")
    else:
        a, b = step.numbers
        lines = (
            f"${step.name} = {step.factors[0]} \\cdot {step.factors[1]}$",
            f"= {number(a)} × {factor(b)}",
        )
    sheet.text(left, y, lines[0], align="left")
    sheet.text(left, y + 25, lines[1], align="left")
    sheet.text(left, y + 50, f"= {number(step.value)}", align="left", bold=True)


def _colour(side: Side) -> str:
    return BLUE if side == "input" else ORANGE


def _in_words(x: float, side: Side, steps: list[_Step], shown: tuple[int, ...]) -> str:
    sentences = [f"{_TITLES[side]} The chain is square, sine, exponential at x = {number(x)}."]
    for k in shown:
        step = steps[k]
        if k == 0:
            sentences.append(f"Step 1, the {MACHINE_WORDS[step.new]}: {step.name} = {number(step.value)}.")
            continue
        a, b = step.numbers
        sentences.append(
            f"Step {k + 1}, joining the {MACHINE_WORDS[step.new]}: {step.name} = {step.factors[0]} · "
            f"{step.factors[1]} = {number(a)} × {factor(b)} = {number(step.value)}."
        )
    known = ", ".join(step.name for step in steps[: shown[-1] + 1])
    return " ".join([*sentences, f"Known now: {known}."])

"""The backward sweep over a graph, step by step; and what three ways of sweeping make of a fork.

Nothing here touches the gradients that stand in the Values: a sweep of its own is drawn.

Imports: ipywidgets on call; bpcheck.errors, bpcheck.draw.graph_layout, graph_picture, sheet, picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from math import cos, sin
from typing import Any

from bpcheck.draw.graph_layout import Layout
from bpcheck.draw.graph_picture import Shown, brief, in_words, labels_of, layout_of, paint, size_of
from bpcheck.draw.picture import Picture, Pictures
from bpcheck.draw.sheet import BLUE, GREY, INK, ORANGE, ORANGE_PALE, RULE, SMALL, WIDE, Sheet
from bpcheck.draw.words import number, one_number
from bpcheck.errors import UsageError


def graph_sweep(node: Any, step: int | None = None, **names: Any) -> Picture:
    """The backward sweep from `node`, after `step` numbers have told their parents.

    Parameters
    ----------
    node : a Value of `bpcheck.reference.engine`
    step : 0 for the start, where only the node itself has a gradient; None for the end
    names : what to call some of the Values

    Raises
    ------
    UsageError : there is no such step, or the graph cannot be drawn.
    """
    found = layout_of(node)
    moments = _moments(found)
    if step is None:
        step = len(moments) - 1
    if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step < len(moments):
        raise UsageError(f"step goes from 0 to {len(moments) - 1} in this graph; it got {step!r}")
    labels = labels_of(found, names)
    width, height = size_of(found)
    shown = moments[step]
    title = f"Step {step} of {len(moments) - 1}"
    with Sheet(width, height + 30) as sheet:
        who = (
            "the end starts with 1"
            if shown.speaking is None
            else f"{labels[shown.speaking]} tells its parents"
        )
        sheet.text(14, 18, title, bold=True, align="left")
        sheet.text(sheet.width - 14, 18, who, color=GREY, align="right")
        paint(sheet, found, labels, shown, (sheet.width - found.width) / 2, 38)
        return sheet.picture(f"{title}. {who}. {in_words(found, labels, shown)}", _CAPTION)


_CAPTION = (
    "The number with the thick frame has just spoken. Along each thick arrow it told its parent: slope on the arrow "
    "times own gradient. A parent adds what it hears; an empty room has heard nothing yet. Numbers are rounded to four digits."
)


def graph_strip(node: Any, **names: Any) -> Pictures:
    """The sweep from `node`, one picture for each step; what they all show is said under the last one."""
    last = len(_moments(layout_of(node))) - 1
    steps = [graph_sweep(node, step, **names) for step in range(last + 1)]
    return Pictures((*(replace(step, caption="") for step in steps[:-1]), steps[-1]))


def graph_stepper(node: Any, **names: Any) -> Any:
    """The same with a slider.

    Returns
    -------
    An ipywidgets box; where ipywidgets is not installed, the pictures of `graph_strip`.
    """
    last = len(_moments(layout_of(node))) - 1
    try:
        widgets = import_module("ipywidgets")
    except ImportError:
        return graph_strip(node, **names)
    slider = widgets.IntSlider(value=0, min=0, max=last, description="step")
    shown = widgets.HTML(graph_sweep(node, 0, **names)._repr_html_())

    def show(_change: object) -> None:
        shown.value = graph_sweep(node, slider.value, **names)._repr_html_()

    slider.observe(show, "value")
    return widgets.VBox([slider, shown])


def _moments(found: Layout) -> list[Shown]:
    """The start, and one moment for each number that has parents to tell."""
    last = len(found.nodes) - 1
    grads = {last: 1.0}
    moments = [Shown(dict(grads))]
    spoken: set[int] = set()
    for k in range(last, -1, -1):
        if not found.nodes[k].parents:
            continue
        for edge in (e for e in found.edges if e.child == k):
            grads[edge.parent] = grads.get(edge.parent, 0.0) + edge.slope * grads[k]
        spoken.add(k)
        moments.append(Shown(dict(grads), k, frozenset(spoken)))
    return moments


_PANEL, _GAP, _TALL = 279.0, 10.0, 322.0  # px


@dataclass(frozen=True, slots=True)
class _Program:
    """What u does with two messages."""

    name: str
    rule: str
    verdict: str
    messages: tuple[float, ...]  # what u tells x, before the slope
    loses_first: bool = False
    good: bool = False


def fork_sweeps(x: float = 1.3) -> Picture:
    """What u hears and what x gets in y = u * sin(u), u = x², from three programs.

    Parameters
    ----------
    x : where the graph is evaluated; from -100 to 100

    Raises
    ------
    UsageError : `x` is not such a number.
    """
    x = one_number(x)
    first, second, slope = sin(x * x), x * x * cos(x * x), 2 * x
    programs = (
        _Program("Overwrite", "keeps only the last message", "one road is lost", (second,), loses_first=True),
        _Program("At once", "adds, and passes on at once", "one road counts twice", (first, first + second)),
        _Program(
            "Patient", "adds, waits, passes on once", "each road counts once", (first + second,), good=True
        ),
    )
    words = [
        f"y = u · sin(u), u = x², at x = {number(x)}.",
        f"u hears {brief(first)} from y, then {brief(second)} from the sine.",
    ]
    with Sheet(WIDE, _TALL + 4) as sheet:
        for k, program in enumerate(programs):
            told = [slope * message for message in program.messages]
            _panel(sheet, 1 + k * (_PANEL + _GAP), program, (first, second), slope)
            words.append(
                f"{program.name}, {program.rule}: u tells x {' and then '.join(map(brief, told))}; "
                f"x ends with {brief(sum(told))}: {program.verdict}."
            )
        return sheet.picture(" ".join(words), _CAPTION_FORK)


_CAPTION_FORK = (
    "The same graph, three programs. On top what u hears, first from y, then from the sine; below it what u passes on to "
    "x, each time multiplied by the slope 2x. Only the patient program gives the slope. Numbers are rounded to four digits."
)


def _panel(sheet: Sheet, left: float, program: _Program, heard: tuple[float, float], slope: float) -> None:
    middle, inner, outer = left + _PANEL / 2, left + 16, left + _PANEL - 16
    colour = BLUE if program.good else ORANGE
    sheet.box(middle, 2 + _TALL / 2, _PANEL, _TALL, edge=RULE, line=1.2, radius=8, layer=0)
    sheet.text(inner, 26, program.name, bold=True, align="left", color=colour)
    sheet.text(inner, 50, program.rule, size=SMALL, color=GREY, align="left")
    for k, (message, who) in enumerate(zip(heard, ("y", "the sine"), strict=True)):
        lost = program.loses_first and k == 0
        ink, y = GREY if lost else INK, 84 + 26 * k
        sheet.text(inner, y, f"u hears from {who}", size=SMALL, align="left", color=ink)
        sheet.text(outer, y, brief(message), size=14, align="right", color=ink)
        if lost:
            sheet.text(outer - 86, y, "lost", size=SMALL, align="right", color=ORANGE, bold=True)
    sheet.line([(inner, 132), (outer, 132)], color=RULE, line=1)
    sheet.text(inner, 154, "u tells x", size=SMALL, align="left")
    for k, message in enumerate(program.messages):
        product = f"{brief(slope)} × {f'({brief(message)})' if message < 0 else brief(message)}"
        sheet.text(inner, 178 + 26 * k, product, size=SMALL, align="left")
        sheet.text(outer, 178 + 26 * k, brief(slope * message), size=14, align="right")
    sheet.line([(inner, 228), (outer, 228)], color=RULE, line=1)
    fill = "white" if program.good else ORANGE_PALE
    sheet.box(middle, 258, _PANEL - 20, 40, edge=colour, fill=fill, line=2)
    sheet.text(inner + 8, 258, "x ends with", size=14, align="left")
    total = sum(slope * message for message in program.messages)
    sheet.text(outer - 8, 258, brief(total), bold=True, align="right", color=colour)
    sheet.text(middle, 300, f"{'✓' if program.good else '✗'}  {program.verdict}", size=14, color=colour)

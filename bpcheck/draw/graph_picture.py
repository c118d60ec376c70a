"""A computation as a graph: what each number was made from, its value, its gradient, the slope on each arrow.

Imports: bpcheck.errors, bpcheck.reference.engine, bpcheck.draw.graph_layout, sheet, picture, words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bpcheck.draw.graph_layout import Edge, Layout, is_constant, layout
from bpcheck.draw.picture import Picture
from bpcheck.draw.sheet import BLUE, GREY, INK, ORANGE, ORANGE_PALE, PALE, RULE, SMALL, WIDE, Point, Sheet
from bpcheck.draw.words import number
from bpcheck.errors import UsageError
from bpcheck.reference import engine
from bpcheck.reference.engine import Value

WIDTH, HEIGHT = 164.0, 50.0  # px of a node
PITCH = 100.0  # px from row to row
# of the way to the lower number: where a slope may stand
ALONG = ((0.5, 0.6, 0.4, 0.7, 0.3), (0.3, 0.7, 0.5))
DIGIT, TALL = 8.6, 18.0  # px that a digit of a slope takes, and how tall it is
MOST = 40  # nodes; more cannot be read
SLIM = 420.0  # px that a picture is at least wide, so that its caption can be read

OPS = {"+": "plus", "*": "times", "max": "maximum"}  # as the alt text says them
SIGNS = {"*": "×"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a graph shows at one moment."""

    grads: Mapping[int, float]  # index of a node -> its gradient so far; nodes without have heard nothing
    speaking: int | None = None  # index of the node that has just told its parents
    spoken: frozenset[int] = frozenset()


def graph(node: Any, **names: Any) -> Picture:
    """The graph behind a Value: inputs on top, the value itself at the bottom.

    Parameters
    ----------
    node : a Value of `bpcheck.reference.engine`, or of a class of your own with the same attributes
    names : what to call some of the Values, as in graph(y, x=x, u=u)

    Raises
    ------
    UsageError : `node` is no such thing, or its graph has more than 40 nodes.

    >>> x = engine.Value(2.0)
    >>> print(graph(x * x, x=x))
    A graph of 2 numbers. x = 2, gradient none yet. step 2 = times(x, x) = 4, gradient none yet, slopes 2 and 2.
    """
    found = layout_of(node)
    swept = any(made.grad for made in found.nodes)
    shown = Shown({k: made.grad for k, made in enumerate(found.nodes)} if swept else {})
    labels = labels_of(found, names)
    width, height = size_of(found)
    with Sheet(width, height) as sheet:
        paint(sheet, found, labels, shown, (width - found.width) / 2, 12)
        return sheet.picture(in_words(found, labels, shown), _CAPTION if swept else _CAPTION_BEFORE)


_SLOPES = "On each arrow stands the slope of the lower number with respect to the upper one. "
_CAPTION = (
    "In each box: its name or operation, below it on the left the value, on the right the gradient, the slope of "
    f"the lowest number with respect to this one. {_SLOPES}Numbers are rounded to four digits."
)
_CAPTION_BEFORE = (
    "In each box: its name or operation, and the value; the room on the right is for the gradient. "
    f"{_SLOPES}Numbers are rounded to four digits."
)


def layout_of(node: Any) -> Layout:
    """Places for the graph of `node`, or a UsageError."""
    if not all(hasattr(node, name) for name in ("value", "parents", "slopes", "grad", "number")):
        raise UsageError(
            f"a graph needs a Value, as engine.Value(2.0) makes it; it got {type(node).__name__}"
        )
    count = len(engine.order(node))
    if count > MOST:
        raise UsageError(f"this graph has {count} nodes; more than {MOST} cannot be read in a picture")
    return layout(node)


def labels_of(found: Layout, names: Mapping[str, Any]) -> tuple[str, ...]:
    """A name, an operation, or both, for each node."""
    called = {id(value): name for name, value in names.items()}
    labels = []
    for made in found.nodes:
        name, op = called.get(id(made), ""), SIGNS.get(_op(made), _op(made))
        op = op or ("?" if made.parents else "")
        labels.append(" : ".join(part for part in (name, op) if part) or "input")
    return tuple(labels)


def _op(made: Value) -> str:
    return str(getattr(made, "op", "")).replace("**", "power ").replace("-", "−")


def size_of(found: Layout) -> tuple[float, float]:
    """Width and height of the page in px.

    A graph that is wider than a page has no readable picture.
    """
    if found.width > WIDE - 12:
        raise UsageError(f"this graph needs {found.width:.0f} px side by side; a picture has {WIDE}")
    return max(found.width, SLIM) + 12, (found.rows - 1) * PITCH + HEIGHT + 24


def paint(sheet: Sheet, found: Layout, labels: Sequence[str], shown: Shown, left: float, top: float) -> None:
    """The graph with its left upper corner at (left, top)."""
    ends = _ends(found)
    paths = [_path(edge, *ends[edge.child, edge.slot], left, top) for edge in found.edges]
    texts = [brief(edge.slope) for edge in found.edges]
    for edge, path in zip(found.edges, paths, strict=True):
        _arrow(sheet, path, edge, shown)
    for edge, text, (x, y) in zip(found.edges, texts, _label_places(paths, texts), strict=True):
        now = edge.child == shown.speaking
        sheet.text(x, y, text, size=SMALL, color=BLUE, bold=now, ground="white")
    for k, (x, row) in enumerate(found.places):
        _box(sheet, left + x, top + row * PITCH + HEIGHT / 2, found.nodes[k], labels[k], k, shown)


def brief(value: float) -> str:
    """Four digits where there is room for them."""
    return next((text for digits in (4, 3) if len(text := number(value, digits)) <= 8), number(value, 2))


def _ends(found: Layout) -> dict[tuple[int, int], tuple[float, float]]:
    """(child, slot) -> how far from the middle of parent and child the arrow begins and ends, in px."""
    ends: dict[tuple[int, int], tuple[float, float]] = {}
    for k in range(len(found.nodes)):
        into = sorted((e for e in found.edges if e.child == k), key=lambda e: (e.path[-2][0], e.slot))
        for place, edge in enumerate(into):
            apart = 68.0 * (place - (len(into) - 1) / 2) if len(into) > 1 else 0.0
            twins = sum(e.parent == edge.parent for e in into) > 1
            ends[edge.child, edge.slot] = (0.6 * apart if twins else 0.0, apart if twins else apart / 2)
    return ends


def _path(edge: Edge, begin: float, end: float, left: float, top: float) -> list[Point]:
    """The corners of an arrow; it goes straight down where it passes a row."""
    (x0, r0), *between, (x1, r1) = edge.path
    points = [(left + x0 + begin, top + r0 * PITCH + HEIGHT)]
    for x, row in between:
        points += [(left + x, top + row * PITCH - 6), (left + x, top + row * PITCH + HEIGHT + 6)]
    return [*points, (left + x1 + end, top + r1 * PITCH)]


def _arrow(sheet: Sheet, path: list[Point], edge: Edge, shown: Shown) -> None:
    now = edge.child == shown.speaking
    colour = ORANGE if now else INK if edge.child in shown.spoken or not shown.spoken else GREY
    sheet.arrow(path, line=2.6 if now else 1.4, color=colour, radius=14 if len(path) > 2 else 0, head=9)


def _label_places(paths: Sequence[list[Point]], texts: Sequence[str]) -> list[Point]:
    """A place on the last stretch of each arrow where its slope covers no other slope."""
    for along in ALONG:
        taken: list[tuple[float, float, float]] = []  # x, y, half the width
        crowded = False
        for path, text in zip(paths, texts, strict=True):
            (xa, ya), (xb, yb) = path[-2:]
            half = DIGIT * len(text) / 2
            tried = [(xa + t * (xb - xa), ya + t * (yb - ya)) for t in along]
            free = [
                (x, y)
                for x, y in tried
                if all(abs(x - x2) > half + half2 or abs(y - y2) > TALL for x2, y2, half2 in taken)
            ]
            crowded |= not free
            taken.append((*(free or tried)[0], half))
        if not crowded:
            break
    return [(x, y) for x, y, _ in taken]


def _box(sheet: Sheet, x: float, y: float, made: Value, label: str, k: int, shown: Shown) -> None:
    speaking = k == shown.speaking
    if is_constant(made):
        sheet.box(x, y + 12, WIDTH / 2, 26, fill=PALE, edge=RULE, radius=8)
        sheet.text(x, y + 12, brief(made.value), size=SMALL)
        return
    sheet.box(
        x,
        y,
        WIDTH,
        HEIGHT,
        fill="white" if made.parents else PALE,
        edge=ORANGE if speaking else INK,
        line=3 if speaking else 1.5,
        radius=8,
    )
    sheet.text(x, y - 12, label, size=14, bold=speaking)
    sheet.text(x - WIDTH / 4 - 1, y + 12, brief(made.value), size=SMALL)
    if k in shown.grads:
        sheet.box(
            x + WIDTH / 4 - 3,
            y + 12,
            WIDTH / 2 - 6,
            21,
            edge=ORANGE_PALE,
            fill=ORANGE_PALE,
            radius=4,
            layer=2.5,
        )
        sheet.text(x + WIDTH / 4 - 3, y + 12, brief(shown.grads[k]), size=SMALL, color=ORANGE, bold=True)
    else:
        sheet.box(
            x + WIDTH / 4 - 3, y + 12, WIDTH / 2 - 6, 21, edge=RULE, line=1, style=":", radius=4, layer=2.5
        )


def in_words(found: Layout, labels: Sequence[str], shown: Shown) -> str:
    """The same as a list, parents first; plain numbers stand where they are used."""
    names: list[str] = []
    lines = [f"A graph of {len(found.nodes)} numbers."]
    for k, made in enumerate(found.nodes):
        if is_constant(made):
            names.append(number(made.value))
            continue
        parents = [e.parent for e in found.edges if e.child == k]
        called = OPS.get(_op(made), _op(made)) or "made from"
        formula = f"{called}({', '.join(names[p] for p in parents)})" if parents else ""
        own = labels[k].split(" : ")[0] if " : " in labels[k] or not parents else ""
        names.append(own or f"step {k + 1}")
        grad = number(shown.grads[k]) if k in shown.grads else "none yet"
        slopes = " and ".join(number(slope) for slope in made.slopes)
        more = f", slope{'s' * (len(parents) > 1)} {slopes}" if parents else ""
        speaks = ", which has just told its parents" if k == shown.speaking else ""
        said = " = ".join(part for part in (names[k], formula, number(made.value)) if part)
        lines.append(f"{said}, gradient {grad}{more}{speaks}.")
    return " ".join(lines)


def _in_a_notebook(node: Value) -> str | None:
    """A Value shows itself as its graph; as text where that cannot be drawn."""
    try:
        return graph(node)._repr_html_()
    except UsageError:
        return None


engine.PAINTERS[:] = [_in_a_notebook]

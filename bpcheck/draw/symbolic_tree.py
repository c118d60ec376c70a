"""A formula as a tree, with the parts that it holds more than once.

The formula is the slope of f(f(x)), f(x) = e^(sin(x^2)), as SymPy writes it; SymPy also finds the shared parts.

Imports: sympy on call; bpcheck.reference.symbolic, bpcheck.draw.sheet, picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bpcheck.draw.sheet import (
    BLUE,
    BLUE_PALE,
    GREY,
    INK,
    ORANGE,
    ORANGE_PALE,
    PALE,
    SMALL,
    WIDE,
    Sheet,
)
from bpcheck.reference import symbolic as ref

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

_TOP, _ROW = 74.0, 56.0  # px: the root's middle, and from level to level
_NODE = 44.0, 30.0  # px
_INKS = ((BLUE, BLUE_PALE), (ORANGE, ORANGE_PALE))


@dataclass(frozen=True, slots=True)
class _Node:
    """One operation, or one leaf, at its place on the page."""

    label: str
    part: int | None  # number of the shared part that begins here; None: none
    again: bool  # that part stood further to the left already
    x: float  # px
    level: int
    children: tuple[_Node, ...]

    def all(self) -> Iterator[_Node]:
        """The node and all under it."""
        yield self
        for child in self.children:
            yield from child.all()


def formula_tree() -> Picture:
    """The slope of f(f(x)) written out as a tree; parts that occur again are framed and numbered."""
    slope = ref.nested_slope(2)[1]
    parts = _parts(slope)
    root = _grow(slope, parts)
    plain, shared = ref.growth(2)
    depth = max(node.level for node in root.all())
    floor = _TOP + depth * _ROW + 36
    with Sheet(WIDE, floor + 68) as sheet:
        title = "The slope of f(f(x)), written out. Every box is an operation; the product of six things at the top is five."
        sheet.text(20, 22, title, size=SMALL, color=GREY, align="left")
        for node in root.all():
            _frame(sheet, node)
        for node in root.all():
            _node(sheet, node)
        _legend(sheet, floor + 18, root, parts)
        words = f"Written out: {plain} operations.  With each framed part computed once: {shared}."
        sheet.text(20, floor + 50, words, bold=True, align="left")
        return sheet.picture(_in_words(slope, root, parts, plain, shared), _CAPTION)


_CAPTION = (
    "f(x) = e^(sin(x²)), put into itself once and differentiated. A part with the same number is the same formula: a full "
    "frame where it stands first, a broken one where it stands again. The parts are values of the forward pass."
)


def _parts(slope: Any) -> list[Any]:
    """The shared parts, the smaller first, written out."""
    pieces, _ = ref.shared(slope)
    found: dict[Any, Any] = {}
    for name, piece in pieces:
        found[name] = piece.subs(found)
    return list(found.values())


def _grow(slope: Any, parts: list[Any]) -> _Node:
    leaves = _count_leaves(slope)
    width = (WIDE - 40) / leaves
    seen: Counter[int] = Counter()
    taken = 0

    def grow(expression: Any, level: int) -> _Node:
        nonlocal taken
        part = parts.index(expression) if expression in parts else None
        again = part is not None and seen[part] > 0
        if part is not None:
            seen[part] += 1
        label, inner = _read(expression)
        if not inner:
            taken += 1
            return _Node(label, part, again, 20 + width * (taken - 0.5), level, ())
        children = tuple(grow(child, level + 1) for child in inner)
        return _Node(label, part, again, (children[0].x + children[-1].x) / 2, level, children)

    return grow(slope, 0)


def _count_leaves(expression: Any) -> int:
    inner = _read(expression)[1]
    return sum(map(_count_leaves, inner)) if inner else 1


def _read(expression: Any) -> tuple[str, tuple[Any, ...]]:
    """What stands in a node, and what goes into it."""
    if expression.is_Mul:
        return "×", tuple(sorted(expression.args, key=lambda part: (part.count_ops(), str(part))))
    if expression.is_Pow and expression.exp == 2:
        return "( )²", (expression.base,)
    if expression.is_Function:
        return expression.func.__name__, expression.args
    return str(expression), ()


def _y(node: _Node) -> float:
    return _TOP + node.level * _ROW


def _frame(sheet: Sheet, node: _Node) -> None:
    """The ground under a shared part: a full frame the first time, a broken one after that."""
    if node.part is None:
        return
    ink, pale = _INKS[node.part % len(_INKS)]
    places = list(node.all())
    inset = 0 if node.part else 7  # a part that lies within another keeps clear of its frame
    left, right = min(n.x for n in places) - 41 + inset, max(n.x for n in places) + 41 - inset
    top, bottom = _y(node) - 22, max(map(_y, places)) + 28 - inset
    sheet.box(
        (left + right) / 2,
        (top + bottom) / 2,
        right - left,
        bottom - top,
        edge=ink,
        fill=pale,
        line=2,
        style="--" if node.again else "-",
        layer=0.5 if node.part else 1,
    )
    sheet.text(left + 4, top + 6, str(node.part + 1), size=SMALL, bold=True, color="white", ground=ink)


def _node(sheet: Sheet, node: _Node) -> None:
    for child in node.children:
        sheet.line([(node.x, _y(node) + _NODE[1] / 2), (child.x, _y(child) - _NODE[1] / 2)], line=1.2)
    if node.children:
        sheet.box(node.x, _y(node), *_NODE, fill=PALE, line=1.5, radius=4)
    else:
        sheet.box(node.x, _y(node), 30, 30, radius=15)
    sheet.text(node.x, _y(node), node.label, color=INK)


def _times(root: _Node, part: int) -> int:
    return sum(node.part == part for node in root.all())


def _legend(sheet: Sheet, y: float, root: _Node, parts: list[Any]) -> None:
    left = 20.0
    for k, part in enumerate(parts):
        ink = _INKS[k % len(_INKS)][0]
        sheet.text(left + 8, y, str(k + 1), size=SMALL, bold=True, color="white", ground=ink)
        words = sheet.text(
            left + 26, y, f"{_plain(part)}, {_times(root, k)} times", size=SMALL, color=ink, align="left"
        )
        left += 26 + sheet.width_of(words) + 40


def _plain(expression: Any) -> str:
    """A formula as it would be typed, with a point for the product.

    >>> _plain("2*exp(x**2)")
    '2·exp(x²)'
    """
    return str(expression).replace("**2", "²").replace("*", "·")


def _in_words(slope: Any, root: _Node, parts: list[Any], plain: int, shared: int) -> str:
    found = "; ".join(
        f"part {k + 1}, {_plain(part)}, {_times(root, k)} times" for k, part in enumerate(parts)
    )
    return (
        f"The slope of f(f(x)), with f(x) = exp(sin(x²)), drawn as a tree: {_plain(slope)}. Shared parts are framed and "
        f"numbered: {found}. Written out it has {plain} operations; with each part computed once, {shared}."
    )

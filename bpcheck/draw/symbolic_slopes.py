"""The nine slopes of a 2-2-1 network as SymPy shares them: a forward pass, a backward pass, and what is read off.

Imports: sympy on call; bpcheck.reference.symbolic, bpcheck.draw.sheet, picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bpcheck.draw.sheet import BLUE, BLUE_PALE, GREY, INK, ORANGE, ORANGE_PALE, RULE, SMALL, WIDE, Sheet
from bpcheck.reference import symbolic as ref

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

_LINE = 29.0  # px: from line to line
_MEANINGS = ("the output", "hidden unit 1", "hidden unit 2")  # of the errors, in the order of the list


@dataclass(frozen=True, slots=True)
class _List:
    """What `cse` makes of the nine slopes, its pieces sorted by what they need."""

    values: list[tuple[str, str, str]]  # name, formula, what it is: they hold no target
    errors: list[tuple[str, str]]  # name, formula: they hold the target y, or what holds it
    slopes: list[tuple[str, str]]  # weight, formula
    loss: int  # operations of the loss alone
    apart: int  # operations of the nine slopes, each written out
    together: int  # operations of the whole list

    @classmethod
    def of_the_network(cls) -> _List:
        loss, slopes = ref.network_slopes()
        pieces, rest = ref.shared(*slopes)
        values: list[tuple[str, str, str]] = []
        errors: list[tuple[str, str]] = []
        for name, piece in pieces:
            if {str(letter) for letter in piece.free_symbols} & {"y", *(error for error, _ in errors)}:
                errors.append((str(name), _plain(piece)))
            else:
                inverses = sum(bool(meaning) for _, _, meaning in values)
                meaning = f"a{inverses + 1}" if piece.is_Pow and piece.exp == -1 else ""
                values.append((str(name), _plain(piece), meaning))
        return cls(
            values,
            errors,
            [(weight, _plain(slope)) for weight, slope in zip(ref.WEIGHTS, rest, strict=True)],
            ref.operations(loss),
            ref.operations(*slopes),
            ref.operations(*(piece for _, piece in pieces), *rest),
        )


def shared_slopes() -> Picture:
    """Every piece that the nine slopes share, once: values, errors, and the slopes made of them."""
    found = _List.of_the_network()
    floor = 78 + _LINE * max(len(found.values), 8)
    with Sheet(WIDE, floor + 112) as sheet:
        _block(sheet, 16, 400, floor, "1  Forward: values", BLUE, BLUE_PALE, "-")
        for k, (name, formula, meaning) in enumerate(found.values):
            y = 74 + _LINE * k
            sheet.text(34, y, f"{name} = {formula}", align="left", size=14)
            if meaning:
                sheet.text(384, y, f"activation {meaning}", align="right", size=SMALL, color=BLUE)
        _errors(sheet, found)
        _slopes(sheet, found, floor)
        _counts(sheet, floor + 26, found)
        return sheet.picture(_in_words(found), _CAPTION)


_CAPTION = (
    "SymPy was asked for nine slopes and for nothing twice. The list that it made is a forward pass (1), then a pass from the "
    "output back to the hidden units (2), and nine slopes, each an error times what entered the weight (3)."
)


def _block(
    sheet: Sheet, left: float, width: float, bottom: float, title: str, ink: str, pale: str, style: str
) -> None:
    top = 176.0 if title[0] == "3" else 14.0
    sheet.box(
        left + width / 2,
        (top + bottom) / 2,
        width,
        bottom - top,
        edge=ink,
        line=2,
        style=style,
        radius=8,
        layer=0,
    )
    sheet.text(left + 18, top + 26, title, bold=True, color=ink, align="left", ground=pale)


def _errors(sheet: Sheet, found: _List) -> None:
    _block(sheet, 432, 412, 162, "2  Backward: errors", ORANGE, ORANGE_PALE, "--")
    for k, ((name, formula), meaning) in enumerate(zip(found.errors, _MEANINGS, strict=True)):
        y = 74 + _LINE * k
        sheet.text(450, y, f"{name} = {formula}", align="left", size=14)
        sheet.text(828, y, f"of {meaning}", align="right", size=SMALL, color=ORANGE)


def _slopes(sheet: Sheet, found: _List, floor: float) -> None:
    _block(sheet, 432, 412, floor, "3  Nine slopes, read off", INK, "white", "-")
    for k, (weight, formula) in enumerate(found.slopes):
        x, y = 450 + 132 * (k // 3), 234 + _LINE * (k % 3)
        sheet.text(x, y, f"{weight}: {formula}", align="left", size=14)


def _counts(sheet: Sheet, y: float, found: _List) -> None:
    sheet.line([(16, y - 12), (WIDE - 16, y - 12)], color=RULE, line=1, layer=0)
    rows = (
        ("the nine slopes, one by one", found.apart, False),
        ("the nine slopes together, as this list", found.together, True),
        ("the loss alone", found.loss, False),
    )
    for k, (words, count, bold) in enumerate(rows):
        sheet.text(34, y + 10 + 28 * k, words, align="left", bold=bold, color=INK if bold else GREY)
        sheet.text(520, y + 10 + 28 * k, f"{count} operations", align="right", bold=bold)


def _plain(expression: Any) -> str:
    return str(expression).replace("**2", "²").replace("*", "·").replace("-", "−")


def _in_words(found: _List) -> str:
    values = "; ".join(f"{name} = {formula}" for name, formula, _ in found.values)
    errors = "; ".join(
        f"{name} = {formula}, the error of {meaning}"
        for (name, formula), meaning in zip(found.errors, _MEANINGS, strict=True)
    )
    slopes = "; ".join(f"{weight}: {formula}" for weight, formula in found.slopes)
    return (
        f"The nine slopes of a 2-2-1 network as one list in which nothing is computed twice. Forward, values: {values}. "
        f"Backward, errors: {errors}. Slopes, read off: {slopes}. One by one the nine slopes take {found.apart} "
        f"operations, together as this list {found.together}; the loss alone takes {found.loss}."
    )

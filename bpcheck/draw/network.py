"""The question of the course: a small network was wrong, and which of its numbers should change?

The network is the one that notebooks 05 to 10 follow: hidden pre-activations ln 3 and -ln 3, output
weights 2 and -1, and so exactly 0.80 for the inputs 1 and 2.

Imports: bpcheck.draw.sheet, picture, words.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, hypot, log
from typing import TYPE_CHECKING

from bpcheck.draw.sheet import GREY, LARGE, ORANGE, ORANGE_PALE, SMALL, WIDE, Sheet
from bpcheck.draw.words import fixed, number

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture


@dataclass(frozen=True, slots=True)
class Network:
    """Two inputs, two hidden units, one output; sigmoid everywhere."""

    x: tuple[float, float]
    W1: tuple[tuple[float, float], tuple[float, float]]  # row = receiving unit
    b1: tuple[float, float]
    w2: tuple[float, float]
    b2: float
    target: float

    def forward(self) -> tuple[tuple[float, float], float]:
        """Hidden activations and the prediction."""
        z = [
            sum(w * x for w, x in zip(row, self.x, strict=True)) + b
            for row, b in zip(self.W1, self.b1, strict=True)
        ]
        hidden = _sigmoid(z[0]), _sigmoid(z[1])
        return hidden, _sigmoid(sum(w * a for w, a in zip(self.w2, hidden, strict=True)) + self.b2)

    @property
    def size(self) -> int:
        """Numbers that training may change."""
        return sum(len(row) for row in self.W1) + len(self.b1) + len(self.w2) + 1


STORY = Network(
    x=(1.0, 2.0),
    W1=((0.4, 0.3), (0.2, -0.6)),  # 0.4 + 2 * 0.3 = 1 and 0.2 - 2 * 0.6 = -1
    b1=(log(3) - 1, 1 - log(3)),
    w2=(2.0, -1.0),
    b2=log(4) - 1.25,
    target=1.0,
)

# px: the three columns, radius of their circles
_IN, _HIDDEN, _OUT = (70.0, 30.0), (330.0, 42.0), (580.0, 42.0)
_ROWS = (112.0, 292.0)  # px: the two rows; the output stands between them
_MIDDLE = sum(_ROWS) / 2


def neuron_question() -> Picture:
    """The network of the course with all its numbers, each of them under question."""
    net = STORY
    hidden, said = net.forward()
    with Sheet(WIDE, 434) as sheet:
        for (x, _), words in zip(
            (_IN, _HIDDEN, _OUT), ("two inputs", "two hidden neurons", "one output"), strict=True
        ):
            sheet.text(x, 30, words, size=SMALL, color=GREY)
        for i, y in enumerate(_ROWS):
            sheet.circle(_IN[0], y, _IN[1])
            sheet.text(_IN[0], y, number(net.x[i]), size=LARGE)
            for j in range(2):
                _edge(sheet, (*_IN, y), (*_HIDDEN, _ROWS[j]), net.W1[j][i], 0.5 if i == j else 0.28)
            _edge(sheet, (*_HIDDEN, y), (*_OUT, _MIDDLE), net.w2[i], 0.5)
            _unit(sheet, _HIDDEN, y, hidden[i], net.b1[i])
        _unit(sheet, _OUT, _MIDDLE, said, net.b2)
        _verdict(sheet, said, net.target)
        question = f"Which of these {net.size} numbers should change, and by how much?"
        sheet.text(WIDE / 2, 410, question, size=LARGE, bold=True)
        return sheet.picture(_in_words(net, hidden, said), _CAPTION)


_CAPTION = (
    "A small network with everything that it knows: a weight on every line, a bias under every neuron. "
    "The question marks are the whole subject of this course."
)


def _edge(
    sheet: Sheet,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    weight: float,
    share: float,
) -> None:
    """A line between two circles, each given by x, radius and y, with its weight at that share of the way."""
    (x0, r0, y0), (x1, r1, y1) = start, end
    length = hypot(x1 - x0, y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    first, last = (x0 + r0 * dx, y0 + r0 * dy), (x1 - (r1 + 2) * dx, y1 - (r1 + 2) * dy)
    sheet.arrow([first, last], color=GREY, line=1.8)
    x, y = first[0] + share * (last[0] - first[0]), first[1] + share * (last[1] - first[1])
    _asked(sheet, x, y, number(weight))


def _asked(sheet: Sheet, x: float, y: float, value: str) -> None:
    """A number that may change: in its box, with a question mark beside it."""
    width = sheet.width_of(sheet.text(x - 10, y, value))
    sheet.box(x, y, width + 44, 28, edge=ORANGE, fill=ORANGE_PALE, radius=14, line=1.8)
    sheet.text(x + width / 2 + 6, y, "?", size=18, bold=True, color=ORANGE)


def _unit(sheet: Sheet, column: tuple[float, float], y: float, value: float, bias: float) -> None:
    x, radius = column
    sheet.circle(x, y, radius, line=2)
    sheet.text(x, y, fixed(value, 2), size=LARGE)
    _asked(sheet, x, y + 62, _signed(bias))


def _verdict(sheet: Sheet, said: float, target: float) -> None:
    sheet.arrow([(_OUT[0] + _OUT[1], _MIDDLE), (664, _MIDDLE)], line=2.5)
    sheet.box(760, _MIDDLE, 186, 132, line=2, radius=10)
    for y, words, value in ((-38, "It said", said), (0, "The truth was", target)):
        sheet.text(682, _MIDDLE + y, words, align="left")
        sheet.text(838, _MIDDLE + y, fixed(value, 2), bold=True, align="right")
    sheet.line([(682, _MIDDLE + 19), (838, _MIDDLE + 19)], color=GREY, line=1.2, layer=4)
    sheet.text(682, _MIDDLE + 40, "Too low by", align="left")
    sheet.text(838, _MIDDLE + 40, fixed(target - said, 2), bold=True, align="right")


def _signed(value: float) -> str:
    return fixed(value, 3) if value < 0 else f"+{fixed(value, 3)}"


def _in_words(net: Network, hidden: tuple[float, float], said: float) -> str:
    rows = " ".join(
        f"Hidden neuron {j + 1} has the weights {' and '.join(map(number, net.W1[j]))} and the bias "
        f"{_signed(net.b1[j])}, and gives {fixed(hidden[j], 2)}."
        for j in range(2)
    )
    return (
        f"A network of two inputs, two hidden neurons and one output. The inputs are "
        f"{' and '.join(map(number, net.x))}. {rows} The output has the weights {' and '.join(map(number, net.w2))} "
        f"and the bias {_signed(net.b2)}. It said {fixed(said, 2)}, the truth was {fixed(net.target, 2)}: too low by "
        f"{fixed(net.target - said, 2)}. All {net.size} weights and biases carry a question mark: which of these "
        f"numbers should change, and by how much?"
    )


def _sigmoid(z: float) -> float:
    return 1 / (1 + exp(-z))

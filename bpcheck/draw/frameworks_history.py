"""Three and a half centuries on a line: who had which part of backpropagation when.

Imports: bpcheck.draw.sheet, picture.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bpcheck.draw.sheet import BLUE, GREY, INK, ORANGE, RULE, SMALL, WIDE, Sheet

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

EVENTS = (  # year, who, what, whether the reverse mode itself is in it
    (1676, "Leibniz", "the chain rule, in a manuscript", False),
    (1847, "Cauchy", "steps down the gradient", False),
    (1960, "Kelley", "errors sent back along a flight path, in control theory", True),
    (1962, "Dreyfus", "the same from the chain rule alone", True),
    (1970, "Linnainmaa", "reverse mode for any program, in a master's thesis on rounding", True),
    (1974, "Werbos", "a thesis that proposes it for training models", True),
    (1983, "Baur, Strassen", "all partial derivatives for a constant times one run", True),
    (1986, "Rumelhart, Hinton, Williams", "networks that learn their own features with it", True),
    (1989, "LeCun and others", "it reads handwritten zip codes", True),
    (2010, "Theano", "gradients of a graph, compiled", True),
    (2015, "TensorFlow", "the same for everybody; PyTorch and JAX follow", True),
)
_ROW = 36.0


def history() -> Picture:
    """Eleven dates on a line that is broken where little happened."""
    with Sheet(WIDE, 44 + _ROW * len(EVENTS)) as sheet:
        for k, (year, who, what, reverse) in enumerate(EVENTS):
            y = 30 + _ROW * k
            sheet.text(64, y, str(year), bold=True)
            if reverse:
                sheet.box(118, y, 13, 13, edge=ORANGE, fill=ORANGE, radius=0, layer=4)
            else:
                sheet.circle(118, y, 6.5, edge=BLUE, fill="white", line=2.5)
            sheet.text(146, y, who, align="left", bold=True, size=SMALL)
            sheet.text(376, y, what, align="left", size=SMALL)
        for k, ((before, *_), (after, *_)) in enumerate(pairwise(EVENTS)):
            gap, y = after - before, 30 + _ROW * k
            sheet.line(
                [(118, y + 9), (118, y + _ROW - 9)],
                color=INK if gap <= 15 else RULE,
                style="-" if gap <= 15 else ":",
                line=2,
                layer=0.5,
            )
        sheet.text(
            146,
            30 + _ROW * len(EVENTS),
            "■ the way back is in it   ○ not yet   dotted: more than 15 years",
            size=SMALL,
            color=GREY,
            align="left",
        )
        rows = "; ".join(f"{year}, {who}: {what}" for year, who, what, _ in EVENTS)
        return sheet.picture(
            f"A line of dates. {rows}. From 1960 on the way back is in it.",
            "From the rule to the sweep it took nearly three centuries, from the sweep to its fame sixteen years. Sources stand at the end of the notebook.",
        )


STAGES = (
    ("run f, record", "Tensor, apply", "a graph of Functions", "a traced program"),
    ("rule of each step", "vjp_rules", "backward of each Function", "VJP of each primitive"),
    ("from the end", "order", "counts who is still to speak", "the program, reversed"),
    ("add what arrives", "the dict G", ".grad, until you clear it", "new in every call"),
    ("ask for it", "grad(f)(x)", "loss.backward()", "jax.grad(f)(x)"),
)


def beside_frameworks() -> Picture:
    """What happens in our engine, and by which name it goes in PyTorch and in JAX."""
    columns = ("your engine", "PyTorch", "JAX")
    with Sheet(WIDE, 268) as sheet:
        for k, name in enumerate(("", *columns)):
            sheet.text((96, 286, 490, 724)[k], 20, name, bold=True)
        for row, (job, *names) in enumerate(STAGES):
            y = 62 + 46 * row
            sheet.line([(14, y - 23), (WIDE - 14, y - 23)], color=RULE, line=1, layer=0)
            sheet.text(14, y, job, size=SMALL, color=GREY, align="left")
            for k, name in enumerate(names):
                x, wide = (286, 490, 724)[k], (150, 226, 206)[k]
                sheet.box(x, y, wide, 32, edge=BLUE if k == 0 else INK, line=2 if k == 0 else 1)
                sheet.text(x, y, name, size=SMALL, color=BLUE if k == 0 else INK)
        rows = "; ".join(f"{job}: {ours}, {torch}, {jax}" for job, ours, torch, jax in STAGES)
        return sheet.picture(
            f"What happens, and its name in your engine, in PyTorch and in JAX. {rows}.",
            "From the top down: what happens when a gradient is computed. What the frameworks add is speed, memory plans and some thousand rules.",
        )

"""One array at the given point and at others: which comparison counts, and what has to be said.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bpcheck.gradcheck.compare import where
from bpcheck.gradcheck.facts import Comparison


def any_wrong(places: Sequence[Mapping[str, Comparison]]) -> bool:
    """Whether any array is wrong at any of these places."""
    return any(c.wrong.any() for place in places for c in place.values())


def merged(here: Comparison, there: Sequence[Comparison]) -> tuple[Comparison, str]:
    """One array at the point and at others: the comparison that counts, and a note if that needs one."""
    wrong_there = next((c for c in there if c.wrong.any()), None)
    right_there = any(c.ok for c in there)
    if here.wrong.any():
        if wrong_there is not None or not right_there or (here.wrong & here.expected.kink).any():
            return here, ""
        return _accepted(here), KINK.format(name=here.name, place=where(here.wrong))
    if wrong_there is not None:
        return wrong_there, ELSEWHERE.format(name=here.name, place=wrong_there.at)
    if here.undecided.any() and right_there:
        why = KINK if (here.undecided & here.expected.kink).any() else UNCLEAR
        return _accepted(here), why.format(name=here.name, place=where(here.undecided))
    return here, ""


def _accepted(comparison: Comparison) -> Comparison:
    c, no = comparison, np.zeros(comparison.yours.shape, dtype=bool)
    return Comparison(c.name, c.at, c.yours, c.expected, no, no, c.products)


KINK = (
    "{name}, {place}: the point lies at a kink of the loss, where more than one value is right. At points "
    "nearby, without a kink, the gradient function is right."
)
UNCLEAR = (
    "{name}, {place}: the loss does not show the slope at the given point well enough. At points nearby, where it "
    "does, the gradient function is right."
)
ELSEWHERE = (
    "{name}: right at the given point, wrong at {place}, which the report shows. A gradient can be right by accident "
    "where weights are zero or alike, or where no unit is active."
)

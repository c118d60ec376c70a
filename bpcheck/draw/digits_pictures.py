"""The digits themselves: some to look at, what the first layer has learnt, and those that are read wrongly.

Imports: numpy; bpcheck.data, bpcheck.reference.batch, bpcheck.draw.digits_runs, sheet, picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bpcheck.data import digits
from bpcheck.draw.digits_runs import best_run
from bpcheck.draw.sheet import BLUE, GREY, ORANGE, SMALL, WIDE, Sheet
from bpcheck.reference import batch

if TYPE_CHECKING:
    from bpcheck.draw.picture import Picture

_SIDE = 64.0


def digit_gallery() -> Picture:
    """Two of each digit, as they are in the data."""
    data = digits()
    with Sheet(WIDE, 212) as sheet:
        for label in range(10):
            x = 62 + 82 * label
            sheet.text(x, 16, str(label), bold=True)
            for row, sample in enumerate(np.flatnonzero(data.y_train == label)[:2]):
                sheet.image(x, 68 + 82 * row, _SIDE, data.X_train[sample].reshape(8, 8))
        return sheet.picture(
            "Two handwritten examples of each digit from 0 to 9, eight by eight grey pixels each. Coarse, and some are hard "
            "to tell: the strokes are a pixel or two wide.",
            "Two of each digit. Each picture is 64 numbers between 0 (white) and 1 (black), read line after line from the top.",
        )


def learned_units(units: int = 20) -> Picture:
    """The weights into the first units of a trained network, each as a picture of 8 by 8."""
    W = best_run(0).params[0][0][:units]
    with Sheet(WIDE, 212) as sheet:
        for k, weights in enumerate(W):
            x, y = 62 + 82 * (k % 10), 52 + 82 * (k // 10)
            sheet.image(x, y, _SIDE, 0.5 + 0.5 * weights.reshape(8, 8) / np.abs(weights).max())
        sheet.text(
            30,
            196,
            "dark: a positive weight   light: a negative one   grey: near 0",
            size=SMALL,
            color=GREY,
            align="left",
        )
        return sheet.picture(
            f"The weights into {units} hidden units of a trained network, each as a picture of eight by eight. Most are mottled; "
            "in some a dark or a light stroke can be seen. The edges, where hardly any digit is, keep the random grey that they began with.",
            "Each picture is one row of W of the first layer, laid out like the digits. A unit is loud where the digit is dark and its weight is dark.",
        )


def misread() -> Picture:
    """All test digits that a trained network reads wrongly: what it says, and what is right."""
    data, params = digits(), best_run(0).params
    said = batch.mlp_forward(params, data.X_test).Z[-1].argmax(axis=1)
    wrong = np.flatnonzero(said != data.y_test)
    rows = -(-len(wrong) // 10)
    with Sheet(WIDE, 104 * rows + 10) as sheet:
        for k, sample in enumerate(wrong):
            x, y = 62 + 82 * (k % 10), 40 + 104 * (k // 10)
            sheet.image(x, y, _SIDE, data.X_test[sample].reshape(8, 8))
            sheet.text(x - 14, y + 48, f"{said[sample]}", color=ORANGE, bold=True)
            sheet.text(x + 14, y + 48, f"({data.y_test[sample]})", color=BLUE)
        listed = ", ".join(f"{said[s]} for {data.y_test[s]}" for s in wrong)
        return sheet.picture(
            f"The {len(wrong)} of {len(said)} test digits that a trained network reads wrongly. It says: {listed}.",
            f"All {len(wrong)} of {len(said)} test digits that are read wrongly. Below each: what the network says, and in brackets what is right.",
        )

"""An outcome as a matplotlib figure: one map of the error per array.

Imports: numpy, bpcheck.gradcheck; matplotlib when a figure is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bpcheck.gradcheck.compare import tolerance
from bpcheck.gradcheck.facts import Comparison, FloatArray, Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_CROSSES = 1000
DECADES = 6.0  # the colours span this many powers of ten on either side of the tolerance


def figure(outcome: Outcome) -> Figure:
    """For every array the error over its tolerance, as a power of ten; above 0 an entry is wrong.

    Arrays of more than two axes are flattened to rows. A cross marks each wrong entry, at most some thousand
    of them, so that the picture can be read without colours. What was not computed is grey.
    """
    from matplotlib.figure import Figure

    shown = outcome.comparisons or ()
    drawing = Figure(figsize=(3.2 * max(len(shown), 1) + 0.8, 3.0), layout="constrained")
    for i, comparison in enumerate(shown):
        axes = drawing.add_subplot(1, len(shown), i + 1)
        grid = _grid(error_over_tolerance(comparison))
        wrong = np.argwhere(_grid(comparison.wrong.astype(np.float64)) > 0)
        axes.set_facecolor("lightgrey")
        image = axes.imshow(grid, vmin=-DECADES, vmax=DECADES, cmap="RdBu_r", aspect="auto")
        wrong = wrong[:: 1 + len(wrong) // MOST_CROSSES]
        axes.plot(wrong[:, 1], wrong[:, 0], "kx", markersize=5, clip_on=False)
        axes.set_title(f"{comparison.name} {comparison.at}".strip(), fontsize=10)
        axes.set_xticks([])
        axes.set_yticks([])
    if shown:
        drawing.colorbar(
            image, ax=drawing.axes, label="log10(error / tolerance)\n× is wrong, grey was not computed"
        )
    else:
        drawing.text(
            0.5, 0.5, "No array could be compared:\nprint(report) says why.", ha="center", va="center"
        )
    return drawing


def error_over_tolerance(comparison: Comparison) -> FloatArray:
    """log10 of |difference| / tolerance, entry by entry, clipped to the colours' range."""
    gap = np.abs(comparison.yours - comparison.expected.value)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log10(gap) - np.log10(tolerance(comparison.expected))
    ratio = np.where(gap == 0, -DECADES, ratio)
    clipped: FloatArray = ratio.clip(-DECADES, DECADES)  # NaN stays: not computed, drawn grey
    return clipped


def _grid(array: FloatArray) -> FloatArray:
    return array.reshape(1, -1) if array.ndim < 2 else array.reshape(array.shape[0], -1)

"""The data that travels with the course: 1797 real digits, handwritten, 8 by 8 pixels each.

The file's licence (CC BY 4.0) and what to cite stand beside it, in LICENSE-digits.

Imports: numpy.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

TRAIN = 1500  # the other 297 are for testing
SPLIT_SEED = 11  # of the shuffle before the cut; notebook 11 prints figures that depend on it
BRIGHTEST = 16  # of a pixel, in the file


@dataclass(frozen=True, slots=True)
class Digits:
    """Pictures as rows of 64 numbers between 0 and 1, line after line from the top; labels from 0 to 9. Read-only."""

    X_train: NDArray[np.float64]  # (1500, 64)
    y_train: NDArray[np.int64]  # (1500,)
    X_test: NDArray[np.float64]  # (297, 64)
    y_test: NDArray[np.int64]  # (297,)


@functools.cache
def digits() -> Digits:
    """The digits, shuffled once and for all, and cut into 1500 for training and 297 for testing.

    The 13 writers occur in both parts: whoever does well on the test has not yet read a stranger's hand.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (1998), UCI Machine Learning
    Repository, https://doi.org/10.24432/C50P49, CC BY 4.0.

    >>> digits().X_train.shape, digits().X_test.shape
    ((1500, 64), (297, 64))
    """
    with (files("bpcheck.data") / "digits.npz").open("rb") as file, np.load(file) as stored:
        images, labels = stored["images"] / BRIGHTEST, stored["labels"].astype(np.int64)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(labels))
    train, test = order[:TRAIN], order[TRAIN:]
    return Digits(*map(_read_only, (images[train], labels[train], images[test], labels[test])))


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array

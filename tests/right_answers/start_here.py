"""Right answers to the exercises of notebook 00."""

from itertools import pairwise

import numpy as np


def double_with_numpy(x):
    return np.array(x) * 2.0


def double_by_adding(x):
    total = 0
    for _ in range(2):
        total += x
    return total


def shapes_by_index(sizes):
    return [[sizes[i + 1], sizes[i]] for i in range(len(sizes) - 1)]


def shapes_as_array(sizes):
    return np.stack([sizes[1:], sizes[:-1]], axis=1)


def shapes_from_weights(sizes):
    weights = [np.zeros((m, n)) for n, m in pairwise(sizes)]
    return [W.shape for W in weights]


RIGHT = {
    "double": [lambda x: x + x, double_with_numpy, double_by_adding, lambda x: [2, 4][0] * x],
    "shapes": [shapes_by_index, shapes_as_array, shapes_from_weights],
}

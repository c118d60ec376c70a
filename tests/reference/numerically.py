"""Exact gradients held against numerical slopes along random lines."""

import numpy as np

from bpcheck.gradcheck import slope


def arrays_of(structure):
    """The arrays of a dict, a list, a tuple, or of one array."""
    if isinstance(structure, dict):
        return [np.asarray(value, dtype=float) for value in structure.values()]
    if isinstance(structure, list | tuple):
        return [np.asarray(value, dtype=float) for value in structure]
    return [np.asarray(structure, dtype=float)]


def call(loss, at, arrays):
    """The loss at other arrays, passed as those of `at` are."""
    if isinstance(at, dict):
        return float(loss(**dict(zip(at, arrays, strict=True))))
    return float(loss(*arrays))


def assert_gradient(loss, at, gradient, rng, lines=3):
    """⟨gradient, d⟩ is the slope of the loss along d, for a few random d: within the slope's own error."""
    point, found = arrays_of(at), arrays_of(gradient)
    assert [g.shape for g in found] == [x.shape for x in point]
    for _ in range(lines):
        d = [rng.uniform(0.5, 1.5, x.shape) * rng.choice([-1, 1], x.shape) for x in point]
        expected = sum(float((g * v).sum()) for g, v in zip(found, d, strict=True))
        size = sum(float(abs(g * v).sum()) for g, v in zip(found, d, strict=True))
        seen = slope(lambda t, d=d: call(loss, at, [x + t * v for x, v in zip(point, d, strict=True)]), 0.0)
        assert not seen.kink
        assert abs(expected - seen.value) <= 10 * seen.error + 1e-9 * size

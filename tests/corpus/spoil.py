"""Ways to spoil a right gradient. All take g, a dict of arrays by name, and return the changed arrays.

Imports: numpy.
"""

import numpy as np


def times(g, factor, *names):
    """All arrays, or those named, times a factor."""
    return {name: factor * x for name, x in g.items() if not names or name in names}


def zeros(g, *names):
    return times(g, 0.0, *names)


def largest(g):
    """The name of the array with the most entries."""
    return max(g, key=lambda name: g[name].size)


def somewhere(rng, x, share=0.3):
    """Index of an entry drawn among those that are not small beside the others: a mistake there shows."""
    size = np.abs(x)
    good = np.argwhere(size >= share * np.median(size[size > 0])) if size.any() else np.argwhere(size >= 0)
    return tuple(good[rng.integers(len(good))])


def entry(g, rng, change, name=None):
    """One entry of one array: `change` maps its right value to a wrong one."""
    name = name or largest(g)
    x = g[name].copy()
    index = somewhere(rng, x)
    x[index] = change(x[index])
    return {name: x}


def line(g, rng, axis, change, name=None):
    """One row (axis 0) or column (axis 1) of one array."""
    name = name or largest(g)
    x = g[name].copy()
    k = somewhere(rng, x)[axis]
    index = (k,) if axis == 0 else (slice(None), k)
    x[index] = change(x[index])
    return {name: x}


def pair(g, rng, part=0.5, name=None):
    """Two entries, wrong by opposite amounts: their sum, and that of the whole array, stays right."""
    name = name or largest(g)
    x = g[name].copy()
    a, b = somewhere(rng, x), somewhere(rng, x)
    while a == b:
        b = tuple(int(rng.integers(n)) for n in x.shape)
    delta = part * abs(x[a])
    x[a] += delta
    x[b] -= delta
    return {name: x}


def swapped(g, rng, name=None):
    """Two entries exchanged."""
    name = name or largest(g)
    x = g[name].copy()
    a = somewhere(rng, x)
    far = np.unravel_index(np.argmax(np.abs(x - x[a])), x.shape)
    x[a], x[far] = x[far], x[a]
    return {name: x}

"""Gradients that are finite differences in disguise, with a careless step or a careless loop.

All are wrong by far more than a good difference would be. The D codes are those of notebook 08.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.case import ask
from corpus.model import Data, Model


def draw(rng):
    N, n = int(rng.integers(4, 7)), 3
    d = Data(N=N, X=rng.normal(size=(N, n)), Y=rng.normal(size=(N, n)), sizes={"N": N})
    return d, {"W": rng.normal(size=(n, n)), "b": rng.normal(size=n)}


def loss(d, W, b):
    return ((np.tanh(d.X @ W.T + b) - d.Y) ** 2).sum()


def gradient(d, W, b):
    A = np.tanh(d.X @ W.T + b)
    D = 2 * (A - d.Y) * (1 - A**2)
    return {"W": D.T @ d.X, "b": D.sum(axis=0)}


def differences(d, p, h, *, kind="central", over=None, undo=True, dtype=float, only=None):
    """As students write it: one entry after the other, moved by h and put back."""
    p = {name: x.astype(dtype) for name, x in p.items()}
    value = lambda: dtype(ask(loss, d, p)) if dtype is np.float32 else ask(loss, d, p)  # noqa: E731
    g = {}
    for name, x in p.items():
        g[name] = np.zeros(x.shape)
        for index in list(np.ndindex(x.shape))[:only]:
            before = x[index]
            x[index] = before + h
            right = value()
            x[index] = before - h if kind == "central" else before
            left = value()
            g[name][index] = float(right - left) / (over or (2 * h if kind == "central" else h))
            if undo:
                x[index] = before
    return g


net = Model("differences", draw, loss, gradient, rtol=1e-7)
net.right("central with a good step", lambda d, **p: differences(d, p, 1e-5), note="right to about 1e-10")
for words, code, options in (
    ("one-sided, step 0.01", "D1", {"h": 1e-2, "kind": "right"}),
    ("one-sided, step 0.0001", "D1", {"h": 1e-4, "kind": "right"}),
    ("central, step 0.1", "D5", {"h": 0.1}),
    ("central, step 0.03", "D5", {"h": 0.03}),
    ("central, divided by h", "D2", {"h": 1e-5, "over": 1e-5}),
    ("one-sided, divided by 2h", "D2", {"h": 1e-7, "over": 2e-7, "kind": "right"}),
    ("moved entries not put back", "D3", {"h": 1e-2, "undo": False}),
    ("only the first four entries", "D4", {"h": 1e-5, "only": 4}),
    ("step too small", "D5", {"h": 1e-12}),
    ("step far too small", "D5", {"h": 1e-15}),
    ("step below rounding", "D5", {"h": 1e-18}),
    ("in float32", "D5", {"h": 1e-4, "dtype": np.float32}),
):
    also = {"D2": ("F2",), "D5": ("G6",), "D4": ("C24",)}.get(code, ())
    net.wrong(words, code, also=also)(lambda d, _options=options, **p: differences(d, p, **_options))


@net.wrong("all entries moved at once", "D4", also=("C21",))  # W holds one number, the mean
def together(d, W, b):
    """One slope for the whole array, spread over its entries."""
    h = 1e-6
    total = (ask(loss, d, {"W": W + h, "b": b}) - ask(loss, d, {"W": W - h, "b": b})) / (2 * h)
    return {"W": np.full_like(W, total / W.size)}


@net.wrong("a random direction for the gradient", "D4")
def along(d, W, b):
    """Right on average over directions, as some estimators are; not at one."""
    v = np.random.default_rng(0).choice([-1.0, 1.0], W.shape)
    h = 1e-6
    slope = (ask(loss, d, {"W": W + h * v, "b": b}) - ask(loss, d, {"W": W - h * v, "b": b})) / (2 * h)
    return {"W": slope * v}


def draw_whole(rng):
    return Data(c=rng.normal(size=4)), {"x": rng.integers(1, 5, 4) * 1.0}


whole = Model(
    "differences of integers",
    draw_whole,
    lambda d, x: (d.c * np.sqrt(x + 1)).sum(),
    lambda d, x: {"x": d.c / (2 * np.sqrt(x + 1))},
)


@whole.wrong("adding 1e-6 to an integer changes nothing", "D6", also=("C22",))
def unmoved(d, x):
    g, k = np.zeros(4), x.astype(int)
    for i in range(4):
        right, left = k.copy(), k.copy()
        right[i] += int(1e-6)
        left[i] -= int(1e-6)
        g[i] = ((d.c * np.sqrt(right + 1)).sum() - (d.c * np.sqrt(left + 1)).sum()) / 2e-6
    return {"x": g}


@whole.wrong("step of one", "D1")
def unit_step(d, x):
    return {"x": d.c * (np.sqrt(x + 2) - np.sqrt(x + 1))}

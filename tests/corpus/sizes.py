"""Losses whose data are arguments too, so that a batch can have any size; and gradients that count on one.

Each is right for the sizes of the point. `others` draws points of other sizes, for the labels.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model

HIDDEN = {"kind": "hidden", "handed": "function", "arrangement": "dict"}


def batch(N, K=2):
    """draw(rng) of N samples; others(rng) of more."""

    def point(rng, N):
        return {
            "X": rng.normal(size=(N, 3)),
            "Y": rng.normal(size=(N, K)),
            "W": rng.normal(size=(K, 3)),
            "b": rng.normal(size=K),
        }

    return {
        "draw": lambda rng: (Data(sizes={"N": N}), point(rng, N)),
        "others": lambda rng, _: tuple(point(rng, N + k) for k in (1, 3)),
    }


def loss(X, Y, W, b):
    return ((np.tanh(X @ W.T + b) - Y) ** 2).sum() / (2 * len(X))


def gradient(X, Y, W, b, *, count=len, weight=slice(None), bias=lambda D: D.sum(axis=0)):
    A = np.tanh(X @ W.T + b)
    E = (A - Y) / count(X)
    D = E * (1 - A**2)
    return {"X": D @ W, "Y": -E, "W": D[weight].T @ X[weight], "b": bias(D)}


one = Model("batch of one", loss=loss, gradient=gradient, **batch(1))
two = Model("batch of two", loss=loss, gradient=gradient, **batch(2))
five = Model("batch of five", loss=loss, gradient=gradient, **batch(5))
three = Model("as many samples as outputs", loss=loss, gradient=gradient, **batch(3, 3))
EVERY = ("X", "Y", "W", "b")
for model in (one, two, five, three):
    model.right(handed="function")
for model, words, code, arrays, slip in (
    (one, "sum for mean", "F3", EVERY, {"count": lambda _: 1}),
    (one, "divided by N twice", "F4", EVERY, {"count": lambda X: len(X) ** 2}),
    (one, "last sample only", "C24", ("W",), {"weight": slice(-1, None)}),
    (one, "bias of the last sample", "C20", ("b",), {"bias": lambda D: D[-1]}),
    (one, "bias a mean", "C19", ("b",), {"bias": lambda D: D.mean(axis=0)}),
    (two, "divided by 2, not by N", "G11", EVERY, {"count": lambda _: 2}),
    (two, "divided by the number of outputs", "G11", EVERY, {"count": lambda _: 2}),
    (two, "first two samples only", "G11", ("W",), {"weight": slice(0, 2)}),
    (five, "5 written into the code", "G11", EVERY, {"count": lambda _: 5}),
    (five, "bias of the first five", "G11", ("b",), {"bias": lambda D: D[:5].sum(axis=0)}),
    (three, "divided by 3, not by N", "G11", EVERY, {"count": lambda _: 3}),
):
    model.wrong(words, code, also=("G11",), arrays=arrays, **HIDDEN)(
        lambda X, Y, W, b, _slip=slip: gradient(X, Y, W, b, **_slip)
    )


# --- a sequence of one step, that may be longer ------------------------------------------------------------------


def sequence(T):
    return lambda rng: {
        "x": rng.normal(size=(T, 2)),
        "W": rng.normal(size=(3, 2)),
        "R": rng.normal(size=(3, 3)),
    }


def states(x, W, R):
    h = [np.full(3, 0.3)]
    for step in x:
        h.append(np.tanh(W @ step + R @ h[-1]))
    return h


def sequence_loss(x, W, R):
    return (states(x, W, R)[-1] ** 2).sum()


def sequence_gradient(x, W, R, *, reach=10**6):
    h, D = states(x, W, R), None
    g = {"x": 0 * x, "W": 0 * W, "R": 0 * R}
    e = 2 * h[-1]
    for t in range(len(x) - 1, max(-1, len(x) - 1 - reach), -1):
        D = e * (1 - h[t + 1] ** 2)
        g["W"] += np.outer(D, x[t])
        g["R"] += np.outer(D, h[t])
        g["x"][t] = W.T @ D
        e = R.T @ D
    return g


step = Model(
    "sequence of one step",
    lambda rng: (Data(sizes={"T": 1}), sequence(1)(rng)),
    sequence_loss,
    sequence_gradient,
    others=lambda rng, _: (sequence(2)(rng), sequence(4)(rng)),
)
step.right(handed="function")
step.wrong("last use only", "C26", also=("C27", "G11"), arrays=("x", "W", "R"), **HIDDEN)(
    lambda x, W, R: sequence_gradient(x, W, R, reach=1)
)

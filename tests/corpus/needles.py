"""Few wrong entries among many right ones: one of ten, one of 200,000, small errors, errors that cancel.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model
from corpus.ops import mask, relu, softmax
from corpus.spoil import entry, line, pair, swapped, times, zeros


def bowl(*shape):
    """draw(rng): J = mean(c * cosh(x - t)) over all entries, and one small second array."""

    def draw(rng):
        d = Data(c=rng.uniform(0.5, 2, shape), t=rng.normal(size=shape), n=int(np.prod(shape)))
        return d, {"x": rng.normal(size=shape), "s": rng.normal(size=3)}

    return draw


def bowl_loss(d, x, s):
    e = np.exp(x - d.t)
    return (d.c * (e + 1 / e)).sum() / d.n + (s**4).sum() + s[0] * x.mean()


def bowl_gradient(d, x, s):
    e = np.exp(x - d.t)
    g = 4 * s**3
    g[0] += x.mean()
    return {"x": (d.c * (e - 1 / e) + s[0]) / d.n, "s": g}


def layer(N, n, m):
    """draw(rng) of a relu layer with a linear read-out: W has n times m entries."""

    def draw(rng):
        d = Data(N=N, X=rng.normal(size=(N, n)), Y=rng.normal(size=(N, 3)), sizes={"N": N})
        p = {
            "W": rng.normal(size=(m, n)) / n**0.5,
            "b": rng.normal(size=m) * 0.1,
            "V": rng.normal(size=(3, m)),
        }
        return d, {**p, "V": p["V"] / m**0.5}

    return draw


def layer_loss(d, W, b, V):
    return ((relu(d.X @ W.T + b) @ V.T - d.Y) ** 2).sum() / (2 * d.N)


def layer_gradient(d, W, b, V, *, drop=0):
    X, Y = d.X[drop:], d.Y[drop:]
    Z = X @ W.T + b
    D = (relu(Z) @ V.T - Y) / d.N
    E = D @ V * mask(Z)
    return {"W": E.T @ X, "b": E.sum(axis=0), "V": D.T @ relu(Z)}


SIZES = {
    "10": bowl(10),
    "matrix 6 by 7": bowl(6, 7),
    "10,000": bowl(100, 100),
    "200,000": bowl(400, 500),
}
for size, draw in SIZES.items():
    model, is_large, is_matrix = (
        Model(f"among {size}", draw, bowl_loss, bowl_gradient),
        "," in size,
        size != "10",
    )
    model.right()
    model.spoilt("one entry zero", "", lambda g, rng: entry(g, rng, lambda x: 0 * x))
    model.spoilt("two entries that cancel", "", lambda g, rng: pair(g, rng))
    model.spoilt("two entries exchanged", "", lambda g, rng: swapped(g, rng))
    if not is_large:
        model.spoilt("one entry twice", "", lambda g, rng: entry(g, rng, lambda x: 2 * x))
        model.spoilt("one entry turned round", "", lambda g, rng: entry(g, rng, lambda x: -x))
        model.spoilt("the other array", "", lambda g, rng: entry(g, rng, lambda x: 0.8 * x, "s"))
    if is_matrix:
        model.spoilt("one row zero", "", lambda g, rng: line(g, rng, 0, lambda x: 0 * x))
    if is_matrix and not is_large:
        model.spoilt("one column zero", "", lambda g, rng: line(g, rng, 1, lambda x: 0 * x))
        model.spoilt("rows one off", "V2", lambda g: {"x": np.roll(g["x"], 1, axis=0)})
        model.spoilt("last column's gradient in the first", "", lambda g: {"x": _copied(g["x"])})


def _copied(x):
    x = x.copy()
    x[:, 0] = x[:, -1]
    return x


for size, draw in {"48": layer(6, 6, 8), "200,000": layer(10, 500, 400)}.items():
    model = Model(f"layer of {size}", draw, layer_loss, layer_gradient)
    model.right()
    model.wrong("first sample dropped")(lambda d, W, b, V: layer_gradient(d, W, b, V, drop=1))
    model.spoilt("one input's column turned round", "", lambda g, rng: line(g, rng, 1, lambda x: -x, "W"))
    model.spoilt("one entry of W one percent off", "", lambda g, rng: entry(g, rng, lambda x: 1.01 * x, "W"))
    model.spoilt(
        "bias and one entry of V", "", lambda g, rng: {**zeros(g, "b"), **entry(g, rng, lambda x: -x, "V")}
    )
    if size == "48":
        model.spoilt("one unit's row zero", "", lambda g, rng: line(g, rng, 0, lambda x: 0 * x, "W"))
        model.spoilt("sum for mean", "F3", lambda g, d: times(g, d.N))
        model.spoilt("bias a mean", "C19", lambda g, d: times(g, 1 / d.N, "b"), also=("F4",))

# --- small errors of one entry, of one row, of the whole ----------------------------------------------------


def draw_scores(rng):
    d = Data(X=rng.normal(size=(6, 4)), Y=softmax(rng.normal(size=(6, 3))), N=6, sizes={"N": 6, "K": 3})
    return d, {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=3)}


def scores_loss(d, W, b):
    return -(d.Y * np.log(softmax(d.X @ W.T + b))).sum() / d.N


def scores_gradient(d, W, b):
    D = (softmax(d.X @ W.T + b) - d.Y) / d.N
    return {"W": D.T @ d.X, "b": D.sum(axis=0)}


small = Model("small errors", draw_scores, scores_loss, scores_gradient)
small.right()
for part in (1e-2, 1e-3, 1e-4, 1e-5):
    small.spoilt(
        f"one entry, {part:g} of it", "", lambda g, rng, part=part: entry(g, rng, lambda x: (1 + part) * x)
    )
    small.spoilt(f"all entries, {part:g} of them", "F6", lambda g, part=part: times(g, 1 + part))
    small.spoilt(f"cancelling, {part:g} of an entry", "", lambda g, rng, part=part: pair(g, rng, part))
small.spoilt("a constant added", "", lambda g: {"W": g["W"] + 1e-3})
small.spoilt("mean of each row subtracted", "", lambda g: {"W": g["W"] - g["W"].mean(axis=1, keepdims=True)})
small.spoilt("rounded to three decimals", "", lambda g: {k: np.round(x, 3) for k, x in g.items()})
small.spoilt("half precision", "G6", lambda g: {k: x.astype(np.float16) for k, x in g.items()})
small.spoilt("epsilon in the denominator", "F6", lambda g: times(g, 1 / (1 + 1e-4)))
small.spoilt("row sums moved, columns right", "", lambda g: {"W": g["W"] + 0.01 * np.array([[1], [0], [-1]])})
small.spoilt("two mistakes in two arrays", "F1", lambda g: {"W": -g["W"], "b": 0 * g["b"]}, also=("C22",))
small.spoilt("two mistakes in one array", "", lambda g, rng: _two(g, rng))


def _two(g, rng):
    first = entry(g, rng, lambda x: -x, "W")
    return line(first, rng, 1, lambda x: 3 * x, "W")

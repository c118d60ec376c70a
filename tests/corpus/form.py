"""What is handed in is not a gradient yet: None, NaN, a wrong shape, a wrong kind, a missing part.

Some of these still hold numbers that a careless comparison lets pass: it flattens, broadcasts, rounds.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model

FORM = {"kind": "form", "raw": True}
DICT = {**FORM, "arrangement": "dict"}


def draw(rng):
    N, n, m = int(rng.integers(5, 8)), 3, 4
    d = Data(N=N, X=rng.normal(size=(N, n)), Y=rng.normal(size=(N, m)), sizes={"N": N})
    return d, {"W": rng.normal(size=(m, n)), "b": rng.normal(size=m), "s": rng.normal()}


def errors(d, W, b, s):
    A = np.tanh(d.X @ W.T + b)
    return A, (s * A - d.Y) / d.N


def loss(d, W, b, s):
    return ((s * errors(d, W, b, s)[0] - d.Y) ** 2).sum() / (2 * d.N)


def gradient(d, W, b, s):
    A, E = errors(d, W, b, s)
    D = E * s * (1 - A**2)
    return {"W": D.T @ d.X, "b": D.sum(axis=0), "s": (E * A).sum()}


layer = Model("form", draw, loss, gradient)


def changed(words, code, array, change, **options):
    """A case in which one array of the right gradient is replaced by `change` of it."""

    @layer.wrong(words, code, arrays=(array,), **{**DICT, **options})
    def answer(d, W, b, s):
        g = gradient(d, W, b, s)
        return {**g, array: change(g[array])}


def with_entry(value):
    def change(x):
        x = x.copy()
        x.flat[1] = value
        return x

    return change


def as_objects(x):
    y = x.astype(object)
    y.flat[0] = None
    return y


ALL = ("W", "b", "s")
layer.wrong("no return", "G1", arrays=ALL, **DICT)(lambda: None)
layer.wrong("a part missing", "G2", arrays=("b",), **DICT)(
    lambda d, W, b, s: _without(gradient(d, W, b, s), "b")
)
layer.wrong("keys called dW and db", "G2", arrays=ALL, **DICT)(
    lambda d, W, b, s: {f"d{name}": x for name, x in gradient(d, W, b, s).items()}
)
layer.wrong("a list in another order", "G3", arrays=("W", "b"), **{**FORM, "arrangement": "list"})(
    lambda d, W, b, s: [gradient(d, W, b, s)[name] for name in ("b", "W", "s")]
)
layer.wrong("one array for all", "G2", arrays=ALL, **DICT)(
    lambda d, W, b, s: np.concatenate([np.ravel(x) for x in gradient(d, W, b, s).values()])
)
layer.wrong("a tuple too short", "G2", arrays=ALL, **{**FORM, "arrangement": "tuple"})(
    lambda d, W, b, s: tuple(gradient(d, W, b, s).values())[:2]
)
layer.wrong("raises", "G10", arrays=ALL, **{**DICT, "handed": "function"})(lambda d, W: d.X @ W)


def _without(g, name):
    return {key: x for key, x in g.items() if key != name}


changed("None for one array", "G1", "b", lambda _: None)
changed("one NaN", "G5", "W", with_entry(np.nan))
changed("one infinity", "G5", "b", with_entry(np.inf))
changed("all NaN", "G5", "W", lambda x: np.full_like(x, np.nan))
changed("NaN for a number", "G5", "s", lambda _: float("nan"))
changed("transposed", "G3", "W", np.transpose)
changed("flattened", "G3", "W", np.ravel)
changed("bias as a column", "G3", "b", lambda x: x[:, None])
changed("bias as a row", "G3", "b", lambda x: x[None, :])
changed("bias broadcast to a matrix", "G3", "b", lambda x: x[:, None] * np.ones(4))
changed("one number for the bias", "G3", "b", lambda x: x.sum())
changed("a number as an array of one", "G3", "s", lambda x: np.array([x]))
changed("an axis too many", "G3", "W", lambda x: x[None])
changed("empty", "G3", "b", lambda _: np.array([]))
changed("a word", "G2", "s", lambda _: "0.5")
changed("objects with a None", "G2", "W", as_objects)
changed("a complex step not divided out", "G2", "W", lambda x: x + 1e-3j * x)
changed("truth values", "G2", "W", lambda x: x > 0)
changed("ragged lists", "G2", "W", lambda x: [list(row[: k + 1]) for k, row in enumerate(x[:3])] + [[1.0]])
changed("a function", "G2", "b", lambda _: np.sum)

# --- these have the right form: whole numbers, and errors that were not summed -------------------------------------

VALUES = {"kind": "smooth", "raw": False}
changed("cut to whole numbers", "G6", "W", lambda x: (5 * x).astype(int), **VALUES)
changed("rounded", "G6", "b", lambda x: np.round(x), also=("C22",), **VALUES)  # mostly to zeros
changed("in an array of integers", "G6", "W", lambda x: x.astype(np.int64), **VALUES)
layer.wrong("errors of all samples for the bias", "G3", also=("C23",), arrays=("b",), **DICT)(
    lambda d, W, b, s: {**gradient(d, W, b, s), "b": _samples(d, W, b, s)}
)


def _samples(d, W, b, s):
    A, E = errors(d, W, b, s)
    return E * s * (1 - A**2)


def draw_square(rng):
    return Data(c=rng.normal(size=(3, 3))), {"W": rng.normal(size=(3, 3))}


square = Model(
    "square", draw_square, lambda d, W: (d.c * np.sin(W)).sum(), lambda d, W: {"W": d.c * np.cos(W)}
)
square.right()
square.spoilt("transposed", "C15", lambda g: {"W": g["W"].T.copy()})
square.spoilt("transposed, a view", "C15", lambda g: {"W": g["W"].T})
square.spoilt("upside down", "V2", lambda g: {"W": g["W"][::-1]})
square.spoilt(
    "in Fortran order, reshaped as C", "C15", lambda g: {"W": g["W"].ravel(order="F").reshape(3, 3)}
)


# --- batches in columns: W (m, n), X (n, N), b (m, 1); an axis lost or gained is easily broadcast away ---------------------


def draw_columns(rng):
    N = int(rng.integers(5, 8))
    d = Data(N=N, X=rng.normal(size=(3, N)), Y=rng.normal(size=(4, N)), sizes={"N": N})
    return d, {"W": rng.normal(size=(4, 3)), "b": rng.normal(size=(4, 1))}


def columns_loss(d, W, b):
    return ((np.tanh(W @ d.X + b) - d.Y) ** 2).sum() / (2 * d.N)


def columns_error(d, W, b):
    A = np.tanh(W @ d.X + b)
    return (A - d.Y) / d.N * (1 - A**2)


def columns_gradient(d, W, b):
    D = columns_error(d, W, b)
    return {"W": D @ d.X.T, "b": D.sum(axis=1, keepdims=True)}


columns = Model("columns", draw_columns, columns_loss, columns_gradient)
columns.right()
for words, code, kind, change in (
    ("b summed without keepdims", "G3", "form", lambda D: D.sum(axis=1)),
    ("b one number", "C21", "smooth", lambda D: np.full((4, 1), D.sum())),
    ("b a mean", "C19", "smooth", lambda D: D.mean(axis=1, keepdims=True)),
    ("b of the last sample", "C20", "smooth", lambda D: D[:, -1:]),
    ("b not summed", "G3", "form", lambda D: D),
    ("b a row", "G3", "form", lambda D: D.sum(axis=1)[None]),
):
    columns.wrong(words, code, kind=kind, arrays=("b",), raw=True, arrangement="dict")(
        lambda d, W, b, _change=change: {**columns_gradient(d, W, b), "b": _change(columns_error(d, W, b))}
    )
columns.spoilt("sum for mean", "F3", lambda g, d: {name: d.N * x for name, x in g.items()})

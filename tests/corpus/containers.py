"""Right gradients in every dress: lists, tuples, single arrays, numbers, integers, float32, views, nothing.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model
from corpus.spoil import times


def draw(rng):
    d = Data(X=rng.normal(size=(5, 3)), y=rng.normal(size=5))
    return d, {"w": rng.normal(size=3), "b": np.array(rng.normal())}


def loss(d, w, b):
    return (np.cos(d.X @ w + b) * d.y).sum()


def gradient(d, w, b):
    D = -np.sin(d.X @ w + b) * d.y
    return {"w": d.X.T @ D, "b": D.sum()}


pair = Model("two arrays", draw, loss, gradient)
for arrangement in ("dict", "list", "tuple"):
    for handed in ("values", "function"):
        pair.right(f"{arrangement}, {handed}", arrangement=arrangement, handed=handed)
    pair.spoilt(f"{arrangement}, b turned round", "F1", lambda g: times(g, -1, "b"), arrangement=arrangement)
pair.right(
    "keys in another order",
    lambda d, w, b: dict(reversed(gradient(d, w, b).items())),
    arrangement="dict",
    raw=True,
)
pair.right(
    "a tuple for a list", lambda d, w, b: tuple(gradient(d, w, b).values()), arrangement="list", raw=True
)
pair.right(
    "a list for a tuple", lambda d, w, b: list(gradient(d, w, b).values()), arrangement="tuple", raw=True
)

single = Model(
    "one array",
    lambda rng: (Data(c=rng.normal(size=(3, 4))), {"x": rng.normal(size=(3, 4))}),
    lambda d, x: (d.c * np.tanh(x) ** 2).sum(),
    lambda d, x: {"x": 2 * d.c * np.tanh(x) * (1 - np.tanh(x) ** 2)},
)
for handed in ("values", "function"):
    single.right(f"single, {handed}", arrangement="single", handed=handed)
single.spoilt("single, turned round", "F1", lambda g: times(g, -1), arrangement="single")


def shaped(words, change, **options):
    """The one array, and its gradient, in another memory order or as another type."""
    single.right(f"at {words}", arrangement="single", at=change, **options)
    single.right(
        f"gradient {words}", lambda d, x: {"x": change(_slope(d, x))}, arrangement="single", **options
    )


def _slope(d, x):
    return 2 * d.c * np.tanh(x) * (1 - np.tanh(x) ** 2)


def strided(x):
    wide = np.zeros((x.shape[0], 2 * x.shape[1]))
    wide[:, ::2] = x
    return wide[:, ::2]


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


def reversed_view(x):
    return x[::-1].copy()[::-1]


shaped("in Fortran order", np.asfortranarray)
shaped("strided", strided)
shaped("read-only", read_only)
shaped("a reversed view", reversed_view)
shaped("a transposed view", lambda x: x.T.copy().T)
single.right("gradient nested lists", lambda d, x: {"x": _slope(d, x).tolist()}, arrangement="single")
shaped("a matrix subclass", lambda x: x.view(type("Kept", (np.ndarray,), {})), handed="values")
shaped("big-endian", lambda x: x.astype(">f8"))

number = Model(
    "a number",
    lambda rng: (Data(), {"x": rng.uniform(0.5, 2)}),
    lambda x: x**3 - np.sqrt(x),
    lambda x: {"x": 3 * x**2 - 0.5 / np.sqrt(x)},
)
number.right("Python float", arrangement="single", at=float)
number.right("0-d array", arrangement="single", at=np.array)
number.right("NumPy scalar", arrangement="single", at=np.float64)
number.right("in a dict", arrangement="dict", at=lambda p: {"x": float(p["x"])})
number.right("in a list", arrangement="list", at=lambda p: [float(p[0])])
number.right(
    "gradient a 0-d array", lambda x: {"x": np.array(3 * x**2 - 0.5 / np.sqrt(x))}, arrangement="dict"
)
number.spoilt("Python float, turned round", "F1", lambda g: times(g, -1), arrangement="single", at=float)

whole = Model(
    "whole numbers",
    lambda rng: (Data(c=rng.normal(size=5)), {"x": rng.integers(1, 6, 5) * 1.0, "k": np.array(3.0)}),
    lambda d, x, k: (d.c * np.sqrt(x)).sum() + np.log(k) * x.sum(),
    lambda d, x, k: {"x": d.c / (2 * np.sqrt(x)) + np.log(k), "k": x.sum() / k},
)
whole.right("integer array and int", arrangement="dict", at=lambda p: {"x": p["x"].astype(int), "k": 3})
whole.right("lists of ints", arrangement="dict", at=lambda p: {"x": [int(v) for v in p["x"]], "k": 3})
whole.spoilt(
    "integer array, half",
    "F2",
    lambda g: times(g, 0.5),
    arrangement="dict",
    at=lambda p: {**p, "x": p["x"].astype(int)},
)

odd = Model(
    "odd shapes",
    lambda rng: (
        Data(),
        {
            "e": np.zeros((0, 3)),
            "s": np.array(rng.normal()),
            "o": rng.normal(size=(1, 1)),
            "t": rng.normal(size=(2, 1, 3)),
        },
    ),
    lambda e, s, o, t: (e**2).sum() + s * o[0, 0] + (t**3).sum() * s,
    lambda e, s, o, t: {"e": 2 * e, "s": o[0, 0] + (t**3).sum(), "o": s + 0 * o, "t": 3 * t**2 * s},
)
odd.right("empty, 0-d, one by one and three axes", arrangement="dict")
odd.spoilt("the same, three axes turned round", "F1", lambda g: times(g, -1, "t"), arrangement="dict")


def draw_single(rng):
    X = rng.normal(size=(5, 3)).astype(np.float32)
    return Data(X=X), {"w": rng.normal(size=3).astype(np.float32)}


def float32_loss(d, w):
    return np.sum(np.log1p(np.exp(d.X @ w)))


def float32_gradient(d, w):
    return {"w": d.X.T @ (1 / (1 + np.exp(-(d.X @ w))))}


halves = Model(
    "float32 point",
    draw_single,
    float32_loss,
    float32_gradient,
    kind="noise",
    rtol=2e-6,
    atol=3e-6,
    dresses=("plain",),
)
for arrangement in ("dict", "single"):
    halves.right(
        f"{arrangement}, gradient in float32",
        lambda d, w: {"w": float32_gradient(d, w.astype(np.float32))["w"].astype(np.float32)},
        arrangement=arrangement,
        at=lambda p: {"w": p["w"].astype(np.float32)} if isinstance(p, dict) else p.astype(np.float32),
        note="the user's own arrays are float32; so is what they return: right to seven digits",
    )


def lists(d, w, b):
    """A loss for people without arrays: Python numbers in, a Python number out."""
    total = 0.0
    for row, y in zip(d.X.tolist(), d.y.tolist(), strict=True):
        total = total + y * np.cos(sum(x * v for x, v in zip(row, w, strict=True)) + b)
    return total


Model("without arrays", draw, lists, gradient).right(handed="function")

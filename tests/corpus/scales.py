"""Losses and gradients of unusual size: huge, tiny, offset, cancelling, steep, oscillating, known to few digits.

Each is right, and nearly each has a wrong sibling whose mistake is as large as everywhere else.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model
from corpus.ops import sigmoid, softmax
from corpus.spoil import entry, times


def both(model, *, note, factor=True):
    """The right case, and wrong ones: half, and one entry off by a tenth."""
    model.right(note=note)
    if factor:
        model.spoilt("half", "F2", lambda g: times(g, 0.5), note=note)
        model.spoilt("one entry a tenth off", "", lambda g, rng: entry(g, rng, lambda x: 1.1 * x), note=note)


def draw_layer(rng):
    d = Data(X=rng.normal(size=(6, 3)), y=rng.normal(size=6), N=6)
    return d, {"w": rng.normal(size=3), "b": rng.normal()}


def residual(d, w, b):
    return np.tanh(d.X @ w + b) - d.y


def square_loss(d, w, b):
    return (residual(d, w, b) ** 2).mean()


def square_gradient(d, w, b):
    A = np.tanh(d.X @ w + b)
    D = 2 * (A - d.y) * (1 - A**2) / d.N
    return {"w": d.X.T @ D, "b": D.sum()}


def scaled(factor, offset=0.0):
    def loss(d, w, b):
        return factor * square_loss(d, w, b) + offset

    def gradient(d, w, b):
        return times(square_gradient(d, w, b), factor)

    return {"draw": draw_layer, "loss": loss, "gradient": gradient}


for factor in (1e12, 1e8, 1e-6, 1e-12, 1e-30):
    both(
        Model(f"loss times {factor:g}", **scaled(factor)),
        note="nothing absolute holds here",
        factor=factor != 1e-6,
    )
for offset in (1e4, 1e6, -1e8):
    both(
        Model(f"loss plus {offset:g}", **scaled(1.0, offset)),
        note="the offset takes most digits of each difference",
        factor=offset == 1e6,
    )


def hidden_offset(offset):
    """Digits that are lost inside of the loss, and do not show in its size."""
    layer = scaled(1.0)
    return {
        **layer,
        "loss": lambda d, w, b: (square_loss(d, w, b) + offset) - offset,
        "clean": square_loss,
        "kind": "noise",
        "rtol": 1e-6,
    }


for offset in (1e5, 1e7):
    both(
        Model(f"cancelled offset {offset:g}", **hidden_offset(offset)),
        note="a loss of size 1 with few digits",
    )


def variance_loss(x):
    """The mean of squares minus the square of the mean: digits cancel."""
    return (x**2).mean() - x.mean() ** 2


variance = Model(
    "variance of large numbers",
    lambda rng: (Data(), {"x": 1e4 + rng.normal(size=5)}),
    variance_loss,
    lambda x: {"x": 2 * (x - x.mean()) / len(x)},
    clean=lambda x: ((x - x.mean()) ** 2).mean(),
    kind="noise",
    rtol=1e-6,
)
both(variance, note="values near 1 that are differences of 1e8")


@variance.wrong("in float32", "G6")
def variance_in_float32(x):
    x = x.astype(np.float32)
    return {"x": 2 * (x - x.mean()) / np.float32(len(x))}


# --- noise, rounding and float32 inside ---------------------------------------------------------------------------------


def noisy(size):
    return {
        **scaled(1.0),
        "loss": lambda d, w, b: square_loss(d, w, b) + size * np.sin(1e9 * (w.sum() + b)),
        "clean": square_loss,
        "kind": "noise",
        "rtol": 1e-6,
    }


for size in (1e-10, 1e-8):
    both(
        Model(f"noise of {size:g}", **noisy(size)), note="a repeatable noise, as of a solver that stops early"
    )


def in_float32(d, w, b):
    X, y = d.X.astype(np.float32), d.y.astype(np.float32)
    A = np.tanh(X @ np.asarray(w, np.float32) + np.float32(b))
    return ((A - y) ** 2).mean()


single = {**scaled(1.0), "clean": square_loss, "kind": "noise", "rtol": 2e-6}
both(Model("float32 inside", **{**single, "loss": in_float32}), note="values with seven digits")
both(
    Model(
        "float32 inside, result float64",
        **{**single, "loss": lambda d, w, b: float(in_float32(d, w, b)) * 1.5 / 1.5},
    ),
    note="the rounding does not show in the type",
)
both(
    Model("float32 at the end", **{**single, "loss": lambda d, w, b: np.float32(square_loss(d, w, b))}),
    note="only the value is rounded",
)
both(
    Model(
        "rounded to ten decimals", **{**single, "loss": lambda d, w, b: np.round(square_loss(d, w, b), 10)}
    ),
    note="a printed and read number: steps of 1e-10",
)

# --- steep, oscillating, curved -----------------------------------------------------------------------------------------


def elementwise(name, low, high, value, slope, note, **options):
    """J = sum(c * value(x)) for x between low and high."""

    def draw(rng):
        return Data(c=rng.uniform(0.5, 2, 4)), {"x": rng.uniform(low, high, 4)}

    model = Model(
        name, draw, lambda d, x: (d.c * value(x)).sum(), lambda d, x: {"x": d.c * slope(x)}, **options
    )
    both(model, note=note)


elementwise(
    "exp(20x)", 0.3, 1, lambda x: np.exp(20 * x), lambda x: 20 * np.exp(20 * x), "third derivative 8000 times"
)
elementwise("sin(50x)", 0, 1, lambda x: np.sin(50 * x), lambda x: 50 * np.cos(50 * x), "a period of 0.13")
elementwise(
    "sin(1000x)", 0, 1, lambda x: np.sin(1e3 * x), lambda x: 1e3 * np.cos(1e3 * x), "a period of 0.006"
)
elementwise("x to the 20", 0.9, 2, lambda x: x**20, lambda x: 20 * x**19, "entries from 3 to 1e7")
elementwise(
    "a sharp step",
    -0.002,
    0.002,
    lambda x: np.tanh(1e3 * x),
    lambda x: 1e3 / np.cosh(1e3 * x) ** 2,
    "width 0.001",
)
elementwise(
    "smooth beside a ripple",
    0.5,
    1,
    lambda x: x**2 + 1e-3 * np.sin(300 * x),
    lambda x: 2 * x + 0.3 * np.cos(300 * x),
    "a ripple of a thousandth that makes a third of the slope",
)


def valley_loss(x):
    return 1e6 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2 + np.exp(x[2])


def valley_gradient(x):
    bend = x[1] - x[0] ** 2
    return {"x": np.array([-4e6 * x[0] * bend - 2 * (1 - x[0]), 2e6 * bend, np.exp(x[2])])}


def in_valley(rng):
    a = rng.uniform(0.5, 1.5)
    return Data(), {"x": np.array([a, a**2 + 1e-3, 0.2])}


both(Model("curved valley", in_valley, valley_loss, valley_gradient), note="curvature 1e6 across, 1 along")


def draw_scales(rng):
    d = Data(c=rng.normal(size=3), X=rng.normal(size=(5, 3)))
    return d, {
        "small": rng.normal(size=3) * 1e-6,
        "large": rng.normal(size=3) * 1e6,
        "one": rng.normal(size=3),
    }


def scales_loss(d, small, large, one):
    return (np.tanh(d.X @ (1e6 * small + 1e-6 * large + one))).sum()


def scales_gradient(d, small, large, one):
    D = d.X.T @ (1 - np.tanh(d.X @ (1e6 * small + 1e-6 * large + one)) ** 2)
    return {"small": 1e6 * D, "large": 1e-6 * D, "one": D}


unequal = Model("parameters of 1e-6 and 1e6", draw_scales, scales_loss, scales_gradient)
both(unequal, note="one step for all would be too large and too small")
for name in ("small", "large", "one"):
    unequal.spoilt(f"{name} turned round", "F1", lambda g, _name=name: times(g, -1, _name))


def draw_mixed(rng):
    size = 10.0 ** rng.permutation(np.arange(-4, 4))
    return Data(size=size), {"x": rng.uniform(0.5, 1.5, 8) * size}


mixed = Model(
    "entries of 1e-4 to 1e3 in one array",
    draw_mixed,
    lambda d, x: (np.sin(x / d.size) ** 2).sum(),
    lambda d, x: {"x": np.sin(2 * x / d.size) / d.size},
)
both(mixed, note="gradients from 1e-3 to 1e4; each entry has a step of its own", factor=False)
mixed.spoilt("half", "F2", lambda g: times(g, 0.5))
mixed.spoilt("smallest gradient twice", "", lambda g, d: {"x": g["x"] * (1 + (d.size == d.size.max()))})


def draw_parts(rng):
    d = Data(X=rng.normal(size=(6, 3)), Y=softmax(rng.normal(size=(6, 4))))
    return d, {"W": rng.normal(size=(4, 3)), "u": rng.normal(size=3)}


def parts_loss(d, W, u):
    return -(d.Y * np.log(softmax(d.X @ W.T))).sum() + 1e-6 * sigmoid(u).sum()


def parts_gradient(d, W, u):
    return {"W": (6 / 6 * (softmax(d.X @ W.T) - d.Y)).T @ d.X, "u": 1e-6 * sigmoid(u) * (1 - sigmoid(u))}


parts = Model("one array hardly matters", draw_parts, parts_loss, parts_gradient)
both(parts, note="a gradient of 1e-7 beside one of 1")
parts.spoilt("the small one half", "F2", lambda g: times(g, 0.5, "u"))
parts.spoilt("the small one zero", "", lambda g: times(g, 0.0, "u"))

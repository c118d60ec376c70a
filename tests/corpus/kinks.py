"""At, and very near, kinks: relu at 0, ties of a maximum, |x|, hinge at its margin, L1 at zero weights.

At a kink every element of the subdifferential is right. The clean loss takes the slope `tie` there, so that
the complex step gives the element that was handed in; and each entry must lie between the slopes from the left
and from the right. `ends` are the two ends of that interval.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model
from corpus.ops import absolute, mask, norm, relu, sign
from corpus.spoil import entry, times

KINK = {"kind": "kink"}


def family(name, draw, loss, clean, gradient, ties, words="slope {:g} at the kink", **options):
    """One right case for each slope in `ties`; returns the model with the first one.

    clean and gradient take `tie`; loss is written with NumPy's own functions, as people do.
    """
    models = []
    for tie in ties:
        at = {"tie": tie}
        model = Model(
            name,
            draw,
            loss,
            _with(gradient, at),
            clean=_with(clean, at),
            ends=tuple(_with(gradient, {"tie": end}) for end in (min(ties), max(ties))),
            **{**KINK, **options},
        )
        model.right(words.format(tie), note="the point lies on a kink")
        models.append(model)
    return models[0]


def _with(function, options):
    """`function` with some keywords given; asked for the others by name."""

    def answer(d, **p):
        return function(d, **p, **options)

    return answer


def on_zero(rng, n=6):
    """A vector of which half the entries are exactly 0, and c without zeros."""
    x = rng.uniform(0.3, 1.5, n) * rng.choice([-1, 1], n)
    x[rng.permutation(n)[: n // 2]] = 0.0
    return Data(c=rng.uniform(0.5, 2, n) * rng.choice([-1, 1], n)), {"x": x}


rectifier = family(
    "relu at zero",
    on_zero,
    lambda d, x: (d.c * np.maximum(x, 0)).sum() + (x**2).sum(),
    lambda d, x, tie: (d.c * relu(x, tie)).sum() + (x**2).sum(),
    lambda d, x, tie: {"x": d.c * mask(x, tie) + 2 * x},
    (0.0, 1.0, 0.5),
)
rectifier.spoilt("off the kink an entry twice", "", lambda g, x: {"x": g["x"] * (1 + (x == max(x)))})
rectifier.spoilt("slope 2 at the kink", "", lambda d, x: {"x": d.c * mask(x, 2.0) + 2 * x})
rectifier.spoilt("mask turned round", "", lambda d, x: {"x": d.c * mask(-x) + 2 * x})

modulus = family(
    "absolute value at zero",
    on_zero,
    lambda d, x: (abs(d.c) * np.abs(x)).sum() + np.sin(x).sum(),
    lambda d, x, tie: (abs(d.c) * absolute(x, tie)).sum() + np.sin(x).sum(),
    lambda d, x, tie: {"x": abs(d.c) * sign(x, tie) + np.cos(x)},
    (0.0, 1.0, -1.0),
)
modulus.spoilt("sign left out", "C1", lambda d, x: {"x": abs(d.c) + np.cos(x)})
modulus.spoilt("slope 3 at the kink", "", lambda d, x: {"x": abs(d.c) * sign(x, 3.0) + np.cos(x)})


def draw_margin(rng):
    """A linear classifier with some samples exactly at margin 1, in numbers that float64 holds exactly."""
    X = rng.integers(-3, 4, (6, 3)) * 0.5
    w = rng.choice([-1.0, 1.0], 3) * rng.integers(1, 3, 3) * 0.5
    X[0], X[1] = np.eye(3)[0] / w[0], -np.eye(3)[1] / w[1]
    y = np.where(X @ w >= 0, 1.0, -1.0)
    y[2] *= -1
    return Data(X=X, y=y), {"w": w}


hinge = family(
    "hinge at its margin",
    draw_margin,
    lambda d, w: np.maximum(0, 1 - d.y * (d.X @ w)).sum(),
    lambda d, w, tie: relu(1 - d.y * (d.X @ w), tie).sum(),
    lambda d, w, tie: {"w": -d.X.T @ (d.y * mask(1 - d.y * (d.X @ w), tie))},
    (0.0, 1.0, 0.5),
)
hinge.spoilt("ascends", "F1", lambda g: times(g, -1))


def draw_sparse(rng):
    d = Data(A=rng.normal(size=(5, 4)), y=rng.normal(size=5), lam=0.3)
    return d, {"w": rng.normal(size=4) * np.array([0, 1, 0, 1]), "b": rng.normal()}


lasso = family(
    "L1 at zero weights",
    draw_sparse,
    lambda d, w, b: ((d.A @ w + b - d.y) ** 2).sum() / 2 + d.lam * np.abs(w).sum(),
    lambda d, w, b, tie: ((d.A @ w + b - d.y) ** 2).sum() / 2 + d.lam * absolute(w, tie).sum(),
    lambda d, w, b, tie: {
        "w": d.A.T @ (d.A @ w + b - d.y) + d.lam * sign(w, tie),
        "b": (d.A @ w + b - d.y).sum(),
    },
    (0.0, 1.0, -1.0),
)
lasso.spoilt(
    "penalty missing where w is not 0", "C25", lambda g, d, w: {"w": g["w"] - d.lam * sign(w)}, also=("C7",)
)
lasso.spoilt("bias a mean", "C19", lambda g: times(g, 1 / 5, "b"))
zeros = Model(
    "L1 at zero weights",
    lambda rng: (lambda d, p: (d, {**p, "w": 0 * p["w"]}))(*draw_sparse(rng)),
    lasso.loss,
    lasso.gradient,
    clean=lasso.clean,
    ends=lasso.ends,
    **KINK,
)
zeros.right("all weights zero")

# --- maximum: ties go to the first, to the last, or are shared ------------------------------------------------------


def draw_ties(rng):
    x = rng.choice([0.5, 1.0, 2.0], (4, 4))
    x[:, 0] = x[:, 2] = 2.5
    return Data(c=rng.uniform(0.5, 2, 4)), {"x": x}


def winners(x, how):
    """Weights, one row each, that sum to one over the largest entries: all to one of them, or shared."""
    top = np.real(x) == np.real(x).max(axis=1, keepdims=True)
    if how == "shared":
        return top / top.sum(axis=1, keepdims=True)
    place = top.argmax(axis=1) if how == "first" else x.shape[1] - 1 - top[:, ::-1].argmax(axis=1)
    return np.eye(x.shape[1])[place]


def gets(how):
    return lambda d, x: {"x": d.c[:, None] * winners(x, how)}


for how in ("first", "last", "shared"):
    ties = Model(
        "tied maximum",
        draw_ties,
        lambda d, x: d.c @ x.max(axis=1),
        gets(how),
        clean=lambda d, x, _how=how: d.c @ (x * winners(x, _how)).sum(axis=1),
        ends=(gets("first"), gets("last")),
        **KINK,
    )
    ties.right(f"to the {how}" if how != "shared" else how)
ties.spoilt(
    "to one that is not the largest", "", lambda d, x: {"x": d.c[:, None] * np.eye(4)[np.argmin(x, axis=1)]}
)
ties.spoilt("shared among all", "", lambda g, d: {"x": 0 * g["x"] + d.c[:, None] / 4})

# --- networks of relu with all pre-activations at zero; a norm at zero; clipping; neighbours that are equal -----------


def draw_asleep(rng):
    d = Data(X=rng.normal(size=(5, 3)), v=rng.normal(size=(5, 4)), N=5)
    return d, {"W": np.zeros((4, 3)), "b": rng.choice([0.0, 0.5, -0.5], 4)}


def asleep_gradient(d, W, b, tie):
    D = d.v * mask(d.X @ W.T + b, tie) / d.N
    return {"W": D.T @ d.X, "b": D.sum(axis=0)}


for tie, words in ((0.0, "z > 0"), (1.0, "z >= 0")):
    Model(
        "relu layer with zero weights",
        draw_asleep,
        lambda d, W, b: (np.maximum(d.X @ W.T + b, 0) * d.v).sum() / d.N,
        _with(asleep_gradient, {"tie": tie}),
        clean=lambda d, W, b, _tie=tie: (relu(d.X @ W.T + b, _tie) * d.v).sum() / d.N,
        ends=tuple(_with(asleep_gradient, {"tie": end}) for end in (0.0, 1.0)),
        kind="loose kink",
        note="at z = 0 a sum over samples of both signs: it need not lie between the one-sided slopes",
    ).right(f"mask {words}", handed="function")

length = Model(
    "norm at zero",
    lambda rng: (Data(c=rng.normal(size=3)), {"x": np.zeros(3), "y": rng.normal(size=3)}),
    lambda d, x, y: np.linalg.norm(x) + d.c @ x + np.linalg.norm(y),
    lambda d, x, y: {"x": d.c + (x / norm(x) if x.any() else 0 * x), "y": y / norm(y)},
    clean=lambda d, x, y: (norm(x) if np.real(x).any() else 0.0) + d.c @ x + norm(y),
    ends=(
        lambda d, x, y: {"x": d.c - 1 + 0 * x, "y": y / norm(y)},
        lambda d, x, y: {"x": d.c + 1 + 0 * x, "y": y / norm(y)},
    ),
    **KINK,
)
length.right(handed="values")
length.spoilt("y turned round", "F1", lambda g: times(g, -1, "y"), handed="values")

bounded = family(
    "clipped at its bound",
    lambda rng: (Data(c=rng.normal(size=5)), {"x": np.array([1.0, -1.0, 0.3, 2.0, 1.0])}),
    lambda d, x: d.c @ np.clip(x, -1, 1),
    lambda d, x, tie: d.c @ (x * (mask(1 - absolute(x), tie)) + sign(x) * mask(absolute(x) - 1, 1 - tie)),
    lambda d, x, tie: {"x": d.c * mask(1 - abs(x), tie)},
    (0.0, 1.0),
)
bounded.spoilt("clipping ignored", "C1", lambda d: {"x": d.c.copy()})

variation = family(
    "equal neighbours",
    lambda rng: (Data(c=rng.normal(size=6)), {"x": np.array([0.5, 0.5, 1.0, -0.25, -0.25, 2.0])}),
    lambda d, x: np.abs(np.diff(x)).sum() + d.c @ x,
    lambda d, x, tie: absolute(x[1:] - x[:-1], tie).sum() + d.c @ x,
    lambda d, x, tie: {"x": np.diff(sign(np.diff(x), tie), prepend=0, append=0) * -1 + d.c},
    (0.0, 1.0, -1.0),
)
variation.spoilt("an entry turned round", "", lambda g: {"x": g["x"] * np.array([1, 1, 1, 1, 1, -1])})

# --- near kinks: the derivative exists, but a step of ordinary length crosses ------------------------------------------


def near(distance):
    """draw(rng) of x at ± distance of 0, and far from it."""

    def draw(rng):
        x = rng.uniform(0.5, 1.5, 6) * rng.choice([-1, 1], 6)
        x[:3] = distance * rng.choice([-1, 1], 3)
        return Data(c=rng.uniform(0.5, 2, 6) * rng.choice([-1, 1], 6)), {"x": x}

    return draw


for distance in (1e-3, 1e-5, 1e-7, 1e-9, 1e-12):
    model = Model(
        "relu near zero",
        near(distance),
        lambda d, x: (d.c * np.maximum(x, 0)).sum() + (d.c * x).sum() ** 2,
        lambda d, x: {"x": d.c * mask(x) + 2 * d.c * (d.c * x).sum()},
        clean=lambda d, x: (d.c * relu(x)).sum() + (d.c * x).sum() ** 2,
    )
    model.right(f"{distance:g} beside it", note="a step beyond the kink gives another slope")
    if distance > 1e-6:
        model.spoilt(f"{distance:g} beside it, mask turned round", "", lambda d, x: {"x": d.c * mask(-x)})

for distance in (1e-4, 1e-8):
    model = Model(
        "absolute value near zero",
        near(distance),
        lambda d, x: np.abs(x) @ d.c,
        lambda d, x: {"x": d.c * np.sign(x)},
        clean=lambda d, x: absolute(x) @ d.c,
    )
    model.right(f"{distance:g} beside it")
    model.spoilt(
        f"{distance:g} beside it, a far entry twice",
        "",
        lambda g: {"x": g["x"] * np.array([1, 1, 1, 1, 1, 2])},
    )
    best = Model(
        "maximum near a tie",
        lambda rng, _gap=distance: (
            Data(c=rng.uniform(0.5, 2, 3)),
            {"x": np.array([1.0, 1.0 + _gap, 0.2]) + np.zeros((3, 1))},
        ),
        lambda d, x: d.c @ x.max(axis=1) ** 2,
        lambda d, x: {"x": 2 * (d.c * x.max(axis=1))[:, None] * winners(x, "first")},
        clean=lambda d, x: d.c @ (x * winners(x, "first")).sum(axis=1) ** 2,
    )
    best.right(f"{distance:g} beside it")
    best.spoilt(
        f"{distance:g} beside it, one row turned round",
        "",
        lambda g: {"x": g["x"] * np.array([[1], [-1], [1]])},
    )

pieces = Model(
    "piecewise linear between knots",
    lambda rng: (Data(k=np.linspace(-6, 6, 13), v=rng.normal(size=13)), {"x": rng.uniform(-1.9, 1.9, 5)}),
    lambda d, x: np.interp(x, d.k, d.v).sum(),
    lambda d, x: {"x": (np.diff(d.v) / np.diff(d.k))[np.searchsorted(d.k, x) - 1]},
    clean=lambda d, x: sum(_piece(d, t) for t in x),
)
pieces.right()
pieces.spoilt(
    "slope of the next piece", "", lambda d, x: {"x": (np.diff(d.v) / np.diff(d.k))[_piece_at(d, x)]}
)


def _piece(d, t):
    i = min(np.searchsorted(d.k, np.real(t)), 12)
    return d.v[i] + (t - d.k[i]) * (d.v[i] - d.v[i - 1]) / (d.k[i] - d.k[i - 1])


def _piece_at(d, x):
    return np.minimum(np.searchsorted(d.k, x), 11)


quantile = Model(
    "pinball near its kink",
    lambda rng: (Data(y=rng.normal(size=4), q=0.9), {"u": np.array([1e-6, -1e-6, 1e-10, 0.5])}),
    lambda d, u: np.maximum(d.q * u, (d.q - 1) * u).sum() * 3,
    lambda d, u: {"u": 3 * (d.q - (u < 0))},
    clean=lambda d, u: (u * (d.q - (u.real < 0))).sum() * 3,
)
quantile.right()
quantile.spoilt("an entry off the kink", "", lambda g, rng: entry({"u": g["u"]}, rng, lambda x: x + 1))

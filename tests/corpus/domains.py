"""Points close to where a loss ends: log of nearly 0, sqrt of nearly 0, NaN one step to the left.

Imports: numpy, corpus.
"""

import math

import numpy as np

from corpus.model import Data, Model
from corpus.ops import softmax
from corpus.spoil import entry, times


def at_edge(name, low, high, value, slope, note, *, wrong=True, **options):
    """J = sum(c * value(x)) with entries of x drawn, on a logarithmic scale, between low and high."""

    def draw(rng):
        return Data(c=rng.uniform(0.5, 2, 4)), {"x": np.exp(rng.uniform(np.log(low), np.log(high), 4))}

    model = Model(
        name, draw, lambda d, x: (d.c * value(x)).sum(), lambda d, x: {"x": d.c * slope(x)}, **options
    )
    model.right(note=note)
    if wrong:
        model.spoilt("turned round", "F1", lambda g: times(g, -1), note=note)
        model.spoilt("one entry a tenth off", "", lambda g, rng: entry(g, rng, lambda x: 1.1 * x), note=note)


at_edge("log near zero", 1e-6, 1e-3, np.log, lambda x: 1 / x, "NaN a millionth to the left")
at_edge("log of a tiny probability", 1e-12, 1e-10, np.log, lambda x: 1 / x, "slopes of 1e12", wrong=False)
at_edge("sqrt near zero", 1e-8, 1e-5, np.sqrt, lambda x: 0.5 / np.sqrt(x), "NaN close by; slopes of 1e4")
at_edge(
    "x log x near zero",
    1e-9,
    1e-4,
    lambda x: x * np.log(x),
    lambda x: np.log(x) + 1,
    "a curvature of 1e9",
    wrong=False,
)
at_edge("one over x near zero", 1e-4, 1e-2, lambda x: 1 / x, lambda x: -1 / x**2, "a pole beside the point")
at_edge(
    "power of one third",
    1e-7,
    1e-3,
    lambda x: x ** (1 / 3),
    lambda x: x ** (-2 / 3) / 3,
    "slopes of 1e4",
    wrong=False,
)
at_edge(
    "log(1 - x) near one", 0.999, 0.99999, lambda x: np.log(1 - x), lambda x: -1 / (1 - x), "NaN to the right"
)
at_edge(
    "arcsin near one",
    0.999,
    0.99999,
    np.arcsin,
    lambda x: 1 / np.sqrt(1 - x**2),
    "NaN to the right",
    wrong=False,
    rtol=1e-7,
)
at_edge(
    "logit near one",
    0.9999,
    0.999999,
    lambda x: np.log(x / (1 - x)),
    lambda x: 1 / (x * (1 - x)),
    "slopes of 1e6",
    wrong=False,
)
at_edge(
    "arcosh near one",
    1.00001,
    1.001,
    np.arccosh,
    lambda x: 1 / np.sqrt(x**2 - 1),
    "NaN to the left",
    wrong=False,
    rtol=1e-7,
)
at_edge(
    "overflow close by",
    695,
    700,
    lambda x: np.exp(x) * 1e-270,
    lambda x: np.exp(x) * 1e-270,
    "infinite from 709 on",
)
at_edge(
    "gamma by Stirling",
    1e-3,
    1e-1,
    lambda x: (x - 0.5) * np.log(x) - x,
    lambda x: np.log(x) - 0.5 / x,
    "log near 0",
)


def barrier_loss(d, x):
    """A linear programme with logarithms for its walls; outside it raises, as math.log does."""
    slack = d.b - d.A @ x
    if np.real(slack).min() <= 0:
        raise ValueError("math domain error")
    return d.c @ x - d.mu * np.log(slack).sum()


def barrier_gradient(d, x):
    return {"x": d.c + d.mu * d.A.T @ (1 / (d.b - d.A @ x))}


def draw_barrier(rng):
    A, x = rng.normal(size=(5, 3)), rng.normal(size=3)
    return Data(A=A, b=A @ x + 10.0 ** rng.uniform(-5, 0, 5), c=rng.normal(size=3), mu=0.1), {"x": x}


barrier = Model("barrier", draw_barrier, barrier_loss, barrier_gradient, rtol=1e-7)
barrier.right(note="raises ValueError on the other side of a wall at 1e-5", handed="values")
barrier.spoilt(
    "walls turned round",
    "F1",
    lambda d, x: {"x": d.c - d.mu * d.A.T @ (1 / (d.b - d.A @ x))},
    handed="values",
)


def entropy_loss(d, Z):
    """Cross-entropy written as people first write it: log of softmax, with a tiny probability."""
    return -(d.Y * np.log(softmax(Z))).sum()


rare = Model(
    "log of softmax with a tiny probability",
    lambda rng: (Data(Y=np.eye(3)[[0, 1, 2]]), {"Z": rng.normal(size=(3, 3)) - 25 * np.eye(3)}),
    entropy_loss,
    lambda d, Z: {"Z": softmax(Z) - d.Y},
    atol=1e-15,
)
rare.right(note="probabilities of 1e-11 under the logarithm")
rare.spoilt("only the true class", "C18", lambda g, d: {"Z": g["Z"] * d.Y})
rare.spoilt("p without y", "C7", lambda Z: {"Z": softmax(Z)})


def nats(x):
    return sum(v * math.log(v) for v in x)


plain = Model(
    "entropy with math.log",
    lambda rng: (Data(), {"p": (lambda q: q / q.sum())(rng.uniform(0.001, 1, 5))}),
    lambda p: nats(np.ravel(p)),
    lambda p: {"p": np.log(p) + 1},
    clean=lambda p: (p * np.log(p)).sum(),
    dresses=("plain",),
)
plain.right(note="math.log raises at 0 and below, and for complex numbers")
plain.spoilt("the one forgotten", "", lambda p: {"p": np.log(p)})


def beta_loss(d, a):
    """Works for positive a only; NaN beyond."""
    return (d.n * np.log(a / (1 + a))).sum() + np.sqrt(a).sum()


positive = Model(
    "positive parameters",
    lambda rng: (Data(n=rng.integers(1, 5, 4)), {"a": rng.uniform(1e-3, 2, 4)}),
    beta_loss,
    lambda d, a: {"a": d.n / (a * (1 + a)) + 0.5 / np.sqrt(a)},
)
positive.right(note="an entry moved by more than itself leaves the domain")
positive.spoilt("slope of log(1 + a) missing", "C7", lambda d, a: {"a": d.n / a + 0.5 / np.sqrt(a)})


def draw_triangle(rng):
    L = np.tril(rng.normal(size=(3, 3)) * 0.3) + np.diag([0.05, 1, 2])
    return Data(S=np.eye(3) + 0.2), {"A": L @ L.T}


covariance = Model(
    "nearly singular matrix",
    draw_triangle,
    lambda d, A: np.log(np.linalg.det(A)) + np.trace(np.linalg.inv(A) @ d.S),
    lambda d, A: {"A": np.linalg.inv(A).T - (np.linalg.inv(A) @ d.S @ np.linalg.inv(A)).T},
    rtol=1e-6,
)
covariance.right(note="the determinant is close to 0", handed="values")
covariance.right("right, a function", note="NaN where the determinant is negative", handed="function")
covariance.spoilt(
    "sign of the trace",
    "",
    lambda d, A: {"A": np.linalg.inv(A).T + (np.linalg.inv(A) @ d.S @ np.linalg.inv(A)).T},
    handed="values",
)

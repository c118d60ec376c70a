"""Gradients that vanish: saturated units, thirty layers, minima, saddles, parameters without an effect.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model
from corpus.ops import logsumexp, one_hot, sigmoid, softmax
from corpus.spoil import times

# --- thirty layers: entries from 1e-17 to 1 ------------------------------------------------------------------------------


def draw_deep(rng):
    L, m = 30, 3
    return Data(L=L, X=rng.normal(size=(4, m)), Y=rng.normal(size=(4, m))), {
        "W": rng.normal(size=(L, m, m)),
        "b": rng.normal(size=(L, m)) * 0.5,
        "V": rng.normal(size=(m, m)),
    }


def deep(act):
    def forward(d, W, b):
        A = [d.X]
        for layer in range(d.L):
            A.append(act(A[-1] @ W[layer].T + b[layer]))
        return A

    def loss(d, W, b, V):
        return ((forward(d, W, b)[-1] @ V.T - d.Y) ** 2).sum() / 8

    return forward, loss


def deep_back(forward, slope):
    def gradient(d, W, b, V):
        A = forward(d, W, b)
        D = (A[-1] @ V.T - d.Y) / 4
        g = {"W": 0 * W, "b": 0 * b, "V": D.T @ A[-1]}
        D = D @ V
        for layer in range(d.L - 1, -1, -1):
            D = D * slope(A[layer + 1])
            g["W"][layer], g["b"][layer] = D.T @ A[layer], D.sum(axis=0)
            D = D @ W[layer]
        return g

    return gradient


for name, act, slope in (("sigmoid", sigmoid, lambda a: a * (1 - a)), ("tanh", np.tanh, lambda a: 1 - a**2)):
    forward, loss = deep(act)
    model = Model(f"thirty {name} layers", draw_deep, loss, deep_back(forward, slope), atol=1e-16)
    model.right(note="first layers of 1e-15, last ones of 1")
    model.spoilt("V turned round", "F1", lambda g: times(g, -1, "V"))
    model.spoilt("last layer left out", "", lambda g: {"W": g["W"] * (np.arange(30) < 29)[:, None, None]})

# --- saturated softmax and sigmoid -----------------------------------------------------------------------------------------


def sure(size, right=True):
    """draw(rng) of logits: the true class is ahead (or behind) by `size`."""

    def draw(rng):
        Y = one_hot(rng.permutation(np.arange(5) % 3), 3)
        return Data(Y=Y, N=5), {"Z": (1 if right else -1) * size * Y + rng.normal(size=(5, 3))}

    return draw


def softmax_loss(d, Z):
    return (logsumexp(Z) - (d.Y * Z).sum(axis=1)).mean()


def softmax_gradient(d, Z):
    return {"Z": (softmax(Z) - d.Y) / d.N}


for size in (20, 50, 300):
    Model(f"softmax sure by {size}", sure(size), softmax_loss, softmax_gradient, atol=1e-15).right(
        note="entries below 1e-9; the loss is nearly 0"
    )
behind = Model(
    "softmax sure of the wrong class", sure(50, right=False), softmax_loss, softmax_gradient, atol=1e-15
)
behind.right(note="a loss of 50 that is a straight line")
behind.spoilt("twice", "F2", lambda g: times(g, 2))
behind.spoilt("zero, as if clipped", "", lambda g: times(g, 0))

saturated = Model(
    "saturated sigmoids",
    lambda rng: (
        Data(c=rng.normal(size=5)),
        {"x": rng.choice([-1, 1], 5) * rng.uniform(15, 40, 5), "y": rng.normal(size=5)},
    ),
    lambda d, x, y: (d.c * sigmoid(x) * (1 + 0 * y) + np.sin(y)).sum(),
    lambda d, x, y: {"x": d.c * sigmoid(x) * sigmoid(-x), "y": np.cos(y)},
    atol=1e-16,
)
saturated.right(note="slopes from 1e-7 to 1e-18")
saturated.right(
    "slopes given as zero", lambda d, x: {"x": np.where(abs(x) > 36, 0.0, d.c * sigmoid(x) * sigmoid(-x))}
)
saturated.spoilt("value for slope", "", lambda d, x: {"x": d.c * sigmoid(x) + 0.1})
saturated.spoilt("the others turned round", "F1", lambda g: times(g, -1, "y"))

# --- exactly zero: no effect, dead units, a constant loss --------------------------------------------------------------------

unused = Model(
    "a parameter without effect",
    lambda rng: (Data(), {"used": rng.normal(size=3), "unused": rng.normal(size=(2, 3))}),
    lambda used, unused: (used**4).sum() + 0.0 * unused.sum(),
    lambda used, unused: {"used": 4 * used**3, "unused": 0 * unused},
)
unused.right(note="a whole array of exact zeros")
unused.spoilt("a gradient where there is none", "", lambda g: {"unused": g["unused"] + 1e-3})
unused.spoilt("an entry where there is none", "", lambda g: {"unused": g["unused"] + 1e-2 * np.eye(2, 3)})

dead = Model(
    "dead units",
    lambda rng: (
        Data(X=rng.normal(size=(5, 3)), v=rng.normal(size=2)),
        {"W": rng.normal(size=(2, 3)), "b": np.array([-30.0, 0.7])},
    ),
    lambda d, W, b: (np.maximum(d.X @ W.T + b, 0) @ d.v).sum() + (b**2).sum() * 0.01,
    lambda d, W, b: {
        "W": (d.v * (d.X @ W.T + b > 0)).T @ d.X,
        "b": (d.v * (d.X @ W.T + b > 0)).sum(axis=0) + 0.02 * b,
    },
    clean=lambda d, W, b: (((Z := d.X @ W.T + b) * (Z.real > 0)) @ d.v).sum() + (b**2).sum() * 0.01,
)
dead.right(note="a row of exact zeros")
dead.spoilt(
    "the dead unit learns", "C16", lambda g, d: {"W": g["W"] + np.outer([1, 0], d.X.sum(axis=0) * d.v[0])}
)

constant = Model(
    "a constant loss",
    lambda rng: (Data(), {"x": rng.normal(size=4)}),
    lambda x: 3.5 + 0.0 * x.sum(),
    lambda x: {"x": 0 * x},
)
constant.right(note="everything is zero")
constant.spoilt("a gradient of one", "", lambda: {"x": np.ones(4)})

invariant = Model(
    "softmax ignores equal moves",
    lambda rng: (
        Data(c=rng.normal(size=(4, 3))),
        {"Z": rng.normal(size=(4, 3)), "shift": rng.normal(size=4)},
    ),
    lambda d, Z, shift: (d.c * softmax(Z + shift[:, None])).sum(),
    lambda d, Z, shift: {"Z": _soft(d, Z), "shift": 0 * shift},
    atol=1e-15,
)
invariant.right(note="an array whose gradient is a sum that cancels to zero")
invariant.spoilt("only p times c in the shift", "C7", lambda d, Z: {"shift": (d.c * softmax(Z)).sum(axis=1)})


def _soft(d, Z):
    P = softmax(Z)
    return P * (d.c - (P * d.c).sum(axis=1, keepdims=True))


# --- stationary points: minima, saddles, flat powers ----------------------------------------------------------------------------


def stationary(name, draw, loss, gradient, note, wrong=1e-3):
    model = Model(name, draw, loss, gradient, atol=1e-13)
    model.right(note=note)
    model.spoilt("not zero", "", lambda g: {name: x + wrong for name, x in g.items()}, note=note)


stationary(
    "bottom of a bowl",
    lambda rng: (lambda t: (Data(t=t), {"x": t.copy()}))(rng.normal(size=4)),
    lambda d, x: ((x - d.t) ** 2).sum() + 1,
    lambda d, x: {"x": 2 * (x - d.t)},
    "all entries exactly zero",
)
stationary(
    "bottom of a steep bowl",
    lambda _: (Data(), {"x": np.zeros(3)}),
    lambda x: 1e8 * (x**2).sum(),
    lambda x: {"x": 2e8 * x},
    "a step of 1e-4 costs 1",
    wrong=1e3,
)
stationary(
    "saddle",
    lambda _: (Data(), {"x": np.zeros(2), "y": np.zeros(2)}),
    lambda x, y: (x**2).sum() - (y**2).sum() + (x * y).sum(),
    lambda x, y: {"x": 2 * x + y, "y": x - 2 * y},
    "zero weights",
)
stationary(
    "fourth power at zero",
    lambda rng: (Data(c=rng.uniform(1, 2, 3)), {"x": np.zeros(3)}),
    lambda d, x: (d.c * x**4).sum() + 2,
    lambda d, x: {"x": 4 * d.c * x**3},
    "flat, and zero at every small step",
)
stationary(
    "top of a cosine",
    lambda rng: (Data(k=rng.uniform(1, 5, 3)), {"x": np.zeros(3)}),
    lambda d, x: np.cos(d.k * x).sum(),
    lambda d, x: {"x": -d.k * np.sin(d.k * x)},
    "even in every entry",
)


def plateau(x):
    return np.exp(-1 / (x**2 + 1e-3)).sum()


Model(
    "plateau",
    lambda rng: (Data(), {"x": rng.uniform(-0.05, 0.05, 3)}),
    plateau,
    lambda x: {"x": np.exp(-1 / (x**2 + 1e-3)) * 2 * x / (x**2 + 1e-3) ** 2},
    atol=1e-25,
).right(note="values of 1e-200 and slopes like them; nothing there but zero")

fit = Model(
    "perfect fit",
    lambda rng: (lambda X, w: (Data(X=X, y=X @ w), {"w": w.copy()}))(
        rng.normal(size=(6, 3)), rng.normal(size=3)
    ),
    lambda d, w: ((d.X @ w - d.y) ** 2).mean(),
    lambda d, w: {"w": 2 * d.X.T @ (d.X @ w - d.y) / 6},
    atol=1e-13,
)
fit.right(note="loss and gradient are exactly zero")
fit.spoilt("not zero", "", lambda g: {"w": g["w"] + 0.01})

"""Gradient functions that are right at the point and wrong nearly everywhere else.

The points are those that people choose: zero weights, all weights alike, a perfect fit, one sample, an
orthogonal matrix, no active unit. Only a second look, at a moved point or another size, shows the mistake.
`arrays` names the wrong ones; the labels are verified at moved points.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model
from corpus.ops import mask, norm, relu, sigmoid, softmax, softplus

HIDDEN = {"kind": "hidden", "handed": "function"}

# --- one hidden layer, squared error, penalty: right, or with one slip -----------------------------------------


def draw_net(rng):
    N, n = int(rng.integers(5, 8)), 3
    d = Data(N=N, X=rng.normal(size=(N, n)), Y=rng.normal(size=(N, n)), decay=0.1, sizes={"N": N})
    p = {"W": rng.normal(size=(n, n)) * 0.7, "b": rng.normal(size=n) * 0.4, "V": rng.normal(size=(n, n))}
    return d, p


def net_loss(d, W, b, V):
    H = np.tanh(d.X @ W.T + b)
    return ((H @ V.T - d.Y) ** 2).sum() / (2 * d.N) + d.decay / 2 * (W**2).sum()


def net_gradient(d, W, b, V, *, slope=None, carry=None, decay=(1.0, 0.0), weight=1):
    Z = d.X @ W.T + b
    H = np.tanh(Z)
    D = (H @ V.T - d.Y) / d.N
    E = D @ (V if carry is None else carry(V)) * (1 - H**2 if slope is None else slope(Z, H))
    return {
        "W": E.T @ d.X + decay[0] * d.decay * W,
        "b": E.sum(axis=0) + decay[1] * d.decay * b,
        "V": D.T @ (H if weight else Z),
    }


net = Model("tanh layer", draw_net, net_loss, net_gradient)
zero = net.at("zero weights", lambda p: {**p, "W": 0 * p["W"], "b": 0 * p["b"]})
zero.right(handed="function")
for words, code, arrays, slip in (
    ("slope missing", "C1", ("W", "b"), {"slope": lambda *_: 1.0}),
    ("1 - z**2 for the slope", "C2", ("W", "b"), {"slope": lambda Z, _: 1 - Z**2}),
    ("slope taken at a", "C2", ("W", "b"), {"slope": lambda _, H: 1 - np.tanh(H) ** 2}),
    ("slope of z / (1 + abs z)", "C3", ("W", "b"), {"slope": lambda Z, _: 1 / (1 + abs(Z)) ** 2}),
    ("penalty missing", "C25", ("W",), {"decay": (0.0, 0.0)}),
    ("penalty on the bias", "C25", ("b",), {"decay": (1.0, 1.0)}),
    ("z for a", "C13", ("V",), {"weight": 0}),
):
    zero.wrong(words, code, arrays=arrays, **HIDDEN)(
        lambda d, W, b, V, _s=slip: net_gradient(d, W, b, V, **_s)
    )

alike = net.at("all of V alike", lambda p: {**p, "V": np.full((3, 3), 0.5)})
same = net.at("symmetric V", lambda p: {**p, "V": p["V"] + p["V"].T})
for model in (alike, same):
    model.wrong("V not transposed", "C10", arrays=("W", "b"), **HIDDEN)(
        lambda d, W, b, V: net_gradient(d, W, b, V, carry=np.transpose)
    )
alike.right(handed="function")


@alike.wrong("rows of V averaged", arrays=("W", "b"), **HIDDEN)
def averaged(d, W, b, V):
    return net_gradient(d, W, b, V, carry=lambda V: np.full_like(V, V.mean()))


def saturate(rng, d, p):
    d.X = np.array([[i, j, k] for i in (-1, 1) for j in (-1, 1) for k in (-1, 1)]) * 1.0
    d.N, d.Y = 8, rng.normal(size=(8, 3))
    return {**p, "W": rng.choice([-20.0, 20.0], (3, 3)), "b": 0 * p["b"]}


net.at("saturated units", saturate, atol=1e-13).wrong(
    "slope of a clipped line", "C3", arrays=("W", "b"), **HIDDEN
)(lambda d, W, b, V: net_gradient(d, W, b, V, slope=lambda Z, _: (abs(Z) < 1) * 1.0))


def fitted(d, p):
    d.Y = np.tanh(d.X @ p["W"].T + p["b"]) @ p["V"].T


perfect = net.at("perfect fit", fitted, atol=1e-14)
perfect.right(handed="function", note="without the penalty all entries would be exactly zero")


@perfect.wrong("sum for mean", "F3", arrays=("W", "b", "V"), **HIDDEN)
def total(d, W, b, V):
    g = net_gradient(d, W, b, V, decay=(0.0, 0.0))
    return {"W": d.N * g["W"] + d.decay * W, "b": d.N * g["b"], "V": d.N * g["V"]}


@perfect.wrong("turned round but for the penalty", "F1", arrays=("W", "b", "V"), **HIDDEN)
def turned(d, W, b, V):
    g = net_gradient(d, W, b, V, decay=(0.0, 0.0))
    return {"W": d.decay * W - g["W"], "b": -g["b"], "V": -g["V"]}


# --- relu: no unit active, all units active ----------------------------------------------------------------------


def draw_relu(rng):
    d = Data(X=rng.uniform(0.2, 1, (5, 3)), c=rng.normal(size=(5, 4)))
    return d, {"W": rng.normal(size=(4, 3)) * 0.3, "b": rng.normal(size=4)}


def relu_loss(d, W, b):
    return (d.c * relu(d.X @ W.T + b) ** 2 / 2 + d.c * relu(d.X @ W.T + b)).sum()


def relu_gradient(d, W, b, *, mask=mask, double=1.0):
    Z = d.X @ W.T + b
    D = d.c * (double * relu(Z) + 1) * mask(Z)
    return {"W": D.T @ d.X, "b": D.sum(axis=0)}


units = Model("relu layer", draw_relu, relu_loss, relu_gradient)
asleep = units.at("no active unit", lambda d, p: {**p, "b": -(d.X @ p["W"].T).max(axis=0) - 0.05})
awake = units.at("all units active", lambda d, p: {**p, "b": -(d.X @ p["W"].T).min(axis=0) + 0.05})
asleep.right(handed="function")
awake.right(handed="function")
asleep.wrong("always zero", arrays=("W", "b"), **HIDDEN)(lambda W, b: {"W": 0 * W, "b": 0 * b})
asleep.wrong("square taken twice", "F2", arrays=("W", "b"), **HIDDEN)(
    lambda d, W, b: relu_gradient(d, W, b, double=2.0)
)
asleep.wrong("first row turned round", arrays=("W",), **HIDDEN)(
    lambda d, W, b: {"W": relu_gradient(d, W, b)["W"] * np.array([[-1], [1], [1], [1]])}
)
awake.wrong("mask always on", "C16", arrays=("W", "b"), **HIDDEN)(
    lambda d, W, b: relu_gradient(d, W, b, mask=lambda Z: 1.0 + 0 * Z)
)
awake.wrong("leak of a tenth", "C3", arrays=("W", "b"), **HIDDEN)(
    lambda d, W, b: relu_gradient(d, W, b, mask=lambda Z: np.where(Z > 0, 1.0, 0.1))
)

leaky = Model(
    "leak of one",
    lambda rng: (
        Data(X=rng.normal(size=(5, 3)), c=rng.normal(size=(5, 2))),
        {"W": rng.normal(size=(2, 3)), "leak": 1.0},
    ),
    lambda d, W, leak: (d.c * _leak(d.X @ W.T, leak)).sum(),
    lambda d, W, leak: {
        "W": (d.c * np.where(d.X @ W.T > 0, 1.0, leak)).T @ d.X,
        "leak": (d.c * np.minimum(d.X @ W.T, 0)).sum(),
    },
)
leaky.wrong("slope of the activation missing", "C1", arrays=("W",), **HIDDEN)(
    lambda d, W: {"W": d.c.T @ d.X + 0 * W}
)


def _leak(z, leak):
    return np.where(np.real(z) > 0, z, leak * z)


# --- parameters that start at one or zero and hide what they should multiply -----------------------------------------


def draw_scaled(rng):
    d = Data(X=rng.normal(size=(6, 3)), C=rng.normal(size=(6, 3)), v=rng.normal(size=(3, 3)))
    p = {
        "x": rng.normal(size=3),
        "gamma": rng.uniform(0.5, 2, 3),
        "beta": rng.normal(size=3),
        "T": rng.uniform(0.5, 2),
    }
    return d, p


def scaled_loss(d, x, gamma, beta, T):
    """A softmax at temperature T of inputs that are scaled by gamma and moved by beta."""
    S = (d.X * x * gamma + beta) / T
    return (d.C * softmax(S)).sum()


def scaled_gradient(d, x, gamma, beta, T, *, scale=True, warm=True):
    S = (d.X * x * gamma + beta) / T
    P = softmax(S)
    D = P * (d.C - (P * d.C).sum(axis=1, keepdims=True)) / (T if warm else 1.0)
    return {
        "x": (D * d.X * (gamma if scale else 1.0)).sum(axis=0),
        "gamma": (D * d.X * x).sum(axis=0),
        "beta": D.sum(axis=0),
        "T": -(D * S).sum(),
    }


scaled = Model("scaled softmax", draw_scaled, scaled_loss, scaled_gradient)
scaled.right(handed="function")
ones = scaled.at("gamma one", lambda p: {**p, "gamma": np.ones(3)})
warm = scaled.at("temperature one", lambda p: {**p, "T": np.array(1.0)})
ones.wrong("gamma forgotten in dx", "C1", arrays=("x",), **HIDDEN)(
    lambda d, x, gamma, beta, T: scaled_gradient(d, x, gamma, beta, T, scale=False)
)
warm.wrong("temperature forgotten", "F6", arrays=("x", "gamma", "beta", "T"), **HIDDEN)(
    lambda d, x, gamma, beta, T: scaled_gradient(d, x, gamma, beta, T, warm=False)
)


def draw_low_rank(rng):
    d = Data(W=rng.normal(size=(3, 3)), X=rng.normal(size=(5, 3)), scale=0.5)
    return d, {"A": rng.normal(size=(2, 3)), "B": np.zeros((3, 2))}


def low_rank_loss(d, A, B):
    return (np.sin(d.X @ (d.W + d.scale * B @ A).T)).sum()


def low_rank_gradient(d, A, B):
    D = np.cos(d.X @ (d.W + d.scale * B @ A).T).T @ d.X
    return {"A": d.scale * B.T @ D, "B": d.scale * D @ A.T}


low_rank = Model("low rank at B = 0", draw_low_rank, low_rank_loss, low_rank_gradient)
low_rank.right(handed="function", note="dA is exactly zero")
low_rank.wrong("scale forgotten in dA", "F6", also=("F2",), arrays=("A",), **HIDDEN)(
    lambda d, A, B: {"A": low_rank_gradient(d, A, B)["A"] / d.scale}
)
low_rank.wrong("dA left at zero", arrays=("A",), **HIDDEN)(lambda A: {"A": 0 * A})

# --- matrices and vectors with a special shape ------------------------------------------------------------------------


def orthogonal(rng):
    return Data(c=rng.normal(size=(3, 3))), {
        "A": np.linalg.qr(rng.normal(size=(3, 3)))[0] @ np.diag([1, 1, 1.0])
    }


rotation = Model(
    "orthogonal matrix",
    orthogonal,
    lambda d, A: np.log(np.linalg.det(A) ** 2) / 2 + (d.c * A).sum(),
    lambda d, A: {"A": np.linalg.inv(A).T + d.c},
)
rotation.right(handed="function")
rotation.wrong("A for its inverse transposed", arrays=("A",), **HIDDEN)(lambda d, A: {"A": A + d.c})


def draw_symmetric(rng):
    S = rng.normal(size=(3, 3))
    return Data(), {"A": S + S.T, "x": rng.normal(size=3)}


symmetric = Model(
    "symmetric matrix",
    draw_symmetric,
    lambda A, x: np.sin(x @ A @ x),
    lambda A, x: {"A": np.cos(x @ A @ x) * np.outer(x, x), "x": np.cos(x @ A @ x) * (A + A.T) @ x},
)
symmetric.wrong("2 A x", "C7", arrays=("x",), **HIDDEN)(lambda A, x: {"x": np.cos(x @ A @ x) * 2 * A @ x})

length = Model(
    "vector of length one",
    lambda rng: (Data(c=rng.normal(size=4)), {"x": (lambda x: x / norm(x))(rng.normal(size=4))}),
    lambda d, x: norm(x) ** 3 + d.c @ x,
    lambda d, x: {"x": 3 * norm(x) * x + d.c},
)
length.wrong("power of the length one too low", arrays=("x",), **HIDDEN)(lambda d, x: {"x": 3 * x + d.c})

equal = Model(
    "two equal vectors",
    lambda rng: (lambda x: (Data(), {"u": x, "v": x.copy()}))(rng.normal(size=4)),
    lambda u, v: (np.sin(u) * np.exp(v)).sum() + (np.exp(u) * np.sin(v)).sum() + ((u - v) ** 2).sum(),
    lambda u, v: {
        "u": np.cos(u) * np.exp(v) + np.exp(u) * np.sin(v) + 2 * (u - v),
        "v": np.sin(u) * np.exp(v) + np.exp(u) * np.cos(v) - 2 * (u - v),
    },
)
equal.wrong("difference turned round in u", "F1", arrays=("u",), **HIDDEN)(
    lambda u, v: {"u": np.cos(u) * np.exp(v) + np.exp(u) * np.sin(v) - 2 * (u - v)}
)

unit_point = Model(
    "powers at one",
    lambda rng: (Data(c=rng.uniform(0.5, 2, 4)), {"x": np.ones(4)}),
    lambda d, x: (d.c * x**3).sum(),
    lambda d, x: {"x": 3 * d.c * x**2},
)
unit_point.right(handed="function")
unit_point.wrong("exponent not lowered", arrays=("x",), **HIDDEN)(lambda d, x: {"x": 3 * d.c * x**3})

flat_net = Model(
    "softplus at zero",
    lambda rng: (Data(c=rng.normal(size=4)), {"x": np.zeros(4)}),
    lambda d, x: d.c @ softplus(x),
    lambda d, x: {"x": d.c * sigmoid(x)},
)
flat_net.wrong("a half for the sigmoid", arrays=("x",), **HIDDEN)(lambda d, x: {"x": 0.5 * d.c + 0 * x})

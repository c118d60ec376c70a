"""Dense networks, and every slip of the catalogue in one of their backward steps.

A slip replaces one step: how the error begins (`top`), goes through W (`carry`), passes the activation
(`slope`), becomes a gradient of W (`weight`) or b (`bias`), or what happens at the end (`end`). Each sees
the same stage `s`: D = dJ/dZ of this layer, its W, Z and A; `below` and `above` are its neighbours' stages.

Imports: numpy, corpus.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from corpus.model import Data, Model
from corpus.ops import ACTIVATIONS, logsumexp, one_hot, sigmoid, softmax
from corpus.spoil import line, times


def net(activation, loss, *, decay=0.0, layers=3, box=False):
    """draw(rng) of a network whose layers all have one width m; with `box` the batch has m samples too."""

    def draw(rng):
        m = int(rng.integers(3, 5))
        N = m if box else m + int(rng.integers(2, 4))
        d = Data(
            N=N, K=m, L=layers, activation=activation, kind=loss, decay=decay, lr=0.1, sizes={"N": N, "K": m}
        )
        d.X = rng.normal(size=(N, m))
        labels = rng.permutation(np.arange(N) % m)
        d.Y = {"squares": rng.normal(size=(N, m)), "bce": rng.integers(0, 2, (N, m)) * 1.0}.get(
            loss, one_hot(labels, m)
        )
        p = {}
        for k in range(1, layers + 1):
            p[f"W{k}"] = rng.normal(size=(m, m)) * 0.9
            p[f"b{k}"] = rng.normal(size=m) * 0.4
        return d, p

    return draw


def forward(d, p):
    """Z and A of all layers; A[0] is X, and the last layer has no activation but that of the loss."""
    Z, A = [None], [d.X]
    for k in range(1, d.L + 1):
        Z.append(A[-1] @ p[f"W{k}"].T + p[f"b{k}"])
        A.append(ACTIVATIONS[d.activation][0](Z[-1]) if k < d.L else output(d)(Z[-1]))
    return Z, A


def output(d):
    return {"squares": lambda z: z, "bce": sigmoid, "softmax": softmax}[d.kind]


def loss(d, **p):
    Z = forward(d, p)[0][-1]
    if d.kind == "squares":
        J = ((Z - d.Y) ** 2).sum() / (2 * d.N)
    elif d.kind == "bce":
        J = (np.log(1 + np.exp(Z)) - d.Y * Z).sum() / d.N
    else:
        J = (logsumexp(Z) - (d.Y * Z).sum(axis=1)).mean()
    return J + d.decay / 2 * sum((p[name] ** 2).sum() for name in p if name.startswith("W"))


@dataclass(frozen=True)
class Slip:
    """One wrong step; the others are right."""

    name: str
    code: str = ""
    also: tuple = ()
    top: Callable = lambda s: (s.A - s.Y) / s.N
    carry: Callable = lambda s: s.D @ s.W
    slope: Callable = lambda s: ACTIVATIONS[s.d.activation][1](s.Z, s.A)
    join: Callable = lambda error, slope: error * slope
    weight: Callable = lambda s: s.D.T @ s.below.A
    bias: Callable = lambda s: s.D.sum(axis=0)
    penalty: Callable = lambda s, name: s.d.decay * s.p[name] if name.startswith("W") else 0.0
    end: Callable = lambda g, _: g


def backward(d, p, slip):
    Z, A = forward(d, p)
    stages = [
        Data(d=d, p=p, N=d.N, Y=d.Y, k=k, Z=Z[k], A=A[k], W=p.get(f"W{k}"), b=p.get(f"b{k}"), D=None)
        for k in range(d.L + 1)
    ]
    for k in range(d.L, 0, -1):
        stages[k].below = stages[k - 1]
        stages[k].above = stages[k + 1] if k < d.L else stages[k]
    g = {}
    for k in range(d.L, 0, -1):
        s = stages[k]
        s.D = slip.top(s) if k == d.L else slip.join(slip.carry(stages[k + 1]), slip.slope(s))
        g[f"W{k}"] = slip.weight(s) + slip.penalty(s, f"W{k}")
        g[f"b{k}"] = np.broadcast_to(slip.bias(s), s.b.shape) + slip.penalty(s, f"b{k}")
    return slip.end({name: g[name] for name in p}, d)


def slope_of(name):
    return lambda s: ACTIVATIONS[name][1](s.Z, ACTIVATIONS[name][0](s.Z))


def first_only(wrong, right):
    """A slip at the first layer only."""
    return lambda s: wrong(s) if s.k == 1 else right(s)


R = Slip("right")

FACTORS = [
    Slip("turned round", "F1", end=lambda g, _: times(g, -1)),
    Slip("twice", "F2", end=lambda g, _: times(g, 2)),
    Slip("half", "F2", end=lambda g, _: times(g, 0.5)),
    Slip("sum for mean", "F3", end=lambda g, d: times(g, d.N)),
    Slip("divided by N twice", "F4", end=lambda g, d: times(g, 1 / d.N)),
    Slip("mean over the outputs too", "F5", end=lambda g, d: times(g, 1 / d.K)),
    Slip("times the learning rate", "F6", end=lambda g, d: times(g, d.lr)),
    Slip("minus the step", "F6", end=lambda g, d: times(g, -d.lr)),
]
CHAIN = [
    Slip("slope missing", "C1", slope=lambda _: 1.0),
    Slip("slope missing in the first layer", "C1", slope=first_only(lambda _: 1.0, R.slope)),
    Slip("slope taken at a", "C2", slope=lambda s: slope_of(s.d.activation)(Data(Z=s.A))),
    Slip("slope of sigmoid", "C3", slope=slope_of("sigmoid")),
    Slip("slope of tanh", "C3", slope=slope_of("tanh")),
    Slip("value for slope", "C4", slope=lambda s: s.A),
    Slip("slope twice", slope=lambda s: R.slope(s) ** 2),
    Slip("slope of the layer above", slope=lambda s: R.slope(s.above)),
    Slip("upstream ignored", "C5", join=lambda error, slope: slope + 0 * error),
    Slip("added along the chain", "C6", join=lambda error, slope: error + slope),
    Slip("W not transposed", "C10", carry=lambda s: s.D @ s.W.T),
    Slip("W of the layer below", "C11", carry=lambda s: s.D @ s.below.W),
    Slip("updated weights", "C12", carry=lambda s: s.D @ (s.W - s.d.lr * R.weight(s))),
    Slip("error not carried through W", "C1", carry=lambda s: s.D),
    Slip("z for a", "C13", weight=lambda s: s.D.T @ (s.below.A if s.k == 1 else s.below.Z)),
    Slip("a of the same layer", "C14", weight=lambda s: s.D.T @ s.A),
    Slip("outer product turned", "C15", weight=lambda s: (s.D.T @ s.below.A).T),
    Slip("input for a in every layer", weight=lambda s: s.D.T @ forward(s.d, s.p)[1][0]),
]
SUMS = [
    Slip("bias gradient a mean", "C19", ("F4",), bias=lambda s: s.D.mean(axis=0)),
    Slip("bias of the last sample", "C20", bias=lambda s: s.D[-1]),
    Slip("bias one number", "C21", bias=lambda s: s.D.sum()),
    Slip("bias forgotten", "C22", bias=lambda _: 0.0),
    Slip("last sample only", "C24", weight=lambda s: s.D[-1:].T @ s.below.A[-1:], bias=lambda s: s.D[-1]),
    Slip("last sample dropped", weight=lambda s: s.D[:-1].T @ s.below.A[:-1], bias=lambda s: s.D[:-1].sum(0)),
    Slip("first sample dropped in W", weight=lambda s: s.D[1:].T @ s.below.A[1:]),
    Slip("first sample dropped in the bias", bias=lambda s: s.D[1:].sum(axis=0)),
    Slip("samples paired in reverse", weight=lambda s: s.D.T @ s.below.A[::-1]),
    Slip("first layer left at zero", end=lambda g, _: times(g, 0, "W1", "b1")),
    Slip("W1 and W2 exchanged", end=lambda g, _: {**g, "W1": g["W2"], "W2": g["W1"]}),
    Slip("made of length one", end=lambda g, _: times(g, 1 / np.sqrt(sum((x**2).sum() for x in g.values())))),
    Slip(
        "clipped", end=lambda g, _: {k: np.clip(x, -0.4 * abs(x).max(), abs(x).max()) for k, x in g.items()}
    ),
    Slip("only its sign", end=lambda g, _: {k: np.sign(x) for k, x in g.items()}),
]
PENALTY = [
    Slip("penalty missing", "C25", penalty=lambda *_: 0.0),
    Slip("penalty on the bias too", "C25", penalty=lambda s, name: s.d.decay * s.p[name]),
    Slip("penalty without its half", "C25", penalty=lambda s, name: 2 * R.penalty(s, name)),
    Slip("penalty without its factor", "C25", penalty=lambda s, name: s.p[name] if name[0] == "W" else 0.0),
    Slip("penalty divided by N", "C25", penalty=lambda s, name: R.penalty(s, name) / s.N),
    Slip("penalty turned round", "C25", penalty=lambda s, name: -R.penalty(s, name)),
]
SOFTMAX = [
    Slip("softmax slope again", "C17", top=lambda s: R.top(s) * s.A * (1 - s.A)),
    Slip("only the true class", "C18", top=lambda s: R.top(s) * s.Y),
    Slip("labels one off", top=lambda s: (s.A - np.roll(s.Y, 1, axis=1)) / s.N),
    Slip("sum of p minus y forgotten", "C7", top=lambda s: s.A / s.N),
    Slip("softmax over the samples", top=lambda s: (softmax(s.Z, axis=0) - s.Y) / s.N),
    Slip("scores for probabilities", top=lambda s: (s.Z - s.Y) / s.N),
]
BCE = [
    Slip("sigmoid slope again", "C17", top=lambda s: R.top(s) * s.A * (1 - s.A)),
    Slip("slope of the loss without that of sigmoid", "C1", top=lambda s: R.top(s) / (s.A * (1 - s.A))),
    Slip("only the ones", top=lambda s: -s.Y * (1 - s.A) / s.N),
]
RELU = [Slip("relu mask always on", "C16", slope=lambda s: (s.A >= 0) * 1.0)]
BOX = [Slip("bias summed over units", "C23", bias=lambda s: s.D.sum(axis=1))]
TWO = [
    Slip(
        "bias a mean, W of the last sample",
        "C24",
        ("C19", "F4"),
        weight=lambda s: s.D[-1:].T @ s.below.A[-1:],
        bias=lambda s: s.D.mean(0),
    ),
    Slip("slope missing and bias forgotten", "C1", ("C22",), slope=lambda _: 1.0, bias=lambda _: 0.0),
    Slip(
        "W not transposed and turned round",
        "C10",
        ("F1",),
        carry=lambda s: s.D @ s.W.T,
        end=lambda g, _: times(g, -1),
    ),
    Slip(
        "sum for mean and slope taken at a",
        "C2",
        ("F3",),
        top=lambda s: s.A - s.Y,
        slope=lambda s: R.slope(Data(Z=s.A, A=s.A, d=s.d)),
    ),
    Slip(
        "W1 twice, b2 turned round", "F2", ("F1",), end=lambda g, _: {**g, "W1": 2 * g["W1"], "b2": -g["b2"]}
    ),
]


def add(model, *groups, leave=()):
    """A wrong case for every slip of the groups."""
    for slip in (slip for group in groups for slip in group):
        if slip.name not in leave:
            model.wrong(slip.name, slip.code, also=slip.also)(
                lambda d, _slip=slip, **p: backward(d, p, _slip)
            )


def gradient(d, **p):
    return backward(d, p, R)


SIGMOID = Model("sigmoid net", net("sigmoid", "squares", decay=0.05), loss, gradient)
TANH = Model("tanh net", net("tanh", "softmax", decay=0.02), loss, gradient)
RELU_NET = Model("relu net", net("relu", "softmax"), loss, gradient)
BCE_NET = Model("swish net", net("swish", "bce"), loss, gradient)
BOX_NET = Model("box net", net("tanh", "squares", box=True, layers=2), loss, gradient)
LINEAR = Model("linear net", net("identity", "softmax", layers=2), loss, gradient)

for network in (SIGMOID, TANH, RELU_NET, BCE_NET, BOX_NET, LINEAR):
    network.right()

add(SIGMOID, FACTORS, CHAIN, SUMS, PENALTY, TWO, leave=("slope of sigmoid",))
add(TANH, CHAIN, PENALTY[:3], SOFTMAX, leave=("slope of tanh",))
add(RELU_NET, RELU, CHAIN[7:], SUMS)
add(BCE_NET, BCE, SUMS[:5], TWO[:2])
add(BOX_NET, BOX, SUMS[:3], FACTORS[2:6])
add(LINEAR, SOFTMAX[:3], FACTORS[:2])

for part, axis in (("row", 0), ("column", 1)):
    for model in (SIGMOID, RELU_NET):
        model.spoilt(
            f"one {part} of W2 twice", "", lambda g, rng, axis=axis: line(g, rng, axis, lambda x: 2 * x, "W2")
        )

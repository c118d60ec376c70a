"""What the exercises of NB10 are asked: batches, layers and small networks, and what is true of them.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from bpcheck.errors import MalformedAnswer
from bpcheck.exercises.depth_cases import (
    LAYERS,
    NOTHING,
    Arrays,
    in_order,
    is_list,
    layer_sizes,
    network,
    pairs_of,
    signed,
)
from bpcheck.exercises.model import Answer, Arguments
from bpcheck.gradcheck.arrays import describe
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.complex_step import imaginary_slopes
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.reference import batch as ref
from bpcheck.reference import mlp

Draw = Callable[[np.random.Generator], Iterable[Arguments]]

# -- one layer -----------------------------------------------------------------------------------------

SHAPES = ((4, 4, 4), (7, 4, 3), (7, 4, 4), (5, 2, 6))  # N, n, m: one where nothing but thinking helps


def layers(rng: np.random.Generator) -> Iterable[Arguments]:
    """(A, W, b)."""
    return [
        (signed(rng, (N, n), 0.3, 1.5), signed(rng, (m, n), 0.3, 1.5), signed(rng, m, 0.3, 1.5))
        for N, n, m in SHAPES
    ]


def upstreams(rng: np.random.Generator) -> Iterable[Arguments]:
    """(D, A, W): what the next layer says is drawn at random too."""
    return [
        (signed(rng, (N, m), 0.3, 1.5), signed(rng, (N, n), 0.3, 1.5), signed(rng, (m, n), 0.3, 1.5))
        for N, n, m in SHAPES
    ]


def true_layer_slopes(D: FloatArray, A: FloatArray, W: FloatArray) -> tuple[Estimate, ...]:
    """The slopes of Σ D ⊙ Z for A, W and b."""
    b = np.zeros(len(W))
    return tuple(imaginary_slopes(lambda moved: (D * ref.affine_forward(*moved)).sum(), [A, W, b]))


# -- broadcasting --------------------------------------------------------------------------------------

PAIRS = (
    ((5, 3), (3,)),
    ((5, 3), (5, 1)),
    ((5, 3), (1, 3)),
    ((5, 3), ()),
    ((2, 5, 3), (1, 3)),
    ((4, 4), (4, 1)),
    ((4, 4), (4,)),
    ((5, 3), (5, 3)),
)


def copies(rng: np.random.Generator) -> Iterable[Arguments]:
    """(G, shape): a gradient, and the shape of what was broadcast to its own."""
    for big, shape in PAIRS:
        G = signed(rng, big, 0.3, 1.5)
        yield G + 0.1 * (abs(G.sum()) < 0.05), shape  # of a sum of 0 only its rounding would be left to judge


# -- scores --------------------------------------------------------------------------------------------

FAR = 1000.0  # e to this power overflows


def scores(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Z,): as many samples as classes, fewer and more; one batch has rows at +1000 and at -1000."""
    for shape in ((4, 4), (7, 3), (1, 5)):
        Z = signed(rng, shape, 0.1, 2.0)
        Z[np.abs(Z.sum(axis=1)) < 0.05] += 0.1  # some divide by this sum, and should not be stopped by a 0
        yield (Z,)
    yield (signed(rng, (3, 4), 0.1, 2.0) + FAR * np.array([[1.0], [-1.0], [0.5]]),)


def labelled(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Z, y): every class occurs in the first two. In the last one a sample is hopelessly wrong."""
    for N, K in ((4, 4), (7, 3), (2, 5)):
        y = rng.permutation(np.arange(N) % K)
        yield signed(rng, (N, K), 0.1, 2.0), y
    Z = signed(rng, (3, 4), 0.1, 2.0)
    Z[0] += FAR
    Z[1, 2] += FAR
    yield Z, np.array([1, 0, 3])


def true_cross_entropy(Z: FloatArray, y: Any) -> tuple[Estimate, ...]:
    """J, and its slopes for the scores. A number taken off all scores of a row changes neither."""
    rows = np.arange(len(Z))
    shifted = Z - Z.max(axis=1, keepdims=True)

    def loss(moved: list[Any]) -> Any:
        return (np.log(np.exp(moved[0]).sum(axis=1)) - moved[0][rows, y]).mean()

    J = float(loss([shifted]))
    return Estimate(np.array(J), np.array(1e-13 * J), np.array(False)), *imaginary_slopes(loss, [shifted])


# -- a network -----------------------------------------------------------------------------------------

# N, sizes, φ. In the first nothing but thinking helps. In the largest one N is no more than any layer's senders, so that
# the ladder can see the Δ that an answer had in the slopes that it read off.
NETS = (
    (4, (4, 4, 4, 4), "tanh"),
    (7, (3, 5, 2), "relu"),
    (3, (5, 6, 4, 3), "sigmoid"),
    (7, (3, 2), "tanh"),
    (6, (2, 5, 4, 3), "relu"),
)


def nets(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, X, phi, D): no unit near the kink of ReLU or at a flat end, D drawn at random."""
    return [(*_net(rng, N, sizes, phi), phi, signed(rng, (N, sizes[-1]), 0.3, 1.5)) for N, sizes, phi in NETS]


def _net(
    rng: np.random.Generator, N: int, sizes: Sequence[int], phi: str
) -> tuple[Arrays, Arrays, FloatArray]:
    while True:
        Ws = [signed(rng, (m, n), 0.2, 1.0) for n, m in pairwise(sizes)]
        bs = [signed(rng, m, 0.1, 0.7) for m in sizes[1:]]
        X = signed(rng, (N, sizes[0]), 0.2, 1.2)
        hidden = ref.mlp_forward(list(zip(Ws, bs, strict=True)), X, phi).Z[:-1]
        if all(np.abs(z).min() > 0.02 and np.abs(z).max() < 3 for z in hidden) and all(
            (z > 0).any(axis=0).all() for z in hidden if phi == "relu"
        ):
            return Ws, bs, X


BENDS: dict[str, Callable[[Any], Any]] = {  # as in the reference, but for complex numbers too
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.where(np.real(z) > 0, z, 0),
}


def true_network_slopes(
    Ws: Arrays, bs: Arrays, X: FloatArray, phi: str, D: FloatArray
) -> tuple[Estimate, ...]:
    """The slopes of Σ D ⊙ Z⁽ᴸ⁾, in the order of `depth_cases.GRADS`."""
    depth = len(Ws)

    def loss(moved: list[Any]) -> Any:
        A = X
        for k in range(depth):
            Z = A @ moved[k].T + moved[depth + k]
            A = BENDS[phi](Z)
        return (D * Z).sum()

    slopes = imaginary_slopes(loss, [*Ws, *bs])
    return tuple(
        slopes[layer - 1 + depth * (part == "b")] if layer <= depth else exact(NOTHING)
        for layer in LAYERS
        for part in "Wb"
    )


def net_in_words(Ws: Arrays, _bs: Arrays, X: FloatArray, phi: str, _D: FloatArray) -> str:
    """How a case is called in a report."""
    return f"{layer_sizes(Ws)}, {phi}, N = {len(X)}"


def probe_mlp_backward(answer: Answer, Ws: Arrays, bs: Arrays, X: FloatArray, phi: str, D: FloatArray) -> Any:
    """What `mlp_backward` returns, one array for each of `depth_cases.GRADS`."""
    params = list(zip(Ws, bs, strict=True))
    value = answer(params, ref.mlp_forward(params, X, phi), D)
    if value is None:
        return None
    return in_order(pairs_of("mlp_backward", value, len(Ws)))


# -- another convention --------------------------------------------------------------------------------

TURNED = tuple(f"{what}{part}{layer}" for what in ("", "d") for layer in (1, 2, 3) for part in "Wb")


def with_gradients(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, dWs, dbs) of one, two and three layers; one network is square."""
    for sizes in ((4, 4, 4), (2, 5, 3, 4), (3, 2)):
        shapes = list(pairwise(sizes))
        yield (
            [signed(rng, (m, n), 0.3, 1.5) for n, m in shapes],
            [signed(rng, m, 0.3, 1.5) for _, m in shapes],
            [signed(rng, (m, n), 0.3, 1.5) for n, m in shapes],
            [signed(rng, m, 0.3, 1.5) for _, m in shapes],
        )


def probe_to_in_out(answer: Answer, Ws: Arrays, bs: Arrays, dWs: Arrays, dbs: Arrays) -> Any:
    """What `to_in_out` returns, one array for each of `TURNED`."""
    value = answer(list(zip(Ws, bs, strict=True)), list(zip(dWs, dbs, strict=True)))
    if value is None:
        return None
    if not is_list(value, 2):
        raise MalformedAnswer(
            "G2", f"`to_in_out` should return two lists, params and grads; it returned {describe(value)}."
        )
    found: list[Any] = []
    for part in value:
        found += [array for pair in pairs_of("to_in_out", part, len(Ws)) for array in pair]
        found += [NOTHING] * (2 * (3 - len(Ws)))
    return tuple(found)


def turned(Ws: Arrays, bs: Arrays, dWs: Arrays, dbs: Arrays) -> tuple[Estimate, ...]:
    """The right ones."""
    found: Arrays = []
    for weights, biases in ((Ws, bs), (dWs, dbs)):
        found += [array for W, b in zip(weights, biases, strict=True) for array in (W.T, b)]
        found += [NOTHING] * (2 * (3 - len(Ws)))
    return tuple(map(exact, found))


# -- the loop beside it --------------------------------------------------------------------------------


# N, sizes, and where the gradients are wrong: (layer, 0 for W or 1 for b, sign). The first is the largest gap.
BESIDE = (
    (7, (2, 4, 3), (0, 0, -1), (1, 1, 1)),
    (4, (3, 3, 3), (1, 1, 1), (0, 0, -1)),
    (5, (3, 2), (0, 0, -1), (0, 1, 1)),
    (7, (2, 3, 3, 2), (0, 1, -1), (2, 0, 1)),
)


def beside_the_loop(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, X, Y, dWs, dbs): gradients of the mean loss, wrong in two places."""
    for N, sizes, large, small in BESIDE:
        Ws, bs, _, _ = network(rng, sizes)
        X = signed(rng, (N, sizes[0]), 0.5, 1.5)
        Y = np.round(rng.uniform(0.1, 0.9, (N, sizes[-1])), 2)
        grads = mean_of_loop(list(zip(Ws, bs, strict=True)), X, Y)
        for (layer, part, sign), size in ((large, rng.uniform(0.3, 0.9)), (small, rng.uniform(0.05, 0.1))):
            array = grads[layer][part]
            array[tuple(int(rng.integers(0, n)) for n in array.shape)] += sign * round(size, 3)
        yield Ws, bs, X, Y, [dW for dW, _ in grads], [db for _, db in grads]


def mean_of_loop(params: mlp.Params, X: FloatArray, Y: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    """Gradients of the mean loss, one sample after the other."""
    singly = [mlp.backprop(params, x, y) for x, y in zip(X, Y, strict=True)]
    return [
        (np.mean([one[k][0] for one in singly], axis=0), np.mean([one[k][1] for one in singly], axis=0))
        for k in range(len(params))
    ]


def probe_same_as_loop(
    answer: Answer, Ws: Arrays, bs: Arrays, X: FloatArray, Y: FloatArray, dWs: Arrays, dbs: Arrays
) -> Any:
    """What an answer makes of (grads, params, X, Y)."""
    return answer(list(zip(dWs, dbs, strict=True)), list(zip(Ws, bs, strict=True)), X, Y)

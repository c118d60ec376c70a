"""What the exercises of NB09 are asked, and the probes that take the answers apart.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from bpcheck.gradcheck.arrays import as_numbers, describe, require_finite
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.complex_step import imaginary_slopes
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.reference import learning as ref
from bpcheck.reference import mlp

Case = tuple[Arrays, Arrays, FloatArray, FloatArray]


def params_of(Ws: Arrays, bs: Arrays) -> list[mlp.Layer]:
    """Weights and biases as pairs."""
    return list(zip(Ws, bs, strict=True))


def _several(rng: np.random.Generator, N: int, sizes: Sequence[int]) -> Case:
    """A network, N samples and targets that no output has reached."""
    Ws, bs, _, _ = network(rng, sizes)
    X = signed(rng, (N, sizes[0]), 0.3, 1.2)
    Yhat = ref.outputs(params_of(Ws, bs), X)
    Y = np.where(
        Yhat > 0.5, Yhat - rng.uniform(0.2, 0.4, Yhat.shape), Yhat + rng.uniform(0.2, 0.4, Yhat.shape)
    )
    return Ws, bs, X, np.asarray(np.round(Y, 2), dtype=np.float64)


# -- gradients of several samples ----------------------------------------------------------------------


def samples(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, X, Y); two of one size in a row, where what is left of an earlier call would show."""
    sizes = ((4, (2, 4, 1)), (7, (2, 4, 1)), (7, (3, 3, 3)), (1, (2, 3, 2)))
    return [_several(rng, N, one) for N, one in sizes]


def true_mean_slopes(Ws: Arrays, bs: Arrays, X: FloatArray, Y: FloatArray) -> tuple[Estimate, ...]:
    """Numerical slopes of the mean loss, in the order of `depth_cases.GRADS`."""
    depth = len(Ws)

    def loss(moved: list[Any]) -> Any:
        return 0.5 * ((ref.outputs(params_of(moved[:depth], moved[depth:]), X) - Y) ** 2).sum() / len(X)

    slopes = imaginary_slopes(loss, [*Ws, *bs])
    return tuple(
        slopes[layer - 1 + depth * (part == "b")] if layer <= depth else exact(NOTHING)
        for layer in LAYERS
        for part in "Wb"
    )


def probe_mean_gradients(answer: Answer, Ws: Arrays, bs: Arrays, X: FloatArray, Y: FloatArray) -> Any:
    """What `mean_gradients` returns, in the order of `GRADS`."""
    value = answer(params_of(Ws, bs), X, Y)
    return None if value is None else in_order(pairs_of("mean_gradients", value, len(Ws)))


def batch_in_words(Ws: Arrays, _bs: Arrays, X: FloatArray, *_: Any) -> str:
    """How a case is called in a report."""
    return f"{layer_sizes(Ws)}, N = {len(X)}"


# -- a step --------------------------------------------------------------------------------------------


def _like(rng: np.random.Generator, arrays: Arrays) -> Arrays:
    return [signed(rng, array.shape, 0.1, 1.0) for array in arrays]


def steps(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, dWs, dbs, lr)."""
    for sizes, lr in (((2, 4, 1), 0.5), ((3, 3, 3), 0.1), ((3, 2), 2.0)):
        Ws, bs, _, _ = network(rng, sizes)
        yield Ws, bs, _like(rng, Ws), _like(rng, bs), lr


def probe_step(answer: Answer, Ws: Arrays, bs: Arrays, dWs: Arrays, dbs: Arrays, lr: float) -> Any:
    """What `step` returns, in the order of `GRADS`."""
    value = answer(params_of(Ws, bs), params_of(dWs, dbs), lr)
    return None if value is None else in_order(pairs_of("step", value, len(Ws)))


def true_step(Ws: Arrays, bs: Arrays, dWs: Arrays, dbs: Arrays, lr: float) -> tuple[Estimate, ...]:
    """The right one."""
    return tuple(map(exact, in_order(ref.step(params_of(Ws, bs), params_of(dWs, dbs), lr))))


# -- updated too early ---------------------------------------------------------------------------------


def early(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, x, y, lr), with rates from harmless to harmful."""
    for sizes, lr in (((2, 2, 1), 10.0), ((3, 3, 3, 3), 2.0), ((2, 4, 3, 2), 0.5), ((3, 2), 5.0)):
        yield *network(rng, sizes), lr


def probe_early(answer: Answer, Ws: Arrays, bs: Arrays, x: FloatArray, y: FloatArray, lr: float) -> Any:
    """What `early_update_gap` returns."""
    return answer(params_of(Ws, bs), x, y, lr)


# -- training ------------------------------------------------------------------------------------------

TWO_LAYERS = tuple(f"{part}{layer}" for layer in (1, 2) for part in "Wb")
TRAINED = (*TWO_LAYERS, "losses")


def trainings(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, X, Y, lr, steps)."""
    for N, sizes, lr, count in ((4, (2, 4, 1), 2.0, 5), (7, (3, 3, 3), 0.5, 3), (5, (2, 3, 2), 1.0, 4)):
        yield *_several(rng, N, sizes), lr, count


def probe_train(
    answer: Answer, Ws: Arrays, bs: Arrays, X: FloatArray, Y: FloatArray, lr: float, count: int
) -> Any:
    """What `train` returns, one array for each of `TRAINED`."""
    value = answer(params_of(Ws, bs), X, Y, lr, count)
    if value is None:
        return None
    if not is_list(value, 2):
        raise MalformedAnswer(
            "G2", f"`train` should return two things, params and losses; it returned {describe(value)}."
        )
    params, losses = value
    return (*(part for pair in pairs_of("train", params, 2) for part in pair), losses)


def true_training(
    Ws: Arrays, bs: Arrays, X: FloatArray, Y: FloatArray, lr: float, count: int
) -> tuple[Estimate, ...]:
    """The right one."""
    params, losses = ref.train(params_of(Ws, bs), X, Y, lr, count)
    return tuple(exact(array) for array in (*(part for pair in params for part in pair), losses))


# -- XOR -----------------------------------------------------------------------------------------------

XOR = ("solved", "twins", "rows", "rows of the opposite")


STARTS = 3  # a good training fails from one random start in forty


def probe_xor(answer: Answer, seed: int) -> Any:
    """The network that the answer trained: W1, b1, W2, b2. If it does not do XOR, that from another start, or a third."""
    told: Any = None
    for start in range(seed, seed + STARTS):
        value = answer(start)
        if value is None:
            return None
        told = tuple(part for pair in pairs_of("solve_xor", value, 2) for part in pair)
        if _does_xor(told):
            break
    return told


def _does_xor(told: tuple[Any, ...]) -> bool:
    """As far as it can be told; what is malformed is said by `read_xor`."""
    try:
        return read_xor(told, 0)[0] == 1.0
    except MalformedAnswer:
        return True


def read_xor(told: Any, _seed: int) -> tuple[float, ...]:
    """Is it solved; are two hidden units equal; how many rows are right, and how many would be of the opposite task?"""
    if not is_list(told, 4):
        raise MalformedAnswer(
            "G2", f"`solve_xor` should give a list of 2 pairs (W, b); it gave {describe(told)}."
        )
    W1, b1, W2, b2 = (as_numbers("solve_xor", part) for part in told)
    for name, array in zip(TWO_LAYERS, (W1, b1, W2, b2), strict=True):
        require_finite(name, array)
    if W1.shape != (4, 2) or b1.shape != (4,) or W2.shape != (1, 4) or b2.shape != (1,):
        raise MalformedAnswer(
            "G3",
            "A network 2-4-1 has W of the shapes (4, 2) and (1, 4), b of the shapes (4,) and (1,). Yours have "
            f"{W1.shape} and {W2.shape}, {b1.shape} and {b2.shape}.",
        )
    params = [(W1, b1), (W2, b2)]
    said = ref.outputs(params)
    right = np.abs(said - ref.XOR_Y) < ref.CLOSE
    turned = np.abs(said - (1 - ref.XOR_Y)) < ref.CLOSE
    return float(right.all()), float(ref.twins(params)), float(right.sum()), float(turned.sum())


# -- twins ---------------------------------------------------------------------------------------------


def hidden_layers(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs) with units that are equal throughout, in part, nearly, or not at all."""
    for same, sizes in (
        ("all", (2, 4, 1)),
        ("nothing", (2, 4, 1)),
        ("incoming", (3, 3, 2)),
        ("outgoing", (3, 3, 2)),
        ("all but the bias", (2, 3, 2)),
        ("nearly", (2, 4, 1)),
        ("apart", (2, 4, 3)),
        ("zero", (2, 3, 1)),
    ):
        yield _units(rng, same, sizes)


def _units(rng: np.random.Generator, same: str, sizes: Sequence[int]) -> Arguments:
    (W1, W2), (b1, b2), _, _ = network(rng, sizes)
    i, j = (0, sizes[1] - 1) if same == "apart" else (1, 2)
    if same == "zero":
        return [0 * W1, 0 * W2], [0 * b1, 0 * b2]
    if same in ("all", "apart", "incoming", "all but the bias", "nearly"):
        W1[j] = W1[i]
    if same in ("all", "apart", "incoming", "nearly"):
        b1[j] = b1[i]
    if same in ("all", "apart", "outgoing", "all but the bias", "nearly"):
        W2[:, j] = W2[:, i]
    if same == "nearly":
        W1[j, 0] += 1e-3
    return [W1, W2], [b1, b2]


def probe_twins(answer: Answer, Ws: Arrays, bs: Arrays) -> Any:
    """1 for True, 0 for False."""
    value = answer(params_of(Ws, bs))
    if value is None:
        return None
    if not isinstance(value, bool | np.bool_):
        raise MalformedAnswer("G2", f"`twins` should return True or False; it returned {describe(value)}.")
    return float(value)


# -- momentum ------------------------------------------------------------------------------------------

MOVED = (*TWO_LAYERS, *(f"vel {name}" for name in TWO_LAYERS))


def movements(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, dWs, dbs, vWs, vbs, lr, beta); the first starts at rest."""
    for rest, (sizes, lr, beta) in enumerate(
        (((2, 4, 1), 0.5, 0.9), ((3, 3, 3), 0.1, 0.5), ((2, 3, 2), 2.0, 0.8))
    ):
        Ws, bs, _, _ = network(rng, sizes)
        vel = [[min(rest, 1) * array for array in _like(rng, part)] for part in (Ws, bs)]
        yield Ws, bs, _like(rng, Ws), _like(rng, bs), *vel, lr, beta


def probe_momentum(
    answer: Answer,
    Ws: Arrays,
    bs: Arrays,
    dWs: Arrays,
    dbs: Arrays,
    vWs: Arrays,
    vbs: Arrays,
    lr: float,
    beta: float,
) -> Any:
    """What `momentum_step` returns, one array for each of `MOVED`."""
    value = answer(params_of(Ws, bs), params_of(dWs, dbs), params_of(vWs, vbs), lr, beta)
    if value is None:
        return None
    if not is_list(value, 2):
        raise MalformedAnswer(
            "G2",
            f"`momentum_step` should return two lists, params and vel; it returned {describe(value)}. Without the new "
            "vel the next step has no memory.",
        )
    return tuple(part for half in value for pair in pairs_of("momentum_step", half, 2) for part in pair)


def moved(params_and_vel: Any) -> tuple[Any, ...]:
    """Two lists of pairs, one array for each of `MOVED`."""
    return tuple(part for half in params_and_vel for pair in half for part in pair)


def true_movement(
    Ws: Arrays, bs: Arrays, dWs: Arrays, dbs: Arrays, vWs: Arrays, vbs: Arrays, lr: float, beta: float
) -> tuple[Estimate, ...]:
    """The right one."""
    found = ref.momentum_step(params_of(Ws, bs), params_of(dWs, dbs), params_of(vWs, vbs), lr, beta)
    return tuple(map(exact, moved(found)))

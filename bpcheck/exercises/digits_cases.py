"""What the exercises of NB11 are asked, and how the answers to them are read.

Imports: numpy, bpcheck.data, bpcheck.errors, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from bpcheck.data import digits
from bpcheck.errors import MalformedAnswer
from bpcheck.exercises.depth_cases import NOTHING, Arrays, is_list, layer_sizes, pairs_of, signed
from bpcheck.exercises.model import Answer, Arguments
from bpcheck.gradcheck.arrays import as_numbers, describe
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.reference import batch as ref

# -- mini-batches --------------------------------------------------------------------------------------

FAULTS = ("missing", "repeated", "sizes", "not mixed", "same again")


def probe_minibatches(answer: Answer, N: int, B: int, seed: int) -> Any:
    """Two rounds of batches with one generator, each as its numbers in a row and the lengths of its batches."""
    rng = np.random.default_rng(seed)
    told: list[Any] = []
    for _ in range(2):
        value = answer(N, B, rng)
        if value is None:
            return None
        if not is_list(value) or not all(is_list(batch) for batch in value):
            raise MalformedAnswer(
                "G2",
                f"`minibatches` should return a list of arrays of indices; it returned {describe(value)}.",
            )
        told += [
            np.concatenate([np.ravel(batch) for batch in value]),
            np.array([len(batch) for batch in value]),
        ]
    return tuple(told)


def read_minibatches(told: Any, N: int, B: int, _seed: int) -> tuple[float, ...]:
    """Which of `FAULTS` the batches have, as 1 or 0."""
    if not is_list(told, 4):
        raise MalformedAnswer("G2", f"`minibatches` gave back {describe(told)}.")
    first, lengths, second, _ = (as_numbers("minibatches", part) for part in told)
    counts = [int((first == i).sum()) for i in range(N)]
    beyond = len(first) > sum(counts)  # an index that belongs to no sample
    return (
        float(min(counts) == 0),
        float(max(counts) > 1 or beyond),
        float((lengths[:-1] != B).any() or lengths[-1] > B or lengths[-1] < 1),
        float(set(first[:B]) == set(range(B))),
        float(np.array_equal(first, second)),
    )


# -- a classifier --------------------------------------------------------------------------------------


def network(rng: np.random.Generator, sizes: Sequence[int]) -> tuple[Arrays, Arrays]:
    """Weights and biases of order one."""
    shapes = list(pairwise(sizes))
    return [signed(rng, (m, n), 0.2, 1.0) for n, m in shapes], [signed(rng, m, 0.1, 0.7) for _, m in shapes]


def params_of(Ws: Arrays, bs: Arrays) -> list[ref.Layer]:
    """Weights and biases as pairs."""
    return list(zip(Ws, bs, strict=True))


def classified(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, X, y): as many samples as classes in the first; about half of the labels are what the network says."""
    for N, sizes in ((5, (3, 4, 5)), (7, (2, 5, 3)), (12, (4, 3))):
        Ws, bs = network(rng, sizes)
        X = signed(rng, (N, sizes[0]), 0.2, 1.5)
        said = ref.mlp_forward(params_of(Ws, bs), X).Z[-1].argmax(axis=1)
        y = np.where(
            np.arange(N) < N // 2 + 1, said, (said + 1 + rng.integers(sizes[-1] - 1, size=N)) % sizes[-1]
        )
        order = rng.permutation(N)
        yield Ws, bs, X[order], y[order]


def probe_params(answer: Answer, Ws: Arrays, bs: Arrays, *others: Any) -> Any:
    """What an answer makes of (params, …)."""
    return answer(params_of(Ws, bs), *others)


def in_words(Ws: Arrays, _bs: Arrays, X: FloatArray, *_: Any) -> str:
    """How a case is called in a report."""
    return f"{layer_sizes(Ws)}, N = {len(X)}"


# -- fit -----------------------------------------------------------------------------------------------

FITTED = ("W", "b", "losses", "test accuracy")  # of the last layer: it shows what the others show
SIZES, RATE, BATCH, EPOCHS, SAMPLES = (64, 24, 10), 0.2, 16, 12, 600
# of the test digits: of 3000 right trainings with these settings none read less than 0.859
ENOUGH = 0.8


def fits(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, X, y, lr, B, epochs, seed). No X stands for digits.

    One batch of all samples, and samples that are all alike: there the order of the batches does not matter, and the
    result is one exact number. The third case is the real thing.
    """
    Ws, bs = network(rng, (3, 4, 3))
    yield Ws, bs, signed(rng, (7, 3), 0.2, 1.5), rng.integers(3, size=7), 0.3, 7, 3, int(rng.integers(10**6))
    Ws, bs = network(rng, (2, 4, 3))
    X = np.tile(signed(rng, (1, 2), 0.2, 1.5), (7, 1))
    yield Ws, bs, X, np.full(7, rng.integers(3)), 0.2, 4, 2, int(rng.integers(10**6))
    start = ref.init(SIZES, rng)
    seed = int(rng.integers(10**6))
    yield (
        [W for W, _ in start],
        [b for _, b in start],
        NOTHING,
        np.zeros(0, dtype=int),
        RATE,
        BATCH,
        EPOCHS,
        seed,
    )


def some_digits(seed: int) -> tuple[FloatArray, Any]:
    """Six hundred of the digits for training."""
    data = digits()
    rows = np.random.default_rng(seed).choice(len(data.X_train), SAMPLES, replace=False)
    return data.X_train[rows], data.y_train[rows]


def probe_fit(
    answer: Answer, Ws: Arrays, bs: Arrays, X: FloatArray, y: Any, lr: float, B: int, epochs: int, seed: int
) -> Any:
    """All parameters that the answer ended with, layer by layer, and its losses."""
    if not X.size:
        X, y = some_digits(seed)
    value = answer(params_of(Ws, bs), X, y, lr, B, epochs, np.random.default_rng(seed))
    if value is None:
        return None
    if not is_list(value, 2):
        raise MalformedAnswer(
            "G2", f"`fit` should return two things, params and losses; it returned {describe(value)}."
        )
    params, losses = value
    return (*(part for pair in pairs_of("fit", params, len(Ws)) for part in pair), losses)


def read_fit(
    told: Any, Ws: Arrays, bs: Arrays, X: FloatArray, _y: Any, _lr: float, _B: int, _epochs: int, _seed: int
) -> tuple[Any, ...]:
    """What `FITTED` names: exact numbers of a small task; on digits 1 if the network reads well enough."""
    if not is_list(told, 2 * len(Ws) + 1):
        raise MalformedAnswer("G2", f"`fit` gave back {describe(told)}.")
    *arrays, losses = (as_numbers("fit", part) for part in told)
    if X.size:
        return arrays[-2], arrays[-1], losses, NOTHING
    if [a.shape for a in arrays] != [a.shape for pair in zip(Ws, bs, strict=True) for a in pair]:
        raise MalformedAnswer("G3", "`fit` gave back parameters of other shapes than it was given.")
    data = digits()
    got = ref.accuracy(list(zip(arrays[::2], arrays[1::2], strict=True)), data.X_test, data.y_test)
    return NOTHING, NOTHING, NOTHING, 1.0 if got >= ENOUGH else got


def true_fit(
    Ws: Arrays, bs: Arrays, X: FloatArray, y: Any, lr: float, B: int, epochs: int, seed: int
) -> tuple[Estimate, ...]:
    """The right one."""
    if not X.size:
        return exact(NOTHING), exact(NOTHING), exact(NOTHING), exact(1.0)
    params, losses = ref.fit(
        params_of(Ws, bs), X, y, lr=lr, B=B, epochs=epochs, rng=np.random.default_rng(seed)
    )
    return exact(params[-1][0]), exact(params[-1][1]), exact(losses), exact(NOTHING)


def fit_in_words(
    Ws: Arrays, _bs: Arrays, X: FloatArray, _y: Any, lr: float, B: int, epochs: int, _seed: int
) -> str:
    """How a case is called in a report."""
    what = f"N = {len(X)}" if X.size else f"{SAMPLES} digits"
    return f"{layer_sizes(Ws)}, {what}, lr = {lr:g}, B = {B}, {epochs} epochs"


# -- curves --------------------------------------------------------------------------------------------

WORDS = ("too small", "good", "too large", "diverged")
STEPS = 24


def curves(rng: np.random.Generator) -> Iterable[Arguments]:
    """(curves,): rows of losses, every kind in every table, in a random order.

    Tasks have losses of different sizes: one limit for all would be wrong, whatever it is.
    """
    for _ in range(2):
        rows = [_curve(rng, kind, rng.uniform(0.5, 0.9)) for kind in WORDS]
        rows += [_curve(rng, kind, rng.uniform(4.0, 7.0)) for kind in (*WORDS, "diverged to nan", "late")]
        yield (np.array([rows[i] for i in rng.permutation(len(rows))]),)


def _curve(rng: np.random.Generator, kind: str, start: float) -> FloatArray:
    t = np.arange(STEPS) / (STEPS - 1)
    if kind == "too small":
        return np.asarray(start * (1 - rng.uniform(0.05, 0.4) * t))
    if kind == "good":
        noise = 1 + rng.uniform(-0.03, 0.03, STEPS)
        return np.asarray(start * np.exp(-rng.uniform(1.0, 1.6) * t) * noise)
    if kind == "too large":
        return np.asarray(
            start * (0.8 + 0.18 * np.where(np.arange(STEPS) % 2, -1, 1) * rng.uniform(0.5, 1, STEPS))
        )
    if kind == "diverged":
        return np.asarray(start * np.exp(rng.uniform(0.3, 3.0) * t))
    if kind == "late":  # goes up first, and ends well below
        return np.asarray(start * np.where(t < 0.3, 1 + t, np.exp(-3 * (t - 0.3))))
    values = start * np.exp(-t)
    values[STEPS // 2 :] = np.nan
    return np.asarray(values)


def verdict(losses: FloatArray) -> str:
    """The rule of exercise 11.4."""
    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return "diverged"
    if losses[-1] < losses[0] / 2:
        return "good"
    rises = (np.diff(losses) > 0).mean()
    return "too large" if rises >= 0.25 else "too small"


def probe_diagnose(answer: Answer, table: FloatArray) -> Any:
    """The answer's words, as their numbers in `WORDS`."""
    value = answer(table)
    if value is None:
        return None
    if not is_list(value, len(table)) or not all(isinstance(word, str) for word in value):
        raise MalformedAnswer(
            "G2",
            f"`diagnose` should return a list with a word for each of the {len(table)} curves; it returned {describe(value)}.",
        )
    if odd := [word for word in value if word not in WORDS]:
        raise MalformedAnswer("G2", f"{odd[0]!r} is none of the four words: {', '.join(WORDS)}.")
    return np.array([float(WORDS.index(word)) for word in value])


# -- a bowl --------------------------------------------------------------------------------------------


def bowls(rng: np.random.Generator) -> Iterable[Arguments]:
    """(H,): symmetric, with slopes apart; one is diagonal."""
    yield (np.diag(np.round(rng.uniform(0.5, 6.0, 3), 2)),)
    for n in (2, 4):
        Q, _ = np.linalg.qr(rng.standard_normal((n, n)))
        yield (Q @ np.diag(np.linspace(0.4, rng.uniform(3, 9), n)) @ Q.T,)


# -- noise ---------------------------------------------------------------------------------------------


def noisy(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, X, y, batches): a few batches of one size."""
    for N, sizes, B, count in ((9, (3, 4, 3), 2, 5), (12, (2, 3), 4, 3), (7, (2, 3, 3), 1, 7)):
        Ws, bs = network(rng, sizes)
        batches = [rng.integers(N, size=B) for _ in range(count)]
        yield Ws, bs, signed(rng, (N, sizes[0]), 0.2, 1.5), rng.integers(sizes[-1], size=N), batches


# -- norms ---------------------------------------------------------------------------------------------


def deep(rng: np.random.Generator) -> Iterable[Arguments]:
    """(Ws, bs, X, y, phi) of one to four layers."""
    for N, sizes, phi in (
        (7, (3, 4, 4, 3), "sigmoid"),
        (5, (4, 4, 4, 4, 4), "tanh"),
        (6, (2, 5, 3), "relu"),
        (4, (3, 2), "tanh"),
    ):
        Ws, bs = network(rng, sizes)
        yield Ws, bs, signed(rng, (N, sizes[0]), 0.2, 1.5), rng.integers(sizes[-1], size=N), phi

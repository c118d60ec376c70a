"""What the exercises of NB08 are asked: machines of three blocks with gradients right and wrong, kinks, suspects.

A case is numbers and short strings; a probe makes the machine and the gradient beside the student's code.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from bpcheck.errors import MalformedAnswer
from bpcheck.exercises.depth_cases import network, signed
from bpcheck.exercises.depth_wrong import BEFORE_THE_BEND, RULES, Rule, backprop_with, right
from bpcheck.exercises.model import Answer, Arguments
from bpcheck.gradcheck.arrays import describe
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.reference import mlp
from bpcheck.reference.checking import Blocks, Loss

SMALL = 1e-5  # the slopes of the last block are this much smaller
SHAPES = ((2, 2), (3,), (2,))  # of the blocks W, b and c

# -- machines of three blocks --------------------------------------------------------------------------


def machine(A_W: FloatArray, A_b: FloatArray, A_c: FloatArray) -> Loss:
    """A loss of [W, b, c]; sines mix the entries of each block."""
    weights = (1.0, 1.0, SMALL)

    def f(theta: list[FloatArray]) -> float:
        parts = zip(weights, (A_W, A_b, A_c), theta, strict=True)
        return float(sum(scale * np.sin(A @ np.ravel(block)).sum() for scale, A, block in parts))

    return f


def true_gradient(mixers: Blocks, theta: Blocks) -> list[FloatArray]:
    """The exact gradient of `machine(*mixers)`."""
    weights = (1.0, 1.0, SMALL)
    return [
        np.asarray((scale * A.T @ np.cos(A @ np.ravel(block))).reshape(np.shape(block)))
        for scale, A, block in zip(weights, mixers, theta, strict=True)
    ]


def drawn(rng: np.random.Generator, whole: bool = False, unused: bool = False) -> Arguments:
    """(A_W, A_b, A_c, W, b, c): no slope is small for its block, but for an entry of b that is not used at all."""
    mixers, theta = [], []
    for k, shape in enumerate(SHAPES):
        while True:
            A = signed(rng, (4, int(np.prod(shape))), 0.3, 1.2)
            A[:, -1] *= not (unused and k == 1)
            block: Any = (
                rng.integers(1, 4, shape) * rng.choice([-1, 1], shape)
                if whole
                else signed(rng, shape, 0.3, 1.5)
            )
            slopes = np.abs(A.T @ np.cos(A @ np.ravel(block)))
            if slopes[slopes > 0].min() > 0.2:
                break
        mixers.append(A)
        theta.append(np.asarray(block))
    return (*mixers, *theta)


Spoil = Callable[[FloatArray], FloatArray]


def _last_entry(grad: FloatArray) -> FloatArray:
    spoiled = grad.copy()
    spoiled.flat[-1] *= 1.05
    return spoiled


def _unused_entry(grad: FloatArray) -> FloatArray:
    spoiled = grad.copy()
    spoiled.flat[-1] = 0.05
    return spoiled


SPOILED: dict[str, tuple[int, Spoil]] = {  # what is wrong, in words -> block, and how
    "W doubled": (0, lambda g: 2 * g),
    "b turned round": (1, lambda g: -g),
    "the last entry of W 5 % too large": (0, _last_entry),
    "W 1 % too small": (0, lambda g: 0.99 * g),
    "c, whose slopes are tiny, 2 % too large": (2, lambda g: 1.02 * g),
    "W transposed": (0, lambda g: g.T.copy()),
    "b all zero": (1, np.zeros_like),
    "an entry of b that is not used gets a slope": (1, _unused_entry),
}
RIGHT = ("all right", "all right, theta whole numbers", "all right, an entry of b is not used")
KINDS = (*RIGHT, *SPOILED)


def gradients(rng: np.random.Generator) -> Iterator[Arguments]:
    """Cases of `gradcheck`: three right gradients, eight wrong ones."""
    for kind in KINDS:
        yield (*drawn(rng, "whole" in kind, "not used" in kind), kind)


def given(A_W: Any, A_b: Any, A_c: Any, W: Any, b: Any, c: Any, kind: str) -> tuple[Loss, Blocks, Blocks]:
    """Loss, place and claimed gradient of a case."""
    theta = [W, b, c]
    grads = true_gradient((A_W, A_b, A_c), theta)
    if kind in SPOILED:
        block, spoil = SPOILED[kind]
        grads[block] = spoil(grads[block])
    return machine(A_W, A_b, A_c), theta, grads


def verdicts(kind: str) -> list[float]:
    """For W, b and c whether the claimed gradient is right, as 1 or 0."""
    return [float(kind not in SPOILED or SPOILED[kind][0] != k) for k in range(3)]


def probe_gradcheck(answer: Answer, *case: Any) -> Any:
    """The verdicts as 1 and 0, and whether theta is still what it was."""
    f, theta, grads = given(*case)
    mine = [block.copy() for block in theta]
    value = answer(f, mine, grads)
    if value is None:
        return None
    kept = all(np.array_equal(a, b) for a, b in zip(mine, theta, strict=True))
    return (*truth_values("gradcheck", value, 3), float(kept))


def truth_values(name: str, value: Any, count: int) -> list[float]:
    """A list of True and False as numbers."""
    good = isinstance(value, list | tuple | np.ndarray) and len(value) == count
    if not good or not all(isinstance(one, bool | np.bool_) for one in value):
        raise MalformedAnswer(
            "G2",
            f"`{name}` should return a list of {count} times True or False; it returned {describe(value)}.",
        )
    return [float(one) for one in value]


# -- directions ----------------------------------------------------------------------------------------


def directions(rng: np.random.Generator) -> Iterator[Arguments]:
    """Right and wrong gradients, along directions of no special length; steps large enough to show one side."""
    for kind, h in zip(
        ("all right", "W doubled", "b turned round", "all right"), (0.2, 0.1, 0.3, 1e-4), strict=True
    ):
        yield (*drawn(rng), kind, *(signed(rng, shape, 0.3, 1.5) for shape in SHAPES), h)


def probe_directional(answer: Answer, *case: Any) -> Any:
    """What the answer says of the direction (V, v, u) = case[7:10]."""
    f, theta, grads = given(*case[:7])
    return answer(f, [block.copy() for block in theta], grads, list(case[7:10]), case[10])


# -- kinks ---------------------------------------------------------------------------------------------


def crooked(kinks: FloatArray, sizes: FloatArray) -> Callable[[float], float]:
    """A line that is bent at some places, with a gentle wave on it."""
    return lambda t: float((sizes * np.abs(t - kinks)).sum() + 0.3 * np.sin(t))


def kinks(rng: np.random.Generator) -> Iterator[Arguments]:
    """(kinks, sizes, x, h): on a kink, close to one on either side, between two, and far from any."""
    h = 1e-3
    for offsets, x_from in (
        ((0.0,), 0.0),
        ((0.4,), 0.0),
        ((-0.6,), 0.0),
        ((0.2, 2.3), 0.0),
        ((90.0, -70.0), 0.0),
    ):
        x = float(np.round(rng.uniform(0.5, 1.5) * rng.choice([-1, 1]), 2)) + x_from
        places = x + h * np.array(offsets)
        yield places, np.round(rng.uniform(0.8, 1.6, len(places)), 2), x, h


def probe_safe_point(answer: Answer, places: FloatArray, sizes: FloatArray, x: float, h: float) -> Any:
    """Is a kink within h of the answer; is it more than 10 h away; was a safe x left?  Each as 1 or 0."""
    value = answer(crooked(places, sizes), x, h)
    if value is None:
        return None
    if not isinstance(value, int | float | np.number) or isinstance(value, bool):
        raise MalformedAnswer("G2", f"`safe_point` should return a number; it returned {describe(value)}.")
    near, far = (float(np.abs(places - place).min()) for place in (value, x))
    return float(near < h * (1 - 1e-9)), float(abs(value - x) > 10.001 * h), float(far > h and value != x)


# -- designs -------------------------------------------------------------------------------------------

FAMILIES = {  # of the mistakes that a test should see
    "hidden_layers": (
        "C1 hidden slopes",
        "C4 hidden values",
        "C2 hidden slopes of the values",
        "C5 upstream ignored",
        "C8 slope twice",
    ),
    "turned": ("C10 W as it stands", "C11 own W", "C15 turned", "C2 slopes of the next layer"),
    "read_off": ("C13 z", "C14 own a", "C1 input", "C22 bias", "C21 bias"),
}
Grads = list[mlp.Layer]


def mean_of(all_grads: Sequence[Grads]) -> Grads:
    """The gradient of the mean loss of a batch."""
    return [
        (np.mean([g[k][0] for g in all_grads], axis=0), np.mean([g[k][1] for g in all_grads], axis=0))
        for k in range(len(all_grads[0]))
    ]


BATCH: dict[str, Callable[[Sequence[Grads]], Grads]] = {
    "F3 sum": lambda g: [(len(g) * dW, len(g) * db) for dW, db in mean_of(g)],
    "F4 divided twice": lambda g: [(dW / len(g), db / len(g)) for dW, db in mean_of(g)],
    "C24 last sample": lambda g: g[-1],
    "C20 bias of the last sample": lambda g: [
        (dW, last) for (dW, _), (_, last) in zip(mean_of(g), g[-1], strict=True)
    ],
}


def same(a: Grads, b: Grads) -> bool:
    """Whether a gradient check would see no difference: shapes, and values to 1e-4 of each array's largest."""
    pairs = [(x, y) for one, other in zip(a, b, strict=True) for x, y in zip(one, other, strict=True)]
    return all(x.shape == y.shape and np.abs(x - y).max() <= 1e-4 * np.abs(y).max() for x, y in pairs)


def unseen(sizes: Sequence[int], N: int, seed: int) -> list[float]:
    """How many mistakes of a batch, and of each family, a test with this network and batch would not see."""
    rng = np.random.default_rng(seed)
    Ws, bs, x, y = network(rng, sizes)
    params = list(zip(Ws, bs, strict=True))
    samples = [(x, y), *((x + rng.normal(0, 1, x.shape), rng.uniform(0, 1, y.shape)) for _ in range(N - 1))]
    truth = [mlp.backprop(params, *sample) for sample in samples]
    right_one = mean_of(truth)
    of_batches = sum(same(wrong(truth), right_one) for wrong in BATCH.values())
    of_sweeps = (
        sum(_is_unseen(RULES[name], params, samples, right_one) for name in family)
        for family in FAMILIES.values()
    )
    return [float(of_batches), *map(float, of_sweeps)]


def _is_unseen(
    rule: Rule, params: mlp.Params, samples: Sequence[tuple[FloatArray, FloatArray]], truth: Grads
) -> bool:
    try:
        return same(mean_of([backprop_with(rule)(params, *sample) for sample in samples]), truth)
    except ValueError:  # Python stops it: that is seen
        return False


def probe_design(answer: Answer, seed: int) -> Any:
    """How many mistakes the designed test would not see."""
    value = answer()
    if value is None:
        return None
    try:
        sizes, N = value
        good = (
            all(int(n) == n and 1 <= n <= 9 for n in [*sizes])
            and 2 <= len(sizes) <= 6
            and int(N) == N
            and 1 <= N <= 20
        )
    except (TypeError, ValueError):
        good = False
    if not good:
        raise MalformedAnswer(
            "G2",
            "`test_design` should return sizes and N, as in `return [2, 1], 1`: two to six layer sizes from 1 to 9, "
            f"the input first, and from 1 to 20 samples; it returned {describe(value)}.",
        )
    return tuple(unseen([int(n) for n in sizes], int(N), seed))


# -- suspects ------------------------------------------------------------------------------------------

SHAPED = ("C10", "C11", "C14", "C15")  # these stop in some networks, or show in a shape
SUSPECTS: tuple[Rule, ...] = (
    *(rule for name, rule in RULES.items() if name[:3] not in SHAPED and "next layer" not in name),
    BEFORE_THE_BEND,
)


def line_ups(rng: np.random.Generator) -> Iterator[Arguments]:
    """Six suspects at a time, by number; -1 is innocent. Each mistake is among them once."""
    guilty = rng.permutation(len(SUSPECTS))
    for k in range(0, len(guilty), 4):
        four = guilty[k : k + 4]
        yield (rng.permutation([*four, *[-1] * (6 - len(four))]),)


def probe_hunt(answer: Answer, numbers: Any) -> Any:
    """The verdict on each of six, 1 or 0."""
    suspects = [backprop_with(right if number < 0 else SUSPECTS[number]) for number in numbers]
    value = answer(suspects)
    return None if value is None else tuple(truth_values("hunt", value, 6))

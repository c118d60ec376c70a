"""What NB08 asks of a checker: machines of three blocks with gradients right and wrong, directions, kinks.

A case is numbers, and none of them says what is right. A probe makes the machine beside the student's code and
tells what the answer said; what that is worth is found out where no answer runs: in the truth and the readings.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bpcheck.errors import MalformedAnswer
from bpcheck.exercises.depth_cases import signed
from bpcheck.exercises.model import Answer, Arguments
from bpcheck.gradcheck.arrays import as_numbers, describe, require_finite, require_shape
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.gradcheck.recognise import same_numbers
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
    """Cases of `gradcheck`: three right gradients and eight wrong ones, in any order."""
    return (claimed(rng, str(kind)) for kind in rng.permutation(KINDS))


def claimed(rng: np.random.Generator, kind: str) -> Arguments:
    """(A_W, A_b, A_c, W, b, c, grad_W, grad_b, grad_c): a machine, a place, and a gradient of this kind."""
    drawn_one = drawn(rng, "whole" in kind, "not used" in kind)
    grads = true_gradient(drawn_one[:3], drawn_one[3:])
    if kind in SPOILED:
        block, spoil = SPOILED[kind]
        grads[block] = spoil(grads[block])
    return (*drawn_one, *grads)


def kind_of(*case: Any) -> str:
    """The kind of a case, found out from its numbers."""
    theta, grads, truth = case[3:6], case[6:9], true_gradient(case[:3], case[3:6])
    for kind, (k, spoil) in SPOILED.items():
        if not same_numbers(grads[k], truth[k]) and same_numbers(grads[k], spoil(truth[k])):
            return kind
    right, whole, unused = RIGHT
    return whole if theta[0].dtype.kind == "i" else right if truth[1].all() else unused


def verdicts(*case: Any) -> list[float]:
    """For W, b and c whether the claimed gradient is right, as 1 or 0."""
    truth = true_gradient(case[:3], case[3:6])
    return [float(same_numbers(*pair)) for pair in zip(case[6:9], truth, strict=True)]


def probe_gradcheck(answer: Answer, *case: Any) -> Any:
    """What the answer says of W, b and c, as 1 and 0, and theta after the call."""
    theta, grads = ([block.copy() for block in blocks] for blocks in (case[3:6], case[6:9]))
    value = answer(machine(*case[:3]), theta, grads)
    return None if value is None else (np.array(truth_values("gradcheck", value, 3)), *theta)


def read_gradcheck(told: Any, *case: Any) -> tuple[float, ...]:
    """The answer's verdicts, and 1 if theta is still what it was, else 0."""
    if not isinstance(told, tuple | list) or len(told) != 4:
        raise MalformedAnswer("G2", f"`gradcheck` gave back {describe(told)}.")
    said, *after = (as_numbers("gradcheck", part) for part in told)
    require_shape("gradcheck", said, (3,))
    kept = all(np.array_equal(mine, block) for mine, block in zip(after, case[3:6], strict=True))
    return (*said.tolist(), float(kept))


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
        yield (*claimed(rng, kind), *(signed(rng, shape, 0.3, 1.5) for shape in SHAPES), h)


def probe_directional(answer: Answer, *case: Any) -> Any:
    """What the answer says of the direction (V, v, u) = case[9:12]."""
    theta, grads, v = ([block.copy() for block in case[k : k + 3]] for k in (3, 6, 9))
    return answer(machine(*case[:3]), theta, grads, v, case[12])


# -- kinks ---------------------------------------------------------------------------------------------


def crooked(slopes: FloatArray, heights: FloatArray) -> Callable[[float], float]:
    """Bent lines with a gentle wave on them: of each two lines the higher one counts."""
    return lambda t: float((slopes * t + heights).max(axis=1).sum() + 0.3 * np.sin(t))


def kinks_of(slopes: FloatArray, heights: FloatArray) -> FloatArray:
    """Where the two lines of each pair meet."""
    return np.asarray((heights[:, 0] - heights[:, 1]) / (slopes[:, 1] - slopes[:, 0]))


OFFSETS = ((0.0,), (0.4,), (-0.6,), (0.2, 2.3), (90.0, -70.0))  # of the kinks from x, in steps h


def kinks(rng: np.random.Generator) -> Iterator[Arguments]:
    """(slopes, heights, x, h), in any order: on a kink, close to one on either side, between two, far from any."""
    h = 1e-3
    for k in rng.permutation(len(OFFSETS)):
        x = float(np.round(rng.uniform(0.5, 1.5) * rng.choice([-1, 1]), 2))
        places = x + h * np.array(OFFSETS[k])[:, None]
        middle, half = rng.uniform(-1, 1, places.shape), rng.uniform(0.8, 1.6, places.shape)
        slopes = np.round(np.hstack([middle - half, middle + half]), 2)
        yield slopes, rng.uniform(-1, 1, places.shape) - slopes * places, x, h


def probe_safe_point(answer: Answer, slopes: FloatArray, heights: FloatArray, x: float, h: float) -> Any:
    """The place that the answer chose."""
    value = answer(crooked(slopes, heights), x, h)
    if value is None:
        return None
    if not isinstance(value, int | float | np.number) or isinstance(value, bool):
        raise MalformedAnswer("G2", f"`safe_point` should return a number; it returned {describe(value)}.")
    return float(value)


def read_safe_point(
    told: Any, slopes: FloatArray, heights: FloatArray, x: float, h: float
) -> tuple[float, ...]:
    """Is a kink within h of the answer; is it more than 10 h away; was a safe x left?  Each as 1 or 0."""
    chosen = as_numbers("safe_point", told)
    require_shape("safe_point", chosen, ())
    require_finite("safe_point", chosen)
    value = float(chosen)
    near, far = (float(np.abs(kinks_of(slopes, heights) - place).min()) for place in (value, x))
    return float(near < h * (1 - 1e-9)), float(abs(value - x) > 10.001 * h), float(far > h and value != x)

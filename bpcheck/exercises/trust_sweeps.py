"""What NB08 asks of a test of backpropagation: designs that hide no mistake, and suspects in a line.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from bpcheck.errors import MalformedAnswer
from bpcheck.exercises.depth_cases import network
from bpcheck.exercises.depth_wrong import BEFORE_THE_BEND, RULES, Rule, backprop_with, right
from bpcheck.exercises.model import Answer, Arguments
from bpcheck.exercises.trust_cases import truth_values
from bpcheck.gradcheck.arrays import as_numbers, describe
from bpcheck.gradcheck.facts import FloatArray
from bpcheck.reference import mlp

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


def hidden_by(sizes: Sequence[int], N: int, seed: int) -> set[str]:
    """The mistakes that a test with this network and batch would not see."""
    rng = np.random.default_rng(seed)
    Ws, bs, x, y = network(rng, sizes)
    params = list(zip(Ws, bs, strict=True))
    samples = [(x, y), *((x + rng.normal(0, 1, x.shape), rng.uniform(0, 1, y.shape)) for _ in range(N - 1))]
    truth = [mlp.backprop(params, *sample) for sample in samples]
    right_one = mean_of(truth)
    of_batches = {name for name, wrong in BATCH.items() if same(wrong(truth), right_one)}
    of_sweeps = (name for family in FAMILIES.values() for name in family)
    return of_batches | {name for name in of_sweeps if _is_unseen(RULES[name], params, samples, right_one)}


def unseen(sizes: Sequence[int], N: int, seed: int) -> list[float]:
    """How many mistakes of a batch, and of each family, a test would not see.

    What one network hides by chance, with units that are all off, say, another one shows.
    """
    hidden = hidden_by(sizes, N, seed)
    if hidden:
        hidden &= hidden_by(sizes, N, seed + 1)
    return [float(len(hidden & {*family})) for family in (BATCH, *FAMILIES.values())]


def _is_unseen(
    rule: Rule, params: mlp.Params, samples: Sequence[tuple[FloatArray, FloatArray]], truth: Grads
) -> bool:
    try:
        return same(mean_of([backprop_with(rule)(params, *sample) for sample in samples]), truth)
    except ValueError:  # Python stops it: that is seen
        return False


WANTED = (
    "`test_design` should return sizes and N, as in `return [2, 1], 1`: two to six layer sizes from 1 to 9, "
    "the input first, and from 1 to 20 samples"
)


def probe_design(answer: Answer, _seed: int) -> Any:
    """The sizes and N that the answer chose, in one array."""
    value = answer()
    if value is None:
        return None
    try:
        sizes, N = value
        return as_numbers("test_design", [*sizes, N])
    except (TypeError, ValueError):
        raise MalformedAnswer("G2", f"{WANTED}; it returned {describe(value)}.") from None


def read_design(told: Any, seed: int) -> tuple[float, ...]:
    """How many mistakes the designed test would not see."""
    *sizes, N = as_numbers("test_design", told).ravel().tolist() or [0.0]
    if not 2 <= len(sizes) <= 6 or not all(n in range(1, 10) for n in sizes) or N not in range(1, 21):
        said = ", ".join(f"{n:g}" for n in sizes)
        raise MalformedAnswer("G2", f"{WANTED}; it returned [{said}], {N:g}.")
    return tuple(unseen([int(n) for n in sizes], int(N), seed))


# -- suspects ------------------------------------------------------------------------------------------

SHAPED = ("C10", "C11", "C14", "C15")  # these stop in some networks, or show in a shape
GUILTY: tuple[Rule, ...] = (
    *(rule for name, rule in RULES.items() if name[:3] not in SHAPED and "next layer" not in name),
    BEFORE_THE_BEND,
)
TOGETHER = 6  # suspects in a line-up
AT_A_TIME = 4  # guilty ones among them, at most
LINES = -(-len(GUILTY) // AT_A_TIME)
INNOCENT = LINES * TOGETHER - len(GUILTY)
# shuffled once and for all, so that a suspect's number says nothing
SUSPECTS: tuple[Rule, ...] = tuple(
    [*GUILTY, *[right] * INNOCENT][k] for k in np.random.default_rng(8).permutation(LINES * TOGETHER)
)


def line_ups(rng: np.random.Generator) -> Iterator[Arguments]:
    """Six suspects at a time, by number. Each number, and so each mistake, is among them once."""
    guilty, innocent = (
        [k for k in rng.permutation(len(SUSPECTS)) if (SUSPECTS[k] is right) is good]
        for good in (False, True)
    )
    for line in range(LINES):
        some = guilty[AT_A_TIME * line : AT_A_TIME * (line + 1)]
        others = [innocent.pop() for _ in range(TOGETHER - len(some))]
        yield (rng.permutation([*some, *others]),)


def is_right(number: int) -> bool:
    """Whether the suspect of this number is innocent."""
    return SUSPECTS[number] is right


def probe_hunt(answer: Answer, numbers: Any) -> Any:
    """What the answer says of each of six, 1 or 0."""
    value = answer([backprop_with(SUSPECTS[number]) for number in numbers])
    return None if value is None else tuple(truth_values("hunt", value, TOGETHER))

"""NB07, what a gradient costs: multiplications counted, and numbers kept for the way back.

The expected counts of a forward pass, of a backward sweep and of forward mode are counted while a network runs on
arrays that count; no formula of ours stands behind them.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from bpcheck.exercises.model import Answer, Arguments, Exercise, Quiz
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.gradcheck.compare import exact
from bpcheck.reference import cost as ref
from bpcheck.reference.counting import counts

CHAPTER = "07_cost"
Sizes = Sequence[int]


def _sizes(rng: np.random.Generator, layers: int, most: int = 30) -> list[int]:
    """Sizes of the inputs and of so many layers, all different: what is taken for another shows."""
    return [int(n) for n in rng.choice(np.arange(2, most), layers + 1, replace=False)]


def _networks(rng: np.random.Generator) -> Iterable[Arguments]:
    """Two to five layers; then one whose layers are all alike, and one that is a single layer."""
    alike = [int(rng.integers(3, 9))] * 4
    return [(sizes,) for sizes in (*(_sizes(rng, k) for k in (2, 3, 4, 5)), alike, _sizes(rng, 1))]


def _small_networks(rng: np.random.Generator) -> Iterable[Arguments]:
    """Forward mode is really run: a few hundred knobs at most."""
    return [(_sizes(rng, k, 9),) for k in (2, 2, 3, 4)]


# -- 07.1 mults_forward --------------------------------------------------------------------------------

mults_forward = Exercise(
    id="mults_forward",
    number="07.1",
    chapter=CHAPTER,
    parameters=("sizes",),
    returns=("multiplications",),
    draw=_networks,
    truth=lambda sizes: (exact(counts(sizes)[0].matrix),),
    mistakes=known_mistakes(
        CHAPTER,
        "mults_forward",
        {
            "N7 biases": ref.knobs,
            "N1 additions": lambda sizes: 2 * ref.forward(sizes),
            "N9 first layer": lambda sizes: ref.forward(sizes[1:]),
            "N9 last layer": lambda sizes: ref.forward(sizes[:-1]),
            "N6 all multiplied": math.prod,
            "N3 units": lambda sizes: sum(sizes[1:]),
            "N5 squares": lambda sizes: sum(n * n for n in sizes[1:]),
        },
    ),
)


# -- 07.2 mults_backward -------------------------------------------------------------------------------


def _backward_with(count: Callable[[int, Sizes], int]) -> Answer:
    """From the forward count and the sizes."""
    return lambda sizes: count(ref.forward(sizes), sizes)


mults_backward = Exercise(
    id="mults_backward",
    number="07.2",
    chapter=CHAPTER,
    parameters=("sizes",),
    returns=("multiplications",),
    draw=_networks,
    truth=lambda sizes: (exact(counts(sizes)[1].matrix),),
    mistakes=known_mistakes(
        CHAPTER,
        "mults_backward",
        {
            "N10 slopes alone": _backward_with(lambda once, _sizes: once),
            "N10 errors alone": _backward_with(lambda once, sizes: once - sizes[0] * sizes[1]),
            "N11 error of the inputs": _backward_with(lambda once, _sizes: 2 * once),
            "N9 wrong end": _backward_with(lambda once, sizes: 2 * once - sizes[-1] * sizes[-2]),
            "N9 both ends": _backward_with(
                lambda once, sizes: 2 * once - sizes[0] * sizes[1] - sizes[-1] * sizes[-2]
            ),
            "N11 forward pass too": _backward_with(lambda once, sizes: 3 * once - sizes[0] * sizes[1]),
            "N7 biases": _backward_with(lambda once, sizes: 2 * once - sizes[0] * sizes[1] + sum(sizes[1:])),
            "N1 additions": lambda sizes: 2 * ref.backward(sizes),
        },
    ),
)


# -- 07.3 mults_naive ----------------------------------------------------------------------------------


def _runs_of(runs: Callable[[int, bool], int], knobs: Callable[[Sizes], int] = ref.knobs) -> Answer:
    """So many forward passes for so many knobs."""
    return lambda sizes, two_sided=True: runs(knobs(sizes), two_sided) * ref.forward(sizes)


def _right_runs(knobs: int, two_sided: bool) -> int:
    return 2 * knobs if two_sided else knobs + 1


def _both_ways(rng: np.random.Generator) -> Iterable[Arguments]:
    return [(_sizes(rng, k), way) for k in (2, 3, 4) for way in (True, False)]


mults_naive = Exercise(
    id="mults_naive",
    number="07.3",
    chapter=CHAPTER,
    parameters=("sizes", "two_sided"),
    returns=("multiplications",),
    draw=_both_ways,
    truth=lambda sizes, two_sided: (exact(ref.naive(sizes, two_sided)),),
    mistakes=known_mistakes(
        CHAPTER,
        "mults_naive",
        {
            "N8 biases forgotten": _runs_of(_right_runs, ref.forward),
            "N10 runs alone": lambda sizes, two_sided=True: _right_runs(ref.knobs(sizes), two_sided),
            "D1 always one side": _runs_of(lambda knobs, _two: knobs + 1),
            "D1 always both": _runs_of(lambda knobs, _two: 2 * knobs),
            "N2 sides exchanged": _runs_of(lambda knobs, two: _right_runs(knobs, not two)),
            "N10 first run forgotten": _runs_of(lambda knobs, two: 2 * knobs if two else knobs),
            "N1 additions": lambda sizes, two_sided=True: 2 * ref.naive(sizes, two_sided),
        },
    ),
)


# -- 07.4 mults_forward_mode ---------------------------------------------------------------------------


def _carried(columns: Callable[[Sizes, int], int]) -> Answer:
    """Each layer from the second on is passed by columns(sizes, layer) slopes of each of its senders."""
    return lambda sizes: sum(
        sizes[layer] * sizes[layer - 1] * columns(sizes, layer) for layer in range(2, len(sizes))
    )


mults_forward_mode = Exercise(
    id="mults_forward_mode",
    number="07.4",
    chapter=CHAPTER,
    parameters=("sizes",),
    returns=("multiplications",),
    draw=_small_networks,
    truth=lambda sizes: (exact(counts(sizes)[2].matrix),),
    mistakes=known_mistakes(
        CHAPTER,
        "mults_forward_mode",
        {
            "N2 per output": _carried(lambda sizes, _layer: sizes[-1]),
            "N2 per input": _carried(lambda sizes, _layer: sizes[0]),
            "N10 once": _carried(lambda _sizes, _layer: 1),
            "N10 last layer's knobs": _carried(lambda sizes, layer: ref.knobs(sizes[layer - 2 : layer])),
            "N8 biases forgotten": _carried(lambda sizes, layer: ref.forward(sizes[:layer])),
            "N11 own knobs too": lambda sizes: sum(
                sizes[layer] * sizes[layer - 1] * ref.knobs(sizes[: layer + 1])
                for layer in range(1, len(sizes))
            ),
            "N11 all knobs everywhere": lambda sizes: ref.knobs(sizes) * ref.forward(sizes),
            "N1 additions": lambda sizes: 2 * ref.forward_mode(sizes),
        },
    ),
)


# -- 07.5 in_forward_passes ----------------------------------------------------------------------------


def _passes(sizes: Sizes, before: int = 1) -> tuple[float, float, float]:
    """Three costs in forward passes; `before` forward passes are added to forward mode and to the sweep."""
    once = ref.forward(sizes)
    return (
        ref.naive(sizes) / once,
        before + ref.forward_mode(sizes) / once,
        before + ref.backward(sizes) / once,
    )


def _several_layers(rng: np.random.Generator) -> Iterable[Arguments]:
    return [(_sizes(rng, k),) for k in (2, 3, 4, 2)]


in_forward_passes = Exercise(
    id="in_forward_passes",
    number="07.5",
    chapter=CHAPTER,
    parameters=("sizes",),
    returns=("nudging", "from_inputs", "from_loss"),
    draw=_several_layers,
    truth=lambda sizes: tuple(exact(value) for value in _passes(sizes)),
    mistakes=known_mistakes(
        CHAPTER,
        "in_forward_passes",
        {
            "N2 upside down": lambda sizes: tuple(1 / value for value in _passes(sizes)),
            "N2 order turned round": lambda sizes: _passes(sizes)[::-1],
            "N10 forward pass forgotten": lambda sizes: _passes(sizes, before=0),
            "N11 forward pass for nudging": lambda sizes: (_passes(sizes)[0] + 1, *_passes(sizes)[1:]),
            "N10 not divided": lambda sizes: tuple(value * ref.forward(sizes) for value in _passes(sizes)),
            "N8 biases forgotten": lambda sizes: (2 * ref.forward(sizes), *_passes(sizes)[1:]),
            "D6 whole numbers": lambda sizes: tuple(math.floor(value) for value in _passes(sizes)),
        },
    ),
)


# -- 07.6 floats_stored --------------------------------------------------------------------------------


def _batches(rng: np.random.Generator) -> Iterable[Arguments]:
    return [(_sizes(rng, k), int(n)) for k, n in zip((2, 3, 4, 1), rng.integers(2, 40, 4), strict=True)]


floats_stored = Exercise(
    id="floats_stored",
    number="07.6",
    chapter=CHAPTER,
    parameters=("sizes", "N"),
    returns=("numbers",),
    draw=_batches,
    truth=lambda sizes, N: (exact(N * sum(sizes)),),
    mistakes=known_mistakes(
        CHAPTER,
        "floats_stored",
        {
            "N10 batch forgotten": lambda sizes, _N: sum(sizes),
            "N9 inputs left out": lambda sizes, N: N * sum(sizes[1:]),
            "N9 outputs left out": lambda sizes, N: N * sum(sizes[:-1]),
            "N11 z too": lambda sizes, N: N * (sum(sizes) + sum(sizes[1:])),
            "N11 weights too": lambda sizes, N: N * sum(sizes) + ref.knobs(sizes),
            "N2 weights": lambda sizes, _N: ref.knobs(sizes),
            "N2 weights for each sample": lambda sizes, N: N * ref.forward(sizes),
            "N10 batch once": lambda sizes, N: N + sum(sizes),
        },
    ),
)


# -- 07.7 checkpoint_plan ------------------------------------------------------------------------------


def _kept(L: int, every: int) -> tuple[int, int]:
    kept = -(-L // every)
    return kept, L - kept


def _plans(rng: np.random.Generator) -> Iterable[Arguments]:
    """Distances that divide the number of layers, and some that do not."""
    return [
        (12, 3),
        (4 * int(rng.integers(3, 9)), 4),
        (7 * int(rng.integers(2, 7)) + int(rng.integers(1, 7)), 7),
        (5 * int(rng.integers(3, 9)) + 2, 5),
        (int(rng.integers(5, 40)), 1),
        (6, int(rng.integers(8, 20))),
    ]


checkpoint_plan = Exercise(
    id="checkpoint_plan",
    number="07.7",
    chapter=CHAPTER,
    parameters=("L", "keep_every"),
    returns=("kept", "recomputed"),
    draw=_plans,
    truth=lambda L, keep_every: tuple(exact(value) for value in _kept(L, keep_every)),
    mistakes=known_mistakes(
        CHAPTER,
        "checkpoint_plan",
        {
            "N9 rounded down": lambda L, every: (L // every, L - L // every),
            "N9 one too many": lambda L, every: (L // every + 1, L - L // every - 1),
            "N9 output counted": lambda L, every: (-(-(L + 1) // every), L + 1 - -(-(L + 1) // every)),
            "N9 inputs not kept": lambda L, every: (_kept(L, every)[0] - 1, _kept(L, every)[1] + 1),
            "N11 all recomputed": lambda L, every: (_kept(L, every)[0], L),
            "N11 from its start each time": lambda L, every: (
                _kept(L, every)[0],
                sum(layer % every for layer in range(L)),
            ),
            "N2 exchanged": lambda L, every: _kept(L, every)[::-1],
            "N2 how many left": lambda L, every: (every, L - every),
        },
    ),
)


quiz_07 = Quiz(id="quiz_07", number="07.8", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_07"))

EXERCISES = (
    mults_forward,
    mults_backward,
    mults_naive,
    mults_forward_mode,
    in_forward_passes,
    floats_stored,
    checkpoint_plan,
    quiz_07,
)

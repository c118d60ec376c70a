"""NB08, trust, but check: a gradient check of one's own, graded by gradients that are wrong in known ways.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bpcheck.exercises import trust_wrong as wrong
from bpcheck.exercises.model import Arguments, Exercise, Quiz
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.exercises.trust_cases import (
    directions,
    gradients,
    kind_of,
    kinks,
    kinks_of,
    machine,
    probe_directional,
    probe_gradcheck,
    probe_safe_point,
    read_gradcheck,
    read_safe_point,
    verdicts,
)
from bpcheck.exercises.trust_proof import TRAINS, accused, example, probe_proof, read_proof
from bpcheck.exercises.trust_sweeps import (
    FAMILIES,
    is_right,
    line_ups,
    probe_design,
    probe_hunt,
    read_design,
)
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.reference import checking
from bpcheck.reference.checking import Blocks, Loss, relative_gap

CHAPTER = "08_trust"
EPS = float(np.finfo(np.float64).eps)
MACHINE = ("A_W", "A_b", "A_c", "W", "b", "c", "grad_W", "grad_b", "grad_c")


# -- 08.1 relative_gap ---------------------------------------------------------------------------------


def _pairs(rng: np.random.Generator) -> Iterator[Arguments]:
    """Scales from 1e-12 to 1e6, equal and opposite signs, either one larger, zeros on one side and on both."""
    for scale in (1.0, 1e-12, 1e6, 1e-3):
        n = scale * rng.uniform(0.5, 1.5, 7) * rng.choice([-1, 1], 7)
        a = n * rng.choice([1.3, 0.6, -0.4, 1.01, -1.7], 7)
        a[0], n[1], a[2], n[2] = 0.0, 0.0, 0.0, 0.0
        a[3], a[4] = 1.2 * n[3], 0.7 * n[4]
        yield a, n


def _over(size: Callable[[FloatArray, FloatArray], Any], top: Callable[[FloatArray], Any] = np.abs) -> Any:
    """The difference over some size; 0 where that is 0."""

    def relative(a: FloatArray, n: FloatArray) -> Any:
        below = np.asarray(size(a, n))
        return np.where(below == 0, 0.0, top(a - n) / np.where(below == 0, 1.0, below))

    return relative


relative_gap_exercise = Exercise(
    id="relative_gap",
    number="08.1",
    chapter=CHAPTER,
    parameters=("a", "n"),
    returns=("gap",),
    draw=_pairs,
    truth=lambda a, n: (exact(relative_gap(a, n)),),
    place=lambda _a, n: f"seven slopes, the largest {np.abs(n).max():.1e}",
    mistakes=known_mistakes(
        CHAPTER,
        "relative_gap",
        {
            "D7 not divided": lambda a, n: np.abs(a - n),
            "D7 over n": _over(lambda _a, n: np.abs(n)),
            "D7 over a": _over(lambda a, _n: np.abs(a)),
            "D7 over the sum": _over(lambda a, n: np.abs(a) + np.abs(n)),
            "D7 over the signed sum": _over(lambda a, n: np.abs(a + n)),
            "D7 over the smaller": _over(lambda a, n: np.minimum(np.abs(a), np.abs(n))),
            "D8 over the largest of all": _over(lambda a, n: np.maximum(np.abs(a), np.abs(n)).max()),
            "D7 something added": lambda a, n: np.abs(a - n) / (np.maximum(np.abs(a), np.abs(n)) + 1e-8),
            "D13 sign left": _over(lambda a, n: np.maximum(np.abs(a), np.abs(n)), top=lambda d: d),
            "D8 one number": lambda a, n: np.full(len(a), relative_gap(a, n).max()),
        },
    ),
)


# -- 08.2 directional_check ----------------------------------------------------------------------------

Both = Callable[[Loss, Blocks, Blocks, Blocks, float], tuple[float, float]]


def _moved(theta: Blocks, v: Blocks, t: float) -> list[FloatArray]:
    return [block + t * d for block, d in zip(theta, v, strict=True)]


def _central(f: Loss, theta: Blocks, v: Blocks, h: float) -> float:
    return (f(_moved(theta, v, h)) - f(_moved(theta, v, -h))) / (2 * h)


def _product(grads: Blocks, v: Blocks) -> float:
    return float(sum((g * d).sum() for g, d in zip(grads, v, strict=True)))


def _unit(v: Blocks) -> list[FloatArray]:
    length = float(np.sqrt(sum((d**2).sum() for d in v)))
    return [d / length for d in v]


def _true_direction(*case: Any) -> tuple[Estimate, Estimate]:
    """A difference with a given step is an exact number, but for the rounding of two losses."""
    theta, grads, v, h = case[3:6], case[6:9], case[9:12], case[12]
    slope, product = checking.directional_check(machine(*case[:3]), theta, grads, v, h)
    return Estimate(np.array(slope), np.array(30 * EPS / h), np.array(False)), exact(product)


directional_check = Exercise(
    id="directional_check",
    number="08.2",
    chapter=CHAPTER,
    parameters=(*MACHINE, "V", "v", "u", "h"),
    returns=("by_nudging", "by_the_gradient"),
    draw=directions,
    truth=_true_direction,
    probe=probe_directional,
    place=lambda *case: f"gradient: {kind_of(*case[:9])}, h = {case[12]:g}",
    mistakes=known_mistakes(
        CHAPTER,
        "directional_check",
        {
            "D1 one side": lambda f, t, g, v, h: ((f(_moved(t, v, h)) - f(t)) / h, _product(g, v)),
            "D2 divided by h": lambda f, t, g, v, h: (2 * _central(f, t, v, h), _product(g, v)),
            "D11 not divided": lambda f, t, g, v, h: (2 * h * _central(f, t, v, h), _product(g, v)),
            "D4 all entries alike": lambda f, t, g, v, h: (
                _central(f, t, [np.ones_like(d) for d in v], h),
                _product(g, v),
            ),
            "D4 first block only": lambda f, t, g, v, h: (
                _central(f, t, [v[0], *(0 * d for d in v[1:])], h),
                _product(g, v),
            ),
            "V11 first product only": lambda f, t, g, v, h: (
                _central(f, t, v, h),
                float((g[0] * v[0]).sum()),
            ),
            "V11 sums multiplied": lambda f, t, g, v, h: (
                _central(f, t, v, h),
                float(sum(a.sum() * d.sum() for a, d in zip(g, v, strict=True))),
            ),
            "C5 v missing": lambda f, t, g, v, h: (_central(f, t, v, h), float(sum(a.sum() for a in g))),
            "D14 v made short": lambda f, t, g, v, h: (_central(f, t, _unit(v), h), _product(g, _unit(v))),
            "V2 exchanged": lambda f, t, g, v, h: (_product(g, v), _central(f, t, v, h)),
        },
    ),
)


# -- 08.3 gradcheck ------------------------------------------------------------------------------------

gradcheck = Exercise(
    id="gradcheck",
    number="08.3",
    chapter=CHAPTER,
    parameters=MACHINE,
    returns=("W_right", "b_right", "c_right", "theta_kept"),
    draw=gradients,
    truth=lambda *case: (*map(exact, verdicts(*case)), exact(1.0)),
    probe=probe_gradcheck,
    reading=read_gradcheck,
    place=lambda *case: f"gradient: {kind_of(*case)}",
    mistakes=known_mistakes(
        CHAPTER,
        "gradcheck",
        {
            "D7 absolute": wrong.checker(gap=wrong.absolute, tolerance=1e-6),
            "D13 sign lost": wrong.checker(gap=wrong.sign_lost),
            "D9 zero over zero": wrong.checker(gap=wrong.zero_over_zero),
            "D8 sizes compared": wrong.checker(gap=wrong.of_sizes),
            "D8 one number for all": wrong.one_number_for_all,
            "D15 too loose": wrong.checker(tolerance=0.03),
            "D15 too tight": wrong.checker(tolerance=1e-8),
            "D5 step too small": wrong.checker(h=1e-14),
            "D6 whole numbers": wrong.checker(whole=True),
            "D4 first entry only": wrong.checker(entries=lambda block: block.ravel()[:1]),
            "D4 first row only": wrong.checker(entries=lambda block: np.ravel(block[0])),
            "D3 theta left shifted": wrong.left_shifted,
            "V1 all accepted": lambda _f, _theta, grads: [True] * len(grads),
        },
    ),
)


# -- 08.4 safe_point -----------------------------------------------------------------------------------


def _is_bent(f: Callable[[float], float], x: float, h: float) -> bool:
    left, right = checking.one_sided(f, x, h)
    return abs(right - left) > 0.1


def _right_side_only(f: Callable[[float], float], x: float, h: float) -> float:
    """Compares two slopes to the right of the place."""
    for place in (x, x + 2.2 * h, x - 2.2 * h):
        near, far = (f(place + h) - f(place)) / h, (f(place + 2 * h) - f(place + h)) / h
        if abs(near - far) < 0.1:
            return place
    return x


safe_point = Exercise(
    id="safe_point",
    number="08.4",
    chapter=CHAPTER,
    parameters=("slopes", "heights", "x", "h"),
    returns=("kink_within_h", "too_far", "moved_for_nothing"),
    draw=kinks,
    truth=lambda *_case: (exact(0.0),) * 3,
    probe=probe_safe_point,
    reading=read_safe_point,
    place=lambda slopes, heights, x, h: (
        f"x = {x:g}, h = {h:g}, kinks at x + h · {np.round((kinks_of(slopes, heights) - x) / h, 1).tolist()}"
    ),
    mistakes=known_mistakes(
        CHAPTER,
        "safe_point",
        {
            "D10 not moved": lambda _f, x, _h: x,
            "D10 always moved": lambda _f, x, h: x + 5 * h,
            "D10 once to the right": lambda f, x, h: x + 2.2 * h * _is_bent(f, x, h),
            "D10 half a step": lambda f, x, h: x + 0.5 * h * _is_bent(f, x, h),
            "D10 far away": lambda f, x, h: x + 60 * h * _is_bent(f, x, h),
            "D10 right side only": _right_side_only,
        },
    ),
)


# -- 08.5 test_design ----------------------------------------------------------------------------------

test_design = Exercise(
    id="test_design",
    number="08.5",
    chapter=CHAPTER,
    parameters=("seed",),
    returns=("batch", *FAMILIES),
    draw=lambda rng: [(int(seed),) for seed in rng.integers(10**6, size=2)],
    truth=lambda _seed: (exact(0.0),) * 4,
    probe=probe_design,
    reading=read_design,
    place=lambda seed: f"mistakes that it would not see, network {seed}",
    mistakes=known_mistakes(
        CHAPTER,
        "test_design",
        {
            "D16 one sample": lambda: ([2, 3, 2], 1),
            "D16 one layer": lambda: ([3, 2], 7),
            "D16 one layer and one sample": lambda: ([3, 2], 1),
            "D16 one unit wide": lambda: ([1, 1, 1], 7),
            "D16 one unit wide and one sample": lambda: ([1, 1, 1], 1),
            "D16 one of everything": lambda: ([1, 1], 1),
        },
    ),
)


# -- 08.6 hunt -----------------------------------------------------------------------------------------

hunt = Exercise(
    id="hunt",
    number="08.6",
    chapter=CHAPTER,
    parameters=("numbers",),
    returns=tuple(f"suspect_{k}" for k in range(6)),
    draw=line_ups,
    truth=lambda numbers: tuple(exact(float(is_right(number))) for number in numbers),
    probe=probe_hunt,
    place=lambda numbers: (
        f"line-up {', '.join(map(str, numbers))}: {sum(not is_right(k) for k in numbers)} guilty"
    ),
    mistakes=known_mistakes(
        CHAPTER,
        "hunt",
        {
            "V1 all right": lambda suspects: [True] * len(suspects),
            "D15 all wrong": lambda suspects: [False] * len(suspects),
            "D16 one layer": wrong.hunter(sizes=(2, 2)),
            "D16 one unit wide": wrong.hunter(sizes=(1, 1, 1)),
            "D4 weights only": wrong.hunter(look_at=lambda arrays: arrays[::2]),
            "D4 last layer only": wrong.hunter(look_at=lambda arrays: arrays[-2:]),
            "D4 first weights only": wrong.hunter(look_at=lambda arrays: arrays[:1]),
            "D8 sizes compared": wrong.hunter(gap=wrong.of_sizes),
        },
    ),
)


# -- 08.7 prove_wrong ----------------------------------------------------------------------------------

prove_wrong = Exercise(
    id="prove_wrong",
    number="08.7",
    chapter=CHAPTER,
    parameters=("number",),
    returns=("looks_right", "too_large"),
    draw=accused,
    truth=lambda _number: (exact(0.0),) * 2,
    probe=probe_proof,
    reading=read_proof,
    place=lambda number: f"gradient: {TRAINS[number][0]}",
    mistakes=known_mistakes(
        CHAPTER,
        "prove_wrong",
        {
            "D16 one sample": example(1, 2, 1, N=1),
            "D16 one layer": example(1, 2, N=2),
            "D16 one unit wide": example(1, 1, 1, N=2),
            "D16 one of everything": example(1, 1, N=1),
            "D16 targets met": example(1, 2, 1, N=2, met=True),
            "D16 too large": example(2, 3, 2, N=7),
        },
    ),
)


quiz_08 = Quiz(id="quiz_08", number="08.8", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_08"))

EXERCISES = (
    relative_gap_exercise,
    directional_check,
    gradcheck,
    safe_point,
    test_design,
    hunt,
    prove_wrong,
    quiz_08,
)

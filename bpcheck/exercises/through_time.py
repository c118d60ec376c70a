"""NB12, through time: a recurrent network forward, and back through every step.

Slopes are judged against numerical derivatives of our own network's loss.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from bpcheck.errors import MalformedAnswer
from bpcheck.exercises import through_time_wrong as wrong
from bpcheck.exercises.depth_cases import is_list, signed
from bpcheck.exercises.model import Answer, Arguments, Exercise, Quiz
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.gradcheck.arrays import describe
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.complex_step import imaginary_slopes
from bpcheck.gradcheck.facts import Estimate, FloatArray
from bpcheck.reference import recurrent as ref

CHAPTER = "12_time"
WEIGHTS = ("W_xh", "W_hh", "b", "w_out")
GRADS = tuple(f"d{name}" for name in WEIGHTS)
NETWORK = (*WEIGHTS, "X", "h0", "y")
SIZES = ((4, 3, 3), (1, 2, 3), (7, 2, 4), (3, 1, 2))  # T, n, m; in the first inputs and states are alike

# -- cases ---------------------------------------------------------------------------------------------


def networks(rng: np.random.Generator) -> Iterable[Arguments]:
    """(W_xh, W_hh, b, w_out, X, h0, y): no unit at a flat end, a prediction that is off."""
    return [_network(rng, *sizes) for sizes in SIZES]


def _network(rng: np.random.Generator, T: int, n: int, m: int) -> Arguments:
    p = (
        signed(rng, (m, n), 0.2, 0.7),
        signed(rng, (m, m), 0.2, 0.7),
        signed(rng, m, 0.1, 0.4),
        signed(rng, m, 0.4, 1.2),
    )
    X, h0 = signed(rng, (T, n), 0.3, 1.0), signed(rng, m, 0.2, 0.8)
    yhat = float(ref.rnn_forward(p, X, h0)[1])
    return *p, X, h0, round(yhat + float(rng.choice([-1.0, 1.0])) * rng.uniform(0.4, 1.2), 2)


def probe(answer: Answer, W_xh: Any, W_hh: Any, b: Any, w_out: Any, *others: Any) -> Any:
    """What an answer makes of (p, …)."""
    return answer((W_xh, W_hh, b, w_out), *others)


def in_words(_W_xh: Any, W_hh: FloatArray, _b: Any, _w_out: Any, X: FloatArray, *_: Any) -> str:
    """How a case is called in a report."""
    return f"T = {len(X)}, n = {X.shape[1]}, m = {len(W_hh)}"


def true_slopes(
    W_xh: Any, W_hh: Any, b: Any, w_out: Any, X: FloatArray, h0: Any, y: float
) -> tuple[Estimate, ...]:
    """Numerical slopes of ℓ, in the order of `GRADS`."""

    def loss(moved: list[Any]) -> Any:
        h = h0
        for x in X:
            h = np.tanh(moved[0] @ x + moved[1] @ h + moved[2])
        return 0.5 * (moved[3] @ h - y) ** 2

    return tuple(imaginary_slopes(loss, [W_xh, W_hh, b, w_out]))


def _of_reference(function: Callable[..., Any]) -> Callable[..., tuple[Estimate, ...]]:
    """The exact results of one of our own functions of (p, …)."""

    def truth(W_xh: Any, W_hh: Any, b: Any, w_out: Any, *others: Any) -> tuple[Estimate, ...]:
        found = function((W_xh, W_hh, b, w_out), *others)
        return tuple(map(exact, found)) if isinstance(found, tuple) else (exact(found),)

    return truth


# -- 12.1 rnn_forward ----------------------------------------------------------------------------------


def _reading(
    step: Callable[[ref.Params, Any, Any], Any],
    start: Callable[[Any], Any] = lambda h0: h0,
    says: Callable[[Any, Any], Any] = lambda w_out, H: w_out @ H[-1],
    keep: slice = slice(None),
) -> Answer:
    """`rnn_forward` with another step(p, x, h), another first state, prediction, or states that are kept."""

    def rnn_forward(p: ref.Params, X: Any, h0: Any) -> tuple[Any, Any]:
        H = [start(h0)]
        for x in X:
            H.append(step(p, x, H[-1]))
        return np.array(H)[keep], says(p[3], np.array(H))

    return rnn_forward


def _step(p: ref.Params, x: Any, h: Any) -> Any:
    return np.tanh(p[0] @ x + p[1] @ h + p[2])


rnn_forward = Exercise(
    id="rnn_forward",
    number="12.1",
    chapter=CHAPTER,
    parameters=NETWORK[:-1],
    returns=("H", "yhat"),
    draw=lambda rng: [case[:-1] for case in networks(rng)],
    truth=_of_reference(ref.rnn_forward),
    probe=probe,
    place=in_words,
    mistakes=known_mistakes(
        CHAPTER,
        "rnn_forward",
        {
            "V1 no memory": _reading(lambda p, x, _h: np.tanh(p[0] @ x + p[2])),
            "V1 no bend": _reading(lambda p, x, h: p[0] @ x + p[1] @ h + p[2]),
            "V1 no bias": _reading(lambda p, x, h: np.tanh(p[0] @ x + p[1] @ h)),
            "V1 sigmoid": _reading(lambda p, x, h: 1 / (1 + np.exp(-(p[0] @ x + p[1] @ h + p[2])))),
            "V9 start forgotten": _reading(_step, start=lambda h0: 0 * h0),
            "C10 W_hh turned": _reading(lambda p, x, h: np.tanh(p[0] @ x + p[1].T @ h + p[2])),
            "C6 bends added": _reading(lambda p, x, h: np.tanh(p[0] @ x + p[2]) + np.tanh(p[1] @ h)),
            "V3 start not kept": _reading(_step, keep=slice(1, None)),
            "V11 mean of the states": _reading(_step, says=lambda w_out, H: w_out @ H[1:].mean(axis=0)),
            "V2 first state speaks": _reading(_step, says=lambda w_out, H: w_out @ H[1]),
        },
    ),
)


# -- 12.2 bptt -----------------------------------------------------------------------------------------

bptt = Exercise(
    id="bptt",
    number="12.2",
    chapter=CHAPTER,
    parameters=NETWORK,
    returns=GRADS,
    draw=networks,
    truth=true_slopes,
    probe=probe,
    place=in_words,
    mistakes=known_mistakes(CHAPTER, "bptt", wrong.SWEEPS),
)


# -- 12.3 by_lag ---------------------------------------------------------------------------------------

by_lag = Exercise(
    id="by_lag",
    number="12.3",
    chapter=CHAPTER,
    parameters=NETWORK,
    returns=("parts",),
    draw=networks,
    truth=_of_reference(ref.by_lag),
    probe=probe,
    place=in_words,
    mistakes=known_mistakes(
        CHAPTER,
        "by_lag",
        {
            "V2 first step first": lambda *case: ref.by_lag(*case)[::-1],
            "V11 added up on the way": lambda *case: ref.by_lag(*case).cumsum(axis=0),
            "C27 error begins anew": wrong.parts(afresh=True),
            "C28 state of the same step": wrong.parts(shift=1),
            "C1 slope": wrong.parts(slope=lambda _h: 1.0),
            "C10 W_hh not turned": wrong.parts(back=lambda W: W),
            "C15 turned": lambda *case: ref.by_lag(*case).swapaxes(1, 2),
            "F1 turned": lambda *case: -ref.by_lag(*case),
        },
    ),
)


# -- 12.5 truncated ------------------------------------------------------------------------------------


def cuts(rng: np.random.Generator) -> Iterable[Arguments]:
    """(…, k): from a single step to all of them."""
    for sizes, k in (((7, 2, 4), 3), ((5, 3, 3), 1), ((4, 2, 3), 4), ((6, 1, 2), 2)):
        yield *_network(rng, *sizes), k


truncated = Exercise(
    id="truncated",
    number="12.5",
    chapter=CHAPTER,
    parameters=(*NETWORK, "k"),
    returns=GRADS,
    draw=cuts,
    truth=_of_reference(ref.bptt),
    probe=probe,
    place=lambda *case: f"{in_words(*case)}, k = {case[-1]}",
    mistakes=known_mistakes(
        CHAPTER,
        "truncated",
        {
            "V3 one step more": lambda p, X, h0, y, k: ref.bptt(p, X, h0, y, k + 1),
            "V3 one step less": lambda p, X, h0, y, k: ref.bptt(p, X, h0, y, k - 1),
            "C27 forward cut too": lambda p, X, h0, y, k: ref.bptt(p, X[-k:], h0, y),
            "V1 not cut": lambda p, X, h0, y, _k: ref.bptt(p, X, h0, y),
            "V2 first steps kept": wrong.first_steps,
            "F6 stretched": lambda p, X, h0, y, k: tuple(
                len(X) / k * part for part in ref.bptt(p, X, h0, y, k)
            ),
        },
    ),
)


# -- 12.4 lag_norms ------------------------------------------------------------------------------------

lag_norms = Exercise(
    id="lag_norms",
    number="12.4",
    chapter=CHAPTER,
    parameters=NETWORK,
    returns=("norms",),
    draw=networks,
    truth=_of_reference(ref.lag_norms),
    probe=probe,
    place=in_words,
    mistakes=known_mistakes(
        CHAPTER,
        "lag_norms",
        {
            "V2 first step first": lambda *case: ref.lag_norms(*case)[::-1],
            "V11 squares": lambda *case: ref.lag_norms(*case) ** 2,
            "V11 of the sums": wrong.norms_of(lambda parts: parts.cumsum(axis=0)),
            "V11 mean sizes": lambda *case: np.abs(ref.by_lag(*case)).mean(axis=(1, 2)),
            "V1 of the weights": lambda p, X, _h0, _y: np.full(len(X), np.linalg.norm(p[1])),
            "V1 of the errors": wrong.norms_of_errors,
            "C1 slope": lambda *case: np.linalg.norm(wrong.parts(slope=lambda _h: 1.0)(*case), axis=(1, 2)),
            "D7 beside the first": lambda *case: ref.lag_norms(*case) / ref.lag_norms(*case)[0],
        },
    ),
)


# -- 12.6 clip -----------------------------------------------------------------------------------------


def gradients(rng: np.random.Generator) -> Iterable[Arguments]:
    """(dW_xh, dW_hh, db, dw_out, max_norm): too long, short enough, and one long array among short ones."""
    for n, m, scale, limit in ((2, 3, 3.0, 1.0), (3, 4, 0.05, 2.0), (1, 2, 1.0, 0.7)):
        arrays = [scale * signed(rng, shape, 0.3, 1.5) for shape in ((m, n), (m, m), (m,), (m,))]
        arrays[1] *= 4.0
        yield *arrays, limit


def probe_clip(answer: Answer, *case: Any) -> Any:
    """What `clip` returns: as many arrays as went in."""
    value = answer(case[:4], case[4])
    if value is not None and not is_list(value, 4):
        raise MalformedAnswer("G2", f"`clip` should return the four arrays; it returned {describe(value)}.")
    return None if value is None else tuple(value)


clip = Exercise(
    id="clip",
    number="12.6",
    chapter=CHAPTER,
    parameters=(*GRADS, "max_norm"),
    returns=GRADS,
    draw=gradients,
    truth=lambda *case: tuple(map(exact, ref.clip(case[:4], case[4]))),
    probe=probe_clip,
    place=lambda *case: f"length {wrong.length(case[:4]):.3g}, max_norm = {case[4]:g}",
    mistakes=known_mistakes(
        CHAPTER,
        "clip",
        {
            "V11 entry by entry": lambda grads, limit: [np.clip(part, -limit, limit) for part in grads],
            "V11 array by array": lambda grads, limit: [ref.clip((part,), limit)[0] for part in grads],
            "V1 always stretched": lambda grads, limit: wrong.times(grads, limit / wrong.length(grads)),
            "V1 nothing done": lambda grads, _limit: list(grads),
            "V11 root forgotten": lambda grads, limit: wrong.times(
                grads, min(1.0, limit / wrong.length(grads) ** 2)
            ),
            "V1 by the largest entry": lambda grads, limit: wrong.times(
                grads, min(1.0, limit / max(np.abs(part).max() for part in grads))
            ),
            "V11 lengths added": lambda grads, limit: wrong.times(
                grads, min(1.0, limit / sum(np.linalg.norm(part) for part in grads))
            ),
            "T9 divided by the length": lambda grads, limit: wrong.times(
                grads, 1.0 if wrong.length(grads) <= limit else 1 / wrong.length(grads)
            ),
        },
    ),
)

quiz_12 = Quiz(id="quiz_12", number="12.7", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_12"))

EXERCISES = (rnn_forward, bptt, by_lag, lag_norms, truncated, clip, quiz_12)

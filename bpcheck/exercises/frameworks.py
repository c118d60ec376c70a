"""NB13, from your engine to the frameworks: rules for arrays, both modes, history, words, and a layer nobody gave you.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpcheck.exercises import frameworks_cases as cases
from bpcheck.exercises import frameworks_wrong as wrong
from bpcheck.exercises.model import Exercise, Quiz
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.gradcheck.compare import exact

CHAPTER = "13_frameworks"

# -- 13.1 vjp_rules ------------------------------------------------------------------------------------

vjp_rules = Exercise(
    id="vjp_rules",
    number="13.1",
    chapter=CHAPTER,
    parameters=("op", "G", "ins", "out"),
    returns=("first", "second"),
    draw=cases.operations,
    truth=cases.true_rules,
    probe=cases.probe_rules,
    place=cases.rule_in_words,
    mistakes=known_mistakes(
        CHAPTER,
        "vjp_rules",
        {
            "C5 upstream ignored": lambda op, G, ins, out: wrong.rules(op, np.ones_like(G), ins, out),
            "C10 matmul as if forward": wrong.rules_but("matmul", lambda G, _o, a, b: (G @ b, a @ G)),
            "V2 matmul exchanged": wrong.rules_but("matmul", lambda G, _o, a, b: (a.T @ G, G @ b.T)),
            "G4 not unbroadcast": wrong.rules_but(
                "add", lambda G, _o, _a, _b: (G, G), "mul", lambda G, _o, a, b: (G * b, G * a)
            ),
            "C4 own factor": wrong.rules_but("mul", lambda G, _o, a, b: wrong.fit(G * a, G * b, a, b)),
            "V11 sum not spread": wrong.rules_but("sum", lambda G, _o, _a, _axis: (G,)),
            "V11 sum averaged": wrong.rules_but(
                "sum",
                lambda G, _o, a, axis: (np.broadcast_to(np.expand_dims(G, axis), a.shape) / a.shape[axis],),
            ),
            "C2 exp at its value": wrong.rules_but("exp", lambda G, out, _a: (G * np.exp(out),)),
            "C3 log turned over": wrong.rules_but("log", lambda G, _o, a: (G * a,)),
            "C16 maximum to both": wrong.rules_but("maximum", lambda G, _o, a, b: wrong.fit(G, G, a, b)),
            "G4 reshape left": wrong.rules_but("reshape", lambda G, _o, _a, _shape: (G,)),
        },
    ),
)


# -- 13.2 jvp ------------------------------------------------------------------------------------------

jvp = Exercise(
    id="jvp",
    number="13.2",
    chapter=CHAPTER,
    parameters=("steps", "X", "V"),
    returns=("value", "tangent"),
    draw=cases.programs,
    truth=cases.true_jvp,
    place=lambda steps, X, _V: f"X {X.shape}: {', '.join(op for op, _ in steps)}",
    mistakes=known_mistakes(
        CHAPTER,
        "jvp",
        {
            "C10 matmul turned": wrong.forward_mode("matmul", lambda _X, V, C, _new: V @ C.T),
            "V9 constant moves": wrong.forward_mode("add", lambda _X, V, C, _new: V + C),
            "C1 exp": wrong.forward_mode("exp", lambda _X, V, _C, _new: V),
            "C2 exp of the tangent": wrong.forward_mode("exp", lambda _X, V, _C, _new: np.exp(V)),
            "C6 mul added": wrong.forward_mode("mul", lambda X, V, C, _new: V * C + X),
            "C1 mul": wrong.forward_mode("mul", lambda _X, V, _C, _new: V),
            "C4 value": wrong.forward_mode("mul", lambda X, _V, C, _new: X * C),
            "C5 direction ignored": lambda steps, X, V: wrong.forward_mode()(steps, X, np.ones_like(V)),
            "D11 a difference": lambda steps, X, V: (
                cases.run(steps, X),
                cases.run(steps, X + V) - cases.run(steps, X),
            ),
        },
    ),
)


# -- 13.3 grad -----------------------------------------------------------------------------------------

grad = Exercise(
    id="grad",
    number="13.3",
    chapter=CHAPTER,
    parameters=("f", "a", "b"),
    returns=("da", "db"),
    draw=cases.functions,
    truth=cases.true_grad,
    probe=cases.probe_grad,
    place=lambda f, a, b: f"{f}, a {a.shape}, b {b.shape}",
    mistakes=known_mistakes(
        CHAPTER,
        "grad",
        {
            "C7 overwritten": wrong.grad_by(wrong.overwriting),
            "C8 sent on too early": wrong.grad_by(wrong.too_early),
            "C9 leftovers": wrong.grad_with_leftovers(),
            "V9 starts with the value": wrong.grad_by(wrong.patient, start=lambda out: out.value),
            "F2 starts with two": wrong.grad_by(wrong.patient, start=lambda out: 2 * np.ones_like(out.value)),
            "V3 the same for both": wrong.first_for_both,
        },
    ),
)


# -- 13.4 three_ways -----------------------------------------------------------------------------------


def _with(**other: Callable[[Any, float, float], float]) -> Any:
    """`three_ways` with other numbers in the place of the right ones: way -> (f, x, right slope)."""

    def three_ways(f: Any, x: float) -> tuple[float, ...]:
        right = wrong.slope(f, x)
        return tuple(other[way](f, x, right) if way in other else right for way in ("sym", "num", "auto"))

    return three_ways


three_ways = Exercise(
    id="three_ways",
    number="13.4",
    chapter=CHAPTER,
    parameters=("f", "x"),
    returns=("sym", "num", "auto"),
    draw=cases.places,
    truth=cases.true_three_ways,
    probe=cases.probe_three_ways,
    place=lambda f, x: f"{f} at {x:g}",
    mistakes=known_mistakes(
        CHAPTER,
        "three_ways",
        {
            "S2 number first": _with(sym=lambda _f, _x, _s: 0.0),
            "S8 formula itself": _with(sym=lambda f, x, _s: float(f(x, np))),
            "D2 divided by h": _with(num=lambda _f, _x, s: 2 * s),
            "F1 nudges turned": _with(num=lambda _f, _x, s: -s),
            "R1 value of the engine": _with(auto=lambda f, x, _s: float(f(x, np))),
        },
    ),
)


# -- 13.5 timeline -------------------------------------------------------------------------------------


def _told(key: Callable[[int], float]) -> Any:
    """`timeline` by other years: key(number of the event in the order of time)."""
    return lambda given: sorted(given, key=lambda one: key(cases.EVENTS.index(one)))


timeline = Exercise(
    id="timeline",
    number="13.5",
    chapter=CHAPTER,
    parameters=("events",),
    returns=("order",),
    draw=cases.events,
    truth=lambda given: (exact(np.sort([float(cases.EVENTS.index(one)) for one in given])),),
    probe=cases.probe_timeline,
    place=lambda given: f"{len(given)} events, each as its place in the order of time",
    mistakes=known_mistakes(
        CHAPTER,
        "timeline",
        {
            "H1 Rumelhart first": _told(lambda i: 3.5 if i == 6 else i),
            "H1 Werbos before Linnainmaa": _told(lambda i: 3.6 if i == 5 else i),
            "H1 Linnainmaa before Kelley": _told(lambda i: 1.5 if i == 4 else i),
            "V2 latest first": _told(lambda i: -i),
            "V2 by the alphabet": sorted,
        },
    ),
)


# -- 13.6 sort_words -----------------------------------------------------------------------------------


def _calling(**other: str) -> Any:
    """`sort_words` with one word for another throughout."""
    names = {key.replace("_", " "): value for key, value in other.items()}
    return lambda: {key: names.get(word, word) for key, word in cases.STATEMENTS.items()}


sort_words = Exercise(
    id="sort_words",
    number="13.6",
    chapter=CHAPTER,
    parameters=("keys",),
    returns=("words",),
    draw=cases.statements,
    truth=lambda keys: (exact(np.array([float(cases.WORDS.index(cases.STATEMENTS[key])) for key in keys])),),
    probe=cases.probe_words,
    place=lambda keys: (
        f"{', '.join(keys)} (0 chain rule, 1 backpropagation, 2 automatic differentiation, 3 gradient descent, 4 optimizer)"
    ),
    mistakes=known_mistakes(
        CHAPTER,
        "sort_words",
        {
            "H2 backpropagation steps": _calling(gradient_descent="backpropagation"),
            "H2 backpropagation optimizes": _calling(optimizer="backpropagation"),
            "H2 both alike": _calling(gradient_descent="backpropagation", optimizer="backpropagation"),
            "H2 descent computes": _calling(backpropagation="gradient descent"),
            "H2 only the chain rule": _calling(backpropagation="chain rule"),
            "H2 automatic is backpropagation": _calling(automatic_differentiation="backpropagation"),
            "H2 every optimizer is descent": _calling(optimizer="gradient descent"),
        },
    ),
)


# -- 13.7 layer_norm_backward --------------------------------------------------------------------------

layer_norm_backward = Exercise(
    id="layer_norm_backward",
    number="13.7",
    chapter=CHAPTER,
    parameters=("D", "X", "gain", "eps"),
    returns=("dX", "dgain", "dbias"),
    draw=cases.rows,
    truth=cases.true_layer_norm,
    mistakes=known_mistakes(
        CHAPTER,
        "layer_norm_backward",
        {
            "C7 mean and variance fixed": wrong.layer_norm(mean=False, variance=False),
            "C7 variance fixed": wrong.layer_norm(variance=False),
            "C7 mean fixed": wrong.layer_norm(mean=False),
            "C1 gain left out": wrong.layer_norm(gained=False),
            "C1 spread left out": wrong.layer_norm(divided=False),
            "C5 upstream ignored": lambda D, X, gain, eps: wrong.layer_norm()(np.ones_like(D), X, gain, eps),
            "C23 along the samples": wrong.layer_norm(axis=0),
            "V11 sum for mean": wrong.layer_norm(total=True),
            "V1 eps left out": lambda D, X, gain, _eps: wrong.layer_norm()(D, X, gain, 0.0),
            "C19 gain and bias averaged": wrong.layer_norm(averaged=True),
            "C13 gain by X": wrong.layer_norm(raw=True),
        },
    ),
)

find_route_again = Quiz(
    id="find_route_again",
    number="13.8",
    chapter=CHAPTER,
    questions=quiz_questions(CHAPTER, "find_route_again"),
)
quiz_13 = Quiz(id="quiz_13", number="13.9", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_13"))

EXERCISES = (
    vjp_rules,
    jvp,
    grad,
    three_ways,
    timeline,
    sort_words,
    layer_norm_backward,
    find_route_again,
    quiz_13,
)

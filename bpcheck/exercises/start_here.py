"""NB00, start here: two exercises that show how a check works, and the questions that pick a route.

Imports: numpy, bpcheck.gradcheck, bpcheck.exercises.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

import numpy as np

from bpcheck.exercises.model import Arguments, Exercise, Quiz
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.gradcheck.compare import exact

CHAPTER = "00_start_here"
EXAMPLE = 3.5  # the notebook's own example for `double`


# -- 00.1 double ---------------------------------------------------------------------------------------


def _five_numbers(rng: np.random.Generator) -> Iterable[Arguments]:
    return [(float(x),) for x in np.round(rng.uniform(0.3, 9.0, 5) * [1, -1, 1, -1, 1], 2)]


double = Exercise(
    id="double",
    number="00.1",
    chapter=CHAPTER,
    parameters=("x",),
    returns=("result",),
    draw=_five_numbers,
    truth=lambda x: (exact(2 * x),),
    mistakes=known_mistakes(
        CHAPTER,
        "double",
        {
            "G11 the example": lambda _x: 2 * EXAMPLE,
            "V1 squared": lambda x: x**2,
            "V1 plus two": lambda x: x + 2,
            "F2 unchanged": lambda x: x,
            "F2 halved": lambda x: x / 2,
        },
    ),
)


# -- 00.2 shapes ---------------------------------------------------------------------------------------


def _layer_sizes(rng: np.random.Generator) -> Iterable[Arguments]:
    """Depths 1 to 4, all sizes of one network different; and one network with equal sizes."""
    nets = [rng.choice(np.arange(2, 12), depth + 1, replace=False).tolist() for depth in (1, 2, 3, 4)]
    return [(net,) for net in [*nets, [4, 4, 4]]]


def _shapes(sizes: list[int]) -> list[tuple[int, int]]:
    return [(receivers, senders) for senders, receivers in itertools.pairwise(sizes)]


shapes = Exercise(
    id="shapes",
    number="00.2",
    chapter=CHAPTER,
    parameters=("sizes",),
    returns=("shapes",),
    draw=_layer_sizes,
    truth=lambda sizes: (exact(_shapes(sizes)),),
    mistakes=known_mistakes(
        CHAPTER,
        "shapes",
        {
            "C15 turned": lambda sizes: [shape[::-1] for shape in _shapes(sizes)],
            "V2 last layer first": lambda sizes: _shapes(sizes)[::-1],
            "V3 one too many": lambda sizes: [(sizes[0], sizes[0]), *_shapes(sizes)],
            "V3 first missing": lambda sizes: _shapes(sizes)[1:],
            "V3 last missing": lambda sizes: _shapes(sizes)[:-1],
            "C15 square": lambda sizes: [(n, n) for n in sizes[1:]],
        },
    ),
)


# -- 00.3 find_route -----------------------------------------------------------------------------------

ROUTES = {
    "A": "route A, the notebooks in their order: 00, 01, 02 and so on to 13",
    "B": "route B, the network first: 00, 05, 06, 09, 11, 04, 13; take 01 and 02 whenever a slope is unclear",
    "C": "route C, one afternoon: 02, 05, 06, 09, 10. It is the shortest road to a network that learns",
}
WHERE_TO_SLOW_DOWN = {  # the answer to "what is hardest for you?"
    "a": "Take your time in notebook 02: it is all about the chain rule.",
    "b": "Take your time in notebook 06: it shows what flows backward, and why.",
    "c": "Take your time in notebook 09: it joins the slopes to the updates.",
    "d": "Notebook 02 is a good place to find out what is hard for you.",
}


def route(letters: Mapping[str, str]) -> str:
    """A, B or C from the answers to the diagnostic questions.

    The wish in q6 decides, but for one case: the network first needs the chain rule (q1), so that who is not
    sure of it begins with the slopes.
    """
    if letters["q6"] == "c":
        return "C"
    return "B" if letters["q6"] == "b" and letters["q1"] == "a" else "A"


def _remark(letters: Mapping[str, str]) -> str:
    return f"Your answers suggest {ROUTES[route(letters)]}. {WHERE_TO_SLOW_DOWN[letters['q7']]}"


find_route = Quiz(
    id="find_route",
    number="00.3",
    chapter=CHAPTER,
    questions=quiz_questions(CHAPTER, "find_route"),
    remark=_remark,
)

EXERCISES = (double, shapes, find_route)

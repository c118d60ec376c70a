"""What an exercise is: cases drawn at random, the truth about them, and the mistakes it can name.

A chapter module fills these classes in; `examine` asks an answer the cases and compares.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpcheck.gradcheck.facts import Estimate, FloatArray, Ladder

Answer = Callable[..., Any]
Arguments = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong implementation with a sentence.

    At run time it names the student's mistake: their numbers equal its numbers. In the tests it must
    fail under its own name.
    """

    code: str  # entry of the mistake catalogue, "C10"
    sentence: str  # what is seen, what it usually means, where to look
    answer: Answer  # takes what the exercise's function takes, returns what the mistake returns


@dataclass(frozen=True, slots=True)
class Property:
    """How a right answer's results follow a change of the case, whatever the case was."""

    sentence: str  # what should have happened, and what a breach usually means
    changed: Callable[..., Arguments]  # case -> another case
    follows: Callable[..., tuple[FloatArray, ...]]  # the results at the case -> those at the other one


@dataclass(frozen=True, slots=True)
class Exercise:
    """A function that the student writes, and all that is needed to judge it."""

    id: str  # the function's name, unique in the course
    number: str  # "02.3"
    chapter: str  # the notebook's folder, "02_chain_rule"
    parameters: tuple[str, ...]  # of the cases, for the report's "x = 1.3"
    returns: tuple[str, ...]  # names of the results, in order; one name: the bare result
    # the cases: two sizes at least, nothing hidden
    draw: Callable[[np.random.Generator], Iterable[Arguments]]
    truth: Callable[..., tuple[Estimate, ...]]  # from a case: one estimate per result
    mistakes: tuple[Mistake, ...]
    # called as probe(answer, *case) where an answer takes no numbers; a function that can be imported by its name
    probe: Callable[..., Any] | None = None
    place: Callable[..., str] | None = None  # a case in words, where "x = 1.3" would not do
    # from what the probe gave back, and the case, to the results: runs with the examiner, where no answer can
    # change it, so that a probe beside an answer has nothing to decide
    reading: Callable[..., Any] | None = None
    # a sweep over layers: from a case, the truth and a wrong answer's results to what it did at each layer
    ladder: Callable[[Arguments, tuple[Estimate, ...], tuple[FloatArray, ...]], Ladder] | None = None
    properties: tuple[Property, ...] = ()  # asked of a wrong answer that has no name


@dataclass(frozen=True, slots=True)
class Probed:
    """An answer that is asked through its probe where it lives: it takes the case, and gives numbers."""

    ask: Answer

    def __call__(self, *case: Any) -> Any:
        """What the probe gives back."""
        return self.ask(*case)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a concept check; its text and choices stand in the notebook."""

    key: str  # "q1"
    right: str  # the letter of the right choice; empty: every choice is as good as another
    choices: Mapping[str, str]  # letter -> what to say to somebody who chose it


@dataclass(frozen=True, slots=True)
class Quiz:
    """A function that returns a letter for every question."""

    id: str
    number: str
    chapter: str
    questions: tuple[Question, ...]
    remark: Callable[[Mapping[str, str]], str] | None = None  # said about valid answers: a route, a score

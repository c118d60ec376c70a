"""The exercises of the course, found by the name of the function that a student writes."""

from __future__ import annotations

import functools
from importlib import import_module

from bpcheck.errors import UsageError
from bpcheck.exercises import prose as _prose
from bpcheck.exercises.model import Exercise, Quiz
from bpcheck.exercises.prose import Prose

# one module per notebook, in the course's order
CHAPTERS = (
    "start_here",
    "nudges",
    "chain_rule",
    "symbolic",
    "graph",
    "neuron",
    "depth",
    "counting",
    "trust",
    "learning",
    "batch",
    "digits",
    "through_time",
    "frameworks",
)


@functools.cache
def catalogue() -> dict[str, Exercise | Quiz]:
    """Every exercise of the course by its id, in the course's order."""
    modules = [import_module(f"bpcheck.exercises.{name}") for name in CHAPTERS]
    return {exercise.id: exercise for module in modules for exercise in module.EXERCISES}


def find(exercise: str) -> Exercise | Quiz:
    """The exercise with this id.

    Raises
    ------
    UsageError : there is none; the message offers the ids that look like it.
    """
    found = catalogue().get(exercise)
    if found is not None:
        return found
    import difflib  # it is slow to import, and few people misspell

    close = difflib.get_close_matches(str(exercise), catalogue(), n=2, cutoff=0.6)
    meant = (
        f"did you mean {' or '.join(map(repr, close))}?"
        if close
        else "the ids stand in the notebook's check cells."
    )
    raise UsageError(f"no exercise {exercise!r}; {meant}")


def prose(exercise: Exercise | Quiz) -> Prose:
    """Hints and solution, as Markdown; a quiz has neither."""
    if isinstance(exercise, Quiz):
        return Prose((), "")
    return _prose.exercise_prose(exercise.chapter, exercise.id)


def notation_card() -> str:
    """The notation of the course, as a Markdown table."""
    return _prose.text("notation")

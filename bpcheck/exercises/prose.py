"""Reads what the checks say: hints, solutions, mistakes and quiz remarks, in Markdown beside the chapters.

    ## two_roads            an exercise's id
    ### Hint 1              four of them, each a step further
    ### Solution            code and reasoning
    ### Mistakes
    - C7 only the factor: the sentence for it; the chapter module has the wrong code under the same name
    ## quiz_02              a quiz's id
    ### q1 b (right)        what to say to somebody who chose b
    ## guess two_sides      a guess; `guess` reads its headings

Imports: bpcheck.errors, bpcheck.exercises.model.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpcheck.errors import CourseError
from bpcheck.exercises.model import Answer, Mistake, Question

if TYPE_CHECKING:
    from pathlib import Path

HINTS = 4


@dataclass(frozen=True, slots=True)
class Prose:
    """What can be read about one exercise, as Markdown."""

    hints: tuple[str, ...]
    solution: str


def exercise_prose(chapter: str, exercise: str) -> Prose:
    """Hints and solution of an exercise.

    Raises
    ------
    CourseError : the chapter's file lacks one of them.
    """
    parts = _sections(chapter, exercise)
    wanted = [f"Hint {step}" for step in range(1, HINTS + 1)] + ["Solution"]
    if missing := [name for name in wanted if not parts.get(name)]:
        raise CourseError(f"prose/{chapter}.md, section {exercise}: {', '.join(missing)} missing")
    return Prose(tuple(parts[name] for name in wanted[:HINTS]), parts["Solution"])


def known_mistakes(chapter: str, exercise: str, answers: Mapping[str, Answer]) -> tuple[Mistake, ...]:
    """Join the wrong implementations of an exercise with their sentences.

    Parameters
    ----------
    chapter, exercise : whose
    answers : name -> wrong implementation; a name is a code of the catalogue and a few words, "C10 W turned"

    Raises
    ------
    CourseError : a name has no sentence, or a sentence no implementation.
    """
    listed = _sections(chapter, exercise).get("Mistakes", "")
    items = re.findall(r"^- ([A-Z]\d+ [^:]+): (.+(?:\n  .+)*)", listed, flags=re.M)
    sentences = {name: " ".join(sentence.split()) for name, sentence in items}
    if odd := sorted(sentences.keys() ^ answers.keys()):
        raise CourseError(f"prose/{chapter}.md and the module disagree about mistakes of {exercise}: {odd}")
    return tuple(Mistake(name.split()[0], sentences[name], answer) for name, answer in answers.items())


def quiz_questions(chapter: str, quiz: str) -> tuple[Question, ...]:
    """The questions of a quiz: headings "q1 a" and "q1 b (right)", each with its remark."""
    remarks: dict[str, dict[str, str]] = {}
    right: dict[str, str] = {}
    for heading, remark in _sections(chapter, quiz).items():
        found = re.fullmatch(r"(\w+) ([a-z])( \(right\))?", heading)
        if not found:
            raise CourseError(f"prose/{chapter}.md, section {quiz}: cannot read the heading {heading!r}")
        key, letter = found[1], found[2]
        remarks.setdefault(key, {})[letter] = " ".join(remark.split())
        if found[3]:
            right[key] = letter
    return tuple(Question(key, right.get(key, ""), choices) for key, choices in remarks.items())


@functools.cache
def guesses() -> dict[str, dict[str, str]]:
    """Every guess of the course by its name: heading -> what to say."""
    chapters = sorted(path.stem for path in _folder().glob("[0-9]*.md"))
    sections = [section for chapter in chapters for section in _chapter(chapter).items()]
    return {name.removeprefix("guess "): parts for name, parts in sections if name.startswith("guess ")}


def text(name: str) -> str:
    """A whole Markdown file of the folder."""
    return _folder().joinpath(f"{name}.md").read_text(encoding="utf-8")


def _folder() -> Path:
    from pathlib import Path  # NumPy does without it, and so does `import bpcheck`

    return Path(__file__).with_name("prose")


@functools.cache
def _chapter(chapter: str) -> dict[str, dict[str, str]]:
    """Section -> heading -> text."""
    sections: dict[str, dict[str, str]] = {}
    for section in re.split(r"^## ", text(chapter), flags=re.M)[1:]:
        name, _, body = section.partition("\n")
        parts = re.split(r"^### (.+)\n", body, flags=re.M)[1:]
        sections[name.strip()] = {h.strip(): b.strip() for h, b in zip(parts[::2], parts[1::2], strict=True)}
    return sections


def _sections(chapter: str, name: str) -> dict[str, str]:
    found = _chapter(chapter).get(name)
    if found is None:
        raise CourseError(f"prose/{chapter}.md has no section {name}")
    return found

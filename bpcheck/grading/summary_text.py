"""A summary as text for a terminal, and as a table for other programs.

Imports: the sibling `summary`.
"""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterator

from bpcheck.grading.summary import VERDICTS, Made, Summary

WIDTH = 100  # characters of a line
COLUMNS = ("exercise", "kind", "name", "result", "students", "of", "sentence")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of one


def text(summary: Summary, names: bool = False) -> str:
    """How each exercise went, then each mistake with its sentence, most frequent first.

    Parameters
    ----------
    summary : of an assignment
    names : also say which students; else none is named
    """
    return "\n".join([*_head(summary), "", *_verdicts(summary), "", *_mistakes(summary, names)])


def as_csv(summary: Summary, names: bool = False) -> str:
    """One line for each verdict and each mistake of each exercise; with `names`, a column of students."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write([*COLUMNS, "names"] if names else COLUMNS)
    for tally in summary.tallies:
        for verdict, students in tally.verdicts.items():
            row = [tally.exercise, "verdict", verdict, "", students, summary.students, ""]
            write([*row, ""] if names else row)
    for made in summary.mistakes:
        row = [made.exercise, "mistake", made.code, made.array, len(made.students), made.attempted]
        row = [*row, sentence(made), *([" ".join(made.students)] if names else [])]
        write([_inert(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()


def sentence(made: Made) -> str:
    """Of a mistake; an example where it says something else to each student.

    >>> sentence(Made("cost", "G9", "", "Not the right value.", True, ("s1", "s2"), 2))
    'for example: Not the right value.'
    """
    return f"for example: {made.sentence}" if made.example else made.sentence


def _inert(cell: str) -> str:
    """SECURITY: an error's message is the student's text; a spreadsheet must not compute it."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _head(summary: Summary) -> Iterator[str]:
    yield f"{summary.assignment}   {_count(summary.students, 'student')}, {_count(len(summary.tallies), 'exercise')}"


def _verdicts(summary: Summary) -> Iterator[str]:
    used = [verdict for verdict in VERDICTS if any(verdict in tally.verdicts for tally in summary.tallies)]
    width = max(len(tally.exercise) for tally in summary.tallies)
    yield f"  {'':<{width}}" + "".join(f"   {verdict}" for verdict in used)
    for tally in summary.tallies:
        counts = (f"   {tally.verdicts.get(verdict, 0):>{len(verdict)}}" for verdict in used)
        yield f"  {tally.exercise:<{width}}" + "".join(counts)


def _mistakes(summary: Summary, names: bool) -> Iterator[str]:
    if not summary.mistakes:
        yield "no mistakes"
        return
    yield "mistakes, most frequent first; students of those who wrote something"
    for made in summary.mistakes:
        yield f"\n  {len(made.students)} of {made.attempted}   {made.exercise}   {made.name}"
        yield from _wrapped(sentence(made))
        if names:
            yield from _wrapped(", ".join(made.students))


def _wrapped(words: str) -> list[str]:
    return textwrap.wrap(words, WIDTH, initial_indent="      ", subsequent_indent="      ")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"

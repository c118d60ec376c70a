"""Guesses: a letter or a number before something is shown, answered at once. No points hang on one.

    ## guess two_sides            in a chapter's Markdown file, beside its exercises
    ### a                         what to say to somebody who guessed a
    ### c (right)
    ## guess first_ratios
    ### 3.01 (right)              a number,
    ### 2.9 to 3.2                all from here to there that no heading above has taken,
    ### else                      and all the others

Imports: bpcheck.errors, bpcheck.exercises.prose, bpcheck.gradcheck.arrays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf, isfinite
from numbers import Real
from typing import Any

from bpcheck.errors import CourseError, UsageError
from bpcheck.exercises.prose import guesses
from bpcheck.gradcheck.arrays import describe


@dataclass(frozen=True, slots=True)
class Remark:
    """What to say about some guesses."""

    covers: str | tuple[float, float]  # a letter; or the numbers between these two, both included
    right: bool
    sentence: str

    def fits(self, guess: str | float) -> bool:
        """Whether it speaks of this guess."""
        if isinstance(self.covers, str) or isinstance(guess, str):
            return self.covers == guess
        return self.covers[0] <= guess <= self.covers[1]


def find_guess(name: str) -> tuple[Remark, ...]:
    """The remarks on a guess; the first that fits is the one to say.

    Raises
    ------
    UsageError : there is no such guess; the message offers the names that look like it.
    CourseError : one of its headings cannot be read.
    """
    known = guesses()
    if parts := known.get(str(name)):
        return tuple(_remark(name, heading, " ".join(text.split())) for heading, text in parts.items())
    import difflib  # it is slow to import, and few people misspell

    close = difflib.get_close_matches(str(name), known, n=2, cutoff=0.6)
    meant = f"did you mean {' or '.join(map(repr, close))}?" if close else "copy the name from the notebook."
    raise UsageError(f"no guess {name!r}; {meant}")


def respond(name: str, given: Any) -> str:
    """What to say to a guess, as Markdown; `...` stands for none yet.

    >>> respond("two_sides", ...)[:17]
    '**No guess yet.**'
    """
    remarks = find_guess(name)
    letters = [remark.covers for remark in remarks if isinstance(remark.covers, str)]
    wanted = f'a letter from "{letters[0]}" to "{letters[-1]}" with its quotes' if letters else "a number"
    if given is ... or given is None:
        return (
            f"**No guess yet.** Put {wanted} in the place of the three dots, and run this cell. Then go on."
        )
    guess = _read(given)
    remark = next((r for r in remarks if guess is not None and r.fits(guess)), None)
    if remark is None:
        return f"**No guess yet.** This one takes {wanted}; it got {describe(given)}."
    said = guess if isinstance(guess, str) else f"{guess:,.10g}".replace("-", "−")
    return f"**{'Yes,' if remark.right else 'Not'} {said}.** {remark.sentence}"


def _read(given: Any) -> str | float | None:
    """A letter, spaces and capitals taken away, or a finite number; None if it is neither."""
    if isinstance(given, str):
        return given.strip().lower()
    if isinstance(given, Real) and not isinstance(given, bool) and isfinite(given):
        return float(given)
    return None


def _remark(name: str, heading: str, sentence: str) -> Remark:
    number = r"([-\d.]+)"
    found = re.fullmatch(rf"(?:([a-z])|(else)|{number}(?: to {number})?)( \(right\))?", heading)
    if not found:
        raise CourseError(f"section guess {name}: cannot read the heading {heading!r}")
    letter, other, low, high, right = found.groups()
    if letter:
        return Remark(letter, bool(right), sentence)
    covers = (-inf, inf) if other else (float(low), float(high or low))
    return Remark(covers, bool(right), sentence)

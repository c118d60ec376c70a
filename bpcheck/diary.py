"""What a reader has solved, when, and with how many hints: one line a time in a file of their own course folder.

    bpcheck-course/.bpcheck/diary.jsonl      {"time": "2026-05-02T10:31:07", "did": "check", "exercise": "double", "verdict": "right"}

The folder `.bpcheck` is made by `bpcheck lab`. Where it is not, up from the working directory, nothing is kept: so
nothing is in a sandbox, and nothing when somebody else's notebook is graded. Nothing is sent anywhere.

Imports: bpcheck.errors, bpcheck.exercises.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bpcheck import exercises
from bpcheck.errors import UsageError

FOLDER, FILE = ".bpcheck", "diary.jsonl"
LONGEST = 4000  # bytes of a line: what one write puts down whole, also beside other writers
BEFORE, AFTER = "find_route", "find_route_again"  # the same questions, in notebooks 00 and 13
NO_DIARY = (
    "Nothing is kept here: there is no folder .bpcheck up from {place}. `bpcheck lab` makes one in your course folder; "
    "what you solve from then on is noted there, and nowhere else."
)

_told: set[str] = set()  # what was said about a diary that cannot be written, once per Python


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a diary."""

    time: datetime  # local, to the second
    did: str  # "check", "hint" or "solution"
    exercise: str
    verdict: str = ""  # of a check
    letters: Mapping[str, str] = field(default_factory=dict)  # of a quiz that was answered


def begin(folder: Path) -> None:
    """Make the place for a diary; an existing one stays as it is."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)


def find(start: Path | None = None) -> Path | None:
    """The diary of the course folder that `start` lies in, whether a line stands in it yet or not."""
    here = (start or Path.cwd()).resolve()
    return next((up / FOLDER / FILE for up in (here, *here.parents) if (up / FOLDER).is_dir()), None)


def note(did: str, exercise: str, **facts: Any) -> None:
    """Put a line down, if there is a diary. Whatever goes wrong never disturbs what the reader is doing."""
    try:
        path = find()
        if path is None:
            return
        now = datetime.now().isoformat(timespec="seconds")
        line = json.dumps({"time": now, "did": did, "exercise": exercise, **facts}, ensure_ascii=False) + "\n"
        if len(line.encode()) > LONGEST:
            return
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())  # one write: lines of several kernels do not mix
        finally:
            os.close(handle)
    except OSError as error:
        reason = error.strerror or str(error)
        if reason not in _told:
            _told.add(reason)
            print(f"(Your progress could not be noted: {reason}. Nothing else is affected.)")


def read(path: Path) -> list[Entry]:
    """All entries that can be read, in their order; a line that is broken is left out."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    return [entry for entry in map(_entry, lines) if entry is not None]


def _entry(line: str) -> Entry | None:
    try:
        found = json.loads(line)
        letters = found.get("letters", {})
        if not isinstance(letters, dict):
            return None
        return Entry(
            datetime.fromisoformat(found["time"]).replace(tzinfo=None),
            str(found["did"]),
            str(found["exercise"]),
            str(found.get("verdict", "")),
            {str(key): str(letter) for key, letter in letters.items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


# -- what it adds up to --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chapter:
    """How far a notebook has come."""

    name: str  # "02_chain_rule"
    total: int  # exercises and concept checks
    solved: tuple[str, ...]  # in the course's order
    hints: int  # shown, all exercises together
    solutions: int  # opened
    last: datetime | None  # when something was last solved
    next: str  # the first exercise that is not solved; empty if all are


def chapters(entries: Iterable[Entry]) -> list[Chapter]:
    """All notebooks of the course, in its order."""
    known = list(entries)
    by_name: dict[str, list[str]] = {}
    for exercise in exercises.catalogue().values():
        by_name.setdefault(exercise.chapter, []).append(exercise.id)
    return [_chapter(name, ids, known) for name, ids in by_name.items()]


def _chapter(name: str, ids: list[str], entries: list[Entry]) -> Chapter:
    mine = [entry for entry in entries if entry.exercise in ids]
    right = [entry for entry in mine if entry.did == "check" and entry.verdict == "right"]
    solved = {entry.exercise for entry in right}
    return Chapter(
        name,
        len(ids),
        tuple(one for one in ids if one in solved),
        sum(entry.did == "hint" for entry in mine),
        len({entry.exercise for entry in mine if entry.did == "solution"}),
        max((entry.time for entry in right), default=None),
        next((one for one in ids if one not in solved), ""),
    )


def letters_given(quiz: str, entries: Iterable[Entry]) -> list[tuple[datetime, Mapping[str, str]]]:
    """What was answered to the questions of a quiz, and when."""
    return [(entry.time, entry.letters) for entry in entries if entry.exercise == quiz and entry.letters]


def as_text(path: Path | None, place: Path) -> str:
    """The table that `bpcheck progress` prints."""
    if path is None:
        return NO_DIARY.format(place=place)
    entries = read(path)
    found = chapters(entries)
    lines = [f"{'notebook':<18}{'solved':<10}{'hints':<8}{'last solved':<19}next"]
    for chapter in found:
        last = f"{chapter.last:%Y-%m-%d %H:%M}" if chapter.last else "-"
        solved = f"{len(chapter.solved)} / {chapter.total}"
        lines.append(
            f"{chapter.name:<18}{solved:<10}{chapter.hints or '-':<8}{last:<19}{chapter.next or 'all done'}"
        )
    done, total = sum(len(c.solved) for c in found), sum(c.total for c in found)
    lines.append(f"\n{done} of {total} solved. Kept in {path}; nothing is sent anywhere.")
    return "\n".join([*lines, *_before_and_after(entries)])


def _before_and_after(entries: list[Entry]) -> list[str]:
    """The questions of notebook 00, then and at the end of notebook 13."""
    before, after = letters_given(BEFORE, entries), letters_given(AFTER, entries)
    if not before or not after:
        return []
    quiz = exercises.find(AFTER)
    right = {q.key: q.right for q in getattr(quiz, "questions", ()) if q.right}
    (then, first), (now, last) = before[0], after[-1]
    was = sum(first.get(key) == letter for key, letter in right.items())
    since = sum(last.get(key) == letter for key, letter in right.items())
    hardest = f"Hardest for you: then {first.get('q7', '-')}, now {last.get('q7', '-')}."
    return [
        f"The five questions of notebook 00: {was} right on {then:%Y-%m-%d}, {since} on {now:%Y-%m-%d}. {hardest}"
    ]


def as_json(path: Path | None) -> str:
    """The same for programs."""
    found = chapters(read(path)) if path else []
    listed = [
        {
            "notebook": c.name,
            "total": c.total,
            "solved": list(c.solved),
            "hints": c.hints,
            "solutions": c.solutions,
            "last": c.last.isoformat() if c.last else None,
            "next": c.next or None,
        }
        for c in found
    ]
    return json.dumps({"diary": str(path) if path else None, "notebooks": listed}, indent=2)

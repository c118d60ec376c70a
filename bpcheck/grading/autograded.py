"""The files in autograded/STUDENT/ASSIGNMENT: written aside, renamed when the marks are recorded.

Imports: the siblings `folders` and `model`.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from bpcheck.grading.folders import Course
from bpcheck.grading.model import Graded, GradedSheet, Notebook

TIMESTAMP = "timestamp.txt"
PART = ".part"
OURS = "bpcheck"  # the key of our metadata in an autograded notebook


def folder(course: Course, assignment: str, student: str) -> Path:
    """Where nbgrader's pages look for the graded notebooks."""
    return course.autograded / student / assignment


def fingerprints(course: Course, assignment: str, student: str) -> dict[str, str]:
    """Of the submission that each graded notebook was made from, by the notebook's name; empty: not by us."""
    found = {}
    for path in folder(course, assignment, student).glob("*.ipynb"):
        notebook = read(path)
        found[path.stem] = str(notebook.get("metadata", {}).get(OURS, {}).get("fingerprint", ""))
    return found


def read(path: Path) -> Notebook:
    """A graded notebook; an empty one if it cannot be read."""
    try:
        notebook = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return notebook if isinstance(notebook, dict) else {}


@contextlib.contextmanager
def prepared(course: Course, graded: Graded) -> Iterator[Callable[[], None]]:
    """Write everything aside; the yielded function puts it in place, the notebooks last.

    Raises
    ------
    OSError : a full disk, a folder that may not be written; nothing is in place then.
    """
    place = folder(course, graded.assignment, graded.student)
    place.mkdir(parents=True, exist_ok=True)
    content = {f"{sheet.name}.ipynb": _as_bytes(sheet, graded) for sheet in graded.sheets}
    if graded.timestamp is not None:
        content = {TIMESTAMP: f"{graded.timestamp} UTC".encode()} | content
    parts = {place / name: place / f".{name}{PART}" for name in content}
    mode = 0o664 if course.config.CourseDirectory.get("groupshared") else 0o444  # as nbgrader's `permissions`

    def publish() -> None:
        for path, part in parts.items():
            part.replace(path)
        for left in _left_over(place, graded):
            left.unlink()

    try:
        for data, part in zip(content.values(), parts.values(), strict=True):
            _write(part, data, mode)
        yield publish
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def ours(fingerprint: str, protection: str, healed: Iterable[str]) -> dict[str, Any]:
    """What stands in a graded notebook's metadata under `OURS`."""
    return {"fingerprint": fingerprint, "protection": protection, "healed": list(healed)}


def _as_bytes(sheet: GradedSheet, graded: Graded) -> bytes:
    told = {OURS: ours(graded.fingerprint, graded.protection, sheet.healed)}
    notebook = {**sheet.notebook, "metadata": sheet.notebook["metadata"] | told}
    # no indent: Python writes that by its slow encoder, 10 ms a notebook
    text = json.dumps(notebook, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
    return text.encode()


def _write(path: Path, data: bytes, mode: int) -> None:
    path.unlink(missing_ok=True)
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())  # on disk before its name is, or a power cut leaves an empty notebook
    path.chmod(mode)


def _left_over(place: Path, graded: Graded) -> list[Path]:
    """Notebooks and a timestamp of an earlier submission that this one has not."""
    names = {f"{sheet.name}.ipynb" for sheet in graded.sheets} | ({TIMESTAMP} if graded.timestamp else set())
    ours_or_earlier = [path for path in place.iterdir() if path.suffix == ".ipynb" or path.name == TIMESTAMP]
    return [path for path in ours_or_earlier if path.name not in names]

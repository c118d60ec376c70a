"""What a student's release may not hold: a solution, a marker, an output, a file that nobody meant to give.

The release is read as the student gets it, from the files; how it was made plays no part.

Imports: bpcheck.errors, bpcheck.grading.source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpcheck.grading.source import Notebook, read_notebook, region_lines, text_of

MARKERS = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS")
GIVEN = {".ipynb", ".png", ".svg", ".csv"}  # what an assignment may consist of
SHORT = 8  # characters; a shorter line must be the whole of a released line to count as given away
COMMENT = re.compile(r"\s+#.*$")
SAYS_NOTHING = re.compile(
    r"[\W_]*"  # blank, brackets, a rule of signs
    r"|(else|try|finally|(except|with|if|while)\b[\w\s]*|for\b[\w\s,()]+)\s*:"
    r"|(return|yield|pass|break|continue|global|nonlocal|import|from|del)\b[\w\s,.]*"
)


@dataclass(frozen=True, slots=True)
class Leak:
    """Something in a release that gives away what it should not."""

    path: Path  # the file
    sentence: str  # what is there, and in which cell


def solution_lines(source: Iterable[Notebook]) -> frozenset[str]:
    """The lines that may not be given away: those of every region, without indentation and comment.

    A line that says nothing (`return x`, `else:`, a bracket) is left out.
    """
    lines: set[str] = set()
    for notebook in source:
        for cell in notebook["cells"]:
            lines.update(_bare(line) for line in region_lines(text_of(cell))[0])
    return frozenset(line for line in lines if not SAYS_NOTHING.fullmatch(line))


def scan_release(release: Path, source: Path) -> list[Leak]:
    """Everything wrong with the folder of one released assignment.

    Parameters
    ----------
    release : the folder as students get it
    source : the folder that it was made from
    """
    secrets = solution_lines(read_notebook(path) for path in sorted(source.glob("*.ipynb")))
    leaks = []
    for path in sorted(path for path in release.rglob("*") if path.is_file()):
        if _is_stray(path.relative_to(release)):
            leaks.append(Leak(path, "no part of a release"))
        elif path.suffix == ".ipynb":
            leaks += [Leak(path, sentence) for sentence in _notebook_leaks(read_notebook(path), secrets)]
        elif path.suffix != ".png":
            leaks += [Leak(path, sentence) for sentence in _text_leaks(path.read_text("utf-8"), secrets)]
    return leaks


def _is_stray(path: Path) -> bool:
    return path.suffix not in GIVEN or any(part.startswith((".", "__")) for part in path.parts)


def _notebook_leaks(notebook: Notebook, secrets: frozenset[str]) -> Iterator[str]:
    for number, cell in enumerate(notebook["cells"], 1):
        name = f"cell {number} ({cell.get('id')})"
        if cell.get("outputs"):
            yield f"{name} has an output"
        if cell.get("execution_count") is not None:
            yield f"{name} has the execution count {cell['execution_count']}"
        # Every string of the cell, not only its source: attachments and metadata travel, too.
        for text in _strings(cell):
            yield from (f"{name} {sentence}" for sentence in _text_leaks(text, secrets))
    for text in _strings(notebook.get("metadata", {})):
        yield from (f"metadata {sentence}" for sentence in _text_leaks(text, secrets))


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)


def _text_leaks(text: str, secrets: frozenset[str]) -> Iterator[str]:
    yield from (f"holds the marker {marker!r}" for marker in MARKERS if marker in text)
    lines = [_bare(line) for line in text.split("\n")]
    for secret in sorted(secrets):
        if secret in lines or (len(secret) >= SHORT and any(_holds(line, secret) for line in lines)):
            yield f"gives away the solution's line {secret!r}"


def _holds(line: str, secret: str) -> bool:
    """`secret` stands in `line` as words of its own: 'x = a' does not stand in 'max = add'."""
    return secret in line and re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", line) is not None


def _bare(line: str) -> str:
    return COMMENT.sub("", line).strip()

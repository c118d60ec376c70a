"""A source notebook before nbgrader reads it: what nbgrader would take without a word, and must not.

nbgrader gives cells without an id a random one, wipes a solution cell without markers whole, and lets
"Run All" stop at the first unfinished exercise. All of that is refused here, with the cell's name.

Imports: bpcheck.errors.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bpcheck.errors import CourseError

BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
HIDDEN_BEGIN, HIDDEN_END = "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"
REGIONS = {BEGIN: END, HIDDEN_BEGIN: HIDDEN_END}
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # as the notebook format wants it

Notebook = dict[str, Any]
Cell = dict[str, Any]


def read_notebook(path: Path) -> Notebook:
    """The notebook as JSON; as little as possible is read into it, and nothing is repaired.

    Raises
    ------
    CourseError : no JSON, or no notebook of format 4.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise CourseError(f"{path} cannot be read as a notebook: {error}") from error
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise CourseError(f"{path} is not a notebook of format 4")
    return notebook


def text_of(cell: Cell) -> str:
    """The source of a cell: the format allows one string or a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def grade_info(cell: Cell) -> dict[str, Any]:
    """What nbgrader wrote into a cell, empty if it has none."""
    info = cell.get("metadata", {}).get("nbgrader", {})
    return info if isinstance(info, dict) else {}


def check_source(path: Path) -> None:
    """Refuse a source notebook from which no sound release can be made.

    Raises
    ------
    CourseError : every fault that was found, one to a line.
    """
    notebook = read_notebook(path)
    faults = [*_id_faults(notebook), *_grade_id_faults(notebook)]
    for number, cell in enumerate(notebook["cells"], 1):
        faults += _cell_faults(cell, number)
    if faults:
        raise CourseError("\n  ".join([f"no release can be made from {path}:", *faults]))


def _id_faults(notebook: Notebook) -> Iterator[str]:
    """Without ids of their own, cells get random ones: each release would have other bytes."""
    if notebook.get("nbformat_minor", 0) < 5:
        yield "it has format 4.4 or older, where cells have no ids; open and save it in JupyterLab 4"
        return
    ids = Counter(cell.get("id") for cell in notebook["cells"])
    for number, cell in enumerate(notebook["cells"], 1):
        cell_id = cell.get("id")
        if not isinstance(cell_id, str) or not CELL_ID.fullmatch(cell_id):
            yield f"cell {number} has the id {cell_id!r}; nbgrader would invent another each time"
        elif ids[cell_id] > 1:
            ids[cell_id] = 0  # say it once
            yield f"several cells have the id {cell_id!r}"


def _grade_id_faults(notebook: Notebook) -> Iterator[str]:
    ids = Counter(grade_info(cell).get("grade_id") for cell in notebook["cells"] if grade_info(cell))
    for grade_id, count in ids.items():
        if not grade_id:
            yield f"{count} nbgrader cell(s) have no grade_id"
        elif count > 1:
            yield f"{count} cells have the grade_id {grade_id!r}; a copied cell needs a new one"


def _cell_faults(cell: Cell, number: int) -> Iterator[str]:
    info = grade_info(cell)
    name = f"cell {number} ({info.get('grade_id', cell.get('id'))})"
    text = text_of(cell)
    begins, ends = text.count(BEGIN), text.count(END)
    if begins != ends:
        yield f"{name} has {begins} {BEGIN!r} and {ends} {END!r}"
    if info.get("solution") and not begins:
        yield f"{name} is a solution cell without {BEGIN!r}: a student would get an empty one"
    if begins and not info.get("solution"):
        yield f"{name} holds a solution but is no solution cell for nbgrader"
    is_check = info.get("grade") and not info.get("solution") and cell["cell_type"] == "code"
    if is_check and "raises-exception" not in cell["metadata"].get("tags", []):
        yield f"{name} is a check cell without the tag 'raises-exception': \"Run All\" would stop there"


def region_lines(text: str) -> tuple[list[str], list[str]]:
    """The lines of a cell inside solution and hidden-test regions, and those outside."""
    inside: list[str] = []
    outside: list[str] = []
    end = None
    for line in text.split("\n"):
        begin = next((begin for begin in REGIONS if begin in line), None)
        if end is not None:
            end = None if end in line else end
            if end is not None:
                inside.append(line)
        elif begin is not None:
            end = REGIONS[begin]
        else:
            outside.append(line)
    return inside, outside

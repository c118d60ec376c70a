"""Reading and filling in notebooks by nbgrader's grade ids, as plain JSON; shared by slow tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
CHAPTER = "02_chain_rule"
RELEASE = REPOSITORY / "notebooks" / CHAPTER / f"{CHAPTER}.ipynb"
SOURCE = REPOSITORY / "solutions" / CHAPTER / f"{CHAPTER}.ipynb"

# y = u sin(u) with u = x**2: u reaches y on two roads, and the wrong answer takes only one of them
TWO_ROADS_WRONG = """\
def two_roads(x):
    u = x**2
    return u * np.cos(u) * 2 * x"""
TWO_ROADS_RIGHT = """\
def two_roads(x):
    u = x**2
    return (np.sin(u) + u * np.cos(u)) * 2 * x"""


def read(path: Path) -> dict[str, Any]:
    """The notebook, each cell's source as one string."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return dict(notebook)


def nbgrader_cells(notebook: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The cells that nbgrader knows, by grade id."""
    found = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]}
    return {grade_id: cell for grade_id, cell in found.items() if grade_id}


def points(notebook: dict[str, Any]) -> dict[str, float]:
    """Points of every check cell, by grade id."""
    infos = (cell["metadata"]["nbgrader"] for cell in nbgrader_cells(notebook).values())
    return {info["grade_id"]: info["points"] for info in infos if info["grade"]}


def answers(source: dict[str, Any]) -> dict[str, str]:
    """Every answer of the source notebook, by grade id, as a student would have written it."""
    kept = {}
    for grade_id, cell in nbgrader_cells(source).items():
        if cell["metadata"]["nbgrader"]["solution"]:
            lines = cell["source"].split("\n")
            kept[grade_id] = "\n".join(line for line in lines if "SOLUTION" not in line)
    return kept


def fill_in(notebook: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
    """The notebook with these answers, by grade id."""
    cells = nbgrader_cells(notebook)
    for grade_id, text in given.items():
        cells[grade_id]["source"] = text
    return notebook

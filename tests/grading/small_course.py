"""A course of one exercise, as small as nbgrader allows, for tests of what happens to notebooks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
NAME = "01_doubling"

SOLUTION = '''\
def double(t):
    """Twice `t`."""
    ### BEGIN SOLUTION
    twice = t + t  # no product needed
    ### END SOLUTION
    return twice'''


def cell(cell_id: str, source: str, kind: str = "code", **metadata: Any) -> dict[str, Any]:
    """One cell of a notebook."""
    made = {"cell_type": kind, "id": cell_id, "metadata": metadata, "source": source}
    return made | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def nbgrader_info(grade_id: str, **changes: Any) -> dict[str, Any]:
    """The metadata of an answer cell, with the changes that make it another kind."""
    answer = {"grade": False, "locked": False, "solution": True, "task": False, "schema_version": 3}
    return answer | {"grade_id": grade_id} | changes


def cells() -> list[dict[str, Any]]:
    """Prose, answer cell, check cell."""
    check = nbgrader_info("double", grade=True, locked=True, solution=False, points=1)
    return [
        cell("intro", "# Doubling\n\nWrite a function that doubles.", "markdown"),
        cell("imports", "import bpcheck"),
        cell("answer", SOLUTION, nbgrader=nbgrader_info("double-answer")),
        cell("check", "bpcheck.check(double)", nbgrader=check, tags=["raises-exception"]),
    ]


@dataclass(frozen=True)
class SmallCourse:
    """A repository in the small: nbgrader_config.py of ours and one assignment in solutions/."""

    root: Path

    @property
    def source(self) -> Path:
        return self.root / "solutions" / NAME / f"{NAME}.ipynb"

    @property
    def release(self) -> Path:
        return self.root / "notebooks" / NAME / f"{NAME}.ipynb"

    def write_source(self, cells: list[dict[str, Any]], minor: int = 5) -> None:
        kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
        notebook = {
            "cells": cells,
            "metadata": {"kernelspec": kernel},
            "nbformat": 4,
            "nbformat_minor": minor,
        }
        self.source.parent.mkdir(parents=True, exist_ok=True)
        self.source.write_text(json.dumps(notebook, indent=1) + "\n")

    def edit_release(self, number: int, **changes: Any) -> None:
        """As somebody might who opens the release and saves it."""
        notebook = json.loads(self.release.read_text())
        notebook["cells"][number].update(changes)
        self.release.write_text(json.dumps(notebook))

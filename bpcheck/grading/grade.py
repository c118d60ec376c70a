"""One submission: its cells run in the sandbox, its exercises are examined from here, and marks come of it.

Imports: bpcheck.exercises, bpcheck.sandbox, the siblings; no nbgrader, no files.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from bpcheck import exercises
from bpcheck.gradcheck.facts import Verdict
from bpcheck.grading import figures, record
from bpcheck.grading.child import Child
from bpcheck.grading.doubts import doubts
from bpcheck.grading.model import Check, Graded, GradedSheet, Kind, Mark, Output, Sheet, Task
from bpcheck.sandbox import Sandbox

Cell = dict[str, Any]  # of a notebook, as JSON
LOOK = "A person should look at this."


def grade(task: Task, sandbox: Sandbox) -> Graded:
    """Run, examine, mark. The same task gives the same marks, as far as the student's code does the same.

    Parameters
    ----------
    task : from `submission.read`
    sandbox : started; one for many submissions

    Raises
    ------
    SandboxError : ours, or the machine's; nothing can be said about this submission. `sandbox.restart()` may help.
    """
    began = time.monotonic()
    with quietly():
        sheets = tuple(grade_sheet(sheet, sandbox) for sheet in task.sheets)
    return Graded(
        task.student,
        task.assignment,
        task.fingerprint,
        task.timestamp,
        sheets,
        task.missing,
        sandbox.level,
        time.monotonic() - began,
    )


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """The mistakes that are tried may overflow and warn; the warnings of a student's own code are kept elsewhere."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def grade_sheet(sheet: Sheet, sandbox: Sandbox) -> GradedSheet:
    """One notebook: every code cell in order, each check where it stands."""
    checks = {check.index: check for check in sheet.checks}
    asked = {c.function: exercises.find(c.exercise) for c in sheet.checks if c.kind is Kind.EXERCISE}
    drawn = _figures(sheet, sandbox)
    cells: list[dict[str, Any]] = []
    marks: list[Mark] = []
    with Child(sandbox, asked) as child:
        for index, cell in enumerate(sheet.notebook["cells"]):
            check = checks.get(index)
            if index in drawn:
                cells.append({**cell, "outputs": drawn[index]})
                continue
            if check is None:
                cells.append(_ran(cell, child))
                continue
            new, mark = _JUDGES[check.kind](check, cell, child, sheet)
            cells.append(new)
            marks.append(mark)
    notebook = {**sheet.notebook, "cells": cells}
    return GradedSheet(sheet.name, notebook, tuple(marks), sheet.unanswered, sheet.healed)


def _figures(sheet: Sheet, sandbox: Sandbox) -> dict[int, list[Output]]:
    """The outputs of cells that only draw the course's figures."""
    code = {
        i: cell["source"] for i, cell in enumerate(sheet.notebook["cells"]) if cell["cell_type"] == "code"
    }
    indices, sources = list(code), list(code.values())
    found = {indices[i]: figures.outputs(sources[i], sandbox) for i in figures.figure_cells(sources)}
    return {i: outputs for i, outputs in found.items() if outputs is not None}


def _ran(cell: Cell, child: Child) -> Cell:
    if cell["cell_type"] != "code":
        return cell
    ran = child.run(cell["id"], cell["source"])
    return {**cell, "outputs": ran.outputs, "execution_count": ran.count}


def _examined(check: Check, cell: Cell, child: Child, sheet: Sheet) -> tuple[Cell, Mark]:
    """All points or none, as the notebook's own check says right or not."""
    outcome = child.examine(check.function, check.seed)
    before = [one["source"] for one in sheet.notebook["cells"][: check.index] if one["cell_type"] == "code"]
    doubtful = doubts(exercises.find(check.exercise), check.function, outcome, before)
    outcome = dataclasses.replace(outcome, notes=(*outcome.notes, *(f"{LOOK} {one}" for one in doubtful)))
    points = check.max_points if outcome.ok else 0.0
    review = bool(doubtful) or outcome.verdict is Verdict.UNDECIDED
    kept = record.of_exercise(check, outcome, points, review, child.level) | {"doubts": doubtful}
    mark = Mark(check.cell, points, check.max_points, review, kept)
    return {**cell, "outputs": record.shown_exercise(outcome, kept)}, mark


def _tested(check: Check, cell: Cell, child: Child, _: Sheet) -> tuple[Cell, Mark]:
    new = _ran(cell, child)
    points, sound = points_by_output(new["outputs"], check.max_points)
    kept = record.of_test(check, points, not sound, child.level)
    mark = Mark(check.cell, points, check.max_points, not sound, kept)
    return {**new, "outputs": record.shown_test(new["outputs"], kept)}, mark


def _for_a_person(check: Check, cell: Cell, child: Child, sheet: Sheet) -> tuple[Cell, Mark]:
    """An answer that was never begun is 0 points, as in nbgrader; any other one waits for a person."""
    points = 0.0 if check.cell in sheet.unanswered else None
    return _ran(cell, child), Mark(check.cell, points, check.max_points, review=points is None)


_JUDGES = {Kind.EXERCISE: _examined, Kind.TEST: _tested, Kind.PERSON: _for_a_person}


def points_by_output(outputs: list[Output], max_points: float) -> tuple[float, bool]:
    """An instructor's own test, scored by nbgrader's rule.

    Returns
    -------
    The points, and whether the rule gave them: an error or anything on stderr is 0, the first value that a cell ends
    in is the points, anything else is all of them. A number that can be no points gives 0, and a person should look.

    >>> points_by_output([], 2.0)
    (2.0, True)
    """
    for output in outputs:
        if output["output_type"] == "error" or output.get("name") == "stderr":
            return 0.0, True
        if output["output_type"] == "execute_result":
            try:
                points = float(output["data"].get("text/plain", ""))
            except ValueError:
                return max_points, True
            return (points, True) if 0.0 <= points <= max_points else (0.0, False)
    return max_points, True

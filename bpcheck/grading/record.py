"""What a graded cell shows in the autograded notebook: the report, and the record that `summary` and `show` read.

The outputs say the same to nbgrader as the record says to us: an error where there are no points, none where
there are all of them. So nbgrader's own rule gives the same points.

Imports: bpcheck.report, the sibling `model`.
"""

from __future__ import annotations

from typing import Any

from bpcheck.gradcheck.facts import Outcome
from bpcheck.grading.model import RECORD, Check, Output
from bpcheck.report import Report

BESIDE = (
    "This check is code of the course's own. It ran in the student's process, so its verdict is only as good as the "
    "student is honest; a `bpcheck.check` is judged from outside."
)


def of_exercise(
    check: Check, outcome: Outcome, points: float, review: bool, protection: str
) -> dict[str, Any]:
    """The record of an examined exercise.

    Parameters
    ----------
    check : which cell
    outcome : of the examination
    points : given
    review : a person should look
    protection : the sandbox's level, "A" to "D"
    """
    return _record(check, outcome.verdict.value, points, review, protection) | {
        "exercise": outcome.title,
        "mistakes": [{"code": f.code, "array": f.array, "sentence": f.sentence} for f in outcome.findings],
        "seed": outcome.seed,
    }


def of_test(check: Check, points: float, review: bool, protection: str) -> dict[str, Any]:
    """The record of an instructor's own test."""
    verdict = "right" if points == check.max_points else "not yet" if points == 0 else "in part"
    return _record(check, verdict, points, review, protection)


def _record(check: Check, verdict: str, points: float, review: bool, protection: str) -> dict[str, Any]:
    return {
        "exercise": check.cell,
        "verdict": verdict,
        "mistakes": [],
        "seed": None,
        "points": points,
        "max_points": check.max_points,
        "review": review,
        "protection": protection,
    }


def shown_exercise(outcome: Outcome, record: dict[str, Any]) -> list[Output]:
    """The outputs of an examined cell, as the notebook's own check would have shown them."""
    report = Report(outcome)
    data = {"text/plain": str(report), "text/html": report._repr_html_(), RECORD: record}
    if outcome.ok:
        return [_display(data)]
    return [
        _display(data),
        _error("WrongAnswer", f"{outcome.title}: {outcome.verdict.value}. The report above says more."),
    ]


def shown_test(ran: list[Output], record: dict[str, Any]) -> list[Output]:
    """The outputs of an instructor's test, with its record behind them."""
    told = f"{record['points']:g} of {record['max_points']:g} points. {BESIDE}"
    return [*ran, _display({"text/plain": told, RECORD: record})]


def find_record(cell: dict[str, Any]) -> dict[str, Any] | None:
    """The record in a cell of an autograded notebook; None if it has none."""
    for output in reversed(cell.get("outputs", [])):
        record = output.get("data", {}).get(RECORD)
        if isinstance(record, dict):
            return record
    return None


def _display(data: dict[str, Any]) -> Output:
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _error(name: str, sentence: str) -> Output:
    return {"output_type": "error", "ename": name, "evalue": sentence, "traceback": [f"{name}: {sentence}"]}

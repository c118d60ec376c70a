"""What `bpcheck grade`, `show` and `check` print.

Imports: bpcheck.sandbox.layers, the siblings `autograded`, `model`, `record`, `run`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from bpcheck.grading.autograded import OURS
from bpcheck.grading.model import Graded, Mark, Notebook, SourceSheet
from bpcheck.grading.record import find_record
from bpcheck.grading.run import NotGraded, Run
from bpcheck.sandbox.layers import LEVELS

RIGHT = "right"


def header(run: Run) -> str:
    """What is graded."""
    exercises, points = _size(run.sources)
    submissions = _count(len(run.wanted), "submission")
    return (
        f"{run.assignment}   {_count(exercises, 'exercise')}, {points:g} points, {submissions}\n\n"
        f"  {'student':<{_width(run)}}  points"
    )


def line(run: Run, result: Graded | NotGraded) -> str:
    """One student."""
    student = f"  {result.student:<{_width(run)}}  "
    if isinstance(result, NotGraded):
        return f"{student}{'-':<9}  not graded: {_printable(result.reason)}"
    _, most = _size(run.sources)
    healed = f" · {_count(len(result.healed), 'cell')} put right" if result.healed else ""
    return f"{student}{f'{result.points:g} / {most:g}':<9}  {verdicts(result.marks)}{healed}"


def verdicts(marks: Sequence[Mark]) -> str:
    """In words: "right"; or what is not, by verdict, with the codes of the mistakes.

    >>> verdicts([Mark("a", 1.0, 1.0, False, {"verdict": "right"}), Mark("b", None, 2.0, True)])
    'right · by hand: b'
    """
    groups: dict[str, list[str]] = {}
    for mark in marks:
        verdict = "by hand" if mark.record is None else mark.record["verdict"]
        groups.setdefault(verdict, []).append(_named(mark))
    right = groups.pop(RIGHT, [])
    told = [f"{verdict}: {', '.join(names)}" for verdict, names in groups.items()]
    if not right and len(groups) == 1 and "by hand" not in groups:
        told = list(groups)
    elif right:
        told = [RIGHT if not (groups.keys() - {"by hand"}) else f"{len(right)} right", *told]
    looked = [mark.cell for mark in marks if mark.review and mark.record is not None]
    return " · ".join(told + ([f"look at: {', '.join(looked)}"] if looked else []))


def _named(mark: Mark) -> str:
    codes = dict.fromkeys(
        m["code"] for m in (mark.record or {}).get("mistakes", []) if m["code"] not in ("G0", "Q")
    )
    return mark.cell + (f" {' '.join(codes)}" if codes else "")


def footer(run: Run) -> str:
    """What was recorded, behind which walls, and what comes next."""
    told = [f"{run.recorded} recorded in {run.gradebook.name}"]
    told += [f"sandbox: {level} ({LEVELS[level]})" for level in sorted(run.protection)]
    if run.unchanged:
        told.append(f"{run.unchanged} unchanged since they were graded (--force grades them again)")
    if run.refused:
        told.append(f"{len(run.refused)} not graded")
    return f"\n{', '.join(told)}, {time.monotonic() - run.began:.0f} s.   Next: nbgrader generate_feedback {run.assignment}"


def shown(notebook: Notebook) -> Iterator[str]:
    """What was put right in a graded notebook, and its reports, cell by cell."""
    for sentence in notebook.get("metadata", {}).get(OURS, {}).get("healed", []):
        yield f"put right: {sentence}"
    for cell in notebook.get("cells", []):
        record = find_record(cell)
        if record is not None:
            yield f"{_points(record)}   {_report(cell)}"


def _printable(text: str) -> str:
    """SECURITY: a file's name is the student's, and a terminal obeys what stands in it."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _points(record: dict[str, Any]) -> str:
    return f"{record['points']:g} / {record['max_points']:g}"


def _report(cell: dict[str, Any]) -> str:
    texts = [output["data"].get("text/plain", "") for output in cell["outputs"] if "data" in output]
    return str(texts[-1]) if texts else ""


def _size(sources: Sequence[SourceSheet]) -> tuple[int, float]:
    points = [cell.points for source in sources for cell in source.cells if cell.points is not None]
    return len(points), sum(points)


def _width(run: Run) -> int:
    return max(7, *(len(one.student) for one in run.wanted))


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"

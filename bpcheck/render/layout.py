"""What a report shows and in which order; text and HTML are two dresses of it.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpcheck.gradcheck.compare import where
from bpcheck.gradcheck.facts import Comparison, Finding, FloatArray, Ladder, Mark, Outcome

ROWS = 4  # differences shown per array; the rest is counted


@dataclass(frozen=True, slots=True)
class Row:
    """One difference, its numbers already as text."""

    place: str  # "[0, 2]" or "x = 1.3"; empty for a lone number
    yours: str
    expected: str
    error: str  # estimated error of `expected`; empty where it is exact
    difference: str


@dataclass(frozen=True, slots=True)
class Block:
    """One array of the answer."""

    name: str
    summary: str  # "right", "5 of 5 cases differ", "(4, 3)   12 of 12 entries differ: every entry"
    mark: str  # "right", "wrong" or "undecided"
    by_case: bool  # the rows are cases; else they are entries of one array
    estimated: bool  # the expected values are numerical derivatives
    rows: tuple[Row, ...] = ()
    more: int = 0  # differences that are not shown
    heat: FloatArray | None = None  # 2-D: |difference| / largest; None: nothing to draw

    @property
    def table(self) -> list[list[str]]:
        """The rows under their heads; what no row has is left out."""
        places = "at" if self.by_case else "entry"
        head = [places, "yours", "numerical" if self.estimated else "expected", "± error", "difference"]
        rows = [[row.place, row.yours, row.expected, row.error, row.difference] for row in self.rows]
        kept = [i for i in range(len(head)) if any(row[i] for row in rows)]
        return [[row[i] for i in kept] for row in [head, *rows]] if rows else []


def blocks(outcome: Outcome) -> tuple[Block, ...]:
    """The arrays of an outcome, in their order; none of them if all are right.

    A ladder says of every array whether it is right; then only those of the first wrong layer stand here.
    """
    if outcome.ok:
        return ()
    names = dict.fromkeys(c.name for c in outcome.comparisons)
    first = outcome.ladder.first_wrong if outcome.ladder else None
    if first is not None:
        names = dict.fromkeys(name for name, mark in first.marks if mark is Mark.WRONG and name in names)
    return tuple(_block(name, [c for c in outcome.comparisons if c.name == name]) for name in names)


def agreement(outcome: Outcome) -> str:
    """How much a right answer was compared with; empty if nothing was."""
    places = {c.at for c in outcome.comparisons}
    return f"Right at all {len(places)} inputs, drawn at random." if outcome.ok and len(places) > 1 else ""


SIGNS = {Mark.RIGHT: "✓", Mark.CARRIED: "→", Mark.WRONG: "✗"}


def ladder_head(ladder: Ladder) -> str:
    """The sentence over a ladder."""
    return f"From the loss down, {ladder.at}, each layer judged with the error that your answer handed it:"


def ladder_rows(ladder: Ladder) -> list[list[str]]:
    """Layer, a mark for each of its arrays, and which layer is the first wrong one."""
    first = ladder.first_wrong
    return [
        [
            rung.name,
            *(f"{name} {SIGNS[mark]} {mark.value}" for name, mark in rung.marks),
            "the first that is wrong" if rung is first else "",
        ]
        for rung in ladder.rungs
    ]


def ladder_foot(ladder: Ladder) -> str:
    """What "follows" means, where it was said."""
    said = any(mark is Mark.CARRIED for rung in ladder.rungs for _, mark in rung.marks)
    return (
        "follows: nothing is wrong in this layer; the error that it was handed was wrong already."
        if said
        else ""
    )


def finding_line(finding: Finding) -> str:
    """A finding's sentence, headed by the result that it is about."""
    return f"{finding.array}: {finding.sentence}" if finding.array else finding.sentence


def _block(name: str, comparisons: list[Comparison]) -> Block:
    estimated = any(c.expected.error[np.isfinite(c.expected.value)].any() for c in comparisons)
    if all(c.ok for c in comparisons):
        return Block(name, "right", "right", False, estimated)
    mark = "wrong" if any(c.wrong.any() for c in comparisons) else "undecided"
    first = next(c for c in comparisons if not c.ok)
    if first.yours.ndim == 0 and first.at:
        return _case_block(name, comparisons, mark, estimated)
    return _entry_block(name, comparisons, mark, estimated)


def _case_block(name: str, comparisons: list[Comparison], mark: str, estimated: bool) -> Block:
    bad = [c for c in comparisons if not c.ok]
    verb = "differ" if mark == "wrong" else "cannot be decided"
    summary = f"{len(bad)} of {len(comparisons)} cases {verb}"
    rows = tuple(_row(c.at, c, ()) for c in bad if c.yours.ndim == 0)[:ROWS]
    return Block(name, summary, mark, True, estimated, rows, len(bad) - len(rows))


def _entry_block(name: str, comparisons: list[Comparison], mark: str, estimated: bool) -> Block:
    """The first case in which something is not right stands for all."""
    first = next(c for c in comparisons if not c.ok)
    bad = first.wrong if first.wrong.any() else first.undecided
    verb = "differ" if mark == "wrong" else "cannot be decided"
    count = f"{int(bad.sum())} of {bad.size} entries {verb}: {where(bad)}"
    if first.extent:
        count = f"entries {verb}: {first.extent}"
    parts = [str(first.yours.shape), count, f"at {first.at}" if first.at else ""]
    if first.yours.ndim == 0:
        parts = ["differs" if mark == "wrong" else verb]
    summary = "  ".join(filter(None, parts))
    shown = bad & (np.isfinite(first.expected.value) | (mark == "undecided"))
    indices = [tuple(int(i) for i in index) for index in np.argwhere(shown)[:ROWS]]
    rows = tuple(_row(str(list(index)) if index else "", first, index) for index in indices)
    more = int(bad.sum()) - len(rows) if rows else 0
    return Block(name, summary, mark, False, estimated, rows, more, _heat(first))


def _heat(comparison: Comparison) -> FloatArray | None:
    """|difference| / largest of a small matrix of which every entry is known."""
    gap = np.abs(comparison.error)
    small = gap.ndim == 2 and 0 < gap.size <= 400 and np.isfinite(gap).all()
    return gap / gap.max() if small and gap.max() > 0 else None


def _row(place: str, comparison: Comparison, index: tuple[int, ...]) -> Row:
    yours, expected = float(comparison.yours[index]), float(comparison.expected.value[index])
    error = float(comparison.expected.error[index])
    return Row(
        place,
        _number(yours),
        _number(expected),
        f"{error:.0e}" if error and np.isfinite(error) else "",
        _difference(yours - expected),
    )


def _number(value: float) -> str:
    if not np.isfinite(value):
        return "?"
    if value == round(value) and abs(value) < 1e9:
        return f"{value:.0f}"
    return f"{value:.8f}" if 1e-3 <= abs(value) < 1e6 else f"{value:.7e}"


def _difference(value: float) -> str:
    if not np.isfinite(value):
        return "?"
    return f"{value:+.0f}" if value == round(value) and abs(value) < 1e6 else f"{value:+.2e}"

"""An outcome as text, for a terminal and for whoever reads without pictures.

Imports: bpcheck.gradcheck.facts, bpcheck.render.layout.
"""

from __future__ import annotations

import textwrap

from bpcheck.gradcheck.facts import Ladder, Outcome
from bpcheck.render.layout import (
    Block,
    agreement,
    blocks,
    finding_line,
    ladder_foot,
    ladder_head,
    ladder_rows,
)

WIDTH = 110


def text(outcome: Outcome) -> str:
    """The whole report: verdict first, then what differs, what it means, and what to type next."""
    lines = [f"{outcome.verdict.value.upper()}   {outcome.title}"]
    lines += _ladder(outcome.ladder) if outcome.ladder else []
    parts = blocks(outcome)
    width = max((len(block.name) for block in parts), default=0)
    for block in parts:
        lines.append(f"  {block.name:<{width}}   {block.summary}")
        lines += _table(block)
    lines += [f"  {line}" for line in [agreement(outcome)] if line]
    lines += [line for f in outcome.findings for line in _paragraph(finding_line(f), f.code)]
    lines += [line for note in outcome.notes for line in _paragraph(note)]
    lines += [f"  {line}" for line in outcome.advice]
    return "\n".join(lines)


def _ladder(ladder: Ladder) -> list[str]:
    rows = ladder_rows(ladder)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"  {ladder_head(ladder)}"]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        lines.append("      " + "    ".join(cells).rstrip())
    return lines + [f"  {line}" for line in [ladder_foot(ladder)] if line]


def _table(block: Block) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*block.table, strict=True)]
    lines = []
    for row in block.table:
        first = f"{row[0]:<{widths[0]}}"
        rest = [f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("      " + "    ".join([first, *rest]))
    return lines + ([f"      ... and {block.more} more"] if block.more else [])


def _paragraph(sentence: str, code: str = "") -> list[str]:
    head = f"  {code:<3} " if code else "  "
    return textwrap.wrap(sentence, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))

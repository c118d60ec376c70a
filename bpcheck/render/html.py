"""An outcome as HTML, for a notebook; it says the same as the text.

Colours follow JupyterLab's theme where there is one. No colour carries a meaning alone: every verdict is
a word, every wrong cell of the heat map has a mark.

Imports: bpcheck.gradcheck.facts, bpcheck.render.layout.
"""

from __future__ import annotations

import re
from html import escape

from bpcheck.gradcheck.facts import FloatArray, Ladder, Outcome, Verdict
from bpcheck.render.layout import (
    Block,
    agreement,
    blocks,
    finding_line,
    ladder_foot,
    ladder_head,
    ladder_rows,
)

# verdict -> (sign, colour of the edge); the signs differ, so that the colours need not be seen
SIGNS = {
    Verdict.RIGHT: ("✓", "#2e7d32"),
    Verdict.WRONG: ("✗", "#c62828"),
    Verdict.NOT_ATTEMPTED: ("○", "#78909c"),
    Verdict.COULD_NOT_RUN: ("⚠", "#ef6c00"),
    Verdict.MALFORMED: ("≠", "#c62828"),
    Verdict.UNDECIDED: ("?", "#6a1b9a"),
}
CARD = (
    "border-left:5px solid {colour};padding:8px 14px;margin:4px 0;max-width:60em;line-height:1.45;"
    "color:var(--jp-content-font-color1,inherit);font-family:var(--jp-content-font-family,sans-serif)"
)
CELL = "padding:1px 14px 1px 0;border:0;background:none;font-family:var(--jp-code-font-family,monospace);font-size:90%"


def html(outcome: Outcome) -> str:
    """The whole report as one `<div>`, styles inline: notebooks strip style sheets."""
    sign, colour = SIGNS[outcome.verdict]
    parts = [
        f'<div role="status" class="bpcheck" style="{CARD.format(colour=colour)}">',
        f'<div style="font-size:115%"><span aria-hidden="true" style="color:{colour}">{sign}</span> '
        f"<strong>{outcome.verdict.value.upper()}</strong> &nbsp; <code>{escape(outcome.title)}</code></div>",
    ]
    parts += [_ladder(outcome.ladder)] if outcome.ladder else []
    parts += [_block(block) for block in blocks(outcome)]
    parts += [f'<div style="margin-top:4px">{line}</div>' for line in [agreement(outcome)] if line]
    for finding in outcome.findings:
        code = f'<span style="opacity:.65;font-size:85%" title="entry of the mistake catalogue">{escape(finding.code)}</span>'
        parts.append(f'<div style="margin-top:6px">{code} &nbsp;{prose(finding_line(finding))}</div>')
    parts += [f'<div style="margin-top:6px">{prose(note)}</div>' for note in outcome.notes]
    parts += [f'<div style="margin-top:6px;opacity:.75">{prose(line)}</div>' for line in outcome.advice]
    return "\n".join([*parts, "</div>"])


def prose(sentence: str) -> str:
    """Escaped, with `code` between backticks set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(sentence, quote=False))


def _ladder(ladder: Ladder) -> str:
    rows = "".join(_row(row, "td", "left") for row in ladder_rows(ladder))
    foot = f'<div style="opacity:.75">{escape(ladder_foot(ladder))}</div>' if ladder_foot(ladder) else ""
    return (
        f'<div style="margin-top:6px">{escape(ladder_head(ladder))}</div>'
        f'<table style="margin:2px 0 2px 16px;border:0">{rows}</table>{foot}'
    )


def _block(block: Block) -> str:
    sign = {"right": "✓", "wrong": "✗", "undecided": "?"}[block.mark]
    head = f'<div style="margin-top:6px">{sign} <code>{escape(block.name)}</code> &nbsp; {escape(block.summary)}</div>'
    if not block.rows:
        return head
    names, *rows = block.table
    table = _row(names, "th") + "".join(_row(row, "td") for row in rows)
    more = f'<div style="opacity:.75">… and {block.more} more</div>' if block.more else ""
    heat = _heat(block.heat) if block.heat is not None else ""
    return f'{head}<table style="margin:2px 0 2px 16px;border:0">{table}</table>{more}{heat}'


def _row(cells: list[str], tag: str, others: str = "right") -> str:
    aligned = zip(cells, ["left"] + [others] * (len(cells) - 1), strict=True)
    inner = "".join(
        f'<{tag} style="{CELL};text-align:{side}">{escape(cell)}</{tag}>' for cell, side in aligned
    )
    return f'<tr style="background:none">{inner}</tr>'


def _heat(heat: FloatArray) -> str:
    """The matrix as small squares: the darker, the larger the difference; a cross where it counts."""
    square = 'style="width:14px;height:14px;padding:0;text-align:center;font-size:9px;border:1px solid #999;background:rgba(198,40,40,{:.2f})"'
    rows = (
        "".join(f"<td {square.format(level)}>{'×' if level > 1e-6 else ''}</td>" for level in row)
        for row in heat
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    label = "map of the differences: × marks an entry that differs, a darker square a larger difference"
    return f'<table aria-label="{label}" title="{label}" style="margin:4px 0 4px 16px;border-collapse:collapse">{body}</table>'

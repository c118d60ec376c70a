"""A summary as one HTML page that needs nothing else: two plots, each beside the table of its numbers.

Imports: the siblings `summary`, `summary_text`; matplotlib on call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

from bpcheck.grading.summary import VERDICTS, Made, Summary
from bpcheck.grading.summary_text import sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# verdict -> (fill, hatch): the hatches differ, so that the colours need not be seen
LOOKS = {
    "right": ("#b7dfc0", ""),
    "in part": ("#dfe7b7", "."),
    "not yet": ("#f2b8ae", "///"),
    "could not run": ("#f3d3a2", "xx"),
    "cannot tell here": ("#d8c7ea", "++"),
    "nothing to check yet": ("#ffffff", ""),
}
# under a number: a hatch would run through it
PLATE = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
MOST = 12  # mistakes in the plot; the table has all
SETTINGS: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 11,
    "svg.hashsalt": "bpcheck",
    "hatch.linewidth": 0.5,
}

STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; color: #1b1b1b; background: #fff; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.2rem }
.beside { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start }
.beside > figure { flex: 1 1 30rem; margin: 0 } .beside > div { flex: 1 1 26rem; overflow-x: auto }
svg { max-width: 100%; height: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .7rem .3rem 0; border-bottom: 1px solid #d5d8dc; text-align: left; vertical-align: top }
td.number, th.number { text-align: right }
code { font-size: .95em }
"""


def page(summary: Summary, names: bool = False) -> str:
    """The whole page.

    Parameters
    ----------
    summary : of an assignment
    names : also say which students; else none is named
    """
    title = f"{summary.assignment}: what the class got wrong"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{summary.students} students, {len(summary.tallies)} exercises.</p>",
        "<h2>How each exercise went</h2>",
        _beside(_verdict_plot(summary), _verdict_table(summary)),
        "<h2>The mistakes, most frequent first</h2>",
    ]
    if summary.mistakes:
        parts += [_beside(_mistake_plot(summary.mistakes[:MOST]), _shares(summary.mistakes[:MOST]))]
        parts += ["<h2>What each mistake is</h2>", _mistake_table(summary.mistakes, names)]
    else:
        parts += ["<p>None.</p>"]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n'


def _beside(plot: str, table: str) -> str:
    return f'<div class="beside"><figure>{plot}</figure><div>{table}</div></div>'


# -- tables --------------------------------------------------------------------------------------------


def _verdict_table(summary: Summary) -> str:
    used = [verdict for verdict in VERDICTS if any(verdict in tally.verdicts for tally in summary.tallies)]
    rows = [
        [_code(tally.exercise), *(tally.verdicts.get(verdict, 0) for verdict in used)]
        for tally in summary.tallies
    ]
    return _table(["exercise", *used], rows)


def _shares(mistakes: Sequence[Made]) -> str:
    rows = [[_code(one.exercise), escape(one.name), len(one.students), one.attempted] for one in mistakes]
    return _table(["exercise", "mistake", "students", "of"], rows)


def _mistake_table(mistakes: Sequence[Made], names: bool) -> str:
    heads = ["exercise", "mistake", "students", "of", "sentence", *(["who"] if names else [])]
    rows = [
        [
            _code(one.exercise),
            escape(one.name),
            len(one.students),
            one.attempted,
            _prose(sentence(one)),
            *([escape(", ".join(one.students))] if names else []),
        ]
        for one in mistakes
    ]
    return _table(heads, rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Texts are HTML already; numbers are set to the right."""
    body = list(rows)
    numeric = [all(isinstance(row[i], int) for row in body) for i in range(len(heads))]
    marks = [' class="number"' if number else "" for number in numeric]
    top = "".join(
        f'<th scope="col"{mark}>{escape(head)}</th>' for head, mark in zip(heads, marks, strict=True)
    )
    lines = ("".join(f"<td{mark}>{cell}</td>" for cell, mark in zip(row, marks, strict=True)) for row in body)
    inner = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{top}</tr></thead><tbody>\n{inner}\n</tbody></table>"


def _code(name: str) -> str:
    return f"<code>{escape(name)}</code>"


def _prose(words: str) -> str:
    """Escaped, with `code` between backticks set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words, quote=False))


# -- plots ---------------------------------------------------------------------------------------------


def _verdict_plot(summary: Summary) -> str:
    tallies = summary.tallies[::-1]  # the first exercise on top
    used = [verdict for verdict in VERDICTS if any(verdict in tally.verdicts for tally in tallies)]

    def draw(axes: Axes) -> None:
        start = [0] * len(tallies)
        for verdict in used:
            counts = [tally.verdicts.get(verdict, 0) for tally in tallies]
            fill, hatch = LOOKS[verdict]
            bars = axes.barh(
                [tally.exercise for tally in tallies],
                counts,
                left=start,
                label=verdict,
                color=fill,
                hatch=hatch,
                edgecolor="#54595f",
                linewidth=0.7,
            )
            numbers = [str(count) if count else "" for count in counts]
            axes.bar_label(bars, numbers, label_type="center", bbox=PLATE)
            start = [before + count for before, count in zip(start, counts, strict=True)]
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.12), ncols=3, frameon=False)

    alt = "; ".join(
        f"{tally.exercise}: {', '.join(f'{count} {verdict}' for verdict, count in tally.verdicts.items())}"
        for tally in summary.tallies
    )
    return _svg(draw, len(tallies), f"Bars: students by verdict, exercise by exercise. {alt}.")


def _mistake_plot(mistakes: Sequence[Made]) -> str:
    shown = mistakes[::-1]
    names = [f"{one.exercise}  {one.name}" for one in shown]

    def draw(axes: Axes) -> None:
        places = range(len(shown))  # two may have the same name
        bars = axes.barh(
            places, [len(one.students) for one in shown], color=LOOKS["not yet"][0], edgecolor="#54595f"
        )
        axes.bar_label(bars, padding=3)
        axes.set_yticks(places, names)

    alt = "; ".join(f"{one.exercise}  {one.name}: {len(one.students)}" for one in mistakes)
    return _svg(draw, len(shown), f"Bars: students who made each mistake. {alt}.")


def _svg(draw: Callable[[Axes], None], bars: int, alt: str) -> str:
    """A plot of horizontal bars as an `<svg>` element that stands in a page."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with rc_context(SETTINGS):
        figure = Figure(figsize=(7.2, 1.3 + 0.42 * bars))
        axes = figure.add_subplot()
        draw(axes)
        axes.set_xlabel("students")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        out = StringIO()
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
    element = out.getvalue()
    element = element[element.index("<svg") :]
    return element.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1)

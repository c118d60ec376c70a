"""How far a run is, for whoever sits in front of it.

Imports: nothing of bpcheck; rich on call.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar with rate and time left under the lines that are printed; nothing where stderr is no terminal.

    Parameters
    ----------
    total : submissions

    Yields
    ------
    A function that is told how many of them are done.
    """
    if not sys.stderr.isatty():
        yield lambda done: None  # noqa: ARG005 - a log wants no bar
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("  "),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=Console(stderr=True),
        redirect_stdout=sys.stdout.isatty(),  # a file gets its lines itself
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=total, rate="")

        def tell(done: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, rate=f"{speed:.1f}/s" if speed else "")

        yield tell

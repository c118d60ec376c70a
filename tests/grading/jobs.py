"""What workers do in tests of `batch`: functions of a module, so that another process finds them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from bpcheck.errors import SandboxError

DEADLY = 7  # takes its process down at every try


def double(tasks: Sequence[int]) -> list[int]:
    """Twice every task, each a moment's work."""
    time.sleep(0.002 * len(tasks))
    return [2 * task for task in tasks]


def double_unless_deadly(tasks: Sequence[int]) -> list[int]:
    """Twice every task, unless the process ends before."""
    if DEADLY in tasks:
        os.kill(os.getpid(), signal.SIGKILL)
    return double(tasks)


def double_after_one_death(tasks: Sequence[tuple[int, str]]) -> list[int]:
    """Twice every number; the first process to make the file does not live to say so."""
    for _, path in tasks:
        try:
            Path(path).touch(exist_ok=False)
        except FileExistsError:
            continue
        os.kill(os.getpid(), signal.SIGKILL)
    return double([number for number, _ in tasks])


def no_sandbox(_tasks: Sequence[int]) -> list[int]:
    """What every worker says on a machine that has no sandbox."""
    raise SandboxError("no sandbox here")


def note_coming() -> None:
    """Leave a sign that a worker is set up."""
    _note("came")


def note_leaving() -> None:
    """Leave a sign that a worker has been left as it was."""
    _note("left")


def sandboxes() -> int:
    """How many sandboxes this process keeps."""
    from bpcheck.grading import worker

    return len(worker._kept)


def _note(what: str) -> None:
    if folder := os.environ.get("BPCHECK_TEST_NOTES"):
        Path(folder, f"{os.getpid()}-{what}").touch()

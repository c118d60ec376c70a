"""A grader, wherever it lives: it keeps one sandbox for its process and grades one task after the other.

The functions are found by their names in worker processes and on Dask's machines; what they need crosses as
arguments.

Imports: bpcheck.errors, bpcheck.sandbox, the siblings `answers`, `batch`, `grade`, `model`.
"""

from __future__ import annotations

import gc
import threading
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from bpcheck.errors import CourseError, SandboxError
from bpcheck.grading import answers
from bpcheck.grading.batch import Fault
from bpcheck.grading.grade import grade
from bpcheck.grading.model import Graded, Task
from bpcheck.sandbox import Sandbox
from bpcheck.sandbox.layers import LEVELS

T = TypeVar("T")
WALLS = "AB"  # the levels that are a security boundary

_lock = threading.Lock()  # a Dask worker has several threads
_kept: list[Sandbox] = []  # one at most


def start_sandbox(unprotected: bool) -> Sandbox:
    """A sandbox that is a wall, or any that can be had.

    Raises
    ------
    SandboxError : there is none, or it is no wall and `unprotected` is False.
    """
    gc.collect()
    gc.freeze()  # the libraries stay: the collector need not look through them at every submission
    sandbox = Sandbox.start(preload=answers.PRELOAD)
    try:
        _require_walls(sandbox, unprotected)
    except SandboxError:
        sandbox.close()
        raise
    return sandbox


def _require_walls(sandbox: Sandbox, unprotected: bool) -> None:
    if sandbox.level in WALLS or unprotected:
        return
    missing = "; ".join(f"{layer}: {reason}" for layer, reason in sandbox.missing.items())
    raise SandboxError(
        f"protection {sandbox.level} ({LEVELS[sandbox.level]}): {missing}. Nothing was graded. `bpcheck doctor` says "
        "more; --unprotected grades all the same, and that is written into every record"
    )


def kept_sandbox(unprotected: bool) -> Sandbox:
    """The sandbox of this process; the first call starts it, which takes seconds.

    Raises
    ------
    SandboxError : as `start_sandbox`.
    """
    with _lock:
        if not _kept:
            _kept.append(start_sandbox(unprotected))
        _require_walls(_kept[0], unprotected)
        return _kept[0]


def prepare(unprotected: bool) -> None:
    """Start the sandbox of this process before there is anything to grade.

    Raises
    ------
    SandboxError : as `start_sandbox`.
    """
    kept_sandbox(unprotected)


def close_kept_sandbox() -> None:
    """End the sandbox of this process, if there is one."""
    with _lock:
        while _kept:
            _kept.pop().close()


def grade_unit(tasks: Sequence[Task], unprotected: bool) -> list[Graded | Fault]:
    """Grade `tasks` in the sandbox of this process.

    Raises
    ------
    SandboxError : this machine has none, or none that protects.
    CourseError : no submission of the assignment can be graded.
    """
    sandbox = kept_sandbox(unprotected)
    return [grade_one(task, sandbox) for task in tasks]


def grade_one(task: Task, sandbox: Sandbox) -> Graded | Fault:
    """Grade one task; what fails through no fault of the student's is tried once more, and is a Fault then.

    Raises
    ------
    CourseError : as `grade_unit`.
    """
    try:
        return patiently(sandbox, partial(grade, task))
    except CourseError:
        raise
    except SandboxError as error:
        return Fault(str(error))
    except Exception:
        return Fault(f"a fault of bpcheck, please report it: {traceback.format_exc()}")


def patiently(sandbox: Sandbox, work: Callable[[Sandbox], T]) -> T:
    """`work(sandbox)`; where the sandbox fails, once more, in a new one if it is no more.

    Raises
    ------
    SandboxError : it failed twice.
    """
    try:
        return work(sandbox)
    except SandboxError:
        with _lock:
            if not sandbox.alive:
                sandbox.restart()
        return work(sandbox)

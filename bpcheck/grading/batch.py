"""Many tasks on any crew of workers, a few at a time; what a dying worker takes along is tried again.

Nothing here knows what a task is. A *unit* is a handful of tasks that travel together; `crew` says who
works and what losing a worker looks like. However many tasks there are, only those that are being worked
on, and the few results that nobody has taken yet, are in memory.

Imports: the sibling `crew`.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from bpcheck.grading.crew import Crew

T = TypeVar("T")
R = TypeVar("R")

TWICE = "the process that graded it ended, and ended again when it was tried alone"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a task has no result. It is ours or the machine's, never a student's."""

    reason: str


# One result per task, in their order; a function of a module, so that another process finds it by its name.
Work = Callable[[Sequence[T]], Sequence[R | Fault]]


def work_through(crew: Crew, work: Work[T, R], tasks: Iterable[T]) -> Iterator[tuple[T, R | Fault]]:
    """Every task with its result, in the order in which they are done.

    Parameters
    ----------
    crew : who works
    work : what to do with the tasks of a unit
    tasks : taken one unit after the other, when there is room

    Yields
    ------
    (task, result); or (task, Fault) where a worker was lost with the task in company and another one with the
    task alone: then it was this task and no other.

    Raises
    ------
    What `work` raises, if it is no lost worker.

    >>> from bpcheck.grading.crew import Serial
    >>> dict(work_through(Serial(), lambda tasks: [task**2 for task in tasks], [1, 2, 3]))
    {1: 1, 2: 4, 3: 9}
    """
    waiting = _Waiting(tasks, crew)
    running: dict[Future[Sequence[R | Fault]], tuple[T, ...]] = {}
    finished: deque[tuple[T, R | Fault]] = deque()
    while True:
        # Who takes the results may be slower than who makes them: then nothing new is begun.
        while len(finished) <= crew.unit and (unit := waiting.next(len(running))):
            running[crew.submit(work, unit)] = unit
        if not running and not finished:
            return
        done, _ = wait(running, timeout=0 if finished else None, return_when=FIRST_COMPLETED)
        for future in done:
            unit = running.pop(future)
            try:
                finished.extend(zip(unit, future.result(), strict=True))
            except crew.lost:
                finished.extend((task, Fault(TWICE)) for task in waiting.lost(unit))
        if finished:
            yield finished.popleft()


class _Waiting(Generic[T]):
    """What is to be done yet."""

    def __init__(self, tasks: Iterable[T], crew: Crew) -> None:
        self._tasks, self._crew = iter(tasks), crew
        self._suspects: deque[T] = deque()
        self._alone: tuple[T, ...] = ()

    def next(self, running: int) -> tuple[T, ...]:
        """What to begin while so many units are running; empty: nothing.

        A suspect runs when nothing else does: what lives beside it in a worker would be lost, and blamed, as well.
        """
        if not running:
            self._alone = (self._suspects.popleft(),) if self._suspects else ()
        if self._alone or self._suspects:
            return () if running else self._alone
        room = running < self._crew.room
        return tuple(itertools.islice(self._tasks, self._crew.unit)) if room else ()

    def lost(self, unit: tuple[T, ...]) -> tuple[T, ...]:
        """A worker was lost with `unit`: what is proved guilty, if anything is; the rest is tried again."""
        if unit is self._alone:
            return unit
        self._suspects.extend(unit)
        return ()

"""Who works: this process itself, a few processes of this machine; `cluster` has those of a Dask cluster.

All of them are used as `concurrent.futures` executors are: `submit` gives a Future.

Imports: nothing of bpcheck.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from typing import Any, Protocol, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Crew(Protocol):
    """What `work_through` wants to know of an executor."""

    unit: int  # tasks that travel together
    room: int  # units that may be under way at once
    lost: tuple[type[BaseException], ...]  # what a future raises whose worker is no more

    def submit(self, work: Callable[[Sequence[T]], R], tasks: Sequence[T]) -> Future[R]:
        """Have `work(tasks)` done."""


class Serial:
    """The head itself, one task after the other."""

    unit, room = 1, 1
    lost: tuple[type[BaseException], ...] = ()

    def submit(self, work: Callable[[Sequence[T]], R], tasks: Sequence[T]) -> Future[R]:
        """Do it now."""
        future: Future[R] = Future()
        future.set_result(work(tasks))
        return future

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to end."""


class Processes:
    """Processes of this machine, each its own pool: a broken pool then says whose unit broke it.

    Parameters
    ----------
    number : of processes
    prepare : what each of them does at once, while this process still reads; a function of a module
    unit : tasks that travel together
    """

    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)

    def __init__(self, number: int, prepare: Callable[[], object] = int, unit: int = 4) -> None:
        self.room, self.unit = number, unit
        self._prepare = prepare
        self._pools = [self._pool() for _ in range(number)]
        self._last: list[Future[Any] | None] = [None] * number

    def submit(self, work: Callable[[Sequence[T]], R], tasks: Sequence[T]) -> Future[R]:
        """Give `tasks` to a process that has nothing to do; start one in the place of one that is no more."""
        idle = next(i for i, last in enumerate(self._last) if last is None or last.done())
        try:
            future = self._pools[idle].submit(work, tasks)
        except BrokenExecutor:
            self._pools[idle] = self._pool()
            future = self._pools[idle].submit(work, tasks)
        self._last[idle] = future
        return future

    def _pool(self) -> ProcessPoolExecutor:
        # spawn: a fork would take along the head's open gradebook
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(1, context, _begin)
        pool.submit(self._prepare)
        return pool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End them at once, whatever they are doing: nobody waits for it any more."""
        for pool in self._pools:
            processes = list((pool._processes or {}).values())  # Python 3.14 has `kill_workers` for this
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.kill()


def _begin() -> None:
    """Ctrl-C is for the head, which ends its workers in its own time; if it is killed, they end by themselves."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_head, daemon=True).start()


def _end_with_head() -> None:
    head = multiprocessing.parent_process()
    if head is not None:
        head.join()
        os._exit(1)

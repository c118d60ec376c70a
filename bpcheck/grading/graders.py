"""Who grades a class: the head itself, a few processes of this machine, or a Dask cluster.

Imports: bpcheck.sandbox, the siblings `batch`, `cluster`, `crew`, `model`, `run`, `worker`.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from functools import partial

from bpcheck.grading import worker
from bpcheck.grading.batch import Fault, Work, work_through
from bpcheck.grading.crew import Crew, Processes, Serial
from bpcheck.grading.model import Graded, Task
from bpcheck.grading.run import GradeAll, NotGraded
from bpcheck.sandbox import Sandbox


@contextlib.contextmanager
def graders(workers: int, scheduler: str | None, unprotected: bool) -> Iterator[GradeAll]:
    """Start them; they are gone when the block is left, in whatever way.

    Parameters
    ----------
    workers : processes of this machine; 0: grade in this one
    scheduler : address of a Dask scheduler, in the place of processes
    unprotected : grade also where the sandbox is no wall

    Raises
    ------
    SandboxError : there is no sandbox, or it is no wall and `unprotected` is False.
    UsageError : there is no such cluster.
    """
    prepare = partial(worker.prepare, unprotected)
    work = partial(worker.grade_unit, unprotected=unprotected)
    if scheduler is not None:
        from bpcheck.grading.cluster import Cluster

        with Cluster(scheduler, prepare, worker.close_kept_sandbox) as cluster:
            yield _by(cluster, work)
    elif workers:
        with Processes(workers, prepare) as processes:
            yield _by(processes, work)
    else:
        yield partial(_here, unprotected)


def _here(unprotected: bool, tasks: Iterable[Task]) -> Iterator[Graded | NotGraded]:
    """In this process, in a sandbox that is started when there is something to grade."""
    tasks = iter(tasks)
    for first in tasks:
        with worker.start_sandbox(unprotected) as sandbox:
            yield from one_by_one(sandbox)(itertools.chain([first], tasks))


def one_by_one(sandbox: Sandbox) -> GradeAll:
    """In this process."""
    return _by(Serial(), lambda tasks: [worker.grade_one(task, sandbox) for task in tasks])


def _by(crew: Crew, work: Work[Task, Graded]) -> GradeAll:
    def grade_all(tasks: Iterable[Task]) -> Iterator[Graded | NotGraded]:
        for task, result in work_through(crew, work, tasks):
            yield NotGraded(task.student, result.reason, ours=True) if isinstance(result, Fault) else result

    return grade_all

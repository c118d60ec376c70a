"""Many tasks on a crew: every one gets its result, once, whatever happens to the workers."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import jobs
import pytest

from bpcheck.errors import SandboxError
from bpcheck.grading.batch import Fault, work_through
from bpcheck.grading.crew import Processes, Serial

TASKS = range(20)
DOUBLED = [(task, 2 * task) for task in TASKS]


def test_every_task_gets_its_own_result_once_in_this_process() -> None:
    assert list(work_through(Serial(), jobs.double, TASKS)) == DOUBLED


def test_every_task_gets_its_own_result_once_from_two_processes() -> None:
    with Processes(2) as crew:
        assert sorted(work_through(crew, jobs.double, TASKS)) == DOUBLED


def test_a_task_that_kills_its_worker_twice_is_the_only_one_without_a_result() -> None:
    """Its companions in the unit, and what another worker does at the time, are done."""
    with Processes(2, unit=4) as crew:
        done = dict(work_through(crew, jobs.double_unless_deadly, TASKS))

    fault = done.pop(jobs.DEADLY)
    assert isinstance(fault, Fault)
    assert "ended again when it was tried alone" in fault.reason
    assert done == {task: 2 * task for task in TASKS if task != jobs.DEADLY}


def test_a_worker_that_dies_once_costs_nobody_a_result(tmp_path: Path) -> None:
    tasks = [(number, str(tmp_path / "died")) for number in TASKS]
    with Processes(2) as crew:
        done = {
            number: result for (number, _), result in work_through(crew, jobs.double_after_one_death, tasks)
        }

    assert (tmp_path / "died").exists()
    assert done == dict(DOUBLED)


def test_where_no_worker_can_work_the_run_stops_with_the_reason() -> None:
    """Not one fault per submission: nothing of a class is graded on a machine without a sandbox."""
    with Processes(2) as crew, pytest.raises(SandboxError, match="no sandbox here"):
        list(work_through(crew, jobs.no_sandbox, TASKS))


def test_tasks_are_taken_only_when_there_is_room_for_them() -> None:
    """Six thousand submissions must not be in memory because the gradebook is slow."""
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for task in range(1000):
            taken += 1
            yield task

    with Processes(2, unit=4) as crew:
        for given, _ in enumerate(work_through(crew, jobs.double, tasks())):
            time.sleep(0.01)  # the workers are faster
            assert taken - given <= 5 * crew.unit  # two units running, two done, one begun
            if given == 100:
                break


def test_workers_are_ended_at_once_when_the_run_is_given_up() -> None:
    with Processes(2) as crew:
        next(work_through(crew, jobs.double, range(10**6)))
        workers = [pid for pool in crew._pools for pid in pool._processes]
    deadline = time.monotonic() + 20
    while any(_lives(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not any(_lives(pid) for pid in workers)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

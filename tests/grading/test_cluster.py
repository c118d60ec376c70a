"""A real Dask cluster on this machine: a scheduler and two worker processes."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import jobs
import pytest
from class_of_six import SCORES, grade, graded, hand_in
from graded_course import GradedCourse

from bpcheck.errors import SandboxError, UsageError
from bpcheck.grading import cluster
from bpcheck.grading.batch import Fault, work_through
from bpcheck.grading.cluster import Cluster

distributed = pytest.importorskip("distributed")
from local_dask import local_cluster  # noqa: E402 - after the skip

if TYPE_CHECKING:
    from distributed import LocalCluster

pytestmark = [pytest.mark.slow]

TASKS = range(200)


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where workers leave their signs; they inherit the environment."""
    folder = tmp_path_factory.mktemp("notes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BPCHECK_TEST_NOTES", str(folder))
        yield folder


@pytest.fixture(scope="module")
def local(notes: Path) -> Iterator[LocalCluster]:
    """Two workers with a thread each."""
    assert notes.is_dir()
    with local_cluster(2) as made:
        yield made


def test_every_task_gets_its_own_result_once(local: LocalCluster) -> None:
    with Cluster(local.scheduler_address) as crew:
        assert sorted(work_through(crew, jobs.double, TASKS)) == [(task, 2 * task) for task in TASKS]


def test_each_worker_is_set_up_before_and_left_as_it_was_after(local: LocalCluster, notes: Path) -> None:
    before = set(notes.iterdir())
    with Cluster(local.scheduler_address, jobs.note_coming, jobs.note_leaving) as crew:
        came = {path.name for path in set(notes.iterdir()) - before}
        list(work_through(crew, jobs.double, TASKS))
    left = {path.name for path in set(notes.iterdir()) - before} - came

    workers = {name.removesuffix("-came") for name in came}
    assert len(workers) == 2
    assert left == {f"{worker}-left" for worker in workers}


def test_a_worker_that_dies_in_mid_run_costs_nothing_and_doubles_nothing(local: LocalCluster) -> None:
    victim = next(iter(_processes(local)))
    with Cluster(local.scheduler_address, unit=4) as crew:
        done = []
        for number, pair in enumerate(work_through(crew, jobs.double, TASKS)):
            done.append(pair)
            if number == 5:
                os.kill(victim, signal.SIGKILL)

    assert victim not in _processes(local)
    assert sorted(done) == [(task, 2 * task) for task in TASKS]


def test_a_task_that_kills_every_worker_is_the_only_one_without_a_result(local: LocalCluster) -> None:
    with Cluster(local.scheduler_address, unit=4) as crew:
        done = dict(work_through(crew, jobs.double_unless_deadly, TASKS))

    assert isinstance(done.pop(jobs.DEADLY), Fault)
    assert done == {task: 2 * task for task in TASKS if task != jobs.DEADLY}


def test_what_a_worker_says_of_its_machine_reaches_the_head(local: LocalCluster) -> None:
    with Cluster(local.scheduler_address) as crew, pytest.raises(SandboxError, match="no sandbox here"):
        list(work_through(crew, jobs.no_sandbox, TASKS))


def test_a_worker_with_another_version_is_refused_by_name(
    local: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "__version__", "0.0.1")

    with pytest.raises(
        UsageError, match=r"the Dask worker tcp://\S+ has bpcheck \S+, this is bpcheck 0\.0\.1"
    ):
        Cluster(local.scheduler_address)


def test_an_address_where_nobody_answers_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)

    with pytest.raises(UsageError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9 "):
        Cluster("tcp://127.0.0.1:9")


def test_a_scheduler_without_workers_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with local_cluster(0) as empty, pytest.raises(UsageError, match="has no workers"):
        Cluster(empty.scheduler_address)


def test_a_scheduler_that_goes_away_ends_the_run_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """It must not wait for ever for results that nobody computes."""
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with local_cluster(1) as gone, Cluster(gone.scheduler_address) as crew:
        threading.Timer(1.0, gone.close).start()
        with pytest.raises(SandboxError, match="the Dask scheduler is gone"):
            list(work_through(crew, jobs.double, range(10**6)))


@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's")
def test_a_class_is_graded_on_the_cluster_which_keeps_nothing_of_it(
    local: LocalCluster, graded_course: GradedCourse
) -> None:
    hand_in(graded_course)

    status, out, err = grade(graded_course, "--scheduler", local.scheduler_address)

    assert (status, err) == (0, "")
    assert "6 recorded in gradebook.db, sandbox: " in out
    assert graded(graded_course) == SCORES
    with distributed.Client(local.scheduler_address, set_as_default=False) as client:
        assert set(client.run(jobs.sandboxes).values()) == {0}


def test_an_address_of_no_scheduler_is_the_callers_fault_in_one_line(graded_course: GradedCourse) -> None:
    status, _, err = grade(graded_course, "--scheduler", "127.0.0.1/nonsense")

    assert status == 2
    assert err.startswith("bpcheck: no Dask scheduler answers at 127.0.0.1/nonsense ")
    assert err.count("\n") == 1


def _processes(local: LocalCluster) -> set[int]:
    with distributed.Client(local.scheduler_address, set_as_default=False) as client:
        return set(client.run(os.getpid).values())

"""`bpcheck grade` on a class of six, however it is run and whatever happens meanwhile."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from class_of_six import ANSWERS, SCORES, first_student, grade, graded, grading, hand_in, lives, workers_of
from graded_course import ASSIGNMENT, RIGHT, GradedCourse

from bpcheck.grading.interrupts import held_back

pytest.importorskip("nbgrader")


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux's"),
]
TWO_WORKERS = ("--workers", "2")


@pytest.mark.parametrize("how", [(), TWO_WORKERS], ids=["serial", "two workers"])
def test_every_student_gets_what_the_work_deserves(graded_course: GradedCourse, how: tuple[str, ...]) -> None:
    hand_in(graded_course)

    status, out, err = grade(graded_course, *how)

    assert (status, err) == (0, "")
    assert "6 recorded in gradebook.db, sandbox: " in out
    assert graded(graded_course) == SCORES


def test_a_killed_worker_costs_nothing_and_doubles_nothing(graded_course: GradedCourse) -> None:
    hand_in(graded_course, asleep=("s5", "s6"))
    with grading(graded_course, *TWO_WORKERS) as process:
        assert process.stdout
        assert process.stderr
        first_student(process.stdout)
        for worker in workers_of(process):  # one of them at least is at work on those who are asleep
            os.kill(worker, signal.SIGKILL)
        rest, err = process.stdout.read(), process.stderr.read()

    assert (process.returncode, err) == (0, "")
    assert "6 recorded" in rest
    assert graded(graded_course) == SCORES


def test_a_killed_run_leaves_no_process_and_the_next_one_does_the_rest(graded_course: GradedCourse) -> None:
    hand_in(graded_course, asleep=("s6",))
    with grading(graded_course, *TWO_WORKERS) as process:
        assert process.stdout
        first_student(process.stdout)
        workers = workers_of(process)
        process.kill()

    assert len(workers) == 2
    deadline = time.monotonic() + 30
    while any(map(lives, workers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(lives, workers))
    assert grade(graded_course, *TWO_WORKERS)[0] == 0
    assert graded(graded_course) == SCORES


@pytest.mark.parametrize("how", [(), TWO_WORKERS], ids=["serial", "two workers"])
def test_ctrl_c_ends_cleanly_says_what_is_recorded_and_the_next_run_does_the_rest(
    graded_course: GradedCourse, how: tuple[str, ...]
) -> None:
    hand_in(graded_course, asleep=("s6",))
    with grading(graded_course, *how) as process:
        assert process.stdout
        assert process.stderr
        first_student(process.stdout)
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to the workers as well
        rest, err = process.stdout.read(), process.stderr.read()
        assert time.monotonic() - began < 60  # it did not wait for a class to be graded

    assert process.returncode == 130
    assert err == "bpcheck: stopped. Run the same command again to grade the rest\n"
    found = graded(graded_course)
    assert 0 < len(found) < len(ANSWERS)
    assert f"{len(found)} recorded in gradebook.db" in rest
    assert found == {student: SCORES[student] for student in found}

    status, out, _ = grade(graded_course, *how)

    assert status == 0
    assert f"{6 - len(found)} recorded in gradebook.db" in out
    assert f"{len(found)} unchanged" in out
    assert graded(graded_course) == SCORES


def test_a_new_submission_is_graded_and_the_others_are_left_alone(graded_course: GradedCourse) -> None:
    hand_in(graded_course)
    grade(graded_course, *TWO_WORKERS)
    before = {path: path.stat().st_mtime_ns for path in graded_course.root.glob("autograded/*/*/*.ipynb")}
    graded_course.hand_in("s3", RIGHT)

    _, out, _ = grade(graded_course, *TWO_WORKERS)

    assert "1 recorded" in out
    assert "5 unchanged" in out
    assert graded(graded_course) == SCORES | {"s3": (1.0, 2.0, 4.0)}
    changed = {path.parts[-3] for path, then in before.items() if path.stat().st_mtime_ns != then}
    assert changed == {"s3"}


def test_an_unreadable_submission_is_named_and_the_workers_grade_all_others(
    graded_course: GradedCourse,
) -> None:
    hand_in(graded_course)
    graded_course.hand_in_bytes("s4", b'{"cells": [')

    status, out, _ = grade(graded_course, *TWO_WORKERS)

    assert status == 1
    assert re.search(rf"s4\s+-\s+not graded: {ASSIGNMENT}\.ipynb is not a notebook", out)
    assert graded(graded_course) == {student: SCORES[student] for student in SCORES if student != "s4"}


def test_a_terminal_gets_a_bar_with_rate_and_time_left(graded_course: GradedCourse) -> None:
    hand_in(graded_course)
    head, tail = pty.openpty()
    command = [sys.executable, "-m", "bpcheck.cli", "grade", ASSIGNMENT, *TWO_WORKERS]
    process = subprocess.Popen(
        command,
        cwd=graded_course.root,
        stdout=subprocess.PIPE,
        stderr=tail,
        text=True,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100", "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    os.close(tail)
    drawn = _read_all(head)
    out, _ = process.communicate()

    assert process.returncode == 0
    assert re.search(r"\d/6\b", drawn)
    assert re.search(r"\d\.\d/s", drawn)
    assert re.search(r"\d:\d\d:\d\d", drawn)
    assert "6 recorded" in out  # a file or a pipe gets the lines, and no bar
    assert "\x1b" not in out


def _read_all(descriptor: int) -> str:
    read = b""
    while True:
        try:
            piece = os.read(descriptor, 1 << 16)
        except OSError:  # the other end is closed
            return read.decode(errors="replace")
        read += piece


@pytest.mark.parametrize(
    "wrong", [("--workers", "0"), ("--workers", "x"), ("--workers", "2", "--scheduler", "tcp://h:1")]
)
def test_a_wrong_number_of_workers_is_the_callers_fault(
    graded_course: GradedCourse, wrong: tuple[str, ...]
) -> None:
    assert grade(graded_course, *wrong)[0] == 2


def test_ctrl_c_waits_for_a_block_that_must_be_whole() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt):
        interrupted(done)

    assert done == ["whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def interrupted(done: list[str]) -> None:
    with held_back():
        signal.raise_signal(signal.SIGINT)
        done.append("whole")

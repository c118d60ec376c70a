"""A class of sixty, graded by `nbgrader autograde` and by `bpcheck grade`, side by side in one run.

    python benchmarks/grading_class.py [--students 60] [--workers 2] [--peer 12]

nbgrader runs without our configuration, as an instructor has it who installs nothing else. It takes its time: with
--peer, it grades only so many of the class, before and after bpcheck grades all of it, and what one submission
takes is compared. Then one submission is taken apart.
"""

import argparse
import contextlib
import functools
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import made_class
from made_class import CHAPTER

PLAIN = """\
c = get_config()
c.CourseDirectory.course_id = "bpcheck"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
"""


def seconds_of(course, *command):
    """Wall-clock seconds of a command in the course's folder."""
    started = time.perf_counter()
    made_class.run(course, *command)
    return time.perf_counter() - started


def copy_of(course, name, students=None):
    """The course again, with the first so many students; nothing is graded in it."""
    copied = course.with_name(name)
    shutil.copytree(course, copied)
    everybody = sorted((copied / "submitted").iterdir())
    for folder in everybody[students or len(everybody) :]:
        shutil.rmtree(folder)
    return copied


def nbgraders_seconds(course, name, students):
    copied = copy_of(course, name, students)
    (copied / "nbgrader_config.py").write_text(PLAIN)
    return seconds_of(copied, "nbgrader", "autograde", CHAPTER)


def side_by_side(course, students, workers, peer):
    first = nbgraders_seconds(course, "before", peer)
    ours = seconds_of(copy_of(course, "ours"), "bpcheck.cli", "grade", CHAPTER, "--workers", str(workers))
    second = nbgraders_seconds(course, "after", peer)
    theirs = statistics.mean([first, second]) / peer
    print(f"{'':<34}{'s for the class':>16}{'s a submission':>16}{'ratio':>8}")
    print(f"{'nbgrader autograde':<34}{theirs * students:16.1f}{theirs:16.2f}{1:8.1f}")
    print(
        f"{f'bpcheck grade --workers {workers}':<34}{ours:16.1f}{ours / students:16.3f}{theirs * students / ours:8.1f}"
    )
    print(
        f"nbgrader on {peer} of {students}: {first:.1f} s before, {second:.1f} s after. Start-up is in all figures.\n"
    )


class Watch:
    """Adds up what functions take while `on`: wall clock, and processor time of this process; seconds."""

    def __init__(self):
        self.spent = {}

    def over(self, owner, name, part):
        """Put a stopwatch around a function; what runs inside another one's watch counts in both."""
        inner = getattr(owner, name)

        @functools.wraps(inner)
        def timed(*positional, **named):
            wall, processor = time.perf_counter(), time.process_time()
            try:
                return inner(*positional, **named)
            finally:
                before = self.spent.get(part, (0.0, 0.0))
                spent = time.perf_counter() - wall, time.process_time() - processor
                self.spent[part] = before[0] + spent[0], before[1] + spent[1]

        setattr(owner, name, timed)


PARTS = (
    "read",
    "fork and set-up",
    "run the cells",
    "examine",
    "  of it: the answers",
    "end the child",
    "record",
)


def taken_apart(course):
    """Where the time of one submission goes, graded in this process; medians over a class."""
    from bpcheck.grading import folders, run, submission, worker
    from bpcheck.grading.child import Child
    from bpcheck.grading.grade import grade
    from bpcheck.grading.gradebook import Gradebook
    from bpcheck.sandbox.remote import SessionAnswer
    from bpcheck.sandbox.session import Session

    watch, rows = Watch(), []
    watch.over(submission, "read", "read")
    watch.over(Child, "_begin", "fork and set-up")
    watch.over(Child, "run", "run the cells")
    watch.over(Child, "examine", "examine")
    watch.over(SessionAnswer, "__call__", "  of it: the answers")
    watch.over(Session, "close_soon", "end the child")
    watch.over(Gradebook, "record", "record")
    with contextlib.chdir(copy_of(course, "apart")), Gradebook(folders.open_course(Path.cwd())) as book:
        job = run.prepare(book, CHAPTER, None, False)
        with worker.start_sandbox(False) as sandbox:
            for task in job._tasks():  # reads it
                read = watch.spent
                began = time.perf_counter()
                watch.spent = {}
                book.record(grade(task, sandbox))
                rows.append(
                    read | watch.spent | {"all": (time.perf_counter() - began + read["read"][0], 0.0)}
                )
                watch.spent = {}
    print_parts(rows[2:])  # the first ones draw the figures


def print_parts(rows):
    """Medians, and the least: what a machine with nothing else to do would come close to."""
    rest = [row | {"all but the cells": (row["all"][0] - row["run the cells"][0], 0.0)} for row in rows]
    print(f"{'ms a submission':<24}{'wall, median':>14}{'wall, least':>14}{'processor of the grader':>26}")
    for part in (*PARTS, "all", "all but the cells"):
        wall = [1000 * row[part][0] for row in rest]
        processor = 1000 * statistics.median(row[part][1] for row in rest)
        told = f"{processor:26.1f}" if processor else ""
        print(f"{part:<24}{statistics.median(wall):14.1f}{min(wall):14.1f}{told}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--peer", type=int, default=12, help="students for nbgrader; 0: only the last table")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder, "course")
        course.mkdir()
        made_class.make(course, wanted.students)
        if wanted.peer:
            side_by_side(course, wanted.students, wanted.workers, wanted.peer)
        taken_apart(course)


if __name__ == "__main__":
    main()

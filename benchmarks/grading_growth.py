"""What grading takes as a class grows: time and memory a submission, the head's peak; then the same on Dask.

    python benchmarks/grading_growth.py [--sizes 60 600 6000] [--dask 200] [--workers 2]

The rate is that between the first student's line and the last, so start-up is not in it. Peaks are resident memory.
"""

import argparse
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import made_class
from made_class import CHAPTER

LINE = re.compile(r"  s\d{5}  ")
MIB = 1024  # kB


class Peaks:
    """Peak memory of `bpcheck grade` itself and the largest of its worker processes, watched while it runs; MB."""

    def __init__(self, pid):
        self.head = self.worker = 0
        self._pid = pid
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        try:
            while True:
                self.head = max(self.head, _peak(self._pid))
                for child in Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text().split():
                    self.worker = max(self.worker, _peak(child))
                time.sleep(0.2)
        except OSError:  # it has ended; its peak never falls, so the last look is the peak
            return


def _peak(pid):
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / MIB if found else 0


def grade(course, *arguments, at=None, act=None):
    """Seconds in all, when each student's line came, and peaks; `act()` is called at line number `at`."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bpcheck.cli", "grade", CHAPTER, *arguments],
        cwd=course,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    peaks, times = Peaks(process.pid), []
    for line in process.stdout:
        if LINE.match(line):
            times.append(time.perf_counter() - started)
            if len(times) == at:
                act()
    if process.wait():
        raise SystemExit(process.stderr.read())
    return time.perf_counter() - started, times, peaks


def a_class(folder, students):
    course = Path(tempfile.mkdtemp(prefix=f"{students}-", dir=folder))
    made_class.make(course, students)
    return course


def rate(times):
    """Submissions a second; those of the first units are left out, which wait for start-up."""
    skip = min(16, len(times) // 4)
    return (len(times) - 1 - skip) / (times[-1] - times[skip])


def growth(folder, sizes, workers):
    print(
        f"{'students':>8}{'s in all':>10}{'ms each':>9}{'first half':>12}{'second half':>12}{'head MB':>9}{'worker MB':>11}"
    )
    for size in sizes:
        seconds, times, peaks = grade(a_class(folder, size), "--workers", str(workers))
        half = len(times) // 2
        parts = [1000 / rate(times), 1000 / rate(times[:half]), 1000 / rate(times[half:])]
        print(
            f"{size:8}{seconds:10.1f}{parts[0]:9.1f}{parts[1]:12.1f}{parts[2]:12.1f}{peaks.head:9.0f}{peaks.worker:11.0f}",
            flush=True,
        )


def on_dask(folder, students, workers):
    """Two workers of a cluster beside two processes; then one of them is killed in mid-run."""
    from distributed import Client, LocalCluster

    here, there, course = copies(a_class(folder, students), 3)
    local = grade(here, "--workers", str(workers))
    with LocalCluster(workers, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as cluster:
        where = ("--scheduler", cluster.scheduler_address)
        dask = grade(there, *where)
        print(
            f"\nrate on Dask / rate of local processes, {workers} each: {rate(dask[1]) / rate(local[1]):.2f}"
        )
        with Client(cluster.scheduler_address, set_as_default=False) as client:
            victim = next(iter(client.run(os.getpid).values()))
        _, times, _ = grade(course, *where, at=students // 3, act=lambda: os.kill(victim, signal.SIGKILL))
    with sqlite3.connect(course / "gradebook.db") as book:
        (rows, different) = book.execute(
            "select count(*), count(distinct student_id) from submitted_assignment"
        ).fetchone()
    graded = sum(
        1 for path in course.glob("autograded/*/*/*.ipynb") if json.loads(path.read_bytes())["cells"]
    )
    print(
        f"one worker killed after {students // 3}: {len(times)} lines, {rows} records of {different} students, "
        f"{graded} graded notebooks; {students} handed in"
    )


def copies(course, count):
    """The class again and again, nothing graded."""
    for number in range(count):
        again = course.with_name(f"{course.name}-{number}")
        shutil.copytree(course, again)
        yield again


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[60, 600, 6000])
    parser.add_argument("--dask", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        growth(folder, wanted.sizes, wanted.workers)
        if wanted.dask:
            on_dask(folder, wanted.dask, wanted.workers)


if __name__ == "__main__":
    main()

"""How long a student waits for a verdict: one `check` of each exercise, median of many.

A right answer is compared at every case. A wrong one is diagnosed as well, against every known mistake.
"""

import contextlib
import io
import re
import statistics
import time

import numpy as np
import sympy as sp

import bpcheck
from bpcheck import exercises
from bpcheck.exercises.model import Exercise

RUNS = 21


def solution_of(exercise):
    """The function in the exercise's printed solution."""
    code = re.search(r"```python\n(.*?)```", exercises.prose(exercise).solution, re.S)[1]
    space = {"np": np, "sp": sp}
    exec(code, space)
    return space[exercise.id]


def milliseconds(answer, exercise_id):
    """Median and worst time of a check, its display included."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(bpcheck.WrongAnswer):
            bpcheck.check(answer, exercise_id)
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times), max(times)


def main():
    print(
        f"{'ms for one check':<20}{'right':>8}{'worst':>8}{'wrong':>8}{'worst':>8}   median and worst of {RUNS}"
    )
    for exercise in exercises.catalogue().values():
        if isinstance(exercise, Exercise):
            right = milliseconds(solution_of(exercise), exercise.id)
            wrong = milliseconds(exercise.mistakes[-1].answer, exercise.id)
            print(f"{exercise.id:<20}" + "".join(f"{value:8.1f}" for value in (*right, *wrong)))


if __name__ == "__main__":
    main()

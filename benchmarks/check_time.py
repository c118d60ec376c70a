"""How long a student waits for a verdict: one `check` of each exercise, median of many.

A right answer is compared at every case. A wrong one is diagnosed as well, against every known mistake: each
mistake is given as an answer, and the slowest one is shown. On a machine that does much else the clock runs ahead of
the processor's time; on an idle one they are nearly the same.
"""

import contextlib
import io
import statistics
import sys
import time
from pathlib import Path

import bpcheck
from bpcheck import exercises
from bpcheck.exercises.model import Exercise

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from right_answers import RIGHT

RUNS = 21
WRONG_RUNS = 5  # of each mistake: there are hundreds


def milliseconds(answer, exercise_id, runs=RUNS):
    """Medians of a check, its display included: by the clock, and of the processor's time."""
    times = []
    for _ in range(runs):
        clock, processor = time.perf_counter(), time.process_time()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(bpcheck.WrongAnswer):
            bpcheck.check(answer, exercise_id)
        times.append((1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - processor)))
    return tuple(statistics.median(column) for column in zip(*times, strict=True))


def slowest_wrong(exercise):
    """Medians of the mistake that takes the processor longest, and its code."""
    times = [(milliseconds(m.answer, exercise.id, WRONG_RUNS), m.code) for m in exercise.mistakes]
    return max(times, key=lambda found: found[0][1])


def main():
    print(
        f"{'ms for one check':<20}{'right':>8}{'cpu':>8}{'wrong':>8}{'cpu':>8}  mistake   medians of {RUNS}"
    )
    for exercise in exercises.catalogue().values():
        if isinstance(exercise, Exercise):
            right = milliseconds(RIGHT[exercise.id][0], exercise.id)
            wrong, code = slowest_wrong(exercise)
            numbers = "".join(f"{value:8.1f}" for value in (*right, *wrong))
            print(f"{exercise.id:<20}{numbers}  {code}", flush=True)


if __name__ == "__main__":
    main()

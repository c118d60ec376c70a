"""Whether a verdict hangs on the random cases: every exercise's right answers and mistakes, at many seeds.

    python benchmarks/course_seeds.py [--seeds 100] [--only TEXT] [--mistakes]

Prints each answer that is judged otherwise at some seed than it deserves, and how often. The tests try two seeds.
"""

import argparse
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "exercises")]

from right_answers import RIGHT  # noqa: E402 - the path comes first
from test_every_exercise import solution_of  # noqa: E402

from bpcheck import exercises  # noqa: E402
from bpcheck.exercises.examine import examine  # noqa: E402
from bpcheck.exercises.model import Exercise  # noqa: E402
from bpcheck.gradcheck.facts import Verdict  # noqa: E402


def right_ones(exercise, seeds):
    """(answer, seeds at which it is refused); of the right answers."""
    answers = {f"right answer {number}": answer for number, answer in enumerate(RIGHT[exercise.id])}
    answers["printed solution"] = solution_of(exercise)
    for name, answer in answers.items():
        yield name, [s for s in seeds if examine(exercise, answer, s).verdict is not Verdict.RIGHT]


def wrong_ones(exercise, seeds):
    """(mistake, seeds at which it is not wrong under its own name)."""
    for mistake in exercise.mistakes:
        bad = []
        for seed in seeds:
            outcome = examine(exercise, mistake.answer, seed)
            named = [f.code for f in outcome.findings if f.code != "G3"] == [mistake.code]
            if outcome.verdict is not Verdict.WRONG or not named:
                bad.append(seed)
        yield f"{mistake.code} {mistake.sentence[:60]}", bad


def judged(name, seeds, mistakes):
    """The exercise's lines, and how many answers were tried."""
    exercise = exercises.find(name)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        rows = list((wrong_ones if mistakes else right_ones)(exercise, range(seeds)))
    return [(name, what, bad) for what, bad in rows if bad], len(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--only", default="", help="exercises whose name holds this text")
    parser.add_argument(
        "--mistakes", action="store_true", help="the mistakes in the place of the right answers"
    )
    wanted = parser.parse_args()
    names = [e.id for e in exercises.catalogue().values() if isinstance(e, Exercise) and wanted.only in e.id]
    tried = count = 0
    with ProcessPoolExecutor(2) as pool:
        many = len(names)
        for rows, answers in pool.map(judged, names, [wanted.seeds] * many, [wanted.mistakes] * many):
            for name, what, bad in rows:
                print(f"{name:<24}{what:<70}{len(bad)} of {wanted.seeds}, at {bad[:8]}", flush=True)
                count += len(bad)
            tried += answers
    print(f"{tried} answers at {wanted.seeds} seeds each: {count} judgements that are not deserved")


if __name__ == "__main__":
    main()

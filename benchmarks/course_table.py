"""The course in one table: what every notebook holds, what its checks know, and how long they take.

A mutant counts as named if its check gives its own code and sentence and no other. The times of a check are medians over
a notebook's exercises, of the right answer and of the slowest wrong one, by the clock and of the processor. Notebooks
run in a kernel of their own, its start included.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import nbformat
from check_time import milliseconds, slowest_wrong
from nbclient import NotebookClient
from traitlets.config import Config

from bpcheck import exercises
from bpcheck.exercises.examine import examine
from bpcheck.exercises.model import Exercise
from bpcheck.gradcheck.facts import Verdict

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from right_answers import RIGHT  # noqa: E402  (the tests' own answers, now first on the path)

SEED = 1
HEAD = (
    "notebook               exercises questions   right   mutants  named    right: ms  cpu   wrong: ms  cpu   "
    "run: blank  solved"
)


def passes(exercise, answer):
    """Whether the check says *right*."""
    return examine(exercise, answer, SEED).verdict is Verdict.RIGHT


def named(exercise, mistake):
    """Whether the check names this mistake and no other; a wrong shape may be remarked on beside it."""
    findings = [f for f in examine(exercise, mistake.answer, SEED).findings if f.code != "G3"]
    return [(f.code, f.sentence) for f in findings] == [(mistake.code, mistake.sentence)]


def counts(name):
    """Exercises, questions of the concept check, right answers that pass, mutants, mutants named."""
    listed = [e for e in exercises.catalogue().values() if e.chapter == name]
    functions = [e for e in listed if isinstance(e, Exercise)]
    questions = sum(len(e.questions) for e in listed if not isinstance(e, Exercise))
    right = sum(passes(e, answer) for e in functions for answer in RIGHT[e.id])
    mutants = [named(e, m) for e in functions for m in e.mistakes]
    return len(functions), questions, right, len(mutants), sum(mutants)


def times(name):
    """Medians over the exercises: a right check by the clock and of the processor, a wrong one alike."""
    functions = [e for e in exercises.catalogue().values() if e.chapter == name and isinstance(e, Exercise)]
    checks = [(*milliseconds(RIGHT[e.id][0], e.id), *slowest_wrong(e)[0]) for e in functions]
    return [statistics.median(column) for column in zip(*checks, strict=True)]


def seconds(folder, name):
    """How long the notebook takes from top to bottom."""
    notebook = nbformat.read(ROOT / folder / name / f"{name}.ipynb", as_version=4)
    started = time.perf_counter()
    # over TCP every kernel warns that it is not encrypted
    quiet = Config({"KernelManager": {"transport": "ipc"}})
    NotebookClient(notebook, timeout=120, kernel_name="python3", config=quiet).execute()
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="notebooks such as 02_chain_rule; all if none is named")
    everything = sorted(path.parent.name for path in ROOT.glob("solutions/*/*.ipynb"))
    names = parser.parse_args().names or everything
    print(HEAD)
    for name in names:
        counted = "{:>10}{:>10}{:>8}{:>10}{:>7}".format(*counts(name))
        timed = "{:>13.0f}{:>5.0f}{:>12.0f}{:>5.0f}".format(*times(name))
        run = f"{seconds('notebooks', name):>12.1f}s{seconds('solutions', name):>7.1f}s"
        print(f"{name:<22}{counted}{timed}{run}", flush=True)


if __name__ == "__main__":
    main()

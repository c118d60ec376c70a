"""Whatever crosses, the examiner ends with an outcome that can be shown, and never with an exception of ours."""

import numpy as np
import pytest

from bpcheck import exercises
from bpcheck.exercises import Exercise
from bpcheck.exercises.examine import examine
from bpcheck.exercises.model import Probed
from bpcheck.exercises.quiz import from_parts
from bpcheck.gradcheck.facts import Verdict
from bpcheck.report import Report
from bpcheck.sandbox import wire

NUMBERS = np.array([0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 2.0**53])


def anything(rng, depth=0):
    """A value that the wire lets through."""
    kind = rng.integers(8 if depth < 2 else 6)
    if kind < 3:
        shape = rng.choice([0, 1, 2, 3, 5], size=rng.integers(5))
        return rng.choice(NUMBERS, size=shape).astype(rng.choice(sorted(wire.KINDS)))
    if kind < 6:
        return [None, True, 2**62, -(2**63), float(rng.choice(NUMBERS)), "right"][rng.integers(6)]
    entries = [anything(rng, depth + 1) for _ in range(rng.integers(6))]
    return entries if kind == 6 else tuple(entries)


def hostile(rng, results):
    """An answer that returns anything, mostly the same and as many as are wanted, and spoils what it was given."""
    kept = tuple(anything(rng, 1) for _ in range(results)) if rng.integers(2) else anything(rng)

    def answer(*case):
        for given in case:
            if isinstance(given, list) and rng.integers(3) == 0:
                given[:] = [anything(rng, 1) for _ in given]
        return kept if rng.integers(5) else anything(rng)

    return answer


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exercise", exercises.catalogue().values(), ids=lambda e: e.id)
def test_numbers_of_any_kind_end_in_a_report(exercise):
    rng = np.random.default_rng(len(exercise.id))
    for _ in range(6):
        if isinstance(exercise, Exercise):
            answer = Probed(hostile(rng, len(exercise.returns)))
        else:
            parts = ("a dict", *(anything(rng) for _ in range(rng.integers(6))))
            answer = lambda parts=parts: from_parts(parts)  # noqa: E731 - as `answers.answer` makes it
        with np.errstate(all="ignore"):
            outcome = examine(exercise, answer, 3)

        assert outcome.verdict is not Verdict.RIGHT
        assert str(Report(outcome))
        assert Report(outcome)._repr_html_()


def test_a_list_of_lists_of_unequal_lengths_is_described():
    outcome = examine(exercises.find("shapes"), lambda _sizes: [[1, [2, 3]], [1]], 1)

    assert [f.code for f in outcome.findings] == ["G2"]
    assert "its rows have lengths 2, 1" in outcome.findings[0].sentence


def test_a_list_that_was_given_and_holds_an_array_now_was_changed():
    """`==` between lists asks the array whether it is true, and an array raises."""

    def cost(dims, _order):
        right = sum(dims[-1] * dims[i] * dims[i - 1] for i in range(len(dims) - 2, 0, -1))
        dims[0] = np.array([1, 2])
        return right

    assert [f.code for f in examine(exercises.find("cost"), cost, 1).findings][:1] == ["G7"]

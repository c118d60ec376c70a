"""The examiner: what it says where a case cannot be decided or is zero, and on which mistakes it spends its time."""

import dataclasses

import numpy as np
import pytest

from bpcheck.exercises.examine import draw, examine
from bpcheck.exercises.model import Exercise, Mistake
from bpcheck.gradcheck import Outcome, Verdict, exact, slope
from bpcheck.gradcheck.facts import Estimate
from bpcheck.gradcheck.recognise import lost_precision


def doubled_or_not(*mistakes):
    """Twice a number at ten places; in the second result, three times."""
    return Exercise(
        id="double",
        number="00.0",
        chapter="00_start_here",
        parameters=("x",),
        returns=("twice", "thrice"),
        draw=lambda rng: [(float(x),) for x in rng.uniform(1, 2, 10)],
        truth=lambda x: (exact(2 * x), exact(3 * x)),
        mistakes=mistakes,
    )


def counted(answer):
    calls = []

    def wrong(x):
        calls.append(x)
        return answer(x)

    return wrong, calls


def test_a_mistake_that_differs_at_the_first_case_is_not_run_on_the_others():
    wrong, calls = counted(lambda x: (-2 * x, -3 * x))
    exercise = doubled_or_not(Mistake("F1", "turned", wrong))

    assert examine(exercise, lambda x: (x * x, 3 * x), 1).verdict is Verdict.WRONG
    assert set(calls) == {draw(exercise, 1)[0][0]}


def test_a_mistake_that_explains_one_of_two_wrong_results_is_run_to_the_end_and_named():
    turned, calls = counted(lambda x: (-2 * x, 3 * x))
    exercise = doubled_or_not(
        Mistake("F1", "turned", turned), Mistake("V1", "squared", lambda x: (2 * x, x * x))
    )
    outcome = examine(exercise, lambda x: (-2 * x, x * x), 1)

    assert [(f.code, f.array) for f in outcome.findings] == [("F1", "twice"), ("V1", "thrice")]
    assert len(calls) == 1 + 10  # as the whole answer, which fails at once; as one result of it


@pytest.mark.parametrize("late", range(10))
def test_a_mistake_that_differs_at_one_case_only_is_not_named(late):
    exercise = doubled_or_not()
    last = draw(exercise, 1)[late][0]
    near = Mistake("F1", "turned", lambda x: (-2 * x, 3 * x) if x != last else (-2.5 * x, 3 * x))
    outcome = examine(doubled_or_not(near), lambda x: (-2 * x, 3 * x), 1)

    assert "turned" not in [f.sentence for f in outcome.findings]


def asked(points, truth):
    """An exercise "slope" with one number in and one out, at these points."""
    return Exercise(
        id="slope",
        number="00.0",
        chapter="00_start_here",
        parameters=("x",),
        returns=("dy",),
        draw=lambda _rng: [(x,) for x in points],
        truth=lambda x: (truth(x),),
        mistakes=(),
    )


BENT = asked([-1.3, 0.0, 0.7], lambda x: slope(lambda t: max(t, 0.0), x))
COSINE = asked([0.5, np.pi / 2], lambda x: exact(0.0 if x > 1 else np.cos(x)))


def judged(exercise: Exercise, answer) -> Outcome:
    return examine(exercise, answer, 1)


def test_a_case_at_a_kink_is_undecided_and_the_report_says_where_and_why() -> None:
    outcome = judged(BENT, lambda x: float(x > 0))

    assert outcome.verdict is Verdict.UNDECIDED
    assert [note for note in outcome.notes if "kink" in note and "x = 0" in note]


def test_cases_at_a_kink_are_drawn_again() -> None:
    """Where they lie is our choice, and no student's zero."""
    drawn: list[float] = []

    def draw(_rng):
        drawn.append(0.0 if not drawn else 0.7)
        return [(-1.3,), (drawn[-1],)]

    outcome = judged(dataclasses.replace(BENT, draw=draw), lambda x: float(x > 0))

    assert outcome.ok
    assert outcome.seed == 2  # the one that repeats the check
    assert drawn == [0.0, 0.7]


def test_a_wrong_case_beside_an_undecided_one_is_wrong() -> None:
    assert judged(BENT, lambda x: float(x < 0)).verdict is Verdict.WRONG


def test_an_estimate_too_coarse_to_tell_is_undecided() -> None:
    vague = asked([1.0, 2.0], lambda x: Estimate(np.array(x), np.array(0.1), np.array(False)))

    assert judged(vague, lambda x: 1.01 * x).verdict is Verdict.UNDECIDED
    assert judged(vague, lambda x: 9 * x).verdict is Verdict.WRONG


@pytest.mark.parametrize("rest", [0.0, 6e-17, -1e-13])
def test_a_zero_may_carry_the_rounding_of_what_the_other_cases_hold(rest: float) -> None:
    """cos(pi / 2) is 6e-17 in float64."""
    assert judged(COSINE, lambda x: rest if x > 1 else np.cos(x)).ok


@pytest.mark.parametrize("rest", [1e-9, 0.1, -1.0])
def test_a_number_that_should_be_zero_is_wrong_beyond_rounding(rest: float) -> None:
    assert judged(COSINE, lambda x: rest if x > 1 else np.cos(x)).verdict is Verdict.WRONG


def test_zeros_are_no_numbers_cut_to_whole_ones() -> None:
    truth = [exact([0.3, -0.2]), exact([0.9, 0.5])]

    assert lost_precision([np.zeros(2), np.zeros(2)], truth) is None
    assert lost_precision([np.zeros(2), np.array([1.0, 2.0])], [truth[0], exact([1.4, 2.5])]) is not None

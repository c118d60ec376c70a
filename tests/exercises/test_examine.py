"""The examiner spends its time on mistakes that can still be the answer's."""

import pytest

from bpcheck.exercises.examine import draw, examine
from bpcheck.exercises.model import Exercise, Mistake
from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.facts import Verdict


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

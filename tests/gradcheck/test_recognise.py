"""A name is given where the numbers are equal everywhere, and only there."""

import numpy as np

from bpcheck.gradcheck.compare import exact
from bpcheck.gradcheck.recognise import Candidate, is_constant, lost_precision, recognise, scaled

CASES = [1.3, 2.1, -0.7]
TRUTH = [[exact(x**2) for x in CASES], [exact(3 * x) for x in CASES]]


def results(first, second):
    return [[np.array(first(x)) for x in CASES], [np.array(second(x)) for x in CASES]]


def candidate(code, first=lambda x: x**2, second=lambda x: 3 * x):
    return Candidate(code, f"sentence of {code}", results(first, second))


def named(first, second, *candidates):
    return [(f.code, f.array) for f in recognise(["a", "b"], results(first, second), TRUTH, candidates)]


def test_a_mistake_that_gives_all_results_is_named():
    wrong = candidate("C1", lambda x: x, lambda x: x)

    assert named(lambda x: x, lambda x: x, wrong) == [("C1", "")]


def test_a_mistake_that_agrees_at_all_cases_but_one_is_not_named():
    almost = candidate("C1", lambda x: x if x > 0 else 0.0)

    assert named(lambda x: x, lambda x: 3 * x, almost) == []


def test_two_mistakes_in_two_results_are_both_named():
    first, second = candidate("C1", first=lambda x: x), candidate("C2", second=lambda x: -3 * x)

    assert named(lambda x: x, lambda x: -3 * x, first, second) == [("C1", "a"), ("C2", "b")]


def test_two_mistakes_that_give_the_same_numbers_are_both_named():
    one, other = candidate("C1", first=lambda x: x), candidate("C2", first=lambda x: x + 0.0)

    assert named(lambda x: x, lambda x: 3 * x, one, other) == [("C1", "a"), ("C2", "a")]


def test_a_mistake_that_is_right_at_these_cases_names_nothing():
    harmless = candidate("C1")

    assert named(lambda x: x**2, lambda _: 9.0, harmless) == []


def test_a_mistake_that_cannot_run_where_the_answer_can_is_not_named():
    broken = Candidate("C1", "", [[None, None, None], [np.array(x) for x in CASES]])

    assert named(lambda x: x, lambda x: x, broken) == [("C1", "b")]


def test_what_explains_more_of_the_wrong_results_is_named_alone():
    """The second gives `a` as well, but says nothing of `b`."""
    both, one = candidate("C1", lambda x: x, lambda x: -x), candidate("C2", first=lambda x: x)
    third = [lambda x: x, lambda x: -x, lambda x: 7 * x]
    yours = [[np.array(f(x)) for x in CASES] for f in third]
    truth = [*TRUTH, [exact(8 * x) for x in CASES]]
    known = [Candidate(c.code, "", [*c.results, truth_of(8)]) for c in (both, one)]

    assert [(f.code, f.array) for f in recognise(["a", "b", "c"], yours, truth, known)] == [("C1", "a, b")]


def truth_of(factor):
    return [np.array(factor * x) for x in CASES]


def test_a_mistake_times_one_number_is_found_with_the_number():
    wrong = candidate("C1", np.sin, np.cos)
    yours = results(lambda x: -5 * np.sin(x), lambda x: -5 * np.cos(x))

    assert [(round(f, 6), [c.code for c in cs]) for f, cs in scaled(yours, [wrong, candidate("C2")])] == [
        (-5.0, ["C1"])
    ]
    assert scaled(results(lambda x: -5 * np.sin(x), np.cos), [wrong]) == ()


def test_few_numbers_have_any_ratio():
    wrong = Candidate("C1", "", [[np.array([1.0, 2.0])]])

    assert scaled([[np.array([3.0, 6.0])]], [wrong]) == ()


def test_whole_numbers_and_float32_are_told_from_other_wrong_values():
    truth = [exact(x) for x in (1.7, 2.2, -3.6)]

    assert "whole numbers" in lost_precision([np.array(v) for v in (1.0, 2.0, -3.0)], truth)
    assert "float32" in lost_precision([np.array(np.float64(np.float32(v))) for v in (1.7, 2.2, -3.6)], truth)
    assert lost_precision([np.array(v) for v in (1.0, 3.0, -3.0)], truth) is None
    assert lost_precision([np.array(v) for v in (1.71, 2.21, -3.61)], truth) is None


def test_a_constant_answer_is_seen_only_where_the_truth_changes():
    same = [np.array(2.0)] * 3

    assert is_constant(same, [exact(1.0), exact(2.0), exact(3.0)])
    assert not is_constant(same, [exact(1.0)] * 3)
    assert not is_constant(
        [np.array(2.0), np.array(2.0), np.array(2.1)], [exact(1.0), exact(2.0), exact(3.0)]
    )

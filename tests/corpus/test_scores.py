"""bpcheck judged by the corpus: no false verdict, and open ones only where the numbers allow no other.

The cases in `known_failures` are expected to fail; `test_the_lists_of_known_failures_are_short` prints those
that no longer do.
"""

import functools

import pytest

import corpus
from corpus.known_failures import FALSE_VERDICTS, OPEN_VERDICTS
from corpus.score import ask_bpcheck

SEEDS = [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)]


@functools.cache
def answer_to(name, seed):
    return ask_bpcheck(corpus.build(name, seed))


def every(expected):
    """All names and seeds as parameters; the known failures marked."""
    for name in corpus.names():
        known = [pytest.mark.xfail(strict=False, reason=expected[name])] if name in expected else []
        for seed in (1, 2, 3):
            yield pytest.param(name, seed, marks=known + [pytest.mark.slow] * (seed > 1), id=f"{name}-{seed}")


@pytest.mark.parametrize(("name", "seed"), every(FALSE_VERDICTS))
def test_no_wrong_gradient_passes_and_no_right_one_alarms(name, seed):
    answer = answer_to(name, seed)

    assert not answer.passed, f"wrong in {answer.case.wrong_arrays}, called right: {answer.case.note}"
    assert not answer.alarmed, f"right, called wrong: {answer.said}"


@pytest.mark.parametrize(("name", "seed"), every(OPEN_VERDICTS))
def test_a_verdict_is_open_at_kinks_only(name, seed):
    """Undecided, refused or out of budget: no false verdict, but no use either."""
    answer = answer_to(name, seed)

    assert not answer.open or answer.may_stay_open, f"{answer.verdict}: {answer.said}"


@pytest.mark.parametrize("name", corpus.names())
def test_the_point_is_never_changed(name):
    assert "POINT WAS CHANGED" not in answer_to(name, 1).said


def test_the_lists_of_known_failures_are_short():
    """Prints what may be taken off the lists (with -rP), and holds that all names on them are cases."""
    mended = [name for name in FALSE_VERDICTS if not any(_false(name, seed) for seed in (1, 2, 3))]
    closed = [name for name in OPEN_VERDICTS if not any(_open(name, seed) for seed in (1, 2, 3))]
    print(f"{len(FALSE_VERDICTS)} false verdicts known, no longer false: {mended}")
    print(f"{len(OPEN_VERDICTS)} open verdicts known, no longer open: {closed}")

    assert set(FALSE_VERDICTS) | set(OPEN_VERDICTS) <= set(corpus.names())


def _false(name, seed):
    return answer_to(name, seed).passed or answer_to(name, seed).alarmed


def _open(name, seed):
    return answer_to(name, seed).open and not answer_to(name, seed).may_stay_open


@pytest.mark.parametrize("seed", SEEDS)
def test_a_right_gradient_costs_few_evaluations(seed):
    """The goal of the checker: at most 60 an array, whatever the number of its entries."""
    dear = []
    for name in corpus.names():
        answer = answer_to(name, seed)
        if answer.case.right and answer.evaluations > 60 * len(answer.case.params):
            dear.append(f"{name}: {answer.evaluations} for {len(answer.case.params)} arrays")
    if dear:
        pytest.xfail(f"{len(dear)} right gradients cost more: {', '.join(dear[:5])} ...")

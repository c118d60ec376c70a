"""bpcheck judged by the corpus: no false verdict, and open ones only where the numbers allow no other.

The cases in `known_failures` are expected to fail; `test_the_lists_of_known_failures_are_short` prints those
that no longer do. Every day a sample of seed 1 is judged; the rest of it is marked slow. Other seeds, and other
checkers: `python benchmarks/gradcheck_corpus.py --alone --failures --seed 11`.
"""

import functools

import pytest

import corpus
from corpus.known_failures import FALSE_VERDICTS, OPEN_VERDICTS
from corpus.score import ask_bpcheck

SEED = 1
NETWORKS = 4  # one in so many cases of this large family is judged every day
LARGE = "200,000"  # in the names of arrays with so many entries
COST = 60  # evaluations an array, of the goal


@functools.cache
def answer_to(name):
    return ask_bpcheck(corpus.build(name, SEED))


def every_day():
    """Names of the sample."""
    networks = [name for name in corpus.names() if name.startswith("networks/")]
    left_out = set(networks) - set(networks[::NETWORKS])
    return [name for name in corpus.names() if name not in left_out and LARGE not in name]


def every(expected):
    """All names as parameters; the known failures and the slow ones marked."""
    sample, found = set(every_day()), []
    for name in corpus.names():
        known = [pytest.mark.xfail(strict=False, reason=expected[name])] if name in expected else []
        slow = [] if name in sample else [pytest.mark.slow]
        found.append(pytest.param(name, marks=known + slow))
    return found


@pytest.mark.parametrize("name", every(FALSE_VERDICTS))
def test_no_wrong_gradient_passes_and_no_right_one_alarms(name):
    answer = answer_to(name)

    assert not answer.passed, f"wrong in {answer.case.wrong_arrays}, called right: {answer.case.note}"
    assert not answer.alarmed, f"right, called wrong: {answer.said}"


@pytest.mark.parametrize("name", every(OPEN_VERDICTS))
def test_a_verdict_is_open_at_kinks_only(name):
    """Undecided, refused or out of budget: no false verdict, but no use either."""
    answer = answer_to(name)

    assert not answer.open or answer.may_stay_open, f"{answer.verdict}: {answer.said}"


@pytest.mark.parametrize("name", every_day())
def test_the_point_is_never_changed(name):
    assert "POINT WAS CHANGED" not in answer_to(name).said


@pytest.mark.slow
def test_the_lists_of_known_failures_are_short():
    """Prints what may be taken off the lists (with -rP), and holds that all names on them are cases."""
    mended = [name for name in FALSE_VERDICTS if not _false(name)]
    closed = [name for name in OPEN_VERDICTS if not _open(name)]
    print(f"{len(FALSE_VERDICTS)} false verdicts known, no longer false: {mended}")
    print(f"{len(OPEN_VERDICTS)} open verdicts known, no longer open: {closed}")

    assert set(FALSE_VERDICTS) | set(OPEN_VERDICTS) <= set(corpus.names())


def _false(name):
    return answer_to(name).passed or answer_to(name).alarmed


def _open(name):
    return answer_to(name).open and not answer_to(name).may_stay_open


def test_a_right_gradient_costs_few_evaluations():
    """At most 60 an array, whatever the number of its entries, but for the steepest, flattest and most bent losses."""
    right = [answer for name in every_day() if (answer := answer_to(name)).case.right]
    costs = {a.case.name: a.evaluations / len(a.case.params) for a in right if a.case.kind == "smooth"}
    dear = {name: cost for name, cost in costs.items() if cost > COST}

    assert len(dear) <= 0.15 * len(costs), dear
    assert max(costs.values()) <= 4 * COST


def test_all_wrong_arrays_are_located_and_no_right_ones():
    wrong = [answer for name in every_day() if not (answer := answer_to(name)).case.right]

    assert [a.case.name for a in wrong if a.located is False] == []

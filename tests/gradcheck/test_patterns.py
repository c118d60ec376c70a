"""What relates a wrong array to the right one, and what only looks as if it did."""

import numpy as np
import pytest

from bpcheck.gradcheck.compare import compare, exact
from bpcheck.gradcheck.patterns import pattern, zeros

RIGHT = np.array([[1.5, -2.0, 3.5], [0.25, 8.0, -1.0]])
W = np.array([[0.3, -0.1, 0.7], [-0.2, 0.4, 0.9]])
B = np.array([1.0, -2.0])


def found(yours, right=RIGHT, at=W):
    return pattern([compare("W", np.asarray(yours, dtype=float), exact(right))], {"": at})


@pytest.mark.parametrize(
    ("yours", "code", "words"),
    [
        (np.full((2, 3), RIGHT.sum()), "C21", "the sum of the expected ones"),
        (np.full((2, 3), RIGHT.mean()), "C21", "the mean of the expected ones"),
        (np.roll(RIGHT, 1, axis=1), "V2", "one place off"),
        (RIGHT[:, ::-1], "V2", "reversed"),
        (np.sign(RIGHT), "G9", "signs"),
        (np.abs(RIGHT), "G9", "absolute values"),
        (RIGHT + 0.3 * W, "C25", "0.3 times W"),
        (RIGHT - 2 * np.sign(W), "C25", "-2 times sign(W)"),
        (RIGHT + 0.5, "G9", "one number is added"),
    ],
)
def test_a_relation_of_all_entries_is_said(yours, code, words):
    finding = found(yours)

    assert finding is not None
    assert finding.code == code
    assert words in finding.sentence


def test_where_all_is_positive_a_sign_is_a_constant():
    finding = found(RIGHT + 0.5, at=np.abs(W))

    assert finding is not None
    assert "one number is added" in finding.sentence


@pytest.mark.parametrize("yours", [RIGHT, np.zeros((2, 3)), RIGHT + 0.3 * W + np.eye(2, 3) * 1e-4, RIGHT**2])
def test_what_has_no_such_relation_gets_no_pattern(yours):
    """Zeros are −1 times the right array too much; that is no term."""
    assert found(yours) is None


def test_a_relation_must_hold_at_every_place():
    here, there = (
        compare("W", yours, exact(RIGHT), at) for yours, at in ((RIGHT[::-1], ""), (RIGHT**2, "b"))
    )

    assert pattern([here, there], {"": W, "b": W}) is None


def zero(name, right):
    return compare(name, np.zeros_like(right), exact(right))


def test_a_bias_is_forgotten_only_where_the_weights_are_not():
    weights = compare("W", RIGHT, exact(RIGHT))

    def found(*comparisons, unexplained=()):
        return [(f.code, f.array) for f in zeros(comparisons, unexplained)]

    assert found(weights, zero("b", B)) == [("C22", "b")]
    assert found(zero("W", RIGHT), zero("b", B)) == [("G9", "W, b")]
    doubled = compare("c", 2 * B, exact(B))  # so that it may be a mistake with all biases
    assert found(weights, zero("b", B), doubled) == [("G9", "b")]
    assert found(weights, zero("V", W)) == [("G9", "V")]
    assert found(zero("x", B)) == [("G9", "x")]
    wrong = compare("W", RIGHT**2, exact(RIGHT))  # what it is may empty the bias as well
    assert found(wrong, zero("b", B), unexplained={"W", "b"}) == [("G9", "b")]
    assert found(wrong, zero("b", B), unexplained={"b"}) == [("C22", "b")]
    assert found(weights) == []

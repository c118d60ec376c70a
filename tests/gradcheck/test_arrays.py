"""What may come in as numbers, and the one sentence for everything else."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from bpcheck.errors import MalformedAnswer
from bpcheck.gradcheck.arrays import as_numbers, require_finite, require_shape


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        np.float32(0.5),
        np.array(0.5),
        Fraction(1, 2),
        sympy.Rational(1, 2),
        [0.5],
        (0.5,),
        np.array([Fraction(1, 2)], dtype=object),
        np.array([[0.5]], order="F"),
    ],
)
def test_a_right_number_passes_in_whatever_dress_it_comes(value):
    array = as_numbers("x", value)

    assert array.dtype == np.float64
    assert array.ravel().tolist() == [0.5]


def test_the_numbers_are_a_copy():
    """An answer may reuse its buffer for the next call."""
    buffer = np.ones(3)
    array = as_numbers("x", buffer)
    buffer[:] = 0

    assert array.tolist() == [1, 1, 1]


class Unwilling:
    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        (None, "G1", "x is None"),
        ("0.5", "G2", "the string '0.5'"),
        (True, "G2", "the truth value True"),
        (np.array([True]), "G2", "truth values"),
        (1j, "G2", "complex"),
        ([[1, 2], [3]], "G2", "its rows have lengths 2, 1"),
        ([1, "a"], "G2", "x should be numbers"),
        ([1, None], "G2", "one of them is None"),
        (np.array([1, [2]], dtype=object), "G2", "Python objects"),
        (np.array, "G2", "the function array"),
        (sympy.Symbol("t"), "G2", "x should be numbers"),
        (Unwilling(), "G2", "an Unwilling object"),
        ({"a": 1}, "G2", "a dict of length 1"),
        (iter([1]), "G2", "list_iterator"),
    ],
)
def test_what_is_no_number_gets_one_sentence_that_says_what_it_is(value, code, said):
    with pytest.raises(MalformedAnswer) as caught:
        as_numbers("x", value)

    assert caught.value.code == code
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("found", "wanted", "said"),
    [
        ((4, 3), (3, 4), "transposed"),
        ((3, 1), (3,), "an axis too many"),
        ((1,), (), "expected a single number"),
        ((), (3,), "has a single number"),
        ((5, 3), (3,), "shape (5, 3); expected shape (3,)"),
    ],
)
def test_a_wrong_shape_is_told_with_both_shapes(found, wanted, said):
    with pytest.raises(MalformedAnswer) as caught:
        require_shape("dW", np.zeros(found), wanted)

    assert caught.value.code == "G3"
    assert said in str(caught.value)


def test_a_gradient_is_compared_with_the_thing_it_belongs_to():
    with pytest.raises(MalformedAnswer, match=r"dW has shape \(4, 3\); W has shape \(3, 4\)"):
        require_shape("dW", np.zeros((4, 3)), (3, 4), "W")


@pytest.mark.parametrize(("value", "said"), [(np.nan, "dW[1, 0] is nan"), (-np.inf, "dW[1, 0] is inf")])
def test_the_first_entry_that_is_not_finite_is_located(value, said):
    array = np.zeros((2, 2))
    array[1, 0] = value

    with pytest.raises(MalformedAnswer) as caught:
        require_finite("dW", array)
    assert said in str(caught.value)

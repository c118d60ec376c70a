"""A tolerance that follows the estimate: nothing here may depend on the unit of the gradient."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpcheck.gradcheck.compare import compare, exact, tolerance, where
from bpcheck.gradcheck.facts import Estimate

SCALES = [1e-300, 1e-12, 1.0, 1e12, 1e290]


def estimate(value: object, error: object, kink: object = False) -> Estimate:
    v = np.array(value, dtype=float)
    return Estimate(
        v, np.broadcast_to(np.array(error, float), v.shape), np.broadcast_to(np.array(kink), v.shape)
    )


@pytest.mark.parametrize("scale", SCALES)
def test_a_right_gradient_is_right_at_every_scale(scale: float) -> None:
    expected = estimate(scale * np.array([1.0, -2.0, 0.5]), 1e-12 * scale)

    assert compare("W", expected.value * (1 + 1e-10), expected).ok


@pytest.mark.parametrize("scale", SCALES)
def test_an_entry_that_is_off_by_a_millionth_is_wrong_at_every_scale(scale: float) -> None:
    right = scale * np.array([1.0, -2.0, 0.5])
    yours = right.copy()
    yours[1] *= 1 + 1e-6

    comparison = compare("W", yours, estimate(right, 1e-12 * scale))

    assert comparison.wrong.tolist() == [False, True, False]
    assert not comparison.undecided.any()


@pytest.mark.parametrize("scale", SCALES)
def test_zeros_are_wrong_at_every_scale(scale: float) -> None:
    assert compare("W", np.zeros(2), estimate([scale, -scale], 1e-13 * scale)).wrong.all()


@settings(derandomize=True)
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5), st.floats(0, 1)), min_size=1, max_size=5),
    st.integers(-300, 300),
)
def test_the_unit_of_the_gradient_decides_nothing(entries: list[tuple[float, ...]], exponent: int) -> None:
    """A power of two multiplies without rounding, so that the verdicts must be the same to the last entry."""
    yours, expected, error = (np.round(np.array(column), 3) for column in zip(*entries, strict=True))
    unit = 2.0**exponent

    here = compare("W", yours, estimate(expected, error))
    there = compare("W", yours * unit, estimate(expected * unit, error * unit))

    assert (here.wrong == there.wrong).all()
    assert (here.undecided == there.undecided).all()


def test_the_tolerance_is_wider_where_the_estimate_is_poorer() -> None:
    yours, right = np.array([1.001, 1.001]), [1.0, 1.0]

    comparison = compare("W", yours, estimate(right, [2e-4, 1e-9]))

    assert comparison.wrong.tolist() == [False, True]


def test_a_small_entry_of_a_large_array_may_carry_the_rounding_of_the_large_one() -> None:
    """In a product of matrices an entry can be what is left of large terms."""
    assert compare("W", np.array([1.0, 3e-13]), exact([1.0, 0.0])).ok
    assert compare("W", np.array([1.0, 3e-9]), exact([1.0, 0.0])).wrong.tolist() == [False, True]


@pytest.mark.parametrize("yours", [0.0, 0.5, 1.0, 77.0])
def test_a_kink_is_undecided_whatever_was_answered(yours: float) -> None:
    comparison = compare("x", np.array([yours]), estimate([0.5], [1e-12], [True]))

    assert not comparison.wrong.any()
    assert comparison.undecided.all()


@pytest.mark.parametrize(("value", "error"), [(np.nan, np.inf), (1.0, np.inf), (np.nan, 0.1), (np.inf, 1.0)])
def test_without_an_estimate_nothing_is_decided(value: float, error: float) -> None:
    comparison = compare("x", np.array([1.0, 2.0]), estimate([value, 2.0], [error, 1e-12]))

    assert not comparison.wrong.any()
    assert comparison.undecided.tolist() == [True, False]


def test_an_estimate_too_coarse_to_disagree_is_undecided() -> None:
    """Half the right value would pass as well."""
    comparison = compare("x", np.array([1.0]), estimate([0.9], [0.1]))

    assert not comparison.wrong.any()
    assert comparison.undecided.all()


def test_a_coarse_estimate_still_rejects_what_is_far_away() -> None:
    assert compare("x", np.array([50.0]), estimate([0.9], [0.1])).wrong.all()


def test_an_entry_that_is_zero_beside_large_ones_needs_no_relative_precision() -> None:
    """A dead unit beside living ones: 1e-15 against 0 ± 1e-14 is agreement."""
    assert compare("b", np.array([1.0, 1e-15]), estimate([1.0, 0.0], 1e-14)).ok


def test_a_vanishing_gradient_is_right_where_the_loss_is_steep_around_it() -> None:
    """At a minimum the whole gradient is rounding; only the loss around it says what is small."""
    expected = estimate([3e-16, -2e-16], 1e-15)
    yours = np.array([1e-16, 1e-16])

    assert compare("x", yours, expected).undecided.all()
    assert compare("x", yours, expected, scale=0.1).ok


def test_an_exact_zero_is_right_where_the_loss_stands_still() -> None:
    assert compare("x", np.zeros(3), estimate(np.zeros(3), 5e-15)).ok


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_wrong(value: float) -> None:
    assert compare("x", np.array([value, 1.0]), exact([1.0, 1.0])).wrong.tolist() == [True, False]


def test_numbers_of_no_dimension_and_of_no_entry_are_compared() -> None:
    assert compare("x", np.array(2.0), exact(2.0)).ok
    assert compare("x", np.array(2.1), exact(2.0)).wrong.shape == ()
    assert compare("x", np.zeros((0, 3)), exact(np.zeros((0, 3)))).ok


def test_an_exact_value_does_not_follow_its_source() -> None:
    source = np.array([1.0])
    value = exact(source)
    source[0] = 9.0

    assert value.value[0] == 1.0


def test_the_tolerance_has_the_shape_of_the_value() -> None:
    assert tolerance(exact(np.ones((2, 3)))).shape == (2, 3)
    assert tolerance(exact(1.0)).shape == ()


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        ([[1, 1], [1, 1]], "every entry"),
        (1, "every entry"),
        (0, "no entry"),
        ([[0, 0], [0, 0]], "no entry"),
        (np.zeros((0, 3)), "no entry"),
        ([[0, 0], [1, 0]], "entry [1, 0]"),
        ([0, 0, 1], "entry [2]"),
        ([0, 1, 1], "2 entries"),
        ([[0, 0, 0], [1, 1, 1]], "row 1"),
        ([[0, 1], [0, 1]], "column 1"),
        ([[1, 1], [0, 0], [1, 1]], "rows 0, 2"),
        ([[1, 0, 1], [1, 0, 1]], "columns 0, 2"),
        ([[1, 1, 0], [0, 0, 0]], "2 entries, all in row 0"),
        ([[1, 0], [1, 0], [0, 0]], "2 entries, all in column 0"),
        ([[1, 0], [0, 1]], "2 entries"),
        ([[[1, 0], [0, 1]]], "2 entries"),
        (np.eye(12)[:, :11] > -np.arange(12)[:, None] + 5, None),
    ],
)
def test_the_place_is_said_in_words(mask: object, words: str | None) -> None:
    array = np.array(mask, dtype=bool)

    assert where(array) == (words or f"{array.sum()} entries")

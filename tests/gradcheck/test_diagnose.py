"""A name only where the numbers prove it: every sentence has a counterpart for which it must stay silent."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bpcheck.gradcheck.compare import compare, exact
from bpcheck.gradcheck.diagnose import constant_factor, explain, transposed
from bpcheck.gradcheck.facts import Comparison, Estimate, Finding

RIGHT = np.array([[1.0, -2.0, 3.5], [0.25, 8.0, -1.0]])
SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])
SIZES = {"N": 5, "K": 3}


def only_factor(comparisons: list[Comparison], sizes: dict[str, int]) -> Finding | None:
    """The one finding of `constant_factor`; None if there is none."""
    found = constant_factor(comparisons, sizes)
    assert len(found) <= 1
    return found[0] if found else None


def times(factor: float, right: np.ndarray = RIGHT, name: str = "W") -> Comparison:
    return compare(name, factor * right, exact(right))


@pytest.mark.parametrize(
    ("factor", "code", "words"),
    [
        (-1, "F1", "−1 times"),
        (2, "F2", "twice"),
        (0.5, "F2", "half"),
        (5, "F3", "5 times too large, and N is 5"),
        (3, "F3", "3 times too large, and K is 3"),
        (15, "F3", "15 times too large, and N·K is 15"),
        (1 / 5, "F4", "5 times too small, and N is 5"),
        (1 / 3, "F5", "3 times too small, and K is 3"),
        (1 / 15, "F5", "15 times too small, and N·K is 15"),
        (0.1, "F6", "0.1 times"),
        (-0.37, "F6", "-0.37 times"),
        (1e-9, "F6", "1e-09 times"),
    ],
)
def test_a_common_factor_has_its_name(factor: float, code: str, words: str) -> None:
    finding = only_factor([times(factor)], SIZES)

    assert finding is not None
    assert finding.code == code
    assert words in finding.sentence
    assert finding.array == "W"


@pytest.mark.parametrize("part", [1e-5, -3e-7])
def test_a_factor_that_is_nearly_one_is_told_by_its_distance_from_one(part: float) -> None:
    """'Every entry is 1 times the expected one' says nothing."""
    found = only_factor([times(1 + part)], {})

    assert found is not None
    assert found.code == "F6"
    assert f"{part:+.1e}" in found.sentence


def test_two_meanings_of_a_factor_are_both_named() -> None:
    found = constant_factor([times(2)], {"N": 2})

    assert [f.code for f in found] == ["F2", "F3"]
    assert "½" in found[0].sentence
    assert "N is 2" in found[1].sentence


def test_two_meanings_of_one_code_are_both_said() -> None:
    found = only_factor([times(4)], {"N": 4, "K": 4})

    assert found is not None
    assert "N is 4" in found.sentence
    assert "K is 4" in found.sentence


def test_biases_that_are_n_times_too_small_among_right_weights_are_means() -> None:
    """Divided by N twice, the weights would be too small as well."""
    bias = times(1 / 5, np.array([1.0, 2.0]), "b")

    assert [f.code for f in explain([times(1), bias], SIZES)] == ["C19"]
    assert [f.code for f in explain([bias], SIZES)] == ["F4"]
    assert [f.code for f in explain([times(1 / 5), bias], SIZES)] == ["F4"]


def test_a_turned_sign_is_said_beside_the_factor() -> None:
    finding = only_factor([times(-5)], SIZES)

    assert finding is not None
    assert finding.code == "F3"
    assert "sign is turned round" in finding.sentence


def test_without_sizes_a_batch_factor_is_just_a_factor() -> None:
    finding = only_factor([times(5)], {})

    assert finding is not None
    assert finding.code == "F6"


def test_a_size_of_one_explains_nothing() -> None:
    finding = only_factor([times(-1)], {"N": 1, "K": 1})

    assert finding is not None
    assert finding.code == "F1"
    assert "Another reading" not in finding.sentence


@pytest.mark.parametrize("right", [[3.0], [3.0, 3.0], [3.0, 0.0], [3.0, -3.0], [], 3.0])
def test_a_single_number_has_every_ratio(right: object) -> None:
    """Equal entries, and zeros beside it, are the same number told twice."""
    array = np.array(right, dtype=float)

    assert only_factor([times(-1, array)], {}) is None
    assert explain([times(-1, array)], {}) == ()


def test_a_single_number_at_two_places_is_two_numbers() -> None:
    places = [compare("dy_dx", np.array(-v), exact(v), f"x = {v}") for v in (1.0, 3.0)]

    finding = only_factor(places, {})

    assert finding is not None
    assert finding.code == "F1"


def test_places_with_different_factors_have_none_in_common() -> None:
    """A missing slope at one place only looks like a factor."""
    assert only_factor([times(0.25), times(0.16)], {}) is None


def test_zeros_have_no_factor() -> None:
    assert only_factor([times(0.0)], SIZES) is None


def test_a_right_array_has_no_finding() -> None:
    assert only_factor([times(1.0)], {"N": 1}) is None
    assert explain([times(1.0)], SIZES) == ()


@pytest.mark.parametrize("factor", [2.0, -1.0, 5.0])
def test_one_entry_out_of_line_takes_the_name_away(factor: float) -> None:
    yours = factor * RIGHT
    yours[1, 0] *= 1 + 1e-6

    assert explain([compare("W", yours, exact(RIGHT))], SIZES) == ()


def test_a_number_added_to_all_entries_is_no_factor() -> None:
    assert explain([compare("W", RIGHT + 1, exact(RIGHT))], SIZES) == ()


def test_a_zero_entry_that_is_no_longer_zero_takes_the_name_away() -> None:
    right = np.array([1.0, 2.0, 0.0])

    assert only_factor([compare("W", np.array([2.0, 4.0, 0.1]), exact(right))], {}) is None
    assert only_factor([compare("W", np.array([2.0, 4.0, 0.0]), exact(right))], {}) is not None


def test_the_estimate_may_be_off_by_its_error() -> None:
    noisy = Estimate(RIGHT * (1 + 1e-7), np.full(RIGHT.shape, 1e-6), np.zeros(RIGHT.shape, bool))

    finding = only_factor([compare("W", -RIGHT, noisy)], {})

    assert finding is not None
    assert finding.code == "F1"


def test_an_estimate_too_coarse_for_a_ratio_names_nothing() -> None:
    coarse = Estimate(RIGHT, np.full(RIGHT.shape, 0.05), np.zeros(RIGHT.shape, bool))

    assert only_factor([compare("W", 2 * RIGHT, coarse)], {}) is None


def test_entries_at_a_kink_have_no_say() -> None:
    kink = np.array([[True, False, False], [False, False, False]])
    yours = 2 * RIGHT
    yours[0, 0] = 77.0

    finding = only_factor([compare("W", yours, Estimate(RIGHT, np.zeros(RIGHT.shape), kink))], {})

    assert finding is not None
    assert finding.code == "F2"


@settings(derandomize=True)
@given(
    st.lists(st.floats(0.1, 10), min_size=2, max_size=6, unique=True),
    st.floats(1e-6, 1e6),
    st.sampled_from([-1, 1]),
    st.integers(-40, 40),
)
def test_any_factor_at_any_scale_is_found(right: list[float], size: float, sign: int, exponent: int) -> None:
    array = np.array(right) * 2.0**exponent
    assume(abs(size - 1) > 1e-6 and np.ptp(array) > 1e-3 * array.max())

    finding = only_factor([times(sign * size, array)], {})

    assert finding is not None
    assert finding.code in ("F6", "F2")


def test_one_factor_for_all_wrong_arrays_is_one_mistake() -> None:
    findings = explain([times(5), times(5, np.array([1.0, 2.0]), "b"), times(1, RIGHT, "V")], SIZES)

    assert [(f.code, f.array) for f in findings] == [("F3", "W, b")]


def test_a_lone_number_shares_the_factor_of_the_others() -> None:
    findings = explain([times(5), times(5, np.array(2.0), "b")], SIZES)

    assert [(f.code, f.array) for f in findings] == [("F3", "W, b")]


def test_two_mistakes_in_two_arrays_are_both_named() -> None:
    findings = explain([times(-1), times(2, np.array([1.0, 2.0]), "b")], SIZES)

    assert [(f.code, f.array) for f in findings] == [("F1", "W"), ("F2", "b")]


def test_a_transpose_is_named_where_the_shape_does_not_betray_it() -> None:
    finding = transposed(compare("W", SQUARE.T, exact(SQUARE)))

    assert finding is not None
    assert (finding.code, finding.array) == ("C15", "W")
    assert explain([compare("W", SQUARE.T, exact(SQUARE))], {}) == (finding,)


@pytest.mark.parametrize(
    ("yours", "right"),
    [
        (SQUARE, SQUARE),
        (np.array([[1.0, 2.0], [2.0, 5.0]]), np.array([[1.0, 2.0], [2.0, 5.0]])),
        (2 * SQUARE.T, SQUARE),
        (SQUARE.T + np.eye(2), SQUARE),
        (RIGHT * 3, RIGHT),
        (np.array([1.0, 2.0]), np.array([2.0, 1.0])),
    ],
    ids=["right", "symmetric", "twice", "shifted diagonal", "not square", "one axis"],
)
def test_what_is_no_transpose_is_not_called_one(yours: np.ndarray, right: np.ndarray) -> None:
    assert transposed(compare("W", yours, exact(right))) is None


def test_a_transpose_must_show_at_every_place() -> None:
    turned = compare("W", SQUARE.T, exact(SQUARE), "first")
    other = compare("W", SQUARE + 1, exact(SQUARE), "second")

    assert explain([turned, other], {}) == ()
    assert [f.code for f in explain([turned, turned], {})] == ["C15"]


def test_nothing_to_explain_gives_nothing() -> None:
    assert explain([], SIZES) == ()
    assert only_factor([], SIZES) is None

"""The course's own gradient check."""

import numpy as np
import pytest

from bpcheck.reference import checking


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e6])
def test_the_relative_gap_does_not_depend_on_the_scale(scale):
    a, n = scale * np.array([2.0, 0.0, -1.0, 0.0]), scale * np.array([1.0, 0.0, 1.0, 3.0])

    assert checking.relative_gap(a, n).tolist() == [0.5, 0.0, 2.0, 1.0]


def test_the_check_judges_block_by_block_and_leaves_theta_as_it_is():
    theta = [np.array([1, 2]), np.array([[3.0]])]
    before = [block.copy() for block in theta]

    verdicts = checking.gradcheck(
        lambda t: float((t[0] ** 2).sum() + t[1].sum() ** 3),
        theta,
        [np.array([2.0, 4.0]), np.array([[26.0]])],
    )

    assert verdicts == [True, False]
    assert all(np.array_equal(a, b) for a, b in zip(theta, before, strict=True))


def test_both_sides_of_a_directional_check_agree_for_a_right_gradient():
    w = np.array([0.3, -1.2])
    nudged, forecast = checking.directional_check(
        lambda t: float(np.sin(t[0]).sum()), [w], [np.cos(w)], [np.array([2.0, 1.0])]
    )

    assert nudged == pytest.approx(forecast, rel=1e-9)


@pytest.mark.parametrize("x", [-0.0005, 0.0, 0.0002, 0.0009])
def test_a_safe_point_has_no_kink_within_h(x):
    assert abs(checking.safe_point(abs, x, 1e-3)) >= 1e-3


def test_a_point_that_is_safe_stays():
    assert checking.safe_point(abs, 0.5, 1e-3) == 0.5

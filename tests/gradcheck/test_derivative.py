"""The estimate is under test as much as the value: |true error| <= estimated error, and no larger than needed."""

import math
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpcheck.gradcheck.derivative import entry_slopes, roughness, slope, steepness
from bpcheck.gradcheck.facts import Estimate

Function = Callable[[float], float]

SMOOTH: dict[str, tuple[Function, Function, float]] = {  # function, derivative, largest |t|
    "exp": (np.exp, np.exp, 5),
    "steep": (lambda t: np.exp(20 * t), lambda t: 20 * np.exp(20 * t), 5),
    "oscillating": (lambda t: np.sin(50 * t), lambda t: 50 * np.cos(50 * t), 5),
    "fast": (lambda t: np.sin(1e3 * t), lambda t: 1e3 * np.cos(1e3 * t), 5),
    "far out": (np.sin, np.cos, 1e6),
    "offset": (lambda t: 1e6 + np.sin(t), np.cos, 5),
    "tiny": (lambda t: 1e-12 * np.sin(t), lambda t: 1e-12 * np.cos(t), 5),
    "huge": (lambda t: 1e12 * np.sin(t) + 1e13, lambda t: 1e12 * np.cos(t), 5),
    "near overflow": (lambda t: 1e300 * np.sin(t), lambda t: 1e300 * np.cos(t), 5),
    "line": (lambda t: 3 * t - 7, lambda _: 3.0, 1e6),
    "constant": (lambda _: 5.0, lambda _: 0.0, 1e6),
    "bell": (lambda t: np.exp(-50 * t**2), lambda t: -100 * t * np.exp(-50 * t**2), 2),
    "narrow bell": (lambda t: np.exp(-5e3 * t**2), lambda t: -1e4 * t * np.exp(-5e3 * t**2), 1),
    "peak": (lambda t: 1 / (1 + 1e4 * t**2), lambda t: -2e4 * t / (1 + 1e4 * t**2) ** 2, 1),
    "Runge": (lambda t: 1 / (1 + 25 * t**2), lambda t: -50 * t / (1 + 25 * t**2) ** 2, 3),
    "sigmoid": (lambda t: 1 / (1 + np.exp(-t)), lambda t: 1 / (2 + 2 * np.cosh(t)), 30),
    "course": (
        lambda t: np.exp(np.sin(t**2)),
        lambda t: np.exp(np.sin(t**2)) * np.cos(t**2) * 2 * t,
        2.5,
    ),
    "large offset": (lambda t: 1e8 + np.tanh(t), lambda t: 1 / np.cosh(t) ** 2, 3),
    "saturated": (lambda t: np.log1p(np.exp(t)) - t, lambda t: -1 / (1 + np.exp(t)), 32),
    "hidden cancellation": (lambda t: ((1e6 + np.sin(t)) - 1e6) / 3, lambda t: np.cos(t) / 3, 1),
    "float32 inside": (lambda t: float(np.float32(np.exp(t))), np.exp, 1),
}


def covers(estimate: Estimate, truth: float) -> bool:
    return bool(abs(float(estimate.value) - truth) <= float(estimate.error))


@pytest.mark.parametrize("name", SMOOTH)
@settings(max_examples=60, derandomize=True, deadline=None)
@given(data=st.data())
def test_the_true_error_is_at_most_the_estimated_one(name: str, data: st.DataObject) -> None:
    f, derivative, largest = SMOOTH[name]
    t = data.draw(st.floats(-largest, largest))

    estimate = slope(f, t)

    assert covers(estimate, derivative(t))
    assert not estimate.kink


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(st.floats(-10, 10), min_size=1, max_size=7), st.floats(-3, 3))
def test_the_true_error_of_a_polynomial_is_at_most_the_estimated_one(
    coefficients: list[float], t: float
) -> None:
    estimate = slope(lambda u: float(np.polyval(coefficients, u)), t)

    own_rounding = 1e-15 * np.polyval(np.abs(np.polyder(coefficients)), abs(t))
    truth = float(np.polyval(np.polyder(coefficients), t))
    assert abs(estimate.value - truth) <= estimate.error + own_rounding


def test_the_estimated_error_is_small_enough_to_be_useful() -> None:
    """On e^(sin(x^2)), the function of the first notebooks; near a slope of 0 no relative error can be small."""
    f, derivative, _ = SMOOTH["course"]
    points = np.linspace(-2.5, 2.5, 501)

    relative = [float(slope(f, t).error) / max(abs(derivative(t)), 1e-3) for t in points]

    assert max(relative) <= 1e-8
    assert np.median(relative) <= 1e-11


@pytest.mark.parametrize("name", ["steep", "oscillating", "tiny", "huge", "line", "bell", "sigmoid"])
def test_the_estimated_error_is_useful_at_every_scale(name: str) -> None:
    f, derivative, _ = SMOOTH[name]

    assert slope(f, 0.3).error <= 1e-9 * abs(derivative(0.3))


def test_larger_steps_are_tried_where_noise_leaves_few_digits() -> None:
    """The offset costs eight digits; of a slope of 0.013, steps of 0.09 and less show it to 2e-6 only."""
    estimate = slope(lambda t: 1e8 + math.tanh(t), 2.85)

    assert covers(estimate, 1 / math.cosh(2.85) ** 2)
    assert estimate.error < 1e-6


def test_a_smooth_function_costs_nineteen_evaluations_when_its_noise_is_known() -> None:
    calls: list[float] = []

    def f(t: float) -> float:
        calls.append(t)
        return math.exp(t)

    slope(f, 0.7, noise=0.0)

    assert len(calls) == 19


@pytest.mark.parametrize("at", [0.0, 1.0, -2.7, 1000.0])
@pytest.mark.parametrize(
    "bent",
    [
        lambda u, _: abs(u),
        lambda u, _: max(u, 0.0),
        lambda u, _: 1e-12 * max(u, 0.0),
        lambda u, _: 1e6 + max(u, 0.0),
        lambda u, t: 1e-3 * abs(u) + math.sin(5 * t),
        lambda u, _: math.log1p(math.exp(max(0.3 * u, u))),
        lambda u, t: (abs(u) + math.cos(t)) ** 2,
        lambda u, _: float(np.float32(abs(u) + 2)),
        lambda u, _: math.sqrt(abs(u)),
        lambda u, _: abs(u) ** 0.8,
    ],
    ids=["abs", "relu", "tiny", "offset", "slight", "leaky", "squared", "float32", "cusp", "blunt cusp"],
)
def test_a_kink_at_the_point_is_seen(bent: Callable[[float, float], float], at: float) -> None:
    assert slope(lambda t: bent(t - at, t), at).kink


@pytest.mark.parametrize("distance", [1e-1, 3e-2, 1e-3, 2e-4, 1e-5])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_kink_beside_the_point_does_no_harm(distance: float, side: int) -> None:
    """A hidden unit that almost never sits exactly at 0 is often close to it."""
    estimate = slope(lambda t: 3 * max(t, 0.0) + math.exp(t), side * distance)

    assert not estimate.kink
    assert covers(estimate, 3 * (side > 0) + math.exp(side * distance))
    assert estimate.error < 1e-7


def test_two_kinks_beside_the_point_do_no_harm() -> None:
    """The gap between the slopes grows towards the nearer one, and then it is gone."""
    estimate = slope(lambda t: max(t - 0.005, 0.0) - max(t - 0.02, 0.0), 0.0)

    assert not estimate.kink
    assert covers(estimate, 0.0)


def test_a_bend_without_a_kink_is_none() -> None:
    """t * |t| and ELU have a second derivative that jumps, and a first one that does not."""
    for f, truth in ((lambda t: t * abs(t), 0.0), (lambda t: t if t > 0 else math.expm1(t), 1.0)):
        estimate = slope(f, 0.0)
        assert not estimate.kink
        assert covers(estimate, truth)


@pytest.mark.parametrize("t", [2.0, 0.05, 1e-3, 1e-6, 1e-9])
@pytest.mark.parametrize("log", [math.log, np.log])
def test_points_outside_the_domain_only_make_the_ladder_start_lower(log: Function, t: float) -> None:
    """math.log raises where np.log returns NaN and warns; neither reaches the caller."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        estimate = slope(log, t)

    assert covers(estimate, 1 / t)
    assert estimate.error < 1e-6 / t


def test_a_hole_in_the_domain_does_no_harm() -> None:
    estimate = slope(lambda t: math.nan if 0.01 < abs(t) < 0.03 else math.exp(t), 0.0)

    assert covers(estimate, 1.0)
    assert estimate.error < 1e-9


@pytest.mark.parametrize("f", [np.sqrt, math.sqrt, lambda _: math.nan, lambda _: math.inf, lambda t: 1 / t])
def test_no_values_on_both_sides_means_no_derivative(f: Function) -> None:
    estimate = slope(f, 0.0)

    assert np.isnan(estimate.value)
    assert np.isinf(estimate.error)


def test_a_saturated_loss_is_not_taken_for_a_flat_one() -> None:
    """Cross-entropy of a logit 40 ahead is 0 in float64; its slope, -4e-18, is not."""
    estimate = slope(lambda z: float(np.log(np.exp(z) + 1) - z), 40.0)

    assert estimate.value == 0.0
    assert covers(estimate, -1 / (1 + math.exp(40.0)))


def test_a_nearly_saturated_loss_is_heard_to_move_in_steps() -> None:
    """Values of size 1e-10 that are what is left of 5690 * log(1 + tiny) stand still for far more than 1e-6."""
    estimate = slope(lambda z: float(5690 * np.log(1 + np.exp(-z))), 30.0)

    assert covers(estimate, -5690 / (1 + math.exp(30.0)))


@pytest.mark.parametrize(
    ("name", "t"),
    [
        ("Runge", 0.2798065636525422),
        ("fast", 5.786770005325177e-18),
        ("hidden cancellation", 0.0),
        ("bell", 2.220446049250313e-16),
        ("narrow bell", 1.171621679113716e-16),
        ("peak", 1.0012247689798966e-16),
    ],
)
def test_points_that_once_deceived_the_estimate_do_so_no_longer(name: str, t: float) -> None:
    """A lucky agreement in one column; a point below the grain of t + h; values that round to 0 close by; a plain
    beyond a peak, where all slopes agree on nothing."""
    f, derivative, _ = SMOOTH[name]

    estimate = slope(f, t)

    assert covers(estimate, derivative(t))
    assert not estimate.kink


def test_an_error_of_ours_in_the_function_is_not_swallowed() -> None:
    with pytest.raises(KeyError):
        slope(lambda t: {}[t], 1.0)


def test_the_noise_of_a_constant_is_zero() -> None:
    assert roughness(lambda _: 0.3, 1.0) == 0.0


def test_a_dead_zone_is_no_noise() -> None:
    """ReLU is flat left of 0; its kink, as close as 1e-5, must not be taken for a staircase."""
    assert roughness(lambda t: max(t, 0.0), -1e-5) == 0.0
    assert roughness(lambda t: 0.3 + max(t, 0.0), -1e-5) == 0.0


def test_float32_inside_is_heard() -> None:
    noise = roughness(lambda t: float(np.float32(np.sin(t))), 1.0)

    assert 1e-9 < noise < 1e-6


def weighted(x: np.ndarray) -> float:
    return float((np.arange(1, x.size + 1) * np.sin(x.ravel())).sum())


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (2, 1, 2), (0,), (3, 0)])
def test_every_shape_has_a_gradient(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    truth = np.arange(1, x.size + 1).reshape(shape) * np.cos(x)

    estimate = entry_slopes(weighted, x)

    assert estimate.value.shape == estimate.error.shape == estimate.kink.shape == shape
    assert (np.abs(estimate.value - truth) <= estimate.error).all()


@pytest.mark.parametrize(
    "make",
    [
        np.asfortranarray,
        lambda x: np.repeat(x, 2, axis=1)[:, ::2],
        lambda x: x[::-1, ::-1],
        np.ascontiguousarray,
    ],
    ids=["Fortran", "strided", "reversed", "C"],
)
def test_the_layout_in_memory_makes_no_difference(make: Callable[[np.ndarray], np.ndarray]) -> None:
    x = make(np.random.default_rng(1).normal(size=(3, 4)))
    x.flags.writeable = False

    estimate = entry_slopes(weighted, x)

    assert (estimate.value == entry_slopes(weighted, x.copy()).value).all()


def test_the_function_gets_a_fresh_float64_array_at_each_call() -> None:
    """A loss that writes into its argument must not spoil the next evaluation, nor the caller's array."""
    x = np.array([[1, -2], [3, 4]])
    before = x.copy()

    def careless(z: np.ndarray) -> float:
        assert z.dtype == np.float64
        assert z.shape == (2, 2)
        value = float((z**2).sum())
        z[:] = np.nan
        return value

    estimate = entry_slopes(careless, x)

    assert (x == before).all()
    assert np.allclose(estimate.value, 2 * before, rtol=1e-10)


def test_a_zero_dimensional_point_stays_an_array() -> None:
    seen: set[type] = set()

    def f(x: np.ndarray) -> float:
        seen.add(type(x))
        return float(x**2)

    entry_slopes(f, np.array(3.0))

    assert seen == {np.ndarray}


def test_steepness_is_found_at_a_minimum_and_is_zero_without_values() -> None:
    assert 0.01 < steepness(lambda x: float(((x - 3) ** 2).sum()), np.full(4, 3.0)) < 10
    assert steepness(lambda _: math.nan, np.ones(2)) == 0.0


def test_steepness_is_not_deceived_by_a_softmax() -> None:
    """A loss behind a softmax ignores a shift of all logits together."""
    z = np.array([0.3, -1.0, 2.0])

    assert steepness(lambda z: float(np.log(np.exp(z).sum()) - z[0]), z) > 0.01

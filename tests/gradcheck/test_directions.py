"""Directions judge an array of any size at a cost that does not grow; only a failing one is searched."""

import itertools
from typing import Any

import numpy as np
import pytest

from bpcheck.errors import UsageError, WrongAnswer
from bpcheck.gradcheck import Outcome, Verdict, check_gradient, check_jvp, check_vjp, numerical_jacobian
from bpcheck.gradcheck.direction import Claim, State, Terrain, judge, magnitude
from bpcheck.gradcheck.known import Known
from bpcheck.gradcheck.recognise import Candidate
from bpcheck.report import check_gradient as check_with_report


class Network:
    """Two layers, mean of half the squared error; `size` parameters, roughly."""

    def __init__(self, size: int, kind: str = "tanh") -> None:
        rng = np.random.default_rng(size)
        n = max(3, int((size / 2) ** 0.5))
        self.kind, self.X, self.Y = kind, rng.normal(size=(8, n)), rng.normal(size=(8, 3))
        self.at = {
            "W": rng.normal(size=(n, n)) / n**0.5,
            "b": 0.1 * rng.normal(size=n),
            "V": rng.normal(size=(3, n)) / n**0.5,
        }

    def hidden(self, W: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        Z = self.X @ W.T + b
        return (np.maximum(Z, 0), 1.0 * (Z > 0)) if self.kind == "relu" else (np.tanh(Z), 1 - np.tanh(Z) ** 2)

    def loss(self, W: np.ndarray, b: np.ndarray, V: np.ndarray) -> float:
        return float(((self.hidden(W, b)[0] @ V.T - self.Y) ** 2).sum() / 16)

    def gradient(self, W: np.ndarray, b: np.ndarray, V: np.ndarray) -> dict[str, np.ndarray]:
        A, slope = self.hidden(W, b)
        D = (A @ V.T - self.Y) / 8
        E = D @ V * slope
        return {"W": E.T @ self.X, "b": E.sum(axis=0), "V": D.T @ A}


@pytest.mark.parametrize("kind", ["tanh", "relu"])
@pytest.mark.parametrize("size", [100, 10_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_right_gradient_costs_at_most_forty_evaluations_an_array_at_any_size(size: int, kind: str) -> None:
    net = Network(size, kind)

    values = check_gradient(net.loss, net.gradient(**net.at), net.at)
    function = check_gradient(net.loss, net.gradient, net.at)

    assert values.ok
    assert function.ok
    assert values.evaluations <= 3 * 40
    assert function.evaluations <= 3 * 40


def test_a_right_function_of_one_array_costs_at_most_sixty_evaluations_at_all_points_together() -> None:
    assert check_gradient(square, right, np.array([0.3, -1.2, 0.7])).evaluations <= 60


def test_one_wrong_entry_of_a_million_is_located_and_shown() -> None:
    at = np.linspace(0.5, 1.5, 1_000_000).reshape(1000, 1000)
    gradient = np.cos(at) / at.size
    gradient[123, 456] *= 1.5

    outcome = check_gradient(lambda x: float(np.sin(x).mean()), gradient, at)

    assert outcome.verdict is Verdict.WRONG
    assert np.argwhere(outcome.comparisons[0].wrong).tolist() == [[123, 456]]
    assert outcome.comparisons[0].error[123, 456] == pytest.approx(gradient[123, 456] / 3, rel=1e-4)
    assert outcome.evaluations < 1000


@pytest.mark.parametrize(
    ("part", "words"),
    [((7, slice(None)), "row 7"), ((slice(None), 11), "column 11"), ((3, 5), "entry [3, 5]")],
)
def test_where_a_large_array_is_wrong_is_said(part: Any, words: str) -> None:
    net = Network(60_000)
    answer = net.gradient(**net.at)
    answer["W"][part] *= -1

    report = check_with_report(net.loss, answer, net.at)

    assert report.wrong == ("W",)
    assert words in str(report)


def test_a_large_array_that_is_wrong_everywhere_has_a_factor() -> None:
    net = Network(60_000)
    answer = {name: 8 * g for name, g in net.gradient(**net.at).items()}

    report = check_with_report(net.loss, answer, net.at, {"N": 8})

    assert report.wrong == ("W", "b", "V")
    assert [m.code for m in report.mistakes] == ["F3"]
    assert "every entry" in str(report)


def test_two_wrong_entries_that_cancel_are_found() -> None:
    at = np.ones((100, 100))
    gradient = np.full((100, 100), 2.0)
    gradient[3, 4] += 0.5
    gradient[50, 60] -= 0.5

    outcome = check_gradient(lambda x: float((x**2).sum()), gradient, at)

    assert np.argwhere(outcome.comparisons[0].wrong).tolist() == [[3, 4], [50, 60]]


def test_parameters_of_very_different_scales_share_a_point() -> None:
    at = {"small": np.array([1e-12, -3e-12]), "large": np.array([2e3, 1.0]), "zero": np.zeros(2)}

    def loss(small: np.ndarray, large: np.ndarray, zero: np.ndarray) -> float:
        return float(np.sin(1e12 * small).sum() + (1e-3 * large).sum() ** 2 + np.exp(zero).sum())

    def gradient(small: np.ndarray, large: np.ndarray, zero: np.ndarray) -> dict[str, np.ndarray]:
        return {
            "small": 1e12 * np.cos(1e12 * small),
            "large": np.full(2, 2e-3 * (1e-3 * large).sum()),
            "zero": np.exp(zero),
        }

    assert check_gradient(loss, gradient, at).ok
    for name in at:
        assert check_gradient(loss, {**gradient(**at), name: 2 * gradient(**at)[name]}, at).wrong == (name,)


@pytest.mark.parametrize("as_function", [False, True])
@pytest.mark.parametrize("shape", [(4,), (40, 50)])
def test_entries_that_hardly_move_are_judged_by_themselves(shape: tuple[int, ...], as_function: bool) -> None:
    """Their steps are 1e-9 of the others', so that along a common direction they do not show."""
    rng = np.random.default_rng(2)
    c, at = rng.normal(size=shape), rng.normal(size=shape)
    at.flat[2] *= 1e-9

    def checked(factor: float) -> Outcome:
        weight = np.ones(shape)
        weight.flat[2] = factor

        def gradient(x: np.ndarray) -> np.ndarray:
            return np.asarray(weight * c * np.cos(x))

        answer = gradient if as_function else gradient(at)
        return check_gradient(lambda x: float((c * np.sin(x)).sum()), answer, at)

    assert checked(1.0).ok
    assert np.flatnonzero(checked(1.5).comparisons[0].wrong).tolist() == [2]


@pytest.mark.parametrize("i", [0, 4, 7])
@pytest.mark.parametrize(("spread", "power"), [(6.0, -1.0), (4.0, 0.0)])
def test_one_wrong_entry_is_found_beside_entries_that_move_the_loss_much_more(
    i: int, spread: float, power: float
) -> None:
    """Features in units of their own. Either the weights make up for them, or the slopes differ as they do."""
    rng = np.random.default_rng(i)
    unit = np.logspace(-spread, spread, 8)
    X, y, at = rng.normal(size=(9, 8)) * unit, rng.normal(size=9), rng.normal(size=8) * unit**power
    answer = 2 * X.T @ (X @ at - y) / 9

    def loss(w: np.ndarray) -> float:
        return float(((X @ w - y) ** 2).mean())

    assert check_gradient(loss, answer, at).ok
    answer[i] *= 1.5
    outcome = check_gradient(loss, answer, at)
    assert outcome.verdict is Verdict.WRONG
    assert np.flatnonzero(outcome.comparisons[0].wrong).tolist() == [i]


@pytest.mark.parametrize("factor", [0.0, 2.0, -1.0])
def test_slopes_a_hundred_millionth_of_their_neighbours_are_judged(factor: float) -> None:
    c, at = np.where(np.arange(30) < 15, 1.0, 1e-8), np.linspace(0.2, 1.2, 30)
    answer = c * np.cos(at)
    answer[20] *= factor

    outcome = check_gradient(lambda x: float((c * np.sin(x)).sum()), answer, at)

    assert np.flatnonzero(outcome.comparisons[0].wrong).tolist() == [20]


@pytest.mark.parametrize("budget", range(50, 700, 50))
def test_a_search_cut_short_blames_only_the_entry_that_is_wrong(budget: int) -> None:
    at = np.linspace(0.2, 1.2, 5000)
    answer = np.cos(at)
    answer[3] *= 2

    wrong = check_gradient(lambda x: float(np.sin(x).sum()), answer, at, budget=lambda: budget).comparisons[0]

    assert np.flatnonzero(wrong.wrong).tolist() == [3] or "not located" in wrong.extent


def test_a_search_that_runs_out_of_budget_blames_no_entry_that_it_found_right() -> None:
    at = np.arange(1.0, 7.0)
    answer = 2 * at + np.array([0, 0, 0.5, 0, 0, 0])

    outcome = check_gradient(lambda x: float((x**2).sum()), answer, at, budget=lambda: 50)

    computed = np.isfinite(outcome.comparisons[0].expected.value)
    assert outcome.verdict is Verdict.WRONG
    assert outcome.evaluations < 200
    assert 0 < computed.sum() < 6
    assert not (outcome.comparisons[0].wrong & computed & (answer == 2 * at)).any()


# --- what one point cannot show


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def square(x: np.ndarray) -> float:
    return float((np.tanh(x) ** 2).sum())


def right(x: np.ndarray) -> np.ndarray:
    return np.asarray(2 * np.tanh(x) * (1 - np.tanh(x) ** 2))


def codes(outcome: Outcome) -> list[str]:
    return [finding.code for finding in outcome.findings]


def test_a_gradient_that_is_right_only_at_zero_is_wrong() -> None:
    outcome = check_gradient(square, lambda x: 2 * x, np.zeros(3))

    assert outcome.verdict is Verdict.WRONG
    assert "right at the given point, wrong at" in outcome.notes[0]


def test_a_gradient_that_counts_on_the_number_of_samples_is_wrong() -> None:
    at = {"X": np.arange(1.0, 7).reshape(2, 3), "y": np.array([1.0, -1.0]), "w": np.ones(3)}

    def loss(X: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
        return float(((X @ w - y) ** 2).mean())

    def gradient(X: np.ndarray, y: np.ndarray, w: np.ndarray, count: Any = len) -> dict[str, np.ndarray]:
        r = 2 * (X @ w - y) / count(X)
        return {"X": np.outer(r, w), "y": -r, "w": X.T @ r}

    assert check_gradient(loss, gradient, at).ok
    assert "G11" in codes(check_gradient(loss, lambda **p: gradient(**p, count=lambda _: 2), at))


def test_a_gradient_that_accumulates_is_named() -> None:
    kept = np.zeros(3)

    def gradient(x: np.ndarray) -> np.ndarray:
        kept.__iadd__(right(x))
        return kept

    assert codes(check_gradient(square, gradient, np.array([1.0, 0.5, -1.0]))) == ["C9"]


def test_a_gradient_that_changes_its_input_is_named() -> None:
    def gradient(x: np.ndarray) -> np.ndarray:
        g = right(x)
        x -= 0.1 * g
        return g

    outcome = check_gradient(square, gradient, np.array([1.0, 0.5]))

    assert codes(outcome) == ["G7"]
    assert outcome.wrong == ("x",)


def test_a_gradient_that_is_not_repeatable_is_named() -> None:
    rng = np.random.default_rng(0)

    assert codes(check_gradient(square, lambda x: right(x) * rng.normal(), np.array([1.0, 0.5]))) == ["G8"]


def test_an_answer_that_does_not_move_with_the_point_is_named() -> None:
    at = np.array([1.0, 0.5, -0.3])
    kept: list[np.ndarray] = []

    def gradient(x: np.ndarray) -> np.ndarray:
        kept.append(right(x))
        return kept[0]

    assert "G11" in codes(check_gradient(square, gradient, at))


def test_an_array_that_is_wrong_close_to_the_point_only_is_wrong_beside_others() -> None:
    """y is clipped at the point, and not where the entries have moved by half: that is no kink."""

    def gradient(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
        return {"x": 3 * x, "y": np.minimum(2 * y, 9.9)}

    at = {"x": np.array([1.0, 2.0]), "y": np.array([5.0, -5.0])}
    outcome = check_gradient(lambda x, y: float((x**2).sum() + (y**2).sum()), gradient, at)

    assert outcome.wrong == ("x", "y")


@pytest.mark.parametrize("elsewhere", [lambda _: 1 / 0, lambda x: x * np.nan])
def test_a_function_that_cannot_be_judged_elsewhere_is_told_so(elsewhere: Any) -> None:
    at = np.array([1.0, 0.5])

    outcome = check_gradient(square, lambda x: right(x) if (x == at).all() else elsewhere(x), at)

    assert outcome.ok
    assert "At a point nearby the loss has a value, but the gradient could not be judged" in outcome.notes[0]


def test_a_buffer_that_is_used_again_is_no_mistake() -> None:
    buffer = np.zeros(3)

    def gradient(x: np.ndarray) -> np.ndarray:
        buffer[:] = right(x)
        return buffer

    assert check_gradient(square, gradient, np.array([1.0, 0.5, -0.3])).ok


# --- kinks


@pytest.mark.parametrize("at_zero", [0.0, 0.3, 1.0])
def test_any_slope_at_a_kink_is_accepted_from_a_function(at_zero: float) -> None:
    at = np.array([2.0, 0.0, -1.0])

    outcome = check_gradient(
        lambda x: float(np.maximum(x, 0).sum()), lambda x: np.where(x == 0, at_zero, 1.0 * (x > 0)), at
    )

    assert outcome.ok
    assert "kink" in outcome.notes[0]


@pytest.mark.parametrize("as_function", [False, True])
@pytest.mark.parametrize("at_zero", [-0.5, 2.0])
def test_a_slope_that_no_choice_at_the_kink_gives_is_wrong(at_zero: float, as_function: bool) -> None:
    at = np.array([2.0, 0.0, -1.0])

    def gradient(x: np.ndarray) -> np.ndarray:
        return np.where(x == 0, at_zero, 1.0 * (x > 0))

    outcome = check_gradient(
        lambda x: float(np.maximum(x, 0).sum()), gradient if as_function else gradient(at), at
    )

    assert outcome.verdict is Verdict.WRONG


def test_a_mask_that_lets_everything_through_at_zero_weights_is_accepted() -> None:
    """Neither one-sided slope: with z = 0 at every sample it is their sum."""
    rng = np.random.default_rng(5)
    X, v = rng.normal(size=(6, 3)), rng.normal(size=(6, 4))

    outcome = check_gradient(
        lambda W: float((np.maximum(X @ W.T, 0) * v).sum()),
        lambda W: (v * (X @ W.T >= 0)).T @ X,
        np.zeros((4, 3)),
    )

    assert outcome.ok


@pytest.mark.parametrize("distance", [1e-3, 1e-6, 1e-9])
def test_a_kink_close_by_is_no_alarm(distance: float) -> None:
    at = np.array([distance, -distance, 1.0, -2.0])

    assert check_gradient(lambda x: float(np.abs(x).sum()), np.sign(at), at).ok
    assert check_gradient(lambda x: float(np.abs(x).sum()), np.abs(np.sign(at)), at).verdict is Verdict.WRONG


def test_steps_that_were_shrunk_because_of_a_kink_close_by_are_said() -> None:
    """At 1e-7 below the kink all but the smallest steps cross it."""
    at = np.array([1.0 - 1e-7, 2.0])

    outcome = check_gradient(lambda x: float(relu(x - 1).sum()), np.array([0.0, 1.0]), at)

    assert outcome.ok
    assert "steps were shrunk" in outcome.notes[0]


# --- losses


def test_a_constant_loss_certifies_zeros_only() -> None:
    at = np.array([1.0, 2.0])

    assert check_gradient(lambda _: 5.0, np.zeros(2), at).ok
    assert check_gradient(lambda _: 5.0, np.array([0.0, 1e-3]), at).verdict is Verdict.WRONG


def test_float32_inside_the_loss_is_no_alarm_and_no_excuse() -> None:
    at = np.array([0.5, 1.5, -0.7])

    def loss(x: np.ndarray) -> float:
        return float(np.sin(x.astype(np.float32)).sum(dtype=np.float32))

    assert check_gradient(loss, np.cos(at.astype(np.float32)), at).verdict is not Verdict.WRONG
    assert check_gradient(loss, 1.1 * np.cos(at), at).verdict is Verdict.WRONG


def test_a_float32_point_has_a_float32_gradient() -> None:
    at = np.array([0.5, 1.5, -0.7], dtype=np.float32)

    assert check_gradient(lambda x: float(np.sin(x).sum()), np.cos(at), at).ok


def test_a_loss_that_prints_and_warns_stays_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    def loss(x: np.ndarray) -> float:
        print("hello")
        np.log(-np.ones(1))
        return square(x)

    assert check_gradient(loss, right, np.ones(2)).ok
    assert capfd.readouterr() == ("", "")


def test_a_loss_that_reseeds_the_global_generator_changes_nothing() -> None:
    def loss(x: np.ndarray) -> float:
        np.random.seed(0)  # noqa: NPY002
        return square(x + 0 * np.random.normal())  # noqa: NPY002

    assert check_gradient(loss, right, np.ones(2)).ok


def test_a_loss_that_is_too_slow_is_refused_after_one_call() -> None:
    calls = itertools.count()

    def loss(x: np.ndarray) -> float:
        next(calls)
        return square(x)

    with pytest.raises(UsageError, match="smaller"):
        check_with_report(loss, right, np.ones(2), patience=1e-9)
    assert next(calls) == 1


# --- the report


def test_the_report_says_what_is_wrong_in_fields() -> None:
    net = Network(100)
    answer = {**net.gradient(**net.at), "b": -net.gradient(**net.at)["b"]}

    report = check_with_report(net.loss, answer, net.at)

    assert not report.ok
    assert report.wrong == ("b",)
    assert [(m.array, m.code) for m in report.mistakes] == [("b", "F1")]
    assert np.allclose(report.arrays["b"].error, 2 * answer["b"])
    assert np.isnan(report.arrays["W"].error).all()
    with pytest.raises(WrongAnswer, match="NOT YET"):
        report.raise_if_wrong()
    check_with_report(net.loss, net.gradient, net.at).raise_if_wrong()
    assert len([axes for axes in report.plot().axes if axes.images]) == 3


def test_the_entrywise_mode_computes_every_entry_of_a_right_gradient() -> None:
    net = Network(20)

    report = check_with_report(net.loss, net.gradient(**net.at), net.at, entrywise=True)

    assert report.ok
    assert all((np.abs(c.error) < 1e-8).all() for c in report.arrays.values())


def test_a_reference_is_asked_only_when_something_is_wrong() -> None:
    net = Network(20)
    asked = []

    def reference(points: Any) -> Known:
        asked.append(points)
        at = [dict(zip(net.at, point, strict=True)) for point in points]
        right = [tuple(net.gradient(**p).values()) for p in at]

        def mistakes(_base: int, _yours: Any) -> tuple[Any, list[Candidate]]:
            cubed = [[g[0] ** 3 for g in right], [g[1] for g in right], [g[2] for g in right]]
            return range(len(right)), [Candidate("C99", "Cubed.", cubed)]

        return Known([float(net.loss(**p)) for p in at], right, mistakes)

    assert check_gradient(net.loss, net.gradient, net.at, reference=reference).ok
    assert not asked

    def cubed(**p: np.ndarray) -> dict[str, np.ndarray]:
        return {**net.gradient(**p), "W": net.gradient(**p)["W"] ** 3}

    outcome = check_gradient(net.loss, cubed, net.at, reference=reference)
    assert [(f.code, f.array) for f in outcome.findings] == [("C99", "W")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda g, _: np.roll(g, 1, axis=0), "V2"),
        (lambda g, _: g[:, ::-1], "V2"),
        (lambda g, _: np.full(g.shape, g.sum()), "C21"),
        (lambda g, W: g + 0.3 * W, "C25"),
    ],
)
def test_a_pattern_in_the_numbers_has_its_code(change: Any, code: str) -> None:
    net = Network(20)
    answer = {**net.gradient(**net.at), "W": change(net.gradient(**net.at)["W"], net.at["W"])}

    assert codes(check_gradient(net.loss, answer, net.at)) == [code]


# --- parts


@pytest.mark.parametrize("offset", [0.0, 1e-4])
def test_a_slope_agrees_or_differs(offset: float) -> None:
    reading = judge(np.sin, Claim(1.0 + offset, 1.0, 1.0, 1), Terrain(0.0, 0.0, 1.0))

    assert reading.state is (State.DIFFERS if offset else State.AGREES)
    assert abs(reading.value - 1.0) <= reading.error


def test_a_kink_along_a_direction_is_unresolved() -> None:
    assert judge(abs, Claim(1.0, 1.0, 1.0, 1), Terrain(0.0, 0.0, 1.0)).state is State.UNRESOLVED


@pytest.mark.parametrize("x", [np.zeros(()), np.zeros((0, 2)), np.array([0.0, 1e-9, 1e9]), np.ones((2, 2))])
def test_a_magnitude_is_positive_and_finite(x: np.ndarray) -> None:
    size = magnitude(x)

    assert size.shape == x.shape
    assert (size > 0).all()
    assert np.isfinite(size).all()


def test_jacobians_and_their_products() -> None:
    M = np.arange(6.0).reshape(2, 3)

    def f(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.sin(M @ x))

    x = np.array([0.1, -0.2, 0.3])
    J = np.cos(M @ x)[:, None] * M
    found = numerical_jacobian(f, x)

    assert (np.abs(found.value - J) <= found.error + 1e-15).all()
    assert check_vjp(f, lambda _, v: v @ J, x).verdict is Verdict.WRONG  # right at this point only
    assert check_vjp(f, lambda x, v: (v * np.cos(M @ x)) @ M, x).ok
    assert check_jvp(f, lambda x, u: np.cos(M @ x) * (M @ u), x).ok
    assert check_jvp(f, lambda x, u: 2 * np.cos(M @ x) * (M @ u), x).verdict is Verdict.WRONG
    assert check_jvp(f, lambda _, u: u, x).findings[0].code == "G3"


def test_a_loss_may_keep_what_it_was_given():
    """It answers from memory where it is asked the same again: what it keeps must not change under its hands."""
    kept = []

    def loss(W):
        if kept and np.array_equal(kept[0], W):
            return kept[1]
        kept[:] = [W, float((W**3).sum())]
        return kept[1]

    W = np.arange(1.0, 7.0).reshape(2, 3)

    outcome = check_gradient(loss, 3 * W**2, W)

    assert outcome.verdict is Verdict.RIGHT
    assert outcome.evaluations < 60  # directions were enough: no entry had to be looked at

"""check_gradient on a small network and on everything that people hand to it."""

import ctypes
import itertools
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bpcheck
from bpcheck.errors import UsageError
from bpcheck.gradcheck import Estimate, Outcome, Verdict, check_gradient, numerical_gradient

rng = np.random.default_rng(20)
X, Y = rng.normal(size=(5, 4)), rng.normal(size=(5, 3))
AT = {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=3)}
SIZES = {"N": 5, "K": 3}
COUNTER = itertools.count()


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def loss(W: np.ndarray, b: np.ndarray) -> float:
    """Mean over five samples of half the squared error of one tanh layer."""
    return float(0.5 * ((np.tanh(X @ W.T + b) - Y) ** 2).sum(axis=1).mean())


def gradient(W: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
    A = np.tanh(X @ W.T + b)
    D = (A - Y) * (1 - A**2) / len(X)
    return {"W": D.T @ X, "b": D.sum(axis=0)}


RIGHT = gradient(**AT)


def check(W: Any = RIGHT["W"], b: Any = RIGHT["b"], sizes: dict[str, int] | None = None) -> Outcome:
    return check_gradient(loss, {"W": W, "b": b}, AT, sizes)


def codes(outcome: Outcome) -> list[tuple[str, str]]:
    return [(finding.code, finding.array) for finding in outcome.findings]


def test_a_right_gradient_is_right() -> None:
    outcome = check()

    assert outcome.verdict is Verdict.RIGHT
    assert outcome.ok
    assert outcome.title == "loss"
    assert [c.name for c in outcome.comparisons] == ["W", "b"]
    assert not outcome.findings
    assert not outcome.notes


def test_a_right_gradient_may_be_a_function() -> None:
    assert check_gradient(loss, gradient, AT).ok


def test_evaluations_count_the_calls_of_the_loss() -> None:
    calls = []

    def counted(x: np.ndarray) -> float:
        calls.append(x)
        return float((x**2).sum())

    outcome = check_gradient(counted, [2.0, 4.0], np.array([1.0, 2.0]))

    assert outcome.evaluations == len(calls)
    assert outcome.evaluations < 60


@pytest.mark.parametrize(
    ("factor", "code"),
    [(-1, "F1"), (2, "F2"), (0.5, "F2"), (5, "F3"), (0.2, "F4"), (1 / 3, "F5"), (0.7, "F6")],
)
def test_a_common_factor_is_named(factor: float, code: str) -> None:
    outcome = check(factor * RIGHT["W"], factor * RIGHT["b"], SIZES)

    assert outcome.verdict is Verdict.WRONG
    assert codes(outcome) == [(code, "W, b")]


def test_a_factor_in_one_array_is_named_there() -> None:
    outcome = check(b=RIGHT["b"] / 5, sizes=SIZES)

    assert codes(outcome) == [("C19", "b")]
    assert [c.ok for c in outcome.comparisons] == [True, False]


def test_a_transposed_square_gradient_is_named() -> None:
    M = np.array([[1.0, 2.0], [3.0, 4.0]])

    outcome = check_gradient(lambda W: float((M * np.sin(W)).sum()), lambda W: (M * np.cos(W)).T, M)

    assert codes(outcome) == [("C15", "W")]


def test_one_wrong_entry_is_found() -> None:
    W = RIGHT["W"].copy()
    W[1, 2] *= 1.00001

    outcome = check(W)

    assert outcome.verdict is Verdict.WRONG
    assert np.argwhere(outcome.comparisons[0].wrong).tolist() == [[1, 2]]
    assert not outcome.findings


def test_a_dropped_term_is_wrong() -> None:
    """The derivative of the penalty is missing."""
    outcome = check_gradient(
        lambda W: loss(W, AT["b"]) + 1e-4 * float((W**2).sum()), lambda W: gradient(W, AT["b"])["W"], AT["W"]
    )

    assert outcome.verdict is Verdict.WRONG
    assert outcome.comparisons[0].wrong.all()


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1.0, 1e6, 1e12])
def test_a_dropped_mean_is_wrong_at_every_scale_of_the_loss(scale: float) -> None:
    outcome = check_gradient(
        lambda W, b: scale * loss(W, b), {name: 5 * scale * g for name, g in RIGHT.items()}, AT, SIZES
    )

    assert codes(outcome) == [("F3", "W, b")]
    assert check_gradient(lambda W, b: scale * loss(W, b), {n: scale * g for n, g in RIGHT.items()}, AT).ok


def test_zeros_are_wrong() -> None:
    outcome = check(np.zeros((3, 4)), np.zeros(3))

    assert outcome.verdict is Verdict.WRONG
    assert codes(outcome) == [("G9", "W, b")]
    assert "Every entry is zero" in outcome.findings[0].sentence
    assert codes(check(b=np.zeros(3))) == [("C22", "b")]


def test_float32_is_named() -> None:
    outcome = check(RIGHT["W"].astype(np.float32))

    assert outcome.verdict is Verdict.WRONG
    assert codes(outcome) == [("G6", "W")]


def test_float32_that_holds_the_right_numbers_is_right() -> None:
    assert check_gradient(
        lambda x: float((x**2).sum()), np.array([2, 4], np.float32), np.array([1.0, 2.0])
    ).ok


@pytest.mark.parametrize(
    ("W", "code", "words"),
    [
        (RIGHT["W"].T, "G3", "transposed"),
        (RIGHT["W"].ravel(), "G3", "(12,)"),
        (1.0, "G3", "a single number"),
        (None, "G1", "None"),
        ("0.5", "G2", "string"),
        (1j * RIGHT["W"], "G2", "complex"),
        (RIGHT["W"] > 0, "G2", "bool"),
        ([[1.0], [1.0, 2.0]], "G2", "unequal"),
        (np.array([[object()] * 4] * 3), "G2", "dtype object"),
        (RIGHT["W"][:1], "G3", "(1, 4)"),
        (np.full((3, 4), np.nan), "G5", "nan"),
        (np.full((3, 4), -np.inf), "G5", "inf"),
    ],
)
def test_what_is_no_gradient_is_malformed_with_one_sentence(W: Any, code: str, words: str) -> None:
    outcome = check(W)

    assert outcome.verdict is Verdict.MALFORMED
    assert outcome.wrong == ("W",)
    assert codes(outcome) == [(code, "W")]
    assert words in outcome.findings[0].sentence


def test_a_column_is_not_a_vector() -> None:
    """(n, 1) would broadcast silently against (n,)."""
    outcome = check(b=RIGHT["b"][:, None])

    assert codes(outcome) == [("G3", "b")]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "G1"),
        ({**RIGHT, "c": 1.0}, "G2"),
        ([RIGHT["W"], RIGHT["b"]], "G2"),
        (RIGHT["W"], "G2"),
        (lambda **_: None, "G1"),
    ],
)
def test_a_gradient_arranged_otherwise_is_malformed_with_one_sentence(answer: Any, code: str) -> None:
    outcome = check_gradient(loss, answer, AT)

    assert outcome.verdict is Verdict.MALFORMED
    assert outcome.wrong == ("W", "b")
    assert codes(outcome) == [(code, "")]


def test_a_missing_array_is_named_and_the_others_are_judged() -> None:
    outcome = check_gradient(loss, {"W": -RIGHT["W"]}, AT)

    assert outcome.verdict is Verdict.WRONG  # W is, whatever b may be
    assert codes(outcome) == [("G2", "b"), ("F1", "W")]


@pytest.mark.parametrize("answer", [(1.0,), (1.0, 2.0, 3.0), np.array([1.0, 2.0]), {"W": 1, "b": 2}, 1.0])
def test_a_list_of_arrays_wants_a_list_of_gradients(answer: Any) -> None:
    assert codes(check_gradient(loss, answer, [AT["W"], AT["b"]])) == [("G2", "")]


def test_a_gradient_function_that_raises_could_not_run() -> None:
    outcome = check_gradient(loss, lambda W, **_: W @ W, AT)

    assert outcome.verdict is Verdict.COULD_NOT_RUN
    assert outcome.findings[0].code == "G10"
    assert "ValueError" in outcome.findings[0].sentence


def test_a_kink_at_the_point_is_undecided_not_wrong() -> None:
    """ReLU has no derivative at 0; a student who returns 0 or 1 there has made no mistake."""
    outcome = check_gradient(
        lambda x: relu(x).sum(), {"x": np.array([1.0, 0.0])}, at={"x": np.array([2.0, 0.0])}
    )

    assert outcome.verdict is Verdict.UNDECIDED
    assert outcome.comparisons[0].undecided.tolist() == [False, True]
    assert outcome.notes[0].startswith("x, entry [1]: the loss has a kink")


def test_a_wrong_entry_beside_a_kink_is_wrong() -> None:
    outcome = check_gradient(
        lambda x: relu(x).sum(), {"x": np.array([2.0, 0.0])}, at={"x": np.array([2.0, 0.0])}
    )

    assert outcome.verdict is Verdict.WRONG
    assert len(outcome.notes) == 1


def test_a_dead_unit_is_right_with_zero_and_wrong_without() -> None:
    at = np.array([-1.0, -0.3, 0.7])

    assert check_gradient(lambda x: relu(x).sum(), np.array([0.0, 0.0, 1.0]), at).ok
    assert check_gradient(lambda x: relu(x).sum(), np.ones(3), at).comparisons[0].wrong.tolist() == [
        True,
        True,
        False,
    ]
    assert check_gradient(lambda x: relu(x).sum() + 0.3, np.ones(1), at[:1]).verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("loss", "derivative", "at", "why"),
    [
        (math.sqrt, lambda x: 0.5 / x**0.5 if x else 1.0, 0.0, "no finite values"),
        (lambda x: max(x, 0.0), lambda x: float(x > 0), 0.0, "kink"),
        (lambda x: abs(x - 2) + x**2, lambda x: math.copysign(1, x - 2) + 2 * x, 2.0, "kink"),
        (lambda x: 1e6 + x**6, lambda x: 6 * x**5, 0.02, "too coarse"),
    ],
)
def test_an_open_verdict_says_why_and_with_which_value_it_could_be_told(
    loss: Any, derivative: Any, at: float, why: str
) -> None:
    outcome = check_gradient(loss, derivative(at), at)
    better = re.search(r"told with x = (\S+) in the place of", outcome.notes[0])

    assert outcome.verdict is Verdict.UNDECIDED
    assert why in outcome.notes[0]
    assert better is not None
    assert check_gradient(loss, derivative(float(better[1])), float(better[1])).ok


def test_what_the_loss_raised_beside_the_point_is_told() -> None:
    def loss(x: Any) -> float:
        if x < 0:
            raise ValueError("negative input.")
        return float(x**2)

    assert (
        check_gradient(loss, 0.0, 0.0).notes[-1]
        == "Beside the point the loss raised ValueError: negative input."
    )
    assert check_gradient(loss, 2.0, 1.0).notes == ()  # a right gradient is not bothered with it


def test_one_entry_in_the_place_of_another_is_named_by_its_index() -> None:
    at = {"W": np.array([[1.0, 0.0], [2.0, -1.0]])}

    outcome = check_gradient(lambda W: float(relu(W).sum()), {"W": 1.0 * (at["W"] >= 0)}, at)

    assert re.search(r"told with W\[0, 1\] = \S+ in the place of 0", outcome.notes[0])


@pytest.mark.parametrize("answer", [1.0, 0.5])
def test_a_loss_too_rough_to_tell_is_undecided(answer: float) -> None:
    """At 1e15 neighbouring floats are an eighth apart."""
    outcome = check_gradient(lambda x: 1e15 + x, answer, 3.0)

    assert outcome.verdict is Verdict.UNDECIDED
    assert "too coarse" in outcome.notes[0]
    assert "No value of x was found" in outcome.notes[0]


@pytest.mark.parametrize("ahead", [20.0, 50.0, 300.0])
def test_a_saturated_softmax_is_no_alarm_and_the_report_says_how_little_was_seen(ahead: float) -> None:
    def cross_entropy(z: np.ndarray) -> float:
        return float(np.log(np.exp(z - z.max()).sum()) + z.max() - z[0])

    def slopes(z: np.ndarray) -> np.ndarray:
        p = np.exp(z - z.max())
        return np.asarray(p / p.sum() - np.array([1.0, 0.0, 0.0]))

    z = np.array([ahead, 0.3, -1.0])
    outcome = check_gradient(cross_entropy, slopes(z), z)

    assert outcome.ok
    assert (ahead == 20.0) is not any("hardly shows" in note for note in outcome.notes)
    assert check_gradient(cross_entropy, slopes(z) + 1e-6, z).verdict is Verdict.WRONG


def test_a_gradient_that_vanishes_at_a_minimum_is_right() -> None:
    w = np.linalg.lstsq(X, Y[:, 0])[0]

    def squares(w: np.ndarray) -> float:
        return float(((X @ w - Y[:, 0]) ** 2).sum())

    assert check_gradient(squares, lambda w: 2 * X.T @ (X @ w - Y[:, 0]), w).ok
    assert check_gradient(squares, np.full(4, 1e-6), w).verdict is Verdict.WRONG


def test_an_array_without_influence_is_right_with_rounding_for_a_gradient() -> None:
    """What is added before a normalisation drops out: its gradient is 0, but for rounding in both."""

    def normalised(x: np.ndarray, shift: float) -> float:
        z = x + shift
        return float(np.sin((z - z.mean()) / z.std())[0])

    dx = numerical_gradient(normalised, [AT["b"], 0.3])[0].value
    outcome = check_gradient(normalised, (dx, 1e-17), (AT["b"], 0.3))

    assert outcome.verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    ("loss", "gradient", "at"),
    [
        (math.sin, math.cos, 1.3),
        (np.exp, np.exp, np.array(0.5)),
        (np.exp, math.exp(2), 2),
        (lambda x: x**2, np.array(6.0), np.array(3)),
        (lambda x: np.float32(3) * x.sum(), [3, 3, 3], [np.array([1, 2, 3])][0]),
        (lambda x: float((x**2).sum()), np.zeros((0, 2)), np.zeros((0, 2))),
        (lambda x, y: x * y, (2.0, 3.0), (3.0, 2.0)),
        (lambda x, y: x * y, [2, 3], [3, 2]),
        (lambda x, y: x * y, lambda x, y: (y, x), [3, 2]),
        (lambda *xs: sum(xs), [1, 1], [3, 2]),
        (lambda x: float(x[0] * x[1]), [2.0, 3.0], np.array([3, 2])),
        (lambda x: float(x[0] * x[1]), {"x": [2.0, 3.0]}, {"x": [3, 2]}),
        (lambda x: round(float(f"{x:.17g}"), 17), 1.0, 0.25),
        (lambda x: np.array(x @ x), lambda x: 2 * x, np.array([1.0, 2.0])),
    ],
)
def test_every_way_to_give_a_point_works(loss: Callable[..., Any], gradient: Any, at: Any) -> None:
    assert check_gradient(loss, gradient, at).ok


@pytest.mark.parametrize(
    "make",
    [np.asfortranarray, lambda x: np.repeat(x, 2, axis=1)[:, ::2], lambda x: x[::-1, ::-1]],
    ids=["Fortran", "strided", "reversed"],
)
def test_read_only_arrays_of_any_layout_work(make: Callable[[np.ndarray], np.ndarray]) -> None:
    W = make(AT["W"])
    W.flags.writeable = False

    assert check_gradient(loss, gradient, {"W": W, "b": AT["b"]}).ok


def test_nothing_of_the_caller_changes() -> None:
    at = {"W": AT["W"].copy(), "b": AT["b"].copy()}
    answer = {"W": RIGHT["W"].copy(), "b": RIGHT["b"].copy()}

    def careless(W: np.ndarray, b: np.ndarray) -> float:
        value = loss(W, b)
        W[:] = 0
        b += 1
        return value

    assert check_gradient(careless, answer, at).ok
    for name in AT:
        assert (at[name] == AT[name]).all()
        assert (answer[name] == RIGHT[name]).all()


@pytest.mark.parametrize("spared", [0, 1, 2, 7])
def test_a_loss_that_writes_into_what_it_gets_is_no_fault_of_the_gradient(spared: int) -> None:
    """From its first call on, or only later: then it has been lent arrays for reading."""
    calls = itertools.count()

    def careless(W: np.ndarray, b: np.ndarray) -> float:
        value = loss(W, b)
        if next(calls) >= spared:
            W += 1
        return value

    assert check_gradient(careless, RIGHT, AT).ok
    assert check_gradient(careless, {**RIGHT, "b": -RIGHT["b"]}, AT).wrong == ("b",)


def test_a_loss_that_will_not_have_read_only_arrays_gets_others() -> None:
    def particular(W: np.ndarray, b: np.ndarray) -> float:
        if not W.flags.writeable:
            raise RuntimeError("no kernel for these arguments")
        return loss(W, b)

    assert check_gradient(particular, RIGHT, AT).ok


def test_a_loss_that_writes_into_read_only_memory_is_given_copies() -> None:
    """As torch does: `from_numpy(W).mul_(2)` minds no flag."""

    def loss(W: np.ndarray) -> float:
        memory = (ctypes.c_double * W.size).from_address(W.ctypes.data)
        value = sum(w**2 for w in memory)
        memory[0] *= 3
        return value

    at = np.array([1.0, 2.0])

    assert check_gradient(loss, 2 * at, at).ok
    assert check_gradient(loss, 3 * at, at).verdict is Verdict.WRONG
    assert at.tolist() == [1.0, 2.0]


def test_no_global_random_state_is_touched() -> None:
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    check()

    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_a_check_gives_the_same_outcome_twice() -> None:
    first, second = check(), check()

    assert first.comparisons[0].products == second.comparisons[0].products
    assert first.evaluations == second.evaluations


@pytest.mark.parametrize(
    ("loss", "at", "words"),
    [
        (lambda x: x, np.ones(3), "array of shape (3,)"),
        (lambda x: x[:1], np.ones(3), "array of shape (1,)"),
        (lambda _: None, np.ones(3), "returned None"),
        (lambda _: "0.5", np.ones(3), "the string '0.5'"),
        (lambda _: True, np.ones(3), "truth value"),
        (lambda _: 1j, np.ones(3), "it must return one number"),
        (lambda _: math.nan, np.ones(3), "nan at the point"),
        (lambda _: math.inf, np.ones(3), "inf at the point"),
        (lambda _: 1 / 0, np.ones(3), "raised ZeroDivisionError"),
        (lambda x: x["a"], np.ones(3), "raised IndexError"),
        (lambda x, y: x[y].sum(), {"x": np.ones(3), "y": np.array([0, 2])}, "leave labels, indices"),
        (lambda n: [1.0, 2.0, 4.0][n], 1, "leave labels, indices"),
        (lambda x, y: x + y, np.ones(3), "takes (x, y), but `at` is one array"),
        (lambda x: (x.sum(), 2 * x), np.ones(3), "Return the loss alone"),
        (lambda x: x.sum(keepdims=True), np.ones(3), "value.item()"),
        (lambda p: p, {"p": {"W": np.ones(3)}}, "a dict of length 1 in the place of p"),
        (lambda p: p, {"p": [np.ones(3), np.ones(2)]}, "a list of length 2 in the place of p"),
        (lambda x, y: x + y, {"x": 1.0, "z": 2.0}, "takes (x, y), but `at` is a dict with x, z"),
        (lambda x: x, [1.0, 2.0], "takes (x), but `at` is a list of 2"),
        (lambda _: next(COUNTER), np.ones(3), "two calls"),
        ("loss", np.ones(3), "the loss should be a function"),
        (lambda: 1.0, {}, "`at` is empty"),
        (lambda x: x, "1.3", "the string '1.3'"),
        (lambda x: x, None, "None"),
        (lambda x: x, {"x": [1.0, math.nan]}, "x[1] is nan"),
        (lambda x: x, {"x": [[1], [1, 2]]}, "unequal"),
        (lambda x: x, {1: 2.0}, "strings"),
    ],
)
def test_what_is_wrong_with_loss_or_point_is_told_to_the_caller(loss: Any, at: Any, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_gradient(loss, 1.0, at)

    assert words in str(caught.value)


@pytest.mark.parametrize("sizes", [5, {"N": (5, 3)}, {"N": 2.5}])
def test_sizes_that_are_no_lengths_are_told_to_the_caller(sizes: Any) -> None:
    with pytest.raises(UsageError, match="`sizes` should name lengths"):
        check_gradient(lambda x: x**2, 3.0, 1.0, sizes)


def test_a_gradient_function_with_other_parameters_is_told_how_it_is_called() -> None:
    outcome = check_gradient(lambda W: W**2, lambda w: {"W": 2 * w}, {"W": 1.0})

    assert outcome.verdict is Verdict.COULD_NOT_RUN
    assert "takes (w)" in outcome.findings[0].sentence
    assert "with (W=…)" in outcome.findings[0].sentence


def test_a_lambda_gives_no_title() -> None:
    assert check_gradient(lambda x: x**2, 2.0, 1.0).title == "check_gradient"


def test_a_loss_that_changes_while_it_is_checked_earns_no_verdict() -> None:
    calls = itertools.count()

    def drifting(x: np.ndarray) -> float:
        return float((x**2).sum()) * (1 + next(calls) // 10)

    with pytest.raises(UsageError, match="two calls"):
        check_gradient(drifting, np.array([2.0, 4.0]), np.array([1.0, 2.0]))


def test_there_is_one_numerical_gradient() -> None:
    assert bpcheck.numerical_gradient is numerical_gradient


def test_numerical_gradients_are_arranged_as_the_point() -> None:
    as_dict = numerical_gradient(loss, AT)
    as_list = numerical_gradient(loss, [AT["W"], AT["b"]])
    as_tuple = numerical_gradient(loss, (AT["W"], AT["b"]))
    alone = numerical_gradient(lambda W: loss(W, AT["b"]), AT["W"])

    assert list(as_dict) == ["W", "b"]
    assert isinstance(as_list, list)
    assert isinstance(as_tuple, tuple)
    assert isinstance(alone, Estimate)
    for estimate in (as_dict["W"], as_list[0], as_tuple[0], alone):
        assert (np.abs(estimate.value - RIGHT["W"]) <= estimate.error).all()


def test_no_right_gradient_of_many_networks_is_called_wrong() -> None:
    """Sixty small networks with kinks, saturation, offsets, and losses of size 1e-9 to 1e9."""
    draw = np.random.default_rng(3)
    for k in range(60):
        x, target = draw.normal(size=(4, 3)), draw.integers(0, 3, 4)
        scale = 10.0 ** draw.uniform(-9, 9)
        spread = 10.0 ** draw.uniform(-2, 1)
        at = {"W": spread * draw.normal(size=(2, 3)), "V": spread * draw.normal(size=(3, 2))}

        def forward(W: np.ndarray, V: np.ndarray, x: np.ndarray = x) -> tuple[np.ndarray, ...]:
            hidden = x @ W.T
            z = relu(hidden) @ V.T
            p = np.exp(z - z.max(axis=1, keepdims=True))
            return hidden, p / p.sum(axis=1, keepdims=True)

        def cost(
            W: np.ndarray,
            V: np.ndarray,
            forward: Any = forward,
            scale: float = scale,
            target: Any = target,
            k: int = k,
        ) -> float:
            p = forward(W, V)[1][range(4), target]
            return float(scale * (100 * (k % 2) - np.log(np.maximum(p, 1e-300)).mean()))

        hidden, p = forward(**at)
        if p.min() < 1e-12:
            continue
        D = scale * (p - np.eye(3)[target]) / 4
        right = {"W": ((D @ at["V"]) * (hidden > 0)).T @ x, "V": D.T @ relu(hidden)}

        assert check_gradient(cost, right, at).verdict is not Verdict.WRONG, k

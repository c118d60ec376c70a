"""`check_gradient` names the mistakes of anybody's network: from its loss, or from a reference."""

import numpy as np
import pytest

import bpcheck
from bpcheck.reference.node import Node

rng = np.random.default_rng(4)
N = 6
X, Y = rng.normal(size=(N, 4)), rng.normal(size=(N, 3))
AT = {"W1": rng.normal(size=(4, 4)), "b1": rng.normal(size=4), "W2": rng.normal(size=(3, 4))}


def loss(W1, b1, W2):
    return ((np.tanh(X @ W1.T + b1) @ W2.T - Y) ** 2).sum() / (2 * N)


def gradient(
    W1, b1, W2, slope=lambda a: 1 - a**2, back=lambda D, W: D @ W, bias=lambda D: D.sum(axis=0), times=1.0
):
    A = np.tanh(X @ W1.T + b1)
    D = times * (A @ W2.T - Y) / N
    E = back(D, W2) * slope(A)
    return {"W1": E.T @ X, "b1": bias(E), "W2": D.T @ A}


def wrong(**how):
    return lambda **p: gradient(**p, **how)


def flat(a):
    return np.ones_like(a)


def codes(report):
    return [(m.code, m.array) for m in report.mistakes]


def opaque(**p):
    """The loss, by steps that the tape cannot follow."""
    return loss(**{name: np.asarray(x) for name, x in p.items()})


def test_the_loss_itself_is_the_reference_if_it_is_written_in_numpy():
    report = bpcheck.check_gradient(loss, wrong(slope=flat), AT)

    assert codes(report) == [("C1", "W1, b1")]
    assert "`np.tanh(X @ W1.T + b1)`" in report.mistakes[0].sentence


def test_a_reference_names_what_the_loss_cannot():
    answer = wrong(slope=flat)

    assert not {"C1"} & {code for code, _ in codes(bpcheck.check_gradient(opaque, answer, AT))}
    assert codes(bpcheck.check_gradient(opaque, answer, AT, reference=loss)) == [("C1", "W1, b1")]


def test_a_right_gradient_never_meets_the_tape():
    def watched(W1, b1, W2):
        assert not isinstance(W1, Node)
        return loss(W1, b1, W2)

    assert bpcheck.check_gradient(watched, gradient, AT).ok
    assert bpcheck.check_gradient(loss, gradient, AT, reference=lambda: 1 / 0).ok


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (lambda W1, b1, W2: loss(W1, b1, W2) + 1, "not the same function"),
        (lambda W1, b1, W2: loss(W1, b1, W2) + (np.linalg.inv(W1) * 0).sum(), "cannot follow np.linalg.inv"),
        (lambda W1, b1, W2: loss(W1, b1, W2) * float(b1.sum()) / float(b1.sum()), "cannot follow float"),
        (lambda W1, b1, W2: loss(W1.no_such_thing, b1, W2), "raised AttributeError"),
        (lambda W1: W1, "raised TypeError"),
        (lambda **p: p["b1"], "one number"),
        (lambda **p: loss(AT["W1"], AT["b1"], p["W2"]), "not its slope in"),
    ],
    ids=["another loss", "no rule", "float inside", "attribute", "arguments", "array", "constants"],
)
def test_a_reference_that_is_of_no_use_becomes_a_note(reference, words):
    answer = gradient(**AT, slope=flat)
    report = bpcheck.check_gradient(opaque, answer, AT, reference=reference)

    assert report.verdict.value == "not yet"
    assert not {"C1"} & {code for code, _ in codes(report)}
    assert any(words in note for note in report.outcome.notes), report.outcome.notes


def test_a_reference_that_is_no_function_is_the_callers():
    with pytest.raises(
        bpcheck.UsageError, match="should be a function like the loss; it is the truth value True"
    ):
        bpcheck.check_gradient(loss, gradient, AT, reference=True)


def test_nothing_is_said_of_a_loss_that_the_tape_cannot_follow():
    report = bpcheck.check_gradient(opaque, wrong(slope=flat), AT)

    assert not any("tape" in note or "reference" in note for note in report.outcome.notes)


def test_a_loss_that_keeps_what_it_computes_keeps_numbers():
    class Network:
        def loss(self, W1, b1, W2):
            self.A = np.tanh(X @ W1.T + b1)
            return ((self.A @ W2.T - Y) ** 2).sum() / (2 * N)

    network = Network()
    report = bpcheck.check_gradient(network.loss, gradient(**AT, slope=flat), AT)

    assert codes(report) == [("C1", "W1, b1")]
    assert type(network.A) is np.ndarray


def test_what_a_loss_has_put_aside_can_still_be_used_as_numbers():
    seen = []

    def noted(W1, b1, W2):
        seen.append(loss(W1, b1, W2))
        return seen[-1]

    assert codes(bpcheck.check_gradient(noted, gradient(**AT, slope=flat), AT)) == [("C1", "W1, b1")]
    assert np.isfinite(np.array(seen, dtype=float)).all()
    assert sum(map(float, seen)) > 0


def test_a_fault_in_the_bank_leaves_the_verdict_alone(monkeypatch):
    from bpcheck.reference import mutants

    monkeypatch.setattr(mutants, "swaps", lambda _anatomy: 1 / 0)
    report = bpcheck.check_gradient(loss, gradient(**AT, slope=flat), AT)

    assert report.wrong == ("W1", "b1")
    assert "C1" not in {code for code, _ in codes(report)}


def test_two_mistakes_in_two_arrays_are_both_named():
    report = bpcheck.check_gradient(
        loss, wrong(back=lambda D, W: D @ np.roll(W, 1, axis=0), bias=lambda D: D[-1]), AT
    )
    both = bpcheck.check_gradient(
        loss, lambda **p: {**gradient(**p), "b1": gradient(**p)["b1"] * 0, "W1": gradient(**p)["W1"].T}, AT
    )

    assert codes(both) == [("C15", "W1"), ("C22", "b1")]
    assert "C20" not in {code for code, _ in codes(report)}


def test_a_mistake_and_a_constant_are_both_named():
    report = bpcheck.check_gradient(loss, wrong(slope=lambda a: a, times=float(N)), AT, sizes={"N": N})

    assert {code for code, _ in codes(report)} == {"C4", "F3"}


def test_a_mistake_that_shows_only_beside_the_point_is_named():
    """At W2 = 0 no error reaches the first layer, so that its slope does not matter there."""
    at = {**AT, "W2": np.zeros((3, 4))}
    report = bpcheck.check_gradient(loss, wrong(slope=flat), at)

    assert codes(report) == [("C1", "W1, b1")]


def test_one_number_alone_is_given_no_name():
    """At x = 2 the slope of x² is 4, and so is its value."""
    at_one_point = bpcheck.check_gradient(lambda x: np.sin(x**2), 4 * np.cos(4.0) / 2, at=2.0)
    as_function = bpcheck.check_gradient(lambda x: np.sin(x**2), lambda x: 2 * x * np.sin(x**2), at=1.3)

    assert at_one_point.mistakes == ()
    assert [m.code for m in as_function.mistakes] == ["C4"]


def test_what_no_mistake_explains_is_counted_from_the_loss():
    report = bpcheck.check_gradient(loss, wrong(slope=lambda a: np.cos(3 * a)), AT)

    assert report.wrong == ("W1", "b1")
    assert [m.code for m in report.mistakes] == ["G9"]
    assert "everything back to W2 is right, and b1 is the first wrong array" in report.mistakes[0].sentence


def test_the_exact_gradient_finds_the_row_in_an_array_too_large_to_compute():
    """Numerical derivatives know a few entries of 40,000; the tape knows all."""
    big = np.random.default_rng(0).normal(size=(200, 200))
    right = 3 * big**2
    right[17] *= -1
    report = bpcheck.check_gradient(lambda W: (W**3).sum(), right, at=big)

    assert "row 17" in report.mistakes[0].sentence

"""Known functions are found by their numbers, however they were written."""

import numpy as np
import pytest

from bpcheck.reference.mistakes.composites import composites, with_composites
from bpcheck.reference.tape import gradient, of_point, record, sweep

Z = np.random.default_rng(0).normal(size=(4, 3))
RELUS = (
    lambda z: np.maximum(0, z),
    lambda z: np.where(z > 0, z, 0.0),
    lambda z: z * (z > 0),
    lambda z: (z + np.abs(z)) / 2,
)
SIGMOIDS = (
    lambda z: 1 / (1 + np.exp(-z)),
    lambda z: np.exp(z) / (1 + np.exp(z)),
    lambda z: (1 + np.tanh(z / 2)) / 2,
    lambda z: np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z)))),
    lambda z: 1.0 / (1.0 + np.exp(-1.0 * z)),
)
TANHS = (
    lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    lambda z: 2 / (1 + np.exp(-2 * z)) - 1,
)
SOFTPLUSES = (lambda z: np.log(1 + np.exp(z)), lambda z: np.log1p(np.exp(z)), lambda z: np.logaddexp(0, z))
SOFTMAXES = (
    lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
    lambda z: (
        np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z - z.max(axis=1, keepdims=True)).sum(1)[:, None]
    ),
    lambda z: (np.exp(z.T) / np.sum(np.exp(z.T), axis=0)).T,
)
LOGS = (
    lambda z: z - np.log(np.exp(z).sum(axis=1, keepdims=True)),
    lambda z: z - z.max() - np.log(np.exp(z - z.max()).sum(axis=1, keepdims=True)),
)
LOG_SUMS = (
    lambda z: np.log(np.exp(z).sum(axis=1)),
    lambda z: np.log(np.sum(np.exp(z - z.max(1, keepdims=True)), axis=1)) + z.max(1),
    lambda z: np.logaddexp.reduce(z, axis=1),
)
FAMILIES = {"relu": RELUS, "sigmoid": SIGMOIDS, "tanh": TANHS, "softplus": SOFTPLUSES, "softmax": SOFTMAXES}
FAMILIES |= {"log_softmax": LOGS, "logsumexp": LOG_SUMS}


def contracted(loss, at):
    tape = record(loss, at)
    return with_composites(tape, composites(tape))


@pytest.mark.parametrize(("name", "function"), [(name, f) for name, fs in FAMILIES.items() for f in fs])
def test_a_known_function_is_found_and_keeps_its_gradient(name, function):
    w = np.cos(np.arange(Z.shape[0] * Z.shape[1], dtype=float)).reshape(Z.shape)

    def loss(z):
        y = function(z * 1.5)
        return np.sum(y * (w if y.ndim == 2 else w[:, 0]))

    tape = contracted(loss, Z)

    assert name in [node.operation for node in tape.nodes]
    assert of_point(tape, sweep(tape).of)[0] == pytest.approx(gradient(loss, Z), rel=1e-9)


@pytest.mark.parametrize(
    "function",
    [
        lambda z: z**2,
        lambda z: z * 1.0,
        lambda z: np.maximum(z, 0.1),
        lambda z: 0.5 + 0.25 * z,
        lambda z: np.exp(z) / 3,
    ],
)
def test_nothing_is_found_where_nothing_known_is(function):
    found = [node.operation for node in contracted(lambda z: np.sum(function(z * 1.5)), Z).nodes]

    assert not set(found) & FAMILIES.keys()


def test_a_positive_number_is_no_relu_of_itself():
    found = [node.operation for node in contracted(lambda z: np.sum((z * 2) * 1.0), np.ones(3)).nodes]

    assert "relu" not in found


def test_the_logarithm_of_a_softmax_stays_two_steps():
    """So that a mistake at the softmax itself can be named."""
    tape = contracted(lambda z: np.sum(np.log(SOFTMAXES[0](z)) ** 2), Z)

    assert [node.operation for node in tape.nodes][1:3] == ["softmax", "log"]


def test_a_sigmoid_that_is_used_twice_stays_one_step():
    tape = contracted(lambda z: np.sum((s := 1 / (1 + np.exp(-z))) * (1 - s)), Z)

    assert [node.operation for node in tape.nodes].count("sigmoid") == 1

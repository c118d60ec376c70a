"""The complex step: nearly all digits where a loss allows it, and a refusal where it does not."""

import numpy as np
import pytest

from bpcheck import UsageError, numerical_gradient

X = np.array([[0.3, -1.2, 0.7], [1.1, 0.4, -0.5]])
AT = {"W": np.array([[0.2, -0.4, 0.9]]), "b": 0.3}


def smooth(W, b):
    return 1e6 + (np.tanh(X @ W.T + b) ** 2).sum()


def gradient(W, b):
    A = np.tanh(X @ W.T + b)
    delta = 2 * A * (1 - A**2)
    return {"W": delta.T @ X, "b": delta.sum()}


def test_a_large_offset_costs_no_digits():
    found, differences = numerical_gradient(smooth, AT, complex_step=True), numerical_gradient(smooth, AT)

    for name, true in gradient(**AT).items():
        gap = np.abs(found[name].value - true)
        assert (gap <= found[name].error).all()
        assert found[name].error.max() < 1e-4 * differences[name].error.max()
        assert (np.abs(differences[name].value - true) <= differences[name].error).all()


@pytest.mark.parametrize("at", [[np.ones(2), 2.0], (np.ones(2), 2.0)])
def test_the_result_is_arranged_as_the_point(at):
    found = numerical_gradient(lambda w, b: (b * w**3).sum(), at, complex_step=True)

    assert type(found) is type(at)
    assert [estimate.value.tolist() for estimate in found] == [[6.0, 6.0], 2.0]


def test_an_entry_costs_one_evaluation():
    calls = []

    def loss(x):
        calls.append(np.iscomplexobj(x))
        return (x**2).sum()

    numerical_gradient(loss, np.arange(1.0, 101.0), complex_step=True)

    assert sum(calls) == 100
    assert len(calls) - sum(calls) < 100


@pytest.mark.parametrize(
    "loss",
    [
        lambda x: (np.abs(x) ** 3).sum(),  # real
        lambda x: float((x.real**2).sum()),  # a Python float
        lambda x: (x**2).sum() + 1e-3 * (np.abs(x) ** 3).sum(),  # complex, and a part of it is missing
        lambda x: (np.where(x > 0, x, 0 * x).real ** 2).sum() + x[0],
        lambda x: np.array([float(v) for v in x]).sum(),  # raises
        lambda x: np.maximum(x - 0.5, 0).sum(),  # at the kink of its second entry
    ],
)
def test_a_loss_that_drops_the_imaginary_part_is_refused(loss):
    at = np.array([1.5, 0.5, -2.0])

    with pytest.raises(UsageError, match="complex_step=True"):
        numerical_gradient(loss, at, complex_step=True)
    assert at.tolist() == [1.5, 0.5, -2.0]

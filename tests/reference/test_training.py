"""Training in place does what training by the four equations does."""

import numpy as np
import pytest

from bpcheck.reference import batch
from bpcheck.reference.training import Trainer

RNG = np.random.default_rng(6)
X, Y = RNG.standard_normal((23, 5)), RNG.integers(0, 3, 23)


@pytest.mark.parametrize("phi", batch.PHI)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_steps_in_place_are_the_steps_of_the_equations(phi, dtype):
    start = [
        (W.astype(dtype), b.astype(dtype)) for W, b in batch.init([5, 7, 6, 3], np.random.default_rng(1), phi)
    ]
    trainer, params = Trainer(start, 0.2, phi), start
    for rows in batch.minibatches(len(X), 5, np.random.default_rng(2)) * 4:  # the last one is shorter
        J, grads = batch.gradients(params, X[rows].astype(dtype), Y[rows], phi)
        params = batch.sgd_step(params, grads, 0.2)
        assert trainer.step(X[rows].astype(dtype), Y[rows]) == pytest.approx(
            J, rel=1e-4 if dtype is np.float32 else 1e-12
        )

    close = 1e-5 if dtype is np.float32 else 1e-13
    for (W, b), (V, c) in zip(trainer.params, params, strict=True):
        assert W.dtype == b.dtype == dtype
        assert np.abs(W - V).max() < close
        assert np.abs(b - c).max() < close


def test_the_parameters_that_were_given_stay_as_they_are():
    start = batch.init([5, 7, 3], np.random.default_rng(1))
    before = [W.copy() for W, _ in start]
    Trainer(start, 0.5).step(X, Y)

    assert all(np.array_equal(W, V) for (W, _), V in zip(start, before, strict=True))

"""The reference network: its slopes are those of its loss, for any depth, and its story numbers are exact."""

from itertools import pairwise

import numpy as np
import pytest

from bpcheck.gradcheck import exact, numerical_gradient
from bpcheck.gradcheck.compare import compare
from bpcheck.gradcheck.derivative import entry_slopes
from bpcheck.reference import mlp


def net(*sizes):
    rng = np.random.default_rng(sum(sizes))
    params = [(rng.normal(size=(m, n)), rng.normal(size=m)) for n, m in pairwise(sizes)]
    return params, rng.normal(size=sizes[0]), rng.uniform(size=sizes[-1])


@pytest.mark.parametrize("sizes", [(3, 2), (2, 2, 1), (2, 4, 3, 2), (1, 1, 1, 1, 1), (3, 3, 3, 3, 3)])
def test_backprop_gives_the_slopes_of_the_loss(sizes):
    params, x, y = net(*sizes)
    flat = [array for pair in params for array in pair]

    def loss(*arrays):
        return mlp.loss(list(zip(arrays[::2], arrays[1::2], strict=True)), x, y)

    for yours, expected in zip(
        [array for pair in mlp.backprop(params, x, y) for array in pair],
        numerical_gradient(loss, at=tuple(flat)),
        strict=True,
    ):
        assert compare("", yours, expected).ok


@pytest.mark.parametrize("sizes", [(2, 2, 1), (2, 4, 3, 2)])
def test_a_delta_is_the_slope_of_the_loss_with_respect_to_z(sizes):
    params, x, y = net(*sizes)
    zs, activations = mlp.forward(params, x)

    for k, (z, delta) in enumerate(zip(zs, mlp.deltas(params, activations, y), strict=True)):
        expected = entry_slopes(lambda z, k=k: mlp.loss_from(params, k + 1, z, y), z)
        assert compare("", delta, expected).ok


def test_the_story_has_exact_numbers():
    params, x, y = mlp.story()
    zs, activations = mlp.forward(params, x)

    assert compare("", np.exp(np.concatenate(zs)), exact([3, 1 / 3, 4])).ok
    assert compare("", np.concatenate(activations), exact([1, 2, 0.75, 0.25, 0.8])).ok
    assert compare("", np.concatenate(mlp.deltas(params, activations, y)), exact([-0.012, 0.006, -0.032])).ok
    (dW1, db1), (dW2, db2) = mlp.backprop(params, x, y)
    assert compare("", dW1, exact([[-0.012, -0.024], [0.006, 0.012]])).ok
    assert compare("", dW2, exact([[-0.024, -0.008]])).ok
    assert compare("", np.concatenate([db1, db2]), exact([-0.012, 0.006, -0.032])).ok


def test_the_loss_from_a_layer_on_is_the_loss():
    params, x, y = net(2, 4, 3, 2)
    zs, _ = mlp.forward(params, x)

    for k, z in enumerate(zs):
        assert mlp.loss_from(params, k + 1, z, y) == pytest.approx(mlp.loss(params, x, y), rel=1e-14)


def test_large_pre_activations_overflow_nowhere():
    with np.errstate(all="raise"):
        assert mlp.sigmoid(np.array([-1e4, 1e4])).tolist() == [0.0, 1.0]

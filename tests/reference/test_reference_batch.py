"""The batch: the per-sample loop in other words, true to the numerical gradient, and what doubling and repeating do."""

import numpy as np
import pytest

import bpcheck
from bpcheck.reference import batch, mlp

RNG = np.random.default_rng(5)
SIZES = (4, 6, 5, 3)
X = RNG.standard_normal((7, 4))
LABELS = np.array([0, 2, 1, 1, 0, 2, 2])
TARGETS = RNG.standard_normal((7, 3))
PARAMS = [(RNG.standard_normal((m, n)), RNG.standard_normal(m)) for n, m in ((4, 6), (6, 5), (5, 3))]
every_phi = pytest.mark.parametrize("phi", batch.PHI)


def as_dict(params):
    return {
        f"{name}{k}": part for k, layer in enumerate(params) for name, part in zip("Wb", layer, strict=True)
    }


def from_dict(arrays):
    return [(arrays[f"W{k}"], arrays[f"b{k}"]) for k in range(len(arrays) // 2)]


@every_phi
def test_the_gradients_are_those_of_the_mean_cross_entropy(phi):
    _, grads = batch.gradients(PARAMS, X, LABELS, phi)
    report = bpcheck.check_gradient(
        lambda **at: batch.loss(from_dict(at), X, LABELS, phi), as_dict(grads), at=as_dict(PARAMS)
    )

    assert report.ok


@every_phi
def test_the_gradients_are_those_of_the_squared_error(phi):
    cache = batch.mlp_forward(PARAMS, X, phi)
    _, D = batch.squared_error(cache.Z[-1], TARGETS)
    report = bpcheck.check_gradient(
        lambda **at: batch.squared_error(batch.mlp_forward(from_dict(at), X, phi).Z[-1], TARGETS)[0],
        as_dict(batch.mlp_backward(PARAMS, cache, D)),
        at=as_dict(PARAMS),
    )

    assert report.ok


def test_the_batch_is_the_mean_of_the_loop_over_samples():
    """The loop's network bends its output too: that bend is put behind the linear scores here."""
    cache = batch.mlp_forward(PARAMS, X, "sigmoid")
    Yhat = batch.sigmoid(cache.Z[-1])
    D = batch.squared_error(Yhat, TARGETS)[1] * Yhat * (1 - Yhat)
    together = batch.mlp_backward(PARAMS, cache, D)
    singly = [mlp.backprop(PARAMS, x, y) for x, y in zip(X, TARGETS, strict=True)]

    for k, grads in enumerate(together):
        for part, grad in enumerate(grads):
            mean = np.mean([one[k][part] for one in singly], axis=0)
            assert np.abs(grad - mean).max() < 1e-12


@every_phi
def test_repeating_every_row_changes_nothing_and_the_order_does_not_matter(phi):
    J, grads = batch.gradients(PARAMS, X, LABELS, phi)
    rows = RNG.permutation(np.repeat(np.arange(7), 2))
    J2, again = batch.gradients(PARAMS, X[rows], LABELS[rows], phi)

    assert abs(J2 - J) < 1e-13
    for one, two in zip(grads, again, strict=True):
        for a, b in zip(one, two, strict=True):
            assert np.allclose(a, b, rtol=1e-12, atol=1e-15)


def test_a_doubled_upstream_gradient_doubles_everything():
    D = RNG.standard_normal((7, 5))
    W = PARAMS[1][0]
    A = RNG.standard_normal((7, 6))

    for one, two in zip(batch.affine_backward(D, A, W), batch.affine_backward(2 * D, A, W), strict=True):
        assert np.array_equal(2 * one, two)


def test_scores_of_a_thousand_neither_overflow_nor_lose_the_loss():
    Z = np.array([[1000.0, 0.0], [-1000.0, 1000.0], [0.0, 1000.0]])
    with np.errstate(all="raise", under="ignore"):
        J, D = batch.softmax_ce(Z, np.array([0, 1, 0]))

    assert abs(J - 1000 / 3) < 1e-9
    assert np.allclose(D.sum(axis=1), 0)


@every_phi
def test_numbers_keep_their_kind(phi):
    params = [(W.astype(np.float32), b.astype(np.float32)) for W, b in PARAMS]
    _, grads = batch.gradients(params, X.astype(np.float32), LABELS, phi)
    stepped = batch.sgd_step(params, grads, 0.1)

    assert {part.dtype for layer in [*grads, *stepped] for part in layer} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("big", "shape"),
    [((5, 3), (3,)), ((5, 3), (5, 1)), ((5, 3), ()), ((2, 5, 3), (1, 3)), ((5, 3), (5, 3)), ((1, 3), (1, 3))],
)
def test_what_was_copied_is_added_up(big, shape):
    """<G, broadcast(x)> = <unbroadcast(G), x> for every x: one is the other's transpose."""
    G, x = RNG.standard_normal(big), RNG.standard_normal(shape)
    back = batch.unbroadcast(G, shape)

    assert back.shape == shape
    assert np.sum(G * np.broadcast_to(x, big)) == pytest.approx(np.sum(back * x))


def test_training_leaves_the_parameters_that_it_was_given():
    before = [(W.copy(), b.copy()) for W, b in PARAMS]
    trained, losses = batch.fit(PARAMS, X, LABELS, lr=0.1, B=3, epochs=30, rng=np.random.default_rng(1))

    assert losses[-1] < losses[0]
    assert len(losses) == 30
    assert batch.accuracy(trained, X, LABELS) == 1.0
    for (W, b), (W0, b0) in zip(PARAMS, before, strict=True):
        assert np.array_equal(W, W0)
        assert np.array_equal(b, b0)


def test_every_sample_is_in_one_batch():
    batches = batch.minibatches(17, 5, np.random.default_rng(2))

    assert [len(rows) for rows in batches] == [5, 5, 5, 2]
    assert sorted(np.concatenate(batches)) == list(range(17))


def test_the_noise_of_a_batch_falls_with_its_size():
    """Drawn with replacement, B samples have a B-th of the variance of one: the product stays."""
    rng = np.random.default_rng(7)
    single = np.mean(
        [
            (
                (
                    batch.flat(batch.gradients(PARAMS, X[[i]], LABELS[[i]])[1])
                    - batch.flat(batch.gradients(PARAMS, X, LABELS)[1])
                )
                ** 2
            ).sum()
            for i in range(7)
        ]
    )
    for B in (2, 8):
        noise = batch.gradient_noise(PARAMS, X, LABELS, [rng.integers(7, size=B) for _ in range(3000)])
        assert B * noise == pytest.approx(single, rel=0.1)


@pytest.mark.parametrize("factor", [0.99, 1.01])
def test_beyond_the_stable_rate_descent_runs_away_and_below_it_does_not(factor):
    rng = np.random.default_rng(8)
    A = rng.standard_normal((4, 4))
    H = A @ A.T + np.eye(4)
    w = np.ones(4)
    for _ in range(3000):
        w = w - factor * batch.max_stable_lr(H) * (H @ w)

    assert (np.linalg.norm(w) < 1) == (factor < 1)

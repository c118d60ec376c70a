"""The array engine: every rule is the transpose of its Jacobian, and the network of notebook 10 trains to the same numbers."""

import numpy as np
import pytest

import bpcheck
from bpcheck.reference import array_engine as engine
from bpcheck.reference import batch

RNG = np.random.default_rng(4)
A, B, ROW = RNG.standard_normal((5, 3)), RNG.standard_normal((5, 3)), RNG.standard_normal(3)
PROGRAMS = {
    "add": (lambda a, b: ((a + b) * A).sum(), (A, ROW)),
    "mul": (lambda a, b: (a * b * A).sum(), (RNG.standard_normal((5, 1)), B)),
    "matmul": (lambda a, b: ((a @ b) * RNG_WEIGHTS).sum(), (A, RNG.standard_normal((3, 2)))),
    "sum": (lambda a: (a.sum(axis=0) * ROW).sum(), (A,)),
    "reshape": (lambda a: (a.reshape(3, 5) * A.T).sum(), (A,)),
    "exp": (lambda a: engine.exp(a * B).sum(), (A,)),
    "log": (lambda a: engine.log(a * a + 1.0).sum(), (A,)),
    "maximum": (lambda a, b: (engine.maximum(a, b) * B).sum(), (A, ROW)),
    "division": (lambda a: (1.5 * a / (a * a + 2.0)).sum(), (A,)),
    "two uses": (lambda a: (engine.tanh(a) * engine.sin(a) - a**3).sum(), (A,)),
}
RNG_WEIGHTS = RNG.standard_normal((5, 2))


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients_are_those_of_the_function(name):
    f, arrays = PROGRAMS[name]
    value, grads = engine.value_and_grad(f)(*arrays)
    report = bpcheck.check_gradient(
        lambda *at: engine.value_and_grad(f)(*at)[0], list(grads), at=list(arrays)
    )

    assert report.ok
    assert value == pytest.approx(float(f(*map(engine.Tensor, arrays)).value))


def test_an_argument_that_is_not_used_has_the_gradient_zero():
    _, (used, unused) = engine.value_and_grad(lambda a, _b: a.sum())(A, ROW)

    assert np.array_equal(used, np.ones((5, 3)))
    assert np.array_equal(unused, np.zeros(3))


def test_a_deep_graph_does_not_end_in_a_recursion_error():
    def f(a):
        for _ in range(5000):
            a = a + 1.0
        return a.sum()

    assert engine.value_and_grad(f)(ROW)[1][0].tolist() == [1.0, 1.0, 1.0]


def test_the_network_of_notebook_10_trains_to_the_same_numbers():
    X, y = RNG.standard_normal((30, 4)), RNG.integers(0, 3, 30)
    params = batch.init([4, 6, 5, 3], np.random.default_rng(1))
    flat = [part for W, b in params for part in (W.T, b)]
    onehot = np.eye(3)[y]
    for _ in range(50):
        J, grads = batch.gradients(params, X, y)
        params = batch.sgd_step(params, grads, 0.3)
        value, found = engine.value_and_grad(lambda *p: engine.mlp_loss(p, X, onehot))(*flat)
        flat = [part - 0.3 * grad for part, grad in zip(flat, found, strict=True)]

        assert value == pytest.approx(J, rel=1e-12)
    for k, (W, b) in enumerate(params):
        assert np.allclose(flat[2 * k].T, W, atol=1e-12)
        assert np.allclose(flat[2 * k + 1], b, atol=1e-12)

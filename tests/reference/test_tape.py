"""A readable NumPy loss runs on the tape as it is, and its gradient is exact."""

import math

import numpy as np
import pytest
from nets import NETS, sigmoid
from numerically import assert_gradient
from wrong_gradients import RIGHT

from bpcheck.errors import UsageError
from bpcheck.reference.tape import NotOnTape, gradient, record

X = np.random.default_rng(5).normal(size=(3, 4))
ROWS = np.array([0, 2, 2])


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_gradient_of_a_network_is_its_numerical_gradient(name, seed):
    rng = np.random.default_rng(seed)
    net = NETS[name](rng)

    assert_gradient(net.loss, net.at, gradient(net.loss, net.at), rng)


@pytest.mark.parametrize("right", RIGHT, ids=lambda r: f"{r.net} {r.name}")
def test_the_gradient_of_a_network_is_what_a_careful_person_writes(right):
    net = NETS[right.net](np.random.default_rng(4))
    mine, theirs = gradient(net.loss, net.at), right.gradient(net.at, net.data)
    keys = mine if isinstance(mine, dict) else range(len(mine))

    for key in keys:
        assert mine[key] == pytest.approx(theirs[key], rel=1e-10, abs=1e-14)


SPELLINGS = {
    "operators": lambda x: (2 * x - x / 3 + (-x) ** 2 - 1 / (x + 9) + abs(x) + +x).sum(),
    "reflected operators": lambda x: np.sum(3.0 ** (1.5 - x) + np.float64(2.0) * x + X / (x + 9) - X * x),
    "matrix products": lambda x: (X.T @ x @ X.T + x.T @ X @ X.T).sum() + np.dot(x, X[0]) @ np.inner(X[1], x),
    "outer": lambda x: np.sum(np.outer(x[0], x[1]) ** 2),
    "einsum": lambda x: np.einsum("ij,kj", x, X).sum() + np.einsum("ij,ij->i", x, x)[1],
    "methods": lambda x: (
        x.sum(1).mean() + x.max() - x.min(axis=0).sum() + x.T.reshape(2, -1).ravel().dot(np.arange(12.0))
    ),
    "more methods": lambda x: (
        x.transpose(1, 0).flatten()[3] + x.clip(-1, 1).sum() + x.var() + x.std(axis=0).sum()
    ),
    "reductions": lambda x: (
        np.logaddexp.reduce(x, axis=1).sum() + np.add.reduce(x).sum() + np.maximum.reduce(x, axis=1)[0]
    ),
    "choices": lambda x: (
        np.where(x > 0, x**2, np.exp(x)).sum() + np.maximum(x, X).sum() + np.minimum(0.1, x).sum()
    ),
    "clip": lambda x: np.clip(x, -0.5, None).sum(),
    "picking": lambda x: x[ROWS].sum() + x[ROWS, [1, 1, 2]].sum() + x[:, -1] @ x[:, 0] + x[X > 0].sum(),
    "taking": lambda x: (
        np.take(x, [0, 0, 2], axis=1).sum() + np.take_along_axis(x, x.argmax(1)[:, None], axis=1).sum()
    ),
    "unpacking": lambda x: sum(a * b * c for a, b, c in zip(*x, strict=True)),
    "stacking": lambda x: (
        (np.stack([x[0], x[1] ** 2]) * np.vstack([X[0], x[2]])).sum()
        + np.hstack([x[0], X[0]]) @ np.arange(8.0)
    ),
    "joining": lambda x: np.sum(np.concatenate([x, X], axis=1) ** 2) + np.column_stack([x[:, 0], X]).sum(),
    "shapes": lambda x: (
        np.sum(np.expand_dims(x, 1) * np.swapaxes(x[None], 0, 1)) + np.squeeze(x[None]).sum() + np.ravel(x)[5]
    ),
    "axes": lambda x: np.sum(np.moveaxis(x[None] ** 2, 0, -1) * np.transpose(x[..., None], (0, 1, 2))),
    "padding": lambda x: np.sum(np.pad(x, 1)[1:, 1:] ** 2) + np.sum(np.pad(x, ((0, 1), (2, 0))) ** 3),
    "splitting": lambda x: np.sum(np.split(x, 2, axis=1)[1] ** 2) + np.array_split(x, 2)[0].sum(),
    "broadcasting": lambda x: np.sum(np.broadcast_to(x[0], (5, 4)) * np.arange(5.0)[:, None]),
    "norms": lambda x: (
        np.linalg.norm(x) + np.linalg.norm(x, axis=1).sum() + np.trace(x[:, :3]) + np.diag(x).sum()
    ),
    "statistics": lambda x: (
        np.average(x, axis=0, weights=np.arange(1.0, 13).reshape(3, 4)).sum()
        + np.var(x, axis=1, ddof=1).sum()
    ),
    "running sums": lambda x: np.sum(np.cumsum(x, axis=1) ** 2) + np.cumsum(x)[7],
    "a sum that grows": lambda x: grow(x),
    "looking at values": lambda x: (
        x.sum() * float(np.sign(x.argmax())) * (2 if x.sum() > 0 else 3) + len(x) * x.size * x[0, 0]
    ),
    "differences": lambda x: np.sum(np.diff(x, axis=0) ** 2) + np.diff(x)[0, 1] + np.real(x)[0] @ x.real[1],
    "0-d": lambda x: np.exp(x[0, 0]) * x[1, 1] ** 2 / np.sqrt(1 + x[2, 2] ** 2),
}


def grow(x):
    total = np.zeros(4)
    for row in x:
        total += np.tanh(row)
        total *= 1.5
    return total.sum()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_numpy_may_be_written_in_many_ways(spelling):
    rng = np.random.default_rng(6)
    loss, x = SPELLINGS[spelling], rng.normal(size=(3, 4))

    assert record(loss, x).value == pytest.approx(float(loss(x)), rel=1e-14)
    assert_gradient(loss, x, gradient(loss, x), rng)


UNFOLLOWED = {
    "np.linalg.inv": lambda x: np.linalg.inv(x @ x.T).sum(),
    "np.fft.fft": lambda x: np.fft.fft(x).sum(),
    "np.sort": lambda x: np.sort(x).sum(),
    "np.arctan2": lambda x: np.arctan2(x, X).sum(),
    "np.sum called like this": lambda x: np.sum(x, dtype=np.float32),
    "np.exp(where=…)": lambda x: np.exp(x, where=X > 0).sum(),
    "out=…": lambda x: np.add(x, 1.0, out=np.empty((3, 4))).sum(),
    "float(…)": lambda x: float(x[0, 0]) ** 2,
    "a function of math": lambda x: math.exp(x[0, 0]),
    "np.array, np.asarray": lambda x: np.array([x[0], x[1]]).sum(),
    "assignment to part": lambda x: assign(x),
    "an assignment": lambda x: assign_to_zeros(x),
    "float": lambda x: x.sum().item() + x[0, 0],
    "more than": lambda x: sum(a for _ in range(2000) for a in x.ravel()),
    ".astype(float32)": lambda x: x.astype(np.float32).sum(),
    "dtype complex128": lambda x: (x * 1j).sum(),
    "dtype object": lambda x: (x * np.array([None] * 4)).sum(),
    "an index": lambda x: X[x],
    "np.einsum": lambda x: np.einsum("ii->i", x[:, :3]).sum(),
}


def assign(x):
    x[0] = 0
    return x.sum()


def assign_to_zeros(x):
    out = np.zeros((3, 4))
    for i in range(3):
        out[i] = np.tanh(x[i])
    return out.sum()


@pytest.mark.parametrize("what", UNFOLLOWED)
def test_what_the_tape_cannot_follow_is_named_with_what_to_do(what):
    with pytest.raises(NotOnTape) as caught:
        record(UNFOLLOWED[what], X.copy())

    assert "the tape cannot follow" in str(caught.value)
    assert ";" in str(caught.value)
    if what[0] in ".nfo" and "index" not in what:
        assert what.split(" called")[0].strip("…) =") in str(caught.value)


@pytest.mark.parametrize("last", [float, np.array, np.asarray, lambda y: y.item(), np.float64])
def test_a_loss_may_end_in_a_plain_number(last):
    assert gradient(lambda x: last((x * x).sum()), X) == pytest.approx(2 * X)


def test_what_raised_because_a_value_had_left_the_tape_is_not_the_losss_fault():
    with pytest.raises(NotOnTape, match=r"np\.asarray"):
        record(lambda x: np.asarray(x).no_such_thing, X)


def test_a_mistake_in_the_loss_itself_comes_through_as_it_is():
    with pytest.raises(ValueError, match="mismatch"):
        record(lambda x: (x @ X).sum(), X)
    with pytest.raises(AttributeError, match="'grad'"):
        record(lambda x: x.grad, X)
    with pytest.raises(UsageError, match="one number"):
        record(lambda x: x.sum(axis=0), X)
    with pytest.raises(UsageError, match="one number"):
        record(lambda _x: None, X)


@pytest.mark.parametrize(
    "at", [np.array([1.0, 2.0]), [1, 2], np.array([1, 2], dtype=np.int32), np.array([1, 2], dtype=np.float32)]
)
def test_the_gradient_is_arranged_as_the_point_is(at):
    whole = at if isinstance(at, np.ndarray) else np.array(at)

    assert gradient(lambda w: (w * w).sum(), {"w": whole})["w"].tolist() == [2.0, 4.0]
    assert isinstance(gradient(lambda w: (w * w).sum(), (whole,)), tuple)
    assert [g.tolist() for g in gradient(lambda w, b: w @ w * b, [whole, 3.0])] == [[6.0, 12.0], 5.0]
    assert gradient(lambda w: (w * w).sum(), whole).dtype == np.float64
    assert gradient(lambda b: b**3, 2.0).tolist() == 12.0


def test_a_parameter_that_is_not_used_has_gradient_zero():
    found = gradient(lambda w, b: np.sum(w), {"w": np.ones(2), "b": np.ones((2, 3))})  # noqa: ARG005

    assert found["b"].tolist() == [[0, 0, 0], [0, 0, 0]]
    assert gradient(lambda _w: 3.0, np.ones(2)).tolist() == [0, 0]


def test_the_callers_arrays_never_change():
    at = {"W": X.copy(order="F"), "b": np.ones(3)}
    at["W"].flags.writeable = False
    before = {name: value.copy() for name, value in at.items()}

    def loss(W, b):
        b += W.sum(axis=1)
        b *= 2
        return b @ b

    found = gradient(loss, at)
    found["b"][:] = 7

    assert all((at[name] == before[name]).all() for name in at)


@pytest.mark.parametrize(
    "relu",
    [
        lambda z: np.maximum(z, 0),
        lambda z: np.maximum(0, z),
        lambda z: np.where(z > 0, z, 0),
        lambda z: z * (z > 0),
        lambda z: np.clip(z, 0, None),
    ],
)
def test_relu_has_slope_0_at_0_however_it_is_written(relu):
    assert gradient(lambda z: relu(z).sum(), np.array([-1.0, 0.0, 2.0])).tolist() == [0, 0, 1]


def test_a_value_that_is_used_again_and_again_does_not_cost_a_walk_of_every_road():
    """2**60 roads lead from the loss to x."""

    def loss(x):
        for _ in range(60):
            x = (x + x) / 2
        return x.sum()

    assert gradient(loss, np.ones(2)).tolist() == [1, 1]


def test_deep_networks_need_no_recursion():
    def loss(x):
        for _ in range(5000):
            x = x + 1e-3
        return sigmoid(x).sum()

    assert gradient(loss, np.zeros(1)) == pytest.approx(sigmoid(5.0) * sigmoid(-5.0))

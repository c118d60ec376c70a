"""Every backward rule of the tape, held against numerical slopes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, basic_indices, mutually_broadcastable_shapes
from numerically import assert_gradient

from bpcheck.reference.operations import ELEMENTWISE, OPERATIONS, fold

SEEDS = st.integers(0, 2**32 - 1)
POSITIVE = {"log", "log2", "log10", "sqrt", "log1p", "reciprocal"}
PAIRS = ("add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "logaddexp", "where")
REDUCTIONS = ("sum", "mean", "max", "min", "logsumexp")
FEW = settings(max_examples=40, deadline=None)
COVERED = {*ELEMENTWISE, *PAIRS, *REDUCTIONS, "matmul", "einsum", "softmax", "log_softmax", "cumsum"}
COVERED |= {"getitem", "reshape", "transpose", "broadcast_to", "pad", "concatenate", "stack"}


def check(name, rng, *inputs, **how):
    """The rule of an operation for each of its inputs, with a random error coming in."""
    operation = OPERATIONS[name]
    y = np.asarray(operation.forward(*inputs, **how))
    G = rng.normal(size=y.shape)
    heard = [fold(operation.backward(G, y, inputs, i, **how), x.shape) for i, x in enumerate(inputs)]

    assert_gradient(lambda *x: (G * operation.forward(*x, **how)).sum(), list(inputs), heard, rng, lines=1)


def apart(rng, shape):
    """Numbers of which no two are close, so that no maximum has a tie near by."""
    count = int(np.prod(shape))
    return (rng.permutation(count) - count / 2 + rng.uniform(0.2, 0.5, count)).reshape(shape)


def test_every_operation_is_checked_in_this_module():
    assert set(OPERATIONS) == COVERED


@pytest.mark.parametrize("name", ELEMENTWISE)
@given(shape=array_shapes(min_dims=0, max_dims=3, max_side=3), seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_entry_by_entry(name, shape, seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.3, 1.4, shape)  # no kink and no pole in reach

    check(name, rng, x if name in POSITIVE else x * rng.choice([-1, 1], shape))


@pytest.mark.parametrize("name", PAIRS)
@given(shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), seed=SEEDS)
@FEW
def test_two_arrays_that_broadcast(name, shapes, seed):
    rng = np.random.default_rng(seed)
    a, b = (rng.uniform(0.3, 1.4, shape) for shape in shapes.input_shapes)
    if name in ("maximum", "minimum"):
        b = rng.choice([-1.5, 1.5], b.shape)  # no tie near by
    how = {"mask": rng.random(shapes.result_shape) < 0.5} if name == "where" else {}

    check(name, rng, a, b, **how)


@given(
    shapes=mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=2, max_side=3), seed=SEEDS
)
@FEW
def test_products_of_vectors_matrices_and_stacks_of_them(shapes, seed):
    rng = np.random.default_rng(seed)

    check("matmul", rng, *(rng.normal(size=shape) for shape in shapes.input_shapes))


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("ij,jk->ik", [(2, 3), (3, 4)]),
        ("id,jd->ij", [(4, 3), (4, 3)]),
        ("ij->j", [(2, 3)]),
        ("ij,j->", [(2, 3), (3,)]),
        ("bij,bjk->bik", [(2, 2, 3), (2, 3, 2)]),
        ("i,j,k->ki", [(2,), (3,), (4,)]),
        ("ij,k->ki", [(2, 3), (4,)]),
    ],
)
def test_einsum(subscripts, shapes):
    rng = np.random.default_rng(1)

    check("einsum", rng, *(rng.normal(size=shape) for shape in shapes), subscripts=subscripts)


@pytest.mark.parametrize("name", REDUCTIONS)
@given(data=st.data(), shape=array_shapes(max_dims=3, max_side=3), keepdims=st.booleans(), seed=SEEDS)
@FEW
def test_reductions_over_any_axes(name, data, shape, keepdims, seed):
    axes = st.none() | st.integers(0, len(shape) - 1)
    if name != "logsumexp" and len(shape) > 1:
        axes |= st.just((0, len(shape) - 1))
    rng = np.random.default_rng(seed)

    check(name, rng, apart(rng, shape), axis=data.draw(axes), keepdims=keepdims)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "cumsum"])
@given(data=st.data(), shape=array_shapes(max_dims=3, max_side=4), seed=SEEDS)
@FEW
def test_along_an_axis(name, data, shape, seed):
    rng = np.random.default_rng(seed)

    check(name, rng, rng.normal(size=shape), axis=data.draw(st.integers(0, len(shape) - 1)))


@given(data=st.data(), shape=array_shapes(max_dims=3, max_side=4), seed=SEEDS)
@FEW
def test_selections_by_slices(data, shape, seed):
    rng = np.random.default_rng(seed)

    check("getitem", rng, rng.normal(size=shape), index=data.draw(basic_indices(shape, allow_newaxis=True)))


@pytest.mark.parametrize(
    "index",
    [
        (np.arange(3), np.array([1, 0, 1])),
        np.array([2, 0, 2, 2]),
        (slice(None), [1, 1]),
        np.array([[0, 1], [1, 2]]),
        np.array([[True, False], [False, True], [True, True]]),
        np.int64(1),
    ],
    ids=["one per row", "a row twice", "a column twice", "table", "mask", "NumPy integer"],
)
def test_selections_by_lists_and_masks_add_up_what_is_picked_twice(index):
    rng = np.random.default_rng(2)

    check("getitem", rng, rng.normal(size=(3, 2)), index=index)


def test_moving_entries_about():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 1, 4))

    check("reshape", rng, x, shape=(4, -1))
    check("transpose", rng, x, axes=(2, 0, 1))
    check("broadcast_to", rng, y, shape=(3, 2, 5, 4))
    check("pad", rng, x, widths=((1, 0), (0, 2), (3, 1)))
    check("pad", rng, x, widths=1)
    check("concatenate", rng, x, y, x, axis=1)
    check("stack", rng, x, x + 1, axis=1)


def test_of_several_largest_entries_the_first_hears_everything():
    x = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    heard = OPERATIONS["max"].backward(np.ones(2), x.max(1), (x,), 0, axis=1, keepdims=False)

    assert heard.tolist() == [[0, 1, 0], [1, 0, 0]]


def test_an_integer_power_of_zero_has_a_slope():
    x, p = np.array([0.0, 0.0, 0.0]), np.array([2.0, 1.0, 0.0])

    assert OPERATIONS["power"].backward(np.ones(3), x**p, (x, p), 0).tolist() == [0, 1, 0]

"""At least three right answers to every exercise of notebook 08, written as different people would write them."""

from itertools import pairwise

import numpy as np

from bpcheck import check_gradient, numerical_gradient
from bpcheck.reference import checking, mlp


def gap_by_loop(a, n):
    found = []
    for p, q in zip(a, n, strict=True):
        larger = max(abs(p), abs(q))
        found.append(abs(p - q) / larger if larger else 0)
    return found


def gap_with_mask(a, n):
    size = np.fmax(abs(a), abs(n))
    gap = np.zeros(len(a))
    np.divide(abs(n - a), size, out=gap, where=size != 0)
    return gap


def gap_without_nan(a, n):
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.abs(a - n) / np.maximum(np.abs(a), np.abs(n)))


def direction_in_one_array(f, theta, grads, v, h):
    flat = np.concatenate([np.ravel(block) for block in theta])
    d, g = (np.concatenate([np.ravel(block) for block in blocks]) for blocks in (v, grads))

    def unflat(w):
        cuts = np.cumsum([block.size for block in theta])[:-1]
        return [part.reshape(block.shape) for part, block in zip(np.split(w, cuts), theta, strict=True)]

    return np.array([(f(unflat(flat + h * d)) - f(unflat(flat - h * d))) / h / 2, g @ d])


def direction_by_index(f, theta, grads, v, h):
    up, down, forecast = [], [], 0
    for k in range(len(theta)):
        up.append(theta[k] + h * v[k])
        down.append(theta[k] - h * v[k])
        forecast += np.sum(v[k] * grads[k])
    return [(f(up) - f(down)) / (2 * h), forecast]


def check_by_norms(f, theta, grads):
    """The length of the difference of a block over the lengths of both."""
    verdicts = []
    for k, grad in enumerate(grads):
        numerical = checking.block_gradient(f, [np.array(b, float) for b in theta], k, 1e-5)
        below = np.linalg.norm(grad) + np.linalg.norm(numerical)
        verdicts.append(below == 0 or np.linalg.norm(grad - numerical) / below < 1e-5)
    return tuple(verdicts)


def check_by_allclose(f, theta, grads):
    def slope(k, index):
        values = []
        for step in (1e-4, -1e-4):
            moved = [np.array(block, dtype=np.float64) for block in theta]
            moved[k][index] += step
            values.append(f(moved))
        return (values[0] - values[1]) / 2e-4

    return [
        all(np.isclose(slope(k, i), grad[i], rtol=1e-3, atol=1e-9) for i in np.ndindex(grad.shape))
        for k, grad in enumerate(grads)
    ]


def check_by_the_instrument(f, theta, grads):
    report = check_gradient(lambda *blocks: f(list(blocks)), tuple(grads), at=tuple(theta), entrywise=True)
    return np.array([not report.outcome.comparisons[k].wrong.any() for k in range(len(grads))])


def safe_by_distance(f, x, h):
    def bent(t):
        return abs(f(t + h) - 2 * f(t) + f(t - h)) > 0.1 * h

    if not bent(x):
        return x
    for k in range(3, 10):
        for place in (x - k * h, x + k * h):
            if not bent(place):
                return place
    raise AssertionError


def safe_by_generator(f, x, h):
    places = (x + sign * step * h for step in (0, 2.5, 5, 7.5) for sign in (1, -1))
    return next(t for t in places if abs((f(t + h) - f(t)) - (f(t) - f(t - h))) < 0.05 * h)


def hunt_once_and_for_all(suspects):
    rng = np.random.default_rng(3)
    sizes = [3, 4, 2]
    arrays = [rng.normal(size=s) for m, n in zip(sizes[1:], sizes[:-1], strict=True) for s in ((m, n), m)]
    x, y = rng.normal(size=3), rng.uniform(size=2)

    def loss(*arrays):
        return mlp.loss(list(zip(arrays[::2], arrays[1::2], strict=True)), x, y)

    truth = [estimate.value for estimate in numerical_gradient(loss, at=tuple(arrays))]
    params = list(zip(arrays[::2], arrays[1::2], strict=True))
    answers = [[array for pair in suspect(params, x, y) for array in pair] for suspect in suspects]
    return [
        all(np.allclose(a, t, rtol=1e-6) for a, t in zip(answer, truth, strict=True)) for answer in answers
    ]


def hunt_by_the_right_one(suspects):
    """Whoever has a right backpropagation needs no nudges."""
    params, x, y = mlp.story()
    params = [*params, (np.array([[1.5], [-0.7]]), np.array([0.2, -0.4]))]
    y = np.array([0.3, 0.9])
    truth = np.concatenate([array.ravel() for pair in mlp.backprop(params, x, y) for array in pair])
    verdicts = []
    for suspect in suspects:
        found = np.concatenate([array.ravel() for pair in suspect(params, x, y) for array in pair])
        verdicts.append(bool(np.abs(found - truth).max() < 1e-9))
    return np.array(verdicts)


def hunt_along_directions(suspects):
    rng = np.random.default_rng(5)
    theta = [rng.normal(size=shape) for shape in [(4, 2), (4,), (3, 4), (3,), (2, 3), (2,)]]
    x, y = rng.normal(size=2), rng.uniform(size=2)
    v = [rng.normal(size=block.shape) for block in theta]

    def pairs(theta):
        return list(zip(theta[::2], theta[1::2], strict=True))

    verdicts = []
    for suspect in suspects:
        grads = [array for pair in suspect(pairs(theta), x, y) for array in pair]
        nudged, forecast = checking.directional_check(
            lambda theta: mlp.loss(pairs(theta), x, y), theta, grads, v
        )
        verdicts.append(abs(nudged - forecast) < 1e-5 * abs(nudged))
    return verdicts


def proof_with_two_outputs(_grad_fn):
    """Hidden layer of one unit, two outputs: twelve numbers, by hand."""
    params = [([[0.7]], [0.2]), ([[1.1], [-0.6]], [0.1, 0.4])]
    return params, [[0.5], [-1.3]], [[0.9, 0.2], [0.3, 0.6]]


def proof_by_growing(grad_fn):
    """From the smallest network up, until a nudge says something else than grad_fn."""
    rng = np.random.default_rng(4)
    for sizes, N in (((1, 1), 1), ((1, 1), 2), ((1, 1, 1), 1), ((1, 2), 1), ((1, 2, 1), 2)):
        theta = [rng.normal(size=s) for n, m in pairwise(sizes) for s in ((m, n), m)]
        X, Y = rng.normal(size=(N, sizes[0])), rng.uniform(size=(N, sizes[-1]))

        def pairs(theta):
            return list(zip(theta[::2], theta[1::2], strict=True))

        def f(theta, X=X, Y=Y):
            return float(np.mean([mlp.loss(pairs(theta), x, y) for x, y in zip(X, Y, strict=True)]))

        grads = [array for pair in grad_fn(pairs(theta), X, Y) for array in pair]
        if not all(checking.gradcheck(f, theta, grads)):
            return pairs(theta), X, Y
    raise AssertionError


def proof_from_the_story(_grad_fn):
    """The story's network, cut down to one input."""
    (W1, b1), (W2, b2) = mlp.story()[0]
    return [(W1[:, :1], b1), (W2, b2)], np.array([[1.0], [2.0]]), np.array([[1.0], [0.0]])


RIGHT = {
    "relative_gap": (checking.relative_gap, gap_by_loop, gap_with_mask, gap_without_nan),
    "directional_check": (checking.directional_check, direction_in_one_array, direction_by_index),
    "gradcheck": (checking.gradcheck, check_by_norms, check_by_allclose, check_by_the_instrument),
    "safe_point": (checking.safe_point, safe_by_distance, safe_by_generator),
    "test_design": (
        lambda: ((2, 2, 2), 2),
        lambda: (np.array([3, 4, 2, 2]), np.int64(5)),
        lambda: [[4, 3, 3, 4], 20],
    ),
    "prove_wrong": (proof_with_two_outputs, proof_by_growing, proof_from_the_story),
    "hunt": (hunt_once_and_for_all, hunt_by_the_right_one, hunt_along_directions),
}

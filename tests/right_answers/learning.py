"""At least three right answers to every exercise of notebook 09, written as different people would write them."""

import itertools

import numpy as np

from bpcheck.reference import batch, learning, mlp


def mean_by_lists(params, X, Y):
    singly = [mlp.backprop(params, x, y) for x, y in zip(X, Y, strict=True)]
    return [
        [np.mean([one[k][part] for one in singly], axis=0) for part in (0, 1)] for k in range(len(params))
    ]


def mean_in_place(params, X, Y):
    grads = [(0 * W, 0 * b) for W, b in params]
    for i in range(len(X)):
        for (sW, sb), (dW, db) in zip(grads, mlp.backprop(params, X[i], Y[i]), strict=True):
            sW += dW / len(X)
            sb += db / len(X)
    return grads


def mean_by_matrices(params, X, Y):
    cache = batch.mlp_forward(params, X, "sigmoid")
    Yhat = batch.sigmoid(cache.Z[-1])
    return batch.mlp_backward(params, cache, (Yhat - Y) * Yhat * (1 - Yhat) / len(X))


def step_by_copy(params, grads, lr):
    new = [(W.copy(), b.copy()) for W, b in params]
    for (W, b), (dW, db) in zip(new, grads, strict=True):
        W -= lr * dW
        b -= lr * db
    return new


def step_by_index(params, grads, lr):
    return [[params[k][part] + (-lr) * grads[k][part] for part in range(2)] for k in range(len(params))]


def step_entry_by_entry(params, grads, lr):
    def down(old, slope):
        return [down(o, s) if np.ndim(o) else o - lr * s for o, s in zip(old, slope, strict=True)]

    return tuple((down(W, dW), down(b, db)) for (W, b), (dW, db) in zip(params, grads, strict=True))


def gap_by_reference(params, x, y, lr):
    early, right = learning.early_gradients(params, x, y, lr), mlp.backprop(params, x, y)
    return [np.sqrt(((e - r) ** 2).sum() / (r**2).sum()) for (e, _), (r, _) in zip(early, right, strict=True)]


def gap_with_changed_list(params, x, y, lr):
    """The weights are really moved, in a copy of the list."""
    moving = list(params)
    _, a = mlp.forward(params, x)
    right = mlp.backprop(params, x, y)
    delta, gaps = (a[-1] - y) * a[-1] * (1 - a[-1]), np.zeros(len(params))
    for k in reversed(range(len(params))):
        W, b = moving[k]
        early = delta[:, None] * a[k][None, :]
        moving[k] = (W - lr * early, b)
        gaps[k] = np.linalg.norm((early - right[k][0]).ravel()) / np.linalg.norm(right[k][0].ravel())
        delta = moving[k][0].T @ delta * a[k] * (1 - a[k])
    return gaps


def gap_by_recursion(params, x, y, lr):
    _, a = mlp.forward(params, x)
    right = mlp.backprop(params, x, y)

    def gaps(k, delta):
        if k < 0:
            return []
        early = np.outer(delta, a[k])
        before = (params[k][0] - lr * early).T @ delta * a[k] * (1 - a[k])
        gap = np.linalg.norm(early - right[k][0]) / np.linalg.norm(right[k][0])
        return [*gaps(k - 1, before), gap]

    return gaps(len(params) - 1, (a[-1] - y) * a[-1] * (1 - a[-1]))


def train_by_matrices(params, X, Y, lr, steps):
    return learning.train(params, X, Y, lr, steps)


def train_in_place(params, X, Y, lr, steps):
    mine = [[W.copy(), b.copy()] for W, b in params]
    losses = np.empty(steps)
    for k in range(steps):
        losses[k] = sum(mlp.loss(mine, x, y) for x, y in zip(X, Y, strict=True)) / len(X)
        grads = learning.mean_gradients(mine, X, Y)
        for pair, slopes in zip(mine, grads, strict=True):
            pair[0] -= lr * slopes[0]
            pair[1] -= lr * slopes[1]
    return mine, losses


def train_by_recursion(params, X, Y, lr, steps):
    if steps == 0:
        return params, []
    new = learning.step(params, learning.mean_gradients(params, X, Y), lr)
    last, losses = train_by_recursion(new, X, Y, lr, steps - 1)
    return last, [learning.mean_loss(params, X, Y), *losses]


def xor_by_hand(_seed):
    """Two lines, drawn twice: nobody says that it must be trained."""
    W1 = np.array([[20.0, 20.0], [-20.0, -20.0], [21.0, 21.0], [-21.0, -21.0]])
    return [
        (W1, np.array([-10.0, 30.0, -10.5, 31.5])),
        (np.array([[10.0, 10.0, 10.0, 10.0]]), np.array([-30.0])),
    ]


def xor_with_momentum(seed):
    params = learning.xor_start(4, seed)
    vel = [(0 * W, 0 * b) for W, b in params]
    for _ in range(600):
        cache = batch.mlp_forward(params, learning.XOR_X, "sigmoid")
        Yhat = batch.sigmoid(cache.Z[-1])
        grads = batch.mlp_backward(params, cache, (Yhat - learning.XOR_Y) * Yhat * (1 - Yhat) / 4)
        params, vel = learning.momentum_step(params, grads, vel, 1.0, 0.9)
    return params


def xor_until_it_is_solved(seed):
    """Another start, if the first one fails."""
    params = learning.xor_start(4, seed)
    while not learning.solved(params):
        params, _ = learning.train(learning.xor_start(4, seed), learning.XOR_X, learning.XOR_Y, 8.0, 600)
        seed += 1
    return params


def twins_by_pairs(params):
    (W1, b1), (W2, _) = params
    return any(
        np.array_equal(W1[i], W1[j]) and b1[i] == b1[j] and np.array_equal(W2[:, i], W2[:, j])
        for i, j in itertools.combinations(range(len(b1)), 2)
    )


def twins_by_distance(params):
    (W1, b1), (W2, _) = params
    units = np.hstack([W1, b1[:, None], W2.T])
    gaps = np.abs(units[:, None] - units[None]).max(axis=2) + np.eye(len(units))
    return gaps.min() == 0


def twins_by_training(params):
    """Same gradients, and same weights to begin with."""
    (W1, b1), (W2, _) = params
    seen = {tuple(map(float, (*W1[i], b1[i], *W2[:, i]))) for i in range(len(b1))}
    return bool(len(seen) != len(b1))


def momentum_with_loops(params, grads, vel, lr, beta):
    moved, moving = [], []
    for k in range(len(params)):
        moving.append([beta * vel[k][part] + grads[k][part] for part in (0, 1)])
        moved.append([params[k][part] - lr * moving[k][part] for part in (0, 1)])
    return moved, moving


def momentum_by_step(params, grads, vel, lr, beta):
    moving = learning.step(grads, vel, -beta)  # grads + beta * vel
    return learning.step(params, moving, lr), moving


def momentum_on_copies(params, grads, vel, lr, beta):
    new_vel = tuple((np.array(vW), np.array(vb)) for vW, vb in vel)
    new_params = tuple((np.array(W), np.array(b)) for W, b in params)
    for v, g, p in zip(new_vel, grads, new_params, strict=True):
        for part in range(2):
            v[part][...] = v[part] * beta
            v[part][...] += g[part]
            p[part][...] -= lr * v[part]
    return new_params, new_vel


RIGHT = {
    "mean_gradients": (mean_by_lists, mean_in_place, mean_by_matrices),
    "step": (step_by_copy, step_by_index, step_entry_by_entry),
    "early_update_gap": (gap_by_reference, gap_with_changed_list, gap_by_recursion),
    "train": (train_by_matrices, train_in_place, train_by_recursion),
    "solve_xor": (xor_by_hand, xor_with_momentum, xor_until_it_is_solved),
    "twins": (twins_by_pairs, twins_by_distance, twins_by_training),
    "momentum_step": (momentum_with_loops, momentum_by_step, momentum_on_copies),
}

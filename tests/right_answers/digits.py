"""At least three right answers to every exercise of notebook 11, written as different people would write them."""

import itertools
import math

import numpy as np

from bpcheck.reference import batch


def deal_from_a_list(N, B, rng):
    pack, batches = list(range(N)), []
    rng.shuffle(pack)
    while pack:
        batches.append(pack[:B])
        pack = pack[B:]
    return batches


def deal_by_split(N, B, rng):
    return np.split(rng.permutation(N), np.arange(B, N, B))


def deal_by_sorting(N, B, rng):
    order = np.argsort(rng.random(N))
    return [order[k * B : min(N, (k + 1) * B)] for k in range(math.ceil(N / B))]


def accuracy_by_count(params, X, y):
    right = 0
    for x, label in zip(X, y, strict=True):
        scores = batch.mlp_forward(params, x[None]).Z[-1][0]
        right += max(range(len(scores)), key=lambda k: scores[k]) == label
    return right / len(y)


def accuracy_by_probability(params, X, y):
    P = batch.softmax(batch.mlp_forward(params, X).Z[-1])
    return np.mean(P[np.arange(len(y)), y] == P.max(axis=1))


def accuracy_by_errors(params, X, y):
    return 1 - np.count_nonzero(np.argmax(batch.mlp_forward(params, X).Z[-1], -1) - y) / len(y)


def fit_by_reference(params, X, y, lr, B, epochs, rng):
    return batch.fit(params, X, y, lr=lr, B=B, epochs=epochs, rng=rng)


def fit_in_place(params, X, y, lr, B, epochs, rng):
    mine = [[W.copy(), b.copy()] for W, b in params]
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        order = rng.permutation(len(y))
        for start in range(0, len(y), B):
            rows = order[start : start + B]
            cache = batch.mlp_forward(mine, X[rows])
            _, D = batch.softmax_ce(cache.Z[-1], y[rows])
            for (W, b), (dW, db) in zip(mine, batch.mlp_backward(mine, cache, D), strict=True):
                W -= lr * dW
                b -= lr * db
        losses[epoch] = batch.loss(mine, X, y)
    return mine, losses


def fit_by_hand(params, X, y, lr, B, epochs, rng):
    """Two layers, written out."""
    (W1, b1), (W2, b2) = params
    losses = []
    for _ in range(epochs):
        for rows in deal_by_split(len(X), B, rng):
            A = np.tanh(X[rows] @ W1.T + b1)
            P = batch.softmax(A @ W2.T + b2)
            D2 = (P - np.eye(len(b2))[y[rows]]) / len(rows)
            D1 = D2 @ W2 * (1 - A**2)
            W2, b2, W1, b1 = (
                W2 - lr * D2.T @ A,
                b2 - lr * D2.sum(0),
                W1 - lr * D1.T @ X[rows],
                b1 - lr * D1.sum(0),
            )
        losses.append(batch.loss([(W1, b1), (W2, b2)], X, y))
    return ((W1, b1), (W2, b2)), losses


def word(losses):
    if any(not math.isfinite(value) for value in losses):
        return "diverged"
    first, last = float(losses[0]), float(losses[-1])
    if last > first:
        return "diverged"
    if 2 * last < first:
        return "good"
    ups = sum(b > a for a, b in itertools.pairwise(losses))
    return "too large" if 4 * ups >= len(losses) - 1 else "too small"


def diagnose_by_map(curves):
    return tuple(map(word, curves))


def diagnose_by_select(curves):
    with np.errstate(invalid="ignore"):
        bad = ~np.isfinite(curves).all(axis=1) | (curves[:, -1] > curves[:, 0])
        halved = curves[:, -1] < 0.5 * curves[:, 0]
        jumpy = (curves[:, 1:] > curves[:, :-1]).mean(axis=1) >= 0.25
    return np.select([bad, halved, jumpy], ["diverged", "good", "too large"], "too small").tolist()


def diagnose_by_loop(curves):
    words = [""] * len(curves)
    for k, row in enumerate(curves.tolist()):
        words[k] = word(row)
    return words


def limit_by_power(H):
    """The steepest direction by multiplying again and again."""
    v = np.ones(len(H)) + 0.1 * np.arange(len(H))
    for _ in range(5000):
        v = H @ v
        v /= np.linalg.norm(v)
    return 2 / (v @ H @ v)


def limit_by_eig(H):
    return min(2 / np.real(np.linalg.eigvals(H)))


def limit_by_norm(H):
    return 2 / np.linalg.norm(H, 2)


def noise_by_arrays(params, X, y, batches):
    def gradient(rows):
        return batch.flat(batch.gradients(params, X[rows], y[rows])[1])

    rows = np.array([gradient(b) for b in batches])
    return np.square(rows - gradient(slice(None))).sum(axis=1).mean()


def noise_layer_by_layer(params, X, y, batches):
    _, full = batch.gradients(params, X, y)
    total = 0.0
    for b in batches:
        _, grads = batch.gradients(params, X[b], y[b])
        for pair, whole in zip(grads, full, strict=True):
            total += sum(np.sum((g - f) ** 2) for g, f in zip(pair, whole, strict=True))
    return total / len(batches)


def noise_by_norm(params, X, y, batches):
    full = batch.flat(batch.gradients(params, X, y)[1])
    gaps = [np.linalg.norm(batch.flat(batch.gradients(params, X[b], y[b])[1]) - full) for b in batches]
    return float(np.dot(gaps, gaps) / len(gaps))


def norms_by_squares(params, X, y, phi):
    return np.array([math.sqrt((dW * dW).sum()) for dW, _ in batch.gradients(params, X, y, phi)[1]])


def norms_step_by_step(params, X, y, phi):
    cache = batch.mlp_forward(params, X, phi)
    D, norms = batch.softmax_ce(cache.Z[-1], y)[1], []
    for k in reversed(range(len(params))):
        norms.insert(0, np.linalg.norm(D.T @ cache.A[k], "fro"))
        D = (D @ params[k][0]) * batch.SLOPE[phi](cache.A[k])
    return norms


def norms_of_rows(params, X, y, phi):
    return tuple(np.hypot.reduce(dW.ravel()) for dW, _ in batch.gradients(params, X, y, phi)[1])


RIGHT = {
    "minibatches": (deal_from_a_list, deal_by_split, deal_by_sorting),
    "accuracy": (accuracy_by_count, accuracy_by_probability, accuracy_by_errors),
    "fit": (fit_by_reference, fit_in_place, fit_by_hand),
    "diagnose": (diagnose_by_map, diagnose_by_select, diagnose_by_loop),
    "max_stable_lr": (limit_by_power, limit_by_eig, limit_by_norm),
    "gradient_noise": (noise_by_arrays, noise_layer_by_layer, noise_by_norm),
    "layer_norms": (norms_by_squares, norms_step_by_step, norms_of_rows),
}

"""At least three right answers to every exercise of notebook 10, written as different people would write them."""

import math

import numpy as np

from bpcheck.reference import batch, mlp


def forward_by_loops(A, W, b):
    return [
        [sum(w * a for w, a in zip(row, sample, strict=True)) + bias for row, bias in zip(W, b, strict=True)]
        for sample in A
    ]


def forward_sample_by_sample(A, W, b):
    return np.stack([W @ a + b for a in A])


def forward_by_einsum(A, W, b):
    return np.einsum("ni,mi->nm", A, W) + b[None, :]


def forward_turned_and_back(A, W, b):
    return (W @ A.T + b[:, None]).T


def backward_by_loops(D, A, W):
    dA, dW, db = np.zeros(A.shape), np.zeros(W.shape), np.zeros(len(W))
    for i in range(len(A)):
        for j in range(len(W)):
            db[j] += D[i, j]
            for k in range(A.shape[1]):
                dA[i, k] += D[i, j] * W[j, k]
                dW[j, k] += D[i, j] * A[i, k]
    return dA, dW, db


def backward_by_outer(D, A, W):
    dW = sum(np.outer(d, a) for d, a in zip(D, A, strict=True))
    return [np.array([W.T @ d for d in D]), dW, sum(D)]


def backward_by_einsum(D, A, W):
    return np.einsum("nm,mi->ni", D, W), np.einsum("nm,ni->mi", D, A), np.ones(len(D)) @ D


def unbroadcast_by_index(G, shape):
    grad = np.zeros(shape)
    for index in np.ndindex(*G.shape):
        own = index[len(index) - len(shape) :] if shape else ()
        grad[tuple(0 if n == 1 else i for i, n in zip(own, shape, strict=True))] += G[index]
    return grad


def unbroadcast_at_once(G, shape):
    padded = (1,) * (G.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, (n, m) in enumerate(zip(padded, G.shape, strict=True)) if n == 1 and m > 1)
    return np.sum(G, axis=axes, keepdims=True).reshape(shape)


def unbroadcast_by_add_at(G, shape):
    """Where every entry came from, by broadcasting the numbers of the entries."""
    size = math.prod(shape)
    where = np.broadcast_to(np.arange(size).reshape(shape), G.shape)
    return np.bincount(where.ravel(), weights=G.ravel(), minlength=size).reshape(shape)


def softmax_row_by_row(Z):
    rows = []
    for row in Z.tolist():
        top = max(row)
        powers = [math.exp(z - top) for z in row]
        rows.append([power / sum(powers) for power in powers])
    return rows


def softmax_by_logarithm(Z):
    shifted = Z - np.max(Z, axis=-1)[:, None]
    return np.exp(shifted - np.log(np.sum(np.exp(shifted), axis=1))[:, None])


def softmax_by_pairs(Z):
    """p of class k is 1 over the sum of e^(z_j - z_k)."""
    with np.errstate(over="ignore"):
        return 1 / np.exp(Z[:, None, :] - Z[:, :, None]).sum(axis=2)


def ce_by_one_hot(Z, y):
    hot = np.eye(Z.shape[1])[y]
    log_p = Z - Z.max(1, keepdims=True)
    log_p = log_p - np.log(np.exp(log_p).sum(1, keepdims=True))
    return -(hot * log_p).sum() / len(Z), (np.exp(log_p) - hot) / len(Z)


def ce_sample_by_sample(Z, y):
    J, D = 0.0, []
    for scores, label in zip(Z, y, strict=True):
        p = batch.softmax(scores[None])[0]
        J += np.logaddexp.reduce(scores) - scores[label]
        p[label] -= 1
        D.append(p / len(y))
    return J / len(y), D


def ce_with_margin(Z, y):
    rows = range(len(y))
    J = np.mean(np.logaddexp.reduce(Z, axis=1) - Z[rows, y])
    D = np.exp(Z - np.logaddexp.reduce(Z, axis=1, keepdims=True)) / len(y)
    D[rows, y] -= 1 / len(y)
    return np.float64(J), D


def sweep_by_affine_backward(params, cache, D):
    grads = [None] * len(params)
    for k in range(len(params) - 1, -1, -1):
        dA, dW, db = batch.affine_backward(D, cache.A[k], params[k][0])
        grads[k] = [dW, db]
        D = dA * batch.SLOPE[cache.phi](cache.A[k])
    return grads


def sweep_from_z(params, cache, D):
    """φ′ from the pre-activations, written out."""
    slopes = {
        "tanh": lambda Z: 1 / np.cosh(Z) ** 2,
        "relu": lambda Z: Z > 0,
        "sigmoid": lambda Z: np.exp(-Z) / (1 + np.exp(-Z)) ** 2,
    }[cache.phi]
    found = []
    for k, (W, _b) in reversed(list(enumerate(params))):
        found.append((np.einsum("ni,nj->ij", D, cache.A[k]), np.sum(D, 0)))
        if k:
            D = np.matmul(D, W) * slopes(cache.Z[k - 1])
    return found[::-1]


def sweep_sample_by_sample(params, cache, D):
    """The loop of notebook 06 over the rows, added up."""
    total = [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in params]
    for i in range(len(D)):
        delta = D[i]
        for k in reversed(range(len(params))):
            dW, db = total[k]
            total[k] = (dW + np.outer(delta, cache.A[k][i]), db + delta)
            delta = (params[k][0].T @ delta) * batch.SLOPE[cache.phi](cache.A[k][i])
    return tuple(total)


def turned_by_hand(params, grads):
    def turn(W):
        return [[W[j, i] for j in range(W.shape[0])] for i in range(W.shape[1])]

    return [(turn(W), b) for W, b in params], [(turn(dW), db) for dW, db in grads]


def turned_by_numpy(params, grads):
    return tuple([[np.swapaxes(W, 0, 1), b.copy()] for W, b in part] for part in (params, grads))


def turned_by_loop(params, grads):
    out, dout = [], []
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        out.append((np.transpose(W).copy(), b))
        dout.append((np.einsum("ij->ji", dW), db))
    return out, dout


def gap_flat(grads, params, X, Y):
    def flat(layers):
        return np.concatenate([np.ravel(part) for pair in layers for part in pair])

    loop = np.mean([flat(mlp.backprop(params, x, y)) for x, y in zip(X, Y, strict=True)], axis=0)
    return np.abs(flat(grads) - loop).max()


def gap_with_running_total(grads, params, X, Y):
    total = [[np.zeros_like(W), np.zeros_like(b)] for W, b in params]
    for x, y in zip(X, Y, strict=True):
        for sums, pair in zip(total, mlp.backprop(params, x, y), strict=True):
            sums[0] += pair[0] / len(X)
            sums[1] += pair[1] / len(X)
    return max(
        np.max(abs(g - t))
        for pair, sums in zip(grads, total, strict=True)
        for g, t in zip(pair, sums, strict=True)
    )


def gap_by_norm(grads, params, X, Y):
    singly = [mlp.backprop(params, x, y) for x, y in zip(X, Y, strict=True)]
    largest = []
    for k, pair in enumerate(grads):
        for part in (0, 1):
            mean = sum(one[k][part] for one in singly) / len(singly)
            largest.append(np.linalg.norm(np.ravel(pair[part] - mean), np.inf))
    return float(max(largest))


RIGHT = {
    "affine_forward": (
        forward_by_loops,
        forward_sample_by_sample,
        forward_by_einsum,
        forward_turned_and_back,
    ),
    "affine_backward": (backward_by_loops, backward_by_outer, backward_by_einsum),
    "unbroadcast": (unbroadcast_by_index, unbroadcast_at_once, unbroadcast_by_add_at),
    "softmax": (softmax_row_by_row, softmax_by_logarithm, softmax_by_pairs),
    "softmax_ce": (ce_by_one_hot, ce_sample_by_sample, ce_with_margin),
    "mlp_backward": (sweep_by_affine_backward, sweep_from_z, sweep_sample_by_sample),
    "to_in_out": (turned_by_hand, turned_by_numpy, turned_by_loop),
    "same_as_loop": (gap_flat, gap_with_running_total, gap_by_norm),
}

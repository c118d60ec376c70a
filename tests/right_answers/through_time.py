"""At least three right answers to every exercise of notebook 12, written as different people would write them."""

import math

import numpy as np

from bpcheck.reference import recurrent


def forward_by_recursion(p, X, h0):
    W_xh, W_hh, b, w_out = p
    if not len(X):
        return [h0], float(w_out @ h0)
    h = np.tanh(W_xh @ X[0] + W_hh @ h0 + b)
    H, yhat = forward_by_recursion(p, X[1:], h)
    return [h0, *H], yhat


def forward_unit_by_unit(p, X, h0):
    W_xh, W_hh, b, w_out = p
    H = [list(h0)]
    for x in X:
        H.append(
            [
                math.tanh(
                    sum(w * v for w, v in zip(W_xh[j], x, strict=True))
                    + sum(w * v for w, v in zip(W_hh[j], H[-1], strict=True))
                    + b[j]
                )
                for j in range(len(b))
            ]
        )
    return H, sum(w * h for w, h in zip(w_out, H[-1], strict=True))


def forward_by_index(p, X, h0):
    W = np.hstack([p[0], p[1], p[2][:, None]])  # one table for all that enters
    H = np.zeros((len(X) + 1, len(h0)))
    H[0] = h0
    for t in range(len(X)):
        H[t + 1] = np.tanh(W @ np.concatenate([X[t], H[t], [1.0]]))
    return [H, H[-1] @ p[3]]


def bptt_by_matrices(p, X, h0, y):
    return recurrent.bptt(p, X, h0, y)


def bptt_by_recursion(p, X, h0, y):
    """Step forward on the way in, collect on the way out."""
    W_xh, W_hh, b, w_out = p
    total = [np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros_like(b)]

    def walk(t, h):
        """∂ℓ/∂h of the state before step t."""
        if t == len(X):
            error = w_out @ h - y
            total.append(error * h)
            return error * w_out
        new = np.tanh(W_xh @ X[t] + W_hh @ h + b)
        delta = walk(t + 1, new) * (1 - new * new)
        total[0] += delta[:, None] * X[t]
        total[1] += delta[:, None] * h
        total[2] += delta
        return delta @ W_hh

    walk(0, h0)
    return tuple(total)


def bptt_forward_mode(p, X, h0, y):
    """Every slope carried along from the start: right, and much dearer."""
    W_xh, W_hh, b, w_out = p
    m, n = W_xh.shape
    carried = np.zeros((m, m * n + m * m + m))
    h = h0
    for x in X:
        new = np.tanh(W_xh @ x + W_hh @ h + b)
        own = np.hstack([np.kron(np.eye(m), x), np.kron(np.eye(m), h), np.eye(m)])
        carried = (1 - new**2)[:, None] * (W_hh @ carried + own)
        h = new
    error = w_out @ h - y
    row = error * w_out @ carried
    return [
        row[: m * n].reshape(m, n),
        row[m * n : m * n + m * m].reshape(m, m),
        row[m * n + m * m :],
        error * h,
    ]


def parts_by_reference(p, X, h0, y):
    return list(recurrent.by_lag(p, X, h0, y))


def parts_by_differences(p, X, h0, y):
    """What one more step of truncation adds."""
    upto = [recurrent.bptt(p, X, h0, y, k)[1] for k in range(len(X) + 1)]
    return np.diff(np.array(upto), axis=0)


def parts_by_products(p, X, h0, y):
    _, W_hh, _, w_out = p
    H, yhat = recurrent.rnn_forward(p, X, h0)
    parts, T = [], len(X)
    for lag in range(T):
        row = (yhat - y) * w_out @ np.diag(1 - H[T] ** 2)
        for t in range(T - 1, T - 1 - lag, -1):
            row = row @ W_hh @ np.diag(1 - H[t] ** 2)
        parts.append(np.outer(row, H[T - 1 - lag]))
    return np.stack(parts)


def cut_by_reference(p, X, h0, y, k):
    return recurrent.bptt(p, X, h0, y, k)


def cut_by_a_later_start(p, X, h0, y, k):
    """The state k steps before the end is taken for a given one."""
    H, _ = recurrent.rnn_forward(p, X, h0)
    return recurrent.bptt(p, X[len(X) - k :], H[len(X) - k], y)


def cut_by_masks(p, X, h0, y, k):
    H, yhat = recurrent.rnn_forward(p, X, h0)
    D = recurrent.deltas(p, H, yhat - y)
    D[: len(X) - k] = 0
    return D.T @ X, D.T @ H[:-1], D.sum(0), (yhat - y) * H[-1]


def norms_by_roots(p, X, h0, y):
    return [math.sqrt((part * part).sum()) for part in recurrent.by_lag(p, X, h0, y)]


def norms_at_once(p, X, h0, y):
    return np.linalg.norm(recurrent.by_lag(p, X, h0, y), axis=(1, 2))


def norms_of_factors(p, X, h0, y):
    """The length of an outer product is the product of the lengths."""
    H, yhat = recurrent.rnn_forward(p, X, h0)
    D = recurrent.deltas(p, H, yhat - y)
    return (np.linalg.norm(D, axis=1) * np.linalg.norm(H[:-1], axis=1))[::-1]


def clip_flat(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([np.ravel(part) for part in grads]))
    return [part * max_norm / max(norm, max_norm) for part in grads]


def clip_with_if(grads, max_norm):
    length = math.hypot(*(np.linalg.norm(part) for part in grads))
    if length <= max_norm:
        return list(grads)
    return [part / length * max_norm for part in grads]


def clip_copies(grads, max_norm):
    mine = [np.array(part) for part in grads]
    squared = sum(float(np.vdot(part, part)) for part in mine)
    if squared > max_norm**2:
        for part in mine:
            part *= max_norm / np.sqrt(squared)
    return tuple(mine)


RIGHT = {
    "rnn_forward": (forward_by_recursion, forward_unit_by_unit, forward_by_index),
    "bptt": (bptt_by_matrices, bptt_by_recursion, bptt_forward_mode),
    "by_lag": (parts_by_reference, parts_by_differences, parts_by_products),
    "truncated": (cut_by_reference, cut_by_a_later_start, cut_by_masks),
    "lag_norms": (norms_by_roots, norms_at_once, norms_of_factors),
    "clip": (clip_flat, clip_with_if, clip_copies),
}

"""A small recurrent network: it reads a sequence and keeps a note to itself. What notebook 12 builds.

p = (W_xh, W_hh, b, w_out)      m hidden units, n inputs: shapes (m, n), (m, m), (m,), (m,)

    h_t = tanh(W_xh x_t + W_hh h_{t-1} + b)      for t = 1 … T; h_0 is given
    ŷ = w_out · h_T,  ℓ = ½ (ŷ - y)²

X is (T, n), one row for each step. H is (T + 1, m), h_0 first.

Sources: Werbos, Backpropagation through time, Proceedings of the IEEE 78 (1990) 1550-1560; Goodfellow, Bengio,
Courville, Deep Learning (2016), section 10.2.2; Pascanu, Mikolov, Bengio (2013) on clipping.

Imports: numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Params = tuple[Array, Array, Array, Array]  # W_xh, W_hh, b, w_out


def rnn_forward(p: Params, X: Array, h0: Array) -> tuple[Array, Any]:
    """All states and the prediction.

    Parameters
    ----------
    p : W_xh (m, n), W_hh (m, m), b (m,), w_out (m,)
    X : (T, n)
    h0 : (m,)

    Returns
    -------
    H : (T + 1, m), h0 first
    yhat : a number

    >>> p = (np.array([[1.0]]), np.array([[0.5]]), np.zeros(1), np.array([2.0]))
    >>> H, yhat = rnn_forward(p, np.zeros((3, 1)), np.array([1.0]))
    >>> print(H.round(4).ravel(), yhat.round(4))
    [1.     0.4621 0.227  0.113 ] 0.2261
    """
    W_xh, W_hh, b, w_out = p
    H = [h0]
    for x in X:
        H.append(np.tanh(W_xh @ x + W_hh @ H[-1] + b))
    return np.array(H), w_out @ H[-1]


def loss(p: Params, X: Array, h0: Array, y: float) -> Any:
    """ℓ = ½ (ŷ - y)²."""
    return 0.5 * (rnn_forward(p, X, h0)[1] - y) ** 2


def deltas(p: Params, H: Array, error: Any, steps: int | None = None) -> Array:
    """δ_t = ∂ℓ/∂z_t for t = 1 … T, (T, m): one sweep from T down, and no farther back than `steps`."""
    _, W_hh, _, w_out = p
    T = len(H) - 1
    D = np.zeros((T, H.shape[1]))
    arriving = error * w_out
    for t in range(T, max(0, T - (T if steps is None else steps)), -1):
        D[t - 1] = arriving * (1 - H[t] ** 2)
        arriving = W_hh.T @ D[t - 1]
    return D


def bptt(p: Params, X: Array, h0: Array, y: float, steps: int | None = None) -> Params:
    """Gradients of ℓ for W_xh, W_hh, b and w_out: what every step gives, added up.

    `steps` is how far the error goes back; None for all the way.
    """
    H, yhat = rnn_forward(p, X, h0)
    D = deltas(p, H, yhat - y, steps)
    return D.T @ X, D.T @ H[:-1], D.sum(axis=0), (yhat - y) * H[-1]


def by_lag(p: Params, X: Array, h0: Array, y: float) -> Array:
    """What each use of W_hh gives to its gradient, (T, m, m): first that of the last step, lag 0."""
    H, yhat = rnn_forward(p, X, h0)
    D = deltas(p, H, yhat - y)
    return np.array([np.outer(D[t], H[t]) for t in reversed(range(len(X)))])


def lag_norms(p: Params, X: Array, h0: Array, y: float) -> Array:
    """The length of each of these parts, (T,), lag 0 first."""
    return np.array([np.linalg.norm(part) for part in by_lag(p, X, h0, y)])


def clip(grads: Sequence[Array], max_norm: float) -> tuple[Array, ...]:
    """The same direction, no longer than `max_norm` over all arrays together.

    >>> [part.round(6).tolist() for part in clip((np.array([3.0]), np.array([4.0])), 1.0)]
    [[0.6], [0.8]]
    """
    norm = float(np.sqrt(sum(float((part**2).sum()) for part in grads)))
    factor = 1.0 if norm <= max_norm else max_norm / norm
    return tuple(factor * part for part in grads)


def gain_network(gain: float, m: int = 16, seed: int = 0) -> Params:
    """A network whose W_hh is a random rotation times `gain`: it stretches every state by just that."""
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.standard_normal((m, m)))
    return 0.1 * rng.standard_normal((m, 1)), gain * Q, np.zeros(m), rng.standard_normal(m) / np.sqrt(m)

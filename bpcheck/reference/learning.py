"""From gradients to learning, for the networks of `mlp`: accumulate, then update. What notebook 09 builds.

mean_gradients(params, X, Y)         add over the samples, divide by their number
step(params, grads, lr)              new parameters, downhill
early_gradients(params, x, y, lr)    what comes out if every layer is updated as soon as its slopes are known
train(params, X, Y, lr, steps)       again and again
momentum_step(...)                   another update with the same gradients

X is (N, n0) and Y is (N, nL), one row for each sample. Units are sigmoids, the loss is the mean of half the
squared errors.

Sources: Rumelhart, Hinton, Williams, Learning internal representations by error propagation, in Parallel Distributed
Processing (1986), chapter 8, for XOR, symmetry breaking and momentum; Polyak, USSR Computational Mathematics 4 (1964) 1-17.

Imports: numpy, bpcheck.reference.mlp.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpcheck.reference import mlp
from bpcheck.reference.mlp import Array, Layer, Params

XOR_X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR_Y = np.array([[0.0], [1.0], [1.0], [0.0]])
CLOSE = 0.1  # XOR is solved if no output is farther from its target


def mean_gradients(params: Params, X: Array, Y: Array) -> list[Layer]:
    """Gradients of the mean loss, one sample after the other.

    >>> params, x, y = mlp.story()
    >>> [dW.round(3).tolist() for dW, _ in mean_gradients(params, np.array([x, x]), np.array([y, y]))]
    [[[-0.012, -0.024], [0.006, 0.012]], [[-0.024, -0.008]]]
    """
    total = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    for x, y in zip(X, Y, strict=True):
        for (sum_W, sum_b), (dW, db) in zip(total, mlp.backprop(params, x, y), strict=True):
            sum_W += dW
            sum_b += db
    return [(sum_W / len(X), sum_b / len(X)) for sum_W, sum_b in total]


def mean_loss(params: Params, X: Array, Y: Array) -> float:
    """J, the mean loss of the samples."""
    return float(np.mean([mlp.loss(params, x, y) for x, y in zip(X, Y, strict=True)]))


def step(params: Params, grads: Params, lr: float) -> list[Layer]:
    """New parameters, one step downhill; the old ones stay as they are."""
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


def early_gradients(params: Params, x: Array, y: Array, lr: float) -> list[Layer]:
    """The slopes that come out if every layer is updated before the error goes through it.

    Returns
    -------
    L pairs (dW, db), in the order of `params`. Those of the last layer are right.

    >>> [dW.round(5).tolist() for dW, _ in early_gradients(*mlp.story(), 10.0)]
    [[[-0.01344, -0.02688], [0.00552, 0.01104]], [[-0.024, -0.008]]]
    """
    _, activations = mlp.forward(params, x)
    slopes = [mlp.sigmoid_slope(a) for a in activations[1:]]
    delta = mlp.output_delta(activations[-1], y, slopes[-1])
    found: list[Layer] = []
    for k in reversed(range(len(params))):
        dW, db = mlp.param_grads(delta, activations[k])
        found.insert(0, (dW, db))
        changed = params[k][0] - lr * dW  # too early: the error has not passed it yet
        if k:
            delta = mlp.hidden_delta(changed, delta, slopes[k - 1])
    return found


def early_update_gap(params: Params, x: Array, y: Array, lr: float) -> Array:
    """How far the early slopes are off: ‖early dW - dW‖ / ‖dW‖ for each layer, (L,).

    >>> early_update_gap(*mlp.story(), 10.0).round(3).tolist()
    [0.113, 0.0]
    """
    pairs = zip(early_gradients(params, x, y, lr), mlp.backprop(params, x, y), strict=True)
    return np.array([np.linalg.norm(early - dW) / np.linalg.norm(dW) for (early, _), (dW, _) in pairs])


def train(params: Params, X: Array, Y: Array, lr: float, steps: int) -> tuple[list[Layer], Array]:
    """Gradient descent on the mean loss of all samples; a step for the whole lot.

    Returns
    -------
    params : the last ones; those given stay as they are
    losses : (steps,), the mean loss before each step
    """
    current, losses = [(W.copy(), b.copy()) for W, b in params], np.zeros(steps)
    for k in range(steps):
        A = [X]
        for W, b in current:
            A.append(mlp.sigmoid(A[-1] @ W.T + b))
        E = A[-1] - Y
        losses[k] = 0.5 * float((E * E).sum()) / len(X)
        D = E * mlp.sigmoid_slope(A[-1]) / len(X)
        grads: list[Layer] = []
        for layer in reversed(range(len(current))):
            grads.insert(0, (D.T @ A[layer], D.sum(axis=0)))
            if layer:
                D = (D @ current[layer][0]) * mlp.sigmoid_slope(A[layer])
        current = step(current, grads, lr)
    return current, losses


def momentum_step(
    params: Params, grads: Params, vel: Params, lr: float, beta: float
) -> tuple[list[Layer], list[Layer]]:
    """A step with a memory: vel ← β vel + grads, then params ← params - lr vel. Returns both."""
    moving = [(beta * vW + dW, beta * vb + db) for (vW, vb), (dW, db) in zip(vel, grads, strict=True)]
    return step(params, moving, lr), moving


def twins(params: Params) -> bool:
    """Whether two hidden units of a network with one hidden layer are doomed to stay equal."""
    (W1, b1), (W2, _) = params
    units = np.column_stack([W1, b1, W2.T])
    return len(np.unique(units, axis=0)) < len(units)


def xor_start(hidden: int, seed: int) -> list[Layer]:
    """A network 2-hidden-1 with weights drawn from a normal distribution; biases 0."""
    rng = np.random.default_rng(seed)
    return [
        (rng.standard_normal((hidden, 2)), np.zeros(hidden)),
        (rng.standard_normal((1, hidden)), np.zeros(1)),
    ]


def outputs(params: Params, X: Array = XOR_X) -> Array:
    """What a network says to each row of X."""
    A = X
    for W, b in params:
        A = mlp.sigmoid(A @ W.T + b)
    return A


def solved(params: Params) -> bool:
    """Whether a network does XOR: all four outputs within `CLOSE` of their targets."""
    return bool((np.abs(outputs(params) - XOR_Y) < CLOSE).all())


def solved_starts(hidden: int, seeds: Sequence[int], lr: float = 5.0, steps: int = 1000) -> int:
    """How many of these starts solve XOR. All are trained at once: the first axis of each array counts them."""
    starts = [xor_start(hidden, seed) for seed in seeds]
    W1, b1 = (np.stack([start[0][part] for start in starts]) for part in (0, 1))
    W2, b2 = (np.stack([start[1][part] for start in starts]) for part in (0, 1))
    for _ in range(steps + 1):
        A = mlp.sigmoid(XOR_X @ W1.swapaxes(1, 2) + b1[:, None, :])
        Yhat = mlp.sigmoid(A @ W2.swapaxes(1, 2) + b2[:, None, :])
        E = Yhat - XOR_Y
        D2 = E * mlp.sigmoid_slope(Yhat) / len(XOR_X)
        D1 = (D2 @ W2) * mlp.sigmoid_slope(A)
        W2, b2 = W2 - lr * (D2.swapaxes(1, 2) @ A), b2 - lr * D2.sum(axis=1)
        W1, b1 = W1 - lr * (D1.swapaxes(1, 2) @ XOR_X), b1 - lr * D1.sum(axis=1)
    return int((np.abs(E) < CLOSE).all(axis=(1, 2)).sum())

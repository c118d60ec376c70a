"""Networks as people write them, on which the tape and its mutants are tried."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

N = 5


@dataclass(frozen=True)
class Net:
    """A loss, a point, and the sizes that a report may speak of."""

    loss: Callable[..., Any]
    at: Any
    sizes: dict[str, int]
    data: dict[str, Any]  # what a hand-written gradient needs besides the point


NETS: dict[str, Callable[[np.random.Generator], Net]] = {}


def net(make):
    NETS[make.__name__] = make
    return make


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def normal(rng, *shape, scale=1.0):
    return scale * rng.normal(size=shape)


@net
def tanh_softmax(rng):
    """Square hidden layer, cross-entropy on shifted scores, L2 on the weights."""
    X, y, lam = normal(rng, N, 4), rng.permutation(N) % 3, 0.3

    def loss(W1, b1, W2, b2):
        H = np.tanh(X @ W1.T + b1)
        Z = H @ W2.T + b2
        Z = Z - Z.max(axis=1, keepdims=True)
        P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
        return -np.mean(np.log(P[np.arange(N), y])) + lam / 2 * (np.sum(W1**2) + np.sum(W2**2))

    at = {"W1": normal(rng, 4, 4), "b1": normal(rng, 4), "W2": normal(rng, 3, 4), "b2": normal(rng, 3)}
    return Net(loss, at, {"N": N, "K": 3}, {"X": X, "y": y, "lam": lam})


@net
def sigmoid_squares(rng):
    """Two sigmoid layers of equal width, half a squared error, mean over batch and outputs."""
    X, Y = normal(rng, N, 3), rng.uniform(0, 1, (N, 3))

    def loss(W1, b1, W2, b2):
        A1 = sigmoid(X @ W1.T + b1)
        A2 = sigmoid(A1 @ W2.T + b2)
        return 0.5 * ((A2 - Y) ** 2).mean()

    at = {"W1": normal(rng, 3, 3), "b1": normal(rng, 3), "W2": normal(rng, 3, 3), "b2": normal(rng, 3)}
    return Net(loss, at, {"N": N, "K": 3}, {"X": X, "Y": Y})


@net
def relu_deep(rng):
    """Four layers in a loop, three of them square, log-sum-exp cross-entropy; a list as point."""
    X, y = normal(rng, N, 4), rng.permutation(N) % 3

    def loss(W1, W2, W3, W4):
        A = X
        for W in (W1, W2, W3):
            A = np.maximum(0, A @ W.T)
        Z = A @ W4.T
        top = Z.max(axis=1, keepdims=True)
        lse = np.log(np.exp(Z - top).sum(axis=1)) + top[:, 0]
        return np.mean(lse - Z[np.arange(N), y])

    at = [normal(rng, 4, 4), normal(rng, 4, 4), normal(rng, 4, 4), normal(rng, 3, 4)]
    return Net(loss, at, {"N": N}, {"X": X, "y": y})


@net
def logistic(rng):
    """One hidden layer, one sigmoid output, binary cross-entropy; W is (in, out)."""
    X, y = normal(rng, N, 3), np.arange(N) % 2

    def loss(W, b, w, c):
        H = np.tanh(X @ W + b)
        p = sigmoid(H @ w + c)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    at = {"W": normal(rng, 3, 4), "b": normal(rng, 4), "w": normal(rng, 4), "c": 0.2}
    return Net(loss, at, {"N": N}, {"X": X, "y": y})


@net
def neuron(rng):
    """One neuron, one sample, as in notebook 05."""
    x, y = normal(rng, 2), 1.0

    def loss(w, b):
        return 0.5 * (sigmoid(w @ x + b) - y) ** 2

    return Net(loss, {"w": normal(rng, 2), "b": 0.3}, {}, {"x": x, "y": y})


@net
def columns(rng):
    """Samples in columns, as many as hidden units: Z = W A + b."""
    X, Y = normal(rng, 4, 4), normal(rng, 2, 4)

    def loss(W1, b1, W2, b2):
        A = np.tanh(np.dot(W1, X) + b1)
        return np.sum((np.dot(W2, A) + b2 - Y) ** 2) / (2 * X.shape[1])

    at = {"W1": normal(rng, 4, 4), "b1": normal(rng, 4, 1), "W2": normal(rng, 2, 4), "b2": normal(rng, 2, 1)}
    return Net(loss, at, {"N": N}, {"X": X, "Y": Y})


@net
def ridge(rng):
    """Linear regression with a penalty on w, not on b."""
    X, y, lam = normal(rng, N, 3), normal(rng, N), 0.7

    def loss(w, b):
        return np.mean((X @ w + b - y) ** 2) + lam * np.sum(w**2)

    return Net(loss, {"w": normal(rng, 3), "b": 0.4}, {"N": N}, {"X": X, "y": y, "lam": lam})


@net
def layer_norm(rng):
    """Layer normalisation with gain and shift."""
    X, Y = normal(rng, N, 4), normal(rng, N, 4)

    def loss(W, gain, shift):
        Z = X @ W.T
        mean = Z.mean(axis=1, keepdims=True)
        var = ((Z - mean) ** 2).mean(axis=1, keepdims=True)
        return 0.5 * np.sum((gain * (Z - mean) / np.sqrt(var + 1e-5) + shift - Y) ** 2)

    return Net(
        loss,
        {"W": normal(rng, 4, 4), "gain": normal(rng, 4), "shift": normal(rng, 4)},
        {"N": N},
        {"X": X, "Y": Y},
    )


@net
def batch_norm(rng):
    """Batch normalisation by `var`, then ReLU."""
    X, w = normal(rng, N, 3), normal(rng, 4)

    def loss(W, gain, shift):
        Z = X @ W
        return np.mean(np.maximum(gain * (Z - Z.mean(0)) / np.sqrt(Z.var(0) + 1e-5) + shift, 0) @ w)

    at = {"W": normal(rng, 3, 4), "gain": 1 + normal(rng, 4, scale=0.1), "shift": normal(rng, 4, scale=0.1)}
    return Net(loss, at, {"N": N}, {"X": X, "w": w})


@net
def recurrent(rng):
    """A recurrent net over four steps with an error at each step."""
    X, Y = normal(rng, 4, 3), normal(rng, 4)

    def loss(Wx, Wh, b, w):
        h, total = np.zeros(3), 0.0
        for x, y in zip(X, Y, strict=True):
            h = np.tanh(Wx @ x + Wh @ h + b)
            total += 0.5 * (w @ h - y) ** 2
        return total

    at = {"Wx": normal(rng, 3, 3), "Wh": normal(rng, 3, 3), "b": normal(rng, 3), "w": normal(rng, 3)}
    return Net(loss, at, {"T": 4}, {"X": X, "Y": Y})


@net
def attention(rng):
    """One head, scaled dot products, five tokens of five numbers."""
    X, Y = normal(rng, 5, 5), normal(rng, 5, 5)

    def loss(Wq, Wk, Wv):
        Q, K, V = X @ Wq, X @ Wk, X @ Wv
        S = Q @ K.T / np.sqrt(5)
        S = np.exp(S - S.max(axis=1, keepdims=True))
        A = S / S.sum(axis=1, keepdims=True)
        return 0.5 * np.sum((A @ V - Y) ** 2)

    return Net(
        loss,
        {"Wq": normal(rng, 5, 5), "Wk": normal(rng, 5, 5), "Wv": normal(rng, 5, 5)},
        {},
        {"X": X, "Y": Y},
    )


@net
def convolution(rng):
    """Valid convolution by slicing and sums, ReLU, max pooling, a linear reader."""
    X, y = normal(rng, 6, 6), 0.5

    def loss(kernel, b, w):
        out = np.zeros((4, 4))
        for i in range(3):
            for j in range(3):
                out += kernel[i, j] * X[i : i + 4, j : j + 4]
        A = np.maximum(out + b, 0)
        P = A.reshape(2, 2, 2, 2).max(axis=(1, 3))
        return (np.sum(w * P) - y) ** 2

    return Net(loss, {"kernel": normal(rng, 3, 3), "b": -3.0, "w": normal(rng, 2, 2)}, {}, {"X": X, "y": y})


@net
def sample_loop(rng):
    """A Python loop over the samples."""
    X, y = normal(rng, N, 3), rng.permutation(N) % 4

    def loss(W, b):
        total = 0.0
        for x, label in zip(X, y, strict=True):
            z = W @ x + b
            total += np.log(np.sum(np.exp(z))) - z[label]
        return total / N

    return Net(loss, {"W": normal(rng, 4, 3), "b": normal(rng, 4)}, {"N": N}, {"X": X, "y": y})


@net
def two_roads(rng):
    """u sin u with u = x²; every entry on its own."""

    def loss(x):
        u = x**2
        return np.sum(u * np.sin(u))

    return Net(loss, rng.uniform(0.5, 1.5, 4), {}, {})


@net
def embedding(rng):
    """Rows picked by index, some of them twice; residual block; softplus."""
    rows, Y = np.array([0, 2, 2, 5]), normal(rng, 4, 3)

    def loss(E, W):
        X = E[rows]
        H = X + np.logaddexp(0, X @ W)
        return np.abs(H - Y).sum() / 4

    return Net(loss, {"E": normal(rng, 6, 3), "W": normal(rng, 3, 3)}, {}, {"rows": rows, "Y": Y})

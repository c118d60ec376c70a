"""Fully connected networks for a whole batch at once: what notebook 10 builds, and a fast training step made of it.

params = [(W, b), (W, b), ...]      one pair per layer; W is (receivers, senders), b is (receivers,)
cache = mlp_forward(params, X)      X is (N, n0), one row per sample; the last layer stays linear
J, D = softmax_ce(cache.Z[-1], y)   the mean loss of the batch, and ∂J/∂Z of the last layer
grads = mlp_backward(params, cache, D)      [(dW, db), ...], in the order of `params`

The four equations of notebook 06 are here once more. Each row of a matrix is one sample, so

    Δ⁽ᴸ⁾ = ∂J/∂Z⁽ᴸ⁾                        start at the loss     (the mean divides by N here, and nowhere else)
    Δ⁽ˡ⁾ = (Δ⁽ˡ⁺¹⁾ W⁽ˡ⁺¹⁾) ⊙ φ′(Z⁽ˡ⁾)      one layer back
    ∂J/∂W⁽ˡ⁾ = Δ⁽ˡ⁾ᵀ A⁽ˡ⁻¹⁾                read off: the matrix product is the sum over the samples
    ∂J/∂b⁽ˡ⁾ = Σ rows of Δ⁽ˡ⁾              read off: b reached every row

Numbers keep their kind: float32 parameters and inputs give float32 gradients.

Sources: Nielsen, Neural Networks and Deep Learning (2015), chapter 2; Goodfellow, Bengio, Courville, Deep Learning
(2016), sections 6.2.2 and 6.5; Giles, Collected matrix derivative results for forward and reverse mode AD (2008).

Imports: numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]  # float64 or float32
Layer = tuple[Array, Array]  # W (receivers, senders), b (receivers,)
Params = Sequence[Layer]


# -- one layer -----------------------------------------------------------------------------------------


def affine_forward(A: Array, W: Array, b: Array) -> Array:
    """Z = A Wᵀ + b: every row of A through the same layer. A (N, n), W (m, n), b (m,) give Z (N, m).

    >>> print(affine_forward(np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[0.4, 0.3]]), np.array([1.0])))
    [[2. ]
     [1.3]]
    """
    return A @ W.T + b


def affine_backward(D: Array, A: Array, W: Array) -> tuple[Array, Array, Array]:
    """Gradients of J through Z = A Wᵀ + b.

    Parameters
    ----------
    D : (N, m), ∂J/∂Z
    A : (N, n), what entered the layer
    W : (m, n)

    Returns
    -------
    dA (N, n), dW (m, n), db (m,)
    """
    return D @ W, D.T @ A, D.sum(axis=0)


def unbroadcast(G: Array, shape: tuple[int, ...]) -> Array:
    """The gradient of an array of this shape that was broadcast to the shape of G: where it was copied, add.

    >>> print(unbroadcast(np.ones((5, 3)), (3,)), unbroadcast(np.ones((5, 3)), (5, 1)).shape)
    [5. 5. 5.] (5, 1)
    """
    new = G.ndim - len(shape)  # axes that broadcasting put in front
    copied = tuple(new + i for i, n in enumerate(shape) if n == 1 and G.shape[new + i] != 1)
    return np.asarray(G.sum(axis=(*range(new), *copied), keepdims=True).reshape(shape))


# -- activation functions ------------------------------------------------------------------------------


def sigmoid(Z: Array) -> Array:
    """1 / (1 + e^(-z)), entry by entry; written so that no large z overflows."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * Z)))


def relu(Z: Array) -> Array:
    """max(z, 0), entry by entry."""
    return np.maximum(Z, 0)


PHI: dict[str, Callable[[Array], Array]] = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": relu}

# φ′(z) from the value a = φ(z): nothing is computed twice. At its kink ReLU has the slope 0.
SLOPE: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda A: A * (1 - A),
    "tanh": lambda A: 1 - A * A,
    "relu": lambda A: (A > 0).astype(A.dtype),
}


# -- losses --------------------------------------------------------------------------------------------


def softmax(Z: Array) -> Array:
    """Each row of scores as probabilities: e^z over the row's sum. The row's largest score is taken off first.

    >>> print(softmax(np.array([[0.0, np.log(3.0)], [1000.0, 1000.0]])))
    [[0.25 0.75]
     [0.5  0.5 ]]
    """
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return np.asarray(E / E.sum(axis=1, keepdims=True))


def softmax_ce(Z: Array, y: NDArray[Any]) -> tuple[float, Array]:
    """Mean cross-entropy of the right classes, and its slope for the scores.

    Parameters
    ----------
    Z : (N, K), scores
    y : (N,), whole numbers from 0 to K - 1, the right classes

    Returns
    -------
    J : mean over the N samples of -ln p of the right class
    D : (N, K), ∂J/∂Z = (P - onehot(y)) / N
    """
    rows = np.arange(len(Z))
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    J = float((log_sum - shifted[rows, y]).mean())
    D = softmax(Z)
    D[rows, y] -= 1
    D /= len(Z)
    return J, D


def squared_error(Yhat: Array, Y: Array) -> tuple[float, Array]:
    """J = (1/N) Σᵢ ½ Σₖ (ŷ - y)², and ∂J/∂Ŷ; both arrays (N, K).

    >>> squared_error(np.array([[0.8]]), np.array([[1.0]]))[0].__round__(3)
    0.02
    """
    E = Yhat - Y
    return 0.5 * float((E * E).sum()) / len(E), E / len(E)


# -- the network ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cache:
    """What a forward pass leaves behind for the way back."""

    A: tuple[Array, ...]  # A[0] = X, then the activations of each hidden layer: what enters layer l + 1
    Z: tuple[Array, ...]  # pre-activations of each layer; the last are the scores
    phi: str  # the activation function of the hidden layers: a key of `PHI`


def init(
    sizes: Sequence[int], rng: np.random.Generator, phi: str = "tanh", scale: float | None = None
) -> list[Layer]:
    """Random weights, biases 0.

    Parameters
    ----------
    sizes : n0, n1, …, nL
    rng : draws the weights from a normal distribution
    phi : of the hidden layers. ReLU starts with the variance 2 / senders (He et al. 2015), the others with
        2 / (senders + receivers) (Glorot and Bengio 2010)
    scale : the standard deviation of all weights, in the place of those

    >>> [W.shape for W, b in init([64, 32, 10], np.random.default_rng(0))]
    [(32, 64), (10, 32)]
    """

    def spread(n: int, m: int) -> float:
        if scale is not None:
            return scale
        return float(np.sqrt(2 / n if phi == "relu" else 2 / (n + m)))

    return [(spread(n, m) * rng.standard_normal((m, n)), np.zeros(m)) for n, m in pairwise(sizes)]


def mlp_forward(params: Params, X: Array, phi: str = "tanh") -> Cache:
    """A forward pass of the whole batch: X (N, n0). Hidden layers bend with φ, the last layer does not.

    >>> params = [(np.eye(2), np.zeros(2)), (np.ones((1, 2)), np.zeros(1))]
    >>> print(mlp_forward(params, np.array([[1.0, -2.0]]), "relu").Z[-1])
    [[1.]]
    """
    A, Z = [X], []
    for W, b in params:
        Z.append(affine_forward(A[-1], W, b))
        A.append(PHI[phi](Z[-1]))
    return Cache(tuple(A[:-1]), tuple(Z), phi)


def mlp_backward(params: Params, cache: Cache, D: Array) -> list[Layer]:
    """Gradients of J with respect to all weights and biases.

    Parameters
    ----------
    params : L pairs (W, b)
    cache : of `mlp_forward`
    D : (N, nL), ∂J/∂Z of the last layer

    Returns
    -------
    L pairs (dW, db) with the shapes of W and b, in the order of `params`.
    """
    grads: list[Layer] = []
    for l in reversed(range(len(params))):  # noqa: E741  (l is the layer, as everywhere in the course)
        W, _ = params[l]
        grads.insert(0, (D.T @ cache.A[l], D.sum(axis=0)))
        if l:  # the input has no Δ, so the first layer's largest product is never formed
            D = (D @ W) * SLOPE[cache.phi](cache.A[l])
    return grads


def sgd_step(params: Params, grads: Params, lr: float) -> list[Layer]:
    """New parameters, one step downhill; the old ones stay as they are."""
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


# -- training ------------------------------------------------------------------------------------------


def loss(params: Params, X: Array, y: NDArray[Any], phi: str = "tanh") -> float:
    """Mean cross-entropy of a classifier."""
    return softmax_ce(mlp_forward(params, X, phi).Z[-1], y)[0]


def gradients(params: Params, X: Array, y: NDArray[Any], phi: str = "tanh") -> tuple[float, list[Layer]]:
    """Mean cross-entropy of a classifier, and its gradients."""
    cache = mlp_forward(params, X, phi)
    J, D = softmax_ce(cache.Z[-1], y)
    return J, mlp_backward(params, cache, D)


def accuracy(params: Params, X: Array, y: NDArray[Any], phi: str = "tanh") -> float:
    """Which part of the samples gets its highest score at the right class."""
    return float((mlp_forward(params, X, phi).Z[-1].argmax(axis=1) == y).mean())


def minibatches(N: int, B: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """The numbers from 0 to N - 1, shuffled, in batches of B; the last one may be shorter.

    >>> sorted(np.concatenate(minibatches(7, 3, np.random.default_rng(0))).tolist())
    [0, 1, 2, 3, 4, 5, 6]
    """
    order = rng.permutation(N)
    return [order[start : start + B] for start in range(0, N, B)]


def fit(
    params: Params,
    X: Array,
    y: NDArray[Any],
    *,
    lr: float,
    B: int,
    epochs: int,
    rng: np.random.Generator,
    phi: str = "tanh",
) -> tuple[list[Layer], list[float]]:
    """Train a classifier by mini-batches.

    Returns
    -------
    params : new ones; those given stay as they are
    losses : (epochs,), the loss of all samples after each epoch
    """
    current, losses = list(params), []
    for _ in range(epochs):
        for rows in minibatches(len(X), B, rng):
            _, grads = gradients(current, X[rows], y[rows], phi)
            current = sgd_step(current, grads, lr)
        losses.append(loss(current, X, y, phi))
    return current, losses


def layer_norms(params: Params, X: Array, y: NDArray[Any], phi: str = "tanh") -> Array:
    """‖dW‖ of each layer, (L,): how loud the error still is when it arrives there."""
    return np.array([np.linalg.norm(dW) for dW, _ in gradients(params, X, y, phi)[1]])


def gradient_noise(
    params: Params, X: Array, y: NDArray[Any], batches: Sequence[Any], phi: str = "tanh"
) -> float:
    """Mean squared distance of the batches' gradients from the gradient of all samples."""
    full = flat(gradients(params, X, y, phi)[1])
    return float(
        np.mean([((flat(gradients(params, X[b], y[b], phi)[1]) - full) ** 2).sum() for b in batches])
    )


def flat(grads: Params) -> Array:
    """All numbers of all layers in one row."""
    return np.concatenate([part.ravel() for layer in grads for part in layer])


def max_stable_lr(H: Array) -> float:
    """The rate beyond which gradient descent on ½ wᵀ H w runs away: 2 / λ_max. H is symmetric, λ > 0.

    Source: LeCun, Bottou, Orr, Müller, Efficient BackProp (1998), section 5.

    >>> max_stable_lr(np.diag([1.0, 4.0]))
    0.5
    """
    return float(2 / np.linalg.eigvalsh(H).max())

"""Fully connected networks by loops over layers, one sample at a time: what notebook 06 builds.

params = [(W, b), (W, b), ...]      one pair per layer; W is (receivers, senders), b is (receivers,)
zs, activations = forward(params, x)
deltas(params, activations, y)      ∂ℓ/∂z of every layer
backprop(params, x, y)              [(dW, db), (dW, db), ...], in the order of `params`

A sample is a 1-D array. Pair k of `params` stands between activations[k], which enter the layer, and
activations[k + 1], which leave it. Every unit is a sigmoid, the loss is half the squared error.

Sources: Nielsen, Neural Networks and Deep Learning (2015), chapter 2, (BP1) to (BP4); Rumelhart, Hinton,
Williams, Nature 323 (1986) 533-536; Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.5.

Imports: numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Layer = tuple[Array, Array]  # W (receivers, senders), b (receivers,)
Params = Sequence[Layer]


def story() -> tuple[list[Layer], Array, Array]:
    """The network that notebooks 05 to 10 follow: params, x, y. It says 0.80, and the truth is 1.00.

    Its hidden units have z = ln 3 and -ln 3, its output z = ln 4. Since sigmoid(ln k) is k / (k + 1), the
    activations are 0.75, 0.25 and 0.80.
    """
    params = [
        (np.array([[0.4, 0.3], [0.2, -0.6]]), np.array([math.log(3) - 1, 1 - math.log(3)])),
        (np.array([[2.0, -1.0]]), np.array([math.log(4) - 1.25])),
    ]
    return params, np.array([1.0, 2.0]), np.array([1.0])


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^(-z)), entry by entry; written so that no large z overflows.

    >>> print(sigmoid(np.array([0.0, math.log(3), -1000.0])).round(6))
    [0.5  0.75 0.  ]
    """
    return 0.5 * (1 + np.tanh(0.5 * z))


def sigmoid_slope(a: Array) -> Array:
    """φ′(z) of the sigmoid, from its value a = φ(z): nothing is computed twice.

    >>> print(sigmoid_slope(np.array([0.5, 0.75, 0.8])).round(4))
    [0.25   0.1875 0.16  ]
    """
    return a * (1 - a)


def forward(params: Params, x: Array) -> tuple[list[Array], list[Array]]:
    """Everything that a forward pass computes, layer by layer.

    Parameters
    ----------
    params : L pairs (W, b)
    x : (n0,), the input

    Returns
    -------
    zs : L arrays, the pre-activations of the layers
    activations : L + 1 arrays; the input comes first, the prediction last

    >>> params, x, _ = story()
    >>> [a.round(2).tolist() for a in forward(params, x)[1]]
    [[1.0, 2.0], [0.75, 0.25], [0.8]]
    """
    zs: list[Array] = []
    activations = [x]
    for W, b in params:
        zs.append(W @ activations[-1] + b)
        activations.append(sigmoid(zs[-1]))
    return zs, activations


def squared_error(yhat: Array, y: Array) -> float:
    """ℓ = ½ Σ (ŷ - y)² of one sample."""
    return 0.5 * float(((yhat - y) ** 2).sum())


def loss(params: Params, x: Array, y: Array) -> float:
    """ℓ of one sample.

    >>> round(loss(*story()), 12)
    0.02
    """
    return squared_error(forward(params, x)[1][-1], y)


def loss_from(params: Params, layer: int, z: Array, y: Array) -> float:
    """ℓ if the pre-activations of that layer were z, whatever came before; layers count from 1.

    >>> params, x, y = story()
    >>> round(loss_from(params, 2, np.array([math.log(3)]), y), 5)
    0.03125
    """
    return squared_error(forward(params[layer:], sigmoid(z))[1][-1], y)


def output_delta(yhat: Array, y: Array, slope: Array) -> Array:
    """δ of the last layer: how the loss changes with ŷ, times how ŷ changes with z (BP1). All (K,)."""
    return (yhat - y) * slope


def hidden_delta(W_next: Array, delta_next: Array, slope: Array) -> Array:
    """δ of a layer from the δ of the next one (BP2).

    Parameters
    ----------
    W_next : (m, n), the weights from this layer to the next
    delta_next : (m,), δ of the next layer
    slope : (n,), φ′(z) of this layer
    """
    return (W_next.T @ delta_next) * slope


def param_grads(delta: Array, a_prev: Array) -> Layer:
    """∂ℓ/∂W and ∂ℓ/∂b of a layer (BP4, BP3): δ of the receiver times what the sender sent.

    Parameters
    ----------
    delta : (m,), δ of the layer
    a_prev : (n,), what entered it

    Returns
    -------
    dW (m, n), db (m,)
    """
    return np.outer(delta, a_prev), np.array(delta)


def deltas(params: Params, activations: Sequence[Array], y: Array) -> list[Array]:
    """δ = ∂ℓ/∂z of every layer, in the order of `params`; found from the last to the first.

    Parameters
    ----------
    params : L pairs (W, b)
    activations : L + 1 arrays, as `forward` gives them
    y : (nL,), the target

    >>> params, x, y = story()
    >>> [delta.round(3).tolist() for delta in deltas(params, forward(params, x)[1], y)]
    [[-0.012, 0.006], [-0.032]]
    """
    slopes = [sigmoid_slope(a) for a in activations[1:]]
    found = [output_delta(activations[-1], y, slopes[-1])]
    for k in reversed(range(len(params) - 1)):
        W_next, _ = params[k + 1]
        found.insert(0, hidden_delta(W_next, found[0], slopes[k]))
    return found


def backprop(params: Params, x: Array, y: Array) -> list[Layer]:
    """Slopes of ℓ with respect to every weight and bias, for any number of layers.

    Parameters
    ----------
    params : L pairs (W, b)
    x, y : (n0,) and (nL,), one sample

    Returns
    -------
    L pairs (dW, db) with the shapes of W and b.

    >>> [dW.round(3).tolist() for dW, _ in backprop(*story())]
    [[[-0.012, -0.024], [0.006, 0.012]], [[-0.024, -0.008]]]
    """
    _, activations = forward(params, x)
    found = deltas(params, activations, y)
    return [param_grads(delta, a_prev) for delta, a_prev in zip(found, activations[:-1], strict=True)]

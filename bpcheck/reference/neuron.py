"""One neuron with a sigmoid: what it says, what that costs, its slopes, and a step downhill.

Right answers to the exercises of notebook 05; later cells use these, never the student's own.

Sources: Nielsen, Neural Networks and Deep Learning (2015), chapters 1 and 3; Goodfellow, Bengio and Courville,
Deep Learning (2016), section 6.2.2.

Imports: numpy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# The neuron of the course: it says 0.80 where the truth is 1.00, because z = ln 4 and sigmoid(ln k) = k / (k + 1).
X: Array = np.array([1.0, 2.0])
W: Array = np.array([0.4, 0.3])
B: float = math.log(4) - 1
Y: float = 1.0


def sigmoid(z: Any) -> Any:
    """1 / (1 + e^(-z)), entry by entry; no z is too large for it.

    >>> print(round(sigmoid(math.log(4)), 15), sigmoid(np.array([-1000.0, 1000.0])))
    0.8 [0. 1.]
    """
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1.0, e) / (1.0 + e)


def forward(x: Any, w: Any, b: Any) -> tuple[Any, Any]:
    """The sum z = w . x + b and the prediction, for x and w of shape (n,).

    >>> print(*(round(number, 6) for number in forward(X, W, B)))
    1.386294 0.8
    """
    z = w @ x + b
    return z, sigmoid(z)


def loss(x: Any, w: Any, b: Any, y: Any) -> Any:
    """Half the squared error of the prediction.

    >>> print(round(loss(X, W, B, Y), 6))
    0.02
    """
    _, yhat = forward(x, w, b)
    return 0.5 * (yhat - y) ** 2


def backward(x: Any, w: Any, b: Any, y: Any) -> tuple[Any, Any]:
    """Slopes of the loss for w, shape (n,), and for b.

    >>> dw, db = backward(X, W, B, Y)
    >>> print(dw.round(6), round(db, 6))
    [-0.032 -0.064] -0.032
    """
    _, yhat = forward(x, w, b)
    delta = (yhat - y) * yhat * (1 - yhat)  # slope of the loss for z
    return delta * x, delta


def step(w: Any, b: Any, dw: Any, db: Any, lr: float) -> tuple[Any, Any]:
    """New weights and bias, a step of `lr` times the slopes downhill; the old ones stay as they are.

    >>> w, b = step(W, B, *backward(X, W, B, Y), lr=1.0)
    >>> print(w.round(6), round(forward(X, w, b)[1], 4))
    [0.432 0.364] 0.829
    """
    return w - lr * dw, b - lr * db


def cross_entropy(yhat: Any, y: Any) -> Any:
    """The other loss: -ln of the probability that the prediction gave to the truth, for y of 0 or 1.

    >>> print(round(cross_entropy(0.8, 1.0), 4))
    0.2231
    """
    return -y * np.log(yhat) - (1 - y) * np.log(1 - yhat)

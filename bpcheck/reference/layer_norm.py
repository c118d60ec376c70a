"""Layer normalisation: every row gets the mean 0 and the variance 1, then a gain and a bias. The capstone of notebook 13.

Source: Ba, Kiros, Hinton, Layer normalization (2016).

Imports: numpy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def forward(X: Array, gain: Array, bias: Array, eps: float) -> Any:
    """Normalised rows, gain · (X - mean) / √(variance + eps) + bias, mean and variance of each row. X (N, n), gain and bias (n,).

    >>> print(forward(np.array([[1.0, 3.0]]), np.ones(2), np.zeros(2), 0.0))
    [[-1.  1.]]
    """
    centred = X - X.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps)
    return gain * centred / spread + bias


def backward(D: Array, X: Array, gain: Array, eps: float) -> tuple[Array, Array, Array]:
    """Gradients for X, gain and bias from D = ∂J/∂output, (N, n)."""
    centred = X - X.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps)
    H = centred / spread
    G = D * gain
    dX = (G - G.mean(axis=1, keepdims=True) - H * (G * H).mean(axis=1, keepdims=True)) / spread
    return dX, (D * H).sum(axis=0), D.sum(axis=0)

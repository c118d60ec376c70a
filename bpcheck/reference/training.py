"""The network of `batch`, trained without making a new array in every step.

The four equations are the same, in the same order. What differs is where results go: each product is written into an
array that is kept from step to step (`out=`), and the parameters are changed in place, each layer's when the error
has gone through it, and not before.

Sources: as for `batch`.

Imports: numpy, bpcheck.reference.batch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcheck.reference.batch import PHI, SLOPE, Array, Layer, Params, softmax_ce


class Trainer:
    """Gradient descent on the mean cross-entropy, a step for each batch.

    Parameters
    ----------
    params : L pairs (W, b), float64 or float32; copied
    lr : the learning rate
    phi : of the hidden layers

    >>> trainer = Trainer([(np.array([[1.0], [-1.0]]), np.zeros(2))], lr=0.5)
    >>> X, y = np.array([[1.0], [-1.0]]), np.array([0, 1])
    >>> first, second = trainer.step(X, y), trainer.step(X, y)
    >>> round(first, 6) == round(float(np.log(1 + np.exp(-2))), 6), second < first
    (True, True)
    """

    def __init__(self, params: Params, lr: float, phi: str = "tanh") -> None:
        self.params: list[Layer] = [(W.copy(), b.copy()) for W, b in params]
        self.grads: list[Layer] = [(np.empty_like(W), np.empty_like(b)) for W, b in params]
        self.lr, self.phi = lr, phi
        # batch size -> arrays for Z or A, and for Δ
        self._room: dict[int, tuple[list[Array], list[Array]]] = {}

    def step(self, X: Array, y: NDArray[Any]) -> float:
        """One step with the samples X (N, n0) of the classes y (N,). Returns the loss before it."""
        A, D = self._forward(X)
        loss, D[-1][...] = softmax_ce(A[-1], y)
        for k in reversed(range(len(self.params))):
            (W, b), (dW, db) = self.params[k], self.grads[k]
            np.matmul(D[k].T, A[k], out=dW)  # the product adds over the samples
            np.sum(D[k], axis=0, out=db)
            if k:
                np.matmul(D[k], W, out=D[k - 1])  # through the old W
                D[k - 1] *= SLOPE[self.phi](A[k])
            dW *= self.lr
            db *= self.lr
            W -= dW
            b -= db
        return loss

    def _forward(self, X: Array) -> tuple[list[Array], list[Array]]:
        """A[k] enters layer k, and A[-1] are the scores; and room for the Δ."""
        outs, D = self._arrays(len(X))
        A = [X]
        for k, (W, b) in enumerate(self.params):
            Z = np.matmul(A[-1], W.T, out=outs[k])
            Z += b
            A.append(Z if k == len(self.params) - 1 else self._bent(Z))
        return A, D

    def _bent(self, Z: Array) -> Array:
        if self.phi == "tanh":
            return np.asarray(np.tanh(Z, out=Z))
        Z[...] = PHI[self.phi](Z)
        return Z

    def _arrays(self, N: int) -> tuple[list[Array], list[Array]]:
        if N not in self._room:
            shapes = [(N, len(b)) for _, b in self.params]
            dtype = self.params[0][0].dtype
            self._room[N] = ([np.empty(s, dtype) for s in shapes], [np.empty(s, dtype) for s in shapes])
        return self._room[N]

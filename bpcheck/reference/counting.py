"""Arrays that count their multiplications, and a network to run them through; nothing here looks at a clock.

A batch is a stack of rows: X has shape (N, n0), a layer (W, b) has W of shape (n_l, n_{k-1}). Activations are
sigmoids. The loss is left out: a sweep begins with D = dJ/dZ of the last layer, shape (N, n_L).

Sources: Griewank and Walther, Evaluating Derivatives (2nd ed. 2008), chapters 3 and 4.

Imports: numpy, bpcheck.reference.neuron.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcheck.reference.neuron import sigmoid

Array = NDArray[np.float64]
Layers = list[tuple[Array, Array]]


@dataclass(slots=True)
class Tally:
    """What was counted so far."""

    matrix: int = 0  # multiplications inside matrix products
    entry: int = 0  # multiplications entry by entry

    def read(self) -> tuple[int, int]:
        """Both counts; afterwards they are 0 again."""
        found = self.matrix, self.entry
        self.matrix = self.entry = 0
        return found


class Counted(np.ndarray[Any, np.dtype[np.float64]]):
    """An array that writes every multiplication it takes part in into a tally; so do its results.

    >>> tally = Tally()
    >>> W = counted(np.ones((2, 3)), tally)
    >>> print((W @ np.ones(3)) * 2.0, tally)
    [6. 6.] Tally(matrix=6, entry=2)
    """

    tally: Tally

    def __array_finalize__(self, source: Any) -> None:
        self.tally = getattr(source, "tally", None) or Tally()

    def __array_ufunc__(self, ufunc: np.ufunc, method: Any, *inputs: Any, **options: Any) -> Any:
        """Do with plain arrays what was asked for, and count it."""
        tally = next(x.tally for x in inputs if isinstance(x, Counted))
        plain = [np.asarray(x) if isinstance(x, Counted) else x for x in inputs]
        result = getattr(ufunc, method)(*plain, **options)
        if ufunc is np.matmul:
            tally.matrix += np.size(result) * np.shape(plain[0])[-1]
        elif ufunc in (np.multiply, np.square):
            tally.entry += np.size(result)
        return counted(result, tally)


def counted(array: Any, tally: Tally) -> Any:
    """A view of `array` that counts into `tally`."""
    view = np.asarray(array).view(Counted)
    view.tally = tally
    return view


def network(sizes: Sequence[int], seed: int = 0) -> Layers:
    """Random layers for the sizes n0, n1, ..., nL.

    >>> [W.shape for W, b in network([4, 3, 2])]
    [(3, 4), (2, 3)]
    """
    rng = np.random.default_rng(seed)
    return [(rng.normal(0, senders**-0.5, (n, senders)), np.zeros(n)) for senders, n in pairwise(sizes)]


def forward(layers: Layers, X: Any) -> list[Any]:
    """Activations of all layers, the inputs first: L + 1 arrays."""
    A = [X]
    for W, b in layers:
        A.append(sigmoid(A[-1] @ W.T + b))
    return A


def backward(layers: Layers, A: list[Any], D: Any) -> list[tuple[Any, Any]]:
    """Slopes (dW, db) of every layer, from D = dJ/dZ of the last one."""
    slopes = []
    for k in reversed(range(len(layers))):
        slopes.append((D.T @ A[k], D.sum(axis=0)))
        if k > 0:  # nobody asks for the error of the inputs
            D = (D @ layers[k][0]) * (A[k] * (1 - A[k]))
    return slopes[::-1]


def forward_mode(layers: Layers, A: list[Any]) -> Any:
    """Slopes of the last layer's Z for every knob, begun at the inputs; for one sample, N = 1.

    Returns
    -------
    (n_L, knobs); the knobs layer by layer, in each the rows of W and then b.
    """
    S = None  # slopes of this layer's activations for all knobs so far
    for k, (W, b) in enumerate(layers):
        own = np.hstack([np.kron(np.eye(len(b)), np.asarray(A[k])), np.eye(len(b))])
        S = own if S is None else np.hstack([np.asarray(W @ S), own])
        if k < len(layers) - 1:
            S = (A[k + 1] * (1 - A[k + 1])).T * S
    return S


def counts(sizes: Sequence[int]) -> tuple[Tally, Tally, Tally]:
    """What a forward pass, a backward sweep and forward mode multiply for one sample, by running them.

    >>> [tally.matrix for tally in counts([2, 2, 1])]
    [6, 8, 12]
    """
    tally = Tally()
    layers = [(counted(W, tally), b) for W, b in network(sizes)]
    A = forward(layers, np.full((1, sizes[0]), 0.5))
    found = [Tally(*tally.read())]
    backward(layers, A, counted(np.ones((1, sizes[-1])), tally))
    found.append(Tally(*tally.read()))
    forward_mode(layers, A)
    return found[0], found[1], Tally(*tally.read())

"""What a gradient costs, as formulas: multiplications inside matrix products, for one sample.

Layer sizes n0, n1, ..., nL. Right answers to the exercises of notebook 07; `bpcheck.reference.counting` finds the
same numbers by counting.

Imports: nothing of bpcheck.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise


def entries(sizes: Sequence[int]) -> list[int]:
    """Weights of each layer, without biases.

    >>> entries([4, 3, 2])
    [12, 6]
    """
    return [senders * n for senders, n in pairwise(sizes)]


def knobs(sizes: Sequence[int]) -> int:
    """Weights and biases together.

    >>> knobs([2, 2, 1])
    9
    """
    return sum(entries(sizes)) + sum(sizes[1:])


def forward(sizes: Sequence[int]) -> int:
    """One forward pass.

    >>> forward([2, 2, 1])
    6
    """
    return sum(entries(sizes))


def backward(sizes: Sequence[int]) -> int:
    """One backward sweep: slopes for all weights, errors for all layers but the input.

    >>> backward([2, 2, 1])
    8
    """
    return 2 * sum(entries(sizes)) - entries(sizes)[0]


def naive(sizes: Sequence[int], two_sided: bool = True) -> int:
    """Nudge every knob and run forward, on both sides or on one.

    >>> naive([2, 2, 1]), naive([2, 2, 1], two_sided=False)
    (108, 60)
    """
    runs = 2 * knobs(sizes) if two_sided else knobs(sizes) + 1
    return runs * forward(sizes)


def forward_mode(sizes: Sequence[int]) -> int:
    """From the inputs on: carry the slopes for all knobs so far through each layer.

    >>> forward_mode([2, 2, 1])
    12
    """
    own = [weights + n for weights, n in zip(entries(sizes), sizes[1:], strict=True)]
    so_far = accumulate(own)
    return sum(weights * before for weights, before in zip(entries(sizes)[1:], so_far, strict=False))

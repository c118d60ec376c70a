"""The wrong gradients that known mistakes give for somebody's own network, each with its sentence.

A mutant is one backward sweep over the recorded tape with a wrong rule at one step, or at all of its
kind. The loss is run once; nothing else of it is needed. Whose gradient equals a mutant's in all arrays
has made its mistake; whether it does is for `bpcheck.gradcheck.recognise` to say.

    tape ──► composites ──► anatomy ──► families of mistakes ──► mutants

Imports: numpy, bpcheck.reference.mistakes, .operations and .tape.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bpcheck.reference.mistakes.anatomy import Anatomy
from bpcheck.reference.mistakes.biases import last_sample_only, wrong_biases
from bpcheck.reference.mistakes.composites import Composites, composites, with_composites
from bpcheck.reference.mistakes.factors import left_out, wrong_factors, wrong_picks
from bpcheck.reference.mistakes.penalties import Penalties, updated_too_early, wrong_penalties
from bpcheck.reference.mistakes.products import wrong_products
from bpcheck.reference.mistakes.roads import shared_weights, wrong_forks, wrong_order
from bpcheck.reference.mistakes.scores import wrong_cross_entropy, wrong_softmax
from bpcheck.reference.mistakes.slopes import wrong_slopes
from bpcheck.reference.mistakes.swaps import Swap
from bpcheck.reference.operations import FloatArray
from bpcheck.reference.tape import Arrays, Tape, of_point, record, sweep

RTOL = 1e-9  # of the entry ...
ATOL = 1e-12  # ... and of the largest entry: what two ways to compute the same may differ by
FEW = 64  # entries that are compared before all of them are
WORK = 100_000  # steps that all sweeps together may walk: seconds at most, however long a loop is ...
LEAST = 20  # ... but so many mistakes are tried, the most likely ones
VANISHED = 1e-9  # of the right array: what is smaller is rounding


@dataclass(frozen=True, slots=True)
class Name:
    """What a mistake is called."""

    code: str  # of the mistake catalogue, "C10"
    sentence: str  # what is seen, what it usually means, where to look


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong gradient, and the mistakes that give it: one, or several that cannot be told apart here."""

    names: tuple[Name, ...]  # the most likely first
    gradients: Arrays  # at the point, in its order, in the shapes of its arrays
    elsewhere: tuple[Arrays | None, ...] = ()  # the same at further points; None: it cannot be made there

    @property
    def code(self) -> str:
        """Of the most likely mistake."""
        return self.names[0].code

    @property
    def sentence(self) -> str:
        """Of the most likely mistake."""
        return self.names[0].sentence

    @property
    def results(self) -> list[list[FloatArray | None]]:
        """Array after array, each at the point and at the further points: what `recognise` compares."""
        points = (self.gradients, *self.elsewhere)
        return [
            [None if arrays is None else arrays[i] for arrays in points] for i in range(len(self.gradients))
        ]


def mutants(
    loss: Callable[..., Any],
    at: Any,
    sizes: Mapping[str, int] | None = None,
    like: Sequence[FloatArray | None] | None = None,
    also_at: Sequence[Any] = (),
) -> list[Mutant]:
    """The wrong gradients that known mistakes give for `loss` at `at`.

    Parameters
    ----------
    loss, at : as for `check_gradient`; the loss is run once at each point, on the tape
    sizes : {"N": samples}, and "lr" for the learning rate if weights may have been updated with it
    like : a gradient at `at`, one array for each of its arrays (None: there is none). Only mutants that share
        a wrong array with it, or a multiple of it, are kept: the memory needed is that of a few gradients
    also_at : further points, for a name that must be proved more than once

    Returns
    -------
    The most likely first, and the same list at each call. None equals the right gradient; those that
    equal each other are one. Costs one sweep for each mistake that is tried, some 100 for a small
    network, and no run of the loss. Of a loss with very many steps only the likely ones are tried.

    Raises
    ------
    NotOnTape : the loss uses something that the tape cannot follow.
    UsageError : the loss gives no single number.

    >>> X = np.array([[1.0, 2.0], [0.5, -1.0]])
    >>> bank = mutants(lambda w: (np.tanh(X @ w) ** 2).mean(), at=np.array([0.3, 0.1]))
    >>> bank[0].code, bank[0].sentence[:48]
    ('C1', 'The error went through the tanh `np.tanh(X @ w)`')
    """
    return mutants_of([record(loss, point) for point in (at, *also_at)], sizes, like)


def mutants_of(
    tapes: Sequence[Tape],
    sizes: Mapping[str, int] | None = None,
    like: Sequence[FloatArray | None] | None = None,
) -> list[Mutant]:
    """The same for a loss that is on the tape already: at the point, and at further points.

    Parameters, returns: as for `mutants`.
    """
    if not tapes[0].nodes:
        return []
    found: list[Mutant] = []
    prints: list[float] = []
    with np.errstate(all="ignore"):
        known = composites(tapes[0])
        here = _anatomy(tapes[0], tapes[0], known, sizes or {})
        tried = itertools.islice(swaps(here), max(LEAST, WORK // len(here.nodes)))
        made = ((swap, arrays) for swap in tried if (arrays := _made(here, swap)) is not None)
        likely = [
            (swap, arrays) for swap, arrays in made if like is None or _shares(arrays, like, here.truth)
        ]
        others = [_anatomy(tape, tapes[0], known, sizes or {}) for tape in tapes[1:]] if likely else []
        there = [(anatomy, {swap.key: swap for swap in swaps(anatomy)}) for anatomy in others]
        truths = (here.truth, *(anatomy.truth for anatomy in others))
        for swap, arrays in likely:
            elsewhere = [_made(anatomy, by_key.get(swap.key)) for anatomy, by_key in there]
            pairs = zip((arrays, *elsewhere), truths, strict=True)
            if any(a is not None and _shows(a, t, swap.code) for a, t in pairs):
                _enter(found, prints, swap, arrays, *elsewhere)
    return found


def from_the_loss(tape: Tape) -> list[tuple[str, str]]:
    """Names of the given arrays, that used last first, each with the code that uses it. Penalties do not count."""
    anatomy = Anatomy(with_composites(tape, composites(tape)), {})
    beside = Penalties(anatomy).steps
    last = {
        leaf: max((i for i, _ in anatomy.uses(leaf) if i not in beside), default=-1)
        for leaf in anatomy.leaves
    }
    order = sorted((i, leaf) for leaf, i in last.items() if i >= 0)[::-1]
    return [(anatomy.leaves[leaf], anatomy.where(anatomy.nodes[i])) for i, leaf in order]


def _anatomy(tape: Tape, first: Tape, known: Composites, sizes: Mapping[str, int]) -> Anatomy:
    """What is a sigmoid at the first point is one at all: a few numbers may look like something else."""
    return Anatomy(with_composites(tape, known) if alike(tape, first) else tape, sizes)


def alike(tape: Tape, other: Tape) -> bool:
    """Whether two tapes hold the same steps, so that one mistake can be made on both."""
    return [node.operation for node in tape.nodes] == [node.operation for node in other.nodes]


def swaps(anatomy: Anatomy) -> Iterator[Swap]:
    """All mistakes that could be made here, the most likely first; each once."""
    penalties = Penalties(anatomy)
    entropy = list(wrong_cross_entropy(anatomy))
    settled = {i for swap in entropy for i in swap.joins}
    families: tuple[Iterable[Swap], ...] = (
        wrong_slopes(anatomy),
        entropy,
        wrong_products(anatomy),
        wrong_biases(anatomy),
        wrong_penalties(anatomy, penalties),
        shared_weights(anatomy, penalties),
        last_sample_only(anatomy),
        wrong_softmax(anatomy, settled),
        left_out(anatomy),
        wrong_picks(anatomy),
        wrong_forks(anatomy, penalties, settled),
        wrong_factors(anatomy, penalties),
        wrong_order(anatomy, penalties, settled),
        updated_too_early(anatomy, penalties),
    )
    seen: set[str] = set()
    for family in families:
        for swap in family:
            if swap.key not in seen and (swap.edges or swap.joins or swap.sweep):
                seen.add(swap.key)
                yield swap


def _made(anatomy: Anatomy, swap: Swap | None) -> Arrays | None:
    """The gradient that a mistake gives; None if the shapes do not allow it, or if it is not finite."""
    if swap is None:
        return None
    try:
        if swap.sweep:
            of = swap.sweep(anatomy.tape)
        else:
            of = sweep(anatomy.tape, swap.edges, swap.joins, anatomy.right).of
    except (ValueError, IndexError):
        return None
    arrays = of_point(anatomy.tape, of)
    return arrays if all(np.isfinite(a).all() for a in arrays) else None


def _shows(arrays: Arrays, truth: Arrays, code: str) -> bool:
    """Wrong, not gone altogether, and no mere factor where a factor is all that would be said."""
    wrong = [(a, t) for a, t in zip(arrays, truth, strict=True) if not _same(a, t)]
    gone = all(abs(a).max() <= VANISHED * abs(t).max() for a, t in wrong)
    return (
        bool(wrong) and (code == "C22" or not gone) and not (code[0] == "F" and _is_multiple(arrays, truth))
    )


def _is_multiple(arrays: Arrays, truth: Arrays) -> bool:
    """Whether all arrays are the right ones times one number."""
    a, t = (np.concatenate([np.ravel(x) for x in part]) for part in (arrays, truth))
    best = int(np.argmax(abs(t)))
    return t[best] != 0 and _same(a, t * (a[best] / t[best]))


def _same(a: FloatArray, b: FloatArray) -> bool:
    size = np.abs(b)
    return not (np.abs(a - b) > RTOL * size + ATOL * size.max(initial=0.0)).any()


def _shares(arrays: Arrays, like: Sequence[FloatArray | None], truth: Arrays) -> bool:
    """Whether some wrong array is the same, or the same times one number."""
    return any(
        mine is not None and a.shape == mine.shape and _related(_few(a), _few(mine)) and _tells(a, mine, t)
        for a, mine, t in zip(arrays, like, truth, strict=True)
    )


def _tells(a: FloatArray, mine: FloatArray, right: FloatArray) -> bool:
    if _same(a, mine):
        return not _same(a, right)
    return _related(a, mine) and not _related(a, right)


def _related(a: FloatArray, b: FloatArray) -> bool:
    """The same, or with several entries the same times one number."""
    return _same(a, b) or (a.size > 1 and _is_multiple((b,), (a,)))


def _few(array: FloatArray) -> FloatArray:
    """Some entries of a large array: most mutants differ in all of them."""
    return array.ravel()[:: max(1, array.size // FEW)]


def _enter(
    found: list[Mutant], prints: list[float], swap: Swap, arrays: Arrays, *elsewhere: Arrays | None
) -> None:
    """Add a mutant, or its name to the one that has the same numbers."""
    name = Name(swap.code, swap.sentence)
    mark = sum(float((a * np.cos(np.arange(a.size)).reshape(a.shape)).sum()) for a in arrays)
    scale = sum(float(abs(a).sum()) for a in arrays)
    for i, other in enumerate(found):
        if abs(prints[i] - mark) <= 1e-8 * scale and _all_same(
            (arrays, *elsewhere), (other.gradients, *other.elsewhere)
        ):
            if not swap.general and name not in other.names:
                found[i] = replace(other, names=(*other.names, name))
            return
    found.append(Mutant((name,), arrays, elsewhere))
    prints.append(mark)


def _all_same(mine: Sequence[Arrays | None], others: Sequence[Arrays | None]) -> bool:
    """At all points, and in all arrays."""
    pairs = list(zip(mine, others, strict=True))
    if any((a is None) != (b is None) for a, b in pairs):
        return False
    return all(
        _same(x, y) for a, b in pairs if a is not None and b is not None for x, y in zip(a, b, strict=True)
    )

"""What the numbers alone prove about a wrong gradient: a common factor, a transpose.

A factor is named only where more than one independent entry has it, because a single number has
every ratio to another. What an exercise knows of its own mistakes is not here: see `recognise`.

Imports: numpy, bpcheck.gradcheck.facts, bpcheck.gradcheck.compare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bpcheck.gradcheck.compare import tolerance, usable
from bpcheck.gradcheck.facts import Comparison, Finding, FloatArray

BATCH = "N"  # the name in `sizes` of the number of samples; the others are lengths of other axes
NEARLY_ONE = 1e-4  # a factor this close to 1 is no factor that anybody left out
CLEAR = 1e3  # an entry this many tolerances away from 0 can carry a ratio: three digits


@dataclass(frozen=True, slots=True)
class _Pool:
    """The usable entries of several comparisons, one after the other."""

    yours: FloatArray  # (entries,)
    expected: FloatArray  # (entries,)
    allowed: FloatArray  # (entries,): tolerance of `expected`

    def fits(self, factor: float) -> bool:
        """Whether all of `yours` is `factor` times the expected, within the tolerance."""
        distance = np.abs(self.yours - factor * self.expected)
        return bool((distance <= abs(factor) * self.allowed).all())

    def factor(self) -> float | None:
        """The one factor of all entries; None if there is none, or if too few entries speak for it."""
        clear = np.abs(self.expected) > CLEAR * self.allowed
        if not clear.any():
            return None
        yours, expected, allowed = self.yours[clear], self.expected[clear], self.allowed[clear]
        if not np.ptp(np.abs(expected)) > 2 * allowed.max():  # equal entries are one number, told twice
            return None
        best = int(np.argmax(np.abs(expected) / np.maximum(allowed, np.finfo(np.float64).tiny)))
        factor = float(yours[best] / expected[best])
        return factor if factor != 0.0 and np.isfinite(factor) and self.fits(factor) else None


def explain(comparisons: Sequence[Comparison], sizes: Mapping[str, int]) -> tuple[Finding, ...]:
    """Every mistake that the numbers prove; empty if they prove none.

    Parameters
    ----------
    comparisons : all arrays of an answer, each at one place or at several
    sizes : lengths of the axes that a loss may average over, {"N": 5, "K": 3}

    Returns
    -------
    Findings. One factor for all arrays that are wrong is one mistake, with all their names; else each
    array speaks for itself. A factor with two meanings (5, and N and K are 5) gives two.

    >>> from bpcheck.gradcheck.compare import compare, exact
    >>> explain([compare("W", np.array([-1.0, -2.0]), exact([1.0, 2.0]))], {})[0].code
    'F1'
    """
    by_name: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        by_name.setdefault(comparison.name, []).append(comparison)
    faulty = {name: mine for name, mine in by_name.items() if any(c.wrong.any() for c in mine)}
    common = constant_factor([c for mine in faulty.values() for c in mine], sizes)
    found = common or tuple(
        finding
        for mine in faulty.values()
        for finding in constant_factor(mine, sizes) or _all_transposed(mine)
    )
    thick = {name for name, mine in by_name.items() if _is_thick(mine[0])}
    if thick <= faulty.keys():
        return found
    return tuple(
        _as_means(f) if f.code == "F4" and not thick & set(f.array.split(", ")) else f for f in found
    )


def _as_means(finding: Finding) -> Finding:
    """Biases that are N times too small among weights that are right."""
    return Finding("C19", BIAS_MEAN, finding.array)


def _is_thick(comparison: Comparison) -> bool:
    """A matrix, no bias: more than one axis is longer than 1."""
    return bool(np.count_nonzero(np.array(comparison.yours.shape) > 1) > 1)


def constant_factor(comparisons: Sequence[Comparison], sizes: Mapping[str, int]) -> tuple[Finding, ...]:
    """The factor by which all entries are off, with what it usually means.

    Parameters
    ----------
    comparisons : one array at one or more places, or several arrays; their entries are pooled
    sizes : as for `explain`

    Returns
    -------
    Findings F1 to F6, one for each code that fits. None: no common factor, factor 1, or not two entries with
    different expected values.

    >>> from bpcheck.gradcheck.compare import compare, exact
    >>> found = constant_factor([compare("W", np.array([5.0, 10.0]), exact([1.0, 2.0]))], {"N": 5})
    >>> found[0].code, found[0].sentence[:45]
    ('F3', 'Every entry is 5 times too large, and N is 5:')
    """
    pool = _pool(comparisons)
    factor = pool.factor()
    if factor is None or pool.fits(1.0):
        return ()
    array = ", ".join(dict.fromkeys(c.name for c in comparisons))
    return tuple(Finding(code, sentence, array) for code, sentence in meanings(factor, sizes, pool.fits))


def meanings(
    factor: float, sizes: Mapping[str, int], fits: Callable[[float], bool]
) -> Iterator[tuple[str, str]]:
    """Code and sentence of every known factor that `fits`, or of a stray one."""
    sign = -1.0 if factor < 0 else 1.0
    fitting: dict[str, str] = {}
    for code, size, sentence in _meanings(sizes):
        if fits(sign * size):
            other = f" Another reading: {sentence[0].lower()}{sentence[1:]}"
            fitting[code] = fitting[code] + other if code in fitting else sentence
    turned = "" if sign > 0 else " The sign is turned round as well."
    for code, sentence in fitting.items():
        yield code, sentence + (turned if code != "F1" else "")
    if not fitting:
        yield "F6", _stray(factor)


def transposed(comparison: Comparison) -> Finding | None:
    """Whether a square array is the expected one with rows and columns exchanged.

    >>> from bpcheck.gradcheck.compare import compare, exact
    >>> right = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> transposed(compare("W", right.T, exact(right))).code
    'C15'
    """
    yours, expected = comparison.yours, comparison.expected
    if yours.ndim != 2 or yours.shape[0] != yours.shape[1] or not comparison.wrong.any():
        return None
    known = usable(expected).T
    if not (np.abs(yours - expected.value.T) <= tolerance(expected).T)[known].all():
        return None
    return Finding(
        "C15",
        "Rows and columns are exchanged: this is the transpose of the expected array, which a square shape "
        "does not betray. In the gradient of a weight matrix the rows belong to the units that receive: "
        "outer(δ, a), not outer(a, δ). Look at the order of the two factors.",
        comparison.name,
    )


def _all_transposed(comparisons: Sequence[Comparison]) -> tuple[Finding, ...]:
    found = [transposed(c) for c in comparisons if c.wrong.any()]
    return tuple(finding for finding in found[:1] if finding and all(found))


def _pool(comparisons: Sequence[Comparison]) -> _Pool:
    parts: list[tuple[FloatArray, FloatArray, FloatArray]] = [(np.empty(0), np.empty(0), np.empty(0))]
    for c in comparisons:
        known = usable(c.expected)
        parts.append((c.yours[known], c.expected.value[known], tolerance(c.expected)[known]))
        if (
            not known.all() and not c.expected.kink.any()
        ):  # directions speak for the entries that are not known
            yours, expected, error = np.array(c.products).reshape(-1, 3).T
            parts.append((yours, expected, 10 * error + 1e-8 * np.abs(expected)))
    yours, expected, allowed = (np.concatenate(part) for part in zip(*parts, strict=True))
    return _Pool(yours, expected, allowed)


def _meanings(sizes: Mapping[str, int]) -> Iterator[tuple[str, float, str]]:
    """Code, size of the factor, and sentence; the more likely reading first."""
    yield "F1", 1.0, TURNED_ROUND
    yield "F2", 2.0, HALF.format(found="twice the expected one")
    yield "F2", 0.5, HALF.format(found="half the expected one")
    for name, size in _products(sizes).items():
        if size > 1:
            yield "F3", float(size), STILL_A_SUM.format(size=size, name=name)
            if name == BATCH:
                yield "F4", 1 / size, DIVIDED_TWICE.format(size=size, name=name)
            else:
                yield "F5", 1 / size, MEAN_TOO_WIDE.format(size=size, name=name)


def _products(sizes: Mapping[str, int]) -> dict[str, int]:
    """The sizes, and the batch times each other size: what a mean can run over."""
    others = {name: size for name, size in sizes.items() if name != BATCH}
    if BATCH not in sizes:
        return others
    batch = sizes[BATCH]
    return {BATCH: batch, **others, **{f"{BATCH}·{name}": batch * size for name, size in others.items()}}


def _stray(factor: float) -> str:
    if abs(factor - 1) < NEARLY_ONE:
        return NEARLY.format(factor - 1)
    return (
        f"Every entry is {factor:.6g} times the expected one. One factor for all means that the formula has the "
        "right form, and that something all entries share is missing or there twice: a constant (learning rate, "
        "temperature), or the slope of a step that all of them pass. Look at what comes last on the way back."
    )


NEARLY = (
    "Every entry is off by the same small part of itself, {:+.1e}. Look for a number that is rounded in the code (3.1416), "
    "an ε that only one of loss and gradient has, or a loop in the loss that stops before it has converged."
)
TURNED_ROUND = (
    "Every entry is −1 times the expected one. Usually a difference is turned round, y − ŷ in the place of "
    "ŷ − y, or the step was returned, which is minus the gradient. Look where the error is first formed."
)
HALF = (
    "Every entry is {found}. A square brings a 2 when it is differentiated; a ½ in front of the loss takes it "
    "away again. Look whether loss and gradient agree about that ½."
)
STILL_A_SUM = (
    "Every entry is {size} times too large, and {name} is {size}: the loss is a mean over {name}, the gradient "
    "is still the sum. Divide by {name} once, where the derivative of the loss begins."
)
DIVIDED_TWICE = (
    "Every entry is {size} times too small, and {name} is {size}: usually it was divided by {name} twice, in the "
    "derivative of the loss and again in a later step. Keep the first division, remove the other."
)
BIAS_MEAN = (
    "The gradients of the weights are right, and those of the biases are N times too small: they are means over the "
    "samples. Where the loss is a mean, the errors are divided by N already: sum over the samples, do not average again."
)
MEAN_TOO_WIDE = (
    "Every entry is {size} times too small, and {name} is {size}: the gradient averages over {name}, the loss "
    "does not. Look for a mean without an axis."
)

"""From numbers that differ to a name: what they prove by themselves, then known mistakes.

    lost digits ──► factors, transposes ──► patterns ──► known mistakes ──► differences ──► what is left

Each step sees only the arrays that none before it has explained. What a reference knows comes in as `Known`;
it is believed only where it gives this loss and this derivative.

Imports: numpy, bpcheck.gradcheck.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bpcheck.gradcheck.compare import compare, exact, tolerance, usable
from bpcheck.gradcheck.diagnose import explain, meanings
from bpcheck.gradcheck.disguise import disguised
from bpcheck.gradcheck.facts import Comparison, Estimate, Finding, FloatArray
from bpcheck.gradcheck.patterns import part, pattern, zeros
from bpcheck.gradcheck.places import Place
from bpcheck.gradcheck.point import Arrays, Loss
from bpcheck.gradcheck.recognise import Candidate, Results, lost_precision, recognise, scaled

SINGLE = 1e-7  # of an entry: the error of a gradient in float32
SAME_LOSS = 1e-6  # of the loss: what a reference may be away, since the loss may use float32


@dataclass(frozen=True, slots=True)
class Known:
    """What a reference knows of a loss at the points that it was asked about."""

    values: Sequence[float | None] = ()  # of the loss, point after point; None: it cannot say there
    gradients: Sequence[Arrays | None] = ()  # right ones, point after point, in the order of the arrays
    mistakes: Mistakes | None = None
    order: Callable[[], Sequence[tuple[str, str]]] = (
        tuple  # arrays from the loss backwards, with the code that uses them
    )
    note: str = ""  # why it is of no use
    wanted: bool = False  # somebody should hear why it is of no use


Reference = Callable[[Sequence[Arrays]], Known]  # from the points that were checked
Yours = Sequence[Sequence[FloatArray | None]]  # the gradient, point after point
# From the number of a point and the gradient everywhere to the numbers of all points with the same steps, and
# the mistakes that share a wrong array with the gradient, with their results there.
Mistakes = Callable[[int, Yours], tuple[Sequence[int], Sequence[Candidate]]]


def name_mistakes(
    loss: Loss,
    comparisons: Sequence[Comparison],
    places: Sequence[Place],
    sizes: Mapping[str, int],
    reference: Reference | None,
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Every mistake that is proved at all places where it could be seen; and notes.

    Parameters
    ----------
    loss : what was checked
    comparisons : of all arrays at all places
    places : the points, with the gradient that was given there
    sizes : lengths of the axes that the loss averages over
    reference : knows the loss; asked once
    """
    known = reference([place.arrays for place in places]) if reference else Known()
    if doubt := known.note or _doubt(loss, known, comparisons, places):
        known = Known(note=doubt if known.wanted else "")
    naming = _Naming(loss, _sharpened(loss, known, comparisons, places), places, sizes, known)
    naming.run()
    return tuple(naming.found), (known.note,) if known.note else ()


class _Naming:
    """The steps, with what they have found so far."""

    def __init__(
        self,
        loss: Loss,
        comparisons: Sequence[Comparison],
        places: Sequence[Place],
        sizes: Mapping[str, int],
        known: Known,
    ) -> None:
        self.loss, self.comparisons, self.places = loss, comparisons, places
        self.sizes, self.known = sizes, known
        self.found: list[Finding] = []
        self.left = {c.name for c in comparisons if c.wrong.any()}  # wrong arrays that nothing explains yet

    def run(self) -> None:
        """All steps, as long as something is left."""
        for step in (
            self._lost_digits,
            self._factors,
            self._patterns,
            self._mistakes,
            self._differences,
            self._zeros,
            self._parts,
            self._first_wrong,
        ):
            if self.left:
                self._keep(step())

    def _keep(self, findings: Iterable[Finding]) -> None:
        fresh = [f for f in findings if self.left & set(f.array.split(", "))]
        self.found += fresh
        self.left -= {name for f in fresh for name in f.array.split(", ")}

    def _mine(self) -> list[Comparison]:
        return [c for c in self.comparisons if c.name in self.left]

    def _by_name(self) -> dict[str, list[Comparison]]:
        return {name: [c for c in self._mine() if c.name == name] for name in self.loss.point.names}

    def _lost_digits(self) -> Iterable[Finding]:
        """First: no factor fits what was rounded."""
        here = [
            c for c in self._mine() if not c.at and c.wrong.any() and _finite(c.expected) and c.yours.any()
        ]
        for mine in [here, *([c] for c in here)] if here else ():
            if sentence := lost_precision([c.yours for c in mine], [c.expected for c in mine]):
                yield Finding("G6", sentence, ", ".join(c.name for c in mine))
                return

    def _factors(self) -> Iterable[Finding]:
        return explain([c for c in self.comparisons if c.name in self.left or not c.wrong.any()], self.sizes)

    def _patterns(self) -> Iterable[Finding]:
        """The relation of an array to the right one."""
        for i, name in enumerate(self.loss.point.names):
            points = {place.at: place.arrays[i] for place in self.places}
            if name in self.left and (finding := pattern(self._by_name()[name], points)):
                yield finding

    def _differences(self) -> Iterable[Finding]:
        return disguised(self.loss, [c for c in self._mine() if not c.at], self.places[0])

    def _mistakes(self) -> Iterable[Finding]:
        """Of those that the reference knows: at the first place that is wrong, and at all that are like it."""
        names = self.loss.point.names
        kinked = {
            c.at for c in self.comparisons if c.expected.kink.any()
        }  # more than one value is right there
        wrong = {c.at for c in self._mine() if c.wrong.any()} - kinked
        base = next((k for k, place in enumerate(self.places) if place.at in wrong), -1)
        if self.known.mistakes is None or base < 0 or self.known.gradients[base] is None:
            return
        alike, candidates = self.known.mistakes(base, [place.yours for place in self.places])
        count = range(len(names))
        yours = [[self.places[k].yours[i] for k in alike] for i in count]
        truth = [[exact(g[i]) for k in alike if (g := self.known.gradients[k]) is not None] for i in count]
        found = [
            dataclasses.replace(f, array=f.array or ", ".join(names))
            for f in recognise(names, yours, truth, candidates)
        ]
        if any(c.yours.ndim > 1 and not c.yours.any() for c in self._mine() if c.wrong.any()):
            found = [f for f in found if f.code != "C22"]  # it is not the bias alone that is gone
        numbers = {name: _distinct(yours[i]) for i, name in enumerate(names)}
        yield from (f for f in found if sum(numbers[name] for name in f.array.split(", ")) > 1)
        if not found:
            yield from self._times_a_constant(yours, candidates)

    def _times_a_constant(
        self, yours: Sequence[Results], candidates: Sequence[Candidate]
    ) -> Iterable[Finding]:
        """A mistake, and all of it times one number."""
        arrays = ", ".join(name for name in self.loss.point.names if name in self.left)
        said = {finding.code for finding in self.found}
        for factor, fitting in scaled(yours, candidates):
            close = functools.partial(math.isclose, factor, rel_tol=1e-8)
            names = [(c.code, c.sentence) for c in fitting]
            names += [name for name in meanings(factor, self.sizes, close) if name[0] not in said]
            yield from (Finding(*name, arrays) for name in names)

    def _zeros(self) -> Iterable[Finding]:
        return zeros(self.comparisons)

    def _parts(self) -> Iterable[Finding]:
        """The part of an array that is wrong."""
        wrong = (next((c for c in mine if c.wrong.any()), None) for mine in self._by_name().values())
        return [finding for c in wrong if c and (finding := part(c))]

    def _first_wrong(self) -> Iterable[Finding]:
        """Where to begin, if the mistake has no name."""
        before: tuple[str, str] | None = None
        for name, code in self.known.order() if len(self.loss.point.names) > 1 else ():
            if name in self.left:
                here = {"name": name, "here": code}
                sentence = (
                    BEHIND.format(last=before[0], there=before[1], **here)
                    if before
                    else NEAREST.format(**here)
                )
                return [Finding("G9", sentence, name)]
            before = name, code
        return []


# -- a reference: is it what it claims to be, and then the exact gradient ------------------------------


def _doubt(loss: Loss, known: Known, comparisons: Sequence[Comparison], places: Sequence[Place]) -> str:
    """Why a reference is not believed; empty if it is."""
    for place, value, gradient in zip(places, known.values, known.gradients, strict=False):
        if value is None or gradient is None:
            continue
        right = place.terrain.middle
        if not abs(value - right) <= SAME_LOSS * abs(right) + 10 * place.terrain.noise:
            return OTHER_LOSS.format(value=value, right=right)
        for c in comparisons:
            if c.at == place.at and not _within(gradient[loss.point.names.index(c.name)], c.expected):
                return OTHER_GRADIENT.format(name=c.name)
    return ""


def _within(gradient: FloatArray, expected: Estimate) -> bool:
    """Where the numerical derivative is known, a reference has it."""
    with np.errstate(invalid="ignore"):
        off = np.abs(gradient - expected.value) > tolerance(expected)
    return not (off & usable(expected)).any()


def _distinct(results: Results) -> int:
    """How many different numbers there are: one alone may be met by chance, at x = 1 or x = 2 above all."""
    parts = [np.ravel(array) for array in results if array is not None]
    return int(np.unique(np.concatenate(parts)).size) if parts else 0


def _finite(expected: Estimate) -> bool:
    return bool(np.isfinite(expected.value).all())


def _sharpened(
    loss: Loss, known: Known, comparisons: Sequence[Comparison], places: Sequence[Place]
) -> list[Comparison]:
    """What was found wrong, compared once more, with all entries of the exact gradient."""
    gradients = {place.at: (g, place) for place, g in zip(places, known.gradients, strict=False)}
    found = []
    for c in comparisons:
        gradient, place = gradients.get(c.at, (None, None))
        if c.wrong.any() and gradient is not None and place is not None:
            value = gradient[loss.point.names.index(c.name)]
            size = np.abs(value) + np.abs(value).max(initial=0.0)
            expected = Estimate(value, SINGLE * size * place.terrain.single, c.expected.kink)
            again = compare(c.name, c.yours, expected, c.at)
            c = dataclasses.replace(again, products=c.products) if again.wrong.any() else c
        found.append(c)
    return found


OTHER_LOSS = (
    "The reference gives {value:.9g} where the loss is {right:.9g}: they are not the same function. Nothing was named "
    "from it."
)
OTHER_GRADIENT = (
    "The reference has the value of the loss, but not its slope in {name}. Does it take something for a constant? "
    "Nothing was named from it."
)
BEHIND = (
    "Counted from the loss, everything back to {last} is right, and {name} is the first wrong array. The mistake lies "
    "between {there}, where {last} is used, and {here}."
)
NEAREST = (
    "{name} is the array nearest to the loss, and it is wrong already. Begin with what lies between the loss and {here}; "
    "the arrays further back may only pass this on."
)

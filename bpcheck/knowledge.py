"""What the tape knows of somebody's loss: the exact gradient, and what each known mistake would give.

`gradcheck` decides what numbers prove, `reference` makes the numbers; neither knows the other. This is the
bridge between them.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference (on call: most checks need no tape).
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bpcheck.gradcheck.known import Gradient, Known, Reference
from bpcheck.gradcheck.point import Arrays
from bpcheck.gradcheck.recognise import Candidate

if TYPE_CHECKING:
    from bpcheck.reference.tape import Tape


def on_tape(
    forward: Callable[..., Any], at: Any, sizes: Mapping[str, int] | None, *, wanted: bool
) -> Reference:
    """A reference for `check_gradient`: a loss that runs on the tape.

    Parameters
    ----------
    forward : takes what the loss takes; written with NumPy
    at, sizes : as for `check_gradient`
    wanted : the caller asked for it; if it cannot be followed, a note says why
    """

    def know(points: Sequence[Arrays]) -> Known:
        from bpcheck.reference.tape import NotOnTape

        try:
            first, *others = [_arranged(at, arrays) for arrays in points]
            return _known(forward, first, others, sizes or {}, wanted)
        except NotOnTape as error:
            return Known(note=NOTHING.format(why=error), wanted=wanted)
        except Exception as error:  # whatever a function does when it is given something else than arrays
            return Known(note=NOTHING.format(why=f"it raised {type(error).__name__}: {error}"), wanted=wanted)

    return know


NOTHING = "Nothing was named from the reference: {why}"


def _arranged(at: Any, arrays: Arrays) -> Any:
    """Arrays as `at` has them."""
    if isinstance(at, Mapping):
        return dict(zip(at, arrays, strict=True))
    return list(arrays) if isinstance(at, list | tuple) else arrays[0]


def _known(
    forward: Callable[..., Any], first: Any, others: Sequence[Any], sizes: Mapping[str, int], wanted: bool
) -> Known:
    from bpcheck.reference.mutants import alike, from_the_loss, mutants_of
    from bpcheck.reference.tape import gradient_of

    tapes = _tapes(forward, first, others)
    gradients = [gradient_of(tape) if tape else None for tape in tapes]
    whole = {k: tape for k, tape in enumerate(tapes) if tape and gradients[k] is not None}

    def mistakes(base: int, yours: Gradient) -> tuple[Sequence[int], Sequence[Candidate]]:
        these = [base, *(k for k, tape in whole.items() if k != base and alike(tape, whole[base]))]
        try:
            found = mutants_of([whole[k] for k in these], sizes, yours)
        except Exception:  # a fault of ours; the verdict stands without a name
            found = []
        return these, [
            Candidate(n.code, n.sentence, mutant.results) for mutant in found for n in mutant.names
        ]

    values = [tape.value if tape else None for tape in tapes]
    order = functools.partial(from_the_loss, whole[0]) if 0 in whole else tuple
    return Known(values, gradients, mistakes, order, wanted=wanted)


def _tapes(forward: Callable[..., Any], first: Any, others: Sequence[Any]) -> list[Tape | None]:
    """The loss on the tape: at the given point, and at those others where it can be followed."""
    from bpcheck.reference.tape import record

    try:
        tapes: list[Tape | None] = [record(forward, first)]
        for point in others:
            try:
                tapes.append(record(forward, point))
            except Exception:  # it went another way there, which the tape cannot follow
                tapes.append(None)
        return tapes
    finally:  # a loss that keeps what it has computed, as a class does, keeps numbers again
        with contextlib.suppress(Exception):
            _plainly(forward, first)


def _plainly(forward: Callable[..., Any], point: Any) -> None:
    if isinstance(point, Mapping):
        forward(**{name: array.copy()[()] for name, array in point.items()})
    else:
        forward(*(array.copy()[()] for array in (point if isinstance(point, list) else [point])))

"""What bpcheck says about a case, beside what is true. The only module here that knows bpcheck.

Imports: numpy, corpus, bpcheck.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from corpus.case import Case, facing, interval, misses
from corpus.verify import elsewhere

EVALUATIONS = 20_000  # of the loss; a checker that wants more has given up
SECONDS = 60.0  # of the processor


class OutOfBudgetError(BaseException):
    """Raised inside a loss. Not an Exception, so that no checker takes it for the loss's own."""


@dataclass(frozen=True)
class Answer:
    """What a checker said about one case."""

    case: Case
    verdict: str  # "right", "wrong", "undecided", "refused" (raised) or "gave up" (budget)
    arrays: frozenset[str] | None = None  # said to be wrong; None if the checker does not say
    codes: frozenset[str] = field(default_factory=frozenset)  # names that it gave to mistakes
    evaluations: int = 0
    seconds: float = 0.0
    said: str = ""  # a line for people

    @property
    def passed(self) -> bool:
        """A wrong gradient that was called right."""
        return not self.case.right and self.verdict == "right"

    @property
    def alarmed(self) -> bool:
        """A right gradient that was called wrong."""
        return self.case.right and self.verdict == "wrong"

    @property
    def open(self) -> bool:
        """No verdict, whatever the reason."""
        return self.verdict not in ("right", "wrong")

    @property
    def fails(self) -> bool:
        """A false verdict; or none where there should be one. At a kink a verdict may stay open."""
        return self.passed or self.alarmed or (self.open and not self.may_stay_open)

    @property
    def may_stay_open(self) -> bool:
        """A right gradient at a kink; or one that is wrong at kinks only, if its values are all there is."""
        case = self.case
        if "kink" not in case.kind or case.right:
            return "kink" in case.kind
        ends = interval(case, case.params)
        return not any(
            (mask & (ends[name][0] == ends[name][1])).any()
            for name, mask in (case.wrong_entries or {}).items()
        )

    @property
    def located(self) -> bool | None:
        """The wrong arrays, all of them, were named and no right ones; None where there is nothing to name."""
        if self.case.right or not self.case.wrong_arrays or self.arrays is None:
            return None
        others = self.arrays - set(self.case.wrong_arrays)
        return (
            self.verdict == "wrong"
            and self.arrays >= set(self.case.wrong_arrays)
            and all(_wrong_elsewhere(self.case, name) for name in others)
        )

    @property
    def named(self) -> bool | None:
        """The mistake got its code; None where it has none."""
        if self.case.right or not self.case.code:
            return None
        return self.verdict == "wrong" and bool(self.codes & {self.case.code, *self.case.also})

    @property
    def misnamed(self) -> bool:
        """The mistake has a code, and got others only. G9 is no name: it says where to look."""
        return self.named is False and self.verdict == "wrong" and bool(self.codes - {"G9"})


def _wrong_elsewhere(case: Case, name: str) -> bool:
    """Whether a function's array that is right at the point, as that of a sleeping unit, is wrong near it."""
    return case.is_function and any(misses(case, there)[name][1] for there in elsewhere(case))


class Counter:
    """A loss that counts its calls, with the face of the loss; it stops when the budget is spent."""

    def __init__(self, loss: Callable[..., Any]) -> None:
        self.calls, self.until = 0, time.process_time() + SECONDS

        @functools.wraps(loss)
        def counted(*listed: Any, **named: Any) -> Any:
            self.calls += 1
            if self.calls > EVALUATIONS or time.process_time() > self.until:
                raise OutOfBudgetError
            return loss(*listed, **named)

        self.loss = counted


@contextlib.contextmanager
def quiet() -> Any:
    """Losses print and warn; nobody wants to read it. The global generator stays as it was."""
    state = np.random.get_state()  # noqa: NPY002
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
    np.random.set_state(state)  # noqa: NPY002


def ask_bpcheck(case: Case, tape: str = "loss") -> Answer:
    """The verdict of `check_gradient`, read from whatever fields its report has.

    `tape`: where names come from besides the numbers: "" (nowhere), "loss" (the loss itself, as by default) or
    "reference" (the loss without its difficulty, as a user would write it for that).
    """
    from bpcheck import check_gradient, gradcheck

    options: dict[str, Any] = {}
    if tape == "reference":
        options["reference"] = facing(case.clean, tuple(case.params), "reference")
    check = check_gradient if tape else gradcheck.check_gradient
    counter, before, started = Counter(case.loss), copy.deepcopy(case.at), time.perf_counter()
    answer: dict[str, Any]
    with quiet():
        try:
            report = check(counter.loss, case.gradient, case.at, case.sizes, **options)
            answer = _read(report)
        except OutOfBudgetError:
            answer = {"verdict": "gave up", "said": f"more than {EVALUATIONS} evaluations or {SECONDS} s"}
        except Exception as error:
            answer = {"verdict": "refused", "said": f"{type(error).__name__}: {error}"}
    if not _same(case.at, before):
        answer["said"] = "THE POINT WAS CHANGED. " + answer.get("said", "")
    return Answer(case, evaluations=counter.calls, seconds=time.perf_counter() - started, **answer)


def _read(report: Any) -> dict[str, Any]:
    verdict = report.verdict.name
    found = getattr(report, "mistakes", None) or getattr(report, "findings", ())
    arrays = getattr(report, "wrong", None)
    if arrays is None:  # an Outcome: the comparisons say which, and a finding about the form
        arrays = {c.name for c in report.comparisons if c.wrong.any()}
        arrays |= {name for f in found for name in f.array.split(", ") if name}
    sentences = [f"{f.code} {f.sentence}" for f in found] + list(getattr(report, "notes", ()))
    return {
        "verdict": {"RIGHT": "right", "UNDECIDED": "undecided"}.get(verdict, "wrong"),
        "arrays": frozenset(arrays),
        "codes": frozenset(f.code for f in found),
        "said": " | ".join(sentences)[:300],
    }


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return all(_same(a[name], b[name]) for name in b)
    if isinstance(a, list | tuple):
        return all(_same(x, y) for x, y in zip(a, b, strict=True))
    return bool(np.array_equal(a, b))

"""A function that lives in a child, as a callable here: what the examiner asks.

It looks like the student's own function: the same parameters, the same errors, and an argument that it
changes is changed here, too.

Imports: numpy, bpcheck.errors, the siblings `sentences` and `wire`.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bpcheck.errors import AnswerError, AnswerTimedOut
from bpcheck.sandbox import sentences, wire
from bpcheck.sandbox.wire import Message, WireError

if TYPE_CHECKING:
    from bpcheck.sandbox.session import Heard, Session

Case = tuple[Any, ...]  # the arguments of a call

LONGEST = 80  # characters of a parameter's name
SAID = 2000  # characters of what was printed, or of a warning, that are kept
WARNED = 10  # warnings that are kept
_KINDS = (  # as the child counts them
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD,
)


class SessionAnswer:
    """A function of the notebook, to be called with numbers. Made by `Session.answer`."""

    def __init__(self, session: Session, name: str) -> None:
        self.session, self.name = session, name
        self.printed = ""  # by the first call that printed
        self.warned: list[str] = []
        self._signature: inspect.Signature | None = None
        # arguments, and what comes of them
        self._ahead: Iterator[tuple[Case, Heard | AnswerError]] = iter(())

    def __call__(self, *arguments: Any) -> Any:
        """The result; an argument that the function changed is changed here in the same way."""
        heard = self._asked_ahead(arguments)
        if heard is None:
            limits = self.session.limits
            asked = Message({"do": "call", "name": self.name}, arguments)
            heard = self.session.ask(asked, limits.reply_bytes + wire.HEADER, limits.call_seconds)
        if isinstance(heard, AnswerError):
            raise heard
        with sentences.our_fault():
            return self._result(*heard, arguments)

    def ask_ahead(self, cases: Sequence[Case]) -> None:
        """Ask all of `cases` now; calls with them, in this order, find the child at work already, or done.

        Where it stops at one of them, the rest is asked when it is called. Cases that are too many or too deep for
        one question are left to the calls. The cases may not be changed before they are called.
        """
        limits = self.session.limits
        asked = Message({"do": "calls", "name": self.name}, tuple(cases))
        with contextlib.suppress(WireError):
            heard = self.session.ask_all(asked, limits.reply_bytes + wire.HEADER, limits.call_seconds)
            self._ahead = zip(cases, heard, strict=False)

    def _asked_ahead(self, arguments: Case) -> Heard | AnswerError | None:
        """The reply that was asked for ahead; None if it was not."""
        case, heard = next(self._ahead, ((), None))
        if heard is not None and not _same(case, arguments):
            self._ahead = iter(())
            return None
        return heard

    def _result(self, reply: Message, late: AnswerTimedOut | None, arguments: tuple[Any, ...]) -> Any:
        self._listen(reply)
        if late is not None:
            raise late
        if "error" in reply.facts:
            raise sentences.error(reply.facts["error"], self.name)
        changed = reply.facts.get("changed")
        if not isinstance(changed, list) or len(reply.values) != 1 + len(changed):
            self.session.fail("It sent neither numbers nor an error.")
        for index, now in zip(changed, reply.values[1:], strict=True):
            if type(index) is int and 0 <= index < len(arguments):
                _copy(now, arguments[index])
        return reply.values[0]

    @property
    def __signature__(self) -> inspect.Signature:
        """That of the function, as far as the child tells: `inspect.signature` looks here first."""
        if self._signature is None:
            asked = Message({"do": "parameters", "name": self.name})
            reply, _ = self.session.ask(asked, wire.HEADER, self.session.limits.call_seconds)
            self._signature = _signature(reply.facts.get("parameters"))
        return self._signature

    def _listen(self, reply: Message) -> None:
        printed, warned = reply.facts.get("printed"), reply.facts.get("warned")
        if isinstance(printed, str):
            self.printed = self.printed or wire.plain(printed[:SAID])
        if isinstance(warned, list):
            new = [wire.plain(str(one)[:SAID]) for one in warned]
            self.warned = [*self.warned, *new][:WARNED]


def _signature(told: object) -> inspect.Signature:
    """From what the child says; any arguments, where that is no signature."""
    try:
        return inspect.Signature(
            [
                inspect.Parameter(
                    str(name)[:LONGEST], _KINDS[kind], default=_Some() if default else inspect.Parameter.empty
                )
                for name, kind, default in told  # type: ignore[attr-defined]
            ]
        )
    except (TypeError, ValueError, IndexError):
        return inspect.Signature([inspect.Parameter("args", _KINDS[2]), inspect.Parameter("more", _KINDS[4])])


class _Some:
    """A default whose value stays in the child."""

    def __repr__(self) -> str:
        return "…"


def _same(asked: Any, now: Any) -> bool:
    """Whether the function would see no difference, as far as the wire carries one."""
    if type(asked) is not type(now):
        return False
    if isinstance(asked, np.ndarray):
        alike = asked.dtype == now.dtype and asked.shape == now.shape
        return bool(alike and asked.tobytes() == now.tobytes())
    if isinstance(asked, list | tuple):
        return len(asked) == len(now) and all(map(_same, asked, now))
    return repr(asked) == repr(now)  # 0.0 and -0.0 are equal, NaN and NaN are not


def _copy(now: Any, into: Any) -> None:
    """Change the grader's argument as the child's was changed, if it can be."""
    if isinstance(into, np.ndarray) and isinstance(now, np.ndarray) and into.shape == now.shape:
        np.copyto(into, now, casting="unsafe")
    elif isinstance(into, list) and isinstance(now, list):
        into[:] = now

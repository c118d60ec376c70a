"""From the facts that a child sent about a failure to the error and the sentence that a student reads.

The sentences are those of the notebook's own check, so that both say the same of the same answer. The
facts are believed in nothing: each is a short piece of text, and the kind only chooses the sentence.

Imports: bpcheck.errors, the sibling `wire`.
"""

from __future__ import annotations

import contextlib
import re
import signal
from collections.abc import Iterator, Mapping
from typing import Any

from bpcheck.errors import (
    AnswerDied,
    AnswerError,
    AnswerRaised,
    AnswerTimedOut,
    BpcheckError,
    MalformedAnswer,
    NotAttempted,
    SandboxError,
)
from bpcheck.sandbox.limits import MIB, Limits
from bpcheck.sandbox.wire import plain

WORDS = 1000  # characters of any one fact
ENDLESS = (
    "Probably an endless loop: is there a `while` whose condition never becomes false? Or a Python loop where "
    "one array operation would do."
)
CODE = re.compile(r"[A-Z]\d{1,2}")
_SAID = {kind.__name__: kind for kind in (NotAttempted, AnswerRaised, MalformedAnswer)}
_ENDED: dict[int, str] = {
    signal.SIGSEGV: "It crashed Python itself; a recursion without end does that, or a library called in a wrong way.",
    signal.SIGABRT: "It crashed Python itself: something ended with abort().",
    signal.SIGBUS: "It crashed Python itself; the memory was used up.",
}


def error(facts: object, name: str) -> AnswerError:
    """What the notebook's check would have raised.

    Parameters
    ----------
    facts : from the child
    name : of the function that was called; empty for a cell
    """
    said = {key: _words(value) for key, value in facts.items()} if isinstance(facts, Mapping) else {}
    match said.get("kind"):
        case "missing":
            return NotAttempted(
                "G0", f"The notebook does not define `{name}`. Was its cell deleted or renamed?"
            )
        case "no function":
            return MalformedAnswer("G2", f"`{name}` should be a function; it is {said.get('found', '')}.")
        case "no numbers":
            return MalformedAnswer(
                "G2", f"`{name}` should return numbers; it returned {said.get('found', '')}."
            )
        case "placeholder":
            return NotAttempted(
                "G0",
                f"`{said.get('name') or name}` still holds the placeholder. Put your own lines in its place, then run "
                "both cells again.",
            )
        case "raised":
            return AnswerRaised("G10", _raised(said, name))
        case "sentence" if said.get("of") in _SAID and CODE.fullmatch(said.get("code", "")):
            return _SAID[said["of"]](said["code"], said.get("sentence", ""))
    return died("It answered with something that says neither numbers nor an error.")


def _raised(said: Mapping[str, str], name: str) -> str:
    kind, message = said.get("type", ""), said.get("message", "")
    if kind == "SystemExit" and name:
        return f"`{name}` called `exit()`. A function gives its result back with `return`."
    reason = f"{kind}: {message}" if message else kind
    if kind == "RecursionError":
        reason = "RecursionError: the function calls itself without end"
    if "line" not in said:
        return f"{f'`{name}`' if name else 'The cell'} stopped with {reason}."
    where = f"in your line {said['line']}" + (f": `{said['source']}`" if said.get("source") else "")
    shapes = f" Shapes there: {said['shapes']}." if said.get("shapes") else ""
    return f"Python stopped {where}. {reason}.{shapes}"


def timed_out(seconds: float) -> AnswerTimedOut:
    """The wall clock."""
    return AnswerTimedOut("G12", f"Stopped after {seconds:g} s. {ENDLESS}")


def timed_out_in_all(seconds: float) -> AnswerTimedOut:
    """The wall clock of the whole session."""
    return AnswerTimedOut(
        "G12", f"Stopped: all cells and checks together took more than {seconds:g} s. {ENDLESS}"
    )


def died(why: str) -> AnswerDied:
    """The process is gone, or what it sent is no frame."""
    return AnswerDied("G13", f"The answer ended the Python it ran in. {why}")


def ended(report: Mapping[str, Any], limits: Limits) -> AnswerError:
    """From what the zygote says of a child that ended by itself."""
    status, signalled = int(report["status"]), int(report["status"]) & 0x7F
    if signalled == signal.SIGKILL and report["cpu"] >= limits.cpu_seconds - 0.5:
        return AnswerTimedOut(
            "G12", f"Stopped after {limits.cpu_seconds} s of the processor's time. {ENDLESS}"
        )
    if report["overfull"]:
        return died(f"It wrote more than {limits.files} files or {limits.file_bytes // MIB} MB.")
    if signalled == signal.SIGKILL:
        return died("The machine had no memory left for it.")
    if signalled:
        return died(_ENDED.get(signalled, f"It ended with signal {signalled}."))
    return died(f"It left with exit status {status >> 8}: `os._exit`, or something like it.")


@contextlib.contextmanager
def our_fault() -> Iterator[None]:
    """What nobody foresaw while a reply was read is never the student's.

    Raises
    ------
    SandboxError : for every exception that is not bpcheck's own.
    """
    try:
        yield
    except BpcheckError:
        raise
    except Exception as error:
        raise SandboxError(f"a reply could not be read ({type(error).__name__}: {error}).") from error


def _words(value: object) -> str:
    return plain(str(value)[:WORDS])

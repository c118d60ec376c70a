"""The only module in which a student's code runs: the cells of a notebook, then calls of its functions.

Everything here shares a process with that code and may be changed by it. Nothing depends on it: the
client believes no verdict, reads numbers only, and has its own clock.

Imports: IPython's shell in the sibling `shell`, the siblings `answers`, `limits`, `outputs`, `wire`.
"""

from __future__ import annotations

import copy
import os
import random
import signal
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from bpcheck.sandbox import answers, outputs, wire
from bpcheck.sandbox.answers import Facts
from bpcheck.sandbox.limits import Limits
from bpcheck.sandbox.shell import Shell, capture
from bpcheck.sandbox.wire import Message, WireError

READ, WRITE = 3, 4  # the two descriptors of the channel; there are no others but the standard three
ENVIRONMENT = (
    "HOME",
    "LANG",
    "PATH",
    "MPLBACKEND",
    "MPLCONFIGDIR",
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
)
PRINTED = 2000  # characters of what a call prints that are kept
WARNED = 10  # warnings of a call that are kept
_FROM_CLIENT = 1 << 28  # bytes; the client is trusted, this only keeps a mistake from taking all memory
_interrupted: list[bool] = []  # by the client, since its last message


def serve(shell: Shell, limits: Limits, probes: Mapping[str, str], allowed: str) -> NoReturn:
    """Do what the client asks, until it asks no more."""
    try:
        found = {name: answers.resolve(probe, allowed) for name, probe in probes.items()}
    except Exception as error:
        tell(Message({"ours": f"{type(error).__name__}: {error}"}), limits)
        os._exit(1)
    _begin_afresh()
    tell(Message({"ready": True}), limits)
    while True:
        asked = _listen()
        number, many = {"number": asked.facts["number"]}, asked.facts["do"] == "calls"
        _interrupted.clear()
        for one in _one_by_one(asked) if many else [asked]:
            try:
                reply = _do(shell, one, limits, found)
            except (
                BaseException
            ) as error:  # an interrupt that came a moment too late, or a patched part of this module
                reply = Message({"error": answers.failure("", error)})
            tell(Message({**reply.facts, **number}, reply.values, reply.texts), limits)
            if _interrupted or reply.facts.get("error", {}).get("kind") == "placeholder":
                break
        if many:
            tell(Message({**number, "end": True}), limits)


def _one_by_one(asked: Message) -> list[Message]:
    """The calls that a message asks for, all of one function."""
    return [Message({"do": "call", "name": asked.facts["name"]}, case) for case in asked.values]


def _interrupt(*_: object) -> NoReturn:
    """The client has waited long enough for this call; it wants no more of those that were to follow."""
    _interrupted.append(True)
    raise KeyboardInterrupt


def _note(*_: object) -> None:
    """The same between two calls."""
    _interrupted.append(True)


def _begin_afresh() -> None:
    """Nothing that one submission does can be foreseen from another."""
    np.random.seed(None)  # noqa: NPY002 - the notebook's own code may use the global generator
    random.seed()
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    os.environ.clear()
    os.environ.update(kept)


def _do(shell: Shell, asked: Message, limits: Limits, probes: Mapping[str, Callable[..., Any]]) -> Message:
    match asked.facts:
        case {"do": "run", "room": room}:
            return _run(shell, asked.texts[0], room)
        case {"do": "call", "name": name}:
            return _call(shell, name, asked, limits, probes.get(name))
        case {"do": "parameters", "name": name}:
            function, facts = answers.look_up(name, shell.user_ns)
            return Message({"parameters": None if facts or name in probes else answers.parameters(function)})
    return Message({})


# -- cells ---------------------------------------------------------------------------------------------


def _run(shell: Shell, source: str, room: int) -> Message:
    """One cell of the notebook: its outputs, and what stopped it."""
    capture.begin(room)
    error: BaseException | None = None
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        result = shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
    except BaseException as raised:  # SystemExit and the client's interrupt among them
        error = raised
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    described, texts = outputs.pack(capture.finish())
    facts: Facts = {"outputs": described, "count": shell.execution_count - 1}
    if error is not None:
        facts["error"] = answers.failure("", error)
    return Message(facts, texts=tuple(texts))


# -- calls ---------------------------------------------------------------------------------------------


def _call(
    shell: Shell, name: str, asked: Message, limits: Limits, probe: Callable[..., Any] | None
) -> Message:
    """One call of a function of the notebook, by way of the probe if there is one."""
    function, facts = answers.look_up(name, shell.user_ns)
    if facts is not None:
        return Message({"error": facts})
    given = asked.values
    before = copy.deepcopy(given)
    capture.begin(PRINTED)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        reply = _ask(name, function, given, probe)
    said = {
        "printed": "".join(o["text"] for o in capture.finish() if "text" in o)[:PRINTED],
        "warned": [f"{w.category.__name__}: {w.message}"[: answers.WORDS] for w in caught[:WARNED]],
    }
    if "error" in reply.facts:
        return Message({**reply.facts, **said})
    which = answers.changed(given, before)
    whole = Message({**said, "changed": which}, (*reply.values, *(given[i] for i in which)))
    return _fitting(name, whole, reply, limits)


def _ask(name: str, function: Any, given: tuple[Any, ...], probe: Callable[..., Any] | None) -> Message:
    try:
        signal.signal(signal.SIGINT, _interrupt)
        result = function(*given) if probe is None else probe(function, *given)
        return Message({}, (answers.sendable(result),))
    except answers.Unsendable as found:
        return Message({"error": {"kind": "no numbers", "name": name, "found": str(found)[: answers.WORDS]}})
    except BaseException as error:
        return Message({"error": answers.failure(name, error)})
    finally:
        signal.signal(signal.SIGINT, _note)


def _fitting(name: str, whole: Message, reply: Message, limits: Limits) -> Message:
    """The whole reply if it may cross; the result alone, or what is wrong with it, otherwise."""
    for message in (whole, Message({"changed": []}, reply.values)):
        try:
            wire.encode(message, limits.reply_bytes)
        except WireError as error:
            reason = str(error)
        else:
            return message
    return Message({"error": {"kind": "no numbers", "name": name, "found": reason}})


# -- the channel ---------------------------------------------------------------------------------------


def tell(message: Message, limits: Limits) -> None:
    """Send `message` to the client."""
    room = max(limits.reply_bytes, limits.output_bytes) + wire.HEADER
    try:
        frame = memoryview(wire.encode(message, room))
    except WireError:
        number = message.facts.get("number")
        frame = memoryview(wire.encode(Message({"number": number, "outputs": [], "unsendable": True}), room))
    while frame:
        frame = frame[os.write(WRITE, frame) :]


def _listen() -> Message:
    prefix = _exactly(wire.PREFIX.size)
    return wire.decode(prefix + _exactly(sum(wire.lengths(prefix, _FROM_CLIENT))), _FROM_CLIENT)


def _exactly(count: int) -> bytes:
    parts = []
    while count:
        part = os.read(READ, min(count, 1 << 20))
        if not part:
            os._exit(0)  # the client has hung up
        parts.append(part)
        count -= len(part)
    return b"".join(parts)

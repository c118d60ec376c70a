"""One submission in its child: what its cells showed, and calls of its functions.

Imports: bpcheck.errors, the siblings.
"""

from __future__ import annotations

import contextlib
import itertools
import secrets
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, Self

from bpcheck.errors import AnswerDied, AnswerError, AnswerTimedOut, SandboxError
from bpcheck.sandbox import outputs, sentences, wire
from bpcheck.sandbox.channel import Channel, Gone, Late
from bpcheck.sandbox.keeper import Keeper
from bpcheck.sandbox.limits import Limits
from bpcheck.sandbox.outputs import Output
from bpcheck.sandbox.remote import SessionAnswer
from bpcheck.sandbox.wire import Message, WireError

GRACE = 2.0  # seconds for the code to heed an interrupt; then it is killed
SETTING_UP = 30.0  # seconds for a child to be ready, on a busy machine
SLACK = 4096  # bytes of a frame with outputs that are neither header nor output


Heard = tuple[Message, AnswerTimedOut | None]  # a reply, and that it came too late


class Cell(NamedTuple):
    """A code cell of a notebook."""

    id: str
    source: str


@dataclass(frozen=True, slots=True)
class Ran:
    """What a cell did."""

    id: str
    outputs: list[Output]  # as nbformat 4 stores them
    count: int | None = None  # the number in brackets beside it; None: it was not run
    error: AnswerError | None = None  # what stopped it


class Session:
    """A child with the names that the notebook's cells left behind.

    `alive` turns False when the child has ended; further calls raise what ended it, and a new session
    must be opened to ask more.
    """

    def __init__(self, keeper: Keeper, pid: int, channel: Channel, limits: Limits) -> None:
        self.limits = limits
        self.cells: list[Ran] = []
        self.report: dict[str, Any] | None = None  # the zygote's, when the child has ended
        self.fatal: AnswerError | None = None  # what ended it
        self.died_in: int | None = None  # which cell did, if a cell did
        self._keeper, self._pid, self._channel = keeper, pid, channel
        self._begun, self._until = False, time.monotonic() + SETTING_UP
        self._paused: float | None = None  # since when the grader has been working, and not the child
        self._room = limits.outputs_bytes
        self._coming: Iterator[Heard | AnswerError] = iter(())  # replies that were asked for ahead

    # -- what the grader asks --------------------------------------------------------------------------

    def run(self, cells: Sequence[Cell]) -> None:
        """Run `cells` in order, after those that were run before; one that fails does not stop the next."""
        self._begin()
        for cell in cells:
            if self.fatal is not None:
                self.cells.append(Ran(cell.id, []))
                continue
            try:
                with sentences.our_fault():
                    self.cells.append(self._run(cell))
            except AnswerError as error:
                self.died_in = len(self.cells) if self.fatal is not None else None
                self.cells.append(Ran(cell.id, [_as_output(error)], error=error))

    def call(self, name: str, *arguments: Any) -> Any:
        """What the notebook's function `name` returns for these numbers.

        Returns
        -------
        None, a number, a string, an array, or a flat list or tuple of these.

        Raises
        ------
        AnswerError : the student's: NotAttempted, AnswerRaised, MalformedAnswer, AnswerTimedOut, AnswerDied.
        SandboxError : ours: an argument that may not cross, or the zygote is gone.
        """
        return self.answer(name)(*arguments)

    def answer(self, name: str) -> SessionAnswer:
        """The function `name` as a callable, for `examine`."""
        return SessionAnswer(self, name)

    @property
    def outputs(self) -> list[list[Output]]:
        """Of each cell, in the order of the cells."""
        return [ran.outputs for ran in self.cells]

    @property
    def errors(self) -> list[AnswerError | None]:
        """Of each cell, in the order of the cells; None where it ran to its end."""
        return [ran.error for ran in self.cells]

    @property
    def alive(self) -> bool:
        """Whether the child can still be asked."""
        return self.report is None

    def close(self) -> None:
        """End the child and everything that it left."""
        if self.report is not None:
            return
        self.report = {}
        try:
            self.report = self._keeper.end(self._pid)
        finally:
            self._channel.close()

    def close_soon(self) -> None:
        """The same without waiting for it; it is done before the next session begins."""
        if self.report is not None:
            return
        self.report = {}
        try:
            self._keeper.end_soon(self._pid)
        finally:
            self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(SandboxError):
            self.close()

    # -- questions and replies -------------------------------------------------------------------------

    def ask(self, asked: Message, room: int, seconds: float) -> Heard:
        """The child's reply of at most `room` bytes; with an error if it came only after an interrupt.

        Raises
        ------
        AnswerError : there is none, and the session is over.
        """
        try:
            frame, number = _question(asked)
        except WireError as error:
            raise SandboxError(f"the grader may not send this: {error}") from None
        self.hear_out()
        with self._asking():
            self._require_alive()
            self._send(frame, seconds)
            return self._reply(number, room, seconds)

    def ask_all(self, asked: Message, room: int, seconds: float) -> Iterator[Heard | AnswerError]:
        """Ask for a call for each of the values, now; the replies of at most `room` bytes are heard when they are wanted.

        Returns
        -------
        The replies in order: as many as there are before a placeholder, an interrupt, or the session's end, which an
        error stands for.

        Raises
        ------
        WireError : one question cannot hold all that; nothing was asked.
        """
        frame, number = _question(asked)
        self.hear_out()
        try:
            with self._asking():
                self._require_alive()
                self._send(frame, seconds)
        except AnswerError as error:
            return iter([error])
        # one to be heard when it is wanted, and one for `hear_out`, which then keeps for the other what it hears
        heard, self._coming = itertools.tee(self._replies(number, len(asked.values), room, seconds))
        return heard

    def _replies(self, number: int, count: int, room: int, seconds: float) -> Iterator[Heard | AnswerError]:
        """Each has its own clock, from when it is waited for; the child meanwhile works on the next."""
        late: AnswerTimedOut | None = None
        for left in reversed(range(count + 1)):
            if not self.alive:
                return
            try:
                with self._asking():
                    reply, too_late = self._reply(number, room, GRACE if late else seconds)
                    if "end" in reply.facts:
                        return
                    if not left:
                        self.fail("It sent more replies than it was asked for.")
            except AnswerError as error:
                yield error
                return
            if not late:
                yield reply, too_late
            late = late or too_late

    def hear_out(self) -> None:
        """Wait for what was asked ahead: it would be taken for the reply to the next question, and may end the child."""
        for _ in self._coming:
            pass

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """A question or a reply, with the submission's clock running."""
        self._go_on()
        try:
            yield
        except AnswerError:
            raise
        except BaseException:  # Ctrl-C: a reply that comes later would be taken for the next one's
            self.close()
            raise
        finally:
            self._paused = time.monotonic()

    def _go_on(self) -> None:
        """The submission's clock stood still while the grader was working."""
        if self._paused is not None:
            self._until += time.monotonic() - self._paused
            self._paused = None

    def _send(self, frame: bytes, seconds: float) -> None:
        try:
            self._channel.send(frame, min(time.monotonic() + seconds, self._until))
        except Late:
            self._fail(self._too_late(seconds))
        except Gone:
            self._fail(self._how_it_ended())

    def _reply(self, number: int, room: int, seconds: float) -> Heard:
        """The next one; if it comes only after an interrupt, with the error that this is."""
        deadline = min(time.monotonic() + seconds, self._until)
        late: AnswerTimedOut | None = None
        try:
            try:
                reply = self._channel.receive(room, deadline)
            except Late:
                late = self._too_late(seconds)
                signal.pidfd_send_signal(self._channel.handle, signal.SIGINT)
                reply = self._channel.receive(room, time.monotonic() + GRACE)
        except Late:
            self._fail(late or self._too_late(seconds))
        except Gone:
            self._fail(late or self._how_it_ended())
        except WireError as error:
            self._fail(late or sentences.died(f"It sent {error}."))
        if reply.facts.get("number") != number:
            self._fail(late or sentences.died("It sent a reply to no question."))
        return reply, late

    def fail(self, why: str) -> NoReturn:
        """The child sent what cannot be: its session is over."""
        self._fail(sentences.died(why))

    def _fail(self, error: AnswerError) -> NoReturn:
        self.fatal = error
        self.close()
        raise error

    def _begin(self) -> None:
        """Once: from here on the submission's clock runs."""
        if not self._begun:
            self._require_ready()
            self._begun, self._until = True, time.monotonic() + self.limits.seconds

    def _require_ready(self) -> None:
        """The child's first word comes before any line of the student's, so its failure is ours."""
        try:
            first = self._channel.receive(wire.HEADER, self._until)
        except (Late, Gone, WireError) as error:
            self.close()
            raise SandboxError(
                f"a child could not be set up ({type(error).__name__}: {error}); {self.report}"
            ) from None
        if not first.facts.get("ready"):
            self.close()
            raise SandboxError(f"a child could not be set up: {first.facts.get('ours')}")

    def _require_alive(self) -> None:
        if self.fatal is not None:
            raise AnswerDied(self.fatal.code, f"The Python that it lived in had ended before. {self.fatal}")
        if self.report is not None:
            raise SandboxError("this session is closed")
        if self._channel.has_something():
            if self._channel.ended():
                self._fail(self._how_it_ended())
            # SECURITY: also what a thread that was left behind may have written meanwhile.
            self._fail(sentences.died("It wrote into the channel without being asked."))
        if self._until < time.monotonic():
            self._fail(sentences.timed_out_in_all(self.limits.seconds))

    def _too_late(self, seconds: float) -> AnswerTimedOut:
        if self._until < time.monotonic():
            return sentences.timed_out_in_all(self.limits.seconds)
        return sentences.timed_out(seconds)

    def _how_it_ended(self) -> AnswerError:
        if not self._channel.ended():
            return sentences.died("It closed the channel to the grader.")
        self.close()
        assert self.report is not None
        return sentences.ended(self.report, self.limits)

    # -- cells -----------------------------------------------------------------------------------------

    def _run(self, cell: Cell) -> Ran:
        room = max(min(self.limits.output_bytes, self._room), 0)
        asked = Message({"do": "run", "room": room}, texts=(cell.source,))
        reply, late = self.ask(asked, room + wire.HEADER + SLACK, self.limits.cell_seconds)
        self._room -= sum(map(len, reply.texts))
        try:
            shown = outputs.unpack(reply.facts.get("outputs"), reply.texts)
        except WireError as wrong:
            self._fail(late or sentences.died(f"It sent {wrong}."))
        count = reply.facts.get("count")
        error = late or (sentences.error(reply.facts["error"], "") if "error" in reply.facts else None)
        return Ran(cell.id, shown, count if outputs.is_count(count) else None, error)


def _question(asked: Message) -> tuple[bytes, int]:
    """The frame, and the number that its replies must have: none can be written before the question is known."""
    number = secrets.randbits(53)
    facts = {**asked.facts, "number": number}
    return wire.encode(Message(facts, asked.values, asked.texts), wire.ASKED), number


def _as_output(error: AnswerError) -> Output:
    """What a cell shows that ended its Python."""
    name = type(error).__name__
    return {
        "output_type": "error",
        "ename": name,
        "evalue": error.sentence,
        "traceback": [f"{name}: {error.sentence}"],
    }

"""The zygote as the client sees it: started, asked for children, asked to end them, started again.

It follows orders one after the other, and its reports come in the order of the orders. So an order may be left with it
while the client does something else: the end of a child, and after that the fork of the next one.

Imports: bpcheck.errors, the siblings `channel`, `control`, `layers`, `limits`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bpcheck.errors import SandboxError
from bpcheck.sandbox.channel import Channel
from bpcheck.sandbox.control import receive, send
from bpcheck.sandbox.layers import Layer
from bpcheck.sandbox.limits import Limits

PATIENCE = 120.0  # seconds for the libraries to be imported; a first start on a busy machine is slow
FAREWELL = 5.0  # seconds for the zygote to end by itself
# one thread: a fork takes along locks, but not the threads that would open them
ALONE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")


Report = tuple[dict[str, Any], list[int]]  # and descriptors


@dataclass(frozen=True)
class Kind:
    """What a child is made for: one kind can stand in for another of the same kind."""

    limits: Limits
    probes: Mapping[str, str]  # function's name -> "module:attribute"
    allowed: str  # the beginning of the names of modules that probes may come from


class Birth:
    """A child that was ordered: our ends of its channel, and the zygote's report when it has come."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.report: Report | None = None
        theirs_in, self._writing = os.pipe()
        self._reading, theirs_out = os.pipe()
        self.theirs = (theirs_in, theirs_out)  # to be closed as soon as they are sent

    def channel(self) -> tuple[int, Channel]:
        """The child's number, and the channel to it.

        Raises
        ------
        SandboxError : there is no child.
        """
        try:
            report, handles = _made(self.report)
        except BaseException:
            self.forget()
            raise
        return int(report["pid"]), Channel(self._reading, self._writing, handles[0])

    def forget(self) -> None:
        """Close what is ours: the child, if there is one, hears that nobody is there, and ends."""
        received = self.report[1] if self.report else []
        for descriptor in (self._reading, self._writing, *received):
            os.close(descriptor)


class Keeper:
    """One zygote process. Orders may come from several threads; each waits for its turn."""

    def __init__(self, wanted: Collection[Layer], preload: Sequence[str]) -> None:
        self.lock = threading.Lock()
        # who waits for the reports to come, in their order
        self._owed: deque[Callable[[Report], None]] = deque()
        self._spare: Birth | None = None
        self._last: Kind | None = None  # of the last child ...
        self._again: Kind | None = None  # ... and of the one before it, if it was the same
        self.complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `stop`
        self.control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self.process = self._launch(other)
        finally:
            other.close()
        self.control.settimeout(PATIENCE)
        self.folder = ""
        try:
            report, _ = self.ask({"layers": list(wanted), "preload": list(preload)})
        except BaseException:
            self.stop()
            raise
        self.missing = {
            Layer(name): reason for name, reason in report["layers"].items() if reason is not None
        }
        self.layers = frozenset(Layer) - self.missing.keys()
        self.seconds = float(report["seconds"])
        self.folder = str(report["folder"])

    def _launch(self, other: socket.socket) -> subprocess.Popen[bytes]:
        descriptor = other.fileno()
        # SECURITY: -P: a file numpy.py in the grader's working directory must not be imported in its place.
        command = [sys.executable, "-P", "-m", "bpcheck.sandbox.zygote", str(descriptor)]
        return subprocess.Popen(
            command,
            env=environment(),
            cwd="/",
            pass_fds=[descriptor],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.complaints,
            start_new_session=True,  # Ctrl-C is for the client, which ends the zygote in its own time
        )

    def ask(self, order: Mapping[str, Any]) -> Report:
        """Send an order and wait for the report.

        Raises
        ------
        SandboxError : the zygote is gone, or says that it failed.
        """
        found: list[Report] = []
        with self.lock:
            self._order(order, (), found.append)
            self._settle()
        return _made(found[0])

    def fork(self, kind: Kind) -> tuple[int, Channel]:
        """A new child: its number, and the channel to it, which the caller owns.

        Raises
        ------
        SandboxError : as `ask`.
        """
        with self.lock:
            birth = self._take_spare(kind) or self._settled(self._give_birth(kind))
            self._again = kind if kind == self._last else None
            self._last = kind
            return birth.channel()

    def end(self, pid: int) -> dict[str, Any]:
        """Leave nothing of a child; how it had ended, if it had."""
        report, _ = self.ask({"end": pid})
        return report

    def end_soon(self, pid: int) -> None:
        """Leave nothing of a child, without waiting; and, where one more of its kind was wanted before, have a spare.

        SECURITY: the spare is forked when the child is no more, so that it shares no moment with it.
        """
        with self.lock:
            self._order({"end": pid}, (), _ignore)
            if self._spare is None and self._again is not None:
                self._spare = self._give_birth(self._again)

    def _take_spare(self, kind: Kind) -> Birth | None:
        """The spare, if there is one of this kind."""
        birth, self._spare = self._spare, None
        if birth is None:
            return None
        report, _ = self._settled(birth).report or ({}, [])
        if birth.kind == kind and "pid" in report:
            return birth
        birth.forget()
        if "pid" in report:
            self._order({"end": report["pid"]}, (), _ignore)
        return None

    def _settled(self, birth: Birth) -> Birth:
        """The same, with its report."""
        try:
            self._settle()
        except BaseException:
            birth.forget()
            raise
        return birth

    def _give_birth(self, kind: Kind) -> Birth:
        birth = Birth(kind)

        def made(report: Report) -> None:
            birth.report = report

        order = {
            "fork": dataclasses.asdict(kind.limits),
            "probes": dict(kind.probes),
            "allowed": kind.allowed,
        }
        try:
            self._order(order, birth.theirs, made)
        except BaseException:
            birth.forget()
            raise
        finally:
            for descriptor in birth.theirs:
                os.close(descriptor)
        return birth

    def _order(
        self, order: Mapping[str, Any], descriptors: Sequence[int], then: Callable[[Report], None]
    ) -> None:
        with self._or_end():
            send(self.control, dict(order), descriptors)
        self._owed.append(then)

    def _settle(self) -> None:
        """Wait for all reports that are owed."""
        while self._owed:
            with self._or_end():
                report, received = receive(self.control)
            if report is None:
                raise SandboxError(f"the sandbox's own process has ended. {self._last_words()}")
            self._owed.popleft()((report, received))

    @contextlib.contextmanager
    def _or_end(self) -> Iterator[None]:
        """What goes wrong with an order or a report ends the zygote: later reports would be taken for others."""
        try:
            yield
        except OSError as error:
            self.process.kill()
            raise SandboxError(
                f"the sandbox's own process does not answer ({error}). {self._last_words()}"
            ) from None
        except BaseException:  # Ctrl-C
            self.process.kill()
            raise

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End the zygote and all of its children."""
        self.control.close()
        if self._spare is not None:
            self._spare.forget()
            self._spare = None
        try:
            self.process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.complaints.close()
        if Path(self.folder).name.startswith("bpcheck-"):  # a zygote that was killed has left it behind
            shutil.rmtree(self.folder, ignore_errors=True)

    def _last_words(self) -> str:
        """The end of what the zygote wrote to stderr."""
        with contextlib.suppress(OSError, ValueError):
            self.complaints.seek(0)
            lines = self.complaints.read()[-2000:].decode(errors="replace").strip().splitlines()
            return f"Its last words: {lines[-1]}" if lines else "It said nothing."
        return ""


def _made(report: Report | None) -> Report:
    assert report is not None
    if "failed" in report[0]:
        raise SandboxError(f"the sandbox could not be built: {report[0]['failed']} Nothing was graded.")
    return report


def _ignore(_: Report) -> None:
    """Nobody asks how a child ended that was asked all that there was to ask."""


def environment() -> dict[str, str]:
    """All that a process of the sandbox knows of this one's environment: where to import from, what to hide."""
    home = {"HOME": os.environ["HOME"]} if "HOME" in os.environ else {}
    return {
        **home,
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(_importable()),
        **ALONE,
    }


def _importable() -> list[str]:
    """What this process was told to import from, as absolute paths: the zygote gets the same."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [str(Path(entry).resolve()) for entry in given if entry]

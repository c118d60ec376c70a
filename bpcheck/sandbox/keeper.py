"""The zygote as the client sees it: started, asked for children, asked to end them, started again.

Imports: bpcheck.errors, the siblings `control`, `layers`, `limits`.
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
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from bpcheck.errors import SandboxError
from bpcheck.sandbox.control import receive, send
from bpcheck.sandbox.layers import Layer
from bpcheck.sandbox.limits import Limits

PATIENCE = 120.0  # seconds for the libraries to be imported; a first start on a busy machine is slow
FAREWELL = 5.0  # seconds for the zygote to end by itself
# one thread: a fork takes along locks, but not the threads that would open them
ALONE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")


class Keeper:
    """One zygote process. Orders may come from several threads; each waits for its turn."""

    def __init__(self, wanted: Collection[Layer], preload: Sequence[str]) -> None:
        self.lock = threading.Lock()
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

    def ask(
        self, order: Mapping[str, Any], descriptors: Sequence[int] = ()
    ) -> tuple[dict[str, Any], list[int]]:
        """Send an order and wait for the report.

        Raises
        ------
        SandboxError : the zygote is gone, or says that it failed.
        """
        with self.lock:
            try:
                send(self.control, dict(order), descriptors)
                report, received = receive(self.control)
            except OSError as error:
                self.process.kill()  # a report that comes later would be taken for the next one's
                raise SandboxError(
                    f"the sandbox's own process does not answer ({error}). {self._last_words()}"
                ) from None
            except BaseException:  # Ctrl-C, for the same reason
                self.process.kill()
                raise
        if report is None:
            raise SandboxError(f"the sandbox's own process has ended. {self._last_words()}")
        if "failed" in report:
            raise SandboxError(f"the sandbox could not be built: {report['failed']} Nothing was graded.")
        return report, received

    def fork(
        self, limits: Limits, probes: Mapping[str, str], allowed: str, channel: Sequence[int]
    ) -> tuple[int, int]:
        """A new child with `channel` as its only descriptors: its number and its pidfd, which the caller owns."""
        order = {"fork": dataclasses.asdict(limits), "probes": dict(probes), "allowed": allowed}
        report, handles = self.ask(order, channel)
        return int(report["pid"]), handles[0]

    def end(self, pid: int) -> dict[str, Any]:
        """Leave nothing of a child; how it had ended, if it had."""
        report, _ = self.ask({"end": pid})
        return report

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End the zygote and all of its children."""
        self.control.close()
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

"""The process that has the libraries imported once and forks a child for every submission.

It has one thread, runs no line of a student's code, and hears nothing of cells, inputs or answers: those
go from the client to the child, through a channel of their own. What is in its memory is in every
child's.

Imports: numpy, sympy, matplotlib and IPython on call; the siblings.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bpcheck.errors import SandboxError
from bpcheck.sandbox import kernel, layers, probe, processes, view
from bpcheck.sandbox.control import receive, send
from bpcheck.sandbox.layers import Layer, Start
from bpcheck.sandbox.limits import Limits

if TYPE_CHECKING:
    from bpcheck.sandbox.shell import Shell

LIBRARIES = ("numpy", "sympy", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "IPython")
WATCH = 0.2  # seconds between two looks at folders that nothing else limits


@dataclass(frozen=True, slots=True)
class Child:
    """A submission that is running, or has ended and was not asked for yet."""

    handle: int  # a pidfd: never another process, even when the number is used again
    folder: str
    limits: Limits
    overfull: bool = False  # ended because of what it wrote into its folder


class Zygote:
    """Keeps the children and does what the client orders."""

    def __init__(self, control: socket.socket, found: frozenset[Layer], paths: list[str]) -> None:
        self.control = control
        self.layers = found
        self.paths = paths
        self.children: dict[int, Child] = {}
        self.shell: Shell
        proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY)  # a view of its own has none
        layers.hold(found, paths)
        layers.require_readable_python()
        self.size = os.open("self/statm", os.O_RDONLY, dir_fd=proc)
        self.threads = os.open("self/task", os.O_RDONLY, dir_fd=proc)
        os.close(proc)
        self.alone = Layer.NAMESPACES in found
        self.folder = view.place(paths) if self.alone else tempfile.mkdtemp(prefix="bpcheck-")

    def preload(self, modules: list[str]) -> None:
        """Import the libraries and make IPython's shell: seconds once, instead of for every submission."""
        os.environ.update(HOME=self.folder, MPLCONFIGDIR=self.folder, IPYTHONDIR=self.folder)
        os.chdir(self.folder)
        for module in [*LIBRARIES, *modules, "bpcheck.sandbox.child"]:
            importlib.import_module(module)
        from bpcheck.sandbox import shell

        self.shell = shell.make()
        gc.collect()
        gc.freeze()  # the collector would write to, and so copy, every page that children share

    def serve(self) -> None:
        """Follow orders until the client hangs up."""
        while True:
            patience = WATCH if self.children and not self.alone else None
            ready, _, _ = select.select([self.control], [], [], patience)
            if not ready:
                self._look_at_folders()
                continue
            order, descriptors = receive(self.control)
            if order is None:
                return
            if "fork" in order:
                report, handles = self._fork(order, descriptors)
                send(self.control, report, handles)
            else:
                send(self.control, self._end(order["end"]))

    def leave(self) -> None:
        """End everything that is left."""
        for pid in list(self.children):
            self._end(pid)
        if not self.alone:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _fork(self, order: dict[str, Any], channel: list[int]) -> tuple[dict[str, Any], list[int]]:
        if (threads := len(os.listdir(self.threads))) != 1:  # noqa: PTH208 - a descriptor, no path
            raise SandboxError(
                f"the zygote has {threads} threads; a child could find a lock that nobody opens"
            )
        limits = Limits(**order["fork"])
        try:
            start = self._start()
            pid = layers.fork(self.layers)
            if pid == 0:
                self._become_child(order, limits, channel, start)
        except OSError as error:  # the machine is full; it may have room again for the next one
            return {"failed": f"{error}."}, []
        finally:
            for descriptor in channel:
                os.close(descriptor)
        handle = os.pidfd_open(pid)
        self.children[pid] = Child(handle, start.folder, limits)
        return {"pid": pid}, [handle]

    def _start(self) -> Start:
        pages = int(os.pread(self.size, 100, 0).split()[0])
        if self.alone:
            return Start(self.folder, pages * os.sysconf("SC_PAGE_SIZE"), tasks=1)
        folder = tempfile.mkdtemp(dir=self.folder)
        return Start(folder, pages * os.sysconf("SC_PAGE_SIZE"), processes.tasks_of_user() + 1)

    def _become_child(
        self, order: dict[str, Any], limits: Limits, channel: list[int], start: Start
    ) -> NoReturn:
        """Never comes back: what a submission runs in may not see the loop of the zygote again."""
        from bpcheck.sandbox import child
        from bpcheck.sandbox.wire import Message

        try:
            self.control.detach()
            _keep_only(channel, child.READ)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.environ["HOME"] = start.folder
            layers.put_on(self.layers, limits, self.paths, start)
            child.serve(self.shell, limits, order["probes"], order["allowed"])
        except BaseException as error:
            with contextlib.suppress(BaseException):
                child.tell(Message({"ours": f"{type(error).__name__}: {error}"}), limits)
        finally:
            os._exit(1)

    def _end(self, pid: int) -> dict[str, Any]:
        """Make sure that nothing of a submission is left; say how it ended."""
        child = self.children.pop(pid)
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(child.handle, signal.SIGKILL)
        _, status, used = os.wait4(pid, 0)
        os.close(child.handle)
        if Layer.SECCOMP not in self.layers and not self.alone:
            processes.end_orphans(set(self.children))
        if not self.alone:
            shutil.rmtree(child.folder, ignore_errors=True)
        cpu = used.ru_utime + used.ru_stime
        return {"status": status, "cpu": cpu, "peak": 1024 * used.ru_maxrss, "overfull": child.overfull}

    def _look_at_folders(self) -> None:
        for pid, child in self.children.items():
            if not child.overfull and processes.overfull(child.folder, child.limits):
                signal.pidfd_send_signal(child.handle, signal.SIGKILL)
                self.children[pid] = replace(child, overfull=True)


def _keep_only(channel: list[int], first: int) -> None:
    """The channel at `first` and the next number, nothing at the standard three, and no other descriptor.

    SECURITY: a child that keeps the zygote's control socket could order forks of its own.
    """
    import fcntl

    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 100) for descriptor in channel]
    nothing = os.open(os.devnull, os.O_RDWR)
    wanted = {0: nothing, 1: nothing, 2: nothing, first: high[0], first + 1: high[1]}
    for number, descriptor in wanted.items():
        os.dup2(descriptor, number, inheritable=False)
    os.closerange(first + 2, 1 << 20)


def main() -> None:
    """Follow the client at the other end of the socket whose descriptor is the only argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    zygote: Zygote | None = None
    try:
        order, _ = receive(control)
        assert order is not None
        began = time.monotonic()
        with contextlib.suppress(
            OSError
        ):  # if memory runs out, the kernel ends a submission and not the grader
            Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
        paths = view.readable([*order["preload"], "bpcheck"])
        found = probe.found([Layer(name) for name in order["layers"]], paths)
        in_force = frozenset(layer for layer, reason in found.items() if reason is None)
        zygote = Zygote(control, in_force, paths)
        zygote.preload(order["preload"])
        kernel.become_reaper()
        seconds = time.monotonic() - began
        send(control, {"layers": found, "seconds": seconds, "folder": zygote.folder})
        zygote.serve()
    except BaseException as error:  # whatever it was, the client must hear of it
        name = "" if isinstance(error, SandboxError) else f"{type(error).__name__}: "
        with contextlib.suppress(OSError):
            send(control, {"failed": f"{name}{error}"})
        raise
    finally:
        if zygote is not None:
            zygote.leave()


if __name__ == "__main__":
    main()

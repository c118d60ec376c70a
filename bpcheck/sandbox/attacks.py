"""What a submission must not be able to do, each as a function that tries it, harmlessly.

A function that returns has succeeded; one that raises was stopped. All of them aim at a bait: a process,
files and sockets that were made for this.

Imports: the siblings `kernel` and `limits`.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import mmap
import os
import resource
import socket
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpcheck.sandbox import kernel
from bpcheck.sandbox.limits import MIB, Limits

# what the attacks run under: small, so that going beyond costs nothing
SMALL = Limits(memory=256 * MIB, processes=4, file_bytes=MIB, open_files=32)

_PTRACE_SEIZE, _KEY_OF_PROCESS = 0x4206, -2
_ANY_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Bait:
    """What the attacks aim at; it plays the grader."""

    pid: int
    address: int  # of some bytes in that process's memory
    folder: str  # readable by everybody; holds `secret`, and a socket that listens
    port: int  # that listens on the loopback interface
    abstract: str  # name of a socket that listens and has no path

    @property
    def secret(self) -> Path:
        """The file that no submission may read."""
        return Path(self.folder, "secret")


Attack = Callable[[Bait], object]


def _make_and_remove(path: Path) -> None:
    with path.open("x"):
        path.unlink()


def _read_through_a_link(bait: Bait) -> None:
    link = Path(f"link{os.getpid()}")
    link.symlink_to(bait.secret)
    try:
        link.read_bytes()
    finally:
        link.unlink()


def _read_memory(bait: Bait) -> None:
    with open(f"/proc/{bait.pid}/mem", "rb", buffering=0) as memory:  # noqa: PTH123 - nothing between us and the file
        memory.seek(bait.address)
        memory.read(1)


def _copy_memory(bait: Bait) -> None:
    target = ctypes.create_string_buffer(8)
    here, there = (struct.pack("QQ", place, 8) for place in (ctypes.addressof(target), bait.address))
    kernel.call("process_vm_readv", bait.pid, here, 1, there, 1, 0)


def _connect(family: int, kind: int, address: Any) -> None:
    with socket.socket(family, kind) as one:
        one.settimeout(1)
        one.connect(address)
        one.send(b"x")


def _start_process(_: Bait) -> None:
    if os.fork() == 0:
        os._exit(0)


def _start_threads(_: Bait) -> None:
    stop = threading.Event()
    threading.stack_size(64 << 10)
    try:
        for _i in range(SMALL.processes + 2):
            threading.Thread(target=stop.wait, daemon=True).start()
    finally:
        stop.set()


def _write_much(_: Bait) -> None:
    with Path(f"big{os.getpid()}").open("wb") as big:
        os.pwrite(big.fileno(), b"x", SMALL.file_bytes)


def _open_many(_: Bait) -> None:
    with contextlib.ExitStack() as stack:
        for _i in range(SMALL.open_files + 1):
            stack.enter_context(open(os.devnull))  # noqa: PTH123


def _raise_limit(_: Bait) -> None:
    ceiling = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (ceiling + 1, ceiling + 1))


def _read_limits(bait: Bait) -> None:
    resource.prlimit(bait.pid, resource.RLIMIT_CPU)


def _renice(bait: Bait) -> None:
    os.setpriority(os.PRIO_PROCESS, bait.pid, os.getpriority(os.PRIO_PROCESS, bait.pid))


def _aim_a_signal(bait: Bait) -> None:
    """Who owns a file may be sent a signal when something happens to it."""
    reading, writing = os.pipe()
    try:
        fcntl.fcntl(reading, fcntl.F_SETOWN, bait.pid)
    finally:
        os.close(reading)
        os.close(writing)


ATTACKS: dict[str, Attack] = {
    # files
    "read a file of the grader": lambda bait: bait.secret.read_bytes(),
    "list a folder of the grader": lambda bait: [*Path(bait.folder).iterdir()],
    "change a file of the grader": lambda bait: bait.secret.open("r+b").close(),
    "make a file beside it": lambda bait: _make_and_remove(Path(bait.folder, f"new{os.getpid()}")),
    "cut a file of the grader short": lambda bait: os.truncate(bait.secret, 6),
    "change the mode of its file": lambda bait: bait.secret.chmod(0o666),
    "read it through a link": _read_through_a_link,
    "read the list of users": lambda _: Path("/etc/passwd").read_bytes(),
    "list the home folder": lambda _: [*Path("/root" if os.geteuid() == 0 else "/home").iterdir()],
    "write where everybody may": lambda _: _make_and_remove(Path(f"/dev/shm/bpcheck{os.getpid()}")),
    # processes
    "read the grader's memory": _read_memory,
    "copy the grader's memory": _copy_memory,
    "trace the grader": lambda bait: kernel.call("ptrace", _PTRACE_SEIZE, bait.pid, 0, 0),
    "hold the grader by a handle": lambda bait: os.close(kernel.call("pidfd_open", bait.pid, 0)),
    "signal the grader": lambda bait: os.kill(bait.pid, 0),
    "signal everybody": lambda _: os.kill(-1, 0),
    "aim a signal through a file": _aim_a_signal,
    "read the grader's limits": _read_limits,
    "slow the grader down": _renice,
    "start a process": _start_process,
    "start a program": lambda _: os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", ""]),
    # network
    "connect to an address": lambda bait: _connect(
        socket.AF_INET, socket.SOCK_STREAM, (_ANY_ADDRESS, bait.port)
    ),
    "send a packet": lambda bait: _connect(socket.AF_INET, socket.SOCK_DGRAM, (_ANY_ADDRESS, bait.port)),
    "connect to a socket file": lambda bait: _connect(socket.AF_UNIX, socket.SOCK_STREAM, f"{bait.folder}/s"),
    "connect to a nameless socket": lambda bait: _connect(
        socket.AF_UNIX, socket.SOCK_STREAM, "\0" + bait.abstract
    ),
    # the kernel
    "make new namespaces": lambda _: kernel.call("unshare", kernel.CLONE_NEWUSER),
    "use io_uring": lambda _: kernel.call("io_uring_setup", 1, bytes(120)),
    "load a BPF program": lambda _: kernel.call(
        "bpf", 0, bytes([2, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 1] + 60 * [0]), 72
    ),
    "keep a key in the kernel": lambda _: kernel.call(
        "add_key", b"user", b"bpcheck", b"x", 1, _KEY_OF_PROCESS
    ),
    "watch the processor": lambda _: kernel.call(
        "perf_event_open", bytes([1, 0, 0, 0, 112]) + bytes(107), 0, -1, -1, 0
    ),
    "handle page faults": lambda _: kernel.call("userfaultfd", 1),
    "memory that no limit counts": lambda _: kernel.call("memfd_create", b"x", 0),
    "memory that outlives it": lambda _: kernel.call("shmget", 0, 4096, 0o1600),
    # greed
    "more memory than allowed": lambda _: mmap.mmap(-1, SMALL.memory + MIB).close(),
    "a larger file than allowed": _write_much,
    "more open files than allowed": _open_many,
    "more threads than allowed": _start_threads,
    "raise its own limits": _raise_limit,
}

# these change the process that they run in
LONERS = frozenset(
    {
        "start a process",
        "start a program",
        "make new namespaces",
        "more threads than allowed",
        "raise its own limits",
    }
)

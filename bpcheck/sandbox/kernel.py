"""The kernel's own calls that Python does not offer, by their numbers, through ctypes.

Each call here returns or raises OSError with the kernel's reason; what they are good for stands with
those who use them (`landlock`, `seccomp`, `namespaces`).

Imports: ctypes, and the numbers in `syscalls`.
"""

from __future__ import annotations

import ctypes
import functools
import os
import struct
from typing import Any

from bpcheck.sandbox.syscalls import number

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER = 0x00020000, 0x08000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
MNT_DETACH = 2
_MOUNT_ATTR_READ_ONLY, _MOUNT_ATTR_NOSUID = 1, 2
_AT_RECURSIVE, _AT_FDCWD = 0x8000, -100

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_PR_SET_CHILD_SUBREAPER = 36
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522


def call(name: str, *arguments: Any) -> int:
    """Make the system call `name`; integers, bytes (as a pointer) and None (as NULL) go in.

    Raises
    ------
    OSError : the kernel refused, or this processor's numbers are not known.
    """
    given = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(_libc().syscall(ctypes.c_long(number(name)), *given))
    if result < 0:
        reason = ctypes.get_errno()
        raise OSError(reason, f"{name}: {os.strerror(reason)}")
    return result


@functools.cache
def _libc() -> Any:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """Make `source` appear at `target`, by the system call of that name."""
    words = [word.encode() if word is not None else None for word in (source, target, kind)]
    call("mount", *words, flags, options.encode() if options is not None else None)


def bind_read_only(source: str, target: str) -> None:
    """Show the tree `source` at `target`, with all that is mounted below it, read-only and without setuid."""
    mount(source, target, None, MS_BIND | MS_REC)
    make_read_only(target)


def make_read_only(target: str) -> None:
    """Make the mount at `target`, and all below it, read-only and without setuid (Linux 5.12)."""
    attributes = struct.pack("=QQQQ", _MOUNT_ATTR_READ_ONLY | _MOUNT_ATTR_NOSUID, 0, 0, 0)
    call("mount_setattr", _AT_FDCWD, target.encode(), _AT_RECURSIVE, attributes, len(attributes))


def set_root(folder: str) -> None:
    """Make `folder`, a mount, the root of every path; what was the root is gone."""
    os.chdir(folder)
    call("pivot_root", b".", b".")
    call("umount2", b".", MNT_DETACH)
    os.chdir("/")


def no_new_privileges() -> None:
    """No program that is started from here on gains rights by a setuid bit."""
    call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def set_dumpable(wanted: bool) -> None:
    """Whether processes of the same user may look into this one, and a crash leave a core file."""
    call("prctl", _PR_SET_DUMPABLE, int(wanted), 0, 0, 0)


def die_with_parent(signal: int) -> None:
    """Ask for `signal` when the parent ends."""
    call("prctl", _PR_SET_PDEATHSIG, signal, 0, 0, 0)


def become_reaper() -> None:
    """Become the parent of every process below this one that loses its own."""
    call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def filter_calls(program: bytes) -> None:
    """Put a seccomp filter on: `program` holds BPF instructions of eight bytes. It cannot be taken off."""
    instructions = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    call("prctl", _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, head, 0, 0)


def drop_capabilities() -> None:
    """Give up every right that this process has beyond those of an ordinary user, for good."""
    call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    call("capset", struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), bytes(24))

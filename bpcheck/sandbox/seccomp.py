"""The system-call filter: a list of what is allowed, made into the kernel's filter language.

Imports: the siblings `kernel` and `syscalls`.
"""

from __future__ import annotations

import errno
import functools
import os
import struct

from bpcheck.sandbox import kernel, syscalls

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _AND, _IF_EQUAL, _RETURN = 0x20, 0x54, 0x15, 0x06
_ARCHITECTURE = 4  # where it stands in what the kernel shows a filter; the call's number stands at 0

_CLONE_THREAD = 0x00010000
_O_TMPFILE = 0o20000000
_UNIX, _STREAM, _TYPE = 1, 1, 0xF
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 1030)  # duplicate, flags, locks: no owner, no signal
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # terminal? its size, bytes waiting, flags
_PRCTL = (15, 16, 0x53564D41)  # a thread's name, a mapping's name

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, value


def put_on(own_view: bool) -> None:
    """Refuse from here on every system call that a submission does not need; it cannot be taken off.

    Parameters
    ----------
    own_view : the process sees no files but its own, so that it may also change their mode and time

    Raises
    ------
    OSError : this kernel has no filters, or this processor's numbers are not known.
    """
    kernel.filter_calls(program(os.getpid(), own_view))


@functools.lru_cache(maxsize=4)  # in a namespace every child has the same number
def program(pid: int, own_view: bool) -> bytes:
    """The filter for a process with this `pid`, eight bytes an instruction."""
    processor = syscalls.processor()
    if processor not in syscalls.AUDIT_ARCHITECTURE:
        raise OSError(errno.ENOSYS, f"no list of system calls for {processor or 'this system'}")
    lines: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, syscalls.AUDIT_ARCHITECTURE[processor]),
        # SECURITY: 32-bit calls have other numbers; one of them could mean `ptrace` here.
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
    ]
    for name in [*syscalls.FREE, *(syscalls.IN_OWN_VIEW if own_view else ())]:
        lines += _for_call(name, [(_RETURN, 0, 0, _ALLOW)])
    for name, body in _guards(pid).items():
        lines += _for_call(name, body)
    for name in syscalls.UNKNOWN:
        lines += _for_call(name, [(_RETURN, 0, 0, _ERRNO | errno.ENOSYS)])
    lines.append((_RETURN, 0, 0, _ERRNO | errno.EPERM))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _for_call(name: str, body: list[Instruction]) -> list[Instruction]:
    """`body` for the call `name`; nothing where the processor has no such call."""
    try:
        return [(_IF_EQUAL, 0, len(body), syscalls.number(name)), *body]
    except OSError:
        return []


def _guards(pid: int) -> dict[str, list[Instruction]]:
    """Calls that are allowed with some arguments only."""
    return {
        "open": _without_bits(1, _O_TMPFILE, errno.EOPNOTSUPP),
        "openat": _without_bits(2, _O_TMPFILE, errno.EOPNOTSUPP),
        "fcntl": _one_of(1, _FCNTL),
        "ioctl": _one_of(1, _IOCTL),
        "prctl": _one_of(0, _PRCTL),
        # SECURITY: threads, never processes: nothing can outlive the one process that the grader ends.
        "clone": _with_bits(0, _CLONE_THREAD),
        "kill": _one_of(0, (pid,)),
        "tgkill": _one_of(0, (pid,)),
        "prlimit64": _one_of(0, (0,)),  # its own limits, and nobody else's
        # asyncio wants a pair; a stream that is connected already cannot be given another address
        "socketpair": [*_test(0, None, _UNIX, 1), *_test(1, _TYPE, _STREAM, 0), *_END],
    }


_END: list[Instruction] = [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]


def _one_of(argument: int, values: tuple[int, ...]) -> list[Instruction]:
    count = len(values)
    tests = [(_IF_EQUAL, count - 1 - i, int(i == count - 1), value) for i, value in enumerate(values)]
    return [_load(argument), *tests, *_END]


def _with_bits(argument: int, bits: int) -> list[Instruction]:
    return [_load(argument), (_AND, 0, 0, bits), (_IF_EQUAL, 0, 1, bits), *_END]


def _without_bits(argument: int, bits: int, reason: int) -> list[Instruction]:
    refused = (_RETURN, 0, 0, _ERRNO | reason)
    return [_load(argument), (_AND, 0, 0, bits), (_IF_EQUAL, 1, 0, bits), (_RETURN, 0, 0, _ALLOW), refused]


def _test(argument: int, mask: int | None, value: int, tests_after: int) -> list[Instruction]:
    """Go on if the masked argument is `value`; else jump over the tests after it to the refusal."""
    masked = [] if mask is None else [(_AND, 0, 0, mask)]
    return [_load(argument), *masked, (_IF_EQUAL, 0, 3 * tests_after + 1, value)]


def _load(argument: int) -> Instruction:
    """The argument's lower half: all of these are ints, whose upper half the kernel ignores."""
    return (_LOAD, 0, 0, 16 + 8 * argument)

"""Landlock: what a process may open from here on, and what it may never get back.

Imports: the siblings `kernel` and `syscalls`.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable

from bpcheck.sandbox import kernel

(
    _EXECUTE, _WRITE_FILE, READ_FILE, READ_DIR, _REMOVE_DIR, _REMOVE_FILE, _MAKE_CHAR, _MAKE_DIR, _MAKE_REG,
    _MAKE_SOCK, _MAKE_FIFO, _MAKE_BLOCK, _MAKE_SYM, _REFER, _TRUNCATE, _IOCTL_DEV,
) = (1 << bit for bit in range(16))  # fmt: skip

_FILES_KNOWN = {1: 13, 2: 14, 3: 15, 4: 15}  # version of Landlock -> how many of the rights above it knows
_FILES_NEWEST = 16
_TCP = 0b11  # bind and connect
_SCOPES = 0b11  # abstract sockets and signals to processes outside

READ = READ_FILE | READ_DIR
ADD = READ | _WRITE_FILE | _MAKE_REG | _TRUNCATE  # create and write files, but never make one invisible
OWN = ADD | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_SYM | _REFER
WRITE = READ_FILE | _WRITE_FILE  # for a device: no truncation, nothing made

_CREATE_VERSION = 1
_RULE_PATH_BENEATH = 1


def restrict(rules: Iterable[tuple[str, int]]) -> None:
    """Allow this process, for good, to open what the rules name and nothing else.

    Parameters
    ----------
    rules : path and the rights below it; a path that is not there is left out

    Raises
    ------
    OSError : this kernel has no Landlock, or it is switched off.
    """
    version = kernel.call("landlock_create_ruleset", None, 0, _CREATE_VERSION)
    files = (1 << _FILES_KNOWN.get(version, _FILES_NEWEST)) - 1
    handled = struct.pack("=QQQ", files, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = kernel.call("landlock_create_ruleset", handled, size, 0)
    try:
        for path, rights in rules:
            _allow(ruleset, path, rights & files)
        kernel.call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no right
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - runs at every fork, and a Path costs ten times as much
            rights &= READ_FILE | _WRITE_FILE | _TRUNCATE  # the kernel refuses a folder's right on a file
        kernel.call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)

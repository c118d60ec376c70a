"""A world of its own for the zygote and its children: users, processes, network, files, messages.

Imports: the siblings `kernel` and `view`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NoReturn

from bpcheck.sandbox import kernel, view

_FIRST_SPARE, _SPARE = 60706, 477  # user numbers that no system hands out (systemd's UIDS-GIDS table)
_WORLD = kernel.CLONE_NEWUSER | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC


def enter(paths: Iterable[str]) -> None:
    """Leave the machine's namespaces; `fork_first` must follow, for the processes' own.

    Parameters
    ----------
    paths : that are still to be seen

    Raises
    ------
    OSError : user namespaces are switched off here, or one of the mounts is refused.
    """
    own = os.open("/proc/self", os.O_PATH | os.O_DIRECTORY)  # the new view has no /proc
    try:
        if os.geteuid() == 0 and may_be_another():
            # Root may mount at once, so that even a Python in root's private home can be shown to others.
            kernel.call("unshare", kernel.CLONE_NEWNS)
            view.build(paths)
            become_spare_user()
            _new_world(own, _WORLD)
        else:
            _new_world(own, _WORLD | kernel.CLONE_NEWNS)
            view.build(paths)
    finally:
        os.close(own)


def _new_world(own: int, kinds: int) -> None:
    """Unshare `kinds` and keep the user's number inside; `own` is an open /proc/self."""
    user, group = os.geteuid(), os.getegid()
    kernel.set_dumpable(True)  # who changed users may not write these files otherwise
    kernel.call("unshare", kinds)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        file = os.open(name, os.O_WRONLY, dir_fd=own)
        os.write(file, text.encode())
        os.close(file)


def may_be_another() -> bool:
    """Whether this process, root, is root of more than itself: a container may have one user only."""
    try:
        with open("/proc/self/uid_map", encoding="ascii") as lines:  # noqa: PTH123 - no Path, this early
            return any(
                int(first) <= _FIRST_SPARE < int(first) + int(count)
                for first, _, count in map(str.split, lines)
            )
    except OSError:
        return False


def become_spare_user() -> None:
    """From root to a user who owns nothing and runs nothing else.

    SECURITY: RLIMIT_NPROC does nothing for root, and root's files are open to root without any right.
    """
    spare = _FIRST_SPARE + os.getpid() % _SPARE
    os.setgroups([])
    os.setresgid(spare, spare, spare)
    os.setresuid(spare, spare, spare)


def fork_first() -> None:
    """Go on as the first process of the namespace; the old process waits for it and ends as it ends."""
    child = os.fork()
    if child:
        _wait_and_leave(child)
    kernel.die_with_parent(9)


def _wait_and_leave(child: int) -> NoReturn:
    os.closerange(0, 1 << 20)
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def fork_apart() -> int:
    """`os.fork` into a process namespace of its own: when the child ends, all that it started ends."""
    myself = os.pidfd_open(os.getpid())
    try:
        kernel.call("unshare", kernel.CLONE_NEWPID)
        try:
            child = os.fork()
        except OSError:
            kernel.call("setns", myself, kernel.CLONE_NEWPID)
            raise
        if child:
            kernel.call("setns", myself, kernel.CLONE_NEWPID)
    finally:
        os.close(myself)
    return child


def leave_alone(folder: str, size: int, files: int) -> None:
    """In a child: a private `folder`, and a user namespace in which its threads are counted alone."""
    kernel.call("unshare", kernel.CLONE_NEWNS)
    view.own_folder(folder, size, files)
    kernel.call("unshare", kernel.CLONE_NEWUSER)

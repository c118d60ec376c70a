"""The four layers of protection, in which order they are put on, and what to call what is in force.

Imports: bpcheck.errors, the siblings `kernel`, `limits`, `landlock`, `namespaces`, `seccomp`, `view`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from bpcheck.errors import SandboxError
from bpcheck.sandbox import kernel, landlock, limits, namespaces, seccomp, view
from bpcheck.sandbox.limits import Limits


class Layer(StrEnum):
    """One of the walls around a submission."""

    NAMESPACES = "namespaces"  # no network, no other processes, no files but Python's
    LANDLOCK = "Landlock"  # no file can be opened but Python's and the submission's own
    SECCOMP = "seccomp"  # no system call but those that arithmetic and figures need
    RLIMITS = "rlimits"  # memory, processor time, threads, file size


EVERY = tuple(Layer)
LEVELS = {
    "A": "everything",
    "B": "no namespaces, but Landlock, seccomp and rlimits",
    "C": "rlimits only: not a security boundary",
    "D": "a time limit only: no protection",
}


def level(layers: Collection[Layer]) -> str:
    """The letter for what is in force, "A" to "D".

    >>> level([Layer.LANDLOCK, Layer.SECCOMP, Layer.RLIMITS])
    'B'
    """
    if set(EVERY) <= set(layers):
        return "A"
    if {Layer.LANDLOCK, Layer.SECCOMP, Layer.RLIMITS} <= set(layers):
        return "B"
    return "C" if Layer.RLIMITS in layers else "D"


@dataclass(frozen=True, slots=True)
class Start:
    """What a child must know of its beginning, measured by the zygote before the fork."""

    folder: str  # its own, to be made its working directory
    in_use: int  # bytes of address space
    tasks: int  # processes and threads of the same user


def hold(layers: Collection[Layer], paths: Iterable[str]) -> None:
    """In the zygote: what is shared by all of its children. May go on as another process.

    Raises
    ------
    OSError : the namespaces cannot be had here.
    """
    if Layer.NAMESPACES in layers:
        namespaces.enter(paths)
        namespaces.fork_first()
    elif os.geteuid() == 0 and namespaces.may_be_another():
        namespaces.become_spare_user()
    # SECURITY: without namespaces this alone keeps one child out of the zygote's and another child's memory
    # where Landlock and seccomp are missing too.
    kernel.set_dumpable(False)


def require_readable_python() -> None:
    """Say so if this process, which is no longer root, cannot read its own Python.

    Raises
    ------
    SandboxError : it cannot.
    """
    library = os.__file__
    if not os.access(library, os.R_OK):
        raise SandboxError(
            f"A submission never runs as root, and no other user can read Python here ({library}). Grade as an "
            "ordinary user, or install Python outside of root's home folder."
        )


def fork(layers: Collection[Layer]) -> int:
    """`os.fork`, into a process namespace of its own where there is one."""
    return namespaces.fork_apart() if Layer.NAMESPACES in layers else os.fork()


def put_on(layers: Collection[Layer], allowed: Limits, paths: Iterable[str], start: Start) -> None:
    """In the child, before any line of a submission: everything that can never be taken off again.

    Raises
    ------
    OSError : a layer that was found in force is refused now.
    """
    alone = Layer.NAMESPACES in layers
    if alone:
        namespaces.leave_alone(start.folder, allowed.file_bytes, allowed.files)
    os.chdir(start.folder)
    if Layer.RLIMITS in layers:
        limits.put_on(allowed, start.in_use, start.tasks)
    kernel.drop_capabilities()
    kernel.no_new_privileges()
    kernel.set_dumpable(False)
    kernel.die_with_parent(signal.SIGKILL)
    if Layer.LANDLOCK in layers:
        own = (start.folder, landlock.OWN if alone else landlock.ADD)
        devices = [(device, landlock.WRITE) for device in view.DEVICES]
        landlock.restrict([*((path, landlock.READ) for path in paths), *devices, own])
    if Layer.SECCOMP in layers:
        seccomp.put_on(own_view=alone)


def require_linux() -> None:
    """Say what is missing where none of this exists.

    Raises
    ------
    SandboxError : this is not Linux.
    """
    if sys.platform != "linux":
        raise SandboxError(
            f"There is no sandbox on {sys.platform}: namespaces, Landlock and seccomp are Linux's. Nothing was "
            "graded. Grade on Linux, or in a Linux virtual machine or container."
        )

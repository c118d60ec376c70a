"""Counting and ending processes, and looking at folders, where no namespace does it for us.

Imports: the sibling `limits`.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator

from bpcheck.sandbox.limits import Limits

ROUNDS = 200  # of ending what fork bombs leave; each round ends all that it finds


def _listed() -> Iterator[tuple[int, dict[str, str]]]:
    """Every process that can be seen, with what /proc/…/status says of it."""
    for name in os.listdir("/proc"):  # noqa: PTH208 - thousands of entries, at every fork
        if not name.isdigit():
            continue
        with contextlib.suppress(OSError), open(f"/proc/{name}/status", errors="replace") as lines:  # noqa: PTH123
            yield int(name), {key: value for key, _, value in (line.partition(":") for line in lines)}


def tasks_of_user() -> int:
    """Processes and threads that count against this process's user."""
    me = str(os.getuid())
    return sum(int(said["Threads"]) for _, said in _listed() if said["Uid"].split()[0] == me)


def end_orphans(known: set[int]) -> None:
    """End and forget every child of this process that is not `known`, and their children as they come here.

    Whoever loses its parent becomes a child of this process: `kernel.become_reaper`.
    """
    me = str(os.getpid())
    for _ in range(ROUNDS):
        found = [pid for pid, said in _listed() if said["PPid"].strip() == me and pid not in known]
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def overfull(folder: str, limits: Limits) -> bool:
    """Whether the files in `folder` are too many, or too large together.

    Landlock allows no folder below it, and no file to be taken away or hidden. Where there is no Landlock, the
    folder itself may be gone.
    """
    size = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for count, entry in enumerate(entries):
            size += entry.stat(follow_symlinks=False).st_size
            if size > limits.file_bytes or count >= limits.files:
                return True
    return False

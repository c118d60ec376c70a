"""How much a submission may use, and the kernel's own counters that hold it to that.

Imports: nothing; `resource` on call, which Windows and a browser's Python do not have.
"""

from __future__ import annotations

from dataclasses import dataclass

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """What one submission may use. All of them end or cut short what goes beyond; none stops the batch."""

    cell_seconds: float = 30.0  # on the wall clock, for one cell
    call_seconds: float = 10.0  # on the wall clock, for one call
    seconds: float = 120.0  # on the wall clock, for all cells and calls together
    cpu_seconds: int = 60  # of processor time, for all cells and calls together
    memory: int = GIB  # bytes beyond those that the libraries take
    processes: int = 32  # threads beyond the first; a process of its own it may not have
    file_bytes: int = 32 * MIB  # of one file, and of all files together
    files: int = 500  # that stand in its folder
    open_files: int = 64
    output_bytes: int = MIB  # of one cell's outputs as JSON; what goes beyond is cut, and that is said
    outputs_bytes: int = 8 * MIB  # of the outputs of all cells together
    reply_bytes: int = 16 * MIB  # of what one call returns


def put_on(limits: Limits, in_use: int, tasks: int) -> None:
    """Hold this process to `limits`, for good.

    Parameters
    ----------
    limits : of the submission
    in_use : bytes of address space that this process has already
    tasks : processes and threads that count against this one's user already; as many more threads as these end later
        can be begun
    """
    import resource

    wanted = {
        resource.RLIMIT_AS: in_use + limits.memory,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        # SECURITY: means nothing for real root: `namespaces.become_spare_user` comes before.
        resource.RLIMIT_NPROC: tasks + limits.processes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for kind, value in wanted.items():
        _, ceiling = resource.getrlimit(kind)
        value = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)
        # SECURITY: soft and hard alike, or the submission could raise the soft one again. For the processor's
        # time it also means SIGKILL at once: SIGXCPU can be ignored.
        resource.setrlimit(kind, (value, value))

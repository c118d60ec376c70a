"""Finds out what protection is in force here, by trying: each layer alone, and all together.

Imports: the siblings `attacks`, `layers`.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from bpcheck.errors import SandboxError
from bpcheck.sandbox import layers, view
from bpcheck.sandbox.attacks import ATTACKS, LONERS, SMALL, Bait
from bpcheck.sandbox.layers import Layer, Start
from bpcheck.sandbox.processes import tasks_of_user

SUCCEEDED = ""  # in the place of the reason why an attack was stopped
FAILED = "-"  # in the place of an attack: the layers could not be put on

# what each layer must stop alone; otherwise it is not there, whatever the kernel said
TOUCHSTONES = {
    Layer.NAMESPACES: ("read a file of the grader", "connect to a nameless socket"),
    Layer.LANDLOCK: ("read a file of the grader", "make a file beside it"),
    Layer.SECCOMP: ("start a process", "make new namespaces", "connect to a nameless socket"),
    Layer.RLIMITS: ("more memory than allowed", "a larger file than allowed"),
}


def found(wanted: Collection[Layer], paths: Sequence[str]) -> dict[Layer, str | None]:
    """Each layer with None where it holds, or the reason why it is not in force."""
    said: dict[Layer, str | None] = {}
    with bait() as target:
        for layer in Layer:
            if layer not in wanted:
                said[layer] = "not wanted"
                continue
            try:
                results = attempt([layer], TOUCHSTONES[layer], target, paths)
            except SandboxError as error:
                said[layer] = str(error)
                continue
            through = [name for name, reason in results.items() if reason == SUCCEEDED]
            said[layer] = f"put on, yet it did not stop: {', '.join(through)}" if through else None
    return said


def attempt(
    wanted: Collection[Layer], names: Sequence[str], target: Bait, paths: Sequence[str]
) -> dict[str, str]:
    """Try the attacks `names` under the layers `wanted`: the reason why each was stopped, or SUCCEEDED.

    Raises
    ------
    SandboxError : the layers cannot be put on here.
    """
    reading, writing = os.pipe()
    folder = tempfile.mkdtemp(prefix="bpcheck-")
    holder = os.fork()
    if holder == 0:
        os.close(reading)
        _hold_and_try(wanted, names, target, paths, folder, writing)
    os.close(writing)
    with open(reading, encoding="utf-8") as lines:  # noqa: PTH123 - a descriptor, no path
        results = dict(json.loads(line) for line in lines)
    os.waitpid(holder, 0)
    shutil.rmtree(folder, ignore_errors=True)
    if FAILED in results:
        raise SandboxError(results[FAILED])
    return {name: results.get(name, SUCCEEDED) for name in names}


def _hold_and_try(
    wanted: Collection[Layer],
    names: Sequence[str],
    target: Bait,
    paths: Sequence[str],
    folder: str,
    writing: int,
) -> NoReturn:
    try:
        os.chmod(folder, 0o777)  # noqa: PTH101 - the spare user comes in
        in_use = _address_space()
        layers.hold(wanted, paths)
        alone = Layer.NAMESPACES in wanted
        start = Start(view.place(paths), in_use, 1) if alone else Start(folder, in_use, tasks_of_user() + 1)
        for group in _groups(names):
            child = layers.fork(wanted)
            if child == 0:
                _put_on_and_try(wanted, group, target, paths, start, writing)
            os.waitpid(child, 0)
    except BaseException as error:
        _say(writing, FAILED, str(error) or type(error).__name__)
    finally:
        os._exit(0)


def _groups(names: Sequence[str]) -> list[list[str]]:
    """What may share a process, and each of the others, which change the one they run in."""
    together = [name for name in names if name not in LONERS]
    return [together, *([name] for name in names if name in LONERS)]


def _put_on_and_try(
    wanted: Collection[Layer],
    names: Sequence[str],
    target: Bait,
    paths: Sequence[str],
    start: Start,
    writing: int,
) -> NoReturn:
    try:
        layers.put_on(wanted, SMALL, paths, start)
        for name in names:
            _say(writing, name, _reason(name, target))
    except BaseException as error:
        _say(writing, FAILED, str(error))
    finally:
        os._exit(0)


def _reason(name: str, target: Bait) -> str:
    """Why the attack was stopped, in a word."""
    try:
        ATTACKS[name](target)
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    except BaseException as error:
        return type(error).__name__
    return SUCCEEDED


def _say(writing: int, name: str, reason: str) -> None:
    os.write(writing, json.dumps([name, reason]).encode() + b"\n")


def _address_space() -> int:
    """Bytes that this process has mapped."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def bait() -> Iterator[Bait]:
    """Something to attack that is worth nothing: this process, a file, and sockets that listen."""
    folder = Path(tempfile.mkdtemp(prefix="bpcheck-"))
    words = ctypes.create_string_buffer(b"secret")
    name = f"bpcheck-{os.getpid()}-{folder.name}"
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o777)
        Path(folder, "secret").write_bytes(words.value)
        Path(folder, "secret").chmod(0o666)
        for family, address in (
            (socket.AF_INET, ("127.0.0.1", 0)),
            (socket.AF_UNIX, str(folder / "s")),
            (socket.AF_UNIX, "\0" + name),
        ):
            listening = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            listening.bind(address)
            listening.listen(100)
            if family == socket.AF_INET:
                port = listening.getsockname()[1]
        (folder / "s").chmod(0o777)
        yield Bait(os.getpid(), ctypes.addressof(words), str(folder), port, name)


def main() -> None:
    """Every attack under no layer, under each alone and under all that hold: as JSON, for the doctor."""
    paths = view.readable(["bpcheck"])
    names = list(ATTACKS)
    missing = {layer: reason for layer, reason in found(list(Layer), paths).items() if reason is not None}
    here = [layer for layer in Layer if layer not in missing]
    with bait() as target:
        without = attempt([], names, target, paths)
        alone = {layer: attempt([layer], names, target, paths) for layer in here}
        together = attempt(here, names, target, paths)
    attempts = [
        {
            "name": name,
            "stopped": together[name] != SUCCEEDED,
            "reason": together[name],
            "by": [layer for layer in here if alone[layer][name] != SUCCEEDED],
            "ordinary": without[name] != SUCCEEDED,
        }
        for name in names
    ]
    print(json.dumps({"attempts": attempts, "missing": missing}))


if __name__ == "__main__":
    main()

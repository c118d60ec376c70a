"""Sandboxes at each level, started once; and what the tests of attacks share."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import as_user
import pytest

from bpcheck.errors import SandboxError
from bpcheck.sandbox import Limits, Sandbox
from bpcheck.sandbox.layers import EVERY, Layer

TESTS = Path(__file__).parents[1]
START = subprocess.Popen
QUICK = Limits(
    cell_seconds=20,
    call_seconds=20,
    seconds=60,
    cpu_seconds=30,
    memory=1 << 28,
    processes=8,
    file_bytes=1 << 22,
    files=50,
)
WANTED = {
    "A": EVERY,
    "B": (Layer.LANDLOCK, Layer.SECCOMP, Layer.RLIMITS),
    "C": (Layer.RLIMITS,),
    "D": (),
}


@pytest.fixture(scope="session")
def sandbox_at():
    """A function that gives the sandbox of a level, or skips the test with the reason why there is none here."""
    started = {}

    def at(level):
        if level not in started:
            started[level] = _start(level)
        if isinstance(started[level], str):
            pytest.skip(started[level])
        return started[level]

    yield at
    for sandbox in started.values():
        if not isinstance(sandbox, str):
            sandbox.close()


def _start(level):
    """The sandbox, or the reason why there is none of this level here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(TESTS))  # the zygote imports from where this process was told to
        shown = os.geteuid() == 0 and level != "A" and bool(as_user.hidden())
        if shown:
            patch.setattr(subprocess, "Popen", _where_others_can_read_python)
        try:
            sandbox = Sandbox.start(
                QUICK, wanted=WANTED[level], preload=("bpcheck", "probes_of_tests"), probes_from="probes_of_"
            )
        except SandboxError as error:
            if shown and "Operation not permitted" in str(error):
                return f"level {level}: this root may not mount, and no other user can read its Python"
            raise
    if sandbox.level == level:
        return sandbox
    sandbox.close()
    reasons = "; ".join(
        f"{layer}: {sandbox.missing[layer]}" for layer in WANTED[level] if layer in sandbox.missing
    )
    return f"level {level} cannot be had here: {reasons}"


def _where_others_can_read_python(command, **options):
    """The process in a view of its own, for a root whose Python lies in a private folder.

    Level A shows this Python to its submissions by itself; the other levels run them as another user and cannot.
    """
    return START([sys.executable, as_user.__file__, "root", *command], **options)


@pytest.fixture
def sandbox(sandbox_at):
    """The best that there is here."""
    for level in "ABCD":
        try:
            return sandbox_at(level)
        except pytest.skip.Exception as skipped:
            reason = skipped
    raise reason


@pytest.fixture(params=["A", "B"])
def walled(request, sandbox_at):
    """Each level that is a security boundary."""
    return sandbox_at(request.param)


@pytest.fixture
def open_cells(sandbox):
    """Run cells given as sources; the session is closed at the end."""
    sessions = []

    def run(*sources, **options):
        sessions.append(sandbox.open([(f"cell{i}", source) for i, source in enumerate(sources)], **options))
        return sessions[-1]

    yield run
    for session in sessions:
        session.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder of the grader's with a student's file, open to every user, so that no mode protects it."""
    course = tmp_path_factory.mktemp("course")
    for folder in (course, *course.parents[:2]):
        folder.chmod(0o777)
    file = course / "s002.ipynb"
    file.write_text("the work of somebody else")
    file.chmod(0o666)
    os.utime(file, (1, 1))
    return course


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    """Sockets that the grader listens on, by kind: the address of each."""
    folder = Path("/tmp" if os.access("/tmp", os.W_OK) else tmp_path_factory.mktemp("s"))
    addresses = {
        "tcp": ("127.0.0.1", 0),
        "path": str(folder / f"bp{os.getpid()}"),
        "abstract": f"\0bp{os.getpid()}",
    }
    with (
        socket.socket() as tcp,
        socket.socket(socket.AF_UNIX) as path,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        for name, one in (("tcp", tcp), ("path", path), ("abstract", abstract)):
            one.bind(addresses[name])
            one.listen()
        Path(addresses["path"]).chmod(0o777)
        yield {**addresses, "tcp": tcp.getsockname()}
    Path(addresses["path"]).unlink()

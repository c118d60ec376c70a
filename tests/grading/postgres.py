"""A PostgreSQL server of its own for a test: on loopback, in a temporary folder, as an ordinary user."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

PLACES = ("/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb")  # Debian's, Red Hat's: not on PATH
PATIENCE = "60"  # seconds for the server to come up


def find_programs() -> Path | None:
    """The folder with initdb and pg_ctl; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    for place in PLACES:
        for path in sorted(Path("/").glob(place.lstrip("/")), reverse=True):
            return path.parent
    return None


@contextlib.contextmanager
def server(programs: Path, folder: Path) -> Iterator[str]:
    """Its address, as "postgresql://…/postgres"; it is gone when the block is left.

    Parameters
    ----------
    programs : from `find_programs`
    folder : exists and is empty
    """
    data, port = folder / "data", _free_port()
    user = _ordinary_user(folder)

    def run(program: str, *arguments: str) -> None:
        # the server inherits the descriptors: a pipe would keep this waiting for as long as it lives
        with (folder / "log").open("ab") as log:
            subprocess.run(
                [programs / program, "-D", data, *arguments],
                user=user,
                check=True,
                cwd=folder,
                stdout=log,
                stderr=log,
            )

    run("initdb", "--username=grader", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"
    run("pg_ctl", "start", "--wait", "--timeout", PATIENCE, "-o", options)
    try:
        yield f"postgresql://grader@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "stop", "--mode=immediate")


def _ordinary_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root; None: we are somebody else already."""
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, "nobody")
    for parent in folder.parents[:3]:  # pytest's folders are root's alone
        parent.chmod(parent.stat().st_mode | 0o011)
    return "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""`bpcheck lab` as a process of its own, the way a student starts it; shared by the tests that need one."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

import bpcheck

ADDRESS = re.compile(r"http://localhost:(\d+)/\S*\?token=\w+")
PATIENCE = 120  # seconds for a server to come up or to go, on a machine that does much else


def private_environment(home: Path, package: Path | None = None) -> dict[str, str]:
    """The environment without anybody's Jupyter or IPython settings.

    `package` is the folder to import bpcheck from; by default the one that the tests run with.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON", "PYTHON"))}
    return kept | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "PYTHONPATH": str(package or Path(bpcheck.__file__).parents[1]),
        "PYTHONUNBUFFERED": "1",
    }


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Lab:
    """A running `bpcheck lab`; leaving the `with` block ends it."""

    def __init__(
        self,
        arguments: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str],
        bpcheck: Sequence[str] = (sys.executable, "-m", "bpcheck.cli"),
    ) -> None:
        self.process = subprocess.Popen(
            [*bpcheck, "lab", "--no-browser", *arguments], cwd=cwd, env=dict(environment), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.cwd = cwd
        self.printed = ""
        self._announced = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line
            if ADDRESS.search(line):
                self._announced.set()
        self._announced.set()

    @property
    def address(self) -> str:
        """The address line; waits for it."""
        self._announced.wait(PATIENCE)
        found = ADDRESS.search(self.printed)
        assert found, f"no address line:\n{self.printed}"
        return found[0]

    @property
    def port(self) -> int:
        found = ADDRESS.search(self.address)
        assert found
        return int(found[1])

    def ask(self, path: str = "", data: bytes | None = None) -> str:
        """The page at the printed address, or at `path` with its token."""
        base, token = self.address.split("/lab/")[0], self.address.rpartition("token=")[2]
        request = urllib.request.Request(f"{base}/{path}" if path else self.address, data)
        if path:
            request.add_header("Authorization", f"token {token}")
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return str(reply.read().decode())

    def end(self, number: signal.Signals) -> int:
        """Send a signal, wait, and give the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(PATIENCE)

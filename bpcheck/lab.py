"""JupyterLab on a course folder: in this process, on loopback, ended by Ctrl-C without a question.

JupyterLab's own log is kept to errors; the one line that a newcomer needs, the address, is ours.

Imports: bpcheck.errors; jupyterlab on call.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import signal
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote

from bpcheck.errors import UsageError

NO_JUPYTERLAB = 'JupyterLab is not installed here. Install it: pip install "bpcheck[lab]"'


def require_jupyterlab() -> None:
    """Say how to install JupyterLab if it is missing, before anything is copied.

    Raises
    ------
    UsageError : `jupyterlab` cannot be found.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise UsageError(NO_JUPYTERLAB)


def serve(folder: Path, first: Path, port: int, browser: bool) -> None:
    """Serve `folder` in JupyterLab until Ctrl-C or SIGTERM.

    Parameters
    ----------
    folder : what the student sees as the top
    first : the notebook to open, relative to `folder`
    port : where to start looking for a free port
    browser : open the address in the student's browser, too

    Raises
    ------
    UsageError : no free port, or a setting of the student's own Jupyter configuration that it refuses.
    """
    require_jupyterlab()
    _ask_nothing()
    from jupyterlab.labapp import LabApp

    token = secrets.token_hex(24)
    page = f"lab/tree/{quote(first.as_posix())}"
    try:
        server = LabApp.initialize_server(_arguments(folder, page, port, browser, token))
        _stop_without_a_question(server)
        # Runs after the callback that binds the port, which `initialize_server` has queued.
        server.io_loop.add_callback(_announce, f"{server.connection_url}{page}?token={token}")
        server.start()
    except SystemExit as stopped:
        if stopped.code:
            raise UsageError(f"JupyterLab did not start; its reason stands above. Port {port}.") from stopped
    print("Stopped. Your notebooks are in", folder, flush=True)


def _arguments(folder: Path, page: str, port: int, browser: bool, token: str) -> list[str]:
    """As on JupyterLab's command line, because only these win over a configuration file of the student's."""
    arguments = [
        f"--ServerApp.root_dir={folder.resolve()}",
        "--ServerApp.ip=localhost",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={browser}",
        f"--IdentityProvider.token={token}",  # given, so that Jupyter does not print one of its own
        f"--LabApp.default_url=/{page}",
        "--Application.log_level=ERROR",  # its warnings (an unsigned notebook, a ping) are not for students
        *_encryption(),
    ]
    if getattr(os, "geteuid", lambda: -1)() == 0:
        arguments.append("--ServerApp.allow_root=True")  # containers and course machines
    return arguments


def _ask_nothing() -> None:
    """JupyterLab asks newcomers about news and updates; our defaults say no, a student's own settings win."""
    known = os.environ.get("JUPYTER_CONFIG_PATH")
    ours = os.fspath(Path(__file__).parent / "jupyter_defaults")
    os.environ["JUPYTER_CONFIG_PATH"] = f"{known}{os.pathsep}{ours}" if known else ours


def _encryption() -> list[str]:
    """Encrypted talk with the kernel, where it is known: without it every kernel prints a warning."""
    import zmq
    from jupyter_client.manager import KernelManager

    known = KernelManager.class_trait_names()
    return (
        ["--KernelManager.transport_encryption=auto"]
        if "transport_encryption" in known and zmq.has("curve")
        else []
    )


def _stop_without_a_question(server: Any) -> None:
    """Ctrl-C and SIGTERM end kernels and server; a second Ctrl-C does not wait for the kernels."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print(flush=True)  # away from the ^C of the terminal
        server.stop(from_signal=True)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


def _announce(address: str) -> None:
    print(f"\n    {address}\n\nStop with Ctrl-C.", flush=True)

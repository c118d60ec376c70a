"""`bpcheck lab` as a student starts it: an address that works, and a clean end."""

from __future__ import annotations

import json
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_process import PATIENCE, Lab, free_port, private_environment

pytest.importorskip("jupyterlab")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Started where the student's own settings would serve everything, everywhere, without a token."""
    folder = tmp_path_factory.mktemp("student")
    environment = private_environment(folder / "home")
    own = {"ip": "0.0.0.0", "root_dir": os.fspath(folder), "port": 1, "open_browser": True}
    config = Path(environment["JUPYTER_CONFIG_DIR"])
    config.mkdir(parents=True)
    settings = {"ServerApp": own, "IdentityProvider": {"token": ""}}
    (config / "jupyter_server_config.json").write_text(json.dumps(settings))
    with Lab(["--port", str(free_port())], folder, environment) as running:
        yield running


def test_the_printed_address_opens_the_first_notebook(lab: Lab) -> None:
    assert "/lab/tree/00_start_here/00_start_here.ipynb?token=" in lab.address
    assert "JupyterLab" in lab.ask()
    assert json.loads(lab.ask("api/contents/00_start_here/00_start_here.ipynb"))["type"] == "notebook"


def test_a_students_own_settings_do_not_move_the_course(lab: Lab) -> None:
    names = {entry["name"] for entry in json.loads(lab.ask("api/contents"))["content"]}

    assert "00_start_here" in names
    assert "home" not in names


def test_nobody_gets_in_without_the_token(lab: Lab) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(lab.address.split("/lab/")[0] + "/api/contents", timeout=PATIENCE)

    assert refused.value.code == 403


def test_the_address_is_the_only_one_printed(lab: Lab) -> None:
    """JupyterLab prints three, one of them a file; a newcomer cannot know which to take."""
    assert lab.address
    assert lab.printed.count("://") == 1


def test_with_its_port_taken_it_takes_another_and_ctrl_c_ends_it_without_a_question(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Lab(["--port", str(port)], tmp_path, private_environment(tmp_path / "home")) as lab:
            assert lab.port != port
            assert lab.end(signal.SIGINT) == 0
    assert lab.printed.rstrip().endswith("Stopped. Your notebooks are in bpcheck-course")


def test_a_running_kernel_does_not_keep_sigterm_from_ending_it(tmp_path: Path) -> None:
    environment = private_environment(tmp_path / "home")
    with Lab(["my course", "--port", str(free_port())], tmp_path, environment) as lab:
        assert json.loads(lab.ask("api/kernels", b'{"name": "python3"}'))["name"] == "python3"
        assert lab.end(signal.SIGTERM) == 0
    assert (tmp_path / "my course" / "00_start_here" / "00_start_here.ipynb").is_file()


def test_no_free_port_is_one_clear_end_with_status_2(tmp_path: Path) -> None:
    environment = private_environment(tmp_path / "home") | {"JUPYTER_PORT_RETRIES": "0"}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with Lab(["--port", str(taken.getsockname()[1])], tmp_path, environment) as lab:
            assert lab.process.wait(PATIENCE) == 2
    assert "JupyterLab did not start" in lab.printed
    assert "Traceback" not in lab.printed

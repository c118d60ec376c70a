"""The wheel on its own: outside the repository it must hold everything that a student needs."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from lab_process import Lab, free_port, private_environment

REPOSITORY = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(REPOSITORY),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing in it but the wheel's contents."""
    pytest.importorskip("pip")
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(folder),
        str(wheel),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_wheel_holds_the_release_and_no_solution(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith("bpcheck/course/")}
        inside = {name: archive.read(name) for name in names if name.endswith(".ipynb")}
    released = {
        path.relative_to(REPOSITORY / "notebooks"): path for path in REPOSITORY.glob("notebooks/*/*.ipynb")
    }

    assert inside == {
        f"bpcheck/course/{path.as_posix()}": full.read_bytes() for path, full in released.items()
    }
    assert len(inside) >= 2
    assert "bpcheck/course/LICENSE" in names


def test_everything_but_notebooks_is_there_that_the_package_reads(wheel: Path) -> None:
    """Hints, solutions and mistakes are files beside the modules; a wheel forgets such things quietly."""
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if name.startswith("bpcheck/")}
    tracked = subprocess.run(
        ["git", "ls-files", "bpcheck"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )

    assert set(tracked.stdout.split()) <= inside


def test_the_installed_wheel_opens_the_course_and_later_keeps_an_edited_notebook(
    installed: Path, tmp_path: Path
) -> None:
    environment = private_environment(tmp_path / "home", installed)
    command = [shutil.which("bpcheck", path=installed / "bin") or "bpcheck"]
    notebook = tmp_path / "bpcheck-course" / "00_start_here" / "00_start_here.ipynb"
    with Lab(["--port", str(free_port())], tmp_path, environment, command) as lab:
        assert "JupyterLab" in lab.ask()
        assert lab.end(signal.SIGTERM) == 0
    assert "Copied " in lab.printed

    edited = notebook.read_bytes().replace(b'"cells"', b'\n\n  "cells"') + b"\n\n"
    notebook.write_bytes(edited)
    with Lab(["--port", str(free_port())], tmp_path, environment, command) as lab:
        assert "JupyterLab" in lab.ask()
        assert lab.end(signal.SIGTERM) == 0
    assert "were there already: left as they are" in lab.printed
    assert "Copied " not in lab.printed
    assert notebook.read_bytes() == edited


def test_the_installed_wheel_finds_the_course_inside_itself(installed: Path, tmp_path: Path) -> None:
    program = "import bpcheck, bpcheck.course; print(bpcheck.__file__); print(bpcheck.course.find_course())"
    environment = private_environment(tmp_path / "home", installed)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == [
        str(installed / "bpcheck" / "__init__.py"),
        str(installed / "bpcheck" / "course"),
    ]

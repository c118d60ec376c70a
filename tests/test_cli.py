"""The command line: what it prints, what it imports, how it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import bpcheck
from bpcheck import cli, course, lab
from bpcheck.errors import CourseError


def test_the_command_line_costs_no_jupyter_until_it_is_needed() -> None:
    """nbgrader takes over a second to import, JupyterLab nearly as long; --help needs neither."""
    program = (
        "import sys, bpcheck.cli\n"
        "heavy = {'jupyterlab', 'jupyter_server', 'nbgrader', 'nbformat', 'traitlets', 'IPython'}\n"
        "print(*heavy & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("\n", "")


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--version"])

    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"bpcheck {bpcheck.__version__}\n"


def test_help_names_the_first_command_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])

    assert stopped.value.code == 0
    assert "New here?   bpcheck lab" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["labb"], ["lab", "--port", "0"], ["lab", "--port", "many"]])
def test_a_slip_in_the_arguments_ends_with_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)

    assert stopped.value.code == cli.USED_WRONGLY


def test_a_folder_that_is_a_file_ends_with_status_2_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes").write_text("mine")

    assert cli.main(["lab", str(tmp_path / "notes")]) == cli.USED_WRONGLY
    told = capsys.readouterr().err
    assert f"cannot put the course into {tmp_path / 'notes'}: that is a file, not a folder." in told
    assert told.count("\n") == 1


def test_without_jupyterlab_it_says_how_to_install_it_and_copies_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda _name: None)

    assert cli.main(["lab", str(tmp_path / "course")]) == cli.USED_WRONGLY
    assert 'pip install "bpcheck[lab]"' in capsys.readouterr().err
    assert not (tmp_path / "course").exists()


def test_an_installation_without_notebooks_is_our_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_course() -> None:
        raise CourseError("this installation of bpcheck holds no notebooks")

    monkeypatch.setattr(course, "find_course", no_course)

    assert cli.main(["lab", str(tmp_path / "course")]) == cli.OUR_FAULT
    assert "holds no notebooks" in capsys.readouterr().err


def test_a_bug_of_ours_is_called_one_and_is_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python's own status for an uncaught exception is 1, which here means 'release found something'."""
    monkeypatch.setattr(course, "copy_course", lambda _folder: 1 / 0)

    assert cli.main(["lab", str(tmp_path)]) == cli.OUR_FAULT
    told = capsys.readouterr().err
    assert "ZeroDivisionError" in told
    assert "a fault of bpcheck, not yours" in told


def test_ctrl_c_while_jupyterlab_is_starting_is_an_end_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    copied = course.Copied((course.FIRST,), ())
    monkeypatch.setattr(course, "copy_course", lambda _folder: copied)
    monkeypatch.setattr(lab, "serve", interrupted)

    assert cli.main(["lab", str(tmp_path)]) == cli.OK


def test_a_reader_who_has_seen_enough_is_no_fault() -> None:
    """`bpcheck … | head` closes the pipe; Python's own last flush must not complain either."""
    code = "import sys; from bpcheck import cli; cli._release = lambda _: print('x' * 10**6) or 0; sys.exit(cli.main(['release']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        run.stdout.read(10)
        run.stdout.close()
        assert run.stderr is not None
        assert run.stderr.read() == b""
    assert run.returncode == 0


def test_it_counts_what_was_copied_and_what_was_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lab, "serve", lambda *_: None)
    new = (Path("01_a", "01_a.ipynb"), Path("01_a", "picture.png"), Path("02_b", "02_b.ipynb"))
    monkeypatch.setattr(course, "copy_course", lambda _folder: course.Copied(new, (course.FIRST,)))

    assert cli.main(["lab", str(tmp_path)]) == cli.OK
    assert capsys.readouterr().out.splitlines() == [
        f"Copied 2 notebooks to {tmp_path}",
        "1 notebook was there already: left as it is",
    ]

"""Copying the course: per file, whole or not at all, and never over a student's work."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bpcheck import course
from bpcheck.errors import CourseError, UsageError

NOBODY = 65534


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    """A course of two assignments, with what lies about in a clone."""
    top = tmp_path / "notebooks"
    for name in ("00_start_here", "02_chain_rule"):
        (top / name / ".ipynb_checkpoints").mkdir(parents=True)
        (top / name / ".ipynb_checkpoints" / "old.ipynb").write_text("{}")
        (top / name / f"{name}.ipynb").write_text(f'{{"name": "{name}"}}\n')
    (top / "02_chain_rule" / "figures").mkdir()
    (top / "02_chain_rule" / "figures" / "roads.svg").write_text("<svg/>")
    (top / "LICENSE").write_text("CC BY 4.0")
    return top


def test_an_empty_folder_gets_the_whole_course_byte_for_byte(notebooks: Path, tmp_path: Path) -> None:
    done = course.copy_course(tmp_path / "mine", notebooks)

    assert [path.as_posix() for path in done.new] == [
        "00_start_here/00_start_here.ipynb",
        "02_chain_rule/02_chain_rule.ipynb",
        "02_chain_rule/figures/roads.svg",
    ]
    assert done.kept == ()
    for path in done.new:
        assert (tmp_path / "mine" / path).read_bytes() == (notebooks / path).read_bytes()


def test_nothing_but_the_course_is_copied(notebooks: Path, tmp_path: Path) -> None:
    """No licence, no checkpoint of an author, no temporary file of the copying itself."""
    done = course.copy_course(tmp_path / "mine", notebooks)

    there = {p.relative_to(tmp_path / "mine") for p in (tmp_path / "mine").rglob("*") if p.is_file()}
    assert there == set(done.new)


def test_a_students_notebook_is_left_alone_and_a_missing_one_added(notebooks: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine" / "02_chain_rule" / "02_chain_rule.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"my work\r\n")
    before = mine.stat()

    done = course.copy_course(tmp_path / "mine", notebooks)

    assert done.kept == (Path("02_chain_rule/02_chain_rule.ipynb"),)
    assert Path("00_start_here/00_start_here.ipynb") in done.new
    assert mine.read_bytes() == b"my work\r\n"
    assert (mine.stat().st_mtime_ns, mine.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_dangling_link_of_the_student_counts_as_theirs(notebooks: Path, tmp_path: Path) -> None:
    link = tmp_path / "mine" / "00_start_here" / "00_start_here.ipynb"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "usb-stick" / "start.ipynb")

    assert course.FIRST in course.copy_course(tmp_path / "mine", notebooks).kept
    assert link.is_symlink()


def test_an_interrupted_copy_leaves_no_half_notebook_and_is_finished_the_next_time(
    notebooks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(course.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        course.copy_course(tmp_path / "mine", notebooks)
    assert [path for path in (tmp_path / "mine").rglob("*") if path.is_file()] == []

    monkeypatch.undo()
    assert len(course.copy_course(tmp_path / "mine", notebooks).new) == 3


def test_a_file_on_the_way_to_the_folder_is_named(notebooks: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")

    with pytest.raises(UsageError, match="notes is a file, not a folder"):
        course.copy_course(tmp_path / "notes" / "course", notebooks)
    assert (tmp_path / "notes").read_text() == "mine"


def test_a_file_in_the_place_of_an_assignment_is_reported_not_replaced(
    notebooks: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "02_chain_rule").write_text("mine")

    with pytest.raises(UsageError, match="cannot put the course into"):
        course.copy_course(tmp_path / "mine", notebooks)
    assert (tmp_path / "mine" / "02_chain_rule").read_text() == "mine"


@pytest.fixture
def read_only(notebooks: Path) -> Iterator[Path]:
    """A folder with a course in it that this process may read but not write, whoever runs the tests."""
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        folder = Path(name)
        shutil.copytree(notebooks, folder / "notebooks")
        folder.chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(NOBODY)  # root may write everywhere
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_a_folder_that_may_not_be_written_is_one_sentence(read_only: Path) -> None:
    with pytest.raises(UsageError, match=r"Permission denied\. Name another folder: bpcheck lab FOLDER"):
        course.copy_course(read_only / "mine", read_only / "notebooks")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of POSIX")
def test_a_complete_course_that_may_not_be_written_is_refused_before_a_student_works(read_only: Path) -> None:
    with pytest.raises(UsageError, match=r"you may not write there"):
        course.copy_course(read_only / "notebooks", read_only / "notebooks")


def test_a_course_without_notebooks_is_the_authors_fault(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()

    with pytest.raises(CourseError, match="holds no notebooks"):
        course.copy_course(tmp_path / "mine", tmp_path / "notebooks")


def test_the_course_inside_the_package_comes_before_a_folder_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In site-packages a folder 'notebooks' may be anybody's."""
    (tmp_path / "notebooks" / "00_start_here").mkdir(parents=True)
    (tmp_path / "bpcheck" / "course").mkdir(parents=True)
    monkeypatch.setattr(course, "files", lambda _name: tmp_path / "bpcheck")

    assert course.find_course() == tmp_path / "bpcheck" / "course"


def test_in_a_clone_the_course_is_the_repositorys_notebooks(
    notebooks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "files", lambda _name: tmp_path / "bpcheck")
    with pytest.raises(CourseError, match="Install it again"):
        course.find_course()  # a folder of that name alone proves nothing

    (tmp_path / "nbgrader_config.py").write_text("")
    assert course.find_course() == notebooks

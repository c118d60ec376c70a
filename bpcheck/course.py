"""Where the student's notebooks lie, and how they get into a folder of the student's.

The notebooks travel in the wheel as `bpcheck/course`; in a clone they are the repository's `notebooks/`.
A student's folder is theirs: what is there is never read, changed or replaced, file by file.

Imports: bpcheck.errors.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from bpcheck.errors import CourseError, UsageError

FIRST = Path("00_start_here", "00_start_here.ipynb")  # what a newcomer sees first
ASSIGNMENT = re.compile(r"\d\d_\w+")  # a folder of the course; LICENSE and the like stay behind


@dataclass(frozen=True, slots=True)
class Copied:
    """What `copy_course` did, in files, each path relative to the folder and starting with an assignment."""

    new: tuple[Path, ...]  # were not there, are now
    kept: tuple[Path, ...]  # were there already: untouched


def find_course() -> Traversable:
    """The folder that holds the release notebooks of this installation.

    Raises
    ------
    CourseError : there is none, neither in the package nor beside it.
    """
    package = files("bpcheck")
    inside = package / "course"
    if inside.is_dir():
        return inside
    if isinstance(package, Path):
        beside = package.parent / "notebooks"
        # An installed package lies beside many others: only our own repository has both.
        if beside.is_dir() and (package.parent / "nbgrader_config.py").is_file():
            return beside
    raise CourseError(
        f"this installation of bpcheck holds no notebooks: {inside} does not exist, and it is no clone of "
        'the repository. Install it again: pip install --force-reinstall "bpcheck[lab]"'
    )


def course_files(course: Traversable) -> Iterator[tuple[Path, Traversable]]:
    """Every file of every assignment, sorted, with its path inside `course`; hidden files are left out."""
    for folder in sorted(course.iterdir(), key=lambda entry: entry.name):
        if folder.is_dir() and ASSIGNMENT.fullmatch(folder.name):
            yield from _files_below(Path(folder.name), folder)


def _files_below(path: Path, folder: Traversable) -> Iterator[tuple[Path, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith((".", "__")):
            continue  # .ipynb_checkpoints and __pycache__ of somebody who worked in the clone
        if entry.is_dir():
            yield from _files_below(path / entry.name, entry)
        else:
            yield path / entry.name, entry


def copy_course(folder: Path, course: Traversable | None = None) -> Copied:
    """Copy into `folder` what is not there yet, and say what was.

    Parameters
    ----------
    folder : made if it does not exist
    course : where to copy from; by default `find_course()`

    Raises
    ------
    UsageError : `folder`, or something on the way to it, is a file or may not be written.
    CourseError : the course holds no notebook.
    """
    wanted = list(course_files(course or find_course()))
    if not wanted:
        raise CourseError(f"{course or find_course()} holds no notebooks")
    new, kept = [], []
    try:
        _refuse_what_is_no_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for path, source in wanted:
            if os.path.lexists(folder / path):
                kept.append(path)
            else:
                _write_whole(folder / path, source.read_bytes())
                new.append(path)
        if not os.access(folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise PermissionError(None, "you may not write there")
    except OSError as error:
        raise UsageError(
            f"cannot put the course into {folder}: {error.strerror or error}. "
            "Name another folder: bpcheck lab FOLDER"
        ) from error
    return Copied(tuple(new), tuple(kept))


def _refuse_what_is_no_folder(folder: Path) -> None:
    """The operating system says 'File exists' for a file where a folder should be; that helps nobody."""
    for step in (folder, *folder.parents):
        if os.path.lexists(step) and not step.is_dir():
            what = "that" if step == folder else step
            raise NotADirectoryError(None, f"{what} is a file, not a folder")


def _write_whole(target: Path, content: bytes) -> None:
    """Write under a temporary name, then rename: nobody ever sees half a notebook."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # on disk before the name is, or a power cut leaves an empty notebook
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)

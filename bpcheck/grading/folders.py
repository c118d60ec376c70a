"""Where a course's submissions, marks and secret are, as its nbgrader_config.py says.

Imports: bpcheck.errors; traitlets on call.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpcheck.errors import UsageError

CONFIG = "nbgrader_config.py"
LAYOUT = os.path.join("{nbgrader_step}", "{student_id}", "{assignment_id}")  # noqa: PTH118 - nbgrader's own words
SECRET = ".bpcheck_secret"
LENGTH = 32  # bytes


@dataclass(frozen=True, slots=True)
class Course:
    """A course folder of nbgrader's."""

    root: Path
    submitted: Path
    autograded: Path
    db_url: str
    course_id: str
    config: Any  # a traitlets Config: late penalties, permissions


def open_course(root: Path, db_url: str | None = None) -> Course:
    """Read nbgrader_config.py the way nbgrader does.

    Parameters
    ----------
    root : the folder that holds it
    db_url : of the gradebook, "postgresql://…"; by default what the configuration says

    Raises
    ------
    UsageError : there is no configuration here, or one whose folders are not nbgrader's usual ones.
    """
    if not (root / CONFIG).is_file():
        raise UsageError(f"{root} has no {CONFIG}; grade at the top of the course, where that file stands")
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    given = config.CourseDirectory
    if given.get("directory_structure", LAYOUT) != LAYOUT:
        raise UsageError(
            f"{CONFIG} sets CourseDirectory.directory_structure; bpcheck reads only nbgrader's own: {LAYOUT}"
        )
    root = Path(given.get("root", root)).resolve()
    submitted, autograded = (
        root / given.get(f"{step}_directory", step) for step in ("submitted", "autograded")
    )
    url = with_driver(db_url or given.get("db_url", f"sqlite:///{root / 'gradebook.db'}"))
    return Course(root, submitted, autograded, url, given.get("course_id", "default_course"), config)


def with_driver(url: str) -> str:
    """A PostgreSQL address with the driver that `bpcheck[grading]` installs, unless it names one.

    >>> with_driver("postgresql://ada@db.example.org/marks")
    'postgresql+psycopg://ada@db.example.org/marks'
    >>> with_driver("sqlite:///gradebook.db")
    'sqlite:///gradebook.db'
    """
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def secret(root: Path) -> bytes:
    """The course's own, from which every seed is derived; made at the first call.

    Raises
    ------
    UsageError : it cannot be read or written.
    """
    path = root / SECRET
    try:
        if not path.exists():
            _make_secret(path)
        found = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read or write {path}, which the random inputs come from: {error.strerror}"
        ) from None
    if len(found) < LENGTH:
        raise UsageError(f"{path} is cut short. Delete it: a new one is made, and other numbers are drawn")
    return found


def _make_secret(path: Path) -> None:
    """Whole under a temporary name, then linked: the first of two processes wins, and neither reads half of it."""
    descriptor, part = tempfile.mkstemp(prefix=SECRET, dir=path.parent)  # readable by its owner only
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(secrets.token_bytes(LENGTH))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        Path(part).unlink()

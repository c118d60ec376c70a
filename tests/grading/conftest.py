"""A small course for each test that wants one."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import REPOSITORY, SmallCourse, cells


@pytest.fixture
def small_course(tmp_path: Path) -> SmallCourse:
    """A sound course, nothing released yet."""
    root = tmp_path / "repository"
    root.mkdir()
    (root / "nbgrader_config.py").write_bytes((REPOSITORY / "nbgrader_config.py").read_bytes())
    made = SmallCourse(root)
    made.write_source(cells())
    return made

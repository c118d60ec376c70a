"""Notebook 02 in JupyterLab, in a real browser, from the blank release to a right answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from lab_process import Lab
from notebook_cells import CHAPTER, RELEASE, TWO_ROADS_RIGHT, TWO_ROADS_WRONG, nbgrader_cells, points, read
from open_notebook import PATIENCE, OpenNotebook

from bpcheck.course import FIRST

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]
Screenshot = Callable[[str, "Locator"], None]


def _open(course: Lab, page: Page, name: str) -> OpenNotebook:
    """A copy of its own, with a kernel of its own."""
    copy = course.cwd / "bpcheck-course" / CHAPTER / name
    copy.write_bytes(RELEASE.read_bytes())
    return OpenNotebook(page, course.address.replace(FIRST.as_posix(), f"{CHAPTER}/{name}"))


def test_nothing_is_asked_before_the_first_exercise(course: Lab, page: Page) -> None:
    """JupyterLab wants to know about news, after a while; a newcomer has come for something else."""
    notebook = OpenNotebook(page, course.address)
    notebook.run_all()

    assert page.locator(".jp-Dialog, .jp-Notification-Toast, .Toastify__toast").count() == 0


def test_run_all_on_the_blank_release_runs_to_the_end(
    course: Lab, page: Page, screenshot: Screenshot
) -> None:
    """A check cell raises; without its tag the first one would stop all that follow."""
    notebook = _open(course, page, "blank.ipynb")
    notebook.run_all()

    saved = notebook.saved_form()
    code = [cell for cell in saved["cells"] if cell["cell_type"] == "code"]
    assert [cell["id"] for cell in code if cell["execution_count"] is None] == []
    for grade_id in points(read(RELEASE)):
        assert "<strong>NOTHING TO CHECK YET</strong>" in str(nbgrader_cells(saved)[grade_id]["outputs"]), (
            grade_id
        )
    shown = notebook.show("two_roads").locator(".jp-Cell-outputArea")
    assert shown.locator(".bpcheck strong").inner_text() == "NOTHING TO CHECK YET"
    screenshot("nothing_to_check_yet", shown)


def test_a_wrong_and_then_a_right_answer_are_told_apart_on_the_page(
    course: Lab, page: Page, screenshot: Screenshot
) -> None:
    from playwright.sync_api import expect

    notebook = _open(course, page, "typed.ipynb")
    notebook.run_all()
    for text, verdict in ((TWO_ROADS_WRONG, "NOT YET"), (TWO_ROADS_RIGHT, "RIGHT")):
        notebook.type_into("two_roads-answer", text)
        assert nbgrader_cells(notebook.saved_form())["two_roads-answer"]["source"] == text
        notebook.run("two_roads-answer")
        shown = notebook.run("two_roads")
        expect(shown.locator(".bpcheck strong")).to_have_text(verdict, timeout=PATIENCE)
        screenshot(verdict.lower().replace(" ", "_"), shown)

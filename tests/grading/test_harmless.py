"""What a student's cell shows reaches an instructor's browser without anything that acts there."""

from __future__ import annotations

from typing import Any

import pytest
from graded_course import RIGHT, GradedCourse

from bpcheck import draw
from bpcheck.grading.harmless import MANY_AT_ONCE, harmless
from bpcheck.grading.model import RECORD

PAGES = {
    "a script": "<script>alert(1)</script>",
    "an event": "<img src=x onerror=alert(1)>",
    "a link that runs": "<a href='javascript:alert(1)'>x</a>",
    "a link that runs, in two lines": "<a href='java\nscript:alert(1)'>x</a>",
    "SVG": "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "a page in the page": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "a form": "<form action='/formgrader/api/grade'><input name=score><button>Click me</button></form>",
    "a style that covers the page": "<div style='position:fixed;top:0;left:0'>graded: 100</div>",
    "a sheet of styles": "<style>body { display: none }</style>",
    "a picture from elsewhere": "<img src='http://example.org/seen.png'>",
    "a background from elsewhere": "<p style='background:u\\72l(http://example.org/seen.png)'>x</p>",
    "MathML": "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></math>",
}
ACTIVE = (
    "<script",
    "onerror",
    "onload",
    "javascript:",
    "<svg",
    "<iframe",
    "<form",
    "<input",
    "<button",
    "fixed",
    "<style",
)


def cleaned(html: str) -> str:
    page = {"output_type": "display_data", "metadata": {}, "data": {"text/html": html, "text/plain": "p"}}
    (shown,), _ = harmless([page])
    return str(shown["data"].get("text/html", ""))


@pytest.mark.parametrize("page", PAGES)
def test_nothing_acts_and_nothing_is_loaded_from_elsewhere(page: str) -> None:
    found = cleaned(PAGES[page])

    assert not [sign for sign in (*ACTIVE, "example.org") if sign in found]


def test_tables_and_the_courses_own_figures_are_shown_as_they_are() -> None:
    figure = draw.chain(0.8)._repr_html_()
    table = '<table class="dataframe"><tbody><tr><th scope="row">0</th><td style="color:red;">1.5</td></tr></tbody></table>'

    assert cleaned(table) == table
    assert cleaned(figure).count("data:image/png;base64,") == figure.count("data:image/png;base64,") == 1


def test_scripts_widgets_and_records_of_a_students_own_are_dropped() -> None:
    data = {
        "application/javascript": "alert(1)",
        "application/vnd.jupyter.widget-view+json": {},
        RECORD: {"points": 100},
        "image/svg+xml": "<svg/>",
        "text/plain": "p",
    }
    (shown,), _ = harmless([{"output_type": "display_data", "metadata": {"a": {"b": 1}}, "data": data}])

    assert shown == {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "p"}}


def test_html_that_would_take_long_to_clean_leaves_its_plain_text() -> None:
    """Deeply nested tags cost the square of their number."""
    assert cleaned("<p><b>" * MANY_AT_ONCE) == ""
    assert harmless([], 5) == ([], 5)


@pytest.mark.slow
def test_no_script_of_a_student_reaches_the_feedback_page(
    graded_course: GradedCourse, run_class: Any
) -> None:
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    show = "\nfrom IPython.display import HTML, Javascript, Markdown, display"
    for kind in ("HTML", "Markdown", "Javascript"):
        show += f"\ndisplay({kind}('<script>steal(1)</script>' if '{kind}' != 'Javascript' else 'steal(1)'))"

    def change(notebook: dict[str, Any]) -> None:
        notebook["cells"][0]["source"] += "\n\n<script>steal(1)</script><img src=x onerror=steal(1)>"
        notebook["cells"][1]["source"] += show

    graded_course.hand_in("s001", RIGHT, change)
    run_class()
    config = graded_course.course.config
    config.CourseDirectory.update(root=str(graded_course.root), assignment_id="02_small")
    GenerateFeedback(coursedir=CourseDirectory(config=config), config=config).start()
    page = (graded_course.root / "feedback" / "s001" / "02_small" / "02_small.html").read_text()

    assert "RIGHT" in page
    assert "<script>steal" not in page
    assert 'onerror="steal' not in page
    assert "steal(1)" in page  # it is there to be read

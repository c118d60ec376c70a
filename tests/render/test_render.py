"""Text and HTML say the same; nothing in them depends on a colour."""

import re
from html import unescape

import numpy as np
import pytest

from bpcheck import render
from bpcheck.gradcheck.compare import compare, exact
from bpcheck.gradcheck.facts import Finding, Outcome, Verdict
from bpcheck.report import Report, check_gradient

W = np.arange(12.0).reshape(3, 4) + 0.5
OUTCOME = Outcome(
    "softmax_ce_backward",
    Verdict.WRONG,
    (compare("W", 5 * W, exact(W)), compare("b", np.ones(3), exact(np.ones(3)))),
    (Finding("F3", "Every entry is 5 times too large & N is 5. See `mean`."),),
    ("While it ran it printed: <b>",),
    ('Stuck? `bpcheck.hint("softmax_ce_backward")`',),
)


def words(html):
    """The text of some HTML, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_verdict_comes_first_and_what_to_type_next_last():
    lines = render.text(OUTCOME).splitlines()

    assert lines[0] == "NOT YET   softmax_ce_backward"
    assert lines[-1].strip() == 'Stuck? `bpcheck.hint("softmax_ce_backward")`'


def test_the_text_locates_shows_some_and_counts_the_rest():
    text = render.text(OUTCOME)

    assert "W   (3, 4)  12 of 12 entries differ: every entry" in text
    assert re.search(r"\[0, 0\]\s+2\.5\d*\s+0\.5\d*\s+\+2", text)
    assert "... and 8 more" in text
    assert "b   right" in text


@pytest.mark.parametrize(
    "fragment", ["NOT YET", "12 of 12 entries differ: every entry", "2.50000000", "F3", "<b>", "& N is 5"]
)
def test_html_says_what_the_text_says(fragment):
    assert fragment in render.text(OUTCOME)
    assert fragment in words(render.html(OUTCOME))


def test_html_escapes_what_a_student_wrote():
    assert "<b>" not in render.html(OUTCOME)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_a_word_and_a_sign_of_its_own(verdict):
    page = render.html(Outcome("f", verdict))
    signs = {words(render.html(Outcome("f", v))).split()[0] for v in Verdict}

    assert verdict.value.upper() in page
    assert len(signs) == len(Verdict)


def test_the_map_of_differences_marks_exactly_the_wrong_entries():
    yours = W.copy()
    yours[1, 2] += 1
    page = render.html(Outcome("f", Verdict.WRONG, (compare("W", yours, exact(W)),)))

    assert page.count("×</td>") == 1


def test_a_right_answer_says_how_much_was_compared():
    right = tuple(compare("y", np.array(x), exact(x), f"x = {x}") for x in (1.0, 2.0, 3.0))

    assert "Right at all 3 inputs" in render.text(Outcome("f", Verdict.RIGHT, right))


def test_a_numerical_derivative_is_shown_with_its_error():
    x = np.array([1.0, 2.0])
    text = str(check_gradient(lambda x: (x**3).sum(), {"x": 3.3 * x**2}, at={"x": x}))

    assert "± error" in text
    assert re.search(r"\[0\]\s+3\.3\d*\s+3\S*\s+\de-\d\d", text)


def test_numbers_are_listed_by_their_place_even_where_arrays_follow():
    points = (1.0, 2.0, np.array([3.0, 4.0]))
    wrong = tuple(compare("u", np.array(2.0 * x), exact(x), f"x = {x}") for x in points)
    text = render.text(Outcome("values", Verdict.WRONG, wrong))

    assert "u   3 of 3 cases differ" in text
    assert re.search(
        r"at\s+yours\s+expected\s+difference\n\s+x = 1\.0\s+2\s+1\s+\+1\n\s+x = 2\.0\s+4\s+2\s+\+2\n", text
    )
    assert "... and 1 more" in text


def test_a_lone_number_has_no_place_among_entries():
    text = str(check_gradient(lambda w: w**3, 5.0, at=2.0))

    assert re.search(r"w   differs\n\s+yours\s+numerical", text)


def test_a_report_shows_itself_as_text_and_as_html():
    report = Report(OUTCOME)

    assert repr(report) == str(report) == render.text(OUTCOME)
    assert report._repr_html_() == render.html(OUTCOME)


def test_the_figure_of_no_comparison_says_so():
    """A gradient that is None has no map; an empty picture would look like a fault of the drawing."""
    figure = Report(Outcome("loss", Verdict.WRONG)).plot()

    assert "print(report)" in figure.texts[0].get_text()


def test_the_figure_has_one_map_per_array_and_a_cross_per_wrong_entry():
    figure = Report(OUTCOME).plot()
    maps = [axes for axes in figure.axes if axes.images]

    assert [axes.get_title() for axes in maps] == ["W", "b"]
    assert [len(axes.lines[0].get_xdata()) for axes in maps] == [12, 0]

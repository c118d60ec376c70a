"""What a class got wrong, counted from graded notebooks that are written here by hand."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from small_course import REPOSITORY

from bpcheck import cli, exercises
from bpcheck.errors import UsageError
from bpcheck.grading import folders
from bpcheck.grading.model import RECORD
from bpcheck.grading.summary import Summary, summarise
from bpcheck.grading.summary_page import page
from bpcheck.grading.summary_text import as_csv, text

NAME = "02_chain_rule"
ONE_ROAD = next(m for m in exercises.find("two_roads").mistakes if m.code == "C7")
STOPPED = "Python stopped in your line {}: `<b>`."
# exercise, verdict, (code, array, sentence) of each mistake
Report = tuple[str, str, list[tuple[str, str, str]]]

RIGHT: Report = ("two_roads", "right", [])
BLANK: Report = ("two_roads", "nothing to check yet", [("G0", "", "The placeholder is still there.")])
C7: Report = ("two_roads", "not yet", [("C7", "", ONE_ROAD.sentence)])


def stopped(line: int) -> Report:
    """An error of Python's, whose sentence is another one for each student."""
    return ("cost", "could not run", [("G10", "", STOPPED.format(line))])


def cell(report: Report, graded: bool = True) -> dict[str, Any]:
    exercise, verdict, mistakes = report
    record = {
        "exercise": exercise,
        "verdict": verdict,
        "mistakes": [{"code": c, "array": a, "sentence": s} for c, a, s in mistakes],
    }
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "…", RECORD: record}}
    return {
        "cell_type": "code",
        "metadata": {"nbgrader": {"grade": graded}},
        "source": "",
        "outputs": [output],
    }


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "nbgrader_config.py").write_bytes((REPOSITORY / "nbgrader_config.py").read_bytes())
    return tmp_path


def graded(course: Path, student: str, *cells: dict[str, Any]) -> None:
    path = course / "autograded" / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def summary(course: Path) -> Summary:
    return summarise(folders.open_course(course), NAME)


@pytest.fixture
def a_class(course: Path) -> Path:
    """Anna and Ben take one road, Ben and Cleo do not run, Dora is right, Emil is blank."""
    graded(course, "anna", cell(C7), cell(("cost", "right", [])))
    graded(course, "ben", cell(C7), cell(stopped(3)))
    graded(course, "cleo", cell(RIGHT), cell(stopped(7)))
    graded(course, "dora", cell(RIGHT), cell(("cost", "right", [])))
    graded(course, "emil", cell(BLANK), cell(("cost", "right", [])))
    return course


def test_a_mistake_is_counted_with_its_sentence_among_those_who_wrote_something(a_class: Path) -> None:
    (one_road,) = [made for made in summary(a_class).mistakes if made.code == "C7"]

    assert (one_road.exercise, one_road.sentence, one_road.example) == ("two_roads", ONE_ROAD.sentence, False)
    assert one_road.students == ("anna", "ben")
    assert one_road.attempted == 4


def test_verdicts_are_counted_exercise_by_exercise_in_the_notebooks_order(a_class: Path) -> None:
    found = {tally.exercise: tally.verdicts for tally in summary(a_class).tallies}

    assert list(found) == ["two_roads", "cost"]
    assert found["two_roads"] == {"right": 2, "not yet": 2, "nothing to check yet": 1}
    assert found["cost"] == {"right": 3, "could not run": 2}


def test_an_error_that_says_something_else_to_each_student_is_one_entry_with_an_example(
    a_class: Path,
) -> None:
    (made,) = [made for made in summary(a_class).mistakes if made.code == "G10"]

    assert made.students == ("ben", "cleo")
    assert made.example
    assert made.sentence in (STOPPED.format(3), STOPPED.format(7))


def test_the_most_frequent_comes_first(a_class: Path) -> None:
    graded(a_class, "finn", cell(RIGHT), cell(stopped(1)))

    assert [(made.code, len(made.students)) for made in summary(a_class).mistakes] == [("G10", 3), ("C7", 2)]


def test_a_blank_answer_is_a_verdict_and_no_mistake(course: Path) -> None:
    graded(course, "emil", cell(BLANK))

    assert summary(course).mistakes == ()
    assert "no mistakes" in text(summary(course))


def test_one_student_counts_once_however_often_the_mistake_is_reported(course: Path) -> None:
    graded(course, "anna", cell(("two_roads", "not yet", [*C7[2], *C7[2]])))

    assert [len(made.students) for made in summary(course).mistakes] == [1]


def test_a_record_in_a_cell_that_is_not_graded_counts_for_nothing(course: Path) -> None:
    """A student can print one; the grader takes it away, but other tools do not."""
    graded(course, "anna", cell(C7, graded=False), cell(RIGHT))

    assert summary(course).mistakes == ()


def test_a_file_that_is_no_notebook_stops_nothing(a_class: Path) -> None:
    (a_class / "autograded" / "anna" / NAME / "broken.ipynb").write_text("{")

    assert summary(a_class).students == 5


@pytest.mark.parametrize("show", [text, as_csv, page])
def test_no_student_is_named_unless_asked(show: Any, a_class: Path) -> None:
    found = summary(a_class)

    assert not re.search("anna|ben|cleo", show(found))
    assert all(name in show(found, names=True) for name in ("anna", "ben", "cleo"))


def test_the_text_gives_count_exercise_code_and_sentence(a_class: Path) -> None:
    shown = " ".join(text(summary(a_class)).split())

    assert f"2 of 4 two_roads C7 {' '.join(ONE_ROAD.sentence.split())}" in shown


def test_the_csv_holds_every_count(a_class: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(summary(a_class)))))

    counts = {(row["exercise"], row["name"]): (int(row["students"]), int(row["of"])) for row in rows}
    assert counts["two_roads", "C7"] == (2, 4)
    assert counts["cost", "G10"] == (2, 5)
    assert counts["cost", "right"] == (3, 5)


def test_a_spreadsheet_computes_nothing_that_a_student_wrote(course: Path) -> None:
    graded(course, "anna", cell(("cost", "could not run", [("G10", "", "=1+1")])))

    (row,) = [r for r in csv.DictReader(io.StringIO(as_csv(summary(course)))) if r["kind"] == "mistake"]
    assert row["sentence"] == "'=1+1"


class Elements(HTMLParser):
    """Every element's name and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_needs_nothing_from_elsewhere_and_runs_no_script(a_class: Path) -> None:
    found = Elements(page(summary(a_class))).found

    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in found}
    links = [
        attrs.get(key) or "" for _, attrs in found for key in ("src", "href", "xlink:href") if key in attrs
    ]
    assert all(link.startswith("#") for link in links)


def test_what_a_student_wrote_is_text_on_the_page(a_class: Path) -> None:
    shown = page(summary(a_class))

    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown


def test_each_plot_says_its_numbers_in_words_and_has_its_table_beside_it(a_class: Path) -> None:
    shown = page(summary(a_class))

    verdicts, mistakes = [attrs["aria-label"] or "" for tag, attrs in Elements(shown).found if tag == "svg"]
    assert "two_roads: 2 right, 2 not yet, 1 nothing to check yet" in verdicts
    assert "two_roads  C7: 2; cost  G10: 2" in mistakes
    assert shown.count('<div class="beside"><figure><svg') == 2
    for element in re.findall(r"<svg.*?</svg>", shown, re.S):
        ET.fromstring(element)  # a browser is more forgiving than other programs


def test_the_command_prints_and_writes_what_is_asked_for(
    a_class: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(a_class)

    assert cli.main(["summary", NAME, "--csv", "s.csv", "--html", "s.html"]) == cli.OK
    told = capsys.readouterr().out
    assert told.startswith(f"{NAME}   5 students, 2 exercises\n")
    assert told.endswith("s.csv written\n\ns.html written\n")
    assert (a_class / "s.csv").read_text() == as_csv(summary(a_class))
    assert (a_class / "s.html").read_text() == page(summary(a_class))
    assert cli.main(["summary", NAME, "--html", "nowhere/s.html"]) == cli.USED_WRONGLY
    assert "cannot write nowhere/s.html" in capsys.readouterr().err


def test_where_nothing_is_graded_it_says_what_to_run(course: Path) -> None:
    with pytest.raises(UsageError, match=f"nothing is graded for '{NAME}'. Run: bpcheck grade {NAME}"):
        summary(course)

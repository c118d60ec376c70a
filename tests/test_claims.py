"""The index of claims: complete, and the same as what each notebook says of itself."""

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "book" / "claims.md").read_text(encoding="utf-8")
NAMES = sorted(path.parent.name for path in ROOT.glob("solutions/*/*.ipynb"))


class Row(NamedTuple):
    number: str  # "A1"
    kind: str  # "M", or "Q/M"
    content: str
    notebooks: str  # "02, 07"


ROWS = [
    Row(*(cell.strip() for cell in line.strip("| ").split("|")))
    for line in PAGE.splitlines()
    if re.match(r"\|\s*[A-Z]\d+\s*\|", line)
]


def notebook(name):
    return json.loads((ROOT / "solutions" / name / f"{name}.ipynb").read_text(encoding="utf-8"))


def metadata(name):
    return notebook(name)["metadata"]["bpcheck"]


def texts(name):
    """What stands in the text cells of a notebook, by the id of the cell."""
    return {
        cell["id"]: "".join(cell["source"])
        for cell in notebook(name)["cells"]
        if cell["cell_type"] == "markdown"
    }


def rows_naming(notebook):
    return [row.number for row in ROWS if notebook in row.notebooks.split(", ")]


def test_the_page_has_all_rows_of_the_four_texts_without_gaps():
    sizes = {"A": 27, "B": 18, "C": 34, "D": 23}

    assert [row.number for row in ROWS] == [
        f"{t}{i}" for t, size in sizes.items() for i in range(1, size + 1)
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_a_row_says_something_and_its_kinds_are_explained(row):
    explained = re.findall(r"^\| ([A-Z]) \|", PAGE, re.M)

    assert row.content
    assert set(row.kind.split("/")) <= set(explained)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_a_row_names_notebooks_between_00_and_13(row):
    named = row.notebooks.split(", ")

    assert set(named) <= {f"{i:02}" for i in range(14)}
    assert named == sorted(set(named))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_the_rows_of_kind_m_and_no_others_have_a_repair(row):
    wrong, _, repair = row.content.partition("**Repair:**")

    assert wrong.strip()
    assert bool(repair.strip()) == ("M" in row.kind.split("/"))


def test_every_notebook_but_08_answers_some_row():
    """The page says so of 08, which checks the others' answers."""
    assert [f"{i:02}" for i in range(14) if not rows_naming(f"{i:02}")] == ["08"]
    assert "No row names 08" in PAGE


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_claims_exactly_the_rows_that_name_it(name):
    assert sorted(metadata(name)["claims"]) == sorted(rows_naming(name[:2]))


@pytest.mark.parametrize("name", NAMES)
def test_a_claim_is_answered_by_a_text_cell_of_the_notebook(name):
    assert set(metadata(name)["claims"].values()) <= set(texts(name))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "M" in row.kind.split("/")], ids=lambda row: row.number
)
def test_what_is_said_often_but_wrong_has_its_box(row):
    """Where several notebooks answer the row, one box is enough."""
    answers = [
        texts(name)[metadata(name)["claims"][row.number]]
        for name in NAMES
        if row.number in metadata(name)["claims"]
    ]

    assert any("**Said often, but.**" in answer for answer in answers)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_calls_a_notebook_by_its_title(name):
    assert f"| {name[:2]} | {metadata(name)['title']} |" in PAGE

"""The notebooks themselves: they run with and without solutions, and their numbers are true."""

import json
import math
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from bpcheck import exercises
from bpcheck.exercises import Quiz
from bpcheck.exercises.guess import respond

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.parent.name for path in ROOT.glob("solutions/*/*.ipynb"))


def read(folder, name):
    return nbformat.read(ROOT / folder / name / f"{name}.ipynb", as_version=4)


def run(notebook):
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return notebook


def check_cells(notebook):
    return {
        c.metadata.nbgrader.grade_id: c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")
    }


def shown(cell):
    return "".join(o.data["text/plain"] for o in cell.outputs if o.output_type == "display_data")


def prose(name):
    return "\n".join(c.source for c in read("solutions", name).cells if c.cell_type == "markdown")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_solved_notebook_runs_and_every_check_says_right(name):
    notebook = run(read("solutions", name))

    for cell in check_cells(notebook).values():
        assert shown(cell).startswith("RIGHT")
    assert not [o for c in notebook.cells for o in c.get("outputs", []) if o.output_type == "error"]
    assert not [o for c in notebook.cells for o in c.get("outputs", []) if o.get("name") == "stderr"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_blank_release_runs_to_its_end_and_every_check_says_nothing_to_check_yet(name):
    notebook = run(read("notebooks", name))
    checks = check_cells(notebook)

    assert all(shown(cell).startswith("NOTHING TO CHECK YET") for cell in checks.values())
    others = [c for c in notebook.cells if c.cell_type == "code" and c not in checks.values()]
    assert not [o for c in others for o in c.outputs if o.output_type == "error"]
    assert [c.execution_count for c in notebook.cells if c.cell_type == "code"][-1] is not None


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_of_the_chapter_has_its_check_cell_with_points(name):
    cells = check_cells(read("solutions", name))
    wanted = [e.id for e in exercises.catalogue().values() if e.chapter == name]

    assert list(cells) == wanted
    assert all(cell.metadata.nbgrader.points > 0 for cell in cells.values())
    assert all(cell.source.startswith(f"bpcheck.check({grade_id})") for grade_id, cell in cells.items())


@pytest.mark.parametrize("name", NAMES)
def test_the_printed_solution_is_the_one_in_the_notebook(name):
    answers = {
        c.metadata.nbgrader.grade_id: c.source
        for c in read("solutions", name).cells
        if c.metadata.get("nbgrader", {}).get("solution")
    }
    for exercise in exercises.catalogue().values():
        if exercise.chapter != name or isinstance(exercise, Quiz):
            continue
        printed = re.search(r"```python\n(.*?)```", exercises.prose(exercise).solution, re.S)[1]
        in_notebook = answers[f"{exercise.id}-answer"]
        for line in filter(str.strip, printed.splitlines()):
            assert line in in_notebook or '"""' in line


@pytest.mark.parametrize("name", NAMES)
def test_the_quiz_cells_offer_the_choices_that_the_remarks_answer(name):
    cells = read("solutions", name).cells
    before = {
        cell.metadata.get("nbgrader", {}).get("grade_id"): text.source for text, cell in pairwise(cells)
    }
    for quiz in (e for e in exercises.catalogue().values() if isinstance(e, Quiz) and e.chapter == name):
        text = before[f"{quiz.id}-answer"]
        for question in quiz.questions:
            asked = re.search(
                rf"\*\*{question.key}\.\*\*(.*?)(?=\*\*q\d+\.\*\*|Return one letter)", text, re.S
            )
            assert re.findall(r"\(([a-z])\) ", asked[1]) == list(question.choices)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_keeps_to_its_size_and_states_its_claims_and_licence(name):
    """A guess is a line to fill in, with nothing to read in it: it is not counted, but there are few."""
    notebook = read("solutions", name)
    guesses = [c for c in notebook.cells if c.source.startswith("bpcheck.guess(")]

    assert len(notebook.cells) - len(guesses) <= 46
    assert 1 <= len(guesses) <= 8
    assert notebook.metadata.bpcheck.claims or name.startswith("08")  # it checks the others' answers
    assert f"{notebook.metadata.bpcheck.minutes} minutes" in notebook.cells[0].source
    assert notebook.metadata.bpcheck.title in notebook.cells[0].source
    assert "CC BY 4.0" in notebook.cells[-1].source


@pytest.mark.parametrize("name", NAMES)
def test_the_source_is_stored_without_outputs_and_with_unique_ids(name):
    raw = json.loads((ROOT / "solutions" / name / f"{name}.ipynb").read_text("utf-8"))
    ids = [cell["id"] for cell in raw["cells"]]

    assert len(set(ids)) == len(ids)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in raw["cells"])


def test_the_numbers_of_notebook_00_are_true():
    text = prose("00_start_here")
    sizes = [2, 2, 1]
    weights = sum(m * n for n, m in pairwise(sizes))

    assert (weights, sum(sizes[1:]), weights + sum(sizes[1:])) == (6, 3, 9)
    assert "nine numbers of its own: six weights and three biases" in text
    assert "`return 7`. That is right for x = 3.5" in text
    assert [name[:2] for name in NAMES] == [f"{k:02}" for k in range(14)]
    assert "Fourteen notebooks, each about one idea" in text


def test_the_numbers_of_notebook_02_are_true():
    text = prose("02_chain_rule")
    x = 0.8
    v = x * x
    dv, du, dy = 2 * x, math.cos(v), math.exp(math.sin(v))
    assert f"slope {dv:.1f}, the second {du:.2f}, the third {dy:.2f}" in text
    assert f"first makes {0.01 * dv:.3f} of 0.01, the second makes about {0.01 * dv * du:.4f} of" in text
    assert f"the third about {0.01 * dv * du * dy:.4f}" in text
    assert rf"\approx {dv:.1f} \cdot {du:.2f} \cdot {dy:.2f} \approx {dv * du * dy:.2f}" in text
    assert f"That was v = {v:.2f}, not x = {x}" in text

    left = [1 * 10 * 100, 1 * 100 * 1000]
    right = [10 * 100 * 1000, 1 * 10 * 1000]
    for number in (*left, sum(left), *right, sum(right)):
        assert f"{number:,}" in text
    assert sum(right) == 10 * sum(left)
    assert "ten times as much" in text
    assert respond("cheaper_side", "a").startswith("**Yes")
    assert respond("nudge_through", dv * du * dy).startswith("**Yes")
    assert respond("nudge_through", dv + du + dy).startswith("**Not 4.2")


def test_the_three_products_of_notebook_02_are_the_same_and_cost_what_the_text_says(capsys):
    cell = next(c for c in read("solutions", "02_chain_rule").cells if c.id == "three-products")
    space = {"np": np}
    exec(cell.source, space)
    printed = capsys.readouterr().out
    output = 10 * 100 + 100 * 100 + 100 * 1000
    both = 10 * 100 + 100 * 100 * 1000 + 100 * 1000
    from_input = 100 * 100 * 1000 + 10 * 100 * 1000 + 10 * 1000

    assert re.findall(r"([\d,]+) multiplications", printed) == [f"{n:,}" for n in (output, from_input, both)]
    assert len(set(re.findall(r"last slope (.+)", printed))) == 1
    walked = [walk() for walk in space["walks"].values()]
    assert all(np.allclose(slopes, walked[0]) for slopes in walked)
    said = f"From the output it takes {output:,} multiplications, from both ends {both:,}, from the input {from_input:,}."
    assert said in prose("02_chain_rule")
    assert output < both < from_input
    assert respond("both_ends", "b").startswith("**Yes")

"""The course's figures are drawn once; whatever else a student calls `draw` is run where it stands."""

from __future__ import annotations

import pytest

from bpcheck.grading import figures
from bpcheck.grading.figures import figure_cells
from bpcheck.grading.harmless import harmless
from bpcheck.sandbox import Sandbox

IMPORT = "import numpy as np\nfrom bpcheck import draw"
FIGURE = "# the chain at 0.8\ndraw.chain(0.8)"


@pytest.mark.parametrize(
    "cell",
    [
        "draw = []",
        "def draw():\n    pass",
        "for draw in range(3):\n    pass",
        "import random as draw",
        "from my_module import draw",
        "from bpcheck.draw import chain as draw",
        "draw.chain = print",
        "def f():\n    global draw\n    draw = 1",
        "del draw",
        "%time draw.chain(1.0)",
        "draw.chain(",
    ],
)
def test_a_notebook_that_gives_the_name_another_meaning_has_no_figure_cells(cell: str) -> None:
    """A list of the student's own also has a method that is called with numbers."""
    assert figure_cells([IMPORT, cell, FIGURE]) == frozenset()


@pytest.mark.parametrize(
    "cell",
    [
        "draw.chain(x)",
        "y = draw.chain(0.8)",
        "draw.append(3)",
        "draw.chain(0.8); x = 1",
        "draw.chain(f(1))",
        "draw",
        "# draw",
    ],
)
def test_a_cell_that_may_do_more_than_draw_is_run(cell: str) -> None:
    assert figure_cells([IMPORT, cell, FIGURE]) == {2}


def test_other_uses_of_the_figures_do_no_harm() -> None:
    method = "class Value:\n    def _repr_html_(self):\n        return draw.graph(self)._repr_html_()"

    assert figure_cells([IMPORT, FIGURE, method, 'draw.products(0.8, "output")']) == {1, 3}


def test_a_figure_shows_what_the_cell_would_have_shown(grading_sandbox: Sandbox) -> None:
    with grading_sandbox.open([("a", IMPORT), ("b", FIGURE)]) as session:
        shown, _ = harmless(session.outputs[1])
    drawn = figures.outputs(FIGURE, grading_sandbox)

    assert drawn
    assert [output["data"] for output in drawn] == [output["data"] for output in shown]
    assert "image/png" in drawn[0]["data"]["text/html"]


def test_a_figure_that_cannot_be_drawn_is_left_to_the_students_own_process(grading_sandbox: Sandbox) -> None:
    assert figures.outputs("draw.chain('eight')", grading_sandbox) is None

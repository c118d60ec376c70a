"""Every hostile submission gets the points that it deserves: cells in the sandbox, verdicts from here.

The grader's whole road, from the file to the gradebook, is walked with the same list elsewhere.
"""

import pytest
from attacks import ATTACKS, CHECKER, HONEST, SHELL, build
from notebook_cells import RELEASE, points, read

from bpcheck import exercises
from bpcheck.exercises.examine import examine
from bpcheck.gradcheck.facts import Verdict
from bpcheck.grading import answers
from bpcheck.sandbox import Limits, Sandbox

LIMITS = Limits(
    cell_seconds=1.5, call_seconds=1.5, seconds=30, memory=1 << 28, processes=8, file_bytes=1 << 22, files=50
)
POINTS = points(read(RELEASE))
ASKED = [exercises.find(name) for name in ("local_slopes", "two_roads")]


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox.start(LIMITS, preload=answers.PRELOAD) as started:
        if started.level not in "AB":
            pytest.skip(
                f"level {started.level} here: {started.missing}; no hostile code is run without walls"
            )
        yield started


def code(notebook):
    """The cells to run: all that is code but figures and what belongs to other exercises."""
    others = {exercise for exercise in POINTS if exercise not in {e.id for e in ASKED}}
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
        if cell["cell_type"] == "code" and about not in others and "draw." not in cell["source"]:
            yield cell["id"], cell["source"]


def opened(sandbox, cells):
    """A session that lives; without the cells that would end it."""
    while True:
        session = sandbox.open(cells, probes=answers.probes(ASKED))
        if session.died_in is None:
            return session
        cells = [cell for k, cell in enumerate(cells) if k != session.died_in]


def test_the_list_is_long_and_every_attack_has_a_name_of_its_own():
    assert len(ATTACKS) >= 60
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


def test_the_honest_part_is_worth_what_the_list_says():
    assert POINTS["local_slopes"] == POINTS["two_roads"] == HONEST


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_a_submission_that(sandbox, attack):
    notebook, _, _ = build(attack)
    cells = list(code(notebook))
    session = opened(sandbox, cells)
    given = 0.0
    for exercise in ASKED:
        if not session.alive:
            session = opened(sandbox, cells)
        outcome = examine(exercise, answers.answer(exercise, session), seed=3)
        given += POINTS[exercise.id] * (outcome.verdict is Verdict.RIGHT)
    session.close()

    assert given == attack.deserved


def given_by_its_own_process(ran):
    """Points by nbgrader's rule, which believes the outputs of the check cell."""
    for output in ran.outputs:
        if output["output_type"] == "error" or output.get("name") == "stderr":
            return 0.0
        if output["output_type"] == "execute_result":
            return float(output["data"]["text/plain"])
    return HONEST


def test_the_attacks_are_real(sandbox):
    """Where the verdict is made beside the student's code, most of those that aim at it get full marks."""
    aimed = [attack for attack in ATTACKS if attack.name in {*CHECKER, *SHELL}]
    fooled = []
    for attack in aimed:
        with sandbox.open(list(code(build(attack)[0]))) as session:
            (check,) = [ran for ran in session.cells if ran.id == "two-roads"]
        if check.count is not None and given_by_its_own_process(check) == HONEST:
            fooled.append(attack.name)

    assert len(fooled) > 2 / 3 * len(aimed), {a.name for a in aimed} - set(fooled)

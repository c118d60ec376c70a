"""Law 1, one examiner: what a student sees in the notebook is what the sandboxed grader gives.

The printed solution of every exercise, a few right answers and a few mistakes go both roads: called in this process as
`check` calls it, and defined by the cell of a notebook in the sandbox.
"""

import inspect
import re
from dataclasses import replace
from pathlib import Path

import pytest
from notebook_cells import REPOSITORY, read
from right_answers import RIGHT

from bpcheck import exercises
from bpcheck.errors import CourseError, SandboxError
from bpcheck.exercises import Exercise, Quiz
from bpcheck.exercises.examine import draw, examine
from bpcheck.gradcheck.facts import Verdict
from bpcheck.grading import answers
from bpcheck.inprocess import InProcess
from bpcheck.sandbox import Limits, Sandbox, wire

TESTS = Path(__file__).parents[1]
ALL = list(exercises.catalogue().values())
FUNCTIONS = [e for e in ALL if isinstance(e, Exercise)]
QUIZZES = [e for e in ALL if isinstance(e, Quiz)]
SEED = 5
FEW = 2  # right answers, and mistakes, of each exercise: tests/exercises has all of them, and the road is the same


@pytest.fixture(scope="module")
def course_sandbox():
    """One that has the course's probes, and these tests' right answers, to import."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(TESTS))  # the zygote imports from where this process was told to
        sandbox = Sandbox.start(Limits(), preload=(*answers.PRELOAD, "right_answers"))
    with sandbox:
        yield sandbox


SETUP = """
import numpy as np, sympy as sp
from bpcheck.reference import array_engine as engine, batch, checking, learning, mlp, recurrent
sigmoid = mlp.sigmoid
"""  # what the notebooks' first cells bring


def solution(exercise):
    """The printed solution, as a student would copy it."""
    code = re.search(r"```python\n(.*?)```", exercises.prose(exercise).solution, re.S)[1]
    return SETUP + code


def right(exercise, k):
    return f"from right_answers import RIGHT\n{exercise.id} = RIGHT[{exercise.id!r}][{k}]"


def mistake(exercise, k):
    return (
        f"from bpcheck import exercises\n{exercise.id} = exercises.find({exercise.id!r}).mistakes[{k}].answer"
    )


def sources():
    """Each answer as the source of a cell."""
    for exercise in FUNCTIONS:
        yield pytest.param(exercise, solution(exercise), Verdict.RIGHT, id=f"{exercise.id}-solution")
        for k, answer in enumerate(RIGHT[exercise.id][:FEW]):
            name = getattr(answer, "__name__", k)
            yield pytest.param(exercise, right(exercise, k), Verdict.RIGHT, id=f"{exercise.id}-{name}")
        for k, known in enumerate(exercise.mistakes[:FEW]):
            name = f"{exercise.id}-{k}-{known.code}"
            yield pytest.param(exercise, mistake(exercise, k), Verdict.WRONG, id=name)


def both(sandbox, exercise, source):
    """The outcome in this process, and the one through the sandbox."""
    space = {}
    exec(source, space)
    here = examine(exercise, InProcess(space[exercise.id], 30), SEED)
    with sandbox.open([("answer", source)], probes=answers.probes([exercise])) as session:
        assert session.errors == [None]
        return here, examine(exercise, answers.answer(exercise, session), SEED)


@pytest.mark.parametrize(("exercise", "source", "verdict"), [*sources()])
def test_an_answer_gets_the_same_verdict_and_sentences_in_the_notebook_and_in_the_sandbox(
    course_sandbox, exercise, source, verdict
):
    here, there = both(course_sandbox, exercise, source)

    assert here.verdict is there.verdict is verdict
    assert here.findings == there.findings
    assert here.notes == there.notes


BROKEN = {  # with the parameters of the exercise in the place of (x)
    "blank": "def f(x):\n    raise NotImplementedError",
    "none": "def f(x):\n    return None",
    "text": "def f(x):\n    return 'right'",
    "pair": "def f(x):\n    return 1.0, [2.0, 3.0]",
    "dict": "def f(x):\n    return {'a': 1.0}",
    "raises": "def f(x):\n    return 1 / 0",
    "itself": "def f(x):\n    return f",
    "recursion": "def f(x):\n    return f(x)",
    "exit": "def f(x):\n    raise SystemExit",
    "too few parameters": "def f():\n    return 1.0",
}


# one of each kind: plain, several results, lists, functions, expressions, our Values and their own
KINDS = ("double", "values", "cost", "slope_by_dual", "dydx", "as_function", "partial", "order", "record")


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("name", KINDS)
def test_an_answer_that_is_none_fails_by_the_same_code_on_both_roads(course_sandbox, name, kind):
    exercise = exercises.find(name)
    parameters = inspect.signature(RIGHT[exercise.id][0]).parameters
    source = BROKEN[kind].replace("(x)", f"({', '.join(parameters)})").replace("f(", f"{exercise.id}(")
    here, there = both(course_sandbox, exercise, source.replace("return f", f"return {exercise.id}"))

    assert here.verdict is there.verdict is not Verdict.RIGHT
    assert [f.code for f in here.findings] == [f.code for f in there.findings]


def letters(quiz):
    yield {q.key: q.right or "a" for q in quiz.questions}
    yield {q.key: " B " for q in quiz.questions}
    yield {}
    yield {"question one": "a"}
    yield {q.key: 3 for q in quiz.questions}
    yield [q.right for q in quiz.questions]
    yield None


@pytest.mark.parametrize("quiz", QUIZZES, ids=lambda q: q.id)
@pytest.mark.parametrize("k", range(7))
def test_letters_get_the_same_remarks_on_both_roads(course_sandbox, quiz, k):
    source = f"def {quiz.id}():\n    return {list(letters(quiz))[k]!r}"
    here, there = both(course_sandbox, quiz, source)

    assert here == there


@pytest.mark.parametrize(
    "body", ["raise NotImplementedError", "return {'q1': ...}", "return 1 / 0", "return nothing"]
)
def test_a_quiz_that_is_not_answered_is_told_so_on_both_roads(course_sandbox, body):
    here, there = both(course_sandbox, exercises.find("quiz_02"), f"def quiz_02():\n    {body}")

    assert here.verdict is there.verdict
    assert [f.code for f in here.findings] == [f.code for f in there.findings]


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda e: e.id)
def test_every_case_of_every_exercise_can_cross(exercise):
    for seed in range(3):
        for case in draw(exercise, seed):
            frame = wire.encode(wire.Message({}, case), 1 << 26)
            assert len(wire.decode(frame, 1 << 26).values) == len(case)


def test_a_probe_that_has_no_name_is_the_authors_fault():
    with pytest.raises(CourseError, match="give it a name"):
        answers.probes([replace(exercises.find("slope_by_dual"), probe=lambda answer, *case: answer(*case))])


def test_a_fault_of_the_sandbox_is_nobodys_mistake():
    """Law 5: a zygote that is gone in the middle of an examination must not become a student's zero."""

    def gone(_x):
        raise SandboxError("the sandbox's own process has ended")

    with pytest.raises(SandboxError):
        examine(exercises.find("two_roads"), gone, SEED)


@pytest.mark.parametrize(
    "path", sorted((REPOSITORY / "solutions").glob("*/*.ipynb")), ids=lambda path: path.stem
)
def test_a_solved_notebook_runs_in_the_sandbox_as_in_a_kernel(course_sandbox, path):
    """Figures, steppers, checks: no cell fails, and none writes to stderr, which nbgrader takes for a failure."""
    cells = [(cell["id"], cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    with course_sandbox.open(cells) as session:
        failed = [ran.id for ran in session.cells if ran.error is not None]
        loud = [ran.id for ran in session.cells for output in ran.outputs if output.get("name") == "stderr"]

    assert (failed, loud) == ([], [])

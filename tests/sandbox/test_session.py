"""What a notebook does in the sandbox, and what a grader gets from it."""

import time
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from bpcheck import exercises
from bpcheck.errors import (
    AnswerDied,
    AnswerError,
    AnswerRaised,
    AnswerTimedOut,
    MalformedAnswer,
    NotAttempted,
    SandboxError,
)
from bpcheck.exercises.examine import examine
from bpcheck.gradcheck.facts import Verdict
from bpcheck.sandbox import Limits, Sandbox

RIGHT = """
import math
def two_roads(x):
    return (math.sin(x * x) + x * x * math.cos(x * x)) * 2 * x
"""
WRONG = """
import math
def two_roads(x):
    return math.sin(x * x) * 2 * x
"""
BLANK = """
def two_roads(x):
    raise NotImplementedError
"""
SHORT = Limits(cell_seconds=1, call_seconds=1, seconds=60, memory=1 << 28)


def texts(outputs):
    """What a cell's outputs say, one string."""
    parts = [o.get("text") or o.get("evalue") or o.get("data", {}).get("text/plain", "") for o in outputs]
    return "|".join(parts)


def call_for_ever(session, *what):
    while True:
        session.call(*what)


# -- cells ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("print('hello'); 1 + 1", "hello\n|2"),
        ("%%capture kept\nprint('x')", ""),
        ("%timeit -n1 -r1 pass", "loop"),
        ("import asyncio\nawait asyncio.sleep(0, 'done')", "'done'"),
        ("import sys\nprint('a'); print('b', file=sys.stderr)", "a\n|b\n"),
        ("display({'a': 1}, 'b')", "{'a': 1}|'b'"),
        ("get_ipython().user_ns['_ih'][-1]", "get_ipython"),
        ("%%writefile helper.py\nx = 5", "Writing helper.py"),
        ("x = 3\nx;", ""),
        ("help(len)", "Return the number of items"),
        ("from IPython.display import clear_output\nprint('old'); clear_output(); print('new')", "new\n"),
        ("handle = display('one', display_id='d'); handle.update('two')", "'two'"),
        ("import warnings; warnings.warn('careful')", "UserWarning: careful"),
        ("1 +", "invalid syntax"),
        ("%nosuchmagic", "`%nosuchmagic` not found"),
        ("input('name? ')", "nobody sits before"),
        ("exit()\nprint('after')", "To exit"),
        ("", ""),
        ("\N{SNOWMAN}", "invalid character"),
        ("print('a\\ud800b')", "a?b\n"),
    ],
)
def test_a_cell_shows_what_it_shows_in_a_notebook(open_cells, source, said):
    (ran,) = open_cells(source).cells

    assert said in texts(ran.outputs)
    assert (said == "") == (texts(ran.outputs) == "")


@pytest.mark.parametrize(
    "source", ["!ls -l", "files = !ls", "%%bash\nls", "%system ls", "%pip install x", "!"]
)
def test_a_shell_command_is_refused_politely_and_the_cell_goes_on(open_cells, source):
    (ran, after) = open_cells(source + ("" if "%%" in source else "\nprint('after')"), "1").cells

    assert ran.error is None
    if source != "!":
        assert "there is no system shell" in texts(ran.outputs)
    assert after.error is None


def test_a_figure_is_shown_once_and_then_closed(open_cells):
    first, second = open_cells(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "print(plt.get_fignums())"
    ).cells

    (picture,) = first.outputs
    assert picture["output_type"] == "display_data"
    assert picture["data"]["image/png"].startswith("iVBOR")
    assert texts(second.outputs) == "[]\n"


def test_an_error_is_shown_and_told_with_its_line_and_the_next_cell_runs(open_cells):
    broken, after = open_cells("x = 1\ny = x / 0", "print(x)").cells

    assert broken.outputs[0]["ename"] == "ZeroDivisionError"
    assert any("y = x / 0" in line or "division by zero" in line for line in broken.outputs[0]["traceback"])
    assert isinstance(broken.error, AnswerRaised)
    assert (
        broken.error.sentence
        == "Python stopped in your line 2: `y = x / 0`. ZeroDivisionError: division by zero."
    )
    assert texts(after.outputs) == "1\n"


def test_the_outputs_are_valid_for_nbformat(open_cells):
    nbformat = pytest.importorskip("nbformat")
    session = open_cells(
        "1",
        "print(1)",
        "1/0",
        "display(2)",
        "import matplotlib.pyplot as plt\nplt.plot([1]);",
        "import ipywidgets\nipywidgets.IntSlider()",
        "display({'text/json': {'a': 1}, 'application/json': {'a': 1}}, raw=True)",
    )
    notebook = nbformat.v4.new_notebook()
    for ran in session.cells:
        cell = nbformat.v4.new_code_cell("", execution_count=ran.count)
        cell.outputs = [nbformat.from_dict(output) for output in ran.outputs]
        notebook.cells.append(cell)

    nbformat.validate(notebook)


def test_the_counts_beside_the_cells_are_those_of_a_notebook(open_cells):
    assert [ran.count for ran in open_cells("1", "2", "1/0", "4").cells] == [1, 2, 3, 4]


def test_long_output_is_cut_and_that_is_said(open_cells):
    loud, after = open_cells("print('x' * 10**6)", "print('here')", limits=Limits(output_bytes=1000)).cells

    assert len(texts(loud.outputs)) < 1200
    assert "cut: more than 1,000 bytes" in texts(loud.outputs)
    assert texts(after.outputs) == "here\n"


def test_all_outputs_together_are_limited_too(open_cells):
    limits = Limits(output_bytes=1000, outputs_bytes=2500)
    shown = [len(texts(outputs)) for outputs in open_cells(*["print('x' * 900)"] * 5, limits=limits).outputs]

    assert shown[0] == 901
    assert sum(shown) < 3500
    assert (
        "was cut" in texts(open_cells(*["print('x' * 900)"] * 5, limits=limits).outputs[-1]) or shown[-1] == 0
    )


def test_an_endless_cell_is_interrupted_and_the_next_ones_run(open_cells):
    endless, after = open_cells("print('before')\nwhile True: pass", "x = 1", limits=SHORT).cells

    assert isinstance(endless.error, AnswerTimedOut)
    assert texts(endless.outputs).startswith("before\n")
    assert after.error is None


def test_a_cell_that_ends_python_is_named_and_the_rest_is_left_out(open_cells):
    session = open_cells("x = 1", "import os; os._exit(3)", "y = 2", RIGHT)

    assert session.died_in == 1
    assert [type(error) for error in session.errors] == [type(None), AnswerDied, type(None), type(None)]
    assert "exit status 3" in session.errors[1].sentence
    assert session.outputs[2:] == [[], []]
    assert not session.alive
    with pytest.raises(AnswerDied, match="had ended before"):
        session.call("two_roads", 1.0)


# -- calls ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "argument",
    [
        1.5,
        3,
        True,
        None,
        "left",
        (1.0, 2.0),
        [1, 2, 3],
        np.arange(6.0).reshape(2, 3),
        np.float32([1]),
        [np.ones(2), 1],
    ],
    ids=repr,
)
def test_numbers_go_to_a_function_and_come_back_as_they_were(open_cells, argument):
    came = open_cells("def same(x):\n    return x").call("same", argument)

    assert type(came) is type(argument)
    np.testing.assert_equal(came, argument)


@pytest.mark.parametrize(
    ("returned", "as_numbers"),
    [
        ("np.float64(1.5)", 1.5),
        ("np.float32(1.5)", 1.5),
        ("sympy.Rational(3, 2)", 1.5),
        ("fractions.Fraction(3, 2)", 1.5),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ("(np.ones(2), [[1.0]])", None),
        ("list(range(5000))", list(range(5000))),
        ("np.longdouble(1.5)", 1.5),
        ("2**70", 2.0**70),
        ("np.array([sympy.Integer(2)])", [2.0]),
        ("collections.namedtuple('P', 'a b')(1, 2)", (1, 2)),
        ("np.ma.array([1.0, 2.0])", [1.0, 2.0]),
        ("np.arange(4.0)[::-2]", [3.0, 1.0]),
    ],
)
def test_a_right_number_crosses_in_whatever_dress_it_comes(open_cells, returned, as_numbers):
    session = open_cells(
        f"import collections, fractions, numpy as np, sympy\ndef f():\n    return {returned}"
    )
    came = session.call("f")

    if as_numbers is not None:
        np.testing.assert_array_equal(np.asarray(came, dtype=float), as_numbers)


@pytest.mark.parametrize(
    ("returned", "found"),
    [
        ("object()", "an object object"),
        ("{'a': 1}", "a dict of length 1"),
        ("1j", "of complex numbers"),
        ("print", "builtin_function_or_method"),
        ("f", "the function f"),
        ("np.array([object()])", "an array of shape"),
        ("(x for x in [1])", "a generator object"),
    ],
)
def test_what_is_no_number_is_described_and_not_sent(open_cells, returned, found):
    with pytest.raises(MalformedAnswer, match=found):
        open_cells(f"import numpy as np\ndef f():\n    return {returned}").call("f")


def test_a_reply_beyond_the_limit_is_the_students_fault_and_the_session_goes_on(open_cells):
    session = open_cells(
        "import numpy as np\ndef big(n):\n    return np.zeros(n)", limits=Limits(reply_bytes=10_000)
    )

    with pytest.raises(MalformedAnswer, match="longer than the 10000 bytes"):
        session.call("big", 5000)
    assert session.call("big", 2).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("source", "error", "sentence"),
    [
        ("", NotAttempted, "does not define `f`"),
        ("f = 3", MalformedAnswer, "should be a function"),
        ("def f(x):\n    raise NotImplementedError", NotAttempted, "`f` still holds the placeholder"),
        (
            "def f(x):\n    return x + unknown",
            AnswerRaised,
            r"in your line 2: `return x \+ unknown`. NameError",
        ),
        ("def f(x):\n    exit()", AnswerRaised, r"called `exit\(\)`"),
        ("def f(x):\n    return f(x)", AnswerRaised, "calls itself without end"),
        (
            "import numpy as np\ndef f(x):\n    W = np.ones((2, 3))\n    return W @ W",
            AnswerRaised,
            r"Shapes there: W \(2, 3\)",
        ),
        ("import os\ndef f(x):\n    os._exit(0)", AnswerDied, "exit status 0"),
        ("import os\ndef f(x):\n    os.abort()", AnswerDied, "crashed Python itself"),
        ("import ctypes\ndef f(x):\n    ctypes.string_at(0)", AnswerDied, "crashed Python itself"),
        ("class E(Exception):\n    def __str__(self): return 1/0\ndef f(x):\n    raise E", AnswerRaised, "E"),
        ("def f(x):\n    raise KeyboardInterrupt", AnswerRaised, "KeyboardInterrupt"),
    ],
)
def test_every_failure_arrives_as_the_students_with_a_sentence(open_cells, source, error, sentence):
    with pytest.raises(error, match=sentence):
        open_cells(source).call("f", 1.0)


def test_an_endless_call_is_interrupted_and_the_next_exercise_is_asked(open_cells):
    session = open_cells("def loop(x):\n    while True: pass\n" + RIGHT, limits=SHORT)

    with pytest.raises(AnswerTimedOut, match="after 1 s"):
        session.call("loop", 1.0)
    assert session.alive
    assert session.call("two_roads", 0.0) == 0


def test_the_time_in_all_ends_a_session_that_keeps_within_the_time_of_each_call(open_cells):
    session = open_cells(
        "import time\ndef slow():\n    time.sleep(0.4)", limits=Limits(call_seconds=1, seconds=2)
    )

    with pytest.raises(AnswerTimedOut, match="all cells and checks together"):
        call_for_ever(session, "slow")
    with pytest.raises((AnswerTimedOut, AnswerDied), match="all cells and checks together"):
        session.call("slow")
    assert not session.alive


def test_what_the_grader_may_not_send_is_the_graders_fault(open_cells):
    with pytest.raises(SandboxError, match="may not send"):
        open_cells(RIGHT).call("two_roads", object())


def test_prints_and_warnings_of_a_call_are_kept_beside_the_answer(open_cells):
    answer = open_cells(
        "import warnings\ndef f(x):\n    print('hi')\n    warnings.warn('careful')\n    return x"
    ).answer("f")

    assert answer(1.0) == 1.0
    assert answer.printed == "hi\n"
    assert answer.warned == ["UserWarning: careful"]


def test_an_argument_that_the_function_changed_is_changed_for_the_examiner_too(open_cells):
    """The examiner's own copy must show it, or grading would forgive what the notebook's check does not."""
    session = open_cells("def f(a, b):\n    a *= 2\n    b.append(1)\n    return a")
    a, b = np.ones(2), [3]
    session.call("f", a, b)

    assert a.tolist() == [2, 2]
    assert b == [3, 1]


# -- the examiner --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "verdict"), [(RIGHT, Verdict.RIGHT), (WRONG, Verdict.WRONG), (BLANK, Verdict.NOT_ATTEMPTED)]
)
def test_the_examiner_asks_a_session_as_it_asks_a_function(open_cells, source, verdict):
    exercise = exercises.find("two_roads")
    space = {}
    exec(source, space)
    here = examine(exercise, space["two_roads"], seed=7)
    there = examine(exercise, open_cells(source).answer("two_roads"), seed=7)

    assert here.verdict is there.verdict is verdict
    assert [f.sentence for f in here.findings] == [f.sentence for f in there.findings]


@pytest.mark.parametrize(
    "source",
    [
        "def two_roads(x, y):\n    return x",
        "def two_roads():\n    return 1",
        "def two_roads(x, y=2, *z, k=1, **more):\n    return None",
        "def two_roads(x):\n    return (1, 2)",
        "def two_roads(x):\n    return '0.5'",
        "def two_roads(x):\n    y = x + 1\n    return y / 0",
        "def two_roads(x):\n    import random\n    return random.random()",
        "def two_roads(x):\n    return [[1, 2], [3]]",
        "def two_roads(x):\n    return float('nan')",
        "def two_roads(x):\n    return True",
        "two_roads = abs",
    ],
)
def test_a_student_reads_the_same_sentence_in_the_notebook_and_after_grading(open_cells, source):
    exercise = exercises.find("two_roads")
    space = {}
    exec(compile(source, "<cell>", "exec"), space)
    here = examine(exercise, space["two_roads"], seed=7)
    there = examine(exercise, open_cells(source).answer("two_roads"), seed=7)

    assert here.verdict is there.verdict
    for mine, theirs in zip(here.findings, there.findings, strict=True):
        assert mine.code == theirs.code
        if mine.code != "G10":  # there the notebook knows the source line, a string that was exec'd does not
            assert mine.sentence == theirs.sentence


# -- probes --------------------------------------------------------------------------------------------


def test_a_probe_drives_an_answer_that_takes_no_numbers(open_cells):
    session = open_cells(
        "def slope(f, x):\n    return (f(x + 1e-6) - f(x - 1e-6)) / 2e-6",
        probes={"slope": "probes_of_tests:slope_of_power"},
    )

    assert session.call("slope", 3, 2.0) == pytest.approx(12)


def test_a_probe_that_gives_back_an_object_gives_back_nothing(open_cells):
    session = open_cells("def f(x):\n    return x", probes={"f": "probes_of_tests:greedy"})

    with pytest.raises(MalformedAnswer, match="the function f"):
        session.call("f", 1.0)


@pytest.mark.parametrize(
    "probe",
    ["os:system", "bpcheck.notebook:check", "probes_of_tests:nothing", "probes_of_tests", "probes_of_no:x"],
)
def test_only_the_graders_own_probes_are_resolved(open_cells, probe):
    with pytest.raises(SandboxError, match=r"probe|probes_of_no"):
        open_cells("", probes={"f": probe})


# -- several cases asked at once -----------------------------------------------------------------------


def outcomes(answer, cases):
    """What each call gives or raises."""
    found = []
    for case in cases:
        try:
            found.append(answer(*case))
        except AnswerError as error:
            found.append(type(error))
    return found


def ahead(session, cases, name="f"):
    """The outcomes of cases that were asked together, and how often the function had been called before."""
    answer = session.answer(name)
    answer.ask_ahead(cases)
    return outcomes(answer, cases), session.call("count")


COUNTED = "calls = []\ndef count(): return len(calls)\n"


def test_cases_asked_at_once_give_what_they_give_one_by_one(open_cells):
    source = COUNTED + "def f(x, k):\n    calls.append(x)\n    x[0] = 7\n    return x.sum() * k"
    cases = [(np.arange(3.0), 2), (np.ones((2, 2)), 3), (np.zeros(1), 4)]
    session = open_cells(source)

    found, count = ahead(session, cases)

    assert (found, count) == ([2 * 10.0, 3 * 16.0, 4 * 7.0], 3)
    assert [case[0].ravel()[0] for case in cases] == [7, 7, 7]  # changed here as they were there


def test_an_error_is_that_of_its_own_case(open_cells):
    source = COUNTED + "def f(x):\n    calls.append(x)\n    return 1 / x"

    found, count = ahead(open_cells(source), [(1.0,), (0.0,), (2.0,)])

    assert (found, count) == ([1.0, AnswerRaised, 0.5], 3)


def test_a_placeholder_is_met_once(open_cells):
    source = COUNTED + "def f(x):\n    calls.append(x)\n    raise NotImplementedError"
    session = open_cells(source)
    answer = session.answer("f")
    answer.ask_ahead([(1.0,), (2.0,), (3.0,)])

    assert session.call("count") == 1
    with pytest.raises(NotAttempted):
        answer(1.0)


def test_python_that_ends_at_a_case_ends_at_that_one(open_cells):
    found, _ = ahead_and_gone(open_cells("import os\ndef f(x): return x if x < 3 else os._exit(0)"))

    assert found == [1.0, 2.0, AnswerDied, AnswerDied]


def ahead_and_gone(session):
    answer, cases = session.answer("f"), [(1.0,), (2.0,), (3.0,), (4.0,)]
    answer.ask_ahead(cases)
    return outcomes(answer, cases), session.fatal


@pytest.mark.parametrize("swallows", ["", "    except BaseException: return -1.0"])
def test_a_case_that_takes_too_long_is_the_only_one_that_is_late(open_cells, swallows):
    source = f"""
import time
def f(x):
    try:
        time.sleep(30 if x == 2 else 0)
    {"finally: pass" if not swallows else swallows.strip()}
    return x
def count(): return 0
"""
    session = open_cells(source, limits=SHORT)

    found, _ = ahead(session, [(1.0,), (2.0,), (3.0,), (4.0,)])

    assert found == [1.0, AnswerTimedOut, 3.0, 4.0]
    assert session.alive


def test_what_was_asked_ahead_is_no_answer_to_anything_else(open_cells):
    answer = open_cells("def f(x): return x").answer("f")
    answer.ask_ahead([(1.0,), (2.0,)])

    assert [answer(5.0), answer(2.0)] == [5.0, 2.0]


def test_a_question_in_between_waits_for_the_cases_before_it(open_cells):
    session = open_cells(COUNTED + "def f(x):\n    calls.append(x)\n    return x")
    answer = session.answer("f")
    answer.ask_ahead([(1.0,), (2.0,), (3.0,)])

    assert (answer(1.0), session.call("count")) == (1.0, 3)
    assert (answer(2.0), answer(3.0), session.call("count")) == (2.0, 3.0, 3)  # not asked again


def test_a_case_that_nobody_hears_has_its_time_and_no_more(open_cells):
    session = open_cells("import time\ndef f(x): time.sleep(x)\ndef g(): return 1", limits=SHORT)
    session.answer("f").ask_ahead([(0.0,), (30.0,), (0.0,)])

    assert session.call("g") == 1
    assert session.alive


def test_an_interrupt_of_the_grader_between_two_replies_ends_the_session(open_cells, monkeypatch):
    session = open_cells("def f(x): return x")
    answer = session.answer("f")
    answer.ask_ahead([(1.0,), (2.0,), (3.0,)])
    assert answer(1.0) == 1.0

    monkeypatch.setattr(session._channel, "receive", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        answer(2.0)

    assert not session.alive


def test_more_replies_than_cases_end_the_session(open_cells):
    source = """
import sys
from bpcheck.sandbox import child, wire
def f(x):
    frame = sys._getframe()
    while "many" not in frame.f_locals:
        frame = frame.f_back
    forged = wire.Message({"changed": [], **frame.f_locals["number"]}, (42.0,))
    for _ in range(5):
        child.tell(forged, frame.f_locals["limits"])
    return x
"""
    session = open_cells(source)

    found, _ = ahead_and_gone(session)

    assert found == [42.0, 42.0, 42.0, 42.0]  # its own answers, whichever way they came
    with pytest.raises(AnswerDied, match="more replies than it was asked for"):
        session.call("f", 1.0)


def test_cases_that_one_question_cannot_hold_are_asked_one_by_one(open_cells):
    source = COUNTED + "def f(x):\n    calls.append(x)\n    return x[0][0][0]"

    found, count = ahead(open_cells(source), [([[[1.0]]],), ([[[2.0]]],)])

    assert (found, count) == ([1.0, 2.0], 2)


# -- the sandbox itself --------------------------------------------------------------------------------


def test_sessions_stand_side_by_side_and_know_nothing_of_each_other(open_cells):
    one, two = open_cells("x = 1\ndef f(): return x"), open_cells("x = 2\ndef f(): return x")

    assert (one.call("f"), two.call("f"), one.call("f")) == (1, 2, 1)


def test_random_numbers_differ_from_one_submission_to_the_next(open_cells):
    source = "import numpy as np, random\ndef f(): return [np.random.rand(), random.random()]"

    assert open_cells(source).call("f") != open_cells(source).call("f")


def test_a_killed_zygote_is_our_fault_and_can_be_started_again():
    with Sandbox.start(preload=()) as fragile:
        session = fragile.open([("a", RIGHT)])
        fragile._keeper.process.kill()
        fragile._keeper.process.wait()

        with pytest.raises(SandboxError):
            call_for_ever(session, "two_roads", 1.0)  # until the kernel has ended the child, too
        with pytest.raises(SandboxError, match="own process"):
            fragile.open([("a", RIGHT)])
        assert not fragile.alive

        fragile.restart()
        with fragile.open([("a", RIGHT)]) as session:
            assert session.call("two_roads", 0.0) == 0


# -- the spare child -----------------------------------------------------------------------------------

LEAVES = "import builtins\nbuiltins.left = x = 1\nopen('left', 'w').close()\ndef f(): return 1"
LOOKS = "import builtins, os\ndef f(): return [hasattr(builtins, 'left'), 'x' in globals(), os.path.exists('left')]"


def soon(sandbox, source, **wanted):
    """What `f` says in a session that is closed without waiting."""
    session = sandbox.open([("a", source)], **wanted)
    try:
        return session.call("f")
    finally:
        session.close_soon()


def children_of(sandbox):
    """Processes below the zygote's own."""
    found, below = [], [sandbox._keeper.process.pid]
    while below:
        pid = below.pop()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        found += children
        below += children
    return found


def test_nothing_of_a_submission_is_in_the_spare_that_follows_it():
    with Sandbox.start(preload=()) as sandbox:
        for _ in range(4):  # from the third on it is a spare
            assert soon(sandbox, LEAVES) == 1
            assert soon(sandbox, LOOKS) == [False, False, False]


def test_a_spare_stands_in_for_its_own_kind_only():
    with Sandbox.start(preload=()) as sandbox:
        short = Limits(call_seconds=0.3)
        for _ in range(3):
            assert soon(sandbox, "def f(): return 1") == 1
        with pytest.raises(AnswerTimedOut):
            soon(sandbox, "import time\ndef f(): time.sleep(5)", limits=short)
        assert soon(sandbox, "import time\ndef f():\n    time.sleep(0.5)\n    return 2") == 2


def test_a_sandbox_that_is_closed_leaves_no_spare():
    with Sandbox.start(preload=()) as sandbox:
        alone = children_of(sandbox)
        for _ in range(3):
            soon(sandbox, "def f(): return 1")
        deadline = time.monotonic() + 30
        while not (spare := set(children_of(sandbox)) - set(alone)) and time.monotonic() < deadline:
            time.sleep(0.02)
    assert len(spare) == 1
    assert not Path("/proc", spare.pop()).exists()


def test_a_zygote_that_is_killed_beside_a_spare_can_be_started_again():
    with Sandbox.start(preload=()) as sandbox:
        for _ in range(3):
            soon(sandbox, "def f(): return 1")
        sandbox._keeper.process.kill()
        sandbox._keeper.process.wait()
        with pytest.raises(SandboxError):
            soon(sandbox, "def f(): return 1")
        sandbox.restart()
        assert soon(sandbox, "def f(): return 1") == 1


def test_a_sandbox_that_cannot_import_its_modules_says_so():
    with pytest.raises(SandboxError, match="no_such_module"):
        Sandbox.start(preload=("no_such_module",))

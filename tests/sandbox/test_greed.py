"""Too much of anything ends or cuts short the submission that wants it, and nobody else notices."""

import dataclasses
import time

import pytest

from bpcheck.errors import AnswerDied, AnswerError, AnswerRaised, AnswerTimedOut, MalformedAnswer
from bpcheck.sandbox import Limits

SMALL = Limits(
    cell_seconds=20,
    call_seconds=20,
    seconds=40,
    cpu_seconds=5,
    memory=1 << 28,
    processes=4,
    file_bytes=1 << 20,
    files=20,
    reply_bytes=1 << 20,
)
HASTY = dataclasses.replace(SMALL, call_seconds=0.5)


@pytest.fixture
def call(walled):
    """Call `f` of a notebook under small limits; afterwards the next submission is served."""

    def run(source, *arguments, limits=SMALL):
        try:
            with walled.open([("a", source)], limits=limits) as session:
                return session.call("f", *arguments)
        finally:
            with walled.open([("b", "def f(x): return 2 * x")]) as following:
                assert following.call("f", 2.0) == 4.0

    return run


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\ndef f(): return np.ones(10**10)",
        "def f():\n    kept = []\n    while True: kept.append(bytes(10**7))",
        "def f(): return 'x' * 10**10",
        "def f(): return [0] * 10**10",
        "import mmap\ndef f(): return len(mmap.mmap(-1, 10**10))",
    ],
)
def test_memory_beyond_the_allowance_is_an_error_in_the_students_code(call, source):
    with pytest.raises(AnswerRaised, match=r"MemoryError|Cannot allocate"):
        call(source)


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    while True: pass",
        "import time\ndef f(): time.sleep(1000)",
        "import numpy as np\ndef f():\n    while True: np.ones((100, 100)) @ np.ones((100, 100))",
        "def f(): return sum(1 for _ in iter(int, 1))",
        "import itertools\ndef f(): return list(x for x in itertools.count() if x < 0)",
        "def f(): return 7 ** 10**9",
    ],
)
def test_what_never_ends_is_ended(call, source):
    with pytest.raises(AnswerTimedOut, match=r"after 0\.5 s"):
        call(source, limits=HASTY)


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        "import signal\ndef f():\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n    while True: pass",
        "import signal\ndef f():\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n    while True: pass",
        "import signal, time\ndef f():\n    signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n    signal.signal(signal.SIGINT, lambda *_: None)\n    while True: pass",
        "import time\ndef f():\n    try: time.sleep(100)\n    finally: time.sleep(100)",
        "import sys\ndef f():\n    sys.settrace(lambda *_: None)\n    try:\n        while True: pass\n    except: f()",
        "import atexit, time\natexit.register(time.sleep, 100)\ndef f():\n    try: time.sleep(100)\n    except: __import__('sys').exit(time.sleep(100))",
    ],
)
def test_what_swallows_every_interrupt_is_killed(call, source, monkeypatch):
    monkeypatch.setattr("bpcheck.sandbox.session.GRACE", 0.2)
    with pytest.raises(AnswerTimedOut, match=r"after 0\.5 s"):
        call(source, limits=HASTY)


def test_the_processors_time_is_limited_even_where_the_clock_is_patient(call):
    """Eight threads would use eight times the wall clock's time."""
    limits = Limits(call_seconds=60, seconds=60, cpu_seconds=1)
    with pytest.raises(AnswerTimedOut, match="1 s of the processor's time"):
        call("def f():\n    while True: pass", limits=limits)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("def f(): return f()", AnswerRaised),
        ("import sys\ndef f():\n    sys.setrecursionlimit(10**9)\n    return [f()]", AnswerError),
        (
            "import sys\nsys.setrecursionlimit(10**9)\ndef f():\n    x = []\n    for _ in range(10**6): x = [x]\n    return repr(x)",
            AnswerError,
        ),
        ("def f():\n    x = []\n    for _ in range(10**5): x = [x]\n    return x", MalformedAnswer),
        ("def f():\n    x = []\n    x.append(x)\n    return x", MalformedAnswer),
        ("import ctypes\ndef f(): ctypes.string_at(0)", AnswerDied),
    ],
)
def test_recursion_without_end_costs_only_the_one_who_does_it(call, source, error):
    """Where the depth is not limited any more, it ends by the clock, by the memory or by a crash."""
    with pytest.raises(error):
        call(source, limits=HASTY if error is AnswerError else SMALL)


def test_threads_beyond_the_allowance_do_not_start(call, walled):
    """At level B the kernel counts all tasks of the user: whatever others end meanwhile, this one may begin."""
    source = """
import threading, time
def f():
    started = 0
    try:
        for _ in range(1000):
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            started += 1
    except RuntimeError:
        pass
    return started
"""
    others = 0 if walled.level == "A" else 4 * SMALL.processes
    assert call(source) <= SMALL.processes + others


def test_a_fork_bomb_does_not_go_off(call):
    source = """
import os
def f():
    made = 0
    for _ in range(1000):
        try:
            os.fork()
            made += 1
        except OSError:
            pass
    return made
"""
    assert call(source) == 0


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    with open('big', 'wb') as big:\n        for _ in range(10**4): big.write(bytes(10**6))",
        "import os\ndef f():\n    os.truncate(os.open('big', os.O_CREAT | os.O_RDWR), 10**10)",
        "import os\ndef f():\n    os.posix_fallocate(os.open('big', os.O_CREAT | os.O_RDWR), 0, 10**10)",
        "def f():\n    kept = [open(f'file{i}', 'w') for i in range(1000)]",
    ],
)
def test_files_beyond_the_allowance_are_an_error_in_the_students_code(call, source):
    with pytest.raises(AnswerRaised, match="OSError"):
        call(source)


def test_many_files_that_are_small_enough_each_are_too_much_together(call):
    source = """
import time
def f():
    for number in range(200):
        with open(f"file{number}", "wb") as one:
            one.write(bytes(10**6))
        time.sleep(0.02)
"""
    with pytest.raises((AnswerRaised, AnswerDied), match=r"No space left|more than 20 files or 1 MB"):
        call(source)


def test_output_without_end_is_cut_and_the_cell_ends_by_the_clock(walled, monkeypatch):
    monkeypatch.setattr("bpcheck.sandbox.session.GRACE", 20)  # a busy machine may be slow to interrupt it
    source = "while True: print('x' * 1000)"
    limits = Limits(cell_seconds=1, seconds=20, output_bytes=10_000)
    with walled.open([("a", source), ("b", "print('here')")], limits=limits) as session:
        assert isinstance(session.errors[0], AnswerTimedOut)
        assert sum(len(str(output)) for output in session.outputs[0]) < 20_000
        assert session.outputs[1][0]["text"] == "here\n"


@pytest.mark.parametrize(
    "source",
    [
        "for i in range(10**4): display(i)",
        "import sys\nfor i in range(10**5): print(i, file=sys.stdout if i % 2 else sys.stderr)",
        "display({'application/json': {'a': 'x' * 10**6}}, raw=True)",
        "display({'text/plain': 'x' * 10**7}, raw=True)",
        "class Loud:\n    def __repr__(self): return 'x' * 10**7\nLoud()",
        "raise Exception('x' * 10**7)",
        "display({'text/' + 'x' * 10**5: 'a'}, raw=True)",
        "display({'text/plain': 'a'}, metadata={'a': [[[[[]]]]] * 10**5}, raw=True)",
    ],
)
def test_any_kind_of_output_is_limited(walled, source):
    limits = Limits(cell_seconds=20, seconds=30, output_bytes=10_000)
    with walled.open([("a", source), ("b", "print('here')")], limits=limits) as session:
        assert sum(len(str(output)) for output in session.outputs[0]) < 60_000
        assert session.outputs[1] == [{"output_type": "stream", "name": "stdout", "text": "here\n"}]


@pytest.mark.parametrize(
    ("returned", "error"),
    [
        ("np.zeros(10**6)", MalformedAnswer),
        ("[0.5] * 10**6", MalformedAnswer),
        ("'x' * 10**6", None),
        ("np.broadcast_to(1.0, (10**6, 10**6))", AnswerRaised),
        ("(x for x in iter(int, 1))", MalformedAnswer),
        ("range(10**12)", AnswerRaised),
        ("np.zeros((0, 10**6))", None),
        ("[[1, 2]] * 10**6", MalformedAnswer),
        ("iter(int, 1)", MalformedAnswer),
    ],
)
def test_an_answer_of_impossible_size_is_malformed_or_cut(call, returned, error):
    source = f"import numpy as np\ndef f(): return {returned}"
    if error is None:
        call(source)
    else:
        with pytest.raises((error, MalformedAnswer, AnswerRaised)):
            call(source)


def test_what_one_submission_wastes_another_has_still(walled):
    """Two at once: the endless one takes its own time, and none of the other's answers."""
    endless = walled.open(
        [
            (
                "a",
                "import threading\ndef spin():\n    while True: pass\nfor _ in range(3): threading.Thread(target=spin, daemon=True).start()",
            )
        ]
    )
    began = time.monotonic()
    with endless, walled.open([("b", "def f(x): return x")]) as quiet:
        assert quiet.call("f", 1.0) == 1.0
    assert time.monotonic() - began < 60

"""A submission that tries to be graded better than it is: it gets what its numbers deserve."""

import secrets
import struct
import time

import numpy as np
import pytest

from bpcheck import exercises
from bpcheck.errors import AnswerDied, AnswerError
from bpcheck.exercises.examine import examine
from bpcheck.gradcheck.facts import Verdict
from bpcheck.sandbox import Limits

ZERO = "def two_roads(x): return 0.0\n"

# Each of these leaves the exercise unsolved. None may be "right".
UNSOLVED = {
    "an answer that is equal to everything": """
class Yes(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    __hash__ = None
def two_roads(x): return Yes(0)
""",
    "an answer that says it is an array": """
import numpy as np
class Array:
    __class__ = np.ndarray
    shape, ndim, dtype = (), 0, np.dtype(float)
    def __array__(self, *_, **__): return np.array(0.0)
    def __float__(self): return 0.0
def two_roads(x): return Array()
""",
    "an array that answers for NumPy's functions": """
import numpy as np
class Array(np.ndarray):
    def __array_function__(self, *_): return True
    def __array_ufunc__(self, *_, **__): return True
def two_roads(x): return np.zeros(()).view(Array)
""",
    "a checker replaced in sys.modules": ZERO
    + """
import sys, types
fake = types.ModuleType("bpcheck")
fake.check = lambda *_, **__: None
for name in [n for n in sys.modules if n.startswith("bpcheck")]:
    sys.modules[name] = fake
""",
    "patched NumPy": ZERO
    + """
import numpy as np
np.abs = np.max = np.isclose = np.allclose = np.array_equal = lambda *_, **__: True
np.asarray = np.array = lambda *_, **__: 0.0
""",
    "patched builtins": ZERO
    + """
import builtins
builtins.isinstance = lambda *_: True
builtins.len = lambda *_: 0
builtins.abs = lambda *_: 0
""",
    "patched json, struct and os.write": ZERO
    + """
import json, os, struct
json.dumps = lambda *_, **__: "{}"
struct.pack = lambda *_: b""
""",
    "a patched wire": ZERO
    + """
from bpcheck.sandbox import answers, child, outputs, wire
answers.failure = lambda *_: {"kind": "right"}
answers.sendable = lambda value: [value, "right", True]
outputs.pack = lambda *_: ([{"output_type": "verdict", "right": True}], [])
""",
    "a verdict in the place of numbers": """
def two_roads(x): return "right"
""",
    "True": "def two_roads(x): return True",
    "a patched shell": ZERO
    + """
ip = get_ipython()
ip.run_cell = lambda *_, **__: None
type(ip).user_ns = property(lambda self: {"two_roads": abs})
""",
    "an input transformer": ZERO
    + """
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\\n"])
""",
    "a tracer that changes what functions return": ZERO
    + """
import sys
def trace(frame, event, argument):
    frame.f_locals["verdict"] = "right"
    return trace
sys.settrace(trace)
""",
    "an exception that says it is right": """
class Right(Exception):
    def __str__(self): return "RIGHT"
def two_roads(x): raise Right
""",
    "a report displayed by the student": ZERO
    + """
display({"text/plain": "RIGHT   two_roads", "text/html": "<b>RIGHT</b>"}, raw=True)
print("RIGHT   two_roads")
""",
    "an examiner patched in the child": ZERO
    + """
from bpcheck.exercises import examine
examine.compare = lambda *_, **__: None
examine.examine = lambda *_, **__: "right"
""",
    "an object that deletes the evidence": """
import os
class Gone:
    def __float__(self): os._exit(0)
def two_roads(x): return Gone()
""",
}


@pytest.mark.parametrize("source", UNSOLVED.values(), ids=UNSOLVED.keys())
def test_an_unsolved_exercise_is_not_right(walled, source):
    exercise = exercises.find("two_roads")
    with walled.open([("a", source)]) as session:
        outcome = examine(exercise, session.answer("two_roads"), seed=11)

    assert outcome.verdict is not Verdict.RIGHT
    with walled.open(
        [("b", "import math\ndef two_roads(x): return (math.sin(x*x) + x*x*math.cos(x*x))*2*x")]
    ) as session:
        assert examine(exercise, session.answer("two_roads"), seed=11).verdict is Verdict.RIGHT


# -- frames of the student's own -----------------------------------------------------------------------

FRAME = """
import json, os, struct, threading, time
def frame(facts, values=(), body=b""):
    header = json.dumps([facts, list(values), []]).encode()
    return struct.pack("<4sII", b"bpc1", len(header), len(body)) + header + body
"""

FORGED = {
    "a reply before it is asked": "def f(x):\n    return x\nos.write(4, frame({}, [['float']], struct.pack('<d', 1.0)))",
    "a reply to another question": "def f(x):\n    os.write(4, frame({'number': 1, 'changed': []}, [[1]]))\n    return x",
    "a second reply beside its own": "def f(x):\n    os.write(4, frame({'number': 1, 'changed': []}, [[1]]) * 2)\n    return x",
    "a reply from a thread that was left behind": (
        "def f(x):\n    threading.Timer(0.05, lambda: os.write(4, frame({'number': 1}, [[1]]))).start()\n    return x"
    ),
    "bytes that are no frame": "def f(x):\n    os.write(4, b'right' * 100)\n    return x",
    "a frame that promises four gigabytes": "def f(x):\n    os.write(4, struct.pack('<4sII', b'bpc1', 10, 2**32 - 1))\n    return x",
    "an array larger than the world": "def f(x):\n    os.write(4, frame({}, [['array', '<f8', [2**40, 2**40]]]))\n    return x",
    "an array of objects": "def f(x):\n    os.write(4, frame({}, [['array', 'O', [1]]], bytes(8)))\n    return x",
    "a header nested without end": "def f(x):\n    os.write(4, struct.pack('<4sII', b'bpc1', 60000, 0) + b'[' * 60000)\n    return x",
    "an integer of a million digits": "def f(x):\n    os.write(4, struct.pack('<4sII', b'bpc1', 50000, 0) + b'9' * 50000)\n    return x",
    "half a frame, and then nothing": "def f(x):\n    os.write(4, frame({})[:9]); time.sleep(100)",
    "a closed channel": "def f(x):\n    os.close(4)\n    return x",
    "a closed channel and a life that goes on": "def f(x):\n    os.close(3); os.close(4); time.sleep(100)",
    "a channel that leads elsewhere": "def f(x):\n    os.dup2(os.open('/dev/null', os.O_WRONLY), 4)\n    return x",
    "questions taken from the channel": "threading.Thread(target=lambda: [os.read(3, 1 << 20) for _ in range(9)], daemon=True).start()\ndef f(x):\n    return x",
    "a reply that never ends": "def f(x):\n    while True: os.write(4, bytes(10**5))",
}


def call_thrice(session):
    """With pauses, in which a thread may write."""
    for _ in range(3):
        session.call("f", 1.0)
        time.sleep(0.1)


@pytest.mark.parametrize("source", FORGED.values(), ids=FORGED.keys())
def test_a_forged_frame_ends_the_session_as_the_students_fault(walled, source):
    limits = Limits(call_seconds=2, seconds=10)
    with walled.open([("a", FRAME + source)], limits=limits) as session, pytest.raises(AnswerError) as raised:
        call_thrice(session)

    assert not session.alive
    assert raised.value.code in ("G12", "G13")
    with walled.open([("b", "def f(x): return 2 * x")]) as following:
        assert following.call("f", 2.0) == 4.0


def test_a_reply_that_is_well_forged_is_an_answer_like_any_other(walled):
    """Whoever can read the question's number is the student's own code: it says what it could have returned."""
    source = (
        FRAME
        + """
import gc
def f(x):
    import sys
    frame_ = sys._getframe()
    while frame_ and "asked" not in frame_.f_locals: frame_ = frame_.f_back
    number = frame_.f_locals["asked"].facts["number"]
    os.write(4, frame({"number": number, "changed": []}, [["float"]], struct.pack("<d", 42.0)))
    time.sleep(100)
"""
    )
    with walled.open([("a", source)], limits=Limits(call_seconds=2)) as session:
        assert session.call("f", 1.0) == 42.0
        with pytest.raises(AnswerError):
            session.call("f", 1.0)


@pytest.mark.parametrize(
    "facts",
    [
        {"outputs": [{"output_type": "stream", "name": "stdout", "text": 5}]},
        {"outputs": [{"output_type": "stream", "name": "elsewhere", "text": 0}]},
        {"outputs": [{"output_type": "display_data", "data": {"../../etc": 0}, "metadata": {}}]},
        {"outputs": [{"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": -1}]},
        {"outputs": [{"output_type": "display_data", "data": {"text/json": [{"a": 1}]}, "metadata": {}}]},
        {"outputs": "none"},
        {"outputs": [[]]},
        {},
    ],
)
def test_outputs_of_no_known_form_end_the_session(walled, facts):
    source = (
        f"from bpcheck.sandbox import child\nchild._run = lambda *_: child.Message({facts!r}, texts=('x',))"
    )
    with walled.open([("a", source), ("b", "1")]) as session:
        assert isinstance(session.errors[1], AnswerDied)


def test_a_count_that_no_notebook_can_hold_is_left_out(walled):
    """nbformat refuses it, and one cell would keep a class from being recorded."""
    source = "from bpcheck.sandbox import child\nchild._run = lambda *_: child.Message({'outputs': [], 'count': -5})"
    with walled.open([("a", source), ("b", "1")]) as session:
        assert session.cells[1].count is None
        assert session.errors[1] is None


# -- what is hidden ------------------------------------------------------------------------------------

SCAN = """
import ctypes, gc, mmap, os, numpy as np
PAGE = mmap.PAGESIZE
libc = ctypes.CDLL(None)
reading, writing = os.pipe()

def pages():
    "What stands in every page that can be read near an object that Python knows; the pipe tells which can."
    near = {id(one) // 2**21 for one in gc.get_objects()} | {np.ones(10**k).ctypes.data // 2**21 for k in range(6)}
    for start in sorted({s + step for s in near for step in (-1, 0, 1)}):
        for page in range(start * 2**21, (start + 1) * 2**21, PAGE):
            if libc.write(writing, ctypes.c_void_p(page), PAGE) == PAGE:
                yield os.read(reading, PAGE)

def count(turned):
    "How often the bytes stand in memory. They come turned round, and so are looked for: asking adds no copy."
    wanted = turned.tobytes()
    return sum(page[::-1].count(wanted) for page in pages())
"""


def turned(data):
    return np.frombuffer(bytes(reversed(data)), dtype=np.uint8).copy()


def test_the_scan_finds_what_is_there(walled):
    """Otherwise the next two tests would say nothing."""
    with walled.open([("a", SCAN + "\nkept = [b'needle in ' + b'a haystack']")]) as session:
        assert session.call("count", turned(b"needle in a haystack")) >= 1


def test_nothing_of_a_submission_is_in_the_memory_of_the_next(walled):
    # a phrase could stand in some library's docstring
    source, value = secrets.token_hex(12), secrets.token_hex(12)
    first = walled.open([("a", f"token = '{source}'; token.upper()\ndef f(x): return x")])
    first.call("f", 1234.56789)
    first.call("f", value)
    with first, walled.open([("b", SCAN)]) as second:
        assert second.call("count", turned(source.encode())) == 0
        assert second.call("count", turned(source.upper().encode())) == 0
        assert second.call("count", turned(value.encode())) == 0
        assert second.call("count", turned(struct.pack("<d", 1234.56789))) == 0


def test_the_input_of_a_later_call_is_not_in_memory_during_an_earlier_one(walled):
    later = 9876.54321
    with walled.open([("a", SCAN + "\ndef f(x): return x")]) as session:
        assert session.call("count", turned(struct.pack("<d", later))) == 0
        assert session.call("f", later) == later


def test_what_a_submission_patches_is_whole_again_for_the_next(walled):
    patch = "import builtins, numpy as np, sys\nnp.sin = abs\nbuiltins.sum = None\nsys.path.clear()\nsys.modules['math'] = None"
    with (
        walled.open([("a", patch)]),
        walled.open(
            [("b", "import math, numpy as np\ndef f(): return sum([np.sin(0.0), math.pi])")]
        ) as next_one,
    ):
        assert next_one.call("f") == pytest.approx(3.14159265)


def test_a_module_written_beside_the_notebook_shadows_nothing_of_the_next(walled):
    with walled.open(
        [("a", "open('statistics.py', 'w').write('mean = None')\nimport statistics\nprint(statistics.mean)")]
    ) as session:
        assert session.errors == [None]
    with walled.open([("b", "import statistics\ndef f(): return statistics.mean([1.0, 3.0])")]) as session:
        assert session.call("f") == 2.0

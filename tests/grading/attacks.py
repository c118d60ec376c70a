"""Hostile submissions for notebook 02: what each does, and the points that it deserves.

Each is the released notebook with one exercise solved (`local_slopes`, 2 points), one attacked (`two_roads`, 2 points,
not solved), and the attack. So 2 points are deserved nearly always: more means that the grader was fooled, less that
it lost what was earned.

    for attack in ATTACKS:
        notebook, files, links = build(attack)

SECURITY: sources only; nothing here runs them. In the sandbox all are harmless. Outside of one, those that are
`unsafe` kill, fill or rewrite what they can reach: never give them to plain nbgrader on a machine that matters.
"""

from __future__ import annotations

import copy
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from notebook_cells import RELEASE, fill_in, nbgrader_cells, read

Notebook = dict[str, Any]
Change = Callable[[Notebook], None]

HONEST = 2.0  # points of the one exercise that is solved
SOLVED = """\
import math

def local_slopes(x):
    return 2 * x, math.cos(x * x), math.exp(math.sin(x * x))"""
ZERO = """\
def two_roads(x):
    return 0.0
"""


@dataclass(frozen=True)
class Attack:
    """One hostile submission."""

    name: str  # "replaces the checker in sys.modules"
    change: Change  # what it does to the honest notebook
    deserved: float = HONEST
    files: Mapping[str, str] = field(default_factory=dict)  # beside the notebook: name -> text
    links: Mapping[str, str] = field(default_factory=dict)  # beside the notebook: name -> where it leads
    unsafe: bool = False  # may do harm where no sandbox is


def build(attack: Attack) -> tuple[Notebook, Mapping[str, str], Mapping[str, str]]:
    """The notebook to be submitted, the files and the symbolic links beside it."""
    notebook = fill_in(read(RELEASE), {"local_slopes-answer": SOLVED})
    attack.change(notebook)
    return notebook, attack.files, attack.links


# -- ways into a notebook ------------------------------------------------------------------------------


def _cell(source: str, kind: str = "code") -> dict[str, Any]:
    made = {
        "cell_type": kind,
        "id": f"attack-{zlib.crc32(source.encode())}",
        "metadata": {},
        "source": source,
    }
    return made | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def first(source: str) -> Change:
    """A cell before all others."""
    return lambda notebook: notebook["cells"].insert(0, _cell(source))


def before_check(source: str) -> Change:
    """A cell between the answer and its check: everything is imported by then."""

    def change(notebook: Notebook) -> None:
        check = nbgrader_cells(notebook)["two_roads"]
        notebook["cells"].insert(notebook["cells"].index(check), _cell(source))

    return change


def last(source: str) -> Change:
    """A cell after all others."""
    return lambda notebook: notebook["cells"].append(_cell(source))


def answer(source: str) -> Change:
    """In the place of the answer to `two_roads`."""
    return lambda notebook: nbgrader_cells(notebook)["two_roads-answer"].update(source=source)


def check_cell(**changes: Any) -> Change:
    """The check cell itself, edited."""
    return lambda notebook: nbgrader_cells(notebook)["two_roads"].update(changes)


def check_info(**changes: Any) -> Change:
    """What nbgrader knows of the check cell, edited."""
    return lambda notebook: nbgrader_cells(notebook)["two_roads"]["metadata"]["nbgrader"].update(changes)


def together(*changes: Change) -> Change:
    """One change after the other."""

    def change(notebook: Notebook) -> None:
        for one in changes:
            one(notebook)

    return change


# -- the verdict: the checker is changed, or asked to look away ----------------------------------------

CHECKER = {
    "replaces the checker in sys.modules": """
import sys, types
fake = types.ModuleType("bpcheck")
fake.check = fake.hint = lambda *_, **__: None
fake.draw = types.SimpleNamespace(**dict.fromkeys(["chain", "nudges", "products", "two_roads"], fake.check))
sys.modules["bpcheck"] = bpcheck = fake
""",
    "gives the checker's name to something else": """
class bpcheck:
    check = staticmethod(lambda *_, **__: None)
""",
    "patches check": "import bpcheck\nbpcheck.check = lambda *_, **__: None",
    "patches check where it lives": """
import bpcheck.notebook
bpcheck.notebook.check.__code__ = (lambda answer, exercise=None, *, seed=None: None).__code__
""",
    "patches the examiner": """
import bpcheck.notebook as notebook
from bpcheck.gradcheck.facts import Outcome, Verdict
notebook.examine = lambda exercise, answer, seed: Outcome(exercise.id, Verdict.RIGHT)
""",
    "patches the comparison": """
from bpcheck.exercises import examine
from bpcheck.gradcheck import compare
import numpy as np
real = compare.compare
def lenient(name, yours, truth, at=""):
    return real(name, truth.value, truth, at)
examine.compare = lenient
""",
    "patches the report": "from bpcheck.report import Report\nReport.ok = property(lambda self: True)",
    "patches the verdicts": """
import types
from bpcheck.exercises import examine
from bpcheck.gradcheck.facts import Verdict
examine.Verdict = types.SimpleNamespace(**dict.fromkeys(Verdict.__members__, Verdict.RIGHT))
""",
    "replaces the truth about the exercise by its own answer": """
from bpcheck import exercises
from bpcheck.gradcheck.compare import exact
object.__setattr__(exercises.find("two_roads"), "truth", lambda x: (exact(0.0),))
""",
    "is asked only where zero is right": """
from bpcheck import exercises
object.__setattr__(exercises.find("two_roads"), "draw", lambda rng: [(0.0,)] * 3)
""",
    "makes the numerical derivative zero": """
import bpcheck.exercises.chain_rule as chapter
from bpcheck.gradcheck.compare import exact
chapter.slope = lambda *_, **__: exact(0.0)
""",
    "patches the tolerance": """
import sys, bpcheck.gradcheck.compare
compare = sys.modules["bpcheck.gradcheck.compare"]
for name in dir(compare):
    if isinstance(getattr(compare, name), float): setattr(compare, name, 1e99)
""",
    "patches NumPy": """
import numpy as np
np.abs = np.max = np.any = np.isclose = np.allclose = np.array_equal = lambda *_, **__: np.False_
""",
    "fixes the random cases": """
import numpy as np, os
real = np.random.default_rng
np.random.default_rng = lambda *_: real(0)
os.urandom = lambda n: bytes(n)
""",
    "imports a checker of its own": """
import sys, types, importlib.abc, importlib.machinery
class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name.startswith("bpcheck") else None
    def create_module(self, spec): return types.ModuleType(spec.name)
    def exec_module(self, module): module.check = lambda *_, **__: None
sys.meta_path.insert(0, Finder())
for name in [n for n in sys.modules if n == "bpcheck"]: del sys.modules[name]
import bpcheck
""",
    "writes a checker of its own": """
import importlib, sys
open("bpcheck.py", "w").write("check = hint = lambda *_, **__: None\\nclass draw: pass")
sys.path.insert(0, "")
for name in [n for n in sys.modules if n == "bpcheck"]: del sys.modules[name]
import bpcheck
""",
    "patches import": """
import builtins
real = builtins.__import__
def fake(name, *rest, **more):
    module = real(name, *rest, **more)
    if name.startswith("bpcheck"): module.check = lambda *_, **__: None
    return module
builtins.__import__ = fake
import bpcheck
""",
    "catches the sandbox's own errors": """
import sys
sys.excepthook = sys.unraisablehook = lambda *_: None
import bpcheck.errors
bpcheck.errors.AnswerError.__init__ = lambda self, *_: None
""",
}

# -- the verdict: IPython is changed -------------------------------------------------------------------

SHELL = {
    "drops checks by an input transformer": """
get_ipython().input_transformers_cleanup.append(
    lambda lines: ["pass\\n"] if "bpcheck.check" in "".join(lines) else lines)
""",
    "drops checks by an AST transformer": """
import ast
class Drop(ast.NodeTransformer):
    def visit_Expr(self, node):
        return ast.copy_location(ast.Pass(), node) if "check" in ast.dump(node) else node
get_ipython().ast_transformers.append(Drop())
""",
    "swallows what is raised by an AST transformer": """
import ast
class Swallow(ast.NodeTransformer):
    def visit_Module(self, node):
        caught = ast.parse("try:\\n    pass\\nexcept BaseException:\\n    pass").body[0]
        caught.body = node.body or caught.body
        node.body = [caught]
        return ast.fix_missing_locations(node)
get_ipython().ast_transformers.append(Swallow())
""",
    "replaces run_cell": """
shell = get_ipython()
real = shell.run_cell
class Fine:
    error_before_exec = error_in_exec = result = None
    success = True
    raise_error = lambda self: None
type(shell).run_cell = lambda self, *_, **__: Fine()
""",
    "silences tracebacks": """
shell = get_ipython()
type(shell).showtraceback = type(shell)._showtraceback = lambda *_, **__: None
""",
    "handles errors itself": """
get_ipython().set_custom_exc((BaseException,), lambda *_, **__: None)
""",
    "forgets the error after each cell": """
def forget(result): result.error_in_exec = result.error_before_exec = None
get_ipython().events.register("post_run_cell", forget)
""",
    "forges a display message": """
display({"text/plain": "RIGHT   two_roads", "text/html": "<strong>RIGHT</strong> two_roads"}, raw=True)
get_ipython().display_pub.publish({"text/plain": "2.0"})
""",
    "publishes a result of full marks while it is asked": """
def two_roads(x):
    hook = get_ipython().displayhook
    if hasattr(hook, "session"):  # a kernel's
        result = {"data": {"text/plain": "2.0"}, "metadata": {}, "execution_count": 1}
        hook.session.send(hook.pub_socket, "execute_result", result, parent=hook.parent_header, ident=hook.topic)
    else:
        hook.write_format_data({"text/plain": "2.0"}, {})
    return 0.0
""",
    "shows a script to whoever opens the feedback": """
from IPython.display import HTML, Javascript
display(HTML("<script>document.querySelectorAll('.score').forEach(e => e.value = 2)</script>"), Javascript("1"))
""",
    "clears the outputs when a cell has run": """
from IPython.display import clear_output
get_ipython().events.register("post_run_cell", lambda _: clear_output())
""",
    "writes the check's name into the user's namespace for ever": """
class Sticky(dict):
    def __getitem__(self, key): return (lambda *_: None) if key == "two_roads" else dict.__getitem__(self, key)
get_ipython().user_ns = Sticky(get_ipython().user_ns)
""",
    "traces every function": """
import sys
def trace(frame, event, argument):
    if "verdict" in frame.f_locals: frame.f_locals["verdict"] = "right"
    return trace
sys.settrace(trace)
""",
}

# -- the verdict: the answer is no number --------------------------------------------------------------

ANSWERS = {
    "returns a number that is equal to everything": """
class Yes(float):
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    __hash__ = None
    __sub__ = __rsub__ = __abs__ = lambda self, *_: Yes(0)
def two_roads(x): return Yes(0)
""",
    "returns an array that answers for NumPy": """
import numpy as np
class Array(np.ndarray):
    def __array_function__(self, *_): return np.False_
    def __array_ufunc__(self, *_, **__): return np.False_
def two_roads(x): return np.zeros(()).view(Array)
""",
    "returns an object that pretends to be an array": """
import numpy as np
class Array:
    __class__ = np.ndarray
    shape, ndim, dtype, size = (), 0, np.dtype(float), 1
    def __array__(self, *_, **__): return np.array(0.0)
    def __float__(self): return 0.0
def two_roads(x): return Array()
""",
    "returns the word": "def two_roads(x): return 'right'",
    "returns True": "def two_roads(x): return True",
    "returns nan": "def two_roads(x): return float('nan')",
    "returns infinity": "def two_roads(x): return float('inf')",
    "returns an object that runs when it is unpickled": """
import os
class Bomb:
    def __reduce__(self): return os.system, ("true",)
def two_roads(x): return Bomb()
""",
    "reads the truth from the frames of the examiner": """
import sys
def two_roads(x):
    for frame in sys._current_frames().values():
        while frame:
            seen = frame.f_locals
            for case, truth in zip(seen.get("cases", ()), seen.get("truths", ())):
                if case == (x,): return float(truth[0].value)
            frame = frame.f_back
    return 0.0
""",
    "looks for the truth among all objects": """
import gc
def two_roads(x):
    found = [o for o in gc.get_objects() if type(o).__name__ == "Estimate"]
    return float(found[-1].value) if found else 0.0
""",
    "looks for the seed": """
import sys
def two_roads(x):
    frame = sys._getframe()
    while frame:
        if "seed" in frame.f_locals: return float(frame.f_locals["seed"])
        frame = frame.f_back
    return 0.0
""",
    "says that it was not attempted": """
from bpcheck.errors import NotAttempted
def two_roads(x): raise NotAttempted("G0", "RIGHT two_roads")
""",
    "raises an error that says right": """
class Right(Exception):
    def __str__(self): return "RIGHT   two_roads  2.0 / 2"
def two_roads(x): raise Right
""",
    "raises an error that cannot be shown": """
class Evil(Exception):
    def __str__(self): return self.__str__()
    __repr__ = __str__
def two_roads(x): raise Evil
""",
    "has a signature that lies": """
import inspect
class Callable:
    @property
    def __signature__(self): raise SystemExit
    def __call__(self, x): return 0.0
two_roads = Callable()
""",
    "ends Python while it is judged": """
import os
def two_roads(x): os._exit(0)
""",
    "exits while it is judged": "def two_roads(x): exit()",
    "remembers nothing and guesses": """
import random
def two_roads(x): return random.random()
""",
}

# -- the channel between grader and child --------------------------------------------------------------

FRAME = """
import json, os, struct, sys, threading, time
def frame(facts, values=(), body=b""):
    header = json.dumps([facts, list(values), []]).encode()
    return struct.pack("<4sII", b"bpc1", len(header), len(body)) + header + body
def send(data):
    try: os.write(4, data)
    except OSError: pass
"""
CHANNEL = {
    "answers with a verdict": FRAME
    + """
from bpcheck.sandbox import child
def two_roads(x):
    send(frame({"number": 0, "verdict": "right", "changed": []}, [["str", "right"]]))
    return 0.0
""",
    "answers before it is asked": FRAME
    + "def two_roads(x): return 0.0\nthreading.Timer(0.2, send, [frame({'number': 1}, [[1]])]).start()",
    "promises four gigabytes": FRAME
    + "def two_roads(x): send(struct.pack('<4sII', b'bpc1', 10, 2**32 - 1)); return 0.0",
    "sends an array larger than the world": FRAME
    + "def two_roads(x): send(frame({}, [['array', '<f8', [2**40, 2**40]]])); return 0.0",
    "sends an array of objects": FRAME
    + "def two_roads(x): send(frame({}, [['array', 'O', [1]]], bytes(8))); return 0.0",
    "sends a header without end": FRAME
    + "def two_roads(x): send(struct.pack('<4sII', b'bpc1', 60000, 0) + b'[' * 60000); return 0.0",
    "closes the channel": FRAME + "def two_roads(x): os.closerange(0, 100); return 0.0",
    "writes to every descriptor": FRAME
    + """
def two_roads(x):
    for number in range(3, 50):
        try: os.write(number, b"right" * 100)
        except OSError: pass
    return 0.0
""",
}

# -- the notebook's metadata ---------------------------------------------------------------------------


def _swap(notebook: Notebook) -> None:
    cells = nbgrader_cells(notebook)
    cells["two_roads"]["source"] = cells["local_slopes"]["source"]


def _take_check_away(notebook: Notebook) -> None:
    notebook["cells"].remove(nbgrader_cells(notebook)["two_roads"])


def _double(notebook: Notebook) -> None:
    copied = copy.deepcopy(nbgrader_cells(notebook)["local_slopes"])
    notebook["cells"].append(copied | {"id": "local-slopes-again"})


def _double_as_the_other(notebook: Notebook) -> None:
    _double(notebook)
    notebook["cells"][-1]["metadata"]["nbgrader"]["grade_id"] = "two_roads"


def _without_metadata(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["metadata"].pop("nbgrader", None)


def _answer_as_markdown(notebook: Notebook) -> None:
    cell = nbgrader_cells(notebook)["two_roads-answer"]
    cell["cell_type"] = "markdown"
    for key in ("outputs", "execution_count"):
        cell.pop(key, None)


def _other_kernel(notebook: Notebook) -> None:
    notebook["metadata"]["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}


OUTPUT = {
    "output_type": "execute_result",
    "data": {"text/plain": "2.0"},
    "metadata": {},
    "execution_count": 1,
}

EDITS: dict[str, Change] = {
    "tags the check to be skipped": check_cell(metadata={"tags": ["skip-execution"]}),
    "tags the check to be skipped, and keeps nbgrader's own": lambda notebook: nbgrader_cells(notebook)[
        "two_roads"
    ]["metadata"].update(tags=["skip-execution"]),
    "empties the check": check_cell(source=""),
    "makes the check a number": check_cell(source="2.0"),
    "makes the check an object": check_cell(source="object()"),
    "checks the solved exercise twice": _swap,
    "takes the check away": _take_check_away,
    "doubles the check of the solved exercise": _double,
    "doubles it under the other name": _double_as_the_other,
    "gives itself a hundred points": check_info(points=100),
    "makes a wrong answer cost less than nothing": check_info(points=-100),
    "makes the check an answer": check_info(solution=True, locked=False),
    "makes the check a task": check_info(task=True, solution=False),
    "makes the check no grade": check_info(grade=False),
    "asks for a schema of tomorrow": check_info(schema_version=99),
    "unlocks the check and changes it": together(check_info(locked=False), check_cell(source="pass")),
    "takes all metadata away": _without_metadata,
    "stores a result beside the check": check_cell(outputs=[OUTPUT], execution_count=1),
    "hides the answer in prose": _answer_as_markdown,
    "asks for another kernel": _other_kernel,
}

# -- the machine and the others ------------------------------------------------------------------------

MACHINE = {  # harmful where nothing stops them, but for what a test watches
    "takes the solution from the course": """
import json, pathlib
for folder in [pathlib.Path().resolve(), *pathlib.Path().resolve().parents][:4]:
    for found in folder.glob("s*/**/02_chain_rule.ipynb"):
        for cell in json.loads(found.read_text())["cells"]:
            source = "".join(cell["source"])
            if "def two_roads" in source and "NotImplemented" not in source: exec(source)
""",
    "changes the gradebook": """
import pathlib, sqlite3
for folder in [pathlib.Path().resolve(), *pathlib.Path().resolve().parents][:4]:
    if (folder / "gradebook.db").exists():
        with sqlite3.connect(folder / "gradebook.db") as db: db.execute("update grade set manual_score = 100")
""",
    "changes the next student's file": """
import pathlib
for folder in [pathlib.Path().resolve(), *pathlib.Path().resolve().parents][:4]:
    for found in folder.glob("submitted/**/*.ipynb"): found.write_text("{}")
""",
    "changes the course's configuration": """
import pathlib
for folder in [pathlib.Path().resolve(), *pathlib.Path().resolve().parents][:4]:
    if (folder / "nbgrader_config.py").exists(): (folder / "nbgrader_config.py").write_text("raise SystemExit")
""",
    "changes the checker's files": """
import bpcheck, pathlib
with open(bpcheck.__file__, "a") as file: file.write("\\ncheck = lambda *_, **__: None")
""",
    "leaves modules for the next student": """
for name in ("numpy", "math", "json", "bpcheck"): open(f"{name}.py", "w").write("raise SystemExit")
""",
    "leaves a process behind": """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"], start_new_session=True)
""",
    "forks without end": """
import os
while True: os.fork()
""",
    "starts threads without end": """
import threading, time
while True: threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
""",
    "takes ten gigabytes": "import numpy as np\nkept = np.ones(10**10 // 8)",
    "takes memory bit by bit": "kept = []\nwhile True: kept.append(bytes(10**7))",
    "fills the disk": """
while True:
    with open("big", "ab") as file: file.write(bytes(10**7))
""",
    "makes files without end": """
for number in range(10**6): open(f"file{number}", "w").close()
""",
    "kills the grader": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
    "kills everybody": "import os, signal\nos.kill(-1, signal.SIGKILL)",
    "calls the shell": "!touch hacked\n!kill -9 $PPID",
    "calls the shell by a cell magic": "%%bash\ntouch hacked",
    "rewrites its notebook when it ends": """
import atexit, pathlib
atexit.register(lambda: [p.write_text("{}") for p in pathlib.Path().glob("*.ipynb")])
""",
    "never ends": "while True: pass",
    "never ends and swallows every interrupt": """
while True:
    try:
        while True: pass
    except BaseException: pass
""",
    "waits for an answer": "input('name? ')",
    "sleeps": "import time\ntime.sleep(10**6)",
    "prints without end": "while True: print('x' * 1000)",
    "shows a hundred megabytes": "print('x' * 10**8)",
    "raises a hundred megabytes": "raise Exception('x' * 10**8)",
    "prints what no file can hold": "print('\\ud800' * 100, '\\x00', '\\x1b[2J')",
    "recurses without end": "def f(): return f()\nf()",
    "crashes Python": "import ctypes\nctypes.string_at(0)",
    "ends Python": "import os\nos._exit(0)",
    "ends by a signal without a name": "import os\nos.kill(os.getpid(), 40)",
    "sends the work of others away": """
import urllib.request
urllib.request.urlopen("http://127.0.0.1:9/", data=b"x", timeout=2)
""",
    "prints the grader's secrets": "import os\nprint(os.environ, open('/proc/self/environ', 'rb').read())",
    "opens figures without end": """
import matplotlib.pyplot as plt
for _ in range(10**6): plt.figure()
""",
}
SAFE_ALONE = {  # of these, what plain nbgrader on an ordinary machine survives
    "takes the solution from the course",
    "rewrites its notebook when it ends",
    "waits for an answer",
    "prints what no file can hold",
    "recurses without end",
    "ends Python",
    "ends by a signal without a name",
    "crashes Python",
    "sends the work of others away",
}

# -- files beside the notebook -------------------------------------------------------------------------

SHADOWS = {
    "numpy.py": "def __getattr__(name): return lambda *_, **__: False",
    "bpcheck.py": "check = hint = lambda *_, **__: None\nclass draw:\n    chain = nudges = products = check",
    "sitecustomize.py": "import sys; sys.modules['bpcheck'] = None",
    "math.py": "cos = sin = exp = abs",
    "nbgrader_config.py": "c = get_config()\nc.ClearSolutions.code_stub = {'python': 'bpcheck.check = print'}",
    "ipython_config.py": "c = get_config()\nc.InteractiveShellApp.exec_lines = ['import bpcheck']",
}


def _as_it_is(_: Notebook) -> None:
    """The attack is beside the notebook."""


# -- the list ------------------------------------------------------------------------------------------


def _all() -> list[Attack]:
    found = [Attack(name, together(answer(ZERO), before_check(source))) for name, source in CHECKER.items()]
    found += [Attack(name, together(answer(ZERO), before_check(source))) for name, source in SHELL.items()]
    found += [Attack(name, answer(source)) for name, source in {**ANSWERS, **CHANNEL}.items()]
    found += [Attack(name, together(answer(ZERO), change)) for name, change in EDITS.items()]
    found += [Attack(name, last(source), unsafe=name not in SAFE_ALONE) for name, source in MACHINE.items()]
    found += [Attack(f"brings its own {name}", _as_it_is, files={name: SHADOWS[name]}) for name in SHADOWS]
    found.append(Attack("brings a link to the passwords", _as_it_is, links={"data.csv": "/etc/passwd"}))
    found.append(Attack("brings a link to the course", _as_it_is, links={"course": "../../.."}))
    return found


ATTACKS = _all()

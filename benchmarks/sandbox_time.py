"""What a walled process costs: a notebook of ten cells in the sandbox, beside nbclient with a fresh kernel.

Both run the same cells, in turn, in one run. The first round of each is not counted.
"""

import statistics
import time

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

from bpcheck.grading import answers
from bpcheck.sandbox import Sandbox

ROUNDS = 7
CALLS = 50
CELLS = [
    "import math\nimport numpy as np",
    "def two_roads(x):\n    u = x * x\n    return (math.sin(u) + u * math.cos(u)) * 2 * x",
    "xs = np.linspace(-2, 2, 101)",
    "ys = [two_roads(x) for x in xs]",
    "print(max(ys))",
    "W = np.ones((20, 30)) / 30",
    "(W @ np.ones(30)).sum()",
    "%timeit -n1 -r1 W.T @ np.ones(20)",
    "from IPython.display import Markdown\ndisplay(Markdown('*done*'))",
    "1 / 0",
]
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.title('$x^2$');"


def milliseconds(action):
    started = time.perf_counter()
    result = action()
    return 1000 * (time.perf_counter() - started), result


def in_a_kernel(cells):
    """One notebook by nbclient: a kernel is started, runs the cells, is shut down."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    quiet = Config(KernelManager={"transport": "ipc"})  # over TCP a kernel warns, at every start
    NotebookClient(notebook, allow_errors=True, timeout=120, config=quiet).execute()


def in_the_sandbox(sandbox, cells):
    """One notebook by the sandbox: opened, run, closed."""
    with sandbox.open([(f"cell{i}", source) for i, source in enumerate(cells)]):
        pass


def parts(sandbox):
    """Milliseconds for opening and running the ten cells, for one call, for closing, and of the child's processor."""
    opened, session = milliseconds(lambda: sandbox.open([(f"cell{i}", c) for i, c in enumerate(CELLS)]))
    called = [milliseconds(lambda: session.call("two_roads", 1.3))[0] for _ in range(CALLS)]
    closed, _ = milliseconds(session.close)
    return opened, statistics.median(called), closed, 1000 * session.report["cpu"]


def compare(sandbox, name, cells):
    """One line: medians of both roads, and the median ratio with its range."""
    pairs = []
    for _ in range(ROUNDS + 1):
        ours, _ = milliseconds(lambda: in_the_sandbox(sandbox, cells))
        theirs, _ = milliseconds(lambda: in_a_kernel(cells))
        pairs.append((ours, theirs))
    ours, theirs = (statistics.median(column) for column in zip(*pairs[1:], strict=True))
    ratios = [theirs / ours for ours, theirs in pairs[1:]]
    span = f"{min(ratios):.0f} to {max(ratios):.0f}"
    print(f"{name:<24}{ours:10.0f} ms{theirs:12.0f} ms{statistics.median(ratios):10.0f}   {span}")


def main():
    started, sandbox = milliseconds(lambda: Sandbox.start(preload=answers.PRELOAD))
    with sandbox:
        print(
            f"protection {sandbox.level}; zygote started in {started / 1000:.1f} s, once for all submissions\n"
        )
        parts(sandbox)
        columns = zip(*[parts(sandbox) for _ in range(ROUNDS)], strict=True)
        opened, called, closed, used = map(statistics.median, columns)
        print(f"open and run ten cells  {opened:6.1f} ms")
        print(f"one call                {called:6.2f} ms")
        print(f"close                   {closed:6.1f} ms")
        print(f"of all, the child's own {used:6.1f} ms of processor time, with {CALLS} calls\n")
        print(
            f"{'median of ' + str(ROUNDS):<24}{'sandbox':>13}{'nbclient':>15}{'ratio':>10}   lowest and highest"
        )
        compare(sandbox, "ten light cells", CELLS)
        compare(sandbox, "and a figure", [*CELLS, FIGURE])


if __name__ == "__main__":
    main()

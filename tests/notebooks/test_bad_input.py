"""In a real kernel: whatever a student hands in gets a sentence, no traceback of ours, and the kernel lives on."""

import nbformat
import pytest
from nbclient import NotebookClient

FUNCTIONS = {  # what a student might write for `double` -> what the report must say
    "raise NotImplementedError": "still holds the placeholder",
    "2 * x": "gave back None. Did you forget `return`?",
    "return str(2 * x)": "it is the string",
    "return [[1, 2], [3]]": "a list of unequal lengths",
    "return float('nan')": "result is nan",
    "return 2j * x": "result is complex",
    "return np.array([x, None])": "an array of Python objects",
    "return np.array([2 * x])": "result has shape (1,); expected a single number",
    "return np.array(2 * x).astype(int)": "cut to whole numbers",
    "return x > 0": "it is the truth value",
    "return double": "it is the function double",
    "while True: pass": "Stopped after",
    "exit()": "called `exit()`",
    "quit()": "called `exit()`",
    "import sys; sys.exit(1)": "called `exit()`",
    "return x / 0": "ZeroDivisionError",
    "return y": "NameError: name 'y' is not defined",
    "return double(x)": "calls itself without end",
    "return np.ones((2, 3)) @ np.ones((2, 3))": "Python stopped in your line 2",
    "return x * np.random.rand()": "Two calls with the same arguments",
    "print('on the side'); return x": "it printed: on the side",
    "import warnings; warnings.warn('careful'); return x": "Python warned. UserWarning: careful",
    "yield 2 * x": "a generator object",
}
CALLS = {
    "def double(): return 1\nbpcheck.check(double)": "called as `double(x)`, but yours begins `def double()`",
    "def shapes(sizes):\n    sizes += [1]\n    return [(b, a) for a, b in zip(sizes, sizes[1:-1])]\nbpcheck.check(shapes)": "your input `sizes` is different",
    "bpcheck.check(4)": "UsageError: check needs the function itself",
    "bpcheck.check(4, 'double')": "UsageError: double should be a function; it is the number 4",
    "bpcheck.check(double, 'doubel')": "UsageError: no exercise 'doubel'; did you mean 'double'?",
    "bpcheck.hint('doubel')": "UsageError: no exercise 'doubel'; did you mean 'double'?",
    "bpcheck.solution('cost')": "UsageError: the solution of cost opens after an attempt",
}
CELLS = {
    f"def double(x):\n    {body}\nbpcheck.check(double)": said for body, said in FUNCTIONS.items()
} | CALLS
LAST = "def double(x):\n    return 2 * x\nbpcheck.check(double)"


@pytest.fixture(scope="module")
def outputs():
    """All outputs of each cell as one text, from one kernel that ran them one after the other."""
    sources = ["import bpcheck, numpy as np\nbpcheck.notebook.SECONDS = 0.5", *CELLS, LAST]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=60, allow_errors=True, kernel_name="python3").execute()
    return {cell.source: cell.outputs for cell in notebook.cells}


def text_of(outputs):
    parts = []
    for output in outputs:
        parts.append(output.get("text", ""))
        parts.append(output.get("data", {}).get("text/plain", ""))
        parts.append("\n".join(output.get("traceback", [])))
    return " ".join(" ".join(parts).split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "said"),
    CELLS.items(),
    ids=[source.split("\n")[1 if "\n" in source else 0].strip() for source in CELLS],
)
def test_every_bad_input_gets_its_sentence(outputs, source, said):
    assert said in text_of(outputs[source])


@pytest.mark.slow
@pytest.mark.parametrize("source", CELLS)
def test_no_cell_shows_a_traceback_or_writes_to_stderr(outputs, source):
    """nbgrader gives 0 points for anything on stderr, and a traceback of ours teaches nothing."""
    assert not [o for o in outputs[source] if o.get("name") == "stderr"]
    errors = [o for o in outputs[source] if o.output_type == "error"]
    assert all(len(error.traceback) == 1 and "\n" not in error.traceback[0] for error in errors)
    assert not any(o.output_type == "execute_result" for o in outputs[source])


@pytest.mark.slow
def test_the_kernel_lives_on_after_all_of_them(outputs):
    assert text_of(outputs[LAST]).startswith("RIGHT double")

"""A class that hands in notebook 02: right, wrong and blank answers, each submission different from every other."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
CHAPTER = "02_chain_rule"
NOTEBOOK = f"{CHAPTER}.ipynb"
BLANK, RIGHT, WRONG = 0.1, 0.7, 0.2  # of the answers; one student in ten hands in the notebook untouched

WRONG_ANSWERS = {
    "values-answer": [
        "def values(x):\n    v = x**2\n    u = np.sin(x) ** 2\n    return v, u, np.exp(u)",
        "def values(x):\n    v = x**2\n    u = np.sin(v)\n    return np.exp(u), u, v",
    ],
    "local_slopes-answer": [
        "def local_slopes(x):\n    return 2 * x, np.cos(x), np.exp(np.sin(x**2))",
        "def local_slopes(x):\n    v = x**2\n    return 2 * x, -np.cos(v), np.exp(np.sin(v))",
        "def local_slopes(x):\n    v = x**2\n    return 2 * x, np.cos(v)",
    ],
    "from_output-answer": [
        "def from_output(slopes):\n    a, b, c = slopes\n    return a, a * b, a * b * c",
        "def from_output(slopes):\n    a, b, c = slopes\n    return c, c + b, c + b + a",
    ],
    "from_input-answer": [
        "def from_input(slopes):\n    a, b, c = slopes\n    return c, c * b, c * b * a",
        "def from_input(slopes):\n    a, b, c = slopes\n    return a, a * b, a * b * q",
    ],
    "cost-answer": ["def cost(dims, order):\n    return sum(a * b for a, b in zip(dims, dims[1:]))"],
    "two_roads-answer": [
        "def two_roads(x):\n    u = x**2\n    return u * np.cos(u) * 2 * x",
        "def two_roads(x):\n    u = x**2\n    return np.sin(u) * 2 * x",
        "def two_roads(x):\n    u = x**2\n    return (np.sin(u) + u * np.cos(u)) * x",
    ],
    "quiz_02-answer": ['def quiz_02():\n    return {"q1": "a", "q2": "b", "q3": "c", "q4": "a", "q5": "b"}'],
}


def make(root: Path, students: int, seed: int = 1) -> None:
    """A course folder with `students` submissions, released into a gradebook."""
    (root / "nbgrader_config.py").write_bytes((REPOSITORY / "nbgrader_config.py").read_bytes())
    source = REPOSITORY / "solutions" / CHAPTER / NOTEBOOK
    (root / "solutions" / CHAPTER).mkdir(parents=True)
    (root / "solutions" / CHAPTER / NOTEBOOK).write_bytes(source.read_bytes())
    run(root, "nbgrader", "generate_assignment", CHAPTER)
    released = (root / "notebooks" / CHAPTER / NOTEBOOK).read_bytes()
    right = _right_answers(json.loads(source.read_bytes()))
    rng = random.Random(seed)
    for number in range(students):
        notebook = json.loads(released)
        _answer(notebook, _choose(right, rng), number)
        path = root / "submitted" / f"s{number:05d}" / CHAPTER / NOTEBOOK
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")


def run(course: Path, *module: str) -> None:
    """A command in the course's folder; nbgrader finds its own programs."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=course,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def _right_answers(source: dict) -> dict[str, str]:
    found = {}
    for cell in source["cells"]:
        info = cell["metadata"].get("nbgrader", {})
        if info.get("solution"):
            lines = "".join(cell["source"]).split("\n")
            found[info["grade_id"]] = "\n".join(line for line in lines if "SOLUTION" not in line)
    return found


def _choose(right: dict[str, str], rng: random.Random) -> dict[str, str]:
    if rng.random() < BLANK:
        return {}
    chosen = {}
    for name, text in right.items():
        (fate,) = rng.choices(["blank", "right", "wrong"], [BLANK, RIGHT, WRONG])
        if fate == "right" or (fate == "wrong" and name not in WRONG_ANSWERS):
            chosen[name] = text
        elif fate == "wrong":
            chosen[name] = rng.choice(WRONG_ANSWERS[name])
    return chosen


def _answer(notebook: dict, answers: dict[str, str], number: int) -> None:
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = f"{answers[name]}\n# student {number}"

"""Right answers that may be no answers: difference quotients, the course's own tools, the printed solution.

None of this takes a point away. It is said in the report, and a person looks: whoever copies can rename, and whoever
is honest can write the same short line as the solution.

Imports: numpy, bpcheck.exercises, bpcheck.gradcheck.facts.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from bpcheck import exercises
from bpcheck.exercises.model import Exercise, Quiz
from bpcheck.gradcheck.facts import Comparison, Outcome

ROUNDING = 1e-12  # of an entry: what code for a derivative loses at most, at most of its entries
PLAINLY = 1e-4  # what loses more than this is not right by any road
FLOAT32 = "G6"  # the examiner has said already what the digits were lost to
ERRORS = 3.0  # estimated errors of the expected value that prove nothing
TOOLS = "bpcheck."  # what begins so is the course's
LONGEST = 100_000  # characters of a cell
LONG = 60  # nodes of a solution's syntax tree, about four lines: shorter ones are written alike by many

Definition = ast.FunctionDef | ast.ClassDef


def doubts(exercise: Exercise | Quiz, function: str, outcome: Outcome, cells: Iterable[str]) -> list[str]:
    """What a person should look at, a sentence each; nothing for an answer that is plainly wrong.

    Parameters
    ----------
    exercise : that was examined
    function : the name of its answer
    outcome : of the examination
    cells : the code of the notebook up to there
    """
    if isinstance(exercise, Quiz):
        return []
    found = [] if any(f.code == FLOAT32 for f in outcome.findings) else list(imprecise(outcome.comparisons))
    if not outcome.ok:
        return found
    try:
        return found + list(_from_source(exercise, function, cells))
    except RecursionError:
        return [*found, f"`{function}` is nested too deeply to be read."]


def _from_source(exercise: Exercise, function: str, cells: Iterable[str]) -> Iterator[str]:
    parsed = [(text, tree) for text in cells if (tree := _parsed(text)) is not None]
    trees = [tree for text, tree in parsed if "import" in text]  # to walk through all of them takes its time
    own, printed = _answer(function, [tree for _, tree in parsed]), _solution(exercise.id)
    given = {node.id for one in printed for node in ast.walk(one) if isinstance(node, ast.Name)}
    for name in sorted(_tools(own, trees)):
        if not given & set(name.split(".")):
            yield f"`{function}` uses `{name}`, a tool of the course's."
    if _is_copied(function, own, exercise.id):
        yield f"`{function}` is the printed solution, name by name."


# -- precision -----------------------------------------------------------------------------------------


def imprecise(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """A sentence for each result that is right to some digits and no further, as difference quotients are.

    A formula loses a few units in the last place, which is less than the expected value's own error. The best central
    difference loses a third of all digits. Where the exercise asks for a difference, so is the expected value.
    """
    for name in dict.fromkeys(c.name for c in comparisons):
        lost, known = _distances([c for c in comparisons if c.name == name])
        if max(ROUNDING, ERRORS * known) < lost < PLAINLY:
            yield (
                f"`{name}` is right to {-np.log10(lost):.0f} digits and no further; a formula is right to 14. "
                "Is it a difference quotient?"
            )


def _distances(mine: Sequence[Comparison]) -> tuple[float, float]:
    """Relative to each entry, at most of the entries: the distance from the expected value, and its own error."""
    lost, known = [0.0], [0.0]
    for c in mine:
        size = np.maximum(np.abs(c.expected.value), 1e-3 * np.abs(c.expected.value).max(initial=0.0))
        sound = np.isfinite(c.expected.value) & ~c.expected.kink & (size > 0)
        lost += [*(np.abs(c.error) / np.where(size > 0, size, 1.0))[sound].flat]
        known += [*(c.expected.error / np.where(size > 0, size, 1.0))[sound].flat]
    return float(np.median(lost)), float(np.median(known))


# -- source --------------------------------------------------------------------------------------------


def _parsed(text: str) -> ast.Module | None:
    """Without lines that are IPython's; None if the rest is no Python, or longer than anybody writes."""
    if len(text) > LONGEST:
        return None
    try:
        return ast.parse(re.sub(r"^([ \t]*)[%!?].*$", r"\1pass", text, flags=re.MULTILINE))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _answer(function: str, trees: Sequence[ast.Module]) -> list[Definition]:
    """The last definition of the answer, and of everything of the notebook's own that it uses."""
    defined = {
        node.name: node
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    found: dict[str, Definition] = {}
    wanted = [function]
    while wanted:
        name = wanted.pop()
        if name in defined and name not in found:
            found[name] = defined[name]
            wanted += [node.id for node in ast.walk(defined[name]) if isinstance(node, ast.Name)]
    return list(found.values())


def _tools(own: Sequence[Definition], trees: Sequence[ast.Module]) -> set[str]:
    """What of the course's the answer uses, by its full name."""
    names = {"bpcheck": "bpcheck"}
    for tree in (*trees, *own):
        names |= dict(_imported(tree))
    used = set()
    for node in (node for definition in own for node in ast.walk(definition)):
        if isinstance(node, ast.Name) and node.id in names:
            used.add(names[node.id])
        elif isinstance(node, ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            used |= {f"{names[first]}.{rest}"} if first in names else set()
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(TOOLS):
            used.add(node.value)
    longest = {name for name in used if not any(other.startswith(f"{name}.") for other in used)}
    return {name for name in longest if name.startswith(TOOLS)}


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (
                    alias.asname or alias.name.split(".")[0],
                    alias.name if alias.asname else alias.name.split(".")[0],
                )
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "bpcheck":
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


@functools.cache
def _solution(exercise: str) -> list[Definition]:
    """The definitions in the printed solution."""
    printed = exercises.prose(exercises.find(exercise)).solution
    blocks = re.findall(r"```python\n(.*?)```", printed, re.DOTALL)
    trees = [tree for block in blocks if (tree := _parsed(block)) is not None]
    return [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def _is_copied(function: str, own: Sequence[Definition], exercise: str) -> bool:
    theirs = _printed(exercise)
    mine = [one for one in own if one.name == function]
    return bool(theirs and mine) and ast.dump(_bare(mine[0])) == theirs


@functools.cache
def _printed(exercise: str) -> str:
    """The tree of the printed solution's function; empty if it is too short to be told from others."""
    found = [_bare(one) for one in _solution(exercise) if one.name == exercise]
    return ast.dump(found[-1]) if found and sum(1 for _ in ast.walk(found[-1])) >= LONG else ""


def _bare(definition: Definition) -> Definition:
    """Without docstrings; comments and layout are not in the tree."""
    bare: Definition = ast.parse(ast.unparse(definition)).body[0]  # type: ignore[assignment]
    for node in ast.walk(bare):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return bare

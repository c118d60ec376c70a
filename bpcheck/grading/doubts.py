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
from typing import NamedTuple

import numpy as np

from bpcheck import exercises
from bpcheck.exercises.model import Exercise, Quiz
from bpcheck.gradcheck.facts import Comparison, FloatArray, Outcome

ROUNDING = 1e-12  # of an entry: what code for a derivative loses at most, at most of its entries
PLAINLY = 1e-4  # what loses more than this is not right by any road
FLOAT32 = "G6"  # the examiner has said already what the digits were lost to
ERRORS = 3.0  # estimated errors of the expected value that prove nothing
TOOLS = "bpcheck."  # what begins so is the course's
LONGEST = 100_000  # characters of a cell
LONG = 60  # nodes of a solution's syntax tree, about four lines: shorter ones are written alike by many

MANY = 64  # cells that are remembered: most stand in every submission, and are read again for each check
SHORT = 10_000  # characters of such a cell; the trees of longer ones would fill the memory

Definition = ast.FunctionDef | ast.ClassDef


class _Used(NamedTuple):
    """What a piece of code imports and uses."""

    imports: dict[str, str]  # what it is called here, and its full name
    names: set[str]
    dotted: set[str]  # `a.b.c`, all of it
    texts: set[str]  # that begin as the course's names do


class _Own(NamedTuple):
    """A definition of the notebook's own."""

    node: Definition
    used: _Used


class _Read(NamedTuple):
    """What matters of a cell."""

    definitions: dict[str, _Own]  # at its top level
    imports: dict[str, str]


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
    read = [_remembered(text) if len(text) <= SHORT else _read(text) for text in cells]
    own = _answer(function, [one.definitions for one in read])
    for name in sorted(_tools([one.used for one in own], [one.imports for one in read])):
        if not _names(exercise.id) & set(name.split(".")):
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
        distances, errors = _relative([c for c in comparisons if c.name == name])
        if distances.max(initial=0.0) <= ROUNDING:
            continue
        lost, known = np.median(distances), np.median(errors)
        if max(ROUNDING, ERRORS * known) < lost < PLAINLY:
            yield (
                f"`{name}` is right to {-np.log10(lost):.0f} digits and no further; a formula is right to 14. "
                "Is it a difference quotient?"
            )


def _relative(mine: Sequence[Comparison]) -> tuple[FloatArray, FloatArray]:
    """To the size of each entry: its distance from the expected value, and that value's own error."""
    lost, known = [np.zeros(1)], [np.zeros(1)]
    for c in mine:
        size = np.abs(c.expected.value)
        size = np.maximum(size, 1e-3 * size.max(initial=0.0))
        sound = np.isfinite(c.expected.value) & ~c.expected.kink & (size > 0)
        lost.append(np.abs(c.error)[sound] / size[sound])
        known.append(c.expected.error[sound] / size[sound])
    return np.concatenate(lost), np.concatenate(known)


# -- source --------------------------------------------------------------------------------------------


def _read(text: str) -> _Read:
    tree = _parsed(text)
    if tree is None:
        return _Read({}, {})
    defined = (one for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef))
    imports = _used(tree).imports if "import" in text else {}
    return _Read({one.name: _Own(one, _used(one)) for one in defined}, imports)


_remembered = functools.lru_cache(maxsize=MANY)(_read)


def _parsed(text: str) -> ast.Module | None:
    """Without lines that are IPython's; None if the rest is no Python, or longer than anybody writes."""
    if len(text) > LONGEST:
        return None
    try:
        return ast.parse(re.sub(r"^([ \t]*)[%!?].*$", r"\1pass", text, flags=re.MULTILINE))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _used(tree: ast.AST) -> _Used:
    found = _Used({}, set(), set(), set())
    for node in ast.walk(tree):
        match node:
            case ast.Name():
                found.names.add(node.id)
            case ast.Attribute():
                found.dotted.add(_dotted(node))
            case ast.Constant(str() as text) if text.startswith(TOOLS):
                found.texts.add(text)
            case ast.Import() | ast.ImportFrom():
                found.imports.update(_imported(node))
    return found


def _dotted(node: ast.expr) -> str:
    """The whole of `a.b.c`; empty where it begins with something computed, as `f().b`."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    if isinstance(node, ast.Import):
        firsts = {alias.asname or alias.name.split(".")[0]: alias for alias in node.names}
        return {name: one.name if one.asname else name for name, one in firsts.items()}
    if (node.module or "").split(".")[0] == "bpcheck":
        return {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return {}


def _answer(function: str, defined: Sequence[dict[str, _Own]]) -> list[_Own]:
    """The last definition of the answer, and of everything of the notebook's own that it uses."""
    last = {name: own for one in defined for name, own in one.items()}
    found: dict[str, _Own] = {}
    wanted = [function]
    while wanted:
        name = wanted.pop()
        if name in last and name not in found:
            found[name] = last[name]
            wanted += last[name].used.names
    return list(found.values())


def _tools(own: Sequence[_Used], imports: Sequence[dict[str, str]]) -> set[str]:
    """What of the course's the answer uses, by its full name."""
    called = {"bpcheck": "bpcheck"}
    for more in (*imports, *(one.imports for one in own)):
        called |= more
    used = set()
    for one in own:
        used |= {called[name] for name in one.names if name in called} | one.texts
        for first, _, rest in (dotted.partition(".") for dotted in one.dotted):
            used |= {f"{called[first]}.{rest}"} if first in called else set()
    longest = {name for name in used if not any(other.startswith(f"{name}.") for other in used)}
    return {name for name in longest if name.startswith(TOOLS)}


@functools.cache
def _names(exercise: str) -> set[str]:
    """Those that the printed solution uses: whoever uses them too does what was asked."""
    nodes = (node for one in _solution(exercise) for node in ast.walk(one))
    return {node.id for node in nodes if isinstance(node, ast.Name)}


@functools.cache
def _solution(exercise: str) -> list[Definition]:
    """The definitions in the printed solution."""
    printed = exercises.prose(exercises.find(exercise)).solution
    blocks = re.findall(r"```python\n(.*?)```", printed, re.DOTALL)
    trees = [tree for block in blocks if (tree := _parsed(block)) is not None]
    return [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def _is_copied(function: str, own: Sequence[_Own], exercise: str) -> bool:
    theirs = _printed(exercise)
    mine = [one.node for one in own if one.node.name == function]
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

"""The course's own figures, drawn once for all submissions.

A cell that only draws, `draw.chain(0.8)`, shows the same in every submission and changes nothing: a sandboxed child
of its own runs it once, and its outputs are used wherever that cell stands. Drawing is most of the time
that a notebook takes.

Imports: bpcheck.draw, bpcheck.sandbox, the siblings `harmless`, `model`.
"""

from __future__ import annotations

import ast
import copy
import re
import symtable
from collections.abc import Iterator, Sequence

from bpcheck import draw
from bpcheck.grading.harmless import harmless
from bpcheck.grading.model import Output
from bpcheck.sandbox import Sandbox

IMPORT = "from bpcheck import draw"
NAME = re.compile(r"\bdraw\b")
MANY = 500  # cells that are remembered

# by the cell's text; None: it did not work, so it is run where it stands
_drawn: dict[str, list[Output] | None] = {}


def figure_cells(sources: Sequence[str]) -> frozenset[int]:
    """Which cells only draw; none of them if the notebook may use the name `draw` for anything else.

    >>> sorted(figure_cells(["from bpcheck import draw", "draw.chain(0.8)", "x = 1", "draw.chain(x)"]))
    [1]
    >>> sorted(figure_cells(["draw = []", "draw.chain(0.8)"]))
    []
    """
    named = {i: source for i, source in enumerate(sources) if NAME.search(source)}
    found = frozenset(i for i, source in named.items() if _only_draws(source))
    return found if all(_leaves_name_alone(named[i]) for i in named.keys() - found) else frozenset()


def outputs(source: str, sandbox: Sandbox) -> list[Output] | None:
    """What a cell of `figure_cells` shows; None if it must be run to know."""
    if source not in _drawn:
        if len(_drawn) >= MANY:
            _drawn.clear()
        _drawn[source] = _draw(source, sandbox)
    return copy.deepcopy(_drawn[source])


def _draw(source: str, sandbox: Sandbox) -> list[Output] | None:
    with sandbox.open([("import", IMPORT), ("figure", source)]) as session:
        return None if any(session.errors) else harmless(session.outputs[1])[0]


def _only_draws(source: str) -> bool:
    tree = _parsed(source)
    return tree is not None and bool(tree.body) and all(_is_figure(one) for one in tree.body)


def _is_figure(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name("draw"), name), arguments, keywords)):
            return name in draw.__all__ and all(map(_is_literal, [*arguments, *(k.value for k in keywords)]))
    return False


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def _leaves_name_alone(source: str) -> bool:
    """It imports `draw` from where it is, uses it, and gives it no other meaning."""
    tree = _parsed(source)
    if tree is None or any(_is_assigned(table) for table in _scopes(symtable.symtable(source, "", "exec"))):
        return False
    return not any(_gives_other_meaning(node) for node in ast.walk(tree))


def _scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _scopes(child)


def _is_assigned(table: symtable.SymbolTable) -> bool:
    return "draw" in table.get_identifiers() and table.lookup("draw").is_assigned()


def _gives_other_meaning(node: ast.AST) -> bool:
    match node:
        case ast.ImportFrom("bpcheck", names):
            return any(alias.asname == "draw" for alias in names)
        case ast.ImportFrom(_, names) | ast.Import(names):
            return any(alias.name in ("*", "draw") or alias.asname == "draw" for alias in names)
        case ast.Attribute(ast.Name("draw"), ctx=ast.Store() | ast.Del()):
            return True
    return False


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None

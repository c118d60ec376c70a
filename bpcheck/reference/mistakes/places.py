"""Where a step stands in the user's code, in words for a sentence.

Imports: bpcheck.reference.node.
"""

from __future__ import annotations

import linecache
from collections.abc import Iterable, Sequence
from itertools import islice

from bpcheck.reference.node import Node

LONGEST = 60  # characters of code in a sentence
WORDS = {
    "relu": "ReLU",
    "matmul": "product",
    "einsum": "product",
    "add": "addition",
    "subtract": "subtraction",
    "multiply": "multiplication",
    "divide": "division",
    "negative": "minus sign",
    "max": "maximum",
    "min": "minimum",
    "where": "choice",
    "getitem": "selection",
    "absolute": "absolute value",
    "log_softmax": "log softmax",
    "logsumexp": "log-sum-exp",
    "sqrt": "square root",
    "concatenate": "joining",
    "stack": "stacking",
}


def words(operation: str) -> str:
    """The name of an operation as readers know it."""
    return WORDS.get(operation, operation)


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, each once.

    >>> listed(["W1", "b1", "W1", "W2"])
    'W1, b1 and W2'
    """
    *most, last = dict.fromkeys(names) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def place(nodes: Sequence[Node], peers: Sequence[Node]) -> str:
    """The code that made `nodes`, told apart from that of their `peers` (all nodes of the same kind).

    >>> import numpy as np
    >>> from bpcheck.reference.tape import record
    >>> nodes = record(lambda x: np.tanh(x).sum(), np.ones(2)).nodes
    >>> place(nodes[1:2], nodes[1:2])
    'the tanh `np.tanh(x)`'
    """
    first, kind = nodes[0], words(nodes[0].operation)
    if len(nodes) > 1 and len(nodes) == len(peers):
        return f"every {kind} ({len(nodes)} of them)"
    level = _telling_level(nodes, peers)
    code = _code(first, level)
    twins = [peer for peer in peers if peer.site[level:] != first.site[level:] and _code(peer, level) == code]
    line = f" in line {_position(first, level)[0]}" if code and twins else ""
    named = f"the {kind} `{code}`{line}" if code else f"the {kind}"
    if len(nodes) > 1:
        return f"{named} ({len(nodes)} times)"
    same = [peer.index for peer in peers if not code or peer.site[level:] == first.site[level:]]
    return f"{named} (number {same.index(first.index) + 1} of {len(same)})" if len(same) > 1 else named


def _telling_level(nodes: Sequence[Node], peers: Sequence[Node]) -> int:
    """How many calls to step out of, until the code is no longer one helper's that the others share."""
    site, mine = nodes[0].site, {node.index for node in nodes}
    others = [peer.site for peer in peers if peer.index not in mine]
    for level, call in enumerate(site):
        if all(len(other) > level and other[level] != call for other in others):
            return level
    return 0


def _code(node: Node, level: int) -> str:
    """The expression at that level of the calls; empty if its source cannot be had."""
    first, last, start, end = _position(node, level)
    if first is None or last is None or start is None or end is None:
        return ""
    file = node.site[level][0].co_filename
    lines = [linecache.getline(file, i).encode() for i in range(first, last + 1)]
    lines[-1] = lines[-1][:end]  # columns count bytes
    lines[0] = lines[0][start:]
    text = " ".join(line.decode(errors="replace").strip() for line in lines)
    return text if len(text) <= LONGEST else f"{text[: LONGEST * 2 // 3]} … {text[-LONGEST // 4 :]}"


def _position(node: Node, level: int) -> tuple[int | None, int | None, int | None, int | None]:
    """First and last line, first and last column of the expression; None for what is not known."""
    nowhere = (None, None, None, None)
    if level >= len(node.site):
        return nowhere
    code, instruction = node.site[level]
    return next(islice(code.co_positions(), instruction // 2, None), nowhere)

"""Mistakes with roads: one is not counted, counted twice, or walked in the wrong order; C7, C8, C24, C26, C27.

Imports: numpy, bpcheck.reference.node, .operations, .tape, the siblings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bpcheck.reference.mistakes.anatomy import SINGLES, Anatomy
from bpcheck.reference.mistakes.penalties import Penalties
from bpcheck.reference.mistakes.places import listed, place
from bpcheck.reference.mistakes.swaps import Swap, cut, scaled
from bpcheck.reference.node import Node
from bpcheck.reference.operations import FloatArray
from bpcheck.reference.tape import Edge, Join, Tape, right_rule

PAIRS = 4  # roads up to which one is tried in the place of another
TOO_MANY_STEPS = 20_000

# -- arrays that a loop uses again and again -----------------------------------------------------------


def shared_weights(anatomy: Anatomy, penalties: Penalties) -> Iterator[Swap]:
    """Only one use of an array is counted, the last or the first; or nothing flows back in time."""
    loops = {leaf: [e for e in edges if e[0] not in penalties.steps] for leaf, edges in anatomy.loops.items()}
    chains = [len(edges) for edges in loops.values() if anatomy.is_chain(edges)]
    for leaves in [list(loops), *([leaf] for leaf in loops)] if loops else ():
        in_time = any(abs(len(loops[leaf]) - length) < 2 for leaf in leaves for length in chains)
        calls = any(len({anatomy.nodes[i].site for i, _ in loops[leaf]}) > 1 for leaf in leaves)
        code, sentence = (
            ("C26", ONE_TIME_STEP) if in_time else ("C7", ONE_CALL) if calls else ("C24", OVERWRITTEN)
        )
        for part, word in ((slice(None, -1), "last"), (slice(1, None), "first")):
            edges = [edge for leaf in leaves for edge in loops[leaf][part]]
            names = listed(anatomy.leaves[leaf] for leaf in leaves)
            yield cut(edges, code, sentence.format(names=names, word=word))
    for leaf, edges in loops.items():
        if anatomy.is_chain(edges):
            yield from _past_constant(anatomy, anatomy.leaves[leaf], edges)


def _past_constant(anatomy: Anatomy, name: str, edges: list[Edge]) -> Iterator[Swap]:
    """The state of the step before taken for a constant: at every step, or at one."""
    state = [
        (i, 1 - weight)
        for i, weight in edges
        if anatomy.nodes[i].operation in ("matmul", "multiply")
        and anatomy.nodes[i].parents[1 - weight].active
    ]
    if len(state) > 1 and _goes_beside(anatomy, *state[-2:]):
        yield cut(state, "C27", STATE_CONSTANT.format(road=name))
        return
    if state:
        yield cut(state, "C27", PAST_CONSTANT.format(name=name, steps="one step"))
    for back, edge in enumerate(state[::-1][:SINGLES], start=1):
        yield cut(
            [edge], "C27", PAST_CONSTANT.format(name=name, steps=f"{back} steps" if back > 1 else "one step")
        )


# -- forks ---------------------------------------------------------------------------------------------


def wrong_forks(anatomy: Anatomy, penalties: Penalties, settled: set[int]) -> Iterator[Swap]:
    """A value with several users: one of its roads not counted, the only one counted, or counted twice.

    `settled`: steps whose roads other families speak about.
    """
    forks = [(node, edges) for node, edges in anatomy.forks(penalties.steps) if node.index not in settled]
    yield from _same_road(anatomy, forks)
    for node, edges in forks:
        what = anatomy.name(node) or f"The value of {anatomy.where(node)}"
        few = edges if len(edges) <= SINGLES else [edges[0], edges[-1]]
        roads = {edge: _road(anatomy, edge, edges) for edge in few}
        for edge, road in roads.items():
            yield cut([edge], "C7", ONE_MISSING.format(what=what, road=road, count=len(edges)))
            others = [other for other in edges if other != edge]
            if len(edges) > 2:
                yield cut(others, "C7", ONLY_ONE.format(what=what, road=road, count=len(edges)))
            if node.index in anatomy.leaves.keys() - anatomy.loops.keys():
                for other in others if len(edges) <= PAIRS else ():
                    both = {edge: scaled(2.0), other: scaled(0.0)}
                    yield Swap("C7", FOR_BOTH.format(what=what, road=road), f"twice for {other}", both)
        for edge, road in roads.items():
            yield Swap("C8", TWICE.format(what=what, road=road), "twice", {edge: scaled(2.0)})


def _same_road(anatomy: Anatomy, forks: list[tuple[Node, list[Edge]]]) -> Iterator[Swap]:
    """The same road not counted at every pass of a loop, or call of a function."""
    lines: dict[object, list[Edge]] = {}
    for _, edges in forks:
        for i, slot in edges:
            lines.setdefault((anatomy.nodes[i].site[:1], anatomy.nodes[i].operation, slot), []).append(
                (i, slot)
            )
    for edges in lines.values():
        users = [anatomy.nodes[i] for i, _ in edges]
        starts = {user.parents[slot].index for user, (_, slot) in zip(users, edges, strict=True)}
        if len(starts) > 1 and users[0].site:
            where = place(users, anatomy.of_kind(users[0].operation))
            value = users[-1].parents[edges[-1][1]]
            in_time = anatomy.recurrent and anatomy.is_chain(edges) and _is_state(users[-1], value)
            code, sentence = ("C27", STATE_CONSTANT) if in_time else ("C7", EVERY_TIME)
            yield cut(edges, code, sentence.format(road=where))


def _goes_beside(anatomy: Anatomy, edge: Edge, later: Edge) -> bool:
    """Whether a state also takes another road to the state after it: through a gate, or past it."""
    start, end = (anatomy.nodes[i].parents[slot].index for i, slot in (edge, later))
    return any(anatomy.depends(end, i) for i, slot in anatomy.users[start] if (i, slot) != edge)


def _is_state(user: Node, value: Node) -> bool:
    """Whether a value that a step of a loop uses was made by the step before: further down in the code."""

    def position(node: Node) -> list[int]:
        return [instruction for _, instruction in reversed(node.site)]

    return position(value) >= position(user)


def _road(anatomy: Anatomy, edge: Edge, roads: Sequence[Edge]) -> str:
    """What lies on a road before it meets another: its last step, which says most about it."""
    node = anatomy.nodes[edge[0]]
    others = [i for i, _ in roads if not anatomy.depends(node.index, i)]
    if not others:
        return f"its direct use in {anatomy.where(node)}"
    while True:
        users = [anatomy.nodes[i] for i, _ in anatomy.users[node.index]]
        if len(users) != 1 or any(anatomy.depends(users[0].index, other) for other in others):
            return anatomy.where(node)
        node = users[0]


# -- engines that walk the tape wrongly ----------------------------------------------------------------


def wrong_order(anatomy: Anatomy, penalties: Penalties, settled: set[int]) -> Iterator[Swap]:
    """Every value with several users hears only one of them, or passes on each report at once."""
    forks = [node.index for node, _ in anatomy.forks(penalties.steps)]
    if set(forks) - settled:
        overwrites: tuple[tuple[str, Join], ...] = (
            ("last", lambda heard: heard[-1]),
            ("first", lambda heard: heard[0]),
        )
        for name, join in overwrites:
            yield Swap(
                "C7", ENGINE_OVERWRITES, f"hears the {name}", joins=dict.fromkeys(forks, join), general=True
            )
        yield Swap("C8", IMPATIENT, "impatient", sweep=_impatient, general=True)
    for node in anatomy.nodes:
        parts = [i for i, _ in anatomy.users[node.index] if anatomy.nodes[i].operation == "getitem"]
        if len(parts) > 1 and len(parts) == len(anatomy.users[node.index]):
            what = anatomy.name(node) or f"the value of {anatomy.where(node)}"
            sentence = PARTS_OVERWRITE.format(what=what)
            yield Swap("C7", sentence, "parts", joins={node.index: lambda heard: _written(heard[::-1])})
            yield Swap("C7", sentence, "parts, last first", joins={node.index: _written})


def _written(heard: Sequence[FloatArray]) -> FloatArray:
    """Parts of an array written one over the other, where they should have been added."""
    found = heard[0]
    for part in heard[1:]:
        found = np.where(part != 0, part, found)
    return found


def _impatient(tape: Tape) -> list[FloatArray]:
    """Every report is passed on at once, with all that was heard so far: recursion in the place of an order.

    Raises
    ------
    ValueError : there are too many roads to walk each of them.
    """
    errors: dict[int, FloatArray] = {len(tape.nodes) - 1: np.ones(tape.nodes[-1].shape)}
    waiting = [(tape.nodes[-1], iter(enumerate(tape.nodes[-1].parents)))]
    for _ in range(TOO_MANY_STEPS):
        if not waiting:
            return [errors[node.index] for node in tape.nodes]
        node, inputs = waiting[-1]
        slot, parent = next(inputs, (0, None))
        if parent is None:
            waiting.pop()
        elif parent.active:
            sent = right_rule(errors[node.index], node, slot)
            errors[parent.index] = errors.get(parent.index, 0.0) + sent
            waiting.append((parent, iter(enumerate(parent.parents))))
    raise ValueError("too many roads")


ONE_TIME_STEP = "Only the {word} step's use of {names} is counted. The same weights are used at every step: add what all steps give."
OVERWRITTEN = (
    "Only the {word} pass of the loop is left in the gradient of {names}: each pass overwrote the one before. Add to it, +=, "
    "from zero."
)
ONE_CALL = (
    "Only the {word} call's use of {names} is counted. The same function runs several times on the same weights: add what all "
    "calls give."
)
PAST_CONSTANT = (
    "The state that enters {name} was taken for a constant, so no error flows further back than {steps}. It was made by the "
    "step before: send the error on."
)
STATE_CONSTANT = (
    "The state that enters {road} was taken for a constant, so no error flows back this way in time. It was made by the step "
    "before: send the error on."
)
ONE_MISSING = (
    "{what} is used {count} times, and one road is not counted: {road}. Every use sends its error back, and they are added. "
    "Look for an = in the place of +=, or for a value taken as constant."
)
ONLY_ONE = (
    "{what} is used {count} times, but only one road is counted: {road}. Every use sends its error back, and they are added. "
    "Look for an = in the place of +=."
)
FOR_BOTH = (
    "{what} takes several roads, and one of them was counted for two: {road}. Two roads are alike only if what stands on them "
    "is symmetric. Follow each, and add what they bring."
)
EVERY_TIME = (
    "One road is not counted, each time: {road}. The value that goes into it also goes on beside it; both send an error "
    "back, and they are added."
)
TWICE = (
    "{what} hears the same error twice along one road: {road}. Usually it was passed on before all users had reported, or "
    "added a second time. Visit the steps in reverse order of computation."
)
IMPATIENT = (
    "Values passed their error on before all their users had reported, so the first part was sent twice. Visit the steps in "
    "reverse order of computation, each once."
)
ENGINE_OVERWRITES = "Wherever a value has several users only one of them is heard: each report replaced the one before. Use += there."
PARTS_OVERWRITE = (
    "Parts of {what} overlap, and the error of each part was written over that of the others. Where parts overlap their "
    "errors are added: += on the slice."
)

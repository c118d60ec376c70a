"""What a recorded tape is made of, as far as mistakes care: forks, loops, weights, groups of steps.

Imports: bpcheck.reference.node, .operations, .tape, the siblings `composites` and `places`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from bpcheck.reference.mistakes.composites import ACTIVATIONS
from bpcheck.reference.mistakes.places import listed, place, words
from bpcheck.reference.node import Node
from bpcheck.reference.operations import FloatArray
from bpcheck.reference.tape import Edge, Tape, of_point, sweep

VIEWS = frozenset(["transpose", "reshape", "getitem", "broadcast_to"])  # the same numbers, laid out anew
SINGLES = 6  # steps of one kind that are suspected one by one; of more, the first and the last three


@dataclass(frozen=True, slots=True)
class Product:
    """A step that multiplies weights with what enters them."""

    node: Node
    weight: int  # the slot of the weights

    @property
    def other(self) -> int:
        """The slot of what enters."""
        return 1 - self.weight

    @property
    def weights(self) -> Node:
        """The weights, in the layout of this product."""
        return self.node.parents[self.weight]

    @property
    def entering(self) -> Node:
        """What the weights are multiplied with."""
        return self.node.parents[self.other]


class Anatomy:
    """A tape, read once for all families of mistakes."""

    def __init__(self, tape: Tape, sizes: Mapping[str, int]) -> None:
        self.tape, self.sizes, self.nodes = tape, sizes, tape.nodes
        self.right = sweep(tape)
        self.truth = of_point(tape, self.right.of)
        self.leaves = {i: name for i, name in zip(tape.given, tape.names, strict=True) if i >= 0}
        self.users = [users[::-1] for users in tape.users]  # of each node, the first user first
        self._behind: list[int] = []  # of each node, as bits: what it depends on, itself included
        for node in tape.nodes:
            bits = 1 << node.index
            for parent in node.parents:
                bits |= self._behind[parent.index] if parent.active else 0
            self._behind.append(bits)
        self.loops = {leaf: edges for leaf in self.leaves if self._is_loop(edges := self.uses(leaf))}
        self.recurrent = any(self.is_chain(edges) for edges in self.loops.values())

    # -- steps of one kind -----------------------------------------------------------------------------

    def of_kind(self, *operations: str) -> list[Node]:
        """All steps with one of these operations."""
        return [node for node in self.nodes if node.operation in operations]

    def groups(self, peers: Sequence[Node], singles: int = SINGLES) -> Iterator[tuple[list[Node], str]]:
        """Sets of steps that one mistake may befall, and where they stand in words.

        All of them; all that one expression makes; all of one call of it, in a loop; all but the last;
        each by itself, if there are not more than `singles`, else the first and the last few.
        """
        lines: dict[object, list[Node]] = {}
        for node in peers:
            lines.setdefault(node.site[:1], []).append(node)
            lines.setdefault((node.site,), []).append(node)
        half = len(peers) if len(peers) <= singles else singles // 2
        few = [[node] for i, node in enumerate(peers) if i < half or i >= len(peers) - half]
        most = list(peers[:-1]) if len(peers) > 2 else []
        seen: set[tuple[int, ...]] = set()
        for nodes in [list(peers), *lines.values(), most, *few]:
            indices = tuple(node.index for node in nodes)
            if indices and indices not in seen:
                seen.add(indices)
                rest = f"every {words(nodes[0].operation)} but the last"
                yield nodes, rest if nodes is most else place(nodes, peers)

    def where(self, node: Node) -> str:
        """A single step in words."""
        return place([node], self.of_kind(node.operation))

    # -- what a value comes from and goes to -----------------------------------------------------------

    def origin(self, node: Node) -> int:
        """The index of the given array that a node shows in another layout; -1: it is something else."""
        while node.operation in VIEWS:
            node = node.parents[0]
        return node.index if node.index in self.leaves else -1

    def name(self, node: Node) -> str:
        """Of the given array behind a node; "" if it is none."""
        return self.leaves.get(self.origin(node), "")

    def depends(self, later: int, earlier: int) -> bool:
        """Whether one node was computed from another, or is it."""
        return bool(self._behind[later] >> earlier & 1)

    def behind(self, index: int) -> list[int]:
        """All nodes that a node depends on, itself included."""
        return [i for i in range(index + 1) if self.depends(index, i)]

    def uses(self, index: int) -> list[Edge]:
        """Where the numbers of a node are used, also in another layout; in order of computation."""
        found: list[Edge] = []
        for i, slot in self.users[index]:
            found += self.uses(i) if self.nodes[i].operation in VIEWS else [(i, slot)]
        return sorted(found)

    def forks(self, without: Set[int]) -> list[tuple[Node, list[Edge]]]:
        """Nodes with several users, besides those in `without`; parts cut out of an array are no users of it."""
        found = []
        for node in self.nodes:
            edges = [edge for edge in self.users[node.index] if edge[0] not in without]
            if len(edges) > 1 and any(self.nodes[i].operation != "getitem" for i, _ in edges):
                found.append((node, edges))
        return found

    def _is_loop(self, edges: list[Edge]) -> bool:
        """Whether one line uses the array again and again, in a loop or in a function that is called again."""
        lines = {self.nodes[i].site[:1] for i, _ in edges}
        return len({i for i, _ in edges}) > 1 and len(lines) == 1 and lines != {()}

    def is_chain(self, edges: Sequence[Edge]) -> bool:
        """Whether the second step builds on the first."""
        return len(edges) > 1 and edges[0][0] != edges[1][0] and self.depends(edges[1][0], edges[0][0])

    # -- layers ----------------------------------------------------------------------------------------

    def products(self, *operations: str) -> list[Product]:
        """Every product of a given array with something else."""
        found = []
        for node in self.of_kind(*operations):
            weights = [slot for slot, p in enumerate(node.parents) if p.active and self.name(p)]
            if len(weights) == 2:  # rows of a table are an input
                weights = [slot for slot in weights if node.parents[slot].operation != "getitem"]
            if len(weights) == 1 and len(node.parents) == 2:
                found.append(Product(node, weights[0]))
        return found

    def product_groups(self, peers: Sequence[Product]) -> Iterator[list[Product]]:
        """As `groups`; at a single time step nobody makes a mistake with weights."""
        products = {p.node.index: p for p in peers}
        for nodes, _ in self.groups([p.node for p in peers], 0 if self.in_time(peers) else SINGLES):
            yield [products[node.index] for node in nodes]

    def in_time(self, products: Sequence[Product]) -> bool:
        """Whether one of these weights is used again and again, each time on what the time before gave."""
        origins = {self.origin(p.weights) for p in products}
        return any(self.is_chain(self.loops.get(origin, ())) for origin in origins)

    def names(self, products: Sequence[Product]) -> str:
        """Of the weights, for a sentence."""
        return listed(self.name(p.weights) for p in products)

    def activation_after(self, node: Node) -> Node | None:
        """The activation that a product enters, a bias at most between them."""
        for _ in range(4):
            users = [self.nodes[i] for i, _ in self.users[node.index]]
            bends = [user for user in users if user.operation in ACTIVATIONS]
            if bends:
                return bends[0]
            sums = [user for user in users if user.operation in ("add", "reshape", "transpose")]
            if not sums:
                return None
            node = sums[0]
        return None

    def error(self, node: Node) -> FloatArray:
        """The slope of the loss in a node, in its shape."""
        return self.right.of[node.index]

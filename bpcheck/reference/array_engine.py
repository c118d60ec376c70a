"""Automatic differentiation for arrays, in a hundred lines: what notebook 13 builds.

A Tensor remembers the operation that made it and what went in. Each operation brings one rule, its vector-Jacobian
product: from the gradient that comes in to the gradients of what went in. Nothing else is needed.

    value_and_grad(f)(x, y, …)      f takes Tensors and gives one number

The rules are those of notebook 10: what was copied on the way forward is added on the way back (`unbroadcast`).

Sources: Griewank and Walther, Evaluating Derivatives (2nd ed. 2008), chapter 3; Baydin et al., JMLR 18:153 (2018).

Imports: numpy, bpcheck.reference.batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcheck.reference.batch import unbroadcast

Array = NDArray[Any]

FORWARD: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "mul": np.multiply,
    "matmul": np.matmul,
    "sum": lambda A, axis: A.sum(axis=axis),
    "reshape": lambda A, shape: A.reshape(shape),
    "pow": lambda A, power: A**power,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "tanh": np.tanh,
    "maximum": np.maximum,
}


SETTINGS = ("sum", "reshape", "pow")  # one array, and then something that is none


def _spread(G: Array, A: Array, axis: int | None) -> Array:
    """The gradient of a sum: every entry that was added gets the whole of it."""
    return np.broadcast_to(G if axis is None else np.expand_dims(G, axis), A.shape)


# op -> rule(G, out, *ins): one gradient for each array that went in
VJP: dict[str, Callable[..., tuple[Array, ...]]] = {
    "add": lambda G, _out, a, b: (unbroadcast(G, a.shape), unbroadcast(G, b.shape)),
    "mul": lambda G, _out, a, b: (unbroadcast(G * b, a.shape), unbroadcast(G * a, b.shape)),
    "matmul": lambda G, _out, a, b: (G @ b.T, a.T @ G),
    "sum": lambda G, _out, a, axis: (_spread(G, a, axis),),
    "reshape": lambda G, _out, a, _shape: (G.reshape(a.shape),),
    "pow": lambda G, _out, a, power: (G * power * a ** (power - 1.0),),
    "exp": lambda G, out, _a: (G * out,),
    "log": lambda G, _out, a: (G / a,),
    "sin": lambda G, _out, a: (G * np.cos(a),),
    "tanh": lambda G, out, _a: (G * (1 - out * out),),
    "maximum": lambda G, _out, a, b: (unbroadcast(G * (a > b), a.shape), unbroadcast(G * (a <= b), b.shape)),
}


class Tensor:
    """An array that remembers how it was made.

    Attributes
    ----------
    value : the array
    op : the operation's name, a key of `VJP`; "" for a leaf
    parents : the Tensors that went in
    ins : all that went in, as arrays and settings, in the operation's order
    """

    __array_ufunc__ = None  # so that `array * tensor` asks the Tensor

    def __init__(
        self, value: Any, op: str = "", parents: Sequence[Tensor] = (), ins: Sequence[Any] = ()
    ) -> None:
        self.value: Array = np.asarray(value, dtype=np.float64)
        self.op, self.parents, self.ins = op, tuple(parents), tuple(ins)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the value."""
        return self.value.shape

    def vjp(self, G: Array) -> tuple[Array, ...]:
        """The gradients of the parents, from the one of this Tensor."""
        return VJP[self.op](G, self.value, *self.ins)

    def __add__(self, other: Any) -> Tensor:
        return apply("add", self, other)

    def __mul__(self, other: Any) -> Tensor:
        return apply("mul", self, other)

    def __matmul__(self, other: Any) -> Tensor:
        return apply("matmul", self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return apply("matmul", other, self)

    def __neg__(self) -> Tensor:
        return self * -1.0

    def __sub__(self, other: Any) -> Tensor:
        return apply("add", self, -other)

    def __rsub__(self, other: Any) -> Tensor:
        return apply("add", -self, other)

    def __truediv__(self, other: Any) -> Tensor:
        return apply("mul", self, as_tensor(other) ** -1.0)

    def __rtruediv__(self, other: Any) -> Tensor:
        return apply("mul", self**-1.0, other)

    def __pow__(self, power: float) -> Tensor:
        return apply("pow", self, float(power))

    __radd__, __rmul__ = __add__, __mul__

    def sum(self, axis: int | None = None) -> Tensor:
        """Added up over an axis, or over everything."""
        return apply("sum", self, axis)

    def reshape(self, *shape: int) -> Tensor:
        """The same numbers in another shape."""
        return apply("reshape", self, shape)


def as_tensor(value: Any) -> Tensor:
    """A leaf, unless it is a Tensor already."""
    return value if isinstance(value, Tensor) else Tensor(value)


def apply(op: str, *ins: Any) -> Tensor:
    """Run an operation and remember it. Arrays and numbers become leaves; the settings of some operations stay."""
    count = 1 if op in SETTINGS else len(ins)
    parents = [as_tensor(one) for one in ins[:count]]
    values = [*(parent.value for parent in parents), *ins[count:]]
    return Tensor(FORWARD[op](*values), op, parents, values)


def exp(a: Any) -> Tensor:
    """The exponential of each entry."""
    return apply("exp", as_tensor(a))


def log(a: Any) -> Tensor:
    """Natural logarithm of each entry."""
    return apply("log", as_tensor(a))


def sin(a: Any) -> Tensor:
    """Sine of each entry."""
    return apply("sin", as_tensor(a))


def tanh(a: Any) -> Tensor:
    """Hyperbolic tangent of each entry."""
    return apply("tanh", as_tensor(a))


def maximum(a: Any, b: Any) -> Tensor:
    """The larger one, entry by entry; at a tie the second one counts."""
    return apply("maximum", as_tensor(a), as_tensor(b))


def order(node: Tensor) -> list[Tensor]:
    """All that a Tensor was made from, and itself last: parents before children, each once."""
    found: list[Tensor] = []
    seen: set[int] = set()
    waiting: list[tuple[Tensor, bool]] = [(node, False)]
    while waiting:
        tensor, done = waiting.pop()
        if done:
            found.append(tensor)
        elif id(tensor) not in seen:
            seen.add(id(tensor))
            waiting.append((tensor, True))
            waiting += [(parent, False) for parent in tensor.parents]
    return found


def value_and_grad(f: Callable[..., Tensor]) -> Callable[..., tuple[float, list[Array]]]:
    """A function that gives the value of f, and its gradients for all arguments.

    >>> value_and_grad(lambda x: (x * x).sum())(np.array([1.0, 2.0]))
    (5.0, [array([2., 4.])])
    """

    def both(*arrays: Any) -> tuple[float, list[Array]]:
        leaves = [Tensor(array) for array in arrays]
        result = as_tensor(f(*leaves))
        G: dict[int, Any] = {id(result): np.ones_like(result.value)}
        for node in reversed(order(result)):
            if node.op:
                for parent, part in zip(node.parents, node.vjp(G[id(node)]), strict=True):
                    G[id(parent)] = G.get(id(parent), 0.0) + part
        found = [np.asarray(G.get(id(leaf), np.zeros(leaf.shape))) for leaf in leaves]
        return float(result.value), found

    return both


def softmax_ce(Z: Tensor, onehot: Array) -> Tensor:
    """Mean cross-entropy of scores Z (N, K), from the operations above; the right classes as rows with a 1."""
    shifted = Z - Z.value.max(axis=1, keepdims=True)
    log_sums = log(exp(shifted).sum(axis=1))
    return apply("mul", log_sums.sum() - (shifted * onehot).sum(), 1 / len(onehot))


def mlp_loss(params: Sequence[Tensor], X: Array, onehot: Array) -> Tensor:
    """The loss of notebook 10's network with tanh; params W1ᵀ, b1, W2ᵀ, b2, …, each weight laid out (in, out)."""
    A: Tensor = as_tensor(X)
    layers = len(params) // 2
    for k in range(layers):
        A = A @ params[2 * k] + params[2 * k + 1]
        if k < layers - 1:
            A = tanh(A)
    return softmax_ce(A, onehot)

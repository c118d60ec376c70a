"""NumPy's functions on the tape, told in the tape's operations.

Each is written once and serves twice, as `np.sum(x)` and as `x.sum()`. What only looks at values
(`np.argmax`, `np.zeros_like`) sees plain arrays. A keyword that is missing here is not followed.

Imports: numpy, bpcheck.reference.node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bpcheck.reference.node import FUNCTIONS, Node, NotOnTape, apply, plain

Ours = Callable[..., Any]


def stands_for(*functions: Any) -> Callable[[Ours], Ours]:
    """Enter our function in the table under NumPy's functions, or under names of methods."""

    def enter(ours: Ours) -> Ours:
        FUNCTIONS.update(dict.fromkeys(functions, ours))
        return ours

    return enter


for _looks in (
    *(np.shape, np.size, np.ndim, np.argmax, np.argmin, np.argsort, np.nonzero, np.count_nonzero, np.any),
    *(np.all, np.allclose, np.isclose, np.array_equal, np.zeros_like, np.ones_like, np.full_like, np.round),
    *(np.around, np.iscomplexobj, np.isrealobj, np.searchsorted, np.unique, np.bincount, np.fix),
):
    FUNCTIONS[_looks] = lambda *a, _f=_looks, **k: _f(
        *(plain(x) for x in a), **{name: plain(x) for name, x in k.items()}
    )


# -- sums, means, largest entries ----------------------------------------------------------------------


def _axes(x: Any, axis: Any) -> Any:
    """One axis as an integer, several as a tuple, all >= 0; all of them as None."""
    if axis is None:
        return None
    axes = tuple(int(a) % max(x.ndim, 1) for a in np.atleast_1d(axis))
    return axes if len(axes) > 1 else axes[0]


def _reduction(operation: str) -> Ours:
    def reduce(a: Any, axis: Any = None, keepdims: Any = False) -> Node:
        return apply(operation, a, axis=_axes(a, axis), keepdims=bool(keepdims))

    return reduce


for _names, _operation in (
    ((np.sum, "sum"), "sum"),
    ((np.mean, "mean"), "mean"),
    ((np.max, np.amax, "max"), "max"),
    ((np.min, np.amin, "min"), "min"),
    (("logsumexp",), "logsumexp"),
):
    stands_for(*_names)(_reduction(_operation))


@stands_for(np.average)
def _average(a: Any, axis: Any = None, weights: Any = None) -> Any:
    if weights is None:
        return np.mean(a, axis=axis)
    return np.sum(a * weights, axis=axis) / np.sum(weights * np.ones(np.shape(a)), axis=axis)


@stands_for(np.var)
def _var(a: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Any:
    centred = a - np.mean(a, axis=axis, keepdims=True)
    if not ddof:
        return np.mean(centred**2, axis=axis, keepdims=keepdims)
    count = a.size / np.mean(a, axis=axis).size
    return np.sum(centred**2, axis=axis, keepdims=keepdims) / (count - ddof)


@stands_for(np.std)
def _std(a: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Any:
    return np.sqrt(np.var(a, axis=axis, ddof=ddof, keepdims=keepdims))


@stands_for(np.linalg.norm)
def _norm(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.sqrt(np.sum(x**2, axis=axis, keepdims=keepdims))


@stands_for(np.cumsum)
def _cumsum(a: Any, axis: Any = None) -> Node:
    return apply("cumsum", a.ravel() if axis is None else a, axis=_axes(a, axis) or 0)


@stands_for(np.trace)
def _trace(a: Any) -> Any:
    return np.sum(a * np.eye(*a.shape))


# -- products ------------------------------------------------------------------------------------------


@stands_for(np.dot)
def _dot(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    if max(np.ndim(a), np.ndim(b)) > 2:
        raise NotOnTape(f"np.dot of shapes {np.shape(a)} and {np.shape(b)}", "use @")
    return apply("matmul", a, b)


@stands_for(np.inner)
def _inner(a: Any, b: Any) -> Any:
    return _dot(a, np.transpose(b))


@stands_for(np.outer)
def _outer(a: Any, b: Any) -> Any:
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))


@stands_for(np.einsum)
def _einsum(subscripts: str, *operands: Any) -> Node:
    text = str(subscripts).replace(" ", "")
    terms, _, result = text.partition("->")
    if "->" not in text:
        result = "".join(sorted(c for c in set(terms) - {","} if terms.count(c) == 1))
    if "." in text or any(len(set(term)) < len(term) for term in [*terms.split(","), result]):
        raise NotOnTape(f"np.einsum({subscripts!r})", "use each letter once in each array, and no dots")
    return apply("einsum", *operands, subscripts=f"{terms}->{result}")


# -- choosing ------------------------------------------------------------------------------------------


@stands_for(np.where)
def _where(condition: Any, *choices: Any) -> Any:
    mask = np.asarray(plain(condition), dtype=bool)
    return apply("where", *choices, mask=mask) if choices else np.where(mask)


@stands_for(np.clip)
def _clip(a: Any, a_min: Any = None, a_max: Any = None) -> Any:
    a = a if a_min is None else np.maximum(a, a_min)
    return a if a_max is None else np.minimum(a, a_max)


@stands_for(np.take)
def _take(a: Any, indices: Any, axis: Any = None) -> Any:
    if axis is None:
        return np.ravel(a)[indices]
    return a[(slice(None),) * (axis % a.ndim) + (indices,)]


@stands_for(np.take_along_axis)
def _take_along_axis(arr: Any, indices: Any, axis: int = -1) -> Any:
    grid = list(np.ogrid[tuple(slice(n) for n in np.shape(indices))])
    grid[axis] = indices
    return arr[tuple(grid)]


@stands_for(np.diag, np.diagonal)
def _diagonal(a: Any) -> Any:
    return a * np.eye(a.size) if a.ndim == 1 else a[(np.arange(min(a.shape)),) * 2]


# -- shapes --------------------------------------------------------------------------------------------


@stands_for(np.reshape)
def _reshape(a: Any, *shape: Any) -> Node:
    wanted = shape[0] if len(shape) == 1 else shape
    return apply("reshape", a, shape=wanted)


@stands_for(np.ravel, "flatten")
def _ravel(a: Any) -> Node:
    return apply("reshape", a, shape=(-1,))


@stands_for(np.transpose)
def _transpose(a: Any, *order: Any, axes: Any = None) -> Node:
    wanted = axes or (order[0] if len(order) == 1 else order) or range(a.ndim)[::-1]
    return apply("transpose", a, axes=tuple(int(i) % a.ndim for i in wanted))


@stands_for(np.swapaxes)
def _swapaxes(a: Any, axis1: int, axis2: int) -> Node:
    order = list(range(a.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return apply("transpose", a, axes=tuple(order))


@stands_for(np.moveaxis)
def _moveaxis(a: Any, source: Any, destination: Any) -> Node:
    goes = [int(i) % a.ndim for i in np.atleast_1d(source)]
    order = [i for i in range(a.ndim) if i not in goes]
    for place, axis in sorted(zip((int(i) % a.ndim for i in np.atleast_1d(destination)), goes, strict=True)):
        order.insert(place, axis)
    return apply("transpose", a, axes=tuple(order))


@stands_for(np.squeeze)
def _squeeze(a: Any, axis: Any = None) -> Node:
    gone = [i for i, n in enumerate(a.shape) if n == 1] if axis is None else np.atleast_1d(axis) % a.ndim
    return apply("reshape", a, shape=tuple(n for i, n in enumerate(a.shape) if i not in gone))


@stands_for(np.expand_dims)
def _expand_dims(a: Any, axis: Any) -> Node:
    return apply("reshape", a, shape=np.expand_dims(a.value, axis).shape)


@stands_for(np.atleast_1d)
def _atleast_1d(a: Any) -> Any:
    return a if a.ndim else a.reshape(1)


@stands_for(np.atleast_2d)
def _atleast_2d(a: Any) -> Any:
    return a if a.ndim > 1 else a.reshape(1, -1)


@stands_for(np.broadcast_to)
def _broadcast_to(array: Any, shape: Any) -> Node:
    return apply("broadcast_to", array, shape=shape)


@stands_for(np.copy, np.real, "copy")
def _copy(a: Any) -> Any:
    return a


@stands_for(np.diff)
def _diff(a: Any, axis: int = -1) -> Any:
    later, earlier = ([slice(None)] * a.ndim for _ in range(2))
    later[axis], earlier[axis] = slice(1, None), slice(None, -1)
    return a[tuple(later)] - a[tuple(earlier)]


@stands_for("astype")
def _astype(a: Any, dtype: Any) -> Any:
    if np.dtype(dtype) != np.float64:
        raise NotOnTape(f".astype({np.dtype(dtype)})", "stay with float64")
    return a


@stands_for(np.pad)
def _pad(array: Any, pad_width: Any, mode: str = "constant", constant_values: float = 0.0) -> Node:
    if mode != "constant" or constant_values != 0:
        raise NotOnTape(f"np.pad(…, mode={mode!r}, constant_values={constant_values})", "pad with zeros")
    return apply("pad", array, widths=pad_width)


# -- putting together ----------------------------------------------------------------------------------


@stands_for(np.concatenate)
def _concatenate(arrays: Sequence[Any], axis: Any = 0) -> Node:
    if axis is None:
        arrays, axis = [np.ravel(x) for x in arrays], 0
    return apply("concatenate", *arrays, axis=axis % np.ndim(arrays[0]))


@stands_for(np.stack)
def _stack(arrays: Sequence[Any], axis: int = 0) -> Node:
    return apply("stack", *arrays, axis=axis % (np.ndim(arrays[0]) + 1))


@stands_for(np.vstack)
def _vstack(tup: Sequence[Any]) -> Node:
    rows = [np.reshape(x, (1, -1)) if np.ndim(x) < 2 else x for x in tup]
    return apply("concatenate", *rows, axis=0)


@stands_for(np.hstack)
def _hstack(tup: Sequence[Any]) -> Node:
    parts = [np.reshape(x, (1,)) if np.ndim(x) == 0 else x for x in tup]
    return apply("concatenate", *parts, axis=min(1, np.ndim(parts[0]) - 1))


@stands_for(np.column_stack)
def _column_stack(tup: Sequence[Any]) -> Node:
    return apply("concatenate", *(np.reshape(x, (-1, 1)) if np.ndim(x) < 2 else x for x in tup), axis=1)


@stands_for(np.split, np.array_split)
def _split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Node]:
    rows = np.array_split(np.arange(ary.shape[axis]), indices_or_sections)
    before = (slice(None),) * (axis % ary.ndim)
    return [ary[(*before, slice(int(r[0]), int(r[-1]) + 1) if len(r) else slice(0, 0))] for r in rows]

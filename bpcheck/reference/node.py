"""A value that remembers what it was made from, and passes for an array in anyone's NumPy code.

Python's operators and NumPy's ufuncs end in `__array_ufunc__`, its other functions and the methods of
arrays in `FUNCTIONS`, which `numpy_functions` fills; both end in `apply`. Comparisons, `argmax` and
what else has no slope give plain arrays, as constants do. What cannot be followed raises `NotOnTape`;
what leaves the tape, `float(value)`, is followed only as the last step of all.

Imports: numpy, bpcheck.errors, bpcheck.reference.operations.
"""

from __future__ import annotations

import inspect
import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from bpcheck.errors import UsageError
from bpcheck.reference.operations import OPERATIONS, FloatArray

Site = tuple[tuple[CodeType, int], ...]  # calls that lead to a step, innermost first: code, instruction

FUNCTIONS: dict[Any, Callable[..., Any]] = {}  # NumPy's function -> ours on nodes
REDUCTIONS = {"add": "sum", "maximum": "max", "minimum": "min", "logaddexp": "logsumexp"}
ALIASES = {"fabs": "absolute", "expit": "sigmoid", "true_divide": "divide", "float_power": "power"}
WITHOUT_SLOPE = {
    *(np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.isfinite, np.isnan),
    *(np.isinf, np.signbit, np.sign, np.floor, np.ceil, np.rint, np.trunc, np.floor_divide),
    *(np.logical_and, np.logical_or, np.logical_not, np.logical_xor),
}
OTHERWISE = "write it with operators, sums and entry-by-entry functions, or do without the reference"
# More steps than that are single numbers in Python loops, a hundred times slower on the tape than off it.
MOST_STEPS = 10_000
_OWN = (str(Path(__file__).parent), str(Path(np.__file__).parent))
_ORDER = itertools.count()


class NotOnTape(UsageError):
    """The loss uses something that the tape cannot follow: says what, and what to write in its place.

    The loss may be right all the same. Whoever asked for a comfort, the name of a mistake, goes without.
    """

    def __init__(self, what: str, instead: str = OTHERWISE) -> None:
        super().__init__(f"the tape cannot follow {what}; {instead}.")


@dataclass(slots=True)
class Recording:
    """What happens to values while a loss runs."""

    # Values that became plain numbers, each with what to say of it.
    left: list[tuple[Node, NotOnTape]] = field(default_factory=list)
    steps: int = 0

    def returned(self, end: Any) -> Any:
        """What the loss returned, as the node that it was before `float(…)` or `np.array(…)` around it.

        Raises
        ------
        NotOnTape : a value left the tape before the last step.
        """
        if not self.left:
            return end
        node, complaint = self.left[0]
        if len(self.left) > 1 or isinstance(end, Node) or not np.array_equal(end, node.value):
            raise complaint
        return node


_RECORDING: ContextVar[Recording | None] = ContextVar("recording", default=None)


@contextmanager
def recording() -> Iterator[Recording]:
    """While this is open values may leave the tape, and their steps are counted.

    Raises
    ------
    NotOnTape : in the place of any exception, if a value had left the tape before.
    """
    now = Recording()
    token = _RECORDING.set(now)
    try:
        yield now
    except Exception as error:
        if now.left and not isinstance(error, NotOnTape):
            raise now.left[0][1] from error
        raise
    finally:
        _RECORDING.reset(token)


class Node(NDArrayOperatorsMixin):
    """One value on the tape: an array that was given (no parents), a constant, or the result of a step."""

    __slots__ = ("active", "index", "operation", "parents", "settings", "site", "value")

    value: FloatArray
    operation: str  # a key of OPERATIONS, or "given" or "constant"
    parents: tuple[Node, ...]
    settings: dict[str, Any]  # what the operation was told besides: axis, index ...
    active: bool  # depends on what was given; constants do not
    index: int  # in order of computation
    site: Site  # the calls in the user's code that made it; empty if unknown

    def __init__(
        self,
        value: FloatArray,
        operation: str = "given",
        parents: tuple[Node, ...] = (),
        settings: dict[str, Any] | None = None,
        site: Site = (),
        index: int | None = None,
    ) -> None:
        self.value, self.operation, self.parents = value, operation, parents
        self.settings, self.site = settings or {}, site
        self.active = operation == "given" or any(parent.active for parent in parents)
        self.index = next(_ORDER) if index is None else index

    def __repr__(self) -> str:
        return f"Node({self.operation}, {self.value!r})"

    # -- what NumPy asks -------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        out = settings.pop("out", None)
        if out is not None and (len(out) > 1 or out[0] is not inputs[0]):
            raise NotOnTape(f"np.{ufunc.__name__}(…, out=…)", "use its result")
        name = ALIASES.get(ufunc.__name__, ufunc.__name__)  # `a += b` gives a new value to the name a
        if method == "reduce" and name in REDUCTIONS:
            return _answer(REDUCTIONS[name], *inputs, **{"axis": 0} | settings)
        if method != "__call__" or settings:
            how = f"({', '.join(settings)}=…)" if settings else ""
            raise NotOnTape(f"np.{ufunc.__name__}{'' if method == '__call__' else '.' + method}{how}")
        if ufunc in WITHOUT_SLOPE:
            return ufunc(*(plain(x) for x in inputs))
        if name == "positive":
            return inputs[0]
        if name not in OPERATIONS:
            raise NotOnTape(f"np.{ufunc.__name__}")
        return apply(name, *inputs)

    def __array_function__(self, function: Any, _types: Any, args: Any, settings: Any) -> Any:
        if function not in FUNCTIONS:
            raise NotOnTape(f"{function.__module__}.{function.__name__}".replace("numpy", "np"))
        mine = FUNCTIONS[function]
        try:
            inspect.signature(mine).bind(*args, **settings)
        except TypeError as error:
            raise NotOnTape(f"np.{function.__name__} called like this: {error}") from None
        return mine(*args, **settings)

    def __array__(self, *_args: Any, **_settings: Any) -> FloatArray:
        return self._leave(
            "a value inside np.array, np.asarray or an assignment", "use np.stack for a list of values"
        )

    def _leave(self, what: str, instead: str) -> FloatArray:
        """The plain value, for good; `Recording.returned` says whether that was the end.

        A loss may have kept a node, in a list of its values say; once the recording is over it is a number.
        """
        if now := _RECORDING.get():
            now.left.append((self, NotOnTape(what, instead)))
        return self.value.copy()

    # -- what Python asks ------------------------------------------------------------------------------

    def __getitem__(self, index: Any) -> Node:
        parts = index if isinstance(index, tuple) else (index,)
        if any(isinstance(part, Node) for part in parts):
            raise NotOnTape("an index that depends on the parameters")
        return apply("getitem", self, index=index)

    def __setitem__(self, index: Any, value: Any) -> None:
        raise NotOnTape(
            "an assignment to part of an array", "use np.where, or collect the parts for np.stack"
        )

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Node]:
        return (self[i] for i in range(len(self.value)))

    def __bool__(self) -> bool:
        return bool(self.value)

    def __float__(self) -> float:
        return float(self._leave("float(…) or a function of math", "use np.exp for math.exp, and float last"))

    def __int__(self) -> int:
        raise NotOnTape("a value as a whole number", "keep counts and indices apart from the parameters")

    __index__ = __int__
    __hash__ = object.__hash__

    # -- what arrays have ------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the value."""
        return self.value.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.value.size

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """Always float64."""
        return self.value.dtype

    @property
    def T(self) -> Node:  # noqa: N802 - NumPy's name
        """Axes in reverse order."""
        return apply("transpose", self, axes=tuple(range(self.ndim))[::-1])

    @property
    def real(self) -> Node:
        """All of it."""
        return self

    def __getattr__(self, name: str) -> Any:
        """A method of arrays: NumPy's function of the same name."""
        if name == "item" and self.size == 1:
            return self.__float__
        if name.startswith("_") or not hasattr(np.ndarray, name):
            raise AttributeError(f"a value on the tape has no attribute {name!r}")
        mine = FUNCTIONS.get(name) or FUNCTIONS.get(getattr(np, name, None))
        if mine is None:
            raise NotOnTape(f"the method .{name} of an array")
        return lambda *args, **settings: mine(self, *args, **settings)


def apply(operation: str, *inputs: Any, **settings: Any) -> Node:
    """A new node: the operation's value, and what it was made from.

    A constant comes first in `maximum` and `minimum`, whose first input wins a tie: so ReLU has slope 0
    at 0, however it is written.

    Raises
    ------
    NotOnTape : an input is no real number, or the loss has too many steps.
    """
    parents = tuple(x if isinstance(x, Node) else Node(_constant(x), "constant", index=-1) for x in inputs)
    if operation in ("maximum", "minimum"):
        parents = tuple(sorted(parents, key=lambda node: node.active))
    if now := _RECORDING.get():
        now.steps += 1
    if now and now.steps > MOST_STEPS:
        raise NotOnTape(f"a loss of more than {MOST_STEPS} steps", "use operations on whole arrays")
    value = OPERATIONS[operation].forward(*(node.value for node in parents), **settings)
    return Node(np.asarray(value, dtype=np.float64), operation, parents, settings, _site())


def plain(value: Any) -> Any:
    """The same with arrays in the place of nodes: for what has no slope."""
    if isinstance(value, list | tuple):
        return type(value)(plain(x) for x in value)
    return value.value if isinstance(value, Node) else value


def _answer(name: str, *args: Any, **settings: Any) -> Any:
    """A reduction under its own name: `np.logaddexp.reduce(z, axis=1)`."""
    return FUNCTIONS[name](*args, **settings)


def _constant(value: Any) -> FloatArray:
    """A real constant as float64."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise NotOnTape(f"constants of dtype {array.dtype}", "use real numbers")
    return array.astype(np.float64)


def _site() -> Site:
    """The user's calls that led here, up to the one that started the recording."""
    frame, site = sys._getframe(2), []
    while frame is not None and frame.f_code.co_name != "recorded":
        if not frame.f_code.co_filename.startswith(_OWN):
            site.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back  # type: ignore[assignment]
    return tuple(site)

"""Frames: what crosses between the grader and a submission. Only numbers, and words about them.

A frame is twelve bytes (a mark and two lengths), a short JSON header, and a body that the header
describes: raw little-endian numbers, then texts. Values are None, truth values, integers of 64 bits,
floats, short strings, arrays of these numbers, and lists and tuples of all that, three deep. Everything
else is refused, in both directions: no object crosses, and nothing that is read is ever run.

Imports: numpy.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

Value = Any  # None, bool, int, float, str, np.ndarray, or a list or tuple of these

MARK = b"bpc1"
PREFIX = struct.Struct("<4sII")  # the mark, the header's length, the body's
ASKED = 1 << 28  # bytes that the grader may send at once
HEADER = 1 << 16  # bytes: JSON may take twenty times its length when it is read
LONG = 2000  # characters of a string among the values
MANY = 1000  # values in a frame, and texts; numbers beyond that come in arrays
DIMENSIONS = 16
DEPTH = 24  # of the facts
NESTED = 3  # lists within lists among the values
KINDS = frozenset({"|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8"})
_FLOAT = struct.Struct("<d")


class WireError(ValueError):
    """What came, or should go, is no frame. Its message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Message:
    """The content of one frame."""

    facts: dict[str, Any]  # JSON: what is asked or told
    values: tuple[Value, ...] = ()  # the numbers that go with it
    texts: tuple[str, ...] = ()  # code and outputs, as long as the frame's limit allows


# -- out -------------------------------------------------------------------------------------------------


def encode(message: Message, limit: int) -> bytes:
    """`message` as a frame of at most `limit` bytes.

    Raises
    ------
    WireError : a value that may not cross, or more than `limit` bytes.
    """
    body: list[bytes] = []
    described = [_describe(value, body, NESTED) for value in message.values]
    if sum(map(_count, described)) > MANY:
        raise WireError(f"more than {MANY} values")
    texts = [text.encode("utf-8", "replace") for text in message.texts]
    try:
        header = _WRITER.encode([message.facts, described, [*map(len, texts)]]).encode()
    except (TypeError, ValueError, RecursionError):
        raise WireError("facts that are not JSON") from None
    body += texts
    size = sum(map(len, body))
    lengths(PREFIX.pack(MARK, min(len(header), HEADER + 1), min(size, limit + 1)), limit)
    return b"".join([PREFIX.pack(MARK, len(header), size), header, *body])


def _describe(value: Value, body: list[bytes], depth: int) -> list[Any]:
    """The header's entry for `value`, which may hold lists `depth` deep; its numbers are appended to `body`."""
    kind = type(value)  # exact: a subclass may say anything about itself
    if value is None or kind is bool or (kind is int and -(2**63) <= value < 2**63):
        return [value]
    if kind is float:
        body.append(_FLOAT.pack(value))
        return ["float"]
    if kind is str and len(value) <= LONG:
        return ["str", value]
    if kind is np.ndarray:
        little = value.dtype.newbyteorder("<").str
        if little in KINDS and value.ndim <= DIMENSIONS:
            body.append(np.asarray(value, dtype=little).tobytes())
            return ["array", little, list(value.shape)]
    if isinstance(value, list | tuple) and depth and len(value) <= MANY:  # a named tuple is a tuple
        name = "list" if isinstance(value, list) else "tuple"
        return [name, [_describe(entry, body, depth - 1) for entry in value]]
    raise WireError(f"a value of type {kind.__name__}, of a kind or length that may not cross")


def _count(described: list[Any]) -> int:
    """How many values an entry of the header stands for."""
    return 1 + sum(map(_count, described[1])) if described[0] in ("list", "tuple") else 1


# -- in --------------------------------------------------------------------------------------------------


def lengths(prefix: bytes, limit: int) -> tuple[int, int]:
    """Bytes of the header and of the body that follow `prefix`; nothing was allocated for them yet.

    Raises
    ------
    WireError : no frame begins so, or it has more than `limit` bytes.
    """
    if len(prefix) != PREFIX.size:
        raise WireError("a frame that ends early")
    mark, header, body = PREFIX.unpack(prefix)
    if mark != MARK:
        raise WireError("something that is no frame")
    if header > HEADER or PREFIX.size + header + body > limit:
        raise WireError(f"a frame longer than the {limit} bytes allowed")
    return header, body


def decode(frame: bytes | bytearray, limit: int) -> Message:
    """The content of one whole frame.

    Raises
    ------
    WireError : anything but a frame of at most `limit` bytes.
    """
    header, body = lengths(bytes(frame[: PREFIX.size]), limit)
    if len(frame) != PREFIX.size + header + body:
        raise WireError("a frame that ends early, or late")
    view = memoryview(frame)[PREFIX.size :]
    facts, described, texts = _header(bytes(view[:header]))
    rest = _Body(view[header:])
    message = Message(facts, tuple(map(rest.value, described)), tuple(map(rest.text, texts)))
    rest.require_end()
    return message


def _header(text: bytes) -> tuple[dict[str, Any], list[Any], list[Any]]:
    try:
        found = _READER.decode(text.decode())
    except (ValueError, RecursionError):
        raise WireError("a header that is not JSON") from None
    match found:
        case [dict() as facts, list() as described, list() as texts] if len(texts) <= MANY:
            _require_shallow(facts)
            return facts, described, texts
    raise WireError("a header of another form")


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _integer(digits: str) -> int:
    return int(digits) if len(digits) <= 20 else _refuse(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits)


def _require_shallow(facts: dict[str, Any]) -> None:
    """Whoever walks through the facts later may do so recursively."""
    level: list[Any] = [facts]
    for _ in range(DEPTH):
        children = [
            list(v.values()) if isinstance(v, dict) else v for v in level if isinstance(v, dict | list)
        ]
        level = [entry for child in children for entry in child]
        if not level:
            return
    raise WireError("a header nested too deeply")


# made once: `json.loads` and `json.dumps` would make them anew for every frame
_READER = json.JSONDecoder(parse_constant=_refuse, parse_int=_integer, parse_float=_finite)
_WRITER = json.JSONEncoder(allow_nan=False)


class _Body:
    """The body of a frame, taken from the front."""

    def __init__(self, left: memoryview) -> None:
        self.left = left
        self.count = 0

    def value(self, entry: Any, depth: int = NESTED) -> Value:
        self.count += 1
        match entry:
            case _ if self.count > MANY:
                raise WireError("too many values")
            case [None | bool() as value]:
                return value
            case [int() as value] if -(2**63) <= value < 2**63:
                return value
            case ["float"]:
                return float(_FLOAT.unpack(self._take(_FLOAT.size))[0])
            case ["str", str() as text] if len(text) <= LONG:
                return clean(text)
            case ["array", str() as kind, list() as shape]:
                return self._array(kind, shape)
            case ["list" | "tuple" as kind, list() as entries] if depth:
                values = [self.value(one, depth - 1) for one in entries]
                return values if kind == "list" else tuple(values)
        raise WireError("a value of no known kind")

    def text(self, length: Any) -> str:
        if type(length) is not int or length < 0:
            raise WireError("a text of no length")
        try:
            return bytes(self._take(length)).decode()
        except UnicodeDecodeError:
            raise WireError("a text that is not UTF-8") from None

    def require_end(self) -> None:
        if len(self.left):
            raise WireError("more in the body than the header describes")

    def _array(self, kind: str, shape: Sequence[Any]) -> np.ndarray[Any, np.dtype[Any]]:
        if kind not in KINDS or len(shape) > DIMENSIONS or not all(type(n) is int and n >= 0 for n in shape):
            raise WireError("an array of a kind or shape that may not cross")
        # SECURITY: before NumPy hears of the shape. Python's integers do not overflow, an empty array may not
        # claim endless axes, and what is allocated has come already: `_take` sees to that.
        if math.prod(max(n, 1) for n in shape) >= 2**31:
            raise WireError("an array of impossible size")
        raw = self._take(math.prod(shape) * np.dtype(kind).itemsize)
        if kind == "|b1":
            raw = (
                np.frombuffer(raw, dtype=np.uint8) != 0
            ).data  # any other byte than 0 and 1 is no truth value
        flat: np.ndarray[Any, np.dtype[Any]] = np.frombuffer(raw, dtype=kind)
        return flat.reshape(shape).copy()

    def _take(self, count: int) -> memoryview:
        if count > len(self.left):
            raise WireError("less in the body than the header describes")
        taken, self.left = self.left[:count], self.left[count:]
        return taken


def plain(text: str) -> str:
    r"""`text` without what a terminal would obey.

    >>> plain("\x1b[2Jgone?\n")
    '[2Jgone?\n'
    """
    return clean("".join(letter for letter in text if letter.isprintable() or letter in "\n\t"))


def clean(text: str) -> str:
    r"""`text` as it can be stored: no half of a surrogate pair, which no file takes.

    >>> clean("a\ud800b")
    'a?b'
    """
    return text.encode("utf-8", "replace").decode()

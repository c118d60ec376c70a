"""Whatever bytes come: a value, or the one error. Never another exception, never more memory than came."""

import json
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bpcheck.sandbox import wire
from bpcheck.sandbox.wire import Message, WireError

LIMIT = 1 << 16
calm = settings(deadline=None)  # a busy machine is no failure

numbers = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=20)
arrays = hnp.arrays(
    st.sampled_from(sorted(wire.KINDS)).map(np.dtype),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
flat = st.lists(numbers | arrays, max_size=5)
deep = st.lists(flat | flat.map(tuple), max_size=3)
values = numbers | arrays | flat | flat.map(tuple) | deep | deep.map(tuple)


def frame(header, body=b""):
    """A frame whose lengths are right, whatever is in it."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return wire.PREFIX.pack(wire.MARK, len(text), len(body)) + text + body


def same(a, b):
    if isinstance(a, np.ndarray):
        return (
            type(b) is np.ndarray and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        )
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or a != a)


@calm
@given(st.lists(values, max_size=4), st.lists(st.text(max_size=50), max_size=3))
def test_what_goes_out_comes_in(sent, texts):
    message = Message({"do": "call"}, tuple(sent), tuple(texts))
    got = wire.decode(wire.encode(message, LIMIT), LIMIT)

    assert got.facts == message.facts
    assert same(got.values, tuple(wire.clean(v) if isinstance(v, str) else v for v in message.values))
    assert got.texts == message.texts


def test_numbers_travel_in_little_endian_whatever_order_they_had():
    sent = np.array([1.5, -2.0], dtype=">f8")[::-1]

    (got,) = wire.decode(wire.encode(Message({}, (sent,)), LIMIT), LIMIT).values
    assert got.dtype.str == "<f8"
    assert got.tolist() == [-2.0, 1.5]


class Yes(float):
    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {"a": 1},
        {1},
        1j,
        b"bytes",
        2**63,
        Yes(1),
        np.float64(1),
        np.array([object()]),
        np.array(["a"]),
        np.ma.array([1.0]),
        [[[[1]]]],
        ([[[1]]],),
        "x" * 3000,
        [0] * 1001,
        [[0] * 500] * 2,
        lambda: 0,
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_else_goes_out(value):
    with pytest.raises(WireError):
        wire.encode(Message({}, (value,)), LIMIT)


@calm
@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_the_one_error(data):
    try:
        wire.decode(data, LIMIT)
    except WireError:
        return


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)
descriptions = st.one_of(
    json_values,
    st.tuples(
        st.just("array"),
        st.sampled_from([*sorted(wire.KINDS), "O", "<c16", "|V8"]),
        st.lists(st.integers(-2, 2**40), max_size=5),
    ),
    st.tuples(st.sampled_from(["list", "tuple", "float", "str"]), json_values),
)


@calm
@given(
    json_values,
    st.lists(descriptions, max_size=4),
    st.lists(st.integers(-3, 2**40), max_size=3),
    st.binary(max_size=64),
)
@example({}, [("array", "<f8", [2**40, 0])], [], b"")
@example({}, [("array", "|b1", [2])], [], b"\x07\x00")
def test_any_header_is_a_message_or_the_one_error(facts, described, texts, body):
    try:
        wire.decode(frame([facts, described, texts], body), LIMIT)
    except WireError:
        return


@calm
@given(st.data())
def test_a_frame_with_one_byte_changed_is_a_message_or_the_one_error(data):
    good = bytearray(wire.encode(Message({"n": 1}, (1.5, np.arange(4), ["a", 2]), ("text",)), LIMIT))
    good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        wire.decode(good, LIMIT)
    except WireError:
        return


@pytest.mark.parametrize(
    "data",
    [
        frame([{}, [["array", "<f8", [2**31]]], []]),
        frame([{}, [["array", "|u1", [1 << 12, 1 << 12, 1 << 12]]], []]),
        frame([{}, [["array", "<f8", [2**62, 4]]], []]),
        frame([{}, [["array", "<f8", [0, 2**40]]], []]),
        frame([{}, [["array", "O", [1]]], []], b"\x00" * 8),
        frame([{}, [["array", "<f8", [True]]], []], b"\x00" * 8),
        frame([{}, [["array", "<f8", [1] * 20]], []], b"\x00" * 8),
        frame([{}, [], [2**40]]),
        frame([{}, [], [-1]]),
        frame(b"[" * 60000),
        frame(b"[{}, [], []" + b" " * 100),
        frame(b'[{"a": ' + b"9" * 5000 + b"}, [], []]"),
        frame(b'[{"a": NaN}, [], []]'),
        frame(b'[{"a": 1e999}, [], []]'),
        frame(b'[{"a": ' + b"[" * 30 + b"]" * 30 + b"}, [], []]"),
        frame([{}, [], []], b"left over"),
        frame([{}, [["list", [["list", [["list", [["list", []]]]]]]]], []]),
        frame([{}, [["list", [["list", [[0]] * 500]] * 2]], []]),
        struct.pack("<4sII", wire.MARK, 10, 2**32 - 1),
        struct.pack("<4sII", b"none", 0, 0),
        b"",
    ],
)
def test_the_one_error_comes_before_anything_is_allocated(data):
    wire.decode(frame([{}, [], []]), LIMIT)  # what the first call imports is no matter
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            wire.decode(data, LIMIT)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 30 * LIMIT


@settings(max_examples=25, deadline=None)
@given(st.integers(1, LIMIT))
def test_a_header_of_any_json_takes_a_bounded_multiple_of_the_limit(length):
    """The worst JSON: empty lists, three letters each. Hence the separate, small limit for headers."""
    data = frame(b'[{"a":[' + b"[]," * (length // 3) + b"0]},[],[]]")
    tracemalloc.start()
    try:
        wire.decode(data, 1 << 20)
    except WireError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 60 * wire.HEADER


def test_a_length_beyond_the_limit_is_refused_from_the_first_twelve_bytes():
    with pytest.raises(WireError, match="longer than the 100 bytes"):
        wire.lengths(wire.PREFIX.pack(wire.MARK, 50, 60), 100)


def test_half_a_surrogate_pair_arrives_as_a_question_mark():
    """A lone half cannot be written to any file: it would stop the recording of a whole class."""
    got = wire.decode(frame([{}, [["str", "a\ud800b"]], []]), LIMIT)

    assert got.values == ("a?b",)

"""A cell's outputs as they cross: long texts beside a short description, checked when they arrive.

The client trusts nothing of it: what is no output of nbformat 4 becomes none.

Imports: the sibling `wire`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bpcheck.sandbox import wire
from bpcheck.sandbox.wire import WireError

Output = dict[str, Any]  # one output as nbformat 4 stores it

MIME = re.compile(r"[a-z]+/[A-Za-z0-9.+_-]{1,80}")
JSON = re.compile(r"application/(.*\+)?json")  # the types that nbformat lets hold anything but text
STRUCTURED = 1 << 14  # bytes of JSON in one output: widgets and metadata
NAME = 200  # characters of an exception's name


def pack(outputs: Iterable[Mapping[str, Any]]) -> tuple[list[Output], list[str]]:
    """A description of `outputs` with numbers in the place of texts, and the texts.

    >>> pack([{"output_type": "stream", "name": "stdout", "text": "hello"}])
    ([{'output_type': 'stream', 'name': 'stdout', 'text': 0}], ['hello'])
    """
    texts: list[str] = []

    def number(text: Any) -> int:
        texts.append(str(text))
        return len(texts) - 1

    return [_exchange(output, number) for output in outputs], texts


def _exchange(output: Mapping[str, Any], number: Callable[[Any], int]) -> Output:
    packed = dict(output)
    for key in {"text", "evalue"} & packed.keys():
        packed[key] = number(packed[key])
    if "traceback" in packed:
        packed["traceback"] = number("\0".join(packed["traceback"]))
    if "data" in packed:
        items = packed["data"].items()
        packed["data"] = {mime: number(value) if isinstance(value, str) else [value] for mime, value in items}
    return packed


def unpack(described: Any, texts: tuple[str, ...]) -> list[Output]:
    """The outputs of a cell, each as nbformat 4 stores it.

    Raises
    ------
    WireError : what came describes no outputs.
    """
    if not isinstance(described, list):
        raise WireError("outputs that are no list")
    return [_output(one, _Texts(texts)) for one in described]


class _Texts:
    """The texts of a frame by their numbers."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.texts = texts

    def __getitem__(self, number: Any) -> str:
        if type(number) is not int or not 0 <= number < len(self.texts):
            raise WireError("an output without its text")
        return self.texts[number]


def _output(one: Any, texts: _Texts) -> Output:
    match one:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": text}:
            return {"output_type": "stream", "name": name, "text": texts[text]}
        case {"output_type": "error", "ename": str() as name, "evalue": value, "traceback": lines}:
            return {
                "output_type": "error",
                "ename": wire.clean(name[:NAME]),
                "evalue": texts[value],
                "traceback": texts[lines].split("\0"),
            }
        case {"output_type": "display_data", "data": dict() as data, "metadata": metadata}:
            return {"output_type": "display_data", **_bundle(data, metadata, texts)}
        case {
            "output_type": "execute_result",
            "data": dict() as data,
            "metadata": metadata,
            "execution_count": count,
        }:
            if not is_count(count):
                raise WireError("an output without its number")
            return {
                "output_type": "execute_result",
                **_bundle(data, metadata, texts),
                "execution_count": count,
            }
    raise WireError("an output of no known form")


def is_count(number: Any) -> bool:
    """Whether `number` can stand in brackets beside a cell."""
    return type(number) is int and 0 <= number < 2**31


def _bundle(data: dict[str, Any], metadata: Any, texts: _Texts) -> Output:
    bundle: dict[str, Any] = {}
    for mime, value in data.items():
        if not MIME.fullmatch(mime):
            raise WireError("an output of no known type")
        match value:
            case [structured] if JSON.fullmatch(mime):
                bundle[mime] = _cleaned(structured)
            case _:
                bundle[mime] = texts[value]
    return {"data": bundle, "metadata": _cleaned(metadata) if isinstance(metadata, dict) else {}}


def _cleaned(value: Any) -> Any:
    """JSON in which every text can be stored; `wire` has seen to its depth."""
    if isinstance(value, str):
        return wire.clean(value)
    if isinstance(value, list):
        return [_cleaned(entry) for entry in value]
    if isinstance(value, dict):
        return {wire.clean(key): _cleaned(entry) for key, entry in value.items()}
    return value


def structured(value: Any) -> Any:
    """`value` if it is JSON of a size that crosses; None otherwise."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None
    return json.loads(text) if len(text) <= STRUCTURED else None

"""Collects what a cell prints and shows, up to a number of bytes.

Imports: the sibling `wire`, for how many texts a frame holds.
"""

from __future__ import annotations

import io
import threading
from typing import Any

from bpcheck.sandbox.wire import MANY

_PIECES = MANY // 4  # outputs of one cell; each may have several texts
_OVERHEAD = 64  # bytes that an output takes beside its texts

CUT = "\n[The rest of this cell's output was cut: more than {limit:,} bytes.]\n"


class Capture:
    """The outputs of the running cell, as dictionaries of nbformat 4."""

    def __init__(self) -> None:
        self.lock = threading.RLock()  # threads of the notebook may print too
        self.begin(0)

    def begin(self, limit: int) -> None:
        """Start anew, for at most `limit` bytes."""
        with self.lock:
            self.limit = self.room = limit
            self.outputs: list[dict[str, Any]] = []
            self.by_display_id: dict[Any, dict[str, Any]] = {}
            self.clear_before_next = self.cut = False

    def stream(self, name: str, text: str) -> None:
        """Add what was printed; neighbours of the same stream become one output."""
        with self.lock:
            self._clear_if_wanted()
            if not self._has_room(0):
                return
            kept = (
                text
                if len(text) * 4 <= self.room
                else text.encode("utf-8", "replace")[: self.room].decode(errors="ignore")
            )
            self.room -= len(kept.encode("utf-8", "replace"))
            last = self.outputs[-1] if self.outputs else {}
            if last.get("name") == name:
                last["text"].append(kept)
            else:
                self.room -= _OVERHEAD
                self.outputs.append({"output_type": "stream", "name": name, "text": [kept]})
            if len(kept) < len(text):
                self.room = 0
                self._has_room(0)

    def add(self, output: dict[str, Any], display_id: Any = None, update: bool = False) -> None:
        """Add an output that is no stream; or put it in the place of the one with the same id."""
        with self.lock:
            self._clear_if_wanted()
            size = _OVERHEAD + _size(output)
            if not self._has_room(size):
                return
            self.room -= size
            known = self.by_display_id.get(display_id) if isinstance(display_id, str) else None
            if known is not None:
                known.update(data=output["data"], metadata=output["metadata"])
            if update:
                return
            self.outputs.append(output)
            if isinstance(display_id, str):
                self.by_display_id[display_id] = output

    def clear(self, wait: bool) -> None:
        """Forget the outputs so far; with `wait`, when the next one comes."""
        with self.lock:
            self.clear_before_next = True
            if not wait:
                self._clear_if_wanted()

    def finish(self) -> list[dict[str, Any]]:
        """The outputs; where some were cut, the last one says so."""
        with self.lock:
            said = (
                [{"output_type": "stream", "name": "stdout", "text": [CUT.format(limit=self.limit)]}]
                if self.cut
                else []
            )
            joined = [{**o, "text": "".join(o["text"])} if "text" in o else o for o in [*self.outputs, *said]]
            self.begin(0)
            return joined

    def _has_room(self, size: int) -> bool:
        if self.room <= size or len(self.outputs) >= _PIECES:
            self.cut = self.limit > 0  # a limit of 0: nobody collects now
            self.room = 0
            return False
        return True

    def _clear_if_wanted(self) -> None:
        if self.clear_before_next:
            self.outputs.clear()
            self.room = self.limit
            self.clear_before_next = self.cut = False


def _size(value: Any) -> int:
    """Bytes of the texts in `value`, about."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace"))
    if isinstance(value, dict):
        return sum(_size(key) + _size(entry) for key, entry in value.items())
    return sum(map(_size, value)) if isinstance(value, list | tuple) else 8


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a notebook."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, capture: Capture) -> None:
        self._name = name
        self._capture = capture

    @property
    def name(self) -> str:
        """As a terminal's would be called."""
        return f"<{self._name}>"

    def writable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Stay open: the next cell prints too."""

    def write(self, text: str) -> int:
        """Collect `text`."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._capture.stream(self._name, text)
        return len(text)

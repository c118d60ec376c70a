"""The client's end of the two pipes to one child: frames out, frames in, by a clock that the child cannot touch.

Imports: the sibling `wire`.
"""

from __future__ import annotations

import contextlib
import os
import select
import time

from bpcheck.sandbox import wire
from bpcheck.sandbox.wire import Message

MOMENT = 0.2  # seconds between a child's last descriptor and its end
PIECE = 1 << 16  # bytes read at a time, several short frames among them: no more is allocated than has come


class Late(Exception):
    """The time was over before the whole frame had come or gone."""


class Gone(Exception):
    """The child has closed its end, or has ended."""


class Channel:
    """Frames to a child and from it.

    Parameters
    ----------
    reading, writing : descriptors of the pipes, owned from here on
    handle : the child's pidfd, owned as well; readable when it has ended
    """

    def __init__(self, reading: int, writing: int, handle: int) -> None:
        self.reading, self.writing, self.handle = reading, writing, handle
        self._come = bytearray()  # and not asked for yet
        self._polls = {}
        for descriptor, event in ((reading, select.POLLIN), (writing, select.POLLOUT)):
            os.set_blocking(descriptor, False)
            self._polls[descriptor] = select.poll()
            self._polls[descriptor].register(descriptor, event)
            self._polls[descriptor].register(handle, select.POLLIN)

    def send(self, frame: bytes, deadline: float) -> None:
        """Send one frame.

        Raises
        ------
        Late : the child does not read.
        Gone : it never will.
        """
        left = memoryview(frame)
        while left:
            self._wait(self.writing, deadline)
            try:
                left = left[os.write(self.writing, left) :]
            except BlockingIOError:
                continue
            except OSError:
                raise Gone from None

    def receive(self, limit: int, deadline: float) -> Message:
        """One frame of at most `limit` bytes.

        Raises
        ------
        WireError : something else came.
        Late : it did not come in time.
        Gone : it never will.
        """
        # SECURITY: the lengths are checked before a byte of header or body is waited for.
        prefix = self._exactly(wire.PREFIX.size, deadline)
        rest = self._exactly(sum(wire.lengths(bytes(prefix), limit)), deadline)
        return wire.decode(prefix + rest, limit)

    def has_something(self) -> bool:
        """Whether bytes have come that nobody asked for, or the other end is closed."""
        ready, _, _ = select.select([self.reading], [], [], 0)
        return bool(self._come or ready)

    def ended(self) -> bool:
        """Whether the child is no more; it may take a moment after it has hung up."""
        ready, _, _ = select.select([self.handle], [], [], MOMENT)
        return bool(ready)

    def close(self) -> None:
        """Hang up, and let go of the child."""
        for descriptor in (self.reading, self.writing, self.handle):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self.reading = self.writing = self.handle = -1

    def _exactly(self, count: int, deadline: float) -> bytearray:
        while len(self._come) < count:
            self._wait(self.reading, deadline)
            try:
                piece = os.read(self.reading, PIECE)
            except BlockingIOError:
                continue
            if not piece:
                raise Gone
            self._come += piece
        taken, self._come = self._come[:count], self._come[count:]
        return taken

    def _wait(self, descriptor: int, deadline: float) -> None:
        """Until `descriptor` is ready; the child's end counts only when nothing is left to read."""
        left = deadline - time.monotonic()
        ready = dict(self._polls[descriptor].poll(max(left, 0.0) * 1000))
        if left <= 0 or not ready:
            raise Late
        if descriptor not in ready:
            raise Gone

"""Ctrl-C, a moment later.

Imports: nothing of bpcheck.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Let the block end first: what stands in it is done whole, or fails by itself."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python interrupts only its main thread
        return
    came = False

    def note(*_: object) -> None:
        nonlocal came
        came = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            raise KeyboardInterrupt

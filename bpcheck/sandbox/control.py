"""Orders to the zygote and its reports: short JSON, with open descriptors beside it.

Both ends are ours and trusted; no child keeps one. What a child says comes through `channel`.

Imports: nothing.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from typing import Any

LONGEST = 1 << 16  # bytes of an order or a report


def send(to: socket.socket, content: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Send `content`, and the right to use `descriptors`."""
    socket.send_fds(to, [json.dumps(content).encode()], list(descriptors))


def receive(source: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """What came, or None when the other end is closed."""
    data, descriptors, _, _ = socket.recv_fds(source, LONGEST, 4)
    return (json.loads(data) if data else None), descriptors

"""What protection is in force here: attempts what a submission must not be able to do, and says who stopped it.

Imports: bpcheck.errors, the siblings; `probe` in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import Any

from bpcheck.errors import SandboxError
from bpcheck.sandbox.keeper import environment
from bpcheck.sandbox.layers import EVERY, LEVELS, Layer, level

PATIENCE = 60.0  # seconds
REMEDY = {
    Layer.NAMESPACES: (
        "Allow user namespaces: sysctl kernel.unprivileged_userns_clone=1 (Debian), "
        "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu); in Docker, --security-opt seccomp=unconfined."
    ),
    Layer.LANDLOCK: "Linux 5.13 or newer, with `landlock` in the list of /sys/kernel/security/lsm.",
    Layer.SECCOMP: "Linux with seccomp filters, on x86_64 or aarch64.",
    Layer.RLIMITS: "Any Linux; root must be able to become another user.",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attack, tried here and now."""

    name: str  # "read a file of the grader"
    stopped: bool  # under all layers that can be had here
    reason: str  # what it met, "EACCES"; empty if it went through
    by: tuple[Layer, ...]  # the layers that stop it alone
    ordinary: bool  # it fails without any layer too: the submission's user may not do it


@dataclass(frozen=True, slots=True)
class Examination:
    """What `bpcheck doctor` found."""

    attempts: list[Attempt]
    missing: dict[Layer, str]  # the layers that are not in force, with the reason
    root: bool  # whether this was root

    @property
    def level(self) -> str:
        """The letter, "A" to "D"."""
        return level([layer for layer in EVERY if layer not in self.missing])

    @property
    def whole(self) -> bool:
        """Nothing is missing, and nothing went through."""
        return not self.missing and all(one.stopped for one in self.attempts)


def examine() -> Examination:
    """Try every attack without a layer, under each layer alone, and under all of them together.

    Raises
    ------
    SandboxError : the attempts cannot be made.
    """
    if sys.platform != "linux":
        return Examination([], dict.fromkeys(EVERY, f"{sys.platform} has no such thing"), root=False)
    told = _tried()
    found = [Attempt(**{**one, "by": tuple(map(Layer, one["by"]))}) for one in told["attempts"]]
    missing = {Layer(name): reason for name, reason in told["missing"].items()}
    return Examination(found, missing, os.geteuid() == 0)


def _tried() -> dict[str, Any]:
    """What `probe` found, in a process of its own: some attacks change the one that they run in."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "bpcheck.sandbox.probe"],
            env=environment(),
            cwd="/",
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SandboxError(f"the attempts took more than {PATIENCE:g} s; is the machine very busy?") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise SandboxError(f"the attempts could not be made: {last}")
    return dict(json.loads(done.stdout))


def attempts() -> list[Attempt]:
    """What a submission must not be able to do, and whether it is stopped here."""
    return examine().attempts


def table(found: Examination) -> str:
    """The examination as text: what went through first, then who stops what."""
    letter = found.level
    who = "root" if found.root else "an ordinary user"
    lines = [f"protection {letter}: {LEVELS[letter]}   (tried as {who})"]
    for layer, reason in found.missing.items():
        lines += [f"  not in force: {layer} ({reason})", *_indented(REMEDY[layer])]
    if not found.attempts:
        return "\n".join(lines)
    through = [one for one in found.attempts if not one.stopped]
    lines.append(f"{len(found.attempts) - len(through)} of {len(found.attempts)} attempts stopped")
    width = max(len(one.name) for one in found.attempts) + 2
    lines += [
        "",
        "".join(["attempt".ljust(width), "stopped  ", *(f"{layer:<12}" for layer in EVERY)]).rstrip(),
    ]
    for one in sorted(found.attempts, key=lambda one: one.stopped):
        lines.append(_row(one, width))
    lines += ["", "x: this layer alone stops it.   o: the submission's user may not do it anyway."]
    return "\n".join(lines)


def _indented(sentence: str) -> list[str]:
    return textwrap.wrap(sentence, 100, initial_indent="    ", subsequent_indent="    ")


def _row(one: Attempt, width: int) -> str:
    def mark(layer: Layer) -> str:
        return "o" if one.ordinary else "x" if layer in one.by else "."

    marks = "".join(f"{mark(layer):<12}" for layer in EVERY)
    return f"{one.name.ljust(width)}{'yes' if one.stopped else 'NO':<9}{marks}".rstrip()

"""What protection is in force here: attempts what a submission must not be able to do, and says who stopped it.

Imports: bpcheck.errors, the siblings; `probe` in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from bpcheck.errors import SandboxError
from bpcheck.sandbox.keeper import environment
from bpcheck.sandbox.layers import EVERY, LEVELS, Layer, level, require_linux

PATIENCE = 60.0  # seconds


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
    root: bool  # whether this was root, who becomes another user before anything is run

    @property
    def level(self) -> str:
        """The letter, "A" to "D"."""
        return level([layer for layer in EVERY if layer not in self.missing])


def examine() -> Examination:
    """Try every attack without a layer, under each layer alone, and under all of them together.

    Raises
    ------
    SandboxError : this is not Linux, or the attempts cannot be made.
    """
    require_linux()
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
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise SandboxError(f"the attempts could not be made: {last}")
    told = json.loads(done.stdout)
    found = [Attempt(**{**one, "by": tuple(map(Layer, one["by"]))}) for one in told["attempts"]]
    missing = {Layer(name): reason for name, reason in told["missing"].items()}
    return Examination(found, missing, os.geteuid() == 0)


def attempts() -> list[Attempt]:
    """What a submission must not be able to do, and whether it is stopped here."""
    return examine().attempts


def table(found: Examination) -> str:
    """The examination as text: what went through first, then who stops what."""
    letter = found.level
    lines = [f"protection {letter}: {LEVELS[letter]}"]
    lines += [f"  {layer} is not in force: {reason}" for layer, reason in found.missing.items()]
    through = [one for one in found.attempts if not one.stopped]
    lines.append(f"{len(found.attempts) - len(through)} of {len(found.attempts)} attempts stopped")
    width = max((len(one.name) for one in found.attempts), default=0) + 2
    lines += [
        "",
        "".join(["attempt".ljust(width), "stopped  ", *(f"{layer:<12}" for layer in EVERY)]).rstrip(),
    ]
    for one in sorted(found.attempts, key=lambda one: one.stopped):
        lines.append(_row(one, width))
    lines += ["", "x: this layer alone stops it.   o: the submission's user may not do it anyway."]
    return "\n".join(lines)


def _row(one: Attempt, width: int) -> str:
    def mark(layer: Layer) -> str:
        return "o" if one.ordinary else "x" if layer in one.by else "."

    marks = "".join(f"{mark(layer):<12}" for layer in EVERY)
    return f"{one.name.ljust(width)}{'yes' if one.stopped else 'NO':<9}{marks}".rstrip()

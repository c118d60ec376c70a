"""A submission's process, begun again where the student's code ended it.

A cell or an answer that takes its process down costs what it is worth, and nothing else: a new process runs the
cells before it once more, without those that ended one, and the rest goes on from there.

Imports: bpcheck.errors, bpcheck.exercises, bpcheck.sandbox, the siblings `answers` and `harmless`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Mapping
from typing import Self

from bpcheck.errors import SandboxError
from bpcheck.exercises.examine import examine
from bpcheck.exercises.model import Exercise, Quiz
from bpcheck.gradcheck.facts import Outcome
from bpcheck.grading import answers
from bpcheck.grading.harmless import MANY, harmless
from bpcheck.report import annotated
from bpcheck.sandbox import Cell, Ran, Sandbox, Session

LIVES = 10  # processes for one notebook; each may take the time that the sandbox gives to a submission ...
MUCH = 2.0  # ... and all of them together this many times as much

NOT_RUN = {
    "output_type": "error",
    "ename": "NotRun",
    "evalue": "Python had ended too often before.",
    "traceback": ["NotRun: Python had ended too often before."],
}


class Child:
    """Runs cells and examines answers in the notebook's order. Use `with`.

    Parameters
    ----------
    sandbox : started
    asked : the functions that will be examined, with their exercises
    """

    def __init__(self, sandbox: Sandbox, asked: Mapping[str, Exercise | Quiz]) -> None:
        self.level = sandbox.level
        self._sandbox, self._asked = sandbox, asked
        by_exercise = answers.probes(asked.values())
        self._probes = {name: by_exercise[e.id] for name, e in asked.items() if e.id in by_exercise}
        self._done: list[Cell] = []  # ran without ending its process
        self._lives, self._room = 0, MANY
        self._until = time.monotonic() + MUCH * sandbox.limits.seconds
        self._session = self._begin()

    def run(self, cell_id: str, source: str) -> Ran:
        """What the cell showed, as far as an instructor's browser may show it."""
        session, cell = self._living(), Cell(cell_id, source)
        session.run([cell])
        if session.fatal is None:
            self._done.append(cell)
        ran = session.cells[-1]
        if session.fatal is not None and not ran.outputs:
            # SECURITY: a test of an instructor's own that shows nothing would be all points by nbgrader's rule.
            return dataclasses.replace(ran, outputs=[NOT_RUN])
        shown, self._room = harmless(ran.outputs, self._room)
        return dataclasses.replace(ran, outputs=shown)

    def examine(self, function: str, seed: int) -> Outcome:
        """The outcome of the exercise that `function` answers, here and now, as the notebook's own check gives it."""
        exercise, asked = self._asked[function], self._living().answer(function)
        outcome = examine(exercise, answers.driven(exercise, asked), seed)
        return annotated(outcome, asked.printed, asked.warned)

    def _living(self) -> Session:
        """The session; a new one if the last has ended and there is time for another."""
        self._session.hear_out()  # what an answer is still at may end it, and the next cell would be blamed
        if self._session.fatal is not None and self._lives < LIVES and time.monotonic() < self._until:
            self._session.close()
            self._session = self._begin()
        return self._session

    def _begin(self) -> Session:
        self._lives += 1
        session = self._sandbox.open(self._done, probes=self._probes)
        if session.fatal is not None and session.died_in is not None:
            del self._done[session.died_in]  # it did not the first time
        return session

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(SandboxError):  # what was graded stays graded; the next one will hear of it
            self._session.close_soon()

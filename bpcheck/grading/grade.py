"""One submission: its cells run in the sandbox, its exercises are examined from here, and marks come of it.

Imports: bpcheck.exercises, bpcheck.report, bpcheck.sandbox, the siblings; no nbgrader.
"""

from __future__ import annotations

from bpcheck.grading.model import Graded, Task
from bpcheck.sandbox import Sandbox


def grade(task: Task, sandbox: Sandbox) -> Graded:
    """Run, examine, mark. The same task gives the same marks, as far as the student's code does.

    Parameters
    ----------
    task : from `submission.read`
    sandbox : started; one for many submissions

    Raises
    ------
    SandboxError : ours, or the machine's; nothing can be said about this submission. `sandbox.restart()` may help.
    """
    raise NotImplementedError

"""Every failure says whose it is; that decides what happens next.

    BpcheckError
    ├─ AnswerError            the student's: `examine` catches it, it becomes a line of the report
    │  ├─ NotAttempted        the placeholder is still there
    │  ├─ AnswerRaised        the student's code raised, with its line
    │  ├─ MalformedAnswer     what came back is no answer yet: number of results, kind, shape, dtype, NaN
    │  ├─ AnswerTimedOut      stopped at the time limit
    │  └─ AnswerDied          took its process down: exit, signal, memory, or a frame that is not one
    ├─ WrongAnswer            raised by `check`; carries the report
    ├─ UsageError             the caller's: an unknown exercise, a bad argument
    ├─ CourseError            the author's: notebooks out of step with their source, a leaking release
    ├─ UnreadableSubmission   one student's file: reported by name, no mark is written, the batch goes on
    ├─ RecordingError         the gradebook's or the disk's: one submission is not recorded, the batch goes on
    └─ SandboxError           ours, or the machine's: nothing is graded and nothing recorded

Imports: nothing.
"""

from __future__ import annotations


class BpcheckError(Exception):
    """Base of all errors that bpcheck raises on purpose.

    IPython shows one line instead of a traceback through our code, because it asks an exception for
    `_render_traceback_` first.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class AnswerError(BpcheckError):
    """Something in a student's answer that keeps it from being judged.

    `code` is the entry of the mistake catalogue ("G1"); the message is the sentence for the student.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class NotAttempted(AnswerError):
    """The answer still holds the placeholder."""


class AnswerRaised(AnswerError):
    """The student's code raised an exception."""


class MalformedAnswer(AnswerError):
    """What came back has the wrong number of results, kind, shape or dtype, or is not finite."""


class AnswerTimedOut(AnswerError):
    """The student's code was still running at the time limit."""


class AnswerDied(AnswerError):
    """The student's code took the process down that it ran in, or answered with what is no answer."""


class WrongAnswer(BpcheckError, AssertionError):
    """An examined answer is not right. `report` is the whole report."""

    def __init__(self, sentence: str, report: object) -> None:
        super().__init__(sentence)
        self.report = report


class UsageError(BpcheckError, ValueError):
    """Bpcheck was called in a way that it cannot follow."""


class CourseError(BpcheckError):
    """The course itself is at fault, not a student and not the caller."""


class UnreadableSubmission(BpcheckError):
    """One student's file cannot be read. All others are graded; no mark is written for this one."""


class RecordingError(BpcheckError):
    """Marks could not be written: a locked gradebook, a full disk. Nothing of this submission is recorded."""


class SandboxError(BpcheckError):
    """The sandbox is missing or failed. Never a student's fault, so nothing is recorded."""

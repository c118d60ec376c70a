"""The sandbox and the examiner inside nbgrader's own `autograde`, and so behind formgrader's button.

nbgrader_config.py names these classes in the places of nbgrader's `Execute` and of what reads a score from a cell's
outputs; everything before and after stays nbgrader's.

Imports: bpcheck.errors, bpcheck.sandbox, the siblings; nbgrader.
"""

from __future__ import annotations

import json
import weakref
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool

from bpcheck.errors import SandboxError
from bpcheck.grading import folders, submission
from bpcheck.grading.autograded import OURS, ours
from bpcheck.grading.grade import grade_sheet, quietly
from bpcheck.grading.gradebook import source_sheet
from bpcheck.grading.model import Sheet
from bpcheck.grading.record import find_record
from bpcheck.grading.worker import start_sandbox
from bpcheck.sandbox import Sandbox

# of each call of autograde, by its converter; a failure is kept, so that a class does not wait for it one by one
_sandboxes: weakref.WeakKeyDictionary[Any, Sandbox | SandboxError] = weakref.WeakKeyDictionary()


class _Ours(NbGraderPreprocessor):  # type: ignore[misc]
    """What both need: the sheet of the notebook that nbgrader has before it."""

    @property
    def converter(self) -> Any:
        """The Autograde of nbgrader's, of which there is one for each call."""
        return self.parent.parent

    def read(self, notebook: Any, told: dict[str, str]) -> tuple[Sheet, str]:
        """The notebook with the course's cells in it, and its submission's fingerprint."""
        course = self.converter.coursedir
        folder = Path(course.format_path(course.submitted_directory, told["student"], told["assignment"]))
        fingerprint = submission.fingerprint_of(folder)
        secret = folders.secret(Path(course.root))
        with Gradebook(told["db_url"], course.course_id) as book:
            source = source_sheet(book.find_notebook(told["notebook"], told["assignment"]))
        content = json.dumps(notebook).encode()
        file = f"{told['notebook']}.ipynb"
        return submission.sheet_of(
            content, file, source, submission.material(secret, fingerprint)
        ), fingerprint


class RestoreCells(_Ours):
    """In the place of ClearOutput, DeduplicateIds, OverwriteKernelspec and OverwriteCells."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """The submission with the course's own cells put back."""
        sheet, _ = self.read(notebook, resources["nbgrader"])
        metadata = sheet.notebook["metadata"] | {OURS: {"healed": list(sheet.healed)}}
        return nbformat.from_dict({**sheet.notebook, "metadata": metadata}), resources


class Examine(_Ours):
    """In the place of Execute: the cells run in the sandbox, the exercises are examined from here."""

    unprotected = Bool(False, help="Grade also where the sandbox is no wall; written into every record.").tag(
        config=True
    )

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """The notebook with its outputs, reports and records."""
        healed = notebook["metadata"].get(OURS, {}).get("healed", [])
        sheet, fingerprint = self.read(notebook, resources["nbgrader"])
        sandbox = self._sandbox()
        if not sandbox.alive:
            sandbox.restart()  # a submission before this one may have had to do with its end
        with quietly():
            graded = grade_sheet(sheet, sandbox)
        told = {OURS: ours(fingerprint, sandbox.level, healed)}
        metadata = graded.notebook["metadata"] | told
        return nbformat.from_dict({**graded.notebook, "metadata": metadata}), resources

    def _sandbox(self) -> Sandbox:
        if self.converter not in _sandboxes:
            try:
                made = start_sandbox(self.unprotected)
                weakref.finalize(self.converter, made.close)
                _sandboxes[self.converter] = made
            except SandboxError as error:
                _sandboxes[self.converter] = error
        found = _sandboxes[self.converter]
        if isinstance(found, SandboxError):
            raise found
        return found


class SaveMarks(SaveAutoGrades):  # type: ignore[misc]
    """In the place of SaveAutoGrades: the points stand in the record; what has none is nbgrader's to score."""

    def _add_score(self, cell: Any, resources: Any) -> None:
        super()._add_score(cell, resources)
        record = find_record(cell)
        if record is None:
            return
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        grade.auto_score = record["points"]
        grade.needs_manual_grade = record["review"] or grade.manual_score is not None
        self.gradebook.db.commit()

"""The course's own cells put back into a submission, whatever became of them there.

A check cell that was deleted, copied, moved, edited, retyped or that lost nbgrader's metadata costs no points and
gains none. Points, kinds and locked texts come from the course; from the submission come the student's texts.
What a student wrote into a locked cell is kept as a cell of its own in front of it.

Imports: the siblings `checks`, `model`, `parse`, `source`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bpcheck.grading.checks import binds, checked
from bpcheck.grading.model import Notebook, SourceCell, SourceSheet
from bpcheck.grading.parse import new_id
from bpcheck.grading.source import region_lines

Cell = dict[str, Any]


@dataclass(slots=True)
class Healed:
    """A submission's cells while they are put right."""

    cells: list[Cell]
    names: list[str | None]  # of each cell: the course's name for it; None: the student's own
    told: list[str] = field(default_factory=list)  # what was put right, a sentence each

    def put(self, index: int, cell: Cell, name: str | None) -> None:
        """Insert a cell; its id becomes one that no other has."""
        cell["id"] = new_id(cell["id"], {other["id"] for other in self.cells})
        self.cells.insert(index, cell)
        self.names.insert(index, name)

    def move(self, index: int, behind: int) -> None:
        """Take a cell to the place behind a later one."""
        self.cells.insert(behind, self.cells.pop(index))
        self.names.insert(behind, self.names.pop(index))


def heal(notebook: Notebook, source: SourceSheet) -> Healed:
    """The submission's cells in their order, with the course's cells among them.

    Parameters
    ----------
    notebook : from `parse`; not changed
    source : the notebook as the course has it
    """
    healed = _recognise(notebook["cells"], source)
    for before, cell in zip([None, *source.cells], source.cells, strict=False):
        if cell.name in healed.names:
            _restore(healed, cell)
            _put_behind_its_answer(healed, cell)
        elif cell.locked or cell.points is not None:
            healed.put(_place(healed, cell, before), _as_given(cell), cell.name)
            healed.told.append(f"`{cell.name}` was missing and was put back.")
    return healed


def graded_metadata(cell: SourceCell) -> dict[str, Any]:
    """What nbgrader keeps in a cell, as its own commands write it."""
    kept: dict[str, Any] = {
        "cell_type": cell.kind,
        "checksum": cell.checksum,
        "grade": cell.points is not None and not cell.task,
        "grade_id": cell.name,
        "locked": cell.locked,
        "schema_version": 3,
        "solution": cell.solution,
        "task": cell.task,
    }
    return {"nbgrader": kept | ({} if cell.points is None else {"points": cell.points})}


# -- which cell is which -------------------------------------------------------------------------------


def _recognise(cells: list[Cell], source: SourceSheet) -> Healed:
    """By nbgrader's tag; a locked cell that lost it, by its text. Of several the last one counts, as in nbgrader."""
    known = {cell.name: cell for cell in source.cells}
    names: list[str | None] = [None] * len(cells)
    told = []
    for index in reversed(range(len(cells))):
        name = _tag(cells[index])
        if name is None:
            continue
        if name in names:
            told.append(f"`{name}` was there more than once; the last one counts.")
        elif name in known:
            names[index] = name
    for cell in source.cells:
        if cell.locked and cell.name not in names:
            same = [i for i, other in enumerate(cells) if names[i] is None and _same_text(other, cell)]
            if same:
                names[same[-1]] = cell.name
    own = [{**cell, "metadata": {}} for cell in cells]
    return Healed(own, names, told[::-1])


def _tag(cell: Cell) -> str | None:
    info = cell["metadata"].get("nbgrader")
    name = info.get("grade_id") if isinstance(info, dict) else None
    return name if isinstance(name, str) else None


def _same_text(cell: Cell, source: SourceCell) -> bool:
    """Also if the hidden tests were taken out of the released cell."""
    visible = "\n".join(region_lines(source.text)[1])
    return cell["source"].strip() in (source.text.strip(), visible.strip())


# -- what it should be ---------------------------------------------------------------------------------


def _restore(healed: Healed, source: SourceCell) -> None:
    index = healed.names.index(source.name)
    cell = healed.cells[index]
    if source.locked and not _same_text(cell, source):
        if cell["source"].strip():
            healed.put(index, {**cell, "metadata": {}}, None)
            index += 1
        healed.told.append(f"`{source.name}` was changed and was restored.")
    elif cell["cell_type"] != source.kind:
        healed.told.append(
            f"`{source.name}` had become a {cell['cell_type']} cell and was made one of {source.kind}."
        )
    text = source.text if source.locked else cell["source"]
    healed.cells[index] = _as_given(source) | {"id": cell["id"], "source": text}


def _as_given(source: SourceCell) -> Cell:
    cell = {
        "cell_type": source.kind,
        "id": new_id(
            "".join(c if c.isalnum() and c.isascii() else "-" for c in source.name)[:60] or "cell", set()
        ),
        "metadata": graded_metadata(source),
        "source": source.text,
    }
    return cell | ({"execution_count": None, "outputs": []} if source.kind == "code" else {})


# -- where it should be --------------------------------------------------------------------------------


def _definers(healed: Healed, source: SourceCell) -> list[int]:
    """The student's cells that give a value to what the check cell asks for."""
    asked = checked(source.text)
    if asked is None:
        return []
    return [
        i
        for i, cell in enumerate(healed.cells)
        if cell["cell_type"] == "code" and healed.names[i] != source.name and binds(cell["source"], asked[0])
    ]


def _put_behind_its_answer(healed: Healed, source: SourceCell) -> None:
    """A check cell that stands before every cell that defines its function was moved there, or the answer was."""
    index, definers = healed.names.index(source.name), _definers(healed, source)
    if definers and index < definers[0]:
        healed.move(index, definers[0])
        healed.told.append(f"`{source.name}` stood before its answer and was moved behind it.")


def _place(healed: Healed, source: SourceCell, before: SourceCell | None) -> int:
    """Where a missing cell belongs: behind its answer, or behind the cell that the course has before it, or last."""
    definers = _definers(healed, source)
    if definers:
        return definers[-1] + 1
    if before is not None and before.name in healed.names:
        return healed.names.index(before.name) + 1
    return len(healed.cells)

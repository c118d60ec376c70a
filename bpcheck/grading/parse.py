"""From the bytes of a file to a notebook of format 4.5, whatever somebody's editor made of it.

Nothing is believed: what is no cell becomes none, outputs are dropped, ids are made unique. The result can be
written, run and shown without another look. What cannot be a notebook at all raises, with the reason.

Imports: bpcheck.errors; nbformat on call, for formats before 4.
"""

from __future__ import annotations

import json
import os
import re
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bpcheck.errors import UnreadableSubmission
from bpcheck.grading.model import Notebook

MIB = 1 << 20
LARGEST = 50 * MIB  # bytes of a notebook; reading one takes four times as much memory
MANY = 5000  # cells; each costs a question to the sandbox
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # as the format wants it
KINDS = ("code", "markdown", "raw")


def read_file(path: Path) -> bytes:
    """The bytes of a submitted file.

    Raises
    ------
    UnreadableSubmission : it is a link, no ordinary file, too large, empty, or may not be read.
    """
    try:
        # SECURITY: O_NOFOLLOW, or a link would show another student's work, or the course's, as one's own;
        # O_NONBLOCK, or a pipe in the place of a notebook would stop the batch.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if path.is_symlink():
            raise UnreadableSubmission(f"{path.name} is a link to somewhere else, not a file") from None
        raise UnreadableSubmission(f"{path.name} cannot be read ({error.strerror})") from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise UnreadableSubmission(f"{path.name} is not a file")
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
        if found.st_size > LARGEST:
            raise UnreadableSubmission(
                f"{path.name} has {found.st_size // MIB} MB; at most {LARGEST // MIB} MB are read. "
                "Clear its outputs and hand it in again"
            )
        content = file.read(LARGEST)
    if not content.strip():
        raise UnreadableSubmission(f"{path.name} is empty")
    return content


def parse(content: bytes, name: str) -> Notebook:
    """The notebook in `content`, its code without outputs.

    Parameters
    ----------
    content : of the file
    name : of the file, for the message

    Raises
    ------
    UnreadableSubmission : it is no notebook.

    >>> parse(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x = 1"]}]}', "a.ipynb")["cells"]
    [{'cell_type': 'code', 'id': 'cell-1', 'metadata': {}, 'source': 'x = 1', 'execution_count': None, 'outputs': []}]
    """
    raw = _json(content, name)
    form = raw.get("nbformat") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or type(form) is not int:
        raise UnreadableSubmission(f"{name} is not a notebook: it has no nbformat")
    if form < 4:
        raw = _upgraded(raw, form, name)
    elif form > 4:
        raise UnreadableSubmission(f"{name} has notebook format {form}; only formats up to 4 are known")
    cells = raw.get("cells")
    if not isinstance(cells, list):
        raise UnreadableSubmission(f"{name} is not a notebook: it has no cells")
    if len(cells) > MANY:
        raise UnreadableSubmission(f"{name} has {len(cells)} cells; at most {MANY} are run")
    return {"cells": list(_cells(cells)), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _json(content: bytes, name: str) -> Any:
    try:
        # SECURITY: NaN and Infinity are no JSON; a browser that shows the graded notebook would refuse it.
        return json.loads(content, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        lines = error.doc.count("\n") + 1
        where = f"JSON ends at line {lines}" if error.lineno == lines else f"no JSON at line {error.lineno}"
        raise UnreadableSubmission(f"{name} is not a notebook ({where})") from None
    except UnicodeDecodeError:
        raise UnreadableSubmission(f"{name} is not a notebook (not a text in UTF-8)") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets without end
        raise UnreadableSubmission(f"{name} is not a notebook (no JSON that can be read)") from None


def _upgraded(raw: dict[str, Any], form: int, name: str) -> dict[str, Any]:
    import nbformat  # slow to import, and hardly ever needed

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dict(nbformat.reads(json.dumps(raw), as_version=4))
    except Exception:  # of any kind: its input is anything
        raise UnreadableSubmission(
            f"{name} has notebook format {form} and cannot be brought to format 4. Open and save it in JupyterLab"
        ) from None


def _cells(raw: list[Any]) -> Iterator[dict[str, Any]]:
    taken: set[str] = set()
    for number, cell in enumerate(raw, 1):
        if not isinstance(cell, dict):
            continue
        cell_id = cell.get("id")
        if not isinstance(cell_id, str) or not CELL_ID.fullmatch(cell_id) or cell_id in taken:
            cell_id = new_id(f"cell-{number}", taken)
        taken.add(cell_id)
        yield _cell(cell, cell_id)


def new_id(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with as many strokes behind it as make it new."""
    while wanted in taken:
        wanted += "_"
    return wanted


def _cell(raw: dict[str, Any], cell_id: str) -> dict[str, Any]:
    kind = raw.get("cell_type")
    kind = kind if kind in KINDS else "raw"
    metadata = raw.get("metadata")
    cell = {
        "cell_type": kind,
        "id": cell_id,
        "metadata": _clean(metadata) if isinstance(metadata, dict) else {},
        "source": _text(raw.get("source")),
    }
    if kind == "code":
        return cell | {"execution_count": None, "outputs": []}
    attachments = raw.get("attachments")
    return cell | ({"attachments": _clean(attachments)} if _are_attachments(attachments) else {})


def _text(source: Any) -> str:
    """The format allows one string or a list of lines."""
    lines = source if isinstance(source, list) else [source]
    return clean("".join(line for line in lines if isinstance(line, str)))


def _are_attachments(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(bundle, dict) and all(isinstance(part, str) for part in bundle.values())
        for bundle in value.values()
    )


def clean(text: str) -> str:
    """Without lone surrogates, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_clean(entry) for entry in value]
    if isinstance(value, dict):
        return {clean(key): _clean(entry) for key, entry in value.items()}
    return value

"""solutions/ to notebooks/, through nbgrader's own generate_assignment.

Every release is first made in a temporary folder and looked at there; only then is notebooks/ touched, so
that a fault leaves the last good release in place. No gradebook takes part: a release is a build product of
the repository, while a gradebook belongs to one class, and re-making notebooks must not change what that
class is graded by. An instructor fills theirs with `nbgrader generate_assignment`, which writes the same bytes.

Only the repository's nbgrader_config.py counts, not one in somebody's home: the same bytes on every machine.

Imports: bpcheck.errors, bpcheck.grading.source, bpcheck.grading.leaks; nbgrader and traitlets on call.
"""

from __future__ import annotations

import copy
import difflib
import importlib.util
import io
import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpcheck.errors import CourseError, UsageError
from bpcheck.grading.leaks import scan_release
from bpcheck.grading.source import check_source

CONFIG = "nbgrader_config.py"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that `check` found wrong with notebooks/."""

    assignment: str
    verdict: str  # "differs", "missing", "left over" or "leaks"
    path: Path  # relative to the top of the repository
    sentence: str  # what is wrong with it


@dataclass(frozen=True, slots=True)
class Repository:
    """Where things are, as nbgrader_config.py says."""

    root: Path
    config: Any  # a traitlets Config
    source: Path  # solutions/
    release: Path  # notebooks/

    def assignments(self, names: Sequence[str] = ()) -> list[str]:
        """The wanted assignments, all if none is named, sorted.

        Raises
        ------
        UsageError : one of the names is no folder with a notebook under solutions/, or there is none at all.
        """
        there = sorted({path.parent.name for path in self.source.glob("[!.]*/*.ipynb")})
        if not there:
            raise UsageError(f"{self.source.name}/ holds no notebook; each has a folder of its own there")
        for name in names:
            if name not in there:
                close = difflib.get_close_matches(name, there, 1)
                hint = f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(there)}"
                raise UsageError(f"no assignment {name!r} in {self.source.name}/{hint}")
        return sorted(set(names or there))


def open_repository(root: Path) -> Repository:
    """Read nbgrader_config.py the way nbgrader does.

    Raises
    ------
    UsageError : `root` is not the top of the repository, or nbgrader is not installed.
    """
    if not (root / CONFIG).is_file():
        raise UsageError(f"{root} has no {CONFIG}; run `bpcheck release` at the top of the repository")
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError('nbgrader is not installed here. Install it: pip install "bpcheck[grading]"')
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    source, release = (
        root / config.CourseDirectory.get(f"{step}_directory", step) for step in ("source", "release")
    )
    if not source.is_dir():
        raise UsageError(f"{root} has no folder {source.name}/; a release is made from it")
    return Repository(root, config, source, release)


def write(root: Path, names: Sequence[str] = ()) -> Iterator[str]:
    """Make the named releases (default: all) and yield a line on each: written or unchanged.

    Raises
    ------
    UsageError : not at the repository's top, unknown name.
    CourseError : a source from which no sound release can be made; notebooks/ is as it was.
    """
    repository = open_repository(root)
    wanted = repository.assignments(names)
    with tempfile.TemporaryDirectory(prefix="bpcheck-release-") as folder:
        built = Path(folder)
        for name in wanted:
            build(repository, name, built)
            leaks = scan_release(built / name, repository.source / name)
            if leaks:
                told = "".join(f"\n  {leak.path.name}: {leak.sentence}" for leak in leaks)
                raise CourseError(f"the release of {name} would give things away; nothing written:{told}")
        for name in wanted:
            changed = _publish(built / name, repository.release / name)
            yield f"{name:<24}{'written' if changed else 'unchanged'}"
    if not names:
        for path in _left_over(repository):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            yield f"{path.name:<24}removed: nothing in {repository.source.name}/ belongs to it"


def check(root: Path, names: Sequence[str] = ()) -> list[Mismatch]:
    """Compare notebooks/ with what solutions/ gives, byte by byte, and scan it for leaks. Writes nothing.

    Raises
    ------
    UsageError, CourseError : as `write`.
    """
    repository = open_repository(root)
    findings: list[Mismatch] = []
    with tempfile.TemporaryDirectory(prefix="bpcheck-release-") as folder:
        for name in repository.assignments(names):
            build(repository, name, Path(folder))
            findings += [
                Mismatch(name, verdict, path.relative_to(root), sentence)
                for verdict, path, sentence in _compare(Path(folder, name), repository.release / name)
            ]
            findings += [
                Mismatch(name, "leaks", leak.path.relative_to(root), leak.sentence)
                for leak in scan_release(repository.release / name, repository.source / name)
            ]
    for path in [] if names else _left_over(repository):
        sentence = f"nothing in {repository.source.name}/ belongs to it"
        findings.append(Mismatch(path.name, "left over", path.relative_to(root), sentence))
    return findings


def as_text(findings: Sequence[Mismatch]) -> str:
    """What `bpcheck release --check` prints."""
    if not findings:
        return "notebooks/ is what solutions/ gives, and gives nothing away"
    lines = [f"{found.verdict:<11}{found.path}   {found.sentence}" for found in findings]
    return "\n".join([*lines, "", f"{len(findings)} found.   Next: bpcheck release"])


def build(repository: Repository, name: str, into: Path) -> None:
    """One assignment through nbgrader's generate_assignment, to `into`/`name`.

    Raises
    ------
    CourseError : the source breaks a rule of ours or of nbgrader's.
    """
    for path in sorted((repository.source / name).glob("*.ipynb")):
        check_source(path)
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    config = copy.deepcopy(repository.config)
    config.CourseDirectory.update(root=str(repository.root), assignment_id=name, release_directory=str(into))
    config.GenerateAssignment.update(force=True, no_database=True)  # with SaveCells off: nbgrader's --no-db
    config.SaveCells.enabled = False
    told = io.StringIO()
    log = _quiet_log(told)
    course = CourseDirectory(config=config, log=log)
    try:
        GenerateAssignment(coursedir=course, config=config, log=log).start()
    except Exception as error:  # nbgrader raises bare exceptions of many kinds; its log has the reason
        raise CourseError(
            f"nbgrader could not make a release of {name}: {error}\n{told.getvalue()}"
        ) from error
    for path in (into / name).glob("*.ipynb"):
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))  # on Windows


def _quiet_log(stream: io.StringIO) -> logging.Logger:
    log = logging.Logger("bpcheck.release", logging.ERROR)
    log.addHandler(logging.StreamHandler(stream))
    return log


def _files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def _compare(built: Path, released: Path) -> Iterator[tuple[str, Path, str]]:
    expected, there = _files(built), _files(released)
    for path in sorted(expected | there):
        if path not in there:
            yield "missing", released / path, "solutions/ gives it"
        elif path not in expected:
            yield "left over", released / path, "solutions/ does not give it"
        elif (built / path).read_bytes() != (released / path).read_bytes():
            yield "differs", released / path, "is not what solutions/ gives; edit there, never here"


def _publish(built: Path, released: Path) -> bool:
    """Make `released` equal to `built`; True if anything had to change."""
    changes = list(_compare(built, released))
    for verdict, path, _ in changes:
        if verdict == "left over":
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(built / path.relative_to(released), path)
    return bool(changes)


def _left_over(repository: Repository) -> list[Path]:
    """What lies in notebooks/ beside the assignments that solutions/ has."""
    if not repository.release.is_dir():
        return []
    ours = set(repository.assignments())
    return sorted(
        path for path in repository.release.iterdir()
        if path.name not in ours and (path.is_file() or _files(path))
    )  # fmt: skip

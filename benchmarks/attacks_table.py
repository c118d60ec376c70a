"""What hostile submissions get: deserved, from `bpcheck grade`, from plain `nbgrader autograde`.

    python benchmarks/attacks_table.py [--only TEXT]

The list is tests/grading/attacks.py. nbgrader runs each submission in a course of its own, inside bubblewrap: no
network, no other processes, no home folder, nothing to write but that course. Those that are marked `unsafe` are not
given to it. "none" is a submission that was left without a mark.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "grading")]

from attacks import ATTACKS, Attack, build  # noqa: E402 - the path comes first
from graded_course import release  # noqa: E402
from notebook_cells import CHAPTER, RELEASE, SOURCE  # noqa: E402

from bpcheck.grading import answers, folders, run  # noqa: E402
from bpcheck.grading.gradebook import Gradebook  # noqa: E402
from bpcheck.grading.graders import one_by_one  # noqa: E402
from bpcheck.grading.model import Graded  # noqa: E402
from bpcheck.sandbox import Limits, Sandbox  # noqa: E402

PATIENCE = 300  # seconds for one run of nbgrader's
QUICK = Limits(cell_seconds=3, call_seconds=3, seconds=40)
STUDENT = "mallory"
PLAIN = """\
c = get_config()
c.CourseDirectory.course_id = "bpcheck"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
"""


def hand_in(course: Path, attack: Attack) -> None:
    """The submission and what lies beside it; without the figures, which take most of the time."""
    notebook, files, links = build(attack)
    folder = course / "submitted" / STUDENT / CHAPTER
    folder.mkdir(parents=True)
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["source"].startswith("draw.")]
    (folder / RELEASE.name).write_text(json.dumps(notebook))
    for name, text in files.items():
        (folder / name).write_text(text)
    for name, target in links.items():
        (folder / name).symlink_to(target)


def by_bpcheck(course: Path, sandbox: Sandbox) -> float | None:
    """Points; None if it was not graded."""
    with Gradebook(folders.open_course(course)) as gradebook:
        job = run.prepare(gradebook, CHAPTER, None, force=True)
        (result,) = job.results(one_by_one(sandbox))
    return result.points if isinstance(result, Graded) else None


def by_nbgrader(course: Path) -> float | None:
    """Points, as the gradebook has them afterwards; None if there are none."""
    (course / "nbgrader_config.py").write_text(PLAIN)
    command = [*walls(course), sys.executable, "-m", "nbgrader", "autograde", CHAPTER, "--student", STUDENT]
    try:
        subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return None
    from nbgrader.api import Gradebook as Nbgraders
    from nbgrader.api import MissingEntry
    from sqlalchemy.exc import SQLAlchemyError

    if not (course / "autograded" / STUDENT / CHAPTER / RELEASE.name).exists():
        return None
    try:
        with Nbgraders(f"sqlite:///{course}/gradebook.db", "bpcheck") as book:
            return float(book.find_submission(CHAPTER, STUDENT).score)
    except (MissingEntry, SQLAlchemyError):  # an attack may have left anything there
        return None


def walls(course: Path) -> list[str]:
    """bubblewrap: Python and this repository to read, the course to write, and nothing else of anybody's."""
    homes = [path for path in ("/root", "/home", "/work", "/mnt", "/srv") if Path(path).is_dir()]
    shown = dict.fromkeys([sys.base_prefix, sys.prefix, str(ROOT)])
    return [
        *(
            "bwrap",
            "--unshare-all",
            "--die-with-parent",
            "--new-session",
            "--clearenv",
            "--ro-bind",
            "/",
            "/",
        ),
        *(part for home in homes for part in ("--tmpfs", home)),
        *("--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev"),
        *(part for path in shown for part in ("--ro-bind", path, path)),
        *("--bind", str(course), str(course), "--chdir", str(course)),
        *("--setenv", "HOME", "/tmp", "--setenv", "PYTHONPATH", str(ROOT)),
        *("--setenv", "PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin"),
    ]


def table(attacks: Sequence[Attack]) -> Iterator[str]:
    """One line for each, then the sums."""
    width = max(len(attack.name) for attack in attacks)
    yield f"{'submission that':<{width}}  deserved  bpcheck  nbgrader"
    wrong = {"bpcheck": 0, "nbgrader": 0}
    given = 0
    with (
        tempfile.TemporaryDirectory(prefix="bpcheck-attacks-") as folder,
        Sandbox.start(QUICK, preload=answers.PRELOAD) as sandbox,
    ):
        release(Path(folder, "released"), CHAPTER, SOURCE.read_bytes())
        for number, attack in enumerate(attacks):
            course = Path(folder, f"course{number}")
            shutil.copytree(Path(folder, "released"), course)
            hand_in(course, attack)
            ours = by_bpcheck(course, sandbox)
            shutil.rmtree(course / "autograded", ignore_errors=True)
            shutil.copyfile(Path(folder, "released", "gradebook.db"), course / "gradebook.db")
            theirs = "not run" if attack.unsafe else by_nbgrader(course)
            wrong["bpcheck"] += ours != attack.deserved
            wrong["nbgrader"] += theirs not in (attack.deserved, "not run")
            given += theirs != "not run"
            yield f"{attack.name:<{width}}  {_points(attack.deserved):>8}  {_points(ours):>7}  {_points(theirs):>8}"
            shutil.rmtree(course, ignore_errors=True)
    yield f"\nnot what is deserved: bpcheck {wrong['bpcheck']} of {len(attacks)}, nbgrader {wrong['nbgrader']} of {given}"


def _points(points: float | str | None) -> str:
    return points if isinstance(points, str) else "none" if points is None else f"{points:g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="those whose name holds this text")
    wanted = [attack for attack in ATTACKS if parser.parse_args().only in attack.name]
    if shutil.which("bwrap") is None:
        sys.exit(
            "bubblewrap is missing (Debian: apt-get install bubblewrap): nbgrader runs none of this without it"
        )
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for line in table(wanted):
        print(line, flush=True)


if __name__ == "__main__":
    main()

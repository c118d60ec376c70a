"""The command line: reads the arguments, calls, prints, decides the exit status. Nothing else.

Imports: bpcheck.errors; everything else on call, so that `bpcheck --help` costs nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from bpcheck import __version__
from bpcheck.errors import BpcheckError, CourseError, UsageError

OK, FOUND, USED_WRONGLY, OUR_FAULT = range(4)

DESCRIPTION = """\
Learn backpropagation by writing it: notebooks that check your gradients and name the mistake.

New here?   bpcheck lab      puts the course into ./bpcheck-course and opens it in your browser
"""
EPILOG = """\
exit status: 0 all well, 1 something was found or some were not graded, 2 used wrongly, 3 a fault of bpcheck
"""
LAB = """\
Copy the course into FOLDER, where it is not there yet, and open it in JupyterLab. Start it again whenever
you like: what you have written is never touched. To begin a notebook afresh, rename yours first.
"""
FOLDER_HELP = "your copy of the course (default: ./bpcheck-course)"
PORT_HELP = "where to serve; the next free one if it is taken (default: 8888)"
PROGRESS = """\
What you have solved, when, and with how many hints. It is noted in your course folder and sent nowhere.
"""
RELEASE = """\
For course authors, at the top of the repository: make the students' notebooks/ from solutions/ with
nbgrader's generate_assignment. Your gradebook is not touched; `nbgrader generate_assignment` fills it.
"""
DOCTOR = """\
For instructors: try, here and now, what a submission must not be able to do, and say which layer of the
sandbox stops it. Exit status 0: everything is stopped by every layer that belongs to it. 1: something is missing.
"""
GRADE = """\
For instructors, in the course folder: run every new submission in the sandbox, examine its answers from
outside, and record the marks in nbgrader's gradebook. Run it again whenever you like: what is graded stays.
"""
FORCE_HELP = "also what is unchanged since it was graded"
UNPROTECTED_HELP = "also where the sandbox is no wall; written into every record"
WORKERS_HELP = "grade in N processes of this machine (default: in this one)"
SCHEDULER_HELP = "grade on the workers of a Dask cluster: tcp://host:8786"
DB_HELP = "of the gradebook: postgresql://… (default: as nbgrader_config.py says)"
SUMMARY = (
    "Count the mistakes that a class made, most frequent first, from the graded notebooks in autograded/."
)
NAMES_HELP = "also say which students; without it no student is named"
SHOW = "Print one graded submission: its reports as text."
CHECK_FILE = "Examine the answers of one notebook in the sandbox, and print the reports. Nothing is recorded."
CHECK_HELP = "write nothing; say what is out of step or gives a solution away"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the returned number is the exit status."""
    wanted = _parser().parse_args(argv)
    try:
        return int(wanted.run(wanted))
    except UsageError as error:
        return _fail(error, USED_WRONGLY)
    except BpcheckError as error:
        return _fail(error, OUR_FAULT)
    except KeyboardInterrupt:
        return _fail("stopped", 130)
    except BrokenPipeError:  # `bpcheck show … | head` has read enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for Python's last flush
        return OK
    except Exception:
        traceback.print_exc()
        return _fail("this is a fault of bpcheck, not yours; please report the lines above", OUR_FAULT)


def _fail(reason: object, status: int) -> int:
    print(f"bpcheck: {reason}", file=sys.stderr, flush=True)
    return status


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("bpcheck", description=DESCRIPTION, epilog=EPILOG, formatter_class=plain)
    parser.add_argument("--version", action="version", version=f"bpcheck {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    lab = commands.add_parser("lab", help="open the course in JupyterLab", description=LAB)
    add = lab.add_argument
    add("folder", metavar="FOLDER", nargs="?", type=Path, default=Path("bpcheck-course"), help=FOLDER_HELP)
    add("--port", metavar="N", type=_port, default=8888, help=PORT_HELP)
    add("--no-browser", action="store_true", help="print the address, open no browser")
    lab.set_defaults(run=_lab)

    progress = commands.add_parser("progress", help="say what is solved so far", description=PROGRESS)
    progress.add_argument("folder", metavar="FOLDER", nargs="?", type=Path, help=FOLDER_HELP)
    progress.add_argument("--json", action="store_true", help="for programs")
    progress.set_defaults(run=_progress)

    doctor = commands.add_parser("doctor", help="say what protects the grader here", description=DOCTOR)
    doctor.set_defaults(run=_doctor)

    release = commands.add_parser("release", help="make notebooks/ from solutions/", description=RELEASE)
    release.add_argument("names", metavar="ASSIGNMENT", nargs="*", help="which ones (default: all)")
    release.add_argument("--check", action="store_true", help=CHECK_HELP)
    release.set_defaults(run=_release)
    _add_grading(commands)
    return parser


def _add_grading(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    grade = commands.add_parser("grade", help="grade a class in the sandbox", description=GRADE)
    grade.add_argument("assignment", metavar="ASSIGNMENT")
    grade.add_argument("--student", metavar="ID", help="only this one")
    grade.add_argument("--force", action="store_true", help=FORCE_HELP)
    grade.add_argument("--unprotected", action="store_true", help=UNPROTECTED_HELP)
    where = grade.add_mutually_exclusive_group()
    where.add_argument("--workers", metavar="N", type=_number, default=0, help=WORKERS_HELP)
    where.add_argument("--scheduler", metavar="ADDRESS", help=SCHEDULER_HELP)
    grade.add_argument("--db", metavar="URL", help=DB_HELP)
    grade.set_defaults(run=_grade)

    show = commands.add_parser("show", help="print one graded submission", description=SHOW)
    show.add_argument("assignment", metavar="ASSIGNMENT")
    show.add_argument("student", metavar="ID")
    show.set_defaults(run=_show)

    summary = commands.add_parser("summary", help="what a class got wrong", description=SUMMARY)
    summary.add_argument("assignment", metavar="ASSIGNMENT")
    summary.add_argument("--csv", metavar="FILE", type=Path, help="write a table")
    summary.add_argument("--html", metavar="FILE", type=Path, help="write a page with plots")
    summary.add_argument("--names", action="store_true", help=NAMES_HELP)
    summary.set_defaults(run=_summary)

    check = commands.add_parser("check", help="check one notebook", description=CHECK_FILE)
    check.add_argument("file", metavar="FILE.ipynb", type=Path)
    check.add_argument("--unprotected", action="store_true", help=UNPROTECTED_HELP)
    check.set_defaults(run=_check)


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port; give a number from 1 to 65535")


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; give 1 or more")


def _lab(wanted: argparse.Namespace) -> int:
    from bpcheck import course, diary, lab

    lab.require_jupyterlab()
    done = course.copy_course(wanted.folder)
    diary.begin(wanted.folder)
    print(_what_was_copied(done.new, done.kept, wanted.folder), flush=True)
    with contextlib.suppress(KeyboardInterrupt):  # pressed while JupyterLab was still starting
        lab.serve(wanted.folder, course.FIRST, wanted.port, not wanted.no_browser)
    return OK


def _progress(wanted: argparse.Namespace) -> int:
    from bpcheck import diary

    folder = wanted.folder or Path()
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder. Name your course folder: bpcheck progress FOLDER")
    path = diary.find(folder) or diary.find(folder / "bpcheck-course")
    print(diary.as_json(path) if wanted.json else diary.as_text(path, folder.resolve()))
    return OK


def _what_was_copied(new: Sequence[Path], kept: Sequence[Path], folder: Path) -> str:
    def notebooks(paths: Sequence[Path]) -> str:
        count = sum(path.suffix == ".ipynb" for path in paths)
        return f"{count} notebook{'' if count == 1 else 's'}"

    lines = []
    if new:
        lines.append(f"Copied {notebooks(new)} to {folder.resolve()}")
    if kept:
        were, them = ("was", "it is") if notebooks(kept) == "1 notebook" else ("were", "they are")
        lines.append(f"{notebooks(kept)} {were} there already: left as {them}")
    return "\n".join(lines)


def _release(wanted: argparse.Namespace) -> int:
    from bpcheck.grading import release

    try:
        if wanted.check:
            findings = release.check(Path.cwd(), wanted.names)
            print(release.as_text(findings))
            return FOUND if findings else OK
        for line in release.write(Path.cwd(), wanted.names):
            print(line, flush=True)
    except CourseError as error:
        return _fail(error, FOUND)
    return OK


def _doctor(_: argparse.Namespace) -> int:
    from bpcheck.sandbox import doctor

    found = doctor.examine()
    print(doctor.table(found))
    return OK if found.whole else FOUND


def _grade(wanted: argparse.Namespace) -> int:
    from bpcheck.grading import folders, lines, run
    from bpcheck.grading.gradebook import Gradebook
    from bpcheck.grading.graders import graders
    from bpcheck.grading.progress import progress

    course = folders.open_course(Path.cwd(), wanted.db)
    # the graders import and start their sandboxes while the gradebook is opened here
    with (
        graders(wanted.workers, wanted.scheduler, wanted.unprotected) as grade_all,
        Gradebook(course) as gradebook,
    ):
        job = run.prepare(gradebook, wanted.assignment, wanted.student, wanted.force)
        print(lines.header(job), flush=True)
        try:
            with progress(len(job.wanted)) as tell:
                for result in job.results(grade_all):
                    print(lines.line(job, result), flush=True)
                    tell(job.done)
        except KeyboardInterrupt:
            return _fail("stopped. Run the same command again to grade the rest", 130)
        finally:
            print(lines.footer(job), flush=True)
    return OUR_FAULT if any(one.ours for one in job.refused) else FOUND if job.refused else OK


def _show(wanted: argparse.Namespace) -> int:
    from bpcheck.grading import folders, lines, single

    for notebook in single.find_graded(folders.open_course(Path.cwd()), wanted.assignment, wanted.student):
        print("\n".join(lines.shown(notebook)))
    return OK


def _summary(wanted: argparse.Namespace) -> int:
    from bpcheck.grading import folders
    from bpcheck.grading.summary import summarise
    from bpcheck.grading.summary_text import as_csv, text

    found = summarise(folders.open_course(Path.cwd()), wanted.assignment)
    print(text(found, wanted.names))
    if wanted.csv:
        _write(wanted.csv, as_csv(found, wanted.names))
    if wanted.html:
        from bpcheck.grading.summary_page import page

        _write(wanted.html, page(found, wanted.names))
    return OK


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    print(f"\n{path} written")


def _check(wanted: argparse.Namespace) -> int:
    from bpcheck.grading import lines, single, worker
    from bpcheck.grading.grade import grade

    task = single.read_alone(wanted.file)
    with worker.start_sandbox(wanted.unprotected) as sandbox:
        graded = grade(task, sandbox)
    for sheet in graded.sheets:
        print("\n".join(lines.shown(sheet.notebook)))
    return OK if all(mark.points == mark.max_points for mark in graded.marks) else FOUND


if __name__ == "__main__":
    sys.exit(main())

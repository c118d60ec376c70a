"""What is noted of a reader's work: complete, theirs alone, and never in the way."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

import bpcheck
from bpcheck import diary, exercises
from bpcheck.cli import main
from bpcheck.errors import WrongAnswer


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A course folder, and the working directory in one of its notebooks' folders."""
    diary.begin(tmp_path)
    inside = tmp_path / "00_start_here"
    inside.mkdir()
    monkeypatch.chdir(inside)
    monkeypatch.setattr(diary, "_told", set())
    return tmp_path


def entries(folder):
    return diary.read(folder / ".bpcheck" / "diary.jsonl")


def double(x):
    return 2 * x


def route(letters="abbbbab"):
    return {f"q{k}": letter for k, letter in enumerate(letters, 1)}


def test_a_check_a_hint_and_a_solution_are_noted_with_verdict_and_time(folder, capsys):
    started = datetime.now().replace(microsecond=0)
    bpcheck.hint("double")
    with pytest.raises(WrongAnswer):
        bpcheck.check(lambda _x: 7, "double")
    bpcheck.check(double)
    bpcheck.solution("double")
    capsys.readouterr()

    found = entries(folder)
    assert [(e.did, e.exercise, e.verdict) for e in found] == [
        ("hint", "double", ""),
        ("check", "double", "not yet"),
        ("check", "double", "right"),
        ("solution", "double", ""),
    ]
    assert all(started <= e.time <= datetime.now() for e in found)


def test_a_guess_is_kept_nowhere(folder, capsys):
    """Notebook 00 promises it."""
    bpcheck.guess("two_sides", "c")
    capsys.readouterr()

    assert entries(folder) == []


def test_without_a_course_folder_nothing_is_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    bpcheck.check(double)
    bpcheck.progress()

    assert list(tmp_path.iterdir()) == []
    assert "Nothing is kept here" in capsys.readouterr().out


def test_the_table_counts_what_is_solved_once_and_says_what_comes_next(folder, capsys):
    for _ in range(2):
        bpcheck.check(double)
    bpcheck.hint("shapes")
    capsys.readouterr()
    chapter = diary.chapters(entries(folder))[0]

    assert (chapter.name, chapter.total, chapter.solved, chapter.next) == (
        "00_start_here",
        3,
        ("double",),
        "shapes",
    )
    assert (chapter.hints, chapter.solutions) == (1, 0)
    assert main(["progress", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "00_start_here     1 / 3     1" in out
    assert f"1 of {len(exercises.catalogue())} solved" in out
    assert "nothing is sent anywhere" in out


def test_the_json_says_the_same(folder, capsys):
    bpcheck.check(double)
    capsys.readouterr()
    assert main(["progress", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)

    assert told["notebooks"][0]["solved"] == ["double"]
    assert [n["notebook"][:2] for n in told["notebooks"]] == [f"{k:02}" for k in range(14)]


@pytest.mark.usefixtures("folder")
def test_the_first_questions_are_compared_with_the_last(capsys):
    bpcheck.check(lambda: route("dddddaa"), "find_route")
    bpcheck.check(lambda: route("abbbbab"), "find_route_again")
    capsys.readouterr()
    bpcheck.progress()

    assert "0 right on" in (out := capsys.readouterr().out)
    assert "5 on" in out
    assert "Hardest for you: then a, now b." in out


def test_a_broken_line_costs_that_line_alone(folder, capsys):
    bpcheck.check(double)
    path = folder / ".bpcheck" / "diary.jsonl"
    broken = '{"time": "2026-0\nnull\n[]\n{"time": "yesterday", "did": "check", "exercise": "double"}\n'
    path.write_bytes(path.read_bytes() + broken.encode() + b"\xff\xfe{\n")
    bpcheck.check(double)
    capsys.readouterr()

    assert [e.exercise for e in entries(folder)] == ["double", "double"]


def test_several_kernels_lose_nothing_and_mix_nothing(folder):
    program = "from bpcheck import diary\nfor k in range(300): diary.note('check', f'exercise_{k}', verdict='right')"
    writers = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4

    lines = (folder / ".bpcheck" / "diary.jsonl").read_text().splitlines()
    assert len(lines) == 1200
    assert len(entries(folder)) == 1200


def test_a_diary_that_cannot_be_written_is_mentioned_once_and_disturbs_nothing(folder, capsys):
    (folder / ".bpcheck" / "diary.jsonl").mkdir()
    bpcheck.check(double)
    bpcheck.check(double)

    out, err = capsys.readouterr()
    assert out.count("could not be noted") == 1
    assert out.count("RIGHT") == 2
    assert err == ""


def test_beginning_again_keeps_what_is_there(folder, capsys):
    bpcheck.check(double)
    diary.begin(folder)
    capsys.readouterr()

    assert len(entries(folder)) == 1


def test_a_folder_that_is_none_is_used_wrongly(tmp_path, capsys):
    assert main(["progress", str(tmp_path / "nowhere")]) == 2
    assert "is no folder" in capsys.readouterr().err


def test_importing_the_package_does_not_import_the_diary():
    done = subprocess.run(
        [sys.executable, "-c", "import sys, bpcheck.notebook; print('bpcheck.diary' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "False"


@pytest.mark.slow
def test_grading_writes_no_diary(folder, capsys):
    """It runs in a folder of its own; and what an instructor grades is not what they have solved."""
    source = Path(__file__).parents[1] / "solutions" / "00_start_here" / "00_start_here.ipynb"
    copy = folder / "00_start_here" / "00_start_here.ipynb"
    copy.write_bytes(source.read_bytes())
    main(["check", str(copy), "--unprotected"])

    assert "double" in capsys.readouterr().out
    assert entries(folder) == []

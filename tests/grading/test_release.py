"""solutions/ to notebooks/: always the same bytes, nothing given away, nothing half done."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_course import NAME, REPOSITORY, SmallCourse, cell, cells, nbgrader_info

from bpcheck import cli
from bpcheck.errors import CourseError, UsageError
from bpcheck.grading import release
from bpcheck.grading.source import region_lines

pytest.importorskip("nbgrader")
Cells = list[dict[str, Any]]


def everything(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def verdicts(small_course: SmallCourse) -> list[tuple[str, str]]:
    return [(found.verdict, found.path.name) for found in release.check(small_course.root)]


# --- writing


def test_a_release_holds_the_placeholder_and_not_the_solution(small_course: SmallCourse) -> None:
    assert list(release.write(small_course.root)) == ["01_doubling             written"]

    answer = json.loads(small_course.release.read_text())["cells"][2]
    assert "".join(answer["source"]) == (
        'def double(t):\n    """Twice `t`."""\n'
        "    raise NotImplementedError  # replace this line with yours\n    return twice"
    )


def test_a_second_release_changes_nothing_and_says_so(small_course: SmallCourse) -> None:
    list(release.write(small_course.root))
    before = small_course.release.stat()

    assert list(release.write(small_course.root)) == ["01_doubling             unchanged"]
    assert small_course.release.stat().st_mtime_ns == before.st_mtime_ns


def test_the_bytes_depend_neither_on_the_place_nor_on_somebodys_own_nbgrader_settings(
    small_course: SmallCourse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(release.write(small_course.root))
    first = small_course.release.read_bytes()

    settings = 'c = get_config()\nc.ClearSolutions.code_stub = {"python": "pass  # mine"}\n'
    (tmp_path / "nbgrader_config.py").write_text(settings)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    small_course.root.rename(tmp_path / "elsewhere")
    elsewhere = SmallCourse(tmp_path / "elsewhere")
    list(release.write(elsewhere.root))

    assert elsewhere.release.read_bytes() == first


def test_no_gradebook_is_made_or_touched(small_course: SmallCourse) -> None:
    """A gradebook belongs to a class; re-making notebooks must not change what that class is graded by."""
    gradebook = small_course.root / "gradebook.db"
    list(release.write(small_course.root))
    assert not gradebook.exists()

    gradebook.write_bytes(b"marks of a class")
    list(release.write(small_course.root))
    release.check(small_course.root)
    assert gradebook.read_bytes() == b"marks of a class"


def test_what_solutions_does_not_give_is_removed_from_notebooks(small_course: SmallCourse) -> None:
    list(release.write(small_course.root))
    checkpoint = small_course.release.parent / ".ipynb_checkpoints" / "01_doubling-checkpoint.ipynb"
    checkpoint.parent.mkdir()
    checkpoint.write_text("{}")
    old = small_course.root / "notebooks" / "99_old" / "99_old.ipynb"
    old.parent.mkdir()
    old.write_text("{}")

    assert list(release.write(small_course.root)) == [
        "01_doubling             written",
        "99_old                  removed: nothing in solutions/ belongs to it",
    ]
    assert not checkpoint.exists()
    assert not old.parent.exists()
    assert release.check(small_course.root) == []


def test_a_source_that_became_unsound_leaves_the_last_release_in_place(small_course: SmallCourse) -> None:
    """nbgrader alone would delete the old release before it fails."""
    list(release.write(small_course.root))
    before = everything(small_course.root / "notebooks")
    broken = cells()
    broken[3]["metadata"]["nbgrader"]["schema_version"] = 1
    small_course.write_source(broken)

    with pytest.raises(CourseError, match="nbgrader could not make a release of 01_doubling"):
        list(release.write(small_course.root))
    assert everything(small_course.root / "notebooks") == before


def test_a_release_that_would_give_the_solution_away_is_not_written(small_course: SmallCourse) -> None:
    leaking = cells()
    leaking[0]["source"] += "\n\nTry `twice = t + t`."
    small_course.write_source(leaking)

    with pytest.raises(
        CourseError, match=r"cell 1 \(intro\) gives away the solution's line 'twice = t \+ t'"
    ):
        list(release.write(small_course.root))
    assert not small_course.release.exists()


# --- checking


def test_check_of_a_fresh_release_finds_nothing(small_course: SmallCourse) -> None:
    list(release.write(small_course.root))

    assert release.check(small_course.root) == []


def test_check_writes_nothing(small_course: SmallCourse) -> None:
    before = everything(small_course.root)

    assert verdicts(small_course) == [("missing", "01_doubling.ipynb")]
    assert everything(small_course.root) == before


def test_one_changed_byte_is_found(small_course: SmallCourse) -> None:
    list(release.write(small_course.root))
    small_course.release.write_bytes(small_course.release.read_bytes() + b"\n")

    assert verdicts(small_course) == [("differs", "01_doubling.ipynb")]


def test_an_assignment_that_solutions_no_longer_has_is_left_over(small_course: SmallCourse) -> None:
    list(release.write(small_course.root))
    old = small_course.root / "notebooks" / "99_old"
    old.mkdir()
    assert verdicts(small_course) == []  # git knows no empty folders

    (old / "99_old.ipynb").write_text("{}")
    assert verdicts(small_course) == [("left over", "99_old")]


@pytest.mark.parametrize(
    "stray", [".ipynb_checkpoints/a.ipynb", "__pycache__/a.pyc", "a.pyc", "notes.py", "a~"]
)
def test_a_stray_file_is_a_leak(small_course: SmallCourse, stray: str) -> None:
    """Bytecode of a solution is a solution; a helper that nobody released may hold one."""
    list(release.write(small_course.root))
    path = small_course.release.parent / stray
    path.parent.mkdir(exist_ok=True)
    path.write_text("anything")

    assert ("leaks", path.name) in verdicts(small_course)


def test_a_stray_file_in_solutions_does_not_reach_students(small_course: SmallCourse) -> None:
    """nbgrader copies every file that lies beside the notebook."""
    (small_course.source.parent / "answers.py").write_text("twice = t + t\n")

    with pytest.raises(CourseError, match=r"answers\.py: no part of a release"):
        list(release.write(small_course.root))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"source": SmallCourse.__doc__ + "\n  twice = t + t  # yes"}, "the solution's line 'twice = t + t'"),
        ({"source": "### BEGIN SOLUTION"}, "the marker 'BEGIN SOLUTION'"),
        ({"source": "### END SOLUTION"}, "the marker 'END SOLUTION'"),
        ({"source": "### BEGIN HIDDEN TESTS"}, "the marker 'HIDDEN TESTS'"),
        ({"metadata": {"old": ["x", {"y": "twice = t + t"}]}}, "the solution's line 'twice = t + t'"),
        ({"execution_count": 7}, "the execution count 7"),
        ({"outputs": [{"output_type": "stream", "name": "stdout", "text": "8"}]}, "has an output"),
    ],
)
def test_what_a_released_notebook_may_not_hold_is_named(
    small_course: SmallCourse, changes: dict[str, Any], told: str
) -> None:
    list(release.write(small_course.root))
    small_course.edit_release(1, **changes)

    leaks = [found.sentence for found in release.check(small_course.root) if found.verdict == "leaks"]
    assert len(leaks) == 1
    assert told in leaks[0]


def test_lines_that_say_nothing_are_no_leaks(small_course: SmallCourse) -> None:
    """`return x`, `else:` and brackets stand in every notebook."""
    innocent = "    else:\n        )\n    return t, twice\n    for i in range(n):\n    a = 1"
    talkative = cells()
    talkative[2]["source"] = SOLUTION_WITH.format(lines=innocent)
    talkative[1]["source"] = f"import bpcheck\n{innocent}\nmax_a = 10\nda = 12"
    talkative[1]["source"] = talkative[1]["source"].replace("    a = 1\n", "")
    small_course.write_source(talkative)

    assert list(release.write(small_course.root)) == ["01_doubling             written"]


SOLUTION_WITH = "def double(t):\n    ### BEGIN SOLUTION\n{lines}\n    ### END SOLUTION\n"


def test_regions_are_found_as_nbgrader_finds_them() -> None:
    inside, outside = region_lines("a\n### BEGIN SOLUTION\nb\n# END SOLUTION\nc\n### BEGIN HIDDEN TESTS\nd")

    assert (inside, outside) == (["b", "d"], ["a", "c"])


# --- sources from which no release can be made


def missing_id(cells: Cells) -> None:
    del cells[0]["id"]


def double_id(cells: Cells) -> None:
    cells[1]["id"] = cells[0]["id"]


def double_grade_id(cells: Cells) -> None:
    cells.append(cell("copy", SOLUTION_WITH.format(lines="pass"), nbgrader=nbgrader_info("double-answer")))


def no_tag(cells: Cells) -> None:
    cells[3]["metadata"]["tags"] = ["hide-input"]


def no_markers(cells: Cells) -> None:
    cells[2]["source"] = "def double(t):\n    return t + t"


def no_markers_in_prose(cells: Cells) -> None:
    cells.append(cell("essay", "It is twice as much.", "markdown", nbgrader=nbgrader_info("essay")))


def no_end(cells: Cells) -> None:
    cells[2]["source"] = cells[2]["source"].replace("### END SOLUTION", "")


def no_solution_cell(cells: Cells) -> None:
    del cells[2]["metadata"]["nbgrader"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (missing_id, r"cell 1 has the id None; nbgrader would invent another each time"),
        (double_id, r"several cells have the id 'intro'"),
        (double_grade_id, r"2 cells have the grade_id 'double-answer'"),
        (no_tag, r"cell 4 \(double\) is a check cell without the tag 'raises-exception'"),
        (no_markers, r"cell 3 \(double-answer\) is a solution cell without 'BEGIN SOLUTION'"),
        (no_markers_in_prose, r"cell 5 \(essay\) is a solution cell without 'BEGIN SOLUTION'"),
        (no_end, r"cell 3 \(double-answer\) has 1 'BEGIN SOLUTION' and 0 'END SOLUTION'"),
        (no_solution_cell, r"cell 3 \(answer\) holds a solution but is no solution cell"),
    ],
)
def test_an_unsound_source_is_refused_with_the_name_of_its_cell(
    small_course: SmallCourse, spoil: Callable[[Cells], None], told: str
) -> None:
    spoiled = cells()
    spoil(spoiled)
    small_course.write_source(spoiled)

    with pytest.raises(CourseError, match=told):
        list(release.write(small_course.root))


def test_a_notebook_of_the_old_format_is_refused(small_course: SmallCourse) -> None:
    """Before format 4.5 cells had no ids: nbgrader would give them new ones in each release."""
    small_course.write_source(cells(), minor=4)

    with pytest.raises(CourseError, match=r"format 4\.4 or older"):
        release.check(small_course.root)


def test_a_broken_file_is_named(small_course: SmallCourse) -> None:
    small_course.source.write_text('{"cells": [')

    with pytest.raises(CourseError, match=r"01_doubling\.ipynb cannot be read as a notebook"):
        release.check(small_course.root)


# --- the command


def test_elsewhere_than_at_the_top_it_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run `bpcheck release` at the top of the repository"):
        release.check(tmp_path)


def test_without_nbgrader_it_says_how_to_install_it(
    small_course: SmallCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release.importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(UsageError, match=r'pip install "bpcheck\[grading\]"'):
        release.check(small_course.root)


def test_a_repository_without_notebooks_is_not_taken_for_one_in_step(small_course: SmallCourse) -> None:
    small_course.source.unlink()

    with pytest.raises(UsageError, match="solutions/ holds no notebook"):
        release.check(small_course.root)


def test_a_misspelt_assignment_is_suggested(small_course: SmallCourse) -> None:
    with pytest.raises(
        UsageError, match=r"no assignment '01_dubling' in solutions/; did you mean '01_doubling'"
    ):
        release.check(small_course.root, ["01_dubling"])


def test_only_the_named_assignment_is_looked_at(small_course: SmallCourse) -> None:
    other = small_course.root / "solutions" / "02_other" / "02_other.ipynb"
    other.parent.mkdir()
    other.write_text("not even a notebook")

    assert list(release.write(small_course.root, [NAME])) == ["01_doubling             written"]
    assert release.check(small_course.root, [NAME]) == []


def test_the_exit_status_of_check_is_1_when_it_found_something(
    small_course: SmallCourse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(small_course.root)

    assert cli.main(["release", "--check"]) == cli.FOUND
    told = capsys.readouterr().out
    assert told.startswith(f"missing    {Path('notebooks', NAME, NAME)}.ipynb   solutions/ gives it\n")
    assert told.endswith("1 found.   Next: bpcheck release\n")

    assert cli.main(["release"]) == cli.OK
    assert cli.main(["release", "--check"]) == cli.OK
    assert cli.main(["release", "--check", "no_such"]) == cli.USED_WRONGLY


def test_an_unsound_source_ends_the_command_with_status_1(
    small_course: SmallCourse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small_course.write_source(cells(), minor=4)
    monkeypatch.chdir(small_course.root)

    assert cli.main(["release"]) == cli.FOUND
    assert "no release can be made from" in capsys.readouterr().err


def test_the_repositorys_own_release_is_in_step_and_gives_nothing_away() -> None:
    findings = release.check(REPOSITORY)

    assert findings == [], release.as_text(findings)

"""Claims that hold for every guess of the course: each is asked once, and whatever is guessed gets an answer of its own."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import bpcheck
from bpcheck.errors import UsageError
from bpcheck.exercises.guess import find_guess, respond
from bpcheck.exercises.prose import guesses

ROOT = Path(__file__).parents[2]
SOURCES = sorted(ROOT.glob("solutions/*/*.ipynb"))
CALL = re.compile(
    r'bpcheck\.guess\("(\w+)", \.\.\.\)   # your (letter, in quotes,|number) in the place of the three dots'
)


def cells(path):
    found = json.loads(path.read_text("utf-8"))["cells"]
    return [(cell["cell_type"], "".join(cell["source"])) for cell in found]


def asked(path):
    """Name of a guess -> the text that asks for it: the cell before."""
    pairs = zip(cells(path), cells(path)[1:], strict=False)
    return {CALL.fullmatch(source)[1]: text for (_, text), (_, source) in pairs if CALL.fullmatch(source)}


ASKED = {name: text for path in SOURCES for name, text in asked(path).items()}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.stem)
def test_whoever_is_asked_to_guess_can_do_so_in_the_next_cell(path):
    for (_, text), (kind, source) in zip(cells(path), cells(path)[1:], strict=False):
        said = text.count("**Guess first.**")
        assert said <= 1
        assert said == (kind == "code" and bool(CALL.fullmatch(source)))
        assert "Guess first" not in text.replace("**Guess first.**", "")


def test_every_guess_is_asked_in_one_notebook():
    names = [name for path in SOURCES for name in asked(path)]

    assert sorted(names) == sorted(guesses())


@pytest.mark.parametrize("name", guesses())
def test_the_text_offers_the_letters_that_the_remarks_answer(name):
    offered = re.findall(r"^- \(([a-z])\) ", ASKED[name].split("**Guess first.**")[1], re.M)
    letters = [r.covers for r in find_guess(name) if isinstance(r.covers, str)]

    assert offered == letters
    assert len(letters) in (0, len(find_guess(name)))


@pytest.mark.parametrize("name", guesses())
def test_a_guess_has_one_right_letter_or_some_right_numbers_and_says_something_to_everybody(name):
    remarks = find_guess(name)
    letters = [r for r in remarks if isinstance(r.covers, str)]

    assert sum(r.right for r in remarks) == 1 if letters else any(r.right for r in remarks)
    assert all(len(r.sentence) > 15 for r in remarks)
    assert letters or (remarks[-1].covers == (-np.inf, np.inf) and not remarks[-1].right)


@pytest.mark.parametrize("name", guesses())
def test_every_remark_is_heard_by_somebody(name):
    """A heading that an earlier one covers would never be said."""
    for remark in find_guess(name):
        low, high = (remark.covers,) * 2 if isinstance(remark.covers, str) else remark.covers
        tries = [low] if isinstance(low, str) else [*np.linspace(max(low, -1e7), min(high, 1e7), 997)]
        heard = [respond(name, guess) for guess in tries]

        assert any(said.endswith(f"** {remark.sentence}") for said in heard)
        assert any(said.startswith("**Yes, " if remark.right else "**Not ") for said in heard)


@pytest.mark.parametrize("name", guesses())
@pytest.mark.parametrize("given", [..., None])
def test_three_dots_are_no_guess_yet(name, given):
    assert respond(name, given).startswith("**No guess yet.** Put ")


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("two_sides", 3, "takes a letter"),
        ("two_sides", "d", "takes a letter"),
        ("first_ratios", "3", "takes a number"),
        ("first_ratios", float("nan"), "takes a number"),
        ("first_ratios", True, "takes a number"),
        ("first_ratios", [3.0], "takes a number"),
    ],
)
def test_what_is_no_guess_is_told_what_would_be_one(name, given, words):
    assert respond(name, given).startswith("**No guess yet.** This one ")
    assert words in respond(name, given)


@pytest.mark.parametrize("given", [3.01, np.float64(3.01), np.float32(3) + np.float64(0.01)])
def test_any_kind_of_number_is_taken(given):
    assert respond("first_ratios", given).startswith("**Yes, 3.01.**")


def test_capitals_and_spaces_do_not_matter():
    assert respond("two_sides", " C ") == respond("two_sides", "c")


def test_a_name_that_is_nearly_right_is_offered():
    with pytest.raises(UsageError, match="did you mean 'two_sides'"):
        find_guess("two_side")


def test_a_guess_is_answered_where_it_is_made_and_raises_nothing(capsys):
    bpcheck.guess("two_sides", "a")

    assert capsys.readouterr().out.startswith("**Not a.**")

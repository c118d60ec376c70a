"""The page on gradient checking: its code runs, prints what the page says, and is as short as it promises."""

import contextlib
import io
import linecache
import re
from pathlib import Path
from typing import NamedTuple

import pytest

import bpcheck

PAGE = (Path(__file__).parents[1] / "book" / "gradient-checking.md").read_text(encoding="utf-8")


class Example(NamedTuple):
    """A block of code and the text below it, which it prints; rows of numbers may be left out as `...`."""

    title: str
    code: str
    short: bool  # promised to have less than ten lines
    printed: str


def read(section):
    """The examples of a section, in order."""
    title, _, body = section.partition("\n")
    pattern = r"(<!-- check: \w+ -->\n)?```python\n(.*?)```\n(?:\n```text\n(.*?)```)?"
    return [
        Example(title, code, bool(short), printed) for short, code, printed in re.findall(pattern, body, re.S)
    ]


SECTIONS = {
    section.partition("\n")[0]: read(section) for section in PAGE.split("\n## ") if "```python" in section
}
EXAMPLES = [example for examples in SECTIONS.values() for example in examples]
NEEDS = {"A torch.autograd.Function": "torch", "A custom rule in JAX": "jax"}


def run(title):
    """What each block of a section prints; blocks share their names, tests in them are called."""
    names = {} if title != "In your tests" else run("A layer in NumPy")[1]
    printed = []
    for example in SECTIONS[title]:
        out = io.StringIO()
        file = f"<{title}, block {len(printed)}>"
        # as Jupyter does
        linecache.cache[file] = (len(example.code), None, example.code.splitlines(True), file)
        with contextlib.redirect_stdout(out):
            exec(compile(example.code, file, "exec"), names)
        printed.append(out.getvalue())
    return printed, names


@pytest.mark.parametrize("title", SECTIONS)
def test_a_section_prints_what_it_says(title):
    pytest.importorskip(NEEDS.get(title, "numpy"))
    printed, _ = run(title)

    for example, found in zip(SECTIONS[title], printed, strict=True):
        for line in example.printed.splitlines():
            assert line.strip() == "..." or line in found.splitlines(), found
        assert bool(example.printed) == bool(found)


def test_the_assertion_of_the_page_fails_for_the_wrong_gradient():
    _, names = run("In your tests")

    with pytest.raises(bpcheck.WrongAnswer, match=r"(?s)NOT YET.*C1"):
        names["test_the_gradient_of_my_layer"]()


def test_numpy_torch_and_jax_are_checked_in_less_than_ten_lines_each():
    short = [example for example in EXAMPLES if example.short]

    assert [example.title for example in short] == ["A layer in NumPy", *NEEDS]
    assert all("bpcheck.check" in example.code for example in short)
    assert all(sum(map(bool, example.code.splitlines())) < 10 for example in short)


def test_the_example_in_between_is_not_followed_without_its_reference():
    _, names = run("What the tape can follow")
    report = bpcheck.check_gradient(names["loss"], names["gradient"], (0.8, 0.4))

    assert not {mistake.code for mistake in report.mistakes} & {"C26", "C27"}

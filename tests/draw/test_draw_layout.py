"""Nothing in a figure touches what it should not; measured with the renderer that draws it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from drawn import FIGURES, sheet_of
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from bpcheck.draw.sheet import SMALL, Sheet

every_figure = pytest.mark.parametrize("name", FIGURES)


@dataclass(frozen=True)
class Words:
    text: str
    room: Bbox  # all boxes: in px of the figure from its bottom left corner
    size: float  # px
    grounded: bool  # they stand on a patch of their own, which covers what is under it


@dataclass(frozen=True)
class Measured:
    page: Bbox
    width: float  # on the screen
    words: tuple[Words, ...]
    boxes: tuple[Bbox, ...]
    strokes: NDArray[np.float64]  # (n, 2) points on lines and arrows, where no box covers them


@cache
def measured(name: str) -> Measured:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a letter that the font lacks is a warning and an empty square
        sheet = sheet_of(FIGURES[name])
    patches = [patch for patch in sheet.axes.patches if not isinstance(patch, FancyArrowPatch)]
    arrows = [patch for patch in sheet.axes.patches if isinstance(patch, FancyArrowPatch)]
    words = tuple(
        Words(
            text.get_text(),
            room(sheet, text),
            text.get_fontsize() * 96 / 72,
            text.get_bbox_patch() is not None,
        )
        for text in sheet.axes.texts
        if text.get_text()
    )
    boxes = tuple(room(sheet, patch) for patch in patches)
    strokes = []
    for shape in [*sheet.axes.lines, *arrows]:
        points = outline(sheet, shape)
        for patch, box in zip(patches, boxes, strict=True):
            if patch.get_zorder() > shape.get_zorder():
                points = points[~inside(points, box)]
        strokes.append(points)
    page = Bbox([[0, 0], [sheet.width, sheet.height]])
    return Measured(page, sheet.width * sheet.zoom, words, boxes, np.vstack([np.empty((0, 2)), *strokes]))


def room(sheet: Sheet, artist: object) -> Bbox:
    return Bbox(artist.get_window_extent(sheet.canvas.get_renderer()).get_points() / (2 * sheet.zoom))


def outline(sheet: Sheet, shape: Patch | Line2D) -> NDArray[np.float64]:
    """Points along a line or arrow, closer together than letters are wide."""
    path = shape.get_path().transformed(shape.get_transform())
    return path.interpolated(200).vertices / (2 * sheet.zoom)


def inside(points: NDArray[np.float64], box: Bbox, margin: float = 0.0) -> NDArray[np.bool_]:
    low, high = box.min + margin, box.max - margin
    return ((points > low) & (points < high)).all(axis=1)


def overlap(a: Bbox, b: Bbox, slack: float) -> bool:
    both = Bbox.intersection(a, b)
    return both is not None and both.width > slack and both.height > slack


def holds(outer: Bbox, inner: Bbox, slack: float) -> bool:
    return bool((outer.min <= inner.min + slack).all() and (outer.max >= inner.max - slack).all())


@every_figure
def test_no_words_stand_on_other_words(name: str) -> None:
    words = measured(name).words

    assert words
    assert [(a.text, b.text) for a, b in combinations(words, 2) if overlap(a.room, b.room, 0.5)] == []


@every_figure
def test_no_words_leave_the_page(name: str) -> None:
    found = measured(name)

    assert [w.text for w in found.words if not holds(found.page, w.room, 0)] == []


@every_figure
def test_words_are_inside_a_box_or_outside_it(name: str) -> None:
    """Words with a ground of their own may stand on an edge: they cover it."""
    found = measured(name)

    across = [
        w.text
        for w in found.words
        for box in found.boxes
        if not w.grounded and overlap(w.room, box, 2) and not holds(box, w.room, 2)
    ]

    assert across == []


@every_figure
def test_no_line_strikes_words_out(name: str) -> None:
    found = measured(name)

    assert [w.text for w in found.words if not w.grounded and inside(found.strokes, w.room, 2).any()] == []


@every_figure
def test_words_are_large_enough_to_read_at_a_notebooks_width(name: str) -> None:
    found = measured(name)

    assert min(w.size for w in found.words) >= SMALL - 1e-9
    assert found.width <= 9 * 96  # nine inches


def test_the_measurements_see_what_they_are_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that finds nothing anywhere may be blind."""

    def scrawl() -> None:
        with Sheet(200, 100) as sheet:
            sheet.text(50, 50, "over")
            sheet.text(60, 55, "under")
            sheet.text(195, 20, "off the page")
            sheet.box(100, 80, 40, 20)
            sheet.text(120, 80, "on an edge")
            sheet.line([(0, 50), (200, 50)])
            sheet.picture("", "")

    monkeypatch.setitem(FIGURES, "scrawl", scrawl)

    for check, found in (
        (test_no_words_stand_on_other_words, "under"),
        (test_no_words_leave_the_page, "off the page"),
        (test_words_are_inside_a_box_or_outside_it, "on an edge"),
        (test_no_line_strikes_words_out, "over"),
    ):
        with pytest.raises(AssertionError, match=found):
            check("scrawl")

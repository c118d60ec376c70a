from __future__ import annotations

import importlib
import sys

import pytest

from bpcheck import draw


def test_the_stepper_shows_the_step_and_the_side_that_are_chosen() -> None:
    pytest.importorskip("ipywidgets")
    switch, slider, shown = draw.products_stepper(1.3).children

    assert shown.value == draw.products(1.3, "input", 1)._repr_html_()
    for side in ("output", "input"):
        for step in (3, 2, 1):
            switch.value, slider.value = side, step
            assert shown.value == draw.products(1.3, side, step)._repr_html_()


def test_without_ipywidgets_both_rows_stand_on_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError):
        importlib.import_module("ipywidgets")

    rows = draw.products_stepper(1.3)

    assert rows == draw.Pictures((draw.products(1.3, "input"), draw.products(1.3, "output")))

"""The figures of notebook 10: what they say of shapes is so."""

import re

import numpy as np
import pytest

from bpcheck import draw
from bpcheck.errors import UsageError


@pytest.mark.parametrize(("N", "n", "m"), [(7, 4, 3), (4, 4, 4), (5, 2, 5), (1, 1, 2)])
def test_the_detective_says_of_every_product_what_numpy_says(N, n, m):
    tables = {"D": np.ones((N, m)), "A": np.ones((N, n))}
    said = re.findall(
        r"([DA])(ᵀ?) ([DA])(ᵀ?), [^:]+: (cannot be formed|gives \(\d+, \d+\))(, fits)?",
        draw.fitting_products(N, n, m).alt,
    )

    assert len(said) == 8
    for first, turn_first, second, turn_second, result, fits in said:
        left = tables[first].T if turn_first else tables[first]
        right = tables[second].T if turn_second else tables[second]
        try:
            shape = (left @ right).shape
        except ValueError:
            shape = None
        assert result == (f"gives {shape}" if shape else "cannot be formed")
        assert bool(fits) == (shape == (m, n))


def test_the_products_of_the_picture_can_be_formed_and_lose_the_size_that_is_said():
    rows = re.findall(
        r"\((\w), (\w)\) times .*? \((\w), (\w)\) is \w+ \((\w), (\w)\); (\w) disappears",
        draw.batch_products().alt,
    )

    assert len(rows) == 3
    for a, b, c, d, rows_left, columns_left, gone in rows:
        assert b == c == gone
        assert (a, d) == (rows_left, columns_left)


@pytest.mark.parametrize("sizes", [(0, 4, 3), (7, 4.0, 3), (7, 4, True), (7, 4, 100)])
def test_what_is_no_size_is_a_usage_error(sizes):
    with pytest.raises(UsageError, match="is a whole number from 1 to 99; it got"):
        draw.fitting_products(*sizes)

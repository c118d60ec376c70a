"""The digits are those of the source, whole, and travel with their licence."""

import hashlib
from importlib.resources import files

import numpy as np
import pytest

from bpcheck.data import digits

SHA = "af104d81e7cd419be5f343d23c6ca2e4e4ff847b06636260802df8e903c6183f"


def test_the_file_is_the_one_that_was_checked_in():
    stored = (files("bpcheck.data") / "digits.npz").read_bytes()

    assert len(stored) < 50_000
    assert hashlib.sha256(stored).hexdigest() == SHA


def test_the_licence_and_the_citation_lie_beside_it():
    text = (files("bpcheck.data") / "LICENSE-digits").read_text("utf-8")

    assert "10.24432/C50P49" in text
    assert "Attribution 4.0 International" in text


def test_every_digit_is_in_one_part_and_no_part_lacks_a_class():
    """The counts are those of optdigits.names for the test set."""
    data = digits()
    labels = np.concatenate([data.y_train, data.y_test])

    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (len(data.y_train), len(data.y_test)) == (1500, 297)
    assert np.bincount(data.y_test, minlength=10).min() >= 20


def test_pixels_lie_between_0_and_1_in_sixteenths():
    data = digits()
    for X in (data.X_train, data.X_test):
        assert X.shape[1] == 64
        assert X.min() == 0
        assert X.max() == 1
        assert np.array_equal(16 * X, np.round(16 * X))


def test_nobody_can_change_them():
    with pytest.raises(ValueError, match="read-only"):
        digits().X_train[0, 0] = 1.0


def test_a_picture_looks_like_its_digit():
    """A nought is dark in the middle and bright around; a one is bright in the middle."""
    data = digits()
    middle = data.X_train.reshape(-1, 8, 8)[:, 3:5, 3:5].mean(axis=(1, 2))

    assert middle[data.y_train == 0].mean() < 0.2
    assert middle[data.y_train == 1].mean() > 0.6

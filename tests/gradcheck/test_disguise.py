"""A finite difference is known by its own error, and nothing else is taken for one."""

import numpy as np
import pytest

from bpcheck.gradcheck import check_gradient

X = np.random.default_rng(3).normal(size=(5, 3))
AT = {"W": np.random.default_rng(4).normal(size=(2, 3)), "b": np.array([0.3, -0.7])}


def loss(W, b):
    return np.tanh(X @ W.T + b).sum() + (W**3).sum()


def exact_gradient(W, b):
    D = 1 - np.tanh(X @ W.T + b) ** 2
    return {"W": D.T @ X + 3 * W**2, "b": D.sum(axis=0)}


def differences(h, right=1.0, left=1.0, over=2.0, back=True):
    """As people write it: one entry after the other, moved by h, and mostly put back."""
    point = {name: x.copy() for name, x in AT.items()}
    found = {name: np.zeros(x.shape) for name, x in AT.items()}
    for name, x in point.items():
        for index in np.ndindex(x.shape):
            before = x[index]
            x[index] = before + right * h
            upper = loss(**point)
            x[index] = before - left * h
            found[name][index] = (upper - loss(**point)) / (over * h)
            if back:
                x[index] = before
    return found


def named(answer):
    return {(f.code, f.array) for f in check_gradient(loss, answer, AT).findings}


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"h": 1e-2, "left": 0.0, "over": 1.0}, "D1"),
        ({"h": 1e-5, "right": 0.0, "over": 1.0}, "D1"),
        ({"h": 0.2}, "D5"),
        ({"h": 1e-13}, "D5"),
        ({"h": 1e-3, "left": 0.0}, "D2"),
        ({"h": 1e-2, "over": 1.0}, "D2"),
        ({"h": 1e-2, "back": False}, "D3"),
    ],
    ids=str,
)
def test_a_careless_difference_is_named_with_its_step(how, code):
    found = check_gradient(loss, differences(**how), AT).findings

    assert {f.code for f in found} == {code}
    assert all(f"step h of {how['h']:g}" in f.sentence for f in found)


def test_a_good_difference_is_right():
    assert check_gradient(loss, differences(1e-5), AT).ok


@pytest.mark.parametrize("factor", [2.0, 0.5, 1.001])
def test_a_factor_is_no_difference(factor):
    """Divided by h, not by 2h, a good difference is twice the slope, and so is much else."""
    twice = {name: factor * x for name, x in exact_gradient(**AT).items()}
    one_row = exact_gradient(**AT)
    one_row["W"][0] *= factor

    assert {code[0] for code, _ in named(twice)} == {"F"}
    assert not [code for code, _ in named(one_row) if code[0] == "D"]


def test_small_errors_of_another_kind_are_no_difference():
    off = np.random.default_rng(0).normal(size=(2, 3))
    for size in (1e-1, 1e-4, 1e-7):
        answer = exact_gradient(**AT)
        answer["W"] += size * off

        assert not [code for code, _ in named(answer) if code[0] == "D"]

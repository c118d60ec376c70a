"""The figure of notebook 08: six curves, with and without their names."""

from bpcheck import draw
from bpcheck.draw.trust_curves import GRADIENTS, losses


def test_each_curve_is_stated_with_its_beginning_and_its_end():
    alt = draw.learning_curves().alt

    for gradient, curve in zip(GRADIENTS, losses(), strict=True):
        assert f"{gradient.letter} ({gradient.name}): from {curve[0]:.2g} to {curve[-1]:.2g}" in alt


def test_without_names_nothing_gives_the_right_one_away():
    picture = draw.learning_curves(names=False)

    assert not any(
        gradient.name in picture.alt + picture.caption for gradient in GRADIENTS if gradient.name != "right"
    )
    assert "(right)" not in picture.alt
    assert "C: from" in picture.alt

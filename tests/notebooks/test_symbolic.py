"""The numbers of notebook 03 are true."""

import json
import math
from itertools import pairwise
from pathlib import Path

import pytest
import sympy as sp

from bpcheck.exercises.guess import respond
from bpcheck.reference import symbolic as ref

SOURCE = Path(__file__).parents[2] / "solutions" / "03_symbolic" / "03_symbolic.ipynb"
CELLS = json.loads(SOURCE.read_text("utf-8"))["cells"]
TEXT = "\n".join("".join(cell["source"]) for cell in CELLS if cell["cell_type"] == "markdown")

NEURON = {"x1": 1, "x2": 2, "w1": 0.4, "w2": 0.3, "b": math.log(4) - 1, "y": 1}
NETWORK = {"x1": 1, "x2": 2, "y": 1, "w11": 0.4, "w12": 0.3, "w21": 0.2, "w22": -0.6, "q1": 2, "q2": -1}
NETWORK |= {"b1": math.log(3) - 1, "b2": 1 - math.log(3), "c": math.log(4) - 1.25}


def code(cell_id):
    return next("".join(cell["source"]) for cell in CELLS if cell["id"] == cell_id)


def test_the_first_example_and_its_number():
    x = sp.symbols("x")
    slope = sp.diff(sp.cos(x) ** 3, x)

    assert f"is −{abs(float(slope.subs(x, 1.3))):.4f}." in TEXT
    assert eval(code("order-matters"), {"sp": sp, "x": x, "y": sp.cos(x) ** 3}) == 0


def test_the_operations_of_the_chain():
    f, slope = ref.nested_slope(1)

    assert ref.operations(f) == 3
    assert "takes three operations" in TEXT
    assert ref.operations(slope) == 8
    assert "it is eight: three multiplications, two squares, a sine, a cosine, an exponential" in TEXT
    assert respond("slope_operations", ref.operations(slope)).startswith("**Yes")


def test_the_proof_ends_in_zero():
    space = {"sp": sp}
    lines = code("sigmoid-proof").splitlines()
    exec("\n".join(lines[:-1]), space)

    assert eval(lines[-1], space) == 0
    assert "The 0 is the proof" in TEXT


def test_the_neuron_that_said_080():
    x1, x2, w1, w2, b, y = sp.symbols("x1 x2 w1 w2 b y")
    loss = (1 / (1 + sp.exp(-(w1 * x1 + w2 * x2 + b))) - y) ** 2 / 2
    slopes = [float(sp.diff(loss, w).subs(NEURON)) for w in (w1, w2, b)]

    assert slopes == pytest.approx([-0.032, -0.064, -0.032], abs=1e-15)
    assert "−0.032 for $w_1$, −0.064 for $w_2$, −0.032 for b" in TEXT
    assert f'"w1": {NEURON["w1"]}, "w2": {NEURON["w2"]}, "b": sp.log(4) - 1' in code("neuron-numbers")


def test_the_network_and_its_first_weight():
    loss, slopes = ref.network_slopes()

    assert len(loss.free_symbols) == 12
    assert "a single formula with twelve letters. It takes 25 operations" in TEXT
    assert ref.operations(loss) == 25
    assert ref.operations(slopes[0]) == 85
    assert "it is 85 operations for one weight of nine" in TEXT
    assert "Eighty-five operations, for a network of three units" in TEXT
    assert float(slopes[0].subs(NETWORK)) == pytest.approx(-0.012, abs=1e-15)
    assert "Its number for the course's own network is −0.012" in TEXT
    network = {"sp": sp}
    exec("\n".join(line for line in code("network-numbers").splitlines() if line[0] != "#"), network)
    assert {k: float(v) for k, v in network["network"].items()} == pytest.approx(NETWORK)


def test_the_example_of_shared_pieces():
    x = sp.symbols("x")
    example = sp.cos(x**2 + 1) * sp.exp(x**2 + 1)
    pieces, rest = ref.shared(example)

    assert code("cse-example") == "sp.cse(sp.cos(x**2 + 1) * sp.exp(x**2 + 1))"
    assert (ref.operations(example), ref.operations(pieces[0][1], *rest)) == (7, 5)
    assert "Seven operations have become five" in TEXT


def test_the_two_laws_of_growth():
    for k in range(1, 7):
        assert ref.growth(k) == (3 * k**2 + 5 * k, 6 * k + 1)
        assert ref.operations(ref.nested_slope(k)[0]) == 3 * k
    assert "$3k^2 + 5k$, which is 100 for k = 5" in TEXT
    assert "$6k + 1$, which is 31" in TEXT
    assert respond("growth_of_five", ref.growth(5)[0]).startswith("**Yes")
    written_out = [ref.growth(k)[0] for k in range(1, 6)]
    steps = [b - a for a, b in pairwise(written_out)]
    assert f"{steps[0]}, {steps[1]}, {steps[2]} and {steps[3]}" in respond("growth_of_five", 100)
    assert f"it is {written_out[0]} operations for k = 1, and {written_out[1]} for k = 2" in TEXT


def test_x_squared_stands_four_times_in_the_tree():
    x = sp.symbols("x")
    slope = ref.nested_slope(2)[1]
    squares = [part for part in sp.preorder_traversal(slope) if part == x**2]

    assert respond("squares_in_the_tree", len(squares)).startswith("**Yes")
    assert "grows by six\noperations for each new f. The function itself grows by three." in TEXT
    assert "6 operations for every 3" in TEXT


def test_sympy_s_list_is_a_forward_pass_a_backward_sweep_and_nine_slopes():
    """t0 to t7 need no target; t8 is the error of the output, t9 and t10 are made of it."""
    loss, slopes = ref.network_slopes()
    pieces, rest = ref.shared(*slopes)
    known = dict(pieces)
    t = dict(zip((str(name) for name, _ in pieces), (name for name, _ in pieces), strict=True))
    whole = dict(pieces)
    for name, piece in pieces:
        whole[name] = piece.subs(whole)

    assert list(t) == [f"t{i}" for i in range(11)]
    assert [str(name) for name in known if sp.Symbol("y") in whole[name].free_symbols] == ["t8", "t9", "t10"]
    assert all(t["t8"] in known[t[name]].free_symbols for name in ("t9", "t10"))
    values = {name: float(piece.subs(NETWORK)) for name, piece in whole.items()}
    assert [values[t[name]] for name in ("t2", "t5")] == pytest.approx([0.75, 0.25])
    assert [values[t[name]] for name in ("t8", "t9", "t10")] == pytest.approx([-0.032, -0.012, 0.006])
    assert all(sp.count_ops(slope) <= 1 for slope in rest)

    apart, together = ref.operations(*slopes), ref.operations(*known.values(), *rest)
    assert (apart, together, ref.operations(loss)) == (725, 42, 25)
    assert respond("nine_together", together).startswith("**Yes")
    assert "one by one" in respond("nine_together", apart)
    for sentence in (
        "take 725 operations. The loss alone takes 25",
        "It is 42. Nobody told",
        "42 operations in the place of 725",
    ):
        assert sentence in TEXT

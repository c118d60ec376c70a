"""Mistakes with a gradient are named by their numbers; the hand-written ones know nothing of the tape."""

from collections import Counter

import numpy as np
import pytest
from nets import NETS
from numerically import arrays_of
from wrong_gradients import RIGHT, WRONG

from bpcheck.gradcheck import exact
from bpcheck.gradcheck.recognise import Candidate, recognise
from bpcheck.reference import mutants as module
from bpcheck.reference.mutants import mutants, mutants_of
from bpcheck.reference.tape import NotOnTape, gradient, record

BANKS = {}


def bank(name, seed=1):
    """The mutants of a network; made once."""
    if (name, seed) not in BANKS:
        net = NETS[name](np.random.default_rng(seed))
        BANKS[name, seed] = mutants(net.loss, net.at, net.sizes)
    return BANKS[name, seed]


def findings(case, seed):
    """What is said about a hand-written gradient."""
    net = NETS[case.net](np.random.default_rng(seed))
    yours = [[a] for a in arrays_of(case.gradient(net.at, net.data))]
    truth = [[exact(a)] for a in arrays_of(gradient(net.loss, net.at))]
    known = [Candidate(n.code, n.sentence, m.results) for m in bank(case.net, seed) for n in m.names]
    return recognise(record(net.loss, net.at).names, yours, truth, known)


# -- names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", WRONG, ids=lambda w: f"{w.code} {w.name}")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_hand_written_mistake_is_named_under_its_code_and_no_other(case, seed):
    found = findings(case, seed)

    assert {f.code for f in found} == {case.code}


@pytest.mark.parametrize("case", RIGHT, ids=lambda r: f"{r.net} {r.name}")
def test_a_right_gradient_gets_no_name(case):
    assert findings(case, 1) == ()


def test_the_sentence_shows_the_users_own_code_and_the_arrays():
    by_name = {case.name: case for case in WRONG}

    assert "`np.tanh(X @ W1.T + b1)`" in findings(by_name["no_slope_of_tanh"], 1)[0].sentence
    assert "`sigmoid(A1 @ W2.T + b2)`" in findings(by_name["no_sigmoid_slope_at_the_output"], 1)[0].sentence
    assert "every sigmoid (2 of them)" in findings(by_name["no_sigmoid_slope_anywhere"], 1)[0].sentence
    assert "gradient of W2 pairs" in findings(by_name["pairs_with_z"], 1)[0].sentence
    assert "`Z.mean(axis=1, keepdims=True)`" in findings(by_name["mean_taken_for_a_constant"], 1)[0].sentence


def test_two_mistakes_in_two_arrays_are_both_named():
    first, second = ({w.name: w for w in WRONG}[name] for name in ("bias_means", "pairs_with_z"))
    net = NETS["tanh_softmax"](np.random.default_rng(1))
    mine = {**first.gradient(net.at, net.data), "W2": second.gradient(net.at, net.data)["W2"]}
    both = type(first)("", "tanh_softmax", "both", lambda _at, _data: mine)

    assert {(f.code, f.array) for f in findings(both, 1)} == {("C19", "b1, b2"), ("C13", "W2")}


# -- what is in the bank -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETS)
def test_every_mutant_is_finite_wrong_and_unlike_all_others(name):
    net = NETS[name](np.random.default_rng(1))
    truth = arrays_of(gradient(net.loss, net.at))

    def same(a, b):
        return all(
            np.allclose(x, y, rtol=1e-10, atol=1e-13 * abs(y).max()) for x, y in zip(a, b, strict=True)
        )

    for i, mutant in enumerate(bank(name)):
        assert [g.shape for g in mutant.gradients] == [t.shape for t in truth]
        assert all(np.isfinite(g).all() for g in mutant.gradients)
        assert not same(mutant.gradients, truth)
        assert not any(same(mutant.gradients, other.gradients) for other in bank(name)[:i])


def test_every_code_that_rules_can_express_is_made_for_some_network():
    made = {name.code for net in NETS for mutant in bank(net) for name in mutant.names}
    written = {case.code for case in WRONG}

    assert written <= made
    assert made == {
        *("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C10", "C11", "C12", "C13", "C14", "C15", "C16"),
        *("C17", "C18", "C19", "C20", "C21", "C22", "C23", "C24", "C25", "C26", "C27", "C28"),
        *("F1", "F2", "F3", "F4", "F6"),
    }


def test_a_sentence_has_no_hole_and_ends():
    sentences = {name.sentence for net in NETS for mutant in bank(net) for name in mutant.names}

    assert all(s.endswith(".") and "{" not in s and "  " not in s and " of ." not in s for s in sentences)


def test_a_factor_of_all_arrays_is_left_to_the_ratios():
    """2 (a − y) without the 2 is half of everything; only with a penalty beside it is it a mistake of its own."""
    X, y = np.eye(3), np.arange(3.0)
    plain = mutants(lambda w: np.mean((X @ w - y) ** 2), np.ones(3) / 3)
    with_penalty = mutants(lambda w: np.mean((X @ w - y) ** 2) + np.sum(w**2), np.ones(3) / 3)

    assert not [m for m in plain if m.code in ("F2", "F3")]
    assert {m.code for m in with_penalty} >= {"F2", "F3", "C25"}


def test_two_mistakes_that_give_the_same_numbers_share_a_mutant():
    """The road through a square counted twice is the square's 2 used twice."""
    assert {"C8", "F2"} in [{name.code for name in m.names} for m in bank("layer_norm")]


def test_the_most_likely_mistake_comes_first():
    assert [m.code for m in bank("sigmoid_squares")[:2]] == ["C1", "C1"]
    assert bank("relu_deep")[0].code == "C16"


# -- cost, order, points -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "most"), [("neuron", 25), ("tanh_softmax", 100), ("sigmoid_squares", 90), ("recurrent", 220)]
)
def test_the_loss_runs_once_and_every_mistake_costs_one_sweep(name, most, monkeypatch):
    net = NETS[name](np.random.default_rng(1))
    runs, sweeps = Counter(), Counter()

    def counted(*args, **named):
        runs[name] += 1
        return net.loss(*args, **named)

    def swept(*args):
        sweeps[name] += 1
        return right(*args)

    right = module.sweep
    monkeypatch.setattr(module, "sweep", swept)
    found = mutants(counted, net.at, net.sizes)

    assert runs[name] == 1
    assert len(found) <= sweeps[name] <= most


def test_a_wrong_rule_costs_only_what_lies_behind_it():
    """The bias of the first layer is the end of its road: one rule is asked, not the whole tape."""
    from bpcheck.reference.tape import right_rule, sweep

    net = NETS["sigmoid_squares"](np.random.default_rng(1))
    tape = record(net.loss, net.at)
    asked = []

    def rule(G, node, slot):
        asked.append(node.index)
        return right_rule(G, node, slot)

    edge = tape.users[tape.given[1]][0]
    everywhere = {(i, slot): rule for users in tape.users for i, slot in users}
    right = sweep(tape)
    sweep(tape, {edge: rule}, right=right)

    assert asked == [edge[0]]
    sweep(tape, everywhere)
    assert len(asked) - 1 == len(everywhere)


def test_of_a_very_long_loss_only_the_likely_mistakes_are_tried(monkeypatch):
    """Three hundred steps through time are a thousand steps on the tape: each sweep walks them all."""
    sweeps = Counter()
    right = module.sweep

    def swept(*args):
        sweeps["all"] += 1
        return right(*args)

    def loss(w):
        h = 0.0
        for x in np.linspace(-1, 1, 300):
            h = np.tanh(w * h + x)
        return h**2

    monkeypatch.setattr(module, "sweep", swept)
    tape = record(loss, 0.7)
    found = mutants_of([tape])

    assert len(tape.nodes) > 900
    assert sweeps["all"] * len(tape.nodes) <= module.WORK + len(tape.nodes)
    assert found[0].code == "C1"


def test_the_bank_is_the_same_at_each_call():
    net = NETS["recurrent"](np.random.default_rng(1))
    again = mutants(net.loss, net.at, net.sizes)

    assert [m.names for m in again] == [m.names for m in bank("recurrent")]
    assert all(
        (a == b).all()
        for m, n in zip(again, bank("recurrent"), strict=True)
        for a, b in zip(m.gradients, n.gradients, strict=True)
    )


def test_a_mistake_has_the_same_name_at_another_point_and_its_numbers_there():
    one, other = (NETS["relu_deep"](np.random.default_rng(seed)) for seed in (1, 2))
    both = mutants(one.loss, one.at, one.sizes, also_at=[other.at])
    alone = {}  # of two mistakes with one sentence the numbers tell which it is
    for mutant in mutants(one.loss, other.at, one.sizes):
        for name in mutant.names:
            alone.setdefault(name, []).append(mutant.gradients)

    assert len(both) >= len(bank("relu_deep"))
    for mutant in both:
        assert [len(result) for result in mutant.results] == [2, 2, 2, 2]
        twins = alone.get(mutant.names[0], [mutant.elsewhere[0]])
        assert any(
            all(np.allclose(a, b) for a, b in zip(mutant.elsewhere[0], twin, strict=True)) for twin in twins
        )
    assert sum(m.names[0] in alone for m in both) > 0.8 * len(both)


def test_mutants_like_a_gradient_share_a_wrong_array_with_it():
    case = next(w for w in WRONG if w.name == "bias_means")
    net = NETS[case.net](np.random.default_rng(1))
    mine = arrays_of(case.gradient(net.at, net.data))
    found = mutants(net.loss, net.at, net.sizes, like=mine)

    assert [m.code for m in found] == ["C19", "C19", "C19", "F4"]
    assert all(any(np.allclose(a, b) for a, b in zip(m.gradients, mine, strict=True)) for m in found)


def test_the_callers_arrays_never_change():
    net = NETS["tanh_softmax"](np.random.default_rng(1))
    before = {name: value.copy() for name, value in net.at.items()}
    for mutant in mutants(net.loss, net.at, net.sizes):
        for array in mutant.gradients:
            array += 1.0

    assert all((net.at[name] == before[name]).all() for name in before)
    assert gradient(net.loss, net.at).keys() == before.keys()


def test_mutants_do_not_share_memory():
    found = bank("tanh_softmax")

    assert not any(np.shares_memory(a, b) for a in found[0].gradients for m in found[1:] for b in m.gradients)


# -- odd losses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "at"),
    [
        (lambda _x: 3.0, np.ones(2)),
        (lambda x: x, 2.0),
        (lambda x: x.sum(), np.ones((0, 3))),
        (lambda x: x.sum(), np.zeros(3)),
        (lambda x, y: (x * y).sum(), [np.zeros((2, 2)), np.zeros((2, 2))]),
        (lambda x: np.log(x).sum(), np.zeros(2)),
        (lambda x: np.sqrt(np.sum(x**2)), np.zeros(2)),
        (lambda x: np.exp(x).sum(), np.full(2, 1e3)),
        (lambda x: np.maximum(x, 0).sum() + np.max(x), np.array([-1.0, -1.0])),
        (lambda x: (1 / (1 + np.exp(-x))).sum(), np.array([-900.0, 900.0])),
    ],
)
def test_odd_losses_give_a_bank_without_a_word(loss, at, recwarn):
    assert all(np.isfinite(a).all() for m in mutants(loss, at) for a in m.gradients)
    assert not recwarn.list


def test_a_loss_whose_steps_depend_on_its_values_is_followed_at_each_point():
    def loss(x):
        return (np.tanh(x) if x[0] > 0 else np.sin(x) * 2).sum()

    found = mutants(loss, np.array([0.3, 0.4]), also_at=[np.array([-0.3, 0.4])])

    assert found[0].code == "C1"


def test_what_the_tape_cannot_follow_is_said():
    with pytest.raises(NotOnTape, match=r"np\.linalg\.inv"):
        mutants(lambda x: np.linalg.inv(x).sum(), np.eye(2))


def test_a_recorded_tape_can_be_used_again():
    net = NETS["ridge"](np.random.default_rng(1))
    tape = record(net.loss, net.at)

    assert tape.value == pytest.approx(net.loss(**net.at))
    assert [m.names for m in mutants_of([tape], net.sizes)] == [m.names for m in bank("ridge")]

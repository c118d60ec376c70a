"""The numbers of notebook 08, and what its checks say beyond the common claims."""

import re
import sys

import nbformat
import numpy as np
import pytest
from right_answers.trust import RIGHT
from test_the_notebooks import ROOT, prose

from bpcheck import check_gradient
from bpcheck.draw.trust_curves import GRADIENTS, RATE, SEED, STEPS, losses
from bpcheck.exercises import trust
from bpcheck.exercises.examine import draw as cases_of
from bpcheck.exercises.examine import examine, place
from bpcheck.exercises.guess import respond
from bpcheck.exercises.model import Probed
from bpcheck.exercises.trust_cases import (
    RIGHT as RIGHT_GRADIENTS,
)
from bpcheck.exercises.trust_cases import (
    SMALL,
    SPOILED,
    kind_of,
    kinks_of,
    machine,
    true_gradient,
)
from bpcheck.exercises.trust_proof import MOST, TRAINS
from bpcheck.exercises.trust_sweeps import BATCH, FAMILIES, GUILTY, SUSPECTS, hidden_by, is_right
from bpcheck.gradcheck.facts import Verdict
from bpcheck.reference import checking, mlp

TEXT = prose("08_trust")
SEEDS = (1, 2, 3)


# -- numbers -------------------------------------------------------------------------------------------


def test_the_curves_are_those_of_the_network_that_the_text_describes():
    """The right gradient's first step, made once more with the reference network, sample by sample."""
    rng = np.random.default_rng(SEED)
    params = [[rng.normal(size=(4, 2)), 0.5 * rng.normal(size=4)], [rng.normal(size=(1, 4)), np.zeros(1)]]
    side = np.linspace(-1, 1, 5)
    samples = [(np.array([a, b]), np.array([0.5 + 0.4 * a * b])) for a in side for b in side]
    assert losses()[2][0] == pytest.approx(np.mean([mlp.loss(params, *s) for s in samples]))

    grads = [mlp.backprop(params, *sample) for sample in samples]
    for k in (0, 1):
        for i in (0, 1):
            params[k][i] = params[k][i] - RATE * np.mean([g[k][i] for g in grads], axis=0)
    assert losses()[2][1] == pytest.approx(np.mean([mlp.loss(params, *s) for s in samples]))
    assert f"the same {len(samples)} samples: same start, same learning rate, {STEPS} steps" in TEXT


def test_four_of_five_wrong_gradients_learn_and_one_learns_better():
    ends = {g.name: curve[-1] / curve[0] for g, curve in zip(GRADIENTS, losses(), strict=True)}
    wrong = {name: end for name, end in ends.items() if name != "right"}

    assert sum(end < 0.5 for end in wrong.values()) == 4
    assert [name for name, end in wrong.items() if end < ends["right"]] == ["output slope missing"]
    assert respond("right_curve", GRADIENTS[[*ends].index("right")].letter).startswith("**Yes")
    assert "Four of the five wrong gradients make the loss fall, and one of them beats the right one" in TEXT


def test_ten_directions_all_show_the_wrong_slope():
    notebook = nbformat.read(ROOT / "solutions" / "08_trust" / "08_trust.ipynb", as_version=4)
    cell = next(c.source for c in notebook.cells if c.id == "ten-directions")
    said = []
    exec(cell, {"np": np, "checking": checking, "print": said.append})
    gaps = [abs(float(re.search(r"difference (\S+)", line)[1])) for line in said]

    assert len(gaps) == 10
    assert min(gaps) > 0.01
    assert "In all ten." in TEXT
    assert respond("how_many_directions", 10).startswith("**Yes")


def test_the_counts_in_the_text_are_true():
    assert (len(SPOILED), len(RIGHT_GRADIENTS)) == (8, 3)
    assert "eleven gradients that you cannot see. Eight are wrong" in TEXT
    assert "Three are right" in TEXT
    assert len(BATCH) + sum(map(len, FAMILIES.values())) == 18
    assert "let eighteen known mistakes run" in TEXT
    assert len(GUILTY) == 15
    assert "drawn anew each time, from fifteen mistakes" in TEXT
    assert SMALL == 1 / 100_000
    assert "a hundred thousand times smaller" in TEXT
    assert checking.relative_gap(3.0, 4.0) == 0.25
    assert abs(2 - 1) / (2 + 1) == pytest.approx(1 / 3)


ROWS = (  # of the table, in its order
    {*BATCH},
    {*FAMILIES["hidden_layers"], "C11 own W", "C2 slopes of the next layer", "C13 z"},
    {"C10 W as it stands"},
    {"C15 turned", "C21 bias"},
    {"C14 own a", "C1 input", "C22 bias"},
)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_table_of_mistakes_and_tests_is_what_the_tests_see(seed):
    header, *rows = re.findall(r"^\| (.*) \|$", TEXT[TEXT.index("| mistake |") :], flags=re.M)
    tests = [re.fullmatch(r"([\d-]+), (\d)", column) for column in header.split(" | ")[1:]]
    assert set().union(*ROWS) == {*BATCH, *(name for family in FAMILIES.values() for name in family)}

    for k, test in enumerate(tests):
        hidden = hidden_by([int(n) for n in test[1].split("-")], int(test[2]), seed)
        for names, row in zip(ROWS, rows[:5], strict=True):
            label, *cells = row.split(" | ")
            assert label.endswith(f"({len(names)})")
            assert hidden & names == (names if cells[k] == "hidden" else set())
        if k == len(tests) - 1:
            assert f"sees {18 - len(hidden)} of 18" in TEXT


def test_the_backpropagation_with_one_wrong_line_is_off_by_the_slope():
    params, x, _ = mlp.story()
    _, (_, _, yhat) = mlp.forward(params, x)

    assert 1 / mlp.sigmoid_slope(yhat)[0] == pytest.approx(6.25)
    assert "6.25 times too large. 1 / 6.25 is 0.16" in TEXT
    space = {"np": np, "mlp": mlp}
    notebook = nbformat.read(ROOT / "solutions" / "08_trust" / "08_trust.ipynb", as_version=4)
    exec(next(c.source for c in notebook.cells if c.id == "wrong-line"), space)
    at = {name: space[name] for name in ("W1", "b1", "W2", "b2")}
    report = check_gradient(space["loss"], space["gradient"], at=at)
    assert report.wrong == tuple(at)
    assert "6.25 times" in report.mistakes[0].sentence
    assert respond("whom_it_accuses", "b").startswith("**Yes")


# -- the checks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_hidden_gradients_are_as_right_and_as_wrong_as_they_say(seed):
    """Judged by the instrument: the blocks that it finds wrong are those that are spoiled."""
    kinds = []
    for case in cases_of(trust.gradcheck, seed):
        f, theta, grads, kind = machine(*case[:3]), case[3:6], case[6:9], kind_of(*case)
        report = check_gradient(lambda *blocks, f=f: f(list(blocks)), tuple(grads), at=tuple(theta))
        spoiled = [SPOILED[kind][0]] if kind in SPOILED else []
        assert [k for k, name in enumerate(report.outcome.names) if name in report.wrong] == spoiled
        kinds.append(kind)
    assert sorted(kinds) == sorted([*RIGHT_GRADIENTS, *SPOILED])


@pytest.mark.parametrize("seed", SEEDS)
def test_no_slope_of_a_hidden_gradient_is_too_small_to_be_judged(seed):
    for case in cases_of(trust.gradcheck, seed):
        mixers, theta = case[:3], case[3:6]
        for k, slopes in enumerate(true_gradient(mixers, theta)):
            numerical = checking.block_gradient(machine(*mixers), [np.array(b, float) for b in theta], k)
            assert checking.relative_gap(slopes, numerical).max() < checking.TOLERANCE / 10


@pytest.mark.parametrize(
    ("exercise", "answer", "words"),
    [
        (
            "gradcheck",
            lambda _f, _theta, grads: dict.fromkeys(range(len(grads)), True),
            "3 times True or False",
        ),
        ("gradcheck", lambda *_: [0.1, 0.2, 0.3], "3 times True or False"),
        ("hunt", lambda _suspects: [True], "6 times True or False"),
        ("safe_point", lambda *_: "here", "should return a number"),
        ("test_design", lambda: [2, 3, 2], "sizes and N"),
        ("test_design", lambda: ([2, 0, 2], 7), "sizes and N"),
        ("test_design", lambda: ([2, 3, 2], 2.5), "sizes and N"),
        ("test_design", lambda: ([2], 3), "sizes and N"),
    ],
)
def test_what_is_no_answer_is_described(exercise, answer, words):
    outcome = examine(getattr(trust, exercise), answer, 1)

    assert outcome.verdict is Verdict.WRONG
    assert words in outcome.findings[0].sentence


def test_zero_over_zero_is_named_by_the_general_check():
    def careless(a, n):
        with np.errstate(invalid="ignore"):
            return np.abs(a - n) / np.maximum(np.abs(a), np.abs(n))

    outcome = examine(trust.relative_gap_exercise, careless, 1)

    assert [f.code for f in outcome.findings] == ["G5"]
    assert "0 divided by 0" in outcome.findings[0].sentence


def test_a_verdict_that_is_wrong_says_which_hidden_gradient_it_was():
    outcome = examine(trust.gradcheck, lambda _f, _theta, grads: [True] * len(grads), 1)
    wrong = [c.at for c in outcome.comparisons if c.wrong.any()]

    assert len(wrong) == 8
    assert "gradient: c, whose slopes are tiny, 2 % too large" in wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_every_line_up_holds_an_innocent_and_every_mistake_comes_once(seed):
    numbers = [case[0].tolist() for case in cases_of(trust.hunt, seed)]

    assert all(len(line_up) == 6 and any(map(is_right, line_up)) for line_up in numbers)
    assert sorted(n for line_up in numbers for n in line_up) == list(range(len(SUSPECTS)))
    assert [SUSPECTS.count(rule) for rule in GUILTY] == [1] * 15
    assert len({place(trust.hunt, case) for case in cases_of(trust.hunt, seed)}) == 4


@pytest.mark.parametrize("k", range(len(TRAINS)))
def test_every_gradient_that_is_to_be_proved_wrong_trains(k):
    """The 25 samples of the figure, a net 2-4-1, small steps: the loss falls, by a tenth at least."""
    rng = np.random.default_rng(SEED)
    params = [(rng.normal(size=(4, 2)), rng.normal(size=4)), (rng.normal(size=(1, 4)), rng.normal(size=1))]
    side = np.linspace(-1, 1, 5)
    X = np.array([[a, b] for a in side for b in side])
    Y = 0.5 + 0.4 * X[:, :1] * X[:, 1:]

    def loss():
        return np.mean([mlp.loss(params, x, y) for x, y in zip(X, Y, strict=True)])

    start = loss()
    for _ in range(100):
        grads = TRAINS[k][1](params, X, Y)
        params = [(W - 0.05 * dW, b - 0.05 * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
    assert loss() < 0.9 * start


def test_numbers_that_overflow_prove_nothing():
    def huge(_grad_fn):
        return (
            [([[1e300], [-1e300]], [0.0, 0.0]), ([[1e300, 1e300]], [0.0])],
            [[1e300], [1.0]],
            [[1e300], [0.0]],
        )

    assert examine(trust.prove_wrong, huge, 1).verdict is Verdict.WRONG


def test_an_example_of_twelve_numbers_passes_and_one_of_thirteen_does_not():
    assert MOST == 12
    assert sum(np.size(a) for a in flat(RIGHT["prove_wrong"][0](None))) == 12

    def thirteen(_grad_fn):
        rng = np.random.default_rng(0)
        params = [
            (rng.normal(size=(2, 1)), rng.normal(size=2)),
            (rng.normal(size=(1, 2)), rng.normal(size=1)),
        ]
        return params, rng.normal(size=(3, 1)), rng.uniform(size=(3, 1))

    assert sum(np.size(a) for a in flat(thirteen(None))) == 13
    outcome = examine(trust.prove_wrong, thirteen, 1)
    assert {c.name for c in outcome.comparisons if c.wrong.any()} == {"too_large"}


def flat(shown):
    params, X, Y = shown
    return [X, Y, *(array for pair in params for array in pair)]


# -- nothing to peek at --------------------------------------------------------------------------------

PROBED = [e for e in trust.EXERCISES if getattr(e, "probe", None)]


def seen_by_an_answer(exercise, case):
    """Every value that an answer can reach through the frames that called it, and what these values hold."""
    seen = []

    def spy(*given):
        collect(given, seen)
        frame = sys._getframe(1)
        while frame.f_code is not seen_by_an_answer.__code__:
            collect(list(frame.f_locals.values()), seen)
            frame = frame.f_back

    exercise.probe(spy, *case)
    return seen


def collect(value, seen):
    if value is seen or any(value is known for known in seen):
        return
    seen.append(value)
    if isinstance(value, dict):
        value = list(value.values())
    elif callable(value):
        value = [cell.cell_contents for cell in getattr(value, "__closure__", None) or ()]
    if isinstance(value, list | tuple):
        for part in value:
            collect(part, seen)


@pytest.mark.parametrize("exercise", PROBED, ids=lambda e: e.id)
def test_an_answer_that_reads_its_callers_frames_finds_no_expected_answer(exercise):
    for case in cases_of(exercise, 1):
        expected = [float(t.value) for t in exercise.truth(*case)]
        for value in seen_by_an_answer(exercise, case):
            assert not isinstance(value, str | bool | np.bool_)
            if isinstance(value, list | tuple | np.ndarray) and len(value) == len(expected):
                numbers = all(isinstance(part, int | float | np.number) for part in value)
                assert not (numbers and np.allclose([*value], expected))


def test_no_frame_holds_the_place_of_a_kink():
    for slopes, heights, x, h in cases_of(trust.safe_point, 1):
        numbers = [
            n
            for v in seen_by_an_answer(trust.safe_point, (slopes, heights, x, h))
            if isinstance(v, float | np.ndarray)
            for n in np.ravel(v)
            if n != x
        ]
        gaps = np.abs(np.subtract.outer(numbers, kinks_of(slopes, heights)))
        assert len(numbers) >= 5
        assert gaps.min() > h / 10


def test_the_number_of_a_suspect_does_not_say_whether_it_is_right():
    """No rule by size or parity tells them apart, and none comes twice."""
    verdicts = np.array([is_right(k) for k in range(len(SUSPECTS))])

    assert np.count_nonzero(np.diff(verdicts)) > 6
    assert {*verdicts[::2]} == {*verdicts[1::2]} == {True, False}
    for rule in (lambda n: n < 0, lambda n: n < 12, lambda n: n >= 12, lambda n: n % 2 == 0):
        assert examine(trust.hunt, by_the_frames(rule), 1).verdict is Verdict.WRONG


def by_the_frames(rule):
    """A `hunt` that asks nobody and judges by the numbers that its caller holds."""

    def hunt(_suspects):
        return [bool(rule(n)) for n in sys._getframe(1).f_locals["numbers"]]

    return hunt


@pytest.mark.parametrize(
    ("exercise", "told"),
    [
        ("gradcheck", (np.ones(3),)),
        ("gradcheck", (np.ones(4), np.ones((2, 2)), np.ones(3), np.ones(2))),
        ("gradcheck", 1.0),
        ("safe_point", np.ones(2)),
        ("safe_point", float("nan")),
        ("test_design", np.zeros(0)),
        ("test_design", np.array([2.0, 3.0, 2.0, np.nan])),
        ("test_design", "2 3 2"),
        ("prove_wrong", 1.0),
        ("prove_wrong", (np.ones((2, 1)), np.ones((2, 1)), np.ones((1, 1)), np.ones(2))),
        ("prove_wrong", (np.ones((2, 1)), np.ones((2, 1)), np.ones((0, 1)), np.ones(0))),
        ("prove_wrong", (np.ones((1, 1)), np.ones((1, 1)), np.full((1, 1), np.nan), np.ones(1))),
    ],
)
def test_what_a_probe_could_not_have_told_is_refused_in_a_sentence(exercise, told):
    """Whoever takes the probe's place in the sandbox sends what he likes; it is judged by us, and stops nothing."""
    outcome = examine(getattr(trust, exercise), Probed(lambda *_case: told), 1)

    assert outcome.verdict is Verdict.WRONG
    assert outcome.findings[0].code in ("G2", "G3", "G5")


def test_every_exercise_has_its_right_answers():
    assert set(RIGHT) == {e.id for e in trust.EXERCISES if e.id != "quiz_08"}

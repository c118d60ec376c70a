"""What a student types, in plain Python; the same in a kernel is in tests/notebooks."""

import pytest

import bpcheck
from bpcheck import notebook
from bpcheck.gradcheck.facts import Verdict


@pytest.fixture(autouse=True)
def _nothing_attempted_yet(monkeypatch):
    monkeypatch.setattr(notebook, "_hints_shown", {})
    monkeypatch.setattr(notebook, "_attempted", set())


def double(x):
    return 2 * x


def test_a_right_answer_is_said_and_nothing_is_raised(capsys):
    assert bpcheck.check(double) is None
    assert capsys.readouterr().out.startswith("RIGHT   double")


def test_a_wrong_answer_raises_an_assertion_error_that_carries_the_report(capsys):
    with pytest.raises(bpcheck.WrongAnswer) as caught:
        bpcheck.check(lambda x: -x, "double")

    assert isinstance(caught.value, AssertionError)
    assert caught.value.report.verdict is Verdict.WRONG
    assert str(caught.value.report) in capsys.readouterr().out


def test_a_check_can_be_repeated_with_its_seed(capsys):
    outputs = []
    for _ in range(2):
        with pytest.raises(bpcheck.WrongAnswer):
            bpcheck.check(lambda x: 1.5 * x, "double", seed=7)
        outputs.append(capsys.readouterr().out)

    assert outputs[0] == outputs[1]
    assert "bpcheck.check(double, seed=7)" in outputs[0]


def test_two_checks_use_different_inputs(capsys):
    outputs = []
    for _ in range(2):
        with pytest.raises(bpcheck.WrongAnswer):
            bpcheck.check(lambda x: 1.5 * x, "double")
        outputs.append(capsys.readouterr().out)

    assert outputs[0] != outputs[1]


def test_a_misspelt_id_offers_the_right_one():
    with pytest.raises(bpcheck.UsageError, match="did you mean 'two_roads'"):
        bpcheck.check(double, "two_road")
    with pytest.raises(bpcheck.UsageError, match="did you mean 'two_roads'"):
        bpcheck.hint("tworoads")


def test_a_called_function_is_recognised_as_such():
    with pytest.raises(bpcheck.UsageError, match=r"the function itself.*the number 4"):
        bpcheck.check(double(2))
    with pytest.raises(bpcheck.UsageError, match="double should be a function; it is the number 4"):
        bpcheck.check(double(2), "double")


def test_a_quiz_may_be_answered_by_a_dict(capsys):
    letters = {"q1": "B", "q2": " b", "q3": "c", "q4": "b", "q5": "b"}
    bpcheck.check(letters, "quiz_02")

    assert capsys.readouterr().out.startswith("RIGHT   quiz_02")


@pytest.mark.parametrize(
    ("letters", "sentence"),
    [
        ({"q9": "a"}, "no question 'q9'"),
        ({"q1": "z"}, "no choice 'z'; its choices are a, b, c"),
        ({"q1": ["b"]}, "no choice"),
        ({"q1": "b"}, "q2 has no answer yet"),
        (["b", "b"], "should return a dict"),
        (None, "gave back None"),
    ],
)
def test_letters_that_cannot_be_read_get_one_sentence(letters, sentence, capsys):
    with pytest.raises(bpcheck.WrongAnswer):
        bpcheck.check(lambda: letters, "quiz_02")
    assert sentence in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wish", "chain_rule", "expected"),
    [("a", "a", "route A"), ("b", "a", "route B"), ("b", "c", "route A"), ("c", "d", "route C")],
)
def test_the_route_follows_the_wish_where_the_chain_rule_allows_it(wish, chain_rule, expected, capsys):
    letters = {f"q{i}": "d" for i in range(1, 8)} | {"q1": chain_rule, "q6": wish}
    bpcheck.check(letters, "find_route")

    assert expected in capsys.readouterr().out


def test_hints_go_one_step_further_and_stay_at_the_last(capsys):
    seen = []
    for _ in range(5):
        bpcheck.hint("double")
        seen.append(capsys.readouterr().out)

    assert [f"Hint {step} of 4" in text for step, text in zip((1, 2, 3, 4, 4), seen, strict=True)] == [
        True
    ] * 5
    assert len(set(seen)) == 4


def test_a_quiz_has_no_hints_and_says_so():
    with pytest.raises(bpcheck.UsageError, match="no hints"):
        bpcheck.hint("quiz_02")


def test_a_solution_opens_after_an_attempt_and_a_blank_is_none(capsys):
    def blank(_x):
        raise NotImplementedError

    with pytest.raises(bpcheck.WrongAnswer):
        bpcheck.check(blank, "double")
    with pytest.raises(bpcheck.UsageError, match="opens after an attempt"):
        bpcheck.solution("double")
    with pytest.raises(bpcheck.WrongAnswer):
        bpcheck.check(lambda x: x, "double")
    capsys.readouterr()
    bpcheck.solution("double")

    assert "return 2 * x" in capsys.readouterr().out


def test_the_notation_card_says_which_axis_of_w_receives(capsys):
    bpcheck.notation()

    assert "one row per receiving unit" in capsys.readouterr().out

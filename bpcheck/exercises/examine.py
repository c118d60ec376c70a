"""The examiner: asks any callable the cases of an exercise and says what it found.

Judge first, diagnose second: a right result passes, whatever the way to it; only a wrong one starts the
diagnosis. The order is the same for everybody, and the first hit ends it: attempted, runs, returns, kind,
shape, finite, inputs untouched, repeatable, values.

Imports: numpy, bpcheck.errors, bpcheck.gradcheck, the siblings `model`, `ask`, `properties` and `quiz`.
"""

from __future__ import annotations

import copy
import dataclasses
import zlib
from collections.abc import Sequence

import numpy as np

from bpcheck.errors import AnswerDied, AnswerRaised, AnswerTimedOut, NotAttempted
from bpcheck.exercises.ask import Reply, ask, ask_ahead, results
from bpcheck.exercises.model import Answer, Arguments, Exercise, Mistake, Quiz
from bpcheck.exercises.properties import first_broken
from bpcheck.exercises.quiz import examine_quiz
from bpcheck.gradcheck.compare import compare, largest_value
from bpcheck.gradcheck.diagnose import explain
from bpcheck.gradcheck.facts import Comparison, Estimate, Finding, FloatArray, Ladder, Outcome, Verdict
from bpcheck.gradcheck.recognise import (
    Candidate,
    Results,
    equals_truth,
    is_constant,
    lost_precision,
    may_be_same,
    recognise,
    same_numbers,
)
from bpcheck.gradcheck.remarks import reasons

DRAWS = 3  # of cases, before "cannot tell here" is the last word
Truths = list[tuple[Estimate, ...]]  # case after case, one estimate per result


def examine(exercise: Exercise | Quiz, answer: Answer, seed: int) -> Outcome:
    """Judge `answer` on cases drawn from `seed`.

    Parameters
    ----------
    exercise : what was asked
    answer : any callable: the student's function, or a call into a sandbox
    seed : of the random cases; the same seed and answer give the same outcome

    Returns
    -------
    Outcome. A fault of the answer never raises through here. Where the cases of a seed lie so that nothing can be
    told (at a kink, say), the next seed is tried: that is a fault of the cases, not of the answer.
    """
    if isinstance(exercise, Quiz):
        return examine_quiz(exercise, answer)
    outcome = _examine_once(exercise, answer, seed)
    for later in range(seed + 1, seed + DRAWS):
        if outcome.verdict is not Verdict.UNDECIDED:
            break
        outcome = _examine_once(exercise, answer, later)
    return outcome


def _examine_once(exercise: Exercise, answer: Answer, seed: int) -> Outcome:
    cases = draw(exercise, seed)
    ask_ahead(answer, [*cases, *cases[:1]])  # the first twice: is it repeatable?
    truths = [exercise.truth(*copy.deepcopy(case)) for case in cases]
    replies: list[Reply] = []
    for case, truth in zip(cases, truths, strict=True):
        replies.append(ask(exercise, answer, case, [t.value.shape for t in truth]))
        if isinstance(replies[-1].error, NotAttempted | AnswerTimedOut | AnswerDied):
            break
    failed = next((i for i, reply in enumerate(replies) if reply.error), None)
    if failed is None:
        if finding := _not_repeatable(exercise, answer, cases[0], replies[0]):
            return Outcome(exercise.id, Verdict.WRONG, findings=(finding,), seed=seed)
        return _judge(exercise, answer, cases, truths, replies, seed)
    return _faulty(exercise, cases, truths, replies, failed, seed)


def draw(exercise: Exercise, seed: int) -> list[Arguments]:
    """The cases for a seed. The exercise's id goes in, so that no two exercises share their numbers."""
    rng = np.random.default_rng([seed, zlib.crc32(exercise.id.encode())])
    return list(exercise.draw(rng))


def place(exercise: Exercise, case: Arguments) -> str:
    """A case in words: "x = 1.3, y = [1, 2]"; a large array by its shape."""
    if exercise.place is not None:
        return exercise.place(*case)
    return ", ".join(f"{name} {_short(value)}" for name, value in zip(exercise.parameters, case, strict=True))


def _short(value: object) -> str:
    if isinstance(value, np.ndarray):
        numbers = ", ".join(f"{entry:.6g}" for entry in value.flat)
        return f"= [{numbers}]" if value.ndim == 1 and len(numbers) <= 40 else f"of shape {value.shape}"
    if isinstance(value, float):
        return f"= {value:.6g}"
    if isinstance(value, tuple):
        return f"= ({', '.join(_short(entry).removeprefix('= ') for entry in value)})"
    return f"= {value!r}"


def _not_repeatable(exercise: Exercise, answer: Answer, case: Arguments, first: Reply) -> Finding | None:
    assert first.arrays is not None
    again = ask(exercise, answer, case, [array.shape for array in first.arrays])
    if again.arrays and all(same_numbers(a, b) for a, b in zip(first.arrays, again.arrays, strict=True)):
        return None
    why = f" {again.error}" if again.error else ""
    return Finding(
        "G8",
        f"Two calls with the same arguments ({place(exercise, case)}) disagree.{why} Something random, or a "
        "variable outside the function, is in play.",
    )


def _faulty(
    exercise: Exercise, cases: list[Arguments], truths: Truths, replies: list[Reply], failed: int, seed: int
) -> Outcome:
    """An answer that could not be judged at one case at least: say why, and name the mistake if it shows."""
    error = replies[failed].error
    assert error is not None
    finding = Finding(error.code, error.sentence)
    if isinstance(error, NotAttempted):
        return Outcome(exercise.id, Verdict.NOT_ATTEMPTED, findings=(finding,))
    at = f"It was called with {place(exercise, cases[failed])}."
    if isinstance(error, AnswerRaised | AnswerTimedOut | AnswerDied):
        if named := _stops_like(exercise, cases, truths, replies):
            notes = (f"{finding.sentence} {at}",)
            return Outcome(exercise.id, Verdict.WRONG, findings=named, notes=notes, seed=seed)
        return Outcome(exercise.id, Verdict.COULD_NOT_RUN, findings=(finding,), notes=(at,), seed=seed)
    named, ladder = (), None
    if len(replies) == len(cases) and all(reply.arrays for reply in replies):
        named, ladder = _named(exercise, cases, truths, replies)
    findings = (finding, *named)
    return Outcome(exercise.id, Verdict.WRONG, findings=findings, notes=(at,), seed=seed, ladder=ladder)


def _stops_like(
    exercise: Exercise, cases: list[Arguments], truths: Truths, replies: list[Reply]
) -> tuple[Finding, ...]:
    """Mistakes that stop where the answer stops, as a W that is not transposed, and give its numbers elsewhere."""
    if len(replies) < len(cases) or not any(reply.arrays for reply in replies):
        return ()
    yours, truth = _by_result(exercise, truths, replies)
    return _recognised(exercise, cases, yours, truth, [set(range(len(yours)))])


def _judge(
    exercise: Exercise,
    answer: Answer,
    cases: list[Arguments],
    truths: Truths,
    replies: list[Reply],
    seed: int,
) -> Outcome:
    comparisons, places = [], [place(exercise, case) for case in cases]
    for i, name in enumerate(exercise.returns):
        scale = largest_value(truth[i] for truth in truths)
        for at, truth, reply in zip(places, truths, replies, strict=True):
            assert reply.arrays is not None
            comparisons.append(compare(name, reply.arrays[i], truth[i], at, scale))
    found, calls = tuple(comparisons), len(replies) + 1
    if not any(c.wrong.any() for c in found):
        notes = tuple(f"{reason} It was called with {c.at}." for c in found for reason in reasons(c))
        verdict = Verdict.UNDECIDED if notes else Verdict.RIGHT
        return Outcome(exercise.id, verdict, found, notes=notes, seed=seed, evaluations=calls)
    findings, ladder = _named(exercise, cases, truths, replies)
    if ladder is not None:
        found = tuple(c for c in found if c.at == ladder.at)
    else:
        findings += _unexplained(exercise, found, findings)
    if exercise.properties and all(finding.code == "G9" for finding in findings):
        assert replies[0].arrays is not None
        findings = (*first_broken(exercise, answer, cases[0], replies[0].arrays), *findings)
    return Outcome(exercise.id, Verdict.WRONG, found, findings, seed=seed, evaluations=calls, ladder=ladder)


def _named(
    exercise: Exercise, cases: list[Arguments], truths: Truths, replies: list[Reply]
) -> tuple[tuple[Finding, ...], Ladder | None]:
    """The exercise's own mistakes first: their sentences know more than those of the general ones.

    First those that explain the whole answer are looked for; only if there is none, those that explain one
    result, or one layer of a sweep.
    """
    yours, truth = _by_result(exercise, truths, replies)
    whole = [set(range(len(yours)))]
    found = _recognised(exercise, cases, yours, truth, whole)
    if exercise.ladder is not None:
        ladder = _ladder(exercise, cases, truths, replies)
        return found or _layer_by_layer(ladder, yours, truth), ladder
    parts = [{i} for i in range(len(yours)) if not equals_truth(yours[i], truth[i])]
    if not found and parts != whole:
        found = _recognised(exercise, cases, yours, truth, parts)
    return found, None


def _by_result(
    exercise: Exercise, truths: Truths, replies: list[Reply]
) -> tuple[list[Results], list[list[Estimate]]]:
    """What the answer gave and what is true, result after result and each case after case."""
    count = range(len(exercise.returns))
    yours: list[Results] = [[reply.arrays[i] if reply.arrays else None for reply in replies] for i in count]
    return yours, [[t[i] for t in truths] for i in count]


def _recognised(
    exercise: Exercise,
    cases: list[Arguments],
    yours: list[Results],
    truth: list[list[Estimate]],
    hopes: list[set[int]],
) -> tuple[Finding, ...]:
    """The exercise's mistakes that explain one of these sets of results at least."""
    tried = (_candidate(exercise, mistake, cases, yours, hopes) for mistake in exercise.mistakes)
    return recognise(exercise.returns, yours, truth, [c for c in tried if c is not None])


def _ladder(
    exercise: Exercise, cases: list[Arguments], truths: Truths, replies: list[Reply]
) -> Ladder | None:
    """That of the largest case in which a layer is wrong: it shows most."""
    assert exercise.ladder is not None
    answered = [
        (c, t, reply.arrays) for c, t, reply in zip(cases, truths, replies, strict=True) if reply.arrays
    ]
    largest_first = sorted(answered, key=lambda one: -sum(estimate.value.size for estimate in one[1]))
    ladders = (exercise.ladder(case, truth, arrays) for case, truth, arrays in largest_first)
    return next((ladder for ladder in ladders if ladder.first_wrong), None)


def _layer_by_layer(
    ladder: Ladder | None, yours: list[Results], truth: list[list[Estimate]]
) -> tuple[Finding, ...]:
    """What is wrong in each layer, from the loss down; what is wrong in several of them is said once."""
    if cut := lost_precision([a for row in yours for a in row], [t for row in truth for t in row]):
        return (Finding("G6", cut),)
    arrays: dict[Finding, list[str]] = {}
    for finding in (f for rung in (ladder.rungs if ladder else ()) for f in rung.findings):
        arrays.setdefault(dataclasses.replace(finding, array=""), []).append(finding.array)
    return tuple(dataclasses.replace(finding, array=", ".join(names)) for finding, names in arrays.items())


def _candidate(
    exercise: Exercise,
    mistake: Mistake,
    cases: list[Arguments],
    yours: Sequence[Results],
    hopes: Sequence[set[int]],
) -> Candidate | None:
    """What the mistake gives, case after case; None as soon as it explains none of these sets of results.

    Most mistakes differ at the first case. To run them on all the others would be most of a check's time.
    """
    rows: list[list[FloatArray | None]] = [[] for _ in exercise.returns]
    for k, case in enumerate(cases):
        reply = results(exercise, mistake.answer, case)
        for i, row in enumerate(rows):
            row.append(reply[i] if reply else None)
        same = {i for i, row in enumerate(rows) if may_be_same(yours[i][k], row[k])}
        hopes = [hope for hope in hopes if hope <= same]
        if not hopes:
            return None
    return Candidate(mistake.code, mistake.sentence, rows)


def _unexplained(
    exercise: Exercise, comparisons: Sequence[Comparison], findings: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """What the numbers alone say of the wrong results that no mistake of the exercise explains."""
    explained = {name for f in findings for name in (f.array.split(", ") if f.array else exercise.returns)}
    more: list[Finding] = []
    for name in exercise.returns:
        mine = [c for c in comparisons if c.name == name]
        if name in explained or not any(c.wrong.any() for c in mine):
            continue
        array = name if len(exercise.returns) > 1 else ""
        more += [dataclasses.replace(f, array=array) for f in _general(mine) or [_unknown(mine)]]
    return tuple(more)


def _general(mine: Sequence[Comparison]) -> list[Finding]:
    yours, truth = [c.yours for c in mine], [c.expected for c in mine]
    if is_constant(yours, truth):
        number = f"{float(yours[0]):.6g}"
        return [
            Finding("G11", f"The answer is {number} whatever goes in. Is a number written into the code?")
        ]
    if sentence := lost_precision(yours, truth):
        return [Finding("G6", sentence)]
    return list(explain(mine, {}))


def _unknown(mine: Sequence[Comparison]) -> Finding:
    worst = max(mine, key=lambda c: float(np.abs(c.yours - c.expected.value).max(initial=0.0)))
    gap = np.abs(worst.yours - worst.expected.value)
    index = np.unravel_index(int(gap.argmax()), gap.shape)
    entry = f"entry {list(map(int, index))}, {worst.at}" if index else worst.at
    return Finding(
        "G9",
        f"Not the right value, and not a mistake that I know. The biggest gap is at {entry}: yours "
        f"{worst.yours[index]:.6g}, expected about {worst.expected.value[index]:.6g}. Work it out by hand there, "
        "and print each step.",
    )

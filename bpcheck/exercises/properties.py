"""What every right answer obeys, whatever the truth: doubled, permuted and repeated samples.

Such a property is asked of a wrong answer that no known mistake explains. The answer is compared with itself, so the
first property that it breaks says which habit is wrong: that is more than a gap between two numbers.

Imports: numpy, bpcheck.gradcheck, the siblings `ask` and `model`.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpcheck.exercises.ask import results
from bpcheck.exercises.model import Answer, Arguments, Exercise
from bpcheck.gradcheck.facts import Finding, FloatArray
from bpcheck.gradcheck.recognise import same_numbers


def first_broken(
    exercise: Exercise, answer: Answer, case: Arguments, arrays: Sequence[FloatArray]
) -> tuple[Finding, ...]:
    """The first property that the answer breaks at a case, where it gave `arrays`."""
    for rule in exercise.properties:
        changed = results(exercise, answer, rule.changed(*case))
        wanted = rule.follows(*arrays)
        if changed is None or not all(map(same_numbers, changed, wanted)):
            return (Finding("G14", rule.sentence),)
    return ()

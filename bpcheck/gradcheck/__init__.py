"""Gradient checking: arrays and functions in, facts out. No I/O, no clock, no global random state.

    direction ──► suspect ──► places ──► locate ──► naming ──► check_gradient ──► Outcome
        ╰─ derivative   ╰─ compare  ╰─ point, answer    ╰─ diagnose, patterns, recognise, disguise, known   ╰─ remarks

A random direction judges an array of any size with some twenty evaluations; only a failing one is searched.
`facts` holds what all of them speak of, `arrays` what may come in, `point` how a loss is called, `answer`
how a gradient is asked. The function `compare` is not re-exported: it would hide its module.
"""

from bpcheck.gradcheck.check import check_gradient, numerical_gradient
from bpcheck.gradcheck.compare import exact, where
from bpcheck.gradcheck.derivative import entry_slopes, slope
from bpcheck.gradcheck.diagnose import constant_factor, explain, transposed
from bpcheck.gradcheck.facts import Comparison, Estimate, Finding, Outcome, Verdict
from bpcheck.gradcheck.jacobian import check_jvp, check_vjp, numerical_jacobian

__all__ = [
    "Comparison",
    "Estimate",
    "Finding",
    "Outcome",
    "Verdict",
    "check_gradient",
    "check_jvp",
    "check_vjp",
    "constant_factor",
    "entry_slopes",
    "exact",
    "explain",
    "numerical_gradient",
    "numerical_jacobian",
    "slope",
    "transposed",
    "where",
]

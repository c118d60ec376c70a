"""Gradient checking: arrays and functions in, facts out. No I/O, no clock, no global random state.

    derivative ──► compare ──► diagnose ──► check_gradient ──► Outcome

`facts` holds what all of them speak of, `arrays` what may come in, `recognise` known mistakes by
their numbers, `point` how a loss is called. The function `compare` is not re-exported: it would hide
its module.
"""

from bpcheck.gradcheck.check import check_gradient, numerical_gradients
from bpcheck.gradcheck.compare import exact, where
from bpcheck.gradcheck.derivative import numerical_gradient, slope
from bpcheck.gradcheck.diagnose import constant_factor, explain, transposed
from bpcheck.gradcheck.facts import Comparison, Estimate, Finding, Outcome, Verdict

__all__ = [
    "Comparison",
    "Estimate",
    "Finding",
    "Outcome",
    "Verdict",
    "check_gradient",
    "constant_factor",
    "exact",
    "explain",
    "numerical_gradient",
    "numerical_gradients",
    "slope",
    "transposed",
    "where",
]

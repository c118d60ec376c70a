"""A corpus of gradients as people hand them in: wrong ones of every kind, and right ones that are hard.

    cases(seed)          all of them, with fresh numbers for each seed; names() are the same for every seed
    build(name, seed)    one of them

The corpus judges `check_gradient` and its peers, and was written without looking at either. Every label is
proved by another method than differences of float64 numbers (`verify`, `test_labels`); what cannot be proved
is not in it. To add a case, add five lines to a family; `model` shows how.
"""

from corpus import (
    behaviour,
    containers,
    differences,
    domains,
    flat,
    form,
    formulas,
    graphs,
    hidden,
    kinks,
    layers,
    needles,
    networks,
    regression,
    scales,
    sizes,
    through_time,
)
from corpus.case import KINDS, Case, build, cases, names

__all__ = ["KINDS", "MODULES", "Case", "build", "cases", "names"]

MODULES = (
    networks,
    regression,
    formulas,
    graphs,
    layers,
    through_time,
    needles,
    differences,
    form,
    behaviour,
    hidden,
    sizes,
    containers,
    kinks,
    scales,
    flat,
    domains,
)

"""The examples in docstrings run, and give what they say."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest

import bpcheck

NAMES = [found.name for found in pkgutil.walk_packages(bpcheck.__path__, "bpcheck.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_of_a_module_hold(name):
    assert doctest.testmod(importlib.import_module(name), extraglobs={"np": np}).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = [importlib.import_module(name) for name in NAMES]

    assert sum(bool(test.examples) for module in modules for test in finder.find(module)) > 15

"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import ethicscheck

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(ethicscheck.__path__, "ethicscheck.")
    if "__main__" not in module.name
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name):
    """An example that no longer runs misleads worse than none."""
    assert doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS).failed == 0


def test_there_are_examples_to_run():
    """A walk that finds no module would pass for ever."""
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]

    assert len(found) >= 8

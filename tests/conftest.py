"""Puts this folder on the path, so that every test can import `helpers`; and the switch that renews golden files."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --update-golden."""
    parser.addoption("--update-golden", action="store_true", help="write the golden documents anew, then read the diff")

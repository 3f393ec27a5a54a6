"""The pytest plugin: `assert_fair` as a fixture, its options, records saved by test, and a summary at the end.

Loads without importing the library: `testing` imports what it needs when a test asks.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, Final, cast

import pytest

from .testing import CHOICES, Check, Inconclusive, Listener, listen

ON_REPORT: Final = "ethicscheck_checks"  # an attribute of a test report; xdist carries it to the one who sums up
_LISTENERS = pytest.StashKey["ItemListener"]()
_MARKUP: Final = {
    "fail": "red",
    "inconclusive": "yellow",
    "not_evaluable": "yellow",
    "pass": "green",
    "waived": "yellow",
}
_ORDER: Final = ("fail", "not_evaluable", "inconclusive", "waived", "pass")


class ItemListener(Listener):
    """Hears the checks of one test."""

    def __init__(self, item: pytest.Item) -> None:
        self.item = item
        self.inconclusive = _choice(item.config)
        self.saved = 0
        self.fresh: list[Check] = []

    def folder(self) -> Path | None:
        """Return a folder of this test's own, one for each assertion."""
        chosen = _folder(self.item.config)
        if chosen is None:
            return None
        self.saved += 1
        return chosen / f"{safe_name(self.item.nodeid)}-{self.saved}"

    def heard(self, checks: Sequence[Check]) -> None:
        """Keep the checks for the test's report, and a line on each for JUnit files."""
        self.fresh += checks
        self.item.user_properties += [
            ("ethicscheck", f"{check.word}: {check.heading} ({check.rule})") for check in checks
        ]


def safe_name(nodeid: str) -> str:
    """Return a test's id as the name of a folder on any system; two tests never share one.

    >>> safe_name("tests/test_a.py::test_b[x/y]")
    'tests-test_a.py-test_b-x-y-f85c6ad3'
    """
    words = re.sub(r"[^A-Za-z0-9_.]+", "-", nodeid).strip("-.")[-80:].strip("-.")
    return f"{words}-{hashlib.sha256(nodeid.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("ethicscheck", "fairness of models")
    group.addoption(
        "--ethicscheck-dir",
        metavar="DIR",
        help="save the record and the report of each assert_fair under DIR",
    )
    group.addoption(
        "--ethicscheck-inconclusive",
        choices=CHOICES,
        help="what becomes of a test whose data can't tell whether a rule is kept (default: xfail)",
    )
    parser.addini("ethicscheck_dir", "like --ethicscheck-dir; relative to this file")
    parser.addini("ethicscheck_inconclusive", "like --ethicscheck-inconclusive", default="xfail")


def pytest_configure(config: pytest.Config) -> None:
    """Check the options at once, and have workers write to the same folder as a run without them."""
    _choice(config)
    folder = _folder(config)
    config.option.ethicscheck_dir = None if folder is None else str(folder)
    config.pluginmanager.register(Summary(), "ethicscheck-summary")


def _choice(config: pytest.Config) -> Inconclusive:
    given = config.getoption("ethicscheck_inconclusive") or config.getini("ethicscheck_inconclusive")
    if given not in CHOICES:
        raise pytest.UsageError(f"ethicscheck_inconclusive is {given!r}; it is one of {', '.join(CHOICES)}")
    return cast(Inconclusive, given)


def _folder(config: pytest.Config) -> Path | None:
    if given := config.getoption("ethicscheck_dir"):
        return Path(config.invocation_params.dir, given)
    written = config.getini("ethicscheck_dir")
    return Path(config.inipath.parent if config.inipath else config.rootpath, written) if written else None


@pytest.fixture(name="assert_fair")
def _assert_fair() -> Any:
    """`ethicscheck.testing.assert_fair`: fail unless every fairness rule is kept, allowing for chance."""
    from .testing import assert_fair

    return assert_fair


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Hear what a test asserts, its fixtures too."""
    item.stash[_LISTENERS] = listener = ItemListener(item)
    end = listen(listener)
    try:
        return (yield)
    finally:
        end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what was asserted on the report of the phase."""
    report = yield
    listener = item.stash.get(_LISTENERS, None)
    if listener is not None and listener.fresh:
        setattr(report, ON_REPORT, [dataclasses.asdict(check) for check in listener.fresh])
        listener.fresh = []
    return report


class Summary:
    """Gathers the checks of all tests, from wherever they ran, and lists them at the end."""

    def __init__(self) -> None:
        self.checks: list[tuple[str, Check]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the checks from a test's report."""
        self.checks += [(report.nodeid, Check(**one)) for one in getattr(report, ON_REPORT, ())]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Write a line for each check, the gravest first; those that pass only where there is no -q."""
        if not self.checks:
            return
        quiet = config.get_verbosity() < 0
        ordered = sorted(self.checks, key=lambda one: _ORDER.index(one[1].verdict))
        shown = [one for one in ordered if not quiet or one[1].verdict != "pass"]
        if not shown:
            return
        terminalreporter.write_sep("=", f"fairness: {_counts(self.checks)}")
        for nodeid, check in shown:
            terminalreporter.write(f"{check.word:15}", **{_MARKUP[check.verdict]: True})
            terminalreporter.write_line(f" {check.heading}, {check.rule} ({nodeid})")
            if check.verdict != "pass":
                terminalreporter.write_line(f"{'':16}{check.told}")
        folder = _folder(config)
        if folder is not None:
            terminalreporter.write_line(f"Records and reports are in {folder}")


def _counts(checks: Sequence[tuple[str, Check]]) -> str:
    words = {check.verdict: check.word.lower() for _, check in checks}
    number = {verdict: sum(check.verdict == verdict for _, check in checks) for verdict in words}
    return ", ".join(f"{number[verdict]} {words[verdict]}" for verdict in _ORDER if verdict in words)

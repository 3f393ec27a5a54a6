"""The archive's page: from the log alone, the same bytes each time, and nothing in it that a name could break."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import small_archive as small

from ethicscheck.archive.indexing import render_index, write_index
from ethicscheck.archive.layout import Layout
from ethicscheck.archive.trends import Point, make_chart
from ethicscheck.archive.verifying import verify_archive
from ethicscheck.errors import UsageError


def logged(root: Path, *audits: dict[str, Any]) -> str:
    """Return the page of an unsigned archive whose log adds these audits; only the log is there, and the page needs no more."""
    small.write_archive(root)
    log = small.Log()
    log.add("init", files={})
    for number, fields in enumerate(audits):
        entry = {
            "id": f"2026-03-{number + 1:02}-x-0000000{number}",
            "bag": "0" * 64,
            "attestation": None,
            "record": "0" * 64,
            "subject": "Loans",
            "version": None,
            "verdict": "pass",
            "created": f"2026-03-{number + 1:02}T00:00:00Z",
            "supersedes": None,
            "retain_until": None,
            "trend": [],
            "plan": None,
        }
        log.add(fields.pop("kind", "add"), **(fields if "bag" in fields else {**entry, **fields}))
    (root / "log.jsonl").write_bytes(log.content)
    (root / "head.json").write_bytes(small.head(log, None))
    return render_index(Layout(root)).decode()


def rule(verdict: str, value: float | None, name: str = "fpr-race") -> dict[str, Any]:
    """Return a row of the trend."""
    near = (None, None) if value is None else (value - 0.05, value + 0.05)
    return {"rule": name, "verdict": verdict, "value": value, "low": near[0], "high": near[1]}


def test_the_page_lists_what_there_is_and_what_was_removed(tmp_path: Path) -> None:
    """A link to each report, none to one that is gone, and what became of each."""
    page = render_index(Layout(small.write_archive(tmp_path / "a"))).decode()

    assert f'href="bags/{small.KEEP}/data/report.html"' in page
    assert f'href="bags/{small.HELD}/data/report.html"' in page
    assert f"bags/{small.GONE}" not in page
    assert "removed on 2026-03-01: kept as long as was promised" in page
    assert "3 audits of 3 systems" in page
    assert "1 failed, 1 undecided, 1 passed" in page


def test_the_same_log_gives_the_same_bytes_and_the_archive_stays_as_it_was(tmp_path: Path) -> None:
    """No clock, no order of a dictionary; the page is no file that the archive accounts for."""
    root = small.write_archive(tmp_path / "a")

    write_index(Layout(root))
    first = (root / "index.html").read_bytes()
    write_index(Layout(root))

    assert (root / "index.html").read_bytes() == first
    assert verify_archive(root).problems == ()


def test_its_script_and_its_style_are_the_only_ones_the_page_lets_in(tmp_path: Path) -> None:
    """The policy names their digests, and there is no style or handler on an element."""
    import base64
    import hashlib

    page = render_index(Layout(small.write_archive(tmp_path / "a"))).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    for tag in ("script", "style"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy[1] or f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert not re.findall(r"<[^>]+\s(?:style|on\w+)=", page)
    assert not re.findall(r"https?://", page)


def test_names_can_break_nothing(tmp_path: Path) -> None:
    """Markup, control characters and right-to-left marks in a subject, a version, a rule and a reason are shown as text."""
    bad = "<script>alert(1)</script>\x1b[31m\u202e"
    page = logged(
        tmp_path / "a",
        {"subject": bad, "version": bad, "trend": [rule("fail", 0.1, bad)]},
        {"id": '../../x" onclick="y', "subject": "B"},
    )

    assert page.count("<script>") == 1
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "onclick" not in page


def test_what_may_not_be_published_is_not_on_the_page(tmp_path: Path) -> None:
    """The log holds no number of a hidden group, and the page says that there is none."""
    page = logged(tmp_path / "a", {"trend": [rule("fail", None)], "verdict": "fail"})

    assert "not shown, missed" in page
    assert "<figure" not in page


def test_corrected_audits_are_listed_and_not_drawn(tmp_path: Path) -> None:
    """The chart would count the same audit twice."""
    page = logged(
        tmp_path / "a",
        {"trend": [rule("fail", 0.91)]},
        {"trend": [rule("pass", 0.11)], "supersedes": "2026-03-01-x-00000000"},
    )

    assert "corrected by 2026-03-02-x-00000001" in page
    assert "0.91" not in page
    assert "1 of 2 audits are only in the list below" in page


def test_systems_whose_last_audit_failed_come_first(tmp_path: Path) -> None:
    """And then those that are undecided."""
    page = logged(
        tmp_path / "a",
        {"subject": "Apples", "verdict": "pass"},
        {"subject": "Bees", "verdict": "inconclusive"},
        {"subject": "Cats", "verdict": "fail"},
    )

    assert re.findall(r'<span class="name">(\w+)</span>', page) == ["Cats", "Bees", "Apples"]


def test_an_empty_archive_says_that_it_is(tmp_path: Path) -> None:
    """No table, no search."""
    page = logged(tmp_path / "a")

    assert "No audit has been archived yet." in page
    assert "<table" not in page


def test_a_log_that_was_changed_is_no_page(tmp_path: Path) -> None:
    """In a line, with what to do."""
    root = small.write_archive(tmp_path / "a")
    (root / "log.jsonl").write_bytes(b"{}\n")

    with pytest.raises(UsageError, match="verify"):
        render_index(Layout(root))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([("pass", 0.1)], "One audit, on 2026-01-01: kept, 0.100 (0.050 to 0.150)."),
        (
            [("fail", 0.3), ("pass", 0.1)],
            "Kept in 1 and missed in 1 of 2 audits. Last 0.100 (0.050 to 0.150) on 2026-01-02; first 0.300 on 2026-01-01.",
        ),
        (
            [("fail", 0.3), ("not_evaluable", None)],
            "Kept in 0 and missed in 1 of 2 audits. One value: 0.300 (0.250 to 0.350) on 2026-01-01.",
        ),
    ],
)
def test_a_chart_says_what_it_shows(values: list[tuple[str, float | None]], said: str) -> None:
    """In one sentence or two, with the numbers."""
    chart = make_chart("c", "r", [Point(f"2026-01-0{at + 1}T00:00:00Z", rule(*part)) for at, part in enumerate(values)])

    assert chart is not None
    assert chart.takeaway == said


@pytest.mark.parametrize("spread", [[0.0], [1e300, -1e300], [5e-324, 0.0], [0.1, 0.1, 0.1], [1e16, 1.0]])
@pytest.mark.parametrize("same_day", [True, False])
def test_every_mark_of_a_chart_stands_inside_it(spread: list[float], same_day: bool) -> None:
    """Whatever the values, and when all are of one moment."""
    points = [
        Point(
            f"2026-01-0{1 if same_day else at + 1}T00:00:00Z",
            {"rule": "r", "verdict": "pass", "value": value, "low": None, "high": None},
        )
        for at, value in enumerate(spread)
    ]

    chart = make_chart("c", "r", points)

    assert chart is not None
    places = [tuple(map(float, part.split())) for part in chart.line[1:].split("L")]
    assert all(48 <= x <= 308 and 10 <= y <= 72 for x, y in places)
    assert json.dumps(places)

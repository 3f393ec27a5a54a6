"""The page that lists an archive: drawn from the log alone, so it shows only what may be published.

The same log gives the same bytes. Nothing rests on the page: `verify` does not look at it, and `archive index` makes it anew.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ethicscheck.errors import UsageError
from ethicscheck.exports.writing import write_all
from ethicscheck.model.wording import visible

from .about import open_about
from .ids import is_id
from .layout import Layout
from .listing import Audit, read_audits
from .log import read_entries, read_head
from .trends import HEIGHT, WIDTH, Chart, Point, make_chart

VERDICTS: Final = {"fail": "failed", "inconclusive": "undecided", "pass": "passed"}
MOST_POINTS: Final = 40  # newest audits of a system that are drawn; the list has all
FEWEST_POINTS: Final = 6
ROOM: Final = 12_000  # points on the whole page, roughly
ALL_OPEN: Final = 100  # audits up to which every year stands open


@dataclass(frozen=True)
class Row:
    """An audit in the list; `link` is empty where it was removed."""

    day: str
    subject: str
    version: str
    verdict: str
    link: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Year:
    """The audits of a year, newest first."""

    year: str
    rows: tuple[Row, ...]
    tally: str


@dataclass(frozen=True)
class System:
    """A system that was audited: its last audit, and how each rule came out over time."""

    id: str
    name: str
    last: Row
    count: int
    left_out: int
    rules: tuple[str, ...]
    table: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # day, then (value, how it came out) for each rule
    charts: tuple[Chart, ...]


def write_index(layout: Layout) -> Path:
    """Make `index.html` anew and return its path.

    Raises
    ------
    UsageError
        When there is no archive, its log can't be read, or the page can't be written.
    """
    write_all({layout.index: render_index(layout)}, "see to the permissions of that folder")
    return layout.index


def render_index(layout: Layout) -> bytes:
    """Return the page.

    Raises
    ------
    UsageError
        When there is no archive, or its log can't be read.
    """
    from jinja2 import PackageLoader

    from ethicscheck.report import environment

    about, audits = open_about(layout), list(read_audits(layout).values())
    templates = environment().overlay(loader=PackageLoader("ethicscheck.archive"))
    style, script = (templates.get_template(name).render().strip() for name in ("index.css", "index.js"))
    rows = sorted(((_row(audit), audit) for audit in audits), key=lambda pair: _moment(pair[1]), reverse=True)
    head = read_head(layout)
    page = templates.get_template("index.html.j2").render(
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        years=_years([row for row, _ in rows]),
        systems=_systems(rows),
        waiting=_waiting(layout, audits),
        total=len(audits),
        tally=_tally([row for row, _ in rows]),
        first=rows[-1][0].day if rows else "",
        last=rows[0][0].day if rows else "",
        keys=[keyid for keyid, _ in about.keys],
        head=head,
        width=WIDTH,
        height=HEIGHT,
        verdicts=VERDICTS,
        all_open=len(audits) <= ALL_OPEN,
    )
    return (page.strip() + "\n").encode("utf-8", "replace")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()


def _moment(audit: Audit) -> tuple[str, int]:
    return str(audit.entry["created"]), int(audit.entry["seq"])


def _row(audit: Audit) -> Row:
    entry = audit.entry
    notes = [f"corrected by {name}" for name in audit.superseded_by]
    if entry["supersedes"] is not None:
        notes.append(f"corrects {entry['supersedes']}")
    if audit.expired is not None:
        notes.append(f"removed on {audit.expired['at'][:10]}: {audit.expired['reason']}")
    elif audit.holds:
        notes.append("held: must not be removed")
    elif audit.retain_until is not None:
        notes.append(f"kept until {audit.retain_until}")
    if entry["plan"] is not None:
        notes.append(f"rules registered before (entry {entry['plan']})")
    return Row(
        day=visible(str(entry["created"])[:10]),
        subject=visible(str(entry["subject"])),
        version=visible(str(entry["version"])) if entry["version"] is not None else "",
        verdict=str(entry["verdict"]) if entry["verdict"] in VERDICTS else "inconclusive",
        link=f"bags/{audit.name}/data/report.html" if audit.expired is None and is_id(audit.name) else "",
        notes=tuple(visible(note) for note in notes),
    )


def _tally(rows: Sequence[Row]) -> str:
    counts = {verdict: sum(row.verdict == verdict for row in rows) for verdict in VERDICTS}
    return ", ".join(f"{count:,} {VERDICTS[verdict]}" for verdict, count in counts.items() if count)


def _years(rows: Sequence[Row]) -> tuple[Year, ...]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.day[:4], []).append(row)
    return tuple(Year(year, tuple(part), _tally(part)) for year, part in found.items())


def _systems(rows: Sequence[tuple[Row, Audit]]) -> tuple[System, ...]:
    """Return every system, those whose last audit failed first."""
    found: dict[str, list[tuple[Row, Audit]]] = {}
    for row, audit in rows:
        found.setdefault(row.subject, []).append((row, audit))
    series = sum(len(part[0][1].entry["trend"]) for part in found.values())
    most = max(FEWEST_POINTS, min(MOST_POINTS, ROOM // max(series, 1)))
    worst = list(VERDICTS)
    ordered = sorted(found.items(), key=lambda item: (worst.index(item[1][0][0].verdict), item[0].casefold()))
    return tuple(_system(f"s{number}", name, part, most) for number, (name, part) in enumerate(ordered))


def _system(system_id: str, name: str, rows: Sequence[tuple[Row, Audit]], most: int) -> System:
    """Return a system; corrected and removed audits are in the list and not in its charts."""
    counted = [audit for _, audit in rows if not audit.superseded_by and audit.expired is None]
    drawn = counted[:most][::-1]
    points: dict[str, dict[int, Point]] = {}
    for at, audit in enumerate(drawn):
        for part in audit.entry["trend"]:
            points.setdefault(str(part["rule"]), {})[at] = Point(str(audit.entry["created"]), part)
    charts = [
        make_chart(f"{system_id}c{at}", rule, list(part.values())) for at, (rule, part) in enumerate(points.items())
    ]
    table = tuple(
        (
            str(audit.entry["created"])[:10],
            tuple((part[at].text, part[at].word) if at in part else ("", "") for part in points.values()),
        )
        for at, audit in reversed(list(enumerate(drawn)))
    )
    return System(
        id=system_id,
        name=name,
        last=rows[0][0],
        count=len(rows),
        left_out=len(rows) - len(drawn),
        rules=tuple(visible(rule) for rule in points),
        table=table if points else (),
        charts=tuple(chart for chart in charts if chart is not None),
    )


def _waiting(layout: Layout, audits: Sequence[Audit]) -> tuple[tuple[str, str], ...]:
    """Return the registered configs that no archived audit used yet."""
    used = {audit.entry["plan"] for audit in audits}
    try:
        plans: list[dict[str, Any]] = [entry for entry in read_entries(layout.log) if entry["kind"] == "plan"]
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"the archive's log can't be read: {error}", str(layout.log)) from None
    return tuple((visible(plan["at"][:10]), visible(plan["id"])) for plan in plans if plan["seq"] not in used)


__all__ = ["render_index", "write_index"]

"""What the tests of checklists share: a checklist in a few lines, a journal, an answer in one call."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from ethicscheck.checklist.answering import answer_item
from ethicscheck.checklist.entries import Answer
from ethicscheck.checklist.evidence import record_evidence
from ethicscheck.checklist.opening import OpenJournal, open_journal, start_journal
from ethicscheck.checklist.reading import LoadedChecklist, read_checklist
from ethicscheck.checklist.status import ChecklistStatus, ItemStatus, MeasuredAnswer

AT = "2026-03-01T12:00:00Z"
TODAY = datetime.date(2026, 3, 2)

HEAD = """\
schema: ethicscheck/checklist/1
id: small
version: 1.10
title: A small checklist
options: {ynu: {yes: Yes, no: No, unsure: We do not know yet}}
sections:
  - id: first
    title: The first part
"""

EVERY_KIND = f"""\
{HEAD}
    roles: {{answer: [product, engineer], sign: [reviewer], resolve: [reviewer]}}
    items:
      - {{id: a.choice, type: choice, options: ynu, text: Is it so?, help: Why., risk: {{yes: 0, unsure: 2, no: 3}}, na: {{reason_min_chars: 10}}}}
      - {{id: a.multi, type: multi, options: {{one: The first, two: "Second, or third", other: Other}}, text: Which ones?, help: Why.}}
      - {{id: a.text, type: text, text: What happened?, help: Why., when: {{item: a.choice, in: [yes]}}}}
      - {{id: a.number, type: number, min: 0, max: 100, text: How many?, help: Why.}}
      - {{id: a.date, type: date, text: Since when?, help: Why.}}
      - {{id: a.scale, type: scale, min: 1, max: 5, labels: {{1: Never, 5: Always}}, text: How often?, help: Why.}}
      - id: a.table
        type: table
        text: Who feels what?
        help: Why.
        columns: [{{id: who, title: Who}}, {{id: seen, title: Seen?, options: {{obs: Observed, ima: Imagined}}}}]
"""


def checklist(text: str = EVERY_KIND) -> LoadedChecklist:
    """Read a checklist from text."""
    return read_checklist(text, "c.yaml")


def items(*lines: str, head: str = HEAD, section: str = "") -> str:
    """Return a checklist with these questions; each line is a flow mapping without its braces."""
    extra = f"    {section}\n" if section else ""
    return head + extra + "    items:\n" + "".join(f"      - {{{line}}}\n" for line in lines)


def question(name: str = "q", more: str = "") -> str:
    """Return a yes/no/unsure question for `items`."""
    return f"id: {name}, type: choice, options: ynu, text: Is it?, help: Why.{', ' + more if more else ''}"


def begin(folder: Path, text: str = EVERY_KIND) -> OpenJournal:
    """Write a checklist, begin a journal and open it."""
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    loaded = read_checklist(folder / "c.yaml")
    start_journal(loaded, folder / "c.answers.jsonl", at=AT)
    return open_journal(folder / "c.answers.jsonl")


def answer(
    opened: OpenJournal,
    item: str,
    given: Any,
    by: str = "Ana",
    role: str = "product",
    *,
    at: str = AT,
    evidence: tuple[str, ...] = (),
    **more: Any,
) -> Answer:
    """Give an answer."""
    pieces = [record_evidence(path, opened.folder) for path in evidence]
    return answer_item(opened, item, given, by=by, role=role, at=at, evidence=pieces, **more)[0]


def standing(
    opened: OpenJournal, *, today: datetime.date = TODAY, measured: dict[str, MeasuredAnswer] | None = None
) -> ChecklistStatus:
    """Read the journal again, as another process would, and return where it stands."""
    return open_journal(opened.journal.path).status(today=today, measured=measured)


def state(opened: OpenJournal, item: str, **more: Any) -> ItemStatus:
    """Return where one question stands."""
    found = standing(opened, **more).item(item)
    assert found is not None
    return found


def measured(answer: str) -> MeasuredAnswer:
    """Return a measured answer."""
    verdict = {"yes": "pass", "no": "fail", "unsure": "inconclusive"}[answer]
    return MeasuredAnswer(verdict, answer, "the gap is 21 points.", "accuracy", ("race",), "difference")  # type: ignore[arg-type]


def lines(opened: OpenJournal) -> list[dict[str, Any]]:
    """Return the journal's lines."""
    return [json.loads(line) for line in opened.journal.path.read_bytes().splitlines()]

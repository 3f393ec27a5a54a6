"""What the tests of documents share: small audits of every kind, pages as their tags and text, golden documents."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ethicscheck.auditing import load_config, make_record
from ethicscheck.model.record import AuditRecord
from helpers import audit_text

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
VOID = {"meta", "br", "hr", "img", "rect", "line", "circle"}
EPOCH = "1795392000"  # the day the examples' answers were given; they go stale

TWO = "group,y,p\n" + "a,1,1\na,0,0\na,1,0\n" * 40 + "b,0,1\nb,0,0\nb,1,1\n" * 40
MANY = "group,y,p\n" + "".join(f"group {place:03},1,{int(place % 7 < 3)}\n" * 40 for place in range(60))
GAP = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1, "id": "gap"}


class Page(HTMLParser):
    """Collects tags and text of a page, and checks that tags close in order."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(content.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += f"{data} "

    @property
    def said(self) -> str:
        """The text with every run of blanks as one."""
        return " ".join(self.text.replace("\u00a0", " ").split())


def example(name: str, monkeypatch: pytest.MonkeyPatch) -> AuditRecord:
    """Audit an example on the day its answers were given, as if it stood in no repository."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    record = make_record(load_config(EXAMPLES / name / "ethicscheck.yaml"))
    made = record.provenance.model_copy(update={"git": None, "packages": {}, "version": "0"})
    return record.model_copy(update={"provenance": made})


def matches_golden(name: str, content: bytes, request: pytest.FixtureRequest) -> bool:
    """Return whether a document is the golden one; with --update-golden it becomes that."""
    path = ROOT / "tests/golden" / name
    if request.config.getoption("--update-golden"):
        path.write_bytes(content)
    return path.read_bytes() == content


def _binary(folder: Path) -> AuditRecord:
    return audit_text(folder, TWO, rules=[GAP])


def _no_label(folder: Path) -> AuditRecord:
    return audit_text(folder, TWO, label=None, rules=[GAP])


def _no_rules(folder: Path) -> AuditRecord:
    return audit_text(folder, TWO)


def _undefined(folder: Path) -> AuditRecord:
    return audit_text(folder, "group,y,p\n" + "a,1,1\n" * 40 + "b,1,1\n" * 2, rules=[GAP], statistics={"min_group": 30})


def _many(folder: Path) -> AuditRecord:
    return audit_text(folder, MANY, rules=[GAP])


def _suppressed(folder: Path) -> AuditRecord:
    csv = TWO + "c,1,1\nc,0,0\nc,1,0\n" + "d,1,1\nd,0,0\n" * 30
    return audit_text(folder, csv, rules=[GAP], report={"suppress_below": 10})


def _score(folder: Path) -> AuditRecord:
    rows = "".join(f"{'ab'[place % 2]},{int(place % 10 > 4)},{(place % 10) / 10 + 0.05}\n" for place in range(400))
    return audit_text(folder, f"group,y,s\n{rows}", task="score", score="s", prediction=None)


def _multiclass(folder: Path) -> AuditRecord:
    rows = "".join(f"{'ab'[place % 2]},{'xyz'[place % 3]},{'xyz'[(place * place) % 3]}\n" for place in range(300))
    return audit_text(folder, f"group,y,p\n{rows}", task="multiclass")


def _regression(folder: Path) -> AuditRecord:
    rows = "".join(f"{'ab'[place % 2]},{place % 17},{place % 17 + place % 5 - place % 2}\n" for place in range(300))
    return audit_text(folder, f"group,y,p\n{rows}", task="regression", tolerance=2)


AUDITS: dict[str, Callable[[Path], AuditRecord]] = {
    "binary": _binary,
    "no label": _no_label,
    "no rules": _no_rules,
    "all undefined": _undefined,
    "many groups": _many,
    "suppressed": _suppressed,
    "score": _score,
    "multiclass": _multiclass,
    "regression": _regression,
}

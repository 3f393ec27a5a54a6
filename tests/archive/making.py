"""Records to archive: one audit, and as many of the same with another time as are wanted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ethicscheck.archive.adding import Added, Wishes, add_record
from ethicscheck.archive.founding import found_archive
from ethicscheck.archive.layout import Layout
from ethicscheck.archive.standalone.verify import Problem, check_archive
from ethicscheck.auditing import load_config, make_record
from ethicscheck.exports import write_documents
from ethicscheck.model.record import AuditRecord
from helpers import TWELVE, config_value

RULE = {"id": "gap", "metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.5}
CHECKLIST = """\
schema: ethicscheck/checklist/1
id: {id}
version: "1.0.0"
title: A few questions
sections:
  - id: s
    title: Section
    items:
      - id: s.one
        type: text
        text: What was tried?
        help: In a sentence.
"""


def make_audit(folder: Path, formats: Sequence[str] = ("html",), **more: object) -> Path:
    """Audit twelve people in `folder` and return the path of the record."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "data.csv").write_text(TWELVE, encoding="utf-8")
    config = folder / "ethicscheck.yaml"
    config.write_text(json.dumps({**config_value(rules=[RULE], metrics=["selection_rate"]), **more}), encoding="utf-8")
    return audit(config, formats)


def audit(config: Path, formats: Sequence[str] = ("html",)) -> Path:
    """Audit a config, and return the path of the record."""
    out = config.parent / "ethicscheck-out"
    write_documents(make_record(load_config(config)), out, ("json", *formats))
    return out / "audit.json"


def at_time(record: AuditRecord, created: str) -> bytes:
    """Return the bytes of the same record, made at another time."""
    provenance = record.provenance.model_copy(update={"created": created})
    return record.model_copy(update={"provenance": provenance}).to_json()


def write_records(record: AuditRecord, folder: Path, count: int) -> list[Path]:
    """Write so many different records, each in a folder of its own."""
    paths = []
    for place in range(count):
        path = folder / str(place) / "audit.json"
        path.parent.mkdir(parents=True)
        path.write_bytes(at_time(record, f"2026-01-01T{place // 3600:02}:{place // 60 % 60:02}:{place % 60:02}Z"))
        paths.append(path)
    return paths


def make_archive(folder: Path, **more: object) -> Layout:
    """Make an unsigned archive."""
    return found_archive(folder, **more)  # type: ignore[arg-type]


def add(layout: Layout, path: Path, **wishes: object) -> Added:
    """Add a record."""
    return add_record(layout, path, Wishes(**wishes))  # type: ignore[arg-type]


def problems(layout: Layout) -> list[Problem]:
    """Return what the standalone checker finds."""
    return check_archive(str(layout.root)).problems


def contents(layout: Layout, name: str) -> dict[str, str]:
    """Return the files in a bag: their roles by path."""
    listed = json.loads((layout.bag(name) / "data" / "contents.json").read_text(encoding="utf-8"))
    return {part["path"]: part["role"] for part in listed["files"]}

"""GitLab's code quality report (`gl-code-quality.json`): what does not pass, at the line of the config that set its limit."""

from __future__ import annotations

import json
from typing import Final

from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible

from .voices import Level, lines

SEVERITIES: Final[dict[Level, str]] = {"error": "critical", "warning": "minor", "note": "info"}


def render(record: AuditRecord) -> bytes:
    """Return the report: a list, empty when every finding passes."""
    found = [
        {
            "check_name": line.code,
            "description": visible(f"{line.word}: {line.heading} ({line.id}). {line.message} {line.remedy}".strip()),
            "fingerprint": line.fingerprint,
            "severity": SEVERITIES[line.level],
            "location": {"path": visible(line.file or "audit.json"), "lines": {"begin": line.line or 1}},
        }
        for line in lines(record)
        if line.level != "none"
    ]
    return (json.dumps(found, indent=2, ensure_ascii=False) + "\n").encode("utf-8")

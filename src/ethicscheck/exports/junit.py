"""JUnit XML (`junit.xml`): a test case for each finding, for every CI that shows tests.

A failed rule is a failure; one that can't be judged is an error; an undecided or a waived one is skipped, with its reason, so
that no viewer shows it as passed. No measured value ever stands where a time belongs.
"""

from __future__ import annotations

from typing import Any

from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible

from .voices import Line, lines


def render(record: AuditRecord) -> bytes:
    """Return the report, made with junitparser: one suite, its properties before its cases."""
    from junitparser import JUnitXml, TestSuite

    suite = TestSuite(visible(record.subject.name))
    suite.timestamp = record.provenance.created.removesuffix("Z")
    for name, value in _properties(record):
        suite.add_property(name, visible(value))
    for line in lines(record):
        suite.add_testcase(_case(line))
    suite.time = 0
    suite.hostname = "ethicscheck"  # the schema wants one; where the audit ran is never told
    document: Any = JUnitXml("ethicscheck")
    document.add_testsuite(suite)
    document.update_statistics()
    document._elem.attrib.pop("skipped", None)  # counted on the suite; pytest's own schema does not know it here
    written: bytes = document.tostring()
    return written if written.endswith(b"\n") else written + b"\n"


def _properties(record: AuditRecord) -> list[tuple[str, str]]:
    made, subject = record.provenance, record.subject
    found = [
        ("verdict", record.verdict),
        ("tool", f"{made.tool} {made.version}"),
        ("created", made.created),
        ("config_sha256", made.config_sha256),
        ("rows", str(record.data.rows)),
        ("rows_audited", str(record.data.audited)),
    ]
    if record.chosen is not None:
        found.append(("findings_left_out", str(record.chosen.left_out)))
    if subject.version:
        found.insert(0, ("subject_version", subject.version))
    return found


def _case(line: Line) -> Any:
    from junitparser import Error, Failure, Skipped, TestCase

    case = TestCase(visible(line.id), classname=visible(_classname(line)), time=0)
    text = visible(f"{line.message} {line.remedy}".strip())
    head = visible(f"{line.heading}: {line.rule}")
    place = f"{line.file}:{line.line}" if line.file and line.line else line.file or ""
    body = "\n".join(
        part for part in (text, visible(f"({line.code}, set in {place})") if place else f"({line.code})") if part
    )
    if line.verdict == "fail":
        case.result = [_result(Failure, head, line.code, body)]
    elif line.verdict == "not_evaluable":
        case.result = [_result(Error, f"can't be judged: {head}", line.code, body)]
    elif line.verdict in ("inconclusive", "waived"):
        word = "undecided" if line.verdict == "inconclusive" else "waived"
        case.result = [_result(Skipped, f"{word}: {head}", line.verdict, body)]
    return case


def _classname(line: Line) -> str:
    finding = line.finding
    if finding.kind == "checklist":
        return "ethicscheck.checklists"
    return f"ethicscheck.{' × '.join(finding.rule.across) or 'overall'}"


def _result(kind: Any, message: str, type_: str, body: str) -> Any:
    made = kind(message, type_)
    made.text = body
    return made

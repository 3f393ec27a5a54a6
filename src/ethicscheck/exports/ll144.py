"""The public summary of a bias audit, as employers must post it under New York City's Local Law 144.

What it must hold stands in 6 RCNY § 5-303: the day of the most recent bias audit, the day the tool was put to use, source and
explanation of the data, people of unknown category, and for every category of sex, race/ethnicity and both together the
number of applicants, the rate and the impact ratio. The tables are laid out as in the rule's own examples. What the config
does not give is named as not given, on the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.errors import UsageError
from ethicscheck.model.record import AuditRecord, BiasAuditFacts, ImpactTable, ProfileEntry
from ethicscheck.model.wording import visible, whole
from ethicscheck.report.impact_ratios import ImpactRow, ImpactView, impact_table
from ethicscheck.report.index import RecordIndex

from . import missing_profile
from .pages import day, draw

NAME = "ll144"
PROFILE = "nyc-ll144"
TABLES = 3  # by sex, by race/ethnicity, by both


@dataclass(frozen=True)
class Fact:
    """One line about the audit; where it was not given, `asked` says which paragraph asks for it."""

    name: str
    text: str
    asked: str = ""


@dataclass(frozen=True)
class Part:
    """The rows of a table under one heading; the heading is empty where there is but one feature."""

    heading: str
    rows: tuple[tuple[str, ImpactRow], ...]


@dataclass(frozen=True)
class Table:
    """One table: the words are the report's, the rows are those of the record."""

    title: str
    view: ImpactView
    scoring: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Publication:
    """Everything the page prints."""

    title: str
    facts: tuple[Fact, ...]
    missing: tuple[Fact, ...]
    unknown: str
    kinds: tuple[str, ...]
    tables: tuple[Table, ...]
    withheld: str
    profile: ProfileEntry


def render(record: AuditRecord) -> bytes:
    """Return the page.

    Raises
    ------
    UsageError
        When the record holds no such tables, or none may be published.
    """
    return draw("ll144.html.j2", page=make_publication(record))


def make_publication(record: AuditRecord) -> Publication:
    """Return what the page prints.

    Raises
    ------
    UsageError
        As for `render`.
    """
    profile = next((part for part in record.plan.profiles if part.id == PROFILE), None)
    if profile is None:
        raise missing_profile(NAME)
    tables = [table for table in record.impact_ratios or () if table.profile == PROFILE]
    if not tables:
        below = record.suppression.below if record.suppression is not None else 0
        raise UsageError(
            f"the tables that {NAME} publishes are withheld: some of their counts are of fewer than {below} people",
            "report.suppress_below",
            "lower it, or merge small categories, and audit again",
        )
    given = profile.published or BiasAuditFacts()
    index = RecordIndex(record)
    facts = _facts(record, given)
    return Publication(
        title=visible(record.subject.name),
        facts=tuple(fact for fact in facts if fact.text),
        missing=tuple(fact for fact in facts if not fact.text and fact.asked),
        unknown=_unknown(tables),
        kinds=tuple(dict.fromkeys(table.kind for table in tables)),
        tables=tuple(_table(table, place, index) for place, table in enumerate(tables)),
        withheld=_withheld(record, tables),
        profile=profile,
    )


def _facts(record: AuditRecord, given: BiasAuditFacts) -> tuple[Fact, ...]:
    subject, words = record.subject, record.report
    kind = {"historical": "Historical data, from use of the tool", "test": "Test data"}.get(given.data or "", "")
    facts = [
        Fact("Tool", " ".join(part for part in (subject.name, subject.version) if part)),
        Fact("What it is used for", subject.decision or subject.purpose or ""),
        Fact("Employer or agency", (words.organisation if words else None) or subject.owner or ""),
        Fact("Date of the most recent bias audit", day(given.audited or record.provenance.created)),
        Fact("Independent auditor", given.auditor or "", "§ 5-301(a)"),
        Fact(
            "Distribution date (when its use began)",
            day(given.distributed) if given.distributed else "",
            "§ 5-303(a)(2)",
        ),
        Fact("Kind of data", kind, "§ 5-302"),
        Fact("Source and explanation of the data", given.data_explained or "", "§ 5-303(a)(1)"),
    ]
    if given.data == "test":
        facts.append(
            Fact("Why test data, and how they were made and obtained", given.why_test_data or "", "§ 5-302(b)")
        )
    facts.append(Fact("Dates the data cover", (record.plan.period or "").replace("/", " to ")))
    return tuple(Fact(fact.name, visible(fact.text), fact.asked) for fact in facts)


def _unknown(tables: list[ImpactTable]) -> str:
    """Say how many people were assessed and are in no table; of what, where the tables differ in that."""
    widest = max(tables, key=lambda table: table.unknown)
    everyone = f"{whole(widest.applicants + widest.unknown)} people were assessed"
    if not widest.unknown:
        return f"{everyone}; the categories of all of them are known."
    parts = {_named(table): whole(table.unknown) for table in tables}
    counts = "" if len(set(parts.values())) == 1 else f" ({', '.join(f'{name}: {n}' for name, n in parts.items())})"
    are = "is" if widest.unknown == 1 else "are"
    return (
        f"{everyone}; {whole(widest.unknown)} of them {are} of an unknown category and not in the calculations{counts}."
    )


def _named(table: ImpactTable, word: str = "or") -> str:
    return f" {word} ".join(map(visible, table.features))


def _table(table: ImpactTable, place: int, index: RecordIndex) -> Table:
    view = impact_table(table, place, index)
    parts: dict[str, list[tuple[str, ImpactRow]]] = {}
    for category, row in zip(table.categories, view.rows, strict=True):
        *above, last = category.group.values()
        parts.setdefault(" · ".join(map(visible, above)), []).append((visible(last), row))
    rates = "Scoring rates" if table.kind == "scoring" else "Selection rates"
    return Table(
        f"{rates} by {_named(table, 'and')}",
        view,
        table.kind == "scoring",
        tuple(Part(heading, tuple(rows)) for heading, rows in parts.items()),
    )


def _withheld(record: AuditRecord, tables: list[ImpactTable]) -> str:
    kinds = {table.kind for table in tables}
    if record.suppression is None or len(tables) >= TABLES * len(kinds):
        return ""
    return (
        "Not every table is shown: where a count is of fewer than "
        f"{whole(record.suppression.below)} people, the table is withheld to protect them."
    )

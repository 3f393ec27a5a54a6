"""The page for the people affected: one side of paper, plain words, counts per 1,000, and whom to turn to.

The numbers and their sentences are the report's own (`report.plain`); what stands here is only what a reader who was
decided about asks next: is it sure, what is done about it, how do I contest it, who answers for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.model.record import AuditRecord, Finding
from ethicscheck.model.wording import features_label, limit, visible, whole
from ethicscheck.report.amounts import Amounts
from ethicscheck.report.index import RecordIndex, components, is_share, metric_findings, metric_of
from ethicscheck.report.plain import Thousand, ThousandRow, plain_language, question
from ethicscheck.report.wording import rows_word

from .pages import day, draw

MOST_TABLES = 2  # the rest are sentences: one side of paper
MOST_ROWS = 7
MOST_NAMED = 5
MOST_LIMITS = 4
MOST_SENTENCES = 3


@dataclass(frozen=True)
class Shown:
    """One question with its table: the groups at both ends, and in words what became of the others."""

    id: str
    lead: str
    rows: tuple[ThousandRow, ...]
    others: str
    conclusion: str


@dataclass(frozen=True)
class Summary:
    """Everything the page prints."""

    title: str
    organisation: str
    created: str
    decides: str
    purpose: str
    affected: str
    answer: str
    tables: tuple[Shown, ...]
    amounts: tuple[Amounts, ...]
    sentences: tuple[str, ...]
    more: str
    sure: tuple[str, ...]
    response: str
    limits: tuple[str, ...]
    broken: tuple[str, ...]
    contest: str
    answers: tuple[tuple[str, str], ...]


def render(record: AuditRecord) -> bytes:
    """Return the page for the people affected."""
    return draw("summary.html.j2", summary=make_summary(record))


def make_summary(record: AuditRecord) -> Summary:
    """Return what the page prints, drawn from the plain-language part of the report."""
    index = RecordIndex(record)
    plain, words, subject = plain_language(index), record.report, record.subject
    telling = sorted(plain.questions, key=lambda part: (not part.sure, not part.harms))  # else the report's order
    said = (*plain.sentences, *(_in_short(part) for part in telling[MOST_TABLES:]))
    left = len(said) - MOST_SENTENCES
    return Summary(
        title=visible((words.title if words else None) or subject.name),
        organisation=visible((words.organisation if words else None) or ""),
        created=day(record.provenance.created),
        decides=visible(_sentence(plain.decides)),
        purpose=visible(_sentence(plain.purpose)),
        affected=visible(_sentence(plain.affected) or "Who is affected was not written down."),
        answer=_answer(record, plain.questions, plain.amounts, plain.sentences),
        tables=tuple(map(_shown, telling[:MOST_TABLES])),
        amounts=plain.amounts[:MOST_TABLES],
        sentences=said[:MOST_SENTENCES],
        more=f"The full report compares more: {left} further {'point' if left == 1 else 'points'}." if left > 0 else "",
        sure=_sure(record, plain.basis, bool(plain.questions or plain.amounts)),
        response=visible(subject.response or "Nobody has written down what is done about these results."),
        limits=_limits(record),
        broken=_broken(index),
        contest=visible(_sentence(plain.contest)),
        answers=_answers(record),
    )


def _shown(part: Thousand) -> Shown:
    counted = [row for row in part.rows if not row.too_few]
    few = [row.label for row in part.rows if row.too_few]
    half = MOST_ROWS // 2
    rows = counted if len(counted) <= MOST_ROWS else [*counted[:half], *counted[-half:]]  # the ends are furthest apart
    others = []
    if few:
        named = ", ".join(few[:MOST_NAMED]) + (f" and {len(few) - MOST_NAMED} more" if len(few) > MOST_NAMED else "")
        others.append(f"Too few people to say: {named}.")
    if hidden := len(counted) - len(rows) + part.more:
        others.append(f"{whole(hidden)} more {'group is' if hidden == 1 else 'groups are'} in the full report.")
    return Shown(part.id, part.lead, tuple(rows), " ".join(others), part.conclusion)


def _in_short(part: Thousand) -> str:
    """Return a question without its table: what is counted, and what came out."""
    return f"{part.lead}. {part.conclusion}"


def _answer(
    record: AuditRecord, questions: Sequence[Thousand], amounts: Sequence[Amounts], sentences: Sequence[str]
) -> str:
    """Say in a line what the numbers show; a difference that may be chance is none, and that proves nothing."""
    compared = [part for part in questions if sum(not row.too_few for row in part.rows) > 1]
    if any(part.sure for part in compared):
        return "The numbers show clear differences between groups of people."
    if compared:
        return "The numbers show no sure difference between groups. This does not prove that there is none."
    if amounts or sentences:
        return "This is what the numbers show."
    what = rows_word(record.plan)
    return f"These numbers can’t tell. No two groups have enough {what} to be compared."


def _sure(record: AuditRecord, basis: str, ranges: bool) -> tuple[str, ...]:
    data = record.data
    said = [basis]
    if ranges:
        percent = limit(round(record.plan.confidence * 100, 6))
        said.append(
            "No count is exact: with other people it would come out a little differently. The range beside a number "
            f"shows where the true one most likely lies. Such ranges are right about {percent} times in 100."
        )
    if missing := data.rows - data.judged:
        verb = "was" if missing == 1 else "were"
        said.append(
            f"{whole(missing)} {_people(record, missing)} {verb} left out, because something about them is not known."
        )
    unknown = sum(part.rows for part in data.excluded if part.reason.startswith("unknown_group:"))
    if unknown:
        said.append(f"For {whole(unknown)} {_people(record, unknown)} it is not known which group they belong to.")
    return tuple(visible(text) for text in said)


def _people(record: AuditRecord, count: int) -> str:
    word = rows_word(record.plan)
    return word if count != 1 else {"people": "person", "rows": "row"}[word]


def _limits(record: AuditRecord) -> tuple[str, ...]:
    """Say what became of the limits that were set."""
    findings = metric_findings(record)
    if not findings:
        return ("Nobody has set a limit for how different the results may be. So nothing here is passed or failed.",)
    by = {verdict: [part for part in findings if part.verdict == verdict] for verdict in _BECAME}
    total = len(findings)
    became = [f"{len(found)} {_BECAME[verdict][len(found) != 1]}" for verdict, found in by.items() if found]
    if total == 1:
        became = [_ALONE[findings[0].verdict]]
        said = [f"One limit was set. {became[0]}"]
    else:
        said = [f"{total} limits were set: {', '.join(became)}."]
    for waiver in dict.fromkeys(part.waiver for part in by["waived"] if part.waiver is not None):
        said.append(
            f"{waiver.owner} decided that what is past a limit may stay until {waiver.expires}. The reason given: "
            f"“{waiver.reason}”"
        )
    return tuple(visible(text) for text in said)


_BECAME = {
    "fail": ("is broken", "are broken"),
    "waived": ("is not kept, but that is allowed for now", "are not kept, but that is allowed for now"),
    "inconclusive": ("can’t be decided yet", "can’t be decided yet"),
    "not_evaluable": ("can’t be checked", "can’t be checked"),
    "pass": ("is kept", "are kept"),
}
_ALONE = {
    "fail": "It is broken.",
    "waived": "It is not kept, but that is allowed for now.",
    "inconclusive": "It can’t be decided yet: the numbers do not tell.",
    "not_evaluable": "It can’t be checked with these numbers.",
    "pass": "It is kept.",
}


def _broken(index: RecordIndex) -> tuple[str, ...]:
    """Return the broken limits in words, those about counts of people; each once."""
    failed = [part for part in metric_findings(index.record) if part.verdict == "fail"]
    texts = list(dict.fromkeys(text for part in failed if (text := _limit_text(index, part))))
    more = len(texts) - MOST_LIMITS
    return tuple(texts[:MOST_LIMITS]) + ((f"and {more} more, in the full report",) if more > 0 else ())


def _limit_text(index: RecordIndex, finding: Finding) -> str:
    rule, metric = finding.rule, metric_of(finding)
    asks = " ".join(dict.fromkeys(question(index, name) for name in components(metric)))
    bound = rule.max if rule.max is not None else rule.min
    if not all(is_share(name) for name in components(metric)) or bound is None:
        return ""
    most = "at most" if rule.max is not None else "at least"
    count = limit(round(bound * 1000, 6))
    allowed = {
        "difference": f"groups may be {most} {count} in 1,000 apart",
        "ratio": f"the lowest group must come to {most} {limit(round(bound * 100, 6))} for every 100 of the highest",
        "each": f"for every group it must be {most} {count} in 1,000",
    }[rule.compare or "each"]
    return f"By {features_label(rule.across)}: {asks} The limit: {allowed}."


def _answers(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    subject, words = record.subject, record.report
    rows = (
        ("The system", " ".join(part for part in (subject.name, subject.version) if part)),
        ("Who answers for it", subject.owner or "Not written down. Ask the organisation that uses the system."),
        ("Who published this page", words.organisation if words else None),
        ("When it was checked", day(record.provenance.created)),
        ("Data from", (record.plan.period or "").replace("/", " to ")),
    )
    return tuple((name, visible(value)) for name, value in rows if value)


def _sentence(text: str) -> str:
    """Return a text that ends as a sentence does."""
    stripped = text.strip()
    return stripped if not stripped or stripped[-1] in ".!?…" else f"{stripped}."

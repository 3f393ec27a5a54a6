"""What the audit was of and how it was made: the system, the settings, the method and its limits, the provenance, the glossary."""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.model.record import AuditRecord, Plan
from ethicscheck.model.wording import limit, percent, visible

from .index import RecordIndex, definition, metric_findings, metric_of
from .intervals import interval_words
from .registered import registered_rows
from .wording import rows_word, words_of


@dataclass(frozen=True)
class TermView:
    """One measure explained."""

    anchor: str
    title: str
    name: str
    asks: str
    formula: str
    misleads: str
    interval: str


def subject_rows(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    subject = record.subject
    rows = (
        ("System", subject.name),
        ("Version", subject.version),
        ("Purpose", subject.purpose),
        ("Answers for it", subject.owner),
        ("Data from", (record.plan.period or "").replace("/", " to ") or None),
        ("Model file", subject.artifact and f"{subject.artifact} (SHA-256 {subject.artifact_sha256})"),
    )
    return tuple((name, visible(value)) for name, value in rows if value)


def plan_rows(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    plan = record.plan
    words = words_of(record)
    binary = plan.positive_label is not None
    rows = (
        (
            {"multiclass": "True class", "regression": "True value"}.get(plan.task, "Outcome"),
            f"{plan.label}{f', positive = {plan.positive_label}' if binary else ''}" if plan.label else "not known",
        ),
        *_decision(record),
        *(
            [("Decision that helps", str(words.selected if plan.favourable == "positive" else words.rejected))]
            if plan.task == "binary"
            else ()
        ),
        *([("Score", plan.score)] if plan.score else ()),
        *([("Compared with", f"the decision in “{plan.compare_with}”, on the same rows")] if plan.compare_with else ()),
        *(
            [("Rows of the same person", f"share a value of “{plan.cluster}”")]
            if plan.cluster and not plan.pair
            else ()
        ),
        *([("Matched pairs", f"share a value of “{plan.pair}”")] if plan.pair else ()),
        *([("Near enough", f"at most {limit(plan.tolerance)} off")] if plan.tolerance is not None else ()),
        ("Each row stands for", _stands_for(plan)),
        ("Weights", plan.weight or "none"),
        (
            "Values that mean “not known”",
            ", ".join(f"“{text}”" for text in plan.unknown) or "empty cells only",
        ),
        ("Confidence", percent(plan.confidence, 0)),
        ("Smallest group compared", f"{plan.min_group} {rows_word(plan)}"),
        *(
            (
                f"Profile {part.id} {part.version}",
                f"{part.title}. {part.citation} {part.status} (As of {part.dated}.)",
            )
            for part in plan.profiles
        ),
    )
    return tuple((name, visible(value)) for name, value in rows)


def _stands_for(plan: Plan) -> str:
    if plan.count:
        return f"as many people as its column “{plan.count}” says"
    if plan.pair:
        return "one answer, of several in the same case"
    return "one of perhaps several of the same person" if plan.cluster else "one person"


def _decision(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    plan = record.plan
    if plan.task in ("multiclass", "regression"):
        return (("Prediction", plan.prediction or ""),)
    if plan.positive_prediction is None:
        return ()
    decision = plan.prediction or f"{plan.score} ≥ {limit(plan.threshold or 0)}"
    return (("Decision", f"{decision}, positive = {plan.positive_prediction}"),)


def method_sentences(record: AuditRecord) -> tuple[str, ...]:
    level = percent(record.plan.confidence, 0)
    weighted = " on the effective number of rows" if record.plan.weight else ""
    return (
        f"Every interval has a nominal coverage of {level}. A group’s rate has a Wilson score interval{weighted}; other measures are built from such "
        "intervals or from the delta method."
        + (
            " The mean of a number has Student’s limits, corrected for skewness; where a few huge values decide, they are still too short."
            if record.plan.task == "regression"
            else ""
        ),
        "The gap over all groups is the largest value minus the smallest. Its upper end is the largest upper limit over all "
        "pairs of groups; its lower end is corrected for comparing all pairs at once, since the largest of many "
        "differences is large by chance alone.",
        "A rule passes only if the whole interval keeps the limit, and fails only if the whole interval lies beyond it and "
        "still does once all rules are counted (Holm). Anything else is undecided, with the number of people that would decide.",
        f"Groups with fewer than {record.plan.min_group} {rows_word(record.plan)} are shown and marked, but take no part in gaps. What can’t "
        "be computed is undefined, with its reason; it is never shown as 0 or 1.",
        "A gap is no proof of discrimination, and its absence no proof of fairness: labels may be biased, groups may be "
        "drawn too coarsely, and people may be missing from the data altogether.",
    )


def provenance_rows(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    made = record.provenance
    rows = [
        ("Made", f"{made.created.replace('T', ' ').removesuffix('Z')} UTC"),
        ("By", f"{made.tool} {made.version}"),
        ("Config", made.config or "arguments of the audit call"),
        ("Config’s SHA-256", made.config_sha256),
        *([("Waivers", f"{made.waivers} (SHA-256 {made.waivers_sha256})")] if made.waivers else ()),
        *[
            (f"Function {part.name}", part.function + (f" (SHA-256 of its file {part.sha256})" if part.sha256 else ""))
            for part in record.custom or ()
        ],
        ("Random seed", str(made.seed)),
        ("With", ", ".join(f"{name} {version}" for name, version in made.packages.items())),
    ]
    if made.git is not None:
        rows.append(("Commit", made.git.commit + (", changed since" if made.git.modified else "")))
    rows += registered_rows(record)
    return tuple((name, visible(value)) for name, value in rows)


def term_views(index: RecordIndex) -> tuple[TermView, ...]:
    used = dict.fromkeys([*index.metrics(), *map(metric_of, metric_findings(index.record))])
    used |= dict.fromkeys(row.metric for row in index.record.disparities)
    found = [(name, definition(name, index.record.plan.task)) for name in used]
    return tuple(
        TermView(f"term-{place}", known.title, name, known.asks, known.formula, known.misleads, _interval(index, name))
        for place, (name, known) in enumerate(found)
        if known is not None
    )


def _interval(index: RecordIndex, name: str) -> str:
    """Return how the measure's intervals were made: of a group's value, else of the gap."""
    of_values = (row.interval for row in index.record.estimates if row.metric == name)
    of_gaps = (row.interval for row in index.record.disparities if row.metric == name)
    found = next((interval for interval in (*of_values, *of_gaps) if interval is not None), None)
    return interval_words(found.method) if found is not None else ""

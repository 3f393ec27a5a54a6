"""Words that several parts of the report share: verdicts, reasons, how people and decisions are called."""

from __future__ import annotations

from ethicscheck.model.record import AuditRecord, Plan, Words
from ethicscheck.model.wording import visible
from ethicscheck.policy.messages import REASONS

VERDICT_WORDS = {
    "pass": "Passes",
    "fail": "Fails",
    "inconclusive": "Undecided",
    "not_evaluable": "Can't be judged",
    "waived": "Waived",
}
VERDICT_MARKS = {"pass": "✓", "fail": "✕", "inconclusive": "?", "not_evaluable": "–", "waived": "≈"}
VERDICT_ORDER = ("fail", "not_evaluable", "inconclusive", "waived", "pass")


def rows_word(plan: Plan) -> str:
    """Return what a row is called: a person, unless rows are known to share one, or to be one case."""
    return "people" if plan.count or not plan.cluster else "rows"


def reason_text(code: str | None, record: AuditRecord) -> str:
    """Return why something is undefined or left out, in words."""
    if code == "small":
        return f"fewer than {record.plan.min_group} {rows_word(record.plan)}"
    return REASONS.get(code or "", (code or "").replace("_", " "))


def excluded_text(reason: str, task: str = "binary") -> str:
    """Return why rows were left out, and of what."""
    if task == "regression":
        text = excluded_text(reason)
        return text.replace("outcome", "true value").replace("decision", "prediction") if "missing" in reason else text
    kind, _, features = reason.partition(":")
    if kind == "unknown_group":
        names = " and ".join(visible(name) for name in features.split("+"))
        return f"{names} unknown: left out of the tables by {names}, kept in the overall figures"
    if not reason.startswith("missing_"):
        return reason.replace("_", " ")
    parts = reason.removeprefix("missing_").split("_and_")
    named = [_MISSING[part] for part in parts if part in _MISSING]
    unknown = f"{', '.join(named[:-1]) + ' and ' if named[:-1] else ''}{named[-1]} unknown" if named else ""
    if "cluster" in parts:
        unknown = (
            f"{unknown}, and it is not known whom the row belongs to"
            if unknown
            else "not known whom the row belongs to"
        )
    return f"{unknown}: left out of everything"


_MISSING = {"label": "outcome", "prediction": "decision", "score": "score", "other": "other model’s decision"}


def words_of(record: AuditRecord) -> Words:
    """Return how to speak of decisions and outcomes: the config's words, or the columns' own."""
    given = record.subject.words or Words()
    plan = record.plan
    decision = visible(plan.prediction or "")
    outcome = visible(plan.label or "outcome")
    yes, no = visible(plan.positive_prediction or ""), visible(plan.negative_prediction or "")
    if plan.prediction is None and plan.threshold is not None:
        score = visible(plan.score or "score")
        selected, rejected = (
            f"were given a {score} of {plan.threshold:g} or more",
            f"were given a {score} below {plan.threshold:g}",
        )
    else:
        selected, rejected = f"were given {decision} = {yes}", f"were given {decision} = {no}"
    happened = visible(plan.positive_label or "1")
    return Words(
        selected=given.selected or selected,
        rejected=given.rejected or rejected,
        positive=given.positive or f"turned out {outcome} = {happened}",
        negative=given.negative or f"did not turn out {outcome} = {happened}",
    )

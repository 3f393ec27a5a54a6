"""Fairness as a test: `assert_fair(y_true=…, y_pred=…, sensitive=…, rule="…")`, in pytest and outside of it.

Nothing heavy is imported until it is called. What pytest shows of it is in `pytest_plugin`, which listens here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from .errors import ConfigError, Problem, UsageError, did_you_mean

if TYPE_CHECKING:
    from .api import AuditResult
    from .model.record import AuditRecord, Finding

Inconclusive = Literal["xfail", "fail", "skip", "pass"]
CHOICES: Final = get_args(Inconclusive)
MOST_GROUPS: Final = 8  # that a message lists; the report lists all


class UnfairError(AssertionError):
    """A rule is not kept, or can't be shown to be kept; `result` is the audit that says so."""

    def __init__(self, message: str, result: AuditResult) -> None:
        super().__init__(message)
        self.result = result


@dataclass(frozen=True)
class Check:
    """One rule that was looked at, in words, for whoever lists them."""

    verdict: str
    word: str
    heading: str
    rule: str
    told: str
    saved: str | None


class Listener:
    """What a test runner does with checks; this one, for a run without a runner, keeps nothing."""

    inconclusive: Inconclusive = "fail"

    def folder(self) -> Path | None:
        """Return where the next audit is saved, or None."""
        return None

    def heard(self, checks: Sequence[Check]) -> None:
        """Take note of what was looked at."""


_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Have a listener hear what is asserted from now on; return what ends it."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def assert_fair(
    frame: Any = None,
    *,
    rule: str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]],
    y_true: Any = None,
    y_pred: Any = None,
    sensitive: Any = None,
    score: Any = None,
    threshold: float | None = None,
    positive: Any = None,
    favourable: Any = None,
    count: Any = None,
    weight: Any = None,
    cluster: Any = None,
    unknown: Sequence[Any] | str | None = (),
    task: str = "binary",
    custom: Mapping[str, Any] | None = None,
    waivers: Sequence[Mapping[str, Any]] | Mapping[str, Any] | str | Path | None = (),
    confidence: float = 0.95,
    min_group: int = 30,
    seed: int = 0,
    inconclusive: Inconclusive | None = None,
    subject: str | Mapping[str, Any] | None = None,
) -> AuditResult:
    """Fail unless every rule is kept, allowing for chance.

    Parameters
    ----------
    frame : a data frame, when the others are names of its columns.
    rule : "false_positive_rate difference <= 0.1 across race", or a rule as the config writes it; or several of them,
        which then count as several questions asked of the same data.
    y_true, y_pred, score, count, weight, cluster : arrays with one value a row, or names of columns.
    sensitive : as in `audit`; one array without a name is called by the feature that the rule names.
    threshold : without y_pred, the prediction is score >= threshold.
    positive, favourable, unknown, task, custom, waivers, confidence, min_group, seed : as in `audit`.
    inconclusive : what becomes of a test whose data can't tell: xfail, fail, skip or pass; default: the option
        `ethicscheck_inconclusive` of pytest, which is xfail. Outside of pytest: fail.
    subject : what is tested, for the record; default: "Model under test".

    Returns
    -------
    AuditResult
        The audit, when the test goes on.

    Raises
    ------
    UnfairError
        An AssertionError: a rule is broken, or nobody can tell and `inconclusive` is fail.
    ConfigError, DataError, UsageError
        When the rule or the data can't be used.
    """
    __tracebackhide__ = True
    listener = _listeners[-1] if _listeners else _alone()
    choice = inconclusive if inconclusive is not None else listener.inconclusive
    if choice not in CHOICES:
        raise UsageError(
            f"inconclusive={choice!r} is none of the choices", "assert_fair(…)", did_you_mean(choice, CHOICES)
        )
    result = _audited(
        frame,
        rule=rule,
        sensitive=sensitive,
        y_true=y_true,
        y_pred=y_pred,
        y_score=score,
        threshold=threshold,
        positive=positive,
        favourable=favourable,
        count=count,
        weight=weight,
        cluster=cluster,
        unknown=unknown,
        task=task,
        custom=custom,
        waivers=waivers,
        confidence=confidence,
        min_group=min_group,
        seed=seed,
        subject=subject if subject is not None else "Model under test",
    )
    folder = listener.folder()
    if folder is not None:
        result.save(folder, ["html"])
    listener.heard(_checks(result.record, folder))
    if result.verdict == "fail" or (result.verdict == "inconclusive" and choice == "fail"):
        raise UnfairError(message(result.record, folder), result)
    if result.verdict == "inconclusive" and choice != "pass":
        _not_judged(choice, message(result.record, folder))
    return result


def message(record: AuditRecord, folder: Path | None = None) -> str:
    """Return what was found of the rules that are not kept, as an engineer needs it: who, how much, and what to do."""
    from .exports.voices import lines

    told = [line for line in lines(record) if line.verdict not in ("pass", "waived")]
    parts = [line for one in told for line in (*_block(record, one), "")]
    if folder is not None:
        parts.append(f"record    {folder}/report.html (numbers: audit.json)")
    elif _listeners:
        parts.append("record    not saved; `pytest --ethicscheck-dir DIR` writes report.html and audit.json")
    return "\n".join(parts).rstrip().replace("\u00a0", " ")


def _block(record: AuditRecord, line: Any) -> list[str]:
    finding = line.finding
    out = [f"{line.heading}: {line.word.lower()} ({line.rule})", f"  found   {line.message}"]
    out += [f"  {'groups' if not place else '':8}{text}" for place, text in enumerate(_groups(record, finding))]
    out.append(f"  next    {line.remedy}")
    return out


def _groups(record: AuditRecord, finding: Finding) -> list[str]:
    """Return every group's value, the worst first; of a criterion, of the metric that decides."""
    from .model.wording import group_label, whole
    from .report.charts import write, write_interval
    from .report.index import RecordIndex, components, metric_of
    from .report.wording import reason_text

    decisive = finding.observed.component if finding.observed is not None else None
    metric = decisive or components(metric_of(finding))[0]
    rows = RecordIndex(record).estimates.get((metric, finding.rule.across), [])
    ordered = sorted(rows, key=lambda row: (row.value is None, -(row.value or 0.0), group_label(row.group)))
    if len(ordered) > MOST_GROUPS:
        half = MOST_GROUPS // 2
        ordered = [*ordered[:half], *[row for row in ordered[half:] if row.value is not None][-half:]]
    width = max((len(group_label(row.group)) for row in ordered), default=0)
    out = []
    for row in ordered:
        if row.value is None:
            value = f"no value: {reason_text(row.undefined, record)}"
        else:
            value = f"{write(metric, row.value)} ({write_interval(metric, row)})"
        few = f", fewer than {record.plan.min_group}: takes no part" if row.rows < record.plan.min_group else ""
        out.append(f"{group_label(row.group):{width}}  {value}, {whole(row.rows)} rows{few}")
    if len(rows) > len(ordered):
        out.append(f"… the highest and the lowest of {len(rows)} groups")
    return out


def _checks(record: AuditRecord, folder: Path | None) -> list[Check]:
    from .exports.voices import lines

    saved = None if folder is None else str(folder)
    return [
        Check(line.verdict, line.word, line.heading, line.rule, line.message.replace("\u00a0", " "), saved)
        for line in lines(record)
    ]


def _audited(frame: Any, rule: Any, sensitive: Any, task: str, custom: Any, **given: Any) -> AuditResult:
    from .api import audit
    from .policy.rule_text import parse_rules, rule_names

    __tracebackhide__ = True
    listed = [rule] if isinstance(rule, (str, Mapping)) else list(rule)
    if not listed:
        raise UsageError(
            "there is no rule to keep", "assert_fair(…)", 'give rule="METRIC difference <= 0.1 across FEATURE"'
        )
    read = parse_rules([one for one in listed if isinstance(one, str)], rule_names(task, custom))
    named = tuple(dict.fromkeys(name for one in read for name in one.features))
    features = _named(sensitive, named, frame)
    return audit(frame, rules=listed, sensitive=features, task=task, custom=custom, **given)


def _named(sensitive: Any, named: tuple[str, ...], frame: Any) -> Any:
    """Return one array without a name as the feature that the rules speak of."""
    from .sources.joining import is_one_array

    if not is_one_array(sensitive, frame):
        return sensitive
    own = getattr(sensitive, "name", None)
    if isinstance(own, str) and own:
        return sensitive
    if len(named) > 1:
        shown = " and ".join(repr(name) for name in named)
        raise ConfigError(
            [Problem(f"the rules speak of {shown}, but there is one array", "argument sensitive", "give {name: array}")]
        )
    return {named[0]: sensitive} if named else sensitive


def _alone() -> Listener:
    """Return how to go on without the plugin: in a pytest run (`-p no:ethicscheck`) as its default, else strictly."""
    listener = Listener()
    if "PYTEST_CURRENT_TEST" in os.environ:
        listener.inconclusive = "xfail"
    return listener


def _not_judged(choice: str, told: str) -> None:
    __tracebackhide__ = True
    import pytest

    if choice == "xfail":
        pytest.xfail(told)
    pytest.skip(told)


__all__ = ["UnfairError", "assert_fair"]

"""A Hugging Face model card (`model-card.md`): the audit between two markers, its values in the card's `model-index`.

A card that exists is updated: what stands outside the markers stays as it is, and so do its other keys and results.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from ethicscheck.errors import UsageError
from ethicscheck.model.record import AuditRecord, Estimate
from ethicscheck.model.wording import visible
from ethicscheck.report.index import RecordIndex, components, metric_findings, metric_of, title

from .briefing import findings_table, more_of_it, opening
from .markdown_text import escape

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

START: Final = "<!-- ethicscheck:start -->"
END: Final = "<!-- ethicscheck:end -->"
OURS: Final = {"audit": "ethicscheck"}  # in `dataset.args`: by this our results are found again
TASKS: Final = {"regression": "tabular-regression"}
_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def render(record: AuditRecord) -> bytes:
    """Return a fresh card."""
    name = escape(visible(record.subject.name))
    purpose = [escape(visible(record.subject.purpose))] if record.subject.purpose else []
    return update("\n\n".join([f"# {name}", *purpose, f"{START}\n{END}"]) + "\n", record, "model-card.md").encode(
        "utf-8"
    )


def update(card: str, record: AuditRecord, name: str) -> str:
    """Return a card with the audit in it.

    Parameters
    ----------
    card : the card's text; without markers, the audit is added at its end.
    record : the record.
    name : the card's file, for errors.

    Raises
    ------
    UsageError
        When its markers don't pair up, or its front matter is no YAML mapping.
    """
    front, body = _split(card, name)
    return _with_results(front, record, name) + _with_section(body, record, name)


def _split(card: str, name: str) -> tuple[str, str]:
    found = _FRONT.match(card)
    if found is None and card.startswith("---") and card[3:4] in ("\n", "\r", ""):
        raise UsageError("the front matter has no end", f"{name}:1", "close it with a line of three hyphens")
    return (found[1], card[found.end() :]) if found else ("", card)


def _with_section(body: str, record: AuditRecord, name: str) -> str:
    section = f"{START}\n{_section(record)}\n{END}"
    starts, ends = body.count(START), body.count(END)
    if starts == ends == 0:
        gap = "" if not body or body.endswith("\n\n") else "\n" if body.endswith("\n") else "\n\n"
        return f"{body}{gap}{section}\n"
    if (starts, ends) != (1, 1) or body.index(START) > body.index(END):
        hint = f"keep one {START} and, after it, one {END}; or take all of them out"
        raise UsageError("the markers of the audit don't pair up", name, hint)
    before, _, rest = body.partition(START)
    return f"{before}{section}{rest.partition(END)[2]}"


def _section(record: AuditRecord) -> str:
    heading = "## Fairness audit"
    return "\n\n".join([heading, *opening(record), *findings_table(record), *more_of_it(record)])


def _with_results(front: str, record: AuditRecord, name: str) -> str:
    from huggingface_hub.repocard_data import eval_results_to_model_index
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML(typ="rt")
    yaml.width = 4096
    yaml.preserve_quotes = True
    try:
        data = yaml.load(front) if front.strip() else {}
    except YAMLError as error:
        raise UsageError(f"the front matter is no YAML: {str(error).splitlines()[0]}", name, "mend it") from None
    if not isinstance(data, dict):
        raise UsageError("the front matter is no list of keys and values", name, "mend it")
    made = eval_results_to_model_index(visible(record.subject.name), _results(record))[0]["results"]
    index = data.get("model-index")
    if index is not None and not (isinstance(index, list) and index and isinstance(index[0], dict)):
        raise UsageError("`model-index` in the front matter is no list of models", name, "mend it")
    first: dict[str, Any] = dict(index[0]) if index else {"name": visible(record.subject.name)}
    kept = [part for part in first.get("results") or [] if not _is_ours(part)]
    first["results"] = [*kept, *made]
    data["model-index"] = [first, *(index[1:] if index else [])]
    tags = data.get("tags")
    if tags is None or (isinstance(tags, list) and "fairness" not in tags):
        data["tags"] = [*(tags or []), "fairness"]
    written = io.StringIO()
    yaml.dump(data, written)
    return f"---\n{written.getvalue()}---\n"


def _is_ours(result: Any) -> bool:
    dataset = result.get("dataset") if isinstance(result, dict) else None
    return isinstance(dataset, dict) and dict(dataset.get("args") or {}) == OURS


def _results(record: AuditRecord) -> list[EvalResult]:
    """Return the values of the measures that rules judge (of all, where there is no rule), for everyone and each group."""
    RecordIndex(record)  # makes the audit's own measures known by their titles
    judged = dict.fromkeys(name for finding in metric_findings(record) for name in components(metric_of(finding)))
    axes = {(), *(finding.rule.across for finding in metric_findings(record))}
    rows = [row for row in record.estimates if row.stratum is None and row.value is not None]
    chosen = [row for row in rows if not judged or (row.metric in judged and row.features in axes)]
    return [_result(record, row) for row in chosen]


def _result(record: AuditRecord, row: Estimate) -> EvalResult:
    from huggingface_hub import EvalResult

    args: dict[str, Any] = {"rows": row.rows}
    if row.interval is not None:
        args |= {"low": row.interval.low, "high": row.interval.high, "level": row.interval.level}
    slice_ = ", ".join(f"{visible(name)}={visible(label)}" for name, label in row.group.items())
    return EvalResult(
        task_type=TASKS.get(record.plan.task, "tabular-classification"),
        dataset_type="audit",
        dataset_name=visible(", ".join(source.name for source in record.provenance.sources[:3])),
        dataset_config=slice_ or "everyone",
        dataset_args=dict(OURS),
        metric_type=row.metric,
        metric_name=visible(title(row.metric)),
        metric_value=row.value,
        metric_args=args,
    )

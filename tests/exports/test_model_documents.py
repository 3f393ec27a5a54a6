"""What goes beside a model: ML-BOM, model card, DVC's files; each read by its own library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from export_helpers import AUDITS, example

from ethicscheck.errors import UsageError
from ethicscheck.exports import cyclonedx, dvc, dvc_plots, model_card
from ethicscheck.model.record import AuditRecord
from ethicscheck.policy.publishing import publishable

OLD = """---
license: mit   # as ever
model-index:
- name: mine
  results:
  - task: {type: text-classification}
    dataset: {type: imdb, name: IMDb}
    metrics: [{type: accuracy, value: 0.5}]
---
# Mine

before

<!-- ethicscheck:start -->
old
<!-- ethicscheck:end -->

after
"""


@pytest.fixture(params=[*AUDITS, "compas", "lending"])
def record(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AuditRecord:
    if request.param in ("compas", "lending"):
        return publishable(example(request.param, monkeypatch))
    return publishable(AUDITS[request.param](tmp_path))


def test_the_ml_bom_passes_the_strict_validator_and_holds_every_value(record: AuditRecord) -> None:
    """CycloneDX 1.6 as its own library checks it; every defined value with the ends of its interval, as text."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    content = cyclonedx.render(record).decode()

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(content) is None
    assert content == cyclonedx.render(record).decode()
    made = json.loads(content)
    (model,) = made["components"]
    assert model["type"] == "machine-learning-model"
    held = {
        (part["type"], part["slice"]): part for part in model["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    }
    rows = [row for row in record.estimates if row.value is not None and row.stratum is None]
    assert len(held) == len(rows)
    for row in rows:
        part = held[row.metric, ", ".join(f"{name}={label}" for name, label in row.group.items()) or "everyone"]
        assert float(part["value"]) == row.value
        if row.interval is not None and row.interval.low is not None:
            assert float(part["confidenceInterval"]["lowerBound"]) == row.interval.low
    requirements = [
        part for standard in made.get("definitions", {}).get("standards", []) for part in standard["requirements"]
    ]
    assert len(requirements) == sum(len(section.items) for entry in record.checklists for section in entry.sections)


def test_a_contradicted_answer_has_a_counter_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    """COMPAS's team says one thing and the numbers another: the bill of materials holds both."""
    made = json.loads(cyclonedx.render(example("compas", monkeypatch)))

    maps = [part for one in made["declarations"]["attestations"] for part in one["map"]]
    (both,) = [part for part in maps if part.get("counterClaims")]
    said = {claim["bom-ref"]: claim for claim in made["declarations"]["claims"]}
    assert both["claims"]
    assert "Gap in" in said[both["counterClaims"][0]]["predicate"]
    assert both["conformance"]["score"] == 0


def test_the_hub_reads_the_card_and_its_results(record: AuditRecord) -> None:
    """huggingface_hub finds in model-index what the record holds."""
    from huggingface_hub import ModelCard

    text = model_card.render(record).decode()
    card = ModelCard(text)

    values = {(row.metric, tuple(row.group.items())): row.value for row in record.estimates if row.stratum is None}
    assert card.data.eval_results
    for result in card.data.eval_results:
        group = () if result.dataset_config == "everyone" else None
        if group is not None:
            assert values[result.metric_type, group] == result.metric_value
    assert card.data.tags == ["fairness"]
    assert model_card.update(text, record, "README.md") == text


def test_updating_a_card_leaves_everything_else_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner's keys, comments, results and text stay; only what lies between the markers changes."""
    from huggingface_hub import ModelCard

    record = example("compas", monkeypatch)
    new = model_card.update(OLD, record, "README.md")

    assert "license: mit   # as ever" in new
    assert new.endswith("<!-- ethicscheck:end -->\n\nafter\n")
    assert "# Mine\n\nbefore\n\n<!-- ethicscheck:start -->\n## Fairness audit" in new
    assert "\nold\n" not in new
    results = ModelCard(new).data.eval_results
    assert results is not None
    assert [part.metric_value for part in results if part.dataset_type == "imdb"] == [0.5]
    assert model_card.update(new, record, "README.md") == new


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("<!-- ethicscheck:start -->\n", "don't pair up"),
        ("<!-- ethicscheck:end -->\n<!-- ethicscheck:start -->\n", "don't pair up"),
        ("---\na: [\n---\n", "no YAML"),
        ("---\n- a\n---\n", "no list of keys"),
        ("---\nmodel-index: 3\n---\n", "no list of models"),
        ("---\na: 1\n", "has no end"),
    ],
)
def test_a_card_that_cannot_be_read_is_refused(card: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is guessed at in somebody else's file."""
    with pytest.raises(UsageError, match=said):
        model_card.update(card, example("compas", monkeypatch), "README.md")


def test_dvc_gets_numbers_and_rows(record: AuditRecord) -> None:
    """Metrics are nested numbers, plots a list of rows; nothing undefined is shown as a number."""
    metrics, plots = json.loads(dvc.render(record)), json.loads(dvc_plots.render(record))

    rows = [row for row in record.estimates if row.value is not None and row.stratum is None]
    assert [row["value"] for row in plots] == [row.value for row in rows]
    assert set(metrics["findings"]) == {part.id for part in record.findings}
    assert sum(len(axis) for metric in metrics["groups"].values() for axis in metric.values()) == len(rows)

"""Finding codes are a promise: pinned one by one, one for each measure, each with words of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from compare_helpers import audited
from ethicscheck.cli import run
from ethicscheck.metrics.registry import TASKS, all_measures
from ethicscheck.model.record import Finding, RuleEntry
from ethicscheck.policy.code_words import explained_codes
from ethicscheck.policy.codes import CODES, MEASURES, finding_code, measure_code

DOCS = Path(__file__).parents[2] / "docs"
# Never renumbered, never reused: a line may be added here, none may change.
PINNED = {
    "selection_rate": "EC101",
    "favourable_rate": "EC102",
    "base_rate": "EC103",
    "true_positive_rate": "EC104",
    "true_negative_rate": "EC105",
    "false_positive_rate": "EC106",
    "false_negative_rate": "EC107",
    "precision": "EC108",
    "negative_predictive_value": "EC109",
    "false_discovery_rate": "EC110",
    "false_omission_rate": "EC111",
    "accuracy": "EC112",
    "balanced_accuracy": "EC113",
    "f1_score": "EC114",
    "matthews_corrcoef": "EC115",
    "demographic_parity": "EC120",
    "equal_opportunity": "EC121",
    "equalized_odds": "EC122",
    "predictive_parity": "EC123",
    "treatment_equality": "EC124",
    "roc_auc": "EC140",
    "average_precision": "EC141",
    "brier_score": "EC142",
    "log_loss": "EC143",
    "mean_score": "EC144",
    "expected_calibration_error": "EC145",
    "calibration_in_the_large": "EC146",
    "macro_recall": "EC160",
    "macro_precision": "EC161",
    "macro_f1": "EC162",
    "weighted_precision": "EC163",
    "weighted_f1": "EC164",
    "mean_error": "EC170",
    "mean_absolute_error": "EC171",
    "root_mean_squared_error": "EC172",
    "r2_score": "EC173",
    "mean_prediction": "EC174",
    "within_tolerance": "EC175",
}


def checklist(require: str, reason: str | None = "checklist_unmet") -> Finding:
    return Finding(
        id="checklist:c", kind="checklist", verdict="fail", observed=None, message="", remedy="", reason=reason,
        rule=RuleEntry(id="checklist:c", checklist="c", require=require),
    )  # fmt: skip


def test_no_code_was_ever_renumbered() -> None:
    assert MEASURES == PINNED
    assert CODES[len(MEASURES) :] == ("EC190", "EC201", "EC202", "EC203")


@pytest.mark.parametrize("task", TASKS)
def test_every_measure_of_every_task_has_a_code(task: str) -> None:
    for name in all_measures(task):
        assert measure_code(name) in MEASURES.values(), name


def test_no_two_things_share_a_code() -> None:
    assert len(set(CODES)) == len(CODES)


def test_one_class_of_many_has_the_code_of_its_measure_and_an_own_measure_that_of_own_ones() -> None:
    assert measure_code("urgent:true_positive_rate") == "EC104"
    assert measure_code("net_benefit") == "EC190"


@pytest.mark.parametrize(
    ("finding", "code"),
    [
        (checklist("complete"), "EC201"),
        (checklist("signed"), "EC202"),
        (checklist("signed", "contradicted"), "EC203"),
    ],
)
def test_a_checklist_has_the_code_of_what_is_asked_of_it(finding: Finding, code: str) -> None:
    assert finding_code(finding) == code


def test_a_record_carries_the_code_and_an_older_one_gets_the_same() -> None:
    (finding,) = audited(0.3).findings

    assert finding.code == "EC106"
    assert finding_code(finding.model_copy(update={"code": None})) == "EC106"


def test_every_code_is_explained_in_words_of_its_own() -> None:
    words = explained_codes()

    assert [part.code for part in words] == list(CODES)
    for said in ([part.causes for part in words], [part.do for part in words], [part.title for part in words]):
        assert len(set(said)) == len(CODES)
    for part in words:
        for text in (part.says, part.causes, part.do):
            assert text.endswith((".", "?")), part.code
        for other in re.findall(r"EC\d+", part.causes + part.do):
            assert other in CODES, part.code


def test_every_code_has_a_heading_to_link_to() -> None:
    page = (DOCS / "finding-codes.md").read_text(encoding="utf-8")

    assert re.findall(r"^## (EC\d+)$", page, re.MULTILINE) == list(CODES)


@pytest.mark.parametrize("name", ["EC106", "ec106"])
def test_explain_says_what_a_code_means_and_what_to_do(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", name, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)

    assert (said["name"], said["kind"]) == ("EC106", "finding")
    assert "false alarms" in said["what_to_do"]
    assert "explain false_positive_rate" in said["measure"]


def test_codes_are_listed_among_all_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    out = capsys.readouterr().out

    assert "Finding codes: what CI's annotations name" in out
    assert re.search(r"^  EC106 +False positive rate$", out, re.MULTILINE)

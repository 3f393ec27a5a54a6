"""Finding codes: one short, stable code for each kind of finding, for annotations, dashboards and `explain CODE`.

A code says what was judged, never how it ended: the verdict stands beside it. Codes are never reused or renumbered; a new
measure takes the next free number of its hundred.
"""

from __future__ import annotations

from typing import Final

from ethicscheck.model.record import Finding

# Measures of decisions, EC101–EC139; of scores, EC140–EC159; of classes, EC160–EC169; of amounts, EC170–EC189.
MEASURES: Final[dict[str, str]] = {
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
OWN_MEASURE: Final = "EC190"
INCOMPLETE, UNSIGNED, CONTRADICTED = "EC201", "EC202", "EC203"


CODES: Final = (*MEASURES.values(), OWN_MEASURE, INCOMPLETE, UNSIGNED, CONTRADICTED)


def finding_code(finding: Finding) -> str:
    """Return a finding's code: its own, or, where its record is older than codes, that of what it judges."""
    if finding.code is not None:
        return finding.code
    if finding.kind == "checklist":
        return CONTRADICTED if finding.reason == "contradicted" else checklist_code(finding.rule.require)
    return measure_code(finding.rule.metric or "")


def measure_code(name: str) -> str:
    """Return the code of a measure; one class's measure has that of its kind, and each of an audit's own the same.

    >>> measure_code("accuracy"), measure_code("urgent:true_positive_rate"), measure_code("my_metric")
    ('EC112', 'EC104', 'EC190')
    """
    return MEASURES.get(name) or MEASURES.get(name.rpartition(":")[2], OWN_MEASURE)


def checklist_code(require: str | None) -> str:
    """Return the code of what is required of a checklist."""
    return UNSIGNED if require == "signed" else INCOMPLETE

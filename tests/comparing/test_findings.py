"""New, gone, worse, better, unchanged, can't tell: and what makes the exit code 1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ethicscheck as ec
from compare_helpers import RULES, audited, people
from ethicscheck.model.comparison import FindingChange
from ethicscheck.model.record import AuditRecord
from helpers import audit_frame


def only(old: AuditRecord, new: AuditRecord) -> tuple[FindingChange, int]:
    """Return the one finding's change, and the exit code."""
    result = ec.compare(old, new)
    (finding,) = result.comparison.findings
    return finding, result.exit_code


def limited(limit: float) -> tuple[dict[str, object], ...]:
    return ({**RULES[0], "max": limit},)


def test_a_rule_that_failed_and_fails_worse_is_no_known_thing():
    """checkov's baseline stores ids alone, so a worsening of what failed already stays hidden. Ours has value and interval."""
    finding, code = only(audited(0.2), audited(0.4))

    assert (finding.old_verdict, finding.new_verdict) == ("fail", "fail")
    assert (finding.status, finding.past_rule, code) == ("worse", True, 1)
    assert finding.change == pytest.approx(0.2, abs=0.003)
    assert finding.interval is not None
    assert 0 < finding.interval.low < 0.2 < (finding.interval.high or 0)


def test_a_failing_gap_that_grew_by_no_more_than_chance_is_left_undecided():
    """Thirteen points to fourteen on a few hundred people: the data can't tell, so nothing breaks a build."""
    finding, code = only(audited(0.4, rows=900), audited(0.42, rows=900))

    assert (finding.old_verdict, finding.new_verdict) == ("fail", "fail")
    assert (finding.status, finding.past_rule, code) == ("unclear", False, 0)


def test_a_rule_that_passed_and_fails_now_got_worse():
    """From no gap to a large one."""
    finding, code = only(audited(0.0, rows=12000), audited(0.3, rows=12000))

    assert (finding.old_verdict, finding.new_verdict) == ("pass", "fail")
    assert (finding.status, code) == ("worse", 1)


def test_a_rule_that_failed_and_passes_now_got_better():
    """And the way back."""
    finding, code = only(audited(0.3, rows=12000), audited(0.0, rows=12000))

    assert (finding.status, code) == ("better", 0)


def test_worse_within_the_rule_breaks_nothing():
    """A gap that grew and still passes is told as worse, with exit code 0."""
    finding, code = only(audited(0.0, rows=60000, rules=limited(0.5)), audited(0.2, rows=60000, rules=limited(0.5)))

    assert (finding.old_verdict, finding.new_verdict) == ("pass", "pass")
    assert (finding.status, finding.past_rule, code) == ("worse", False, 0)


def test_the_very_same_numbers_are_unchanged():
    """Not merely near: equal group by group."""
    finding, code = only(audited(0.2), audited(0.2))

    assert (finding.status, finding.change, code) == ("unchanged", 0.0, 0)


def test_a_tighter_limit_alone_is_no_worsening():
    """The number stayed; by the new limit the earlier audit would have failed too, and that is what is compared."""
    finding, code = only(audited(0.2, rules=limited(0.4)), audited(0.2, rules=limited(0.1)))

    assert (finding.old_verdict, finding.new_verdict) == ("pass", "fail")
    assert (finding.old_limit, finding.new_limit, finding.old_by_new_limit) == (0.4, 0.1, "fail")
    assert (finding.status, code) == ("unchanged", 0)


def test_a_looser_limit_hides_no_worsening():
    """Failed at .1, passes at .6 with a gap twice as large: that is no betterment."""
    finding, _ = only(audited(0.2, rules=limited(0.1)), audited(0.4, rules=limited(0.6)))

    assert (finding.old_verdict, finding.new_verdict, finding.old_by_new_limit) == ("fail", "pass", "pass")
    assert finding.status == "worse"


def test_rules_that_came_and_went_are_new_and_gone():
    """Whatever their verdicts; neither breaks a build here."""
    other = {"id": "sel", "metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.01}
    result = ec.compare(audited(0.3), audited(0.3, rules=[other]))

    assert {part.id: part.status for part in result.comparison.findings} == {"sel": "new", "fpr": "gone"}
    assert result.exit_code == 0


def test_a_rule_that_asks_something_else_under_the_same_id_is_not_compared():
    """Another measure's value is not subtracted from this one's."""
    finding, code = only(audited(0.3), audited(0.3, rules=[{**RULES[0], "metric": "selection_rate"}]))

    assert (finding.status, finding.reason, finding.change, code) == ("unclear", "other_question", None, 0)


def test_ratios_and_single_groups_have_a_bad_side_of_their_own():
    """A ratio that falls and a worst group that falls are worse."""
    rules = [
        {"id": "ratio", "metric": "true_negative_rate", "across": "group", "compare": "ratio", "min": 0.9},
        {"id": "each", "metric": "accuracy", "across": "group", "compare": "each", "min": 0.75},
    ]
    result = ec.compare(audited(0.05, rows=9000, rules=rules), audited(0.4, rows=9000, rules=rules))

    assert {part.id: (part.status, part.past_rule) for part in result.comparison.findings} == {
        "ratio": ("worse", True),
        "each": ("worse", True),
    }
    assert all((part.change or 0) < 0 for part in result.comparison.findings)


def test_a_waived_finding_that_got_worse_is_told_but_breaks_nothing():
    """A valid waiver holds against the exit code; it hides no number."""
    old, new = (
        ec.audit(
            people(gap), label="y", prediction="p", sensitive="group", rules=list(RULES), min_group=0,
            waivers=[{"rule": "fpr", "owner": "Ann", "reason": "known", "expires": "2999-01-01"}],
        ).record
        for gap in (0.2, 0.4)
    )  # fmt: skip
    finding, code = only(old, new)

    assert (finding.old_verdict, finding.new_verdict) == ("waived", "waived")
    assert (finding.status, finding.past_rule, code) == ("worse", False, 0)


def test_what_can_not_be_judged_any_more_is_not_called_better():
    """Two groups are gone: there is no gap left, and the reason is given."""
    finding, code = only(audited(0.3), audited(0.3, groups="a"))

    assert (finding.new_verdict, finding.status, code) == ("not_evaluable", "unclear", 0)
    assert finding.reason == "fewer_than_two_groups"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"favourable": "0"}, "plan.favourable"),
        ({"positive": "0"}, "plan.positive_label"),
    ],
)
def test_audits_whose_numbers_stand_for_other_things_are_refused(change, named):
    """The same name for another number: said, and nothing is subtracted."""
    result = ec.compare(audited(0.2), audited(0.4, **change))

    assert named in {part.name for part in result.comparison.broken_by}
    assert (result.comparable, result.exit_code) == (False, 2)
    assert result.comparison.gaps == ()
    assert {part.reason for part in result.comparison.findings} == {"not_comparable"}


def test_another_task_is_refused():
    """A gap in accuracy of classes is none in accuracy of yes and no."""
    rules = [{"id": "acc", "metric": "accuracy", "across": "group", "compare": "difference", "max": 0.1}]
    new = audit_frame(people(0.2), rules=rules, label="y", task="multiclass")

    assert next(part.name for part in ec.compare(audited(0.2, rules=rules), new).comparison.broken_by) == "plan.task"


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"statistics": {"confidence": 0.99}}, "plan.confidence"),
        ({"statistics": {"min_group": 50}}, "plan.min_group"),
        ({"unknown": ["c"]}, "plan.unknown"),
        ({"rules": limited(0.2)}, "rule fpr"),
    ],
)
def test_settings_that_alone_move_numbers_are_said_first(parts, named):
    """Compared all the same, but never silently."""
    result = ec.compare(audited(0.2), audited(0.2, **parts))
    cautions = [part.name for part in result.comparison.settings if part.effect == "caution"]

    assert named in cautions
    assert result.comparable
    assert any(text for text in result.view.cautions)


def test_the_wrong_order_and_another_system_are_said():
    """OLD and NEW exchanged; two systems' audits held side by side."""
    old = audited(0.2)
    later = old.model_copy(
        update={
            "provenance": old.provenance.model_copy(update={"created": "2999-01-01T00:00:00Z"}),
            "subject": old.subject.model_copy(update={"name": "another"}),
        }
    )
    names = [part.name for part in ec.compare(later, old).comparison.settings]

    assert {"provenance.created", "subject.name"} <= set(names)
    assert "provenance.created" not in [part.name for part in ec.compare(old, later).comparison.settings]


def test_an_own_measure_that_is_another_function_now_is_not_subtracted(tmp_path: Path):
    """The file's digest tells; the name alone would not."""
    records = []
    for place, body in enumerate(
        (
            "return float(np.average(y_pred, weights=sample_weight))",
            "return float(np.average(y_pred, weights=sample_weight)) / 2",
        )
    ):
        folder = tmp_path / str(place)
        folder.mkdir()
        (folder / "mine.py").write_text(
            f"import numpy as np\n\n\ndef share(y_true, y_pred, sample_weight=None):\n    {body}\n"
        )
        people(0.2).to_csv(folder / "data.csv", index=False)
        (folder / "ethicscheck.yaml").write_text(
            json.dumps(
                {
                    "schema": "ethicscheck/config/1",
                    "subject": {"name": "t"},
                    "data": {"source": "data.csv", "label": "y", "prediction": "p", "sensitive": ["group"]},
                    "custom": {"share": {"function": "mine.py:share"}},
                    "metrics": ["share"],
                    "policy": {"rules": [{"id": "own", "metric": "share", "across": "group", "compare": "difference", "max": 0.5}]},
                }
            )
        )  # fmt: skip
        records.append(ec.audit(folder / "ethicscheck.yaml").record)
    finding, _ = only(*records)

    assert (finding.status, finding.reason, finding.interval) == ("unclear", "measure_changed", None)

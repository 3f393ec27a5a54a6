"""Gaps, data, settings, answers and waivers: what changed around the findings, and the record's own part on it."""

from __future__ import annotations

import pandas as pd
import pytest

import ethicscheck as ec
from compare_helpers import RULES, audited, people
from ethicscheck.comparing import changes_since, compare_records
from ethicscheck.errors import RecordError
from ethicscheck.model.checklist_record import (
    AnswerEntry,
    ChecklistEntry,
    EvidenceEntry,
    ItemEntry,
    SectionEntry,
    SignatureEntry,
)
from ethicscheck.model.comparison import Comparison
from ethicscheck.model.record import AuditRecord, read_record


def gaps(comparison: Comparison) -> dict[tuple[str, str], object]:
    return {(part.metric, part.compare): part for part in comparison.gaps}


def test_every_gap_of_both_audits_has_a_change_with_an_interval():
    """All measures; ratios where a rule judges them; the change is the difference of the two records' own gaps."""
    old, new = audited(0.1), audited(0.3)
    found = gaps(compare_records(old, new))

    assert len(found) == sum(row.to == "gap" and row.compare == "difference" for row in new.disparities)
    for part in found.values():
        if part.change is not None:
            assert part.change == part.new - part.old
            assert part.interval.low <= part.change <= part.interval.high
            assert part.interval.level == 0.95
    assert found["false_positive_rate", "difference"].verdict == "worse"
    assert found["true_positive_rate", "difference"].verdict == "unchanged"


def test_of_a_gap_whose_groups_are_not_in_the_record_the_two_ends_serve():
    """Treatment equality has no value of one group in a record; its change still has an interval, a wide one."""
    part = gaps(compare_records(audited(0.1), audited(0.3)))["treatment_equality", "difference"]

    assert part.interval.method == "gap_ends_apart"


def test_groups_that_came_and_went_are_named_and_compared():
    """A fourth group appears, the third is gone: the gap is over those there are, and says which."""
    comparison = compare_records(audited(0.1, groups="abc"), audited(0.3, groups="abd"))
    part = gaps(comparison)["false_positive_rate", "difference"]
    (feature,) = comparison.data.features

    assert (part.joined, part.left) == (({"group": "d"},), ({"group": "c"},))
    assert part.interval is not None
    assert [(group.label, group.old is None, group.new is None) for group in feature.groups] == [
        ("d", True, False),
        ("c", False, True),
    ]


def both_models(seed: int = 3) -> pd.DataFrame:
    """Return people on whom two models decided, alike on most."""
    frame = people(0.2).assign(other=people(0.2).p)
    moved = frame[(frame.group == "a") & (frame.y == 0)].sample(60, random_state=seed).index
    frame.loc[moved, "other"] = 0
    return frame


def test_the_same_rows_are_compared_as_pairs_where_the_record_holds_both_models():
    """The old model's audit against the new one's, whose data hold the old decision too: paired, and far narrower."""
    frame = both_models()
    given = {"label": "y", "sensitive": "group", "rules": list(RULES), "min_group": 0}
    old = ec.audit(frame, prediction="other", **given).record
    new = ec.audit(frame, prediction="p", compare_with="other", **given).record
    alone = ec.audit(frame, prediction="p", **given).record
    paired, apart = compare_records(old, new), compare_records(old, alone)
    one, two = (gaps(part)["false_positive_rate", "difference"].interval for part in (paired, apart))

    assert (paired.paired, apart.paired) == ("other", None)
    assert one.method == "paired_gap_change"
    assert (one.high - one.low) * 2 < two.high - two.low
    assert [part.status for part in paired.findings] == ["worse"]
    assert [part.status for part in apart.findings] == ["unclear"]


def test_other_rows_are_never_taken_for_pairs():
    """The column has the right name, but the older audit is of other decisions: nothing is paired."""
    frame = both_models()
    given = {"label": "y", "sensitive": "group", "rules": list(RULES), "min_group": 0}
    new = ec.audit(frame, prediction="p", compare_with="other", **given).record
    other = ec.audit(both_models(seed=4).assign(other=people(0.1).p), prediction="other", **given).record

    assert compare_records(other, new).paired is None


def checklist(answer: str, **parts: object) -> ChecklistEntry:
    item = ItemEntry(
        id="q.one",
        text="Who checks?",
        state=parts.pop("state", "answered"),
        answers=(
            AnswerEntry(
                by="Ann", role="product", at="2026-01-01T00:00:00Z", value=answer, shown=answer,
                evidence=parts.pop("evidence", ()),
            ),
        ),
    )  # fmt: skip
    made = {"version": "1.0.0", "sha256": "a" * 64, "signatures": (), **parts}
    return ChecklistEntry(
        id="q", title="Questions", answers_sha256=None, progress={},
        sections=(SectionEntry(id="s", title="S", items=(item,)),), **made,
    )  # fmt: skip


def test_answers_evidence_signatures_and_versions_that_changed_are_listed():
    """What people said, what they showed for it, who signed, which edition of the questions."""
    signed = SignatureEntry(by="Bo", role="ethics", at="2026-01-02T00:00:00Z", sha256="b" * 64)
    old = audited(0.2).model_copy(
        update={"checklists": (checklist("Nobody", signatures=(signed,), evidence=(EvidenceEntry(path="a.pdf"),)),)}
    )
    lapsed = signed.model_copy(update={"lapsed": "the answers changed since"})
    new = audited(0.2).model_copy(
        update={
            "checklists": (
                checklist("Two people", version="1.1.0", signatures=(lapsed,), evidence=(EvidenceEntry(path="b.pdf"),)),
            )
        }
    )
    result = ec.compare(old, new)
    (change,) = result.comparison.checklists

    assert (change.old_version, change.new_version) == ("1.0.0", "1.1.0")
    assert [(part.old, part.new) for part in change.answers] == [
        (("Ann (product): Nobody",), ("Ann (product): Two people",))
    ]
    assert [(part.name, part.status) for part in change.evidence] == [("b.pdf", "new"), ("a.pdf", "gone")]
    assert [(part.by, part.status, part.why) for part in change.signatures] == [
        ("Bo", "lapsed", "the answers changed since")
    ]
    assert result.answers().checklist.tolist() == ["q"]
    assert ec.compare(new, new).comparison.checklists == ()


def test_waivers_that_came_went_or_changed_are_listed():
    """By finding, with both as they were."""
    waiver = {"rule": "fpr", "owner": "Ann", "reason": "known", "expires": "2999-01-01"}
    given = {"label": "y", "prediction": "p", "sensitive": "group", "rules": list(RULES), "min_group": 0}
    without = ec.audit(people(0.2), **given).record
    waived = ec.audit(people(0.2), waivers=[waiver], **given).record
    expired = ec.audit(people(0.2), waivers=[{**waiver, "expires": "2020-01-01"}], **given).record

    def status(old: AuditRecord, new: AuditRecord) -> list[str]:
        return [part.status for part in compare_records(old, new).waivers]

    assert status(without, waived) == ["new"]
    assert status(waived, without) == ["gone"]
    assert status(waived, expired) == ["lapsed"]
    assert status(waived, waived) == []


def test_a_record_without_a_baseline_keeps_its_bytes():
    """The part is left out, not empty."""
    assert b"baseline" not in audited(0.2).to_json()


def test_a_baseline_changes_neither_verdict_nor_findings_nor_numbers():
    """It only adds what changed; all else is the same to the byte."""
    frame, old = people(0.4), audited(0.2)
    given = {"label": "y", "prediction": "p", "sensitive": "group", "rules": list(RULES), "min_group": 0}
    alone, since = ec.audit(frame, **given), ec.audit(frame, baseline=old, **given)
    plain = since.record.model_copy(update={"baseline": None, "provenance": alone.record.provenance})

    assert since.exit_code == alone.exit_code
    assert plain.to_json() == alone.record.to_json()
    assert since.record.baseline is not None
    assert [part.status for part in since.record.baseline.findings] == ["worse"]


def test_a_record_with_a_baseline_is_read_back_as_it_was():
    """The comparison lives in the record: with groups in order, to the byte."""
    old, new = audited(0.1, groups="abc"), audited(0.3, groups="abd")
    record = new.model_copy(update={"baseline": changes_since(old, new)})

    assert read_record(record.to_json(), "audit.json") == record
    assert read_record(record.to_json(), "audit.json").to_json() == record.to_json()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"new_verdict": "fail"}, {"new_verdict": "pass"}),
        ({}, {"change": 0.5}),
        ({}, {"interval": {"high": -0.5, "level": 0.95, "low": -0.6, "method": "x"}}),
    ],
)
def test_a_baseline_that_was_edited_is_refused(before, after):
    """A verdict that is not this audit's, a change that is no difference, a value outside its interval."""
    import json

    old, new = audited(0.2), audited(0.4)
    value = json.loads(new.model_copy(update={"baseline": changes_since(old, new)}).to_json())
    assert all(value["baseline"]["findings"][0][name] == part for name, part in before.items())
    value["baseline"]["findings"][0] |= after

    with pytest.raises(RecordError, match="not whole"):
        read_record(json.dumps(value), "audit.json")


def test_frames_hold_a_row_for_each_change():
    """For notebooks: findings, gaps, settings."""
    result = ec.compare(audited(0.2), audited(0.4, statistics={"confidence": 0.9}))

    assert result.findings().status.tolist() == ["worse"]
    assert {"low", "high", "change"} <= set(result.gaps().columns)
    assert (result.gaps().low <= result.gaps().high).sum() > 10
    assert "plan.confidence" in result.settings().name.tolist()
    assert ec.compare(audited(0.2), audited(0.2)).settings().empty

"""The gate: what is new, worse or known beside a baseline; what is chosen; what is grave enough; which exit code follows."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from compare_helpers import RULES, audited, people
from ethicscheck.auditing import make_config, make_record
from ethicscheck.comparing import changes_since
from ethicscheck.errors import UsageError
from ethicscheck.model.comparison import Comparison
from ethicscheck.model.comparison_checklists import AnswerChange, ChecklistChange, SignatureChange
from ethicscheck.model.record import AuditRecord, Finding, RuleEntry, read_record
from ethicscheck.model.verdicts import overall_verdict
from ethicscheck.policy.gate import DAYS_AHEAD, chosen_record, ending_waivers, make_gate
from ethicscheck.policy.standing import standing, standings
from ethicscheck.report.glance import glance
from ethicscheck.results import AuditResult
from helpers import audit_frame, config_value

FPR, SEL = RULES[0], {"id": "sel", "metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}


def beside(old: AuditRecord, new: AuditRecord) -> AuditRecord:
    return new.model_copy(update={"baseline": changes_since(old, new)})


def with_verdicts(record: AuditRecord, **verdicts: str) -> AuditRecord:
    """Return the record as if findings had ended otherwise."""
    findings = tuple(
        part.model_copy(update={"verdict": verdicts.get(part.id, part.verdict)}) for part in record.findings
    )
    return record.model_copy(update={"findings": findings, "verdict": overall_verdict(findings)})


def waived(record: AuditRecord, days: int) -> AuditRecord:
    """Audit again with a waiver that ends so many days after the audit's own."""
    today = datetime.date.fromisoformat(record.provenance.created[:10])
    value = config_value(rules=RULES, label="y")
    end = (today + datetime.timedelta(days=days)).isoformat()
    value["policy"]["waivers"] = [{"rule": "fpr", "owner": "Ada", "reason": "mended soon", "expires": end}]
    return make_record(make_config(value), people(0.3))


def test_a_failure_that_is_as_it_was_is_known_and_holds_nothing_up() -> None:
    record = beside(audited(0.3), audited(0.3))
    gate = make_gate(record)

    assert record.verdict == "fail"  # the record says what is so; only the gate lets it pass
    assert (gate.exit_code, gate.known, gate.new, gate.worsened, gate.counted) == (0, ("fpr",), (), (), ())


def test_without_a_baseline_every_failure_counts() -> None:
    gate = make_gate(audited(0.3))

    assert (gate.exit_code, gate.counted, gate.known) == (1, ("fpr",), ())


def test_a_known_failure_that_got_worse_counts() -> None:
    gate = make_gate(beside(audited(0.2), audited(0.4)))

    assert (gate.exit_code, gate.worsened, gate.counted) == (1, ("fpr",), ("fpr",))
    assert "0.2" in dict(gate.reasons)["fpr"]


def test_a_value_beyond_the_old_interval_is_worse_though_the_change_may_be_chance() -> None:
    """A small new audit has wide limits: its change tells nothing, and its value stands past all the old audit allowed."""
    record = beside(audited(0.3, rows=12000), audited(0.42, rows=240))
    (change,) = record.baseline.findings
    gate = make_gate(record)

    assert change.status == "unclear"  # by the interval of the change alone it would be waved through
    assert change.beyond is not None
    assert change.new > change.beyond
    assert (gate.exit_code, gate.worsened) == (1, ("fpr",))


def test_a_gap_that_moved_within_the_old_interval_is_known() -> None:
    gate = make_gate(beside(audited(0.4, rows=900), audited(0.42, rows=900)))

    assert (gate.exit_code, gate.known) == (0, ("fpr",))


def test_a_finding_that_passed_then_is_new() -> None:
    gate = make_gate(beside(audited(0.0, rows=12000), audited(0.3, rows=12000)))

    assert (gate.exit_code, gate.new) == (1, ("fpr",))
    assert dict(gate.reasons)["fpr"] == "it passed then"


@pytest.mark.parametrize(
    ("was", "reason"),
    [
        ({**FPR, "max": 0.15}, "its rule was"),
        ({**FPR, "metric": "selection_rate"}, "its rule was"),
        ({**FPR, "compare": "ratio", "max": None, "min": 0.9}, "its rule was"),
        ({**FPR, "id": "other"}, "no such finding"),
    ],
)
def test_the_same_id_with_another_limit_metric_or_comparison_is_not_known(was: dict[str, object], reason: str) -> None:
    rules = ({key: part for key, part in was.items() if part is not None},)
    gate = make_gate(beside(audited(0.3, rules=rules), audited(0.3)))

    assert (gate.exit_code, gate.new) == (1, ("fpr",))
    assert reason in dict(gate.reasons)["fpr"]


def test_a_gap_that_now_reaches_a_group_that_was_not_compared_is_not_known() -> None:
    old = audited(0.3, groups="bca")
    frame = people(0.3, groups="bca")
    frame["group"] = frame["group"].replace({"a": "z"})

    gate = make_gate(beside(old, audit_frame(frame, rules=RULES, label="y")))

    assert (gate.exit_code, gate.new) == (1, ("fpr",))
    assert dict(gate.reasons)["fpr"] == "z was not compared then"


def test_where_the_two_audits_do_not_compare_nothing_is_known_and_that_is_said() -> None:
    gate = make_gate(beside(audited(0.3, favourable="0"), audited(0.3)))

    assert (gate.exit_code, gate.new, gate.known) == (1, ("fpr",), ())
    assert gate.broken_by == ("plan.favourable",)


@pytest.mark.parametrize(
    ("then", "now", "code", "place"),
    [
        ("inconclusive", "inconclusive", 0, "known"),
        ("pass", "inconclusive", 3, "new"),
        ("fail", "inconclusive", 3, "new"),
        ("inconclusive", "not_evaluable", 3, "new"),
        ("not_evaluable", "not_evaluable", 0, "known"),
        ("inconclusive", "fail", 1, "new"),
        ("waived", "fail", 1, "new"),
    ],
)
def test_what_a_finding_ended_as_then_decides_whether_it_is_known(then: str, now: str, code: int, place: str) -> None:
    same = audited(0.3)
    record = beside(with_verdicts(same, fpr=then), with_verdicts(same, fpr=now))
    found = record.baseline.findings[0].model_copy(update={"status": "unchanged"})
    record = record.model_copy(update={"baseline": record.baseline.model_copy(update={"findings": (found,)})})

    assert make_gate(record).exit_code == code
    assert standing(record) == {"fpr": place}


def checklist(answers: tuple[AnswerChange, ...] = (), signatures: tuple[SignatureChange, ...] = ()) -> AuditRecord:
    """Return an audit whose checklist was unmet then and now, with these changes in it."""
    record = beside(audited(0.3), audited(0.3))
    finding = Finding(
        id="checklist:c", kind="checklist", verdict="fail", observed=None, message="", remedy="",
        rule=RuleEntry(id="checklist:c", checklist="c", require="signed"),
    )  # fmt: skip
    old = record.model_copy(update={"findings": (finding,), "baseline": None})
    since: Comparison = changes_since(old, old).model_copy(
        update={"checklists": (ChecklistChange(id="c", title="C", answers=answers, signatures=signatures),)}
    )
    return old.model_copy(update={"baseline": since})


def test_a_checklist_that_is_as_unmet_as_it_was_is_known() -> None:
    assert make_gate(checklist()).known == ("checklist:c",)


def test_one_question_settled_does_not_hide_another_that_opened() -> None:
    """As many are open as were; the checklist got worse all the same."""
    answers = (
        AnswerChange(item="q1", text="Who is hurt?", old_state="answered", new_state="disputed"),
        AnswerChange(item="q2", text="Who decides?", old_state="unanswered", new_state="answered"),
    )
    gate = make_gate(checklist(answers))

    assert (gate.exit_code, gate.worsened) == (1, ("checklist:c",))
    assert dict(gate.reasons)["checklist:c"] == "“Who is hurt?” was not open then"


def test_a_lapsed_signature_makes_a_checklist_worse_where_signatures_are_asked_for() -> None:
    gate = make_gate(checklist((), (SignatureChange(by="Ada", role="owner", status="lapsed"),)))

    assert gate.worsened == ("checklist:c",)


def test_what_is_not_published_is_neither_called_new_nor_known_and_counts() -> None:
    record = beside(audited(0.3), audited(0.3))
    hidden = record.baseline.findings[0].model_copy(update={"status": "hidden", "old": None, "new": None})
    record = record.model_copy(update={"baseline": record.baseline.model_copy(update={"findings": (hidden,)})})

    gate = make_gate(record)

    assert standings(record)["fpr"].place is None
    assert (gate.exit_code, gate.untold, gate.new, gate.known) == (1, ("fpr",), (), ())


@pytest.mark.parametrize(
    ("only", "skip", "kept"),
    [
        (["fpr"], [], ["fpr"]),
        ([], ["fpr"], ["sel"]),
        (["EC101"], [], ["sel"]),
        (["f*"], [], ["fpr"]),
        (["*"], ["EC10[6]"], ["sel"]),
        ([], ["EC203"], ["fpr", "sel"]),
    ],
)
def test_findings_are_chosen_by_id_code_or_pattern(only: list[str], skip: list[str], kept: list[str]) -> None:
    record = audited(0.3, rules=(FPR, SEL))
    shown = chosen_record(record, only, skip)

    assert [finding.id for finding in shown.findings] == kept
    assert shown.chosen.left_out == len(record.findings) - len(kept)
    assert [finding.p_adjusted for finding in shown.findings] == [
        finding.p_adjusted for finding in record.findings if finding.id in kept
    ]  # nothing is judged anew
    assert read_record(shown.to_json(), "chosen") == shown  # and it is a whole record


@pytest.mark.parametrize(
    ("only", "skip", "message"),
    [
        (["fpx"], [], "did you mean 'fpr'"),
        ([], ["zz*"], "zz"),
        (["EC203"], [], "leave none"),
        ([], ["*"], "leave none"),
    ],
)
def test_a_name_of_nothing_and_a_choice_of_nothing_are_refused(only: list[str], skip: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_gate(audited(0.3), only, skip)

    assert message in str(caught.value)


def test_a_failure_that_was_left_out_does_not_count() -> None:
    record = with_verdicts(audited(0.3, rules=(FPR, SEL)), fpr="fail", sel="pass")
    gate = make_gate(record, skip=["fpr"])

    assert (gate.exit_code, gate.left_out) == (0, ("fpr",))
    assert make_gate(record).exit_code == 1


@pytest.mark.parametrize(
    ("severity", "fail_on", "code"),
    [
        (None, "error", 1),
        ("warning", "error", 0),
        ("warning", "warning", 1),
        ("note", "warning", 0),
        ("note", "note", 1),
    ],
)
def test_only_what_is_as_grave_as_asked_for_counts(severity: str | None, fail_on: str, code: int) -> None:
    rule = {**FPR, **({"severity": severity} if severity else {})}
    record = audited(0.3, rules=(rule,))
    gate = make_gate(record, fail_on=fail_on)

    assert record.verdict == "fail"
    assert (gate.exit_code, gate.lighter) == (code, () if code else ("fpr",))
    assert record.findings[0].rule.severity == severity
    assert (b'"severity"' in record.to_json()) == bool(severity)  # left out where none was given


@pytest.mark.parametrize(
    ("verdict", "allow", "zero", "code"),
    [("fail", True, False, 1), ("fail", False, True, 0), ("inconclusive", False, False, 3), ("inconclusive", True, False, 0), ("inconclusive", False, True, 0), ("waived", False, False, 0)],
)  # fmt: skip
def test_the_exit_code_follows_what_counts(verdict: str, allow: bool, zero: bool, code: int) -> None:
    record = with_verdicts(audited(0.3), fpr=verdict)

    assert make_gate(record, allow_inconclusive=allow, exit_zero=zero).exit_code == code


def test_an_audit_that_asked_nothing_is_undecided_to_the_gate_too() -> None:
    record = audited(0.3, rules=())

    assert make_gate(record).exit_code == 3
    assert make_gate(record, allow_inconclusive=True).exit_code == 0


@pytest.mark.parametrize(("days", "announced"), [(0, "today"), (1, "in 1 day"), (DAYS_AHEAD, "in 14 days"), (15, None)])
def test_the_end_of_a_waiver_is_announced_a_fortnight_ahead(days: int, announced: str | None) -> None:
    record = waived(audited(0.3), days)
    found = ending_waivers(record)

    assert record.findings[0].verdict == "waived"
    assert [part.days for part in found] == ([] if announced is None else [days])
    assert all(f"Waiver of fpr ends {announced} (" in part.text for part in found)


def test_the_same_gate_is_there_in_python_and_frozen() -> None:
    gate = AuditResult(beside(audited(0.3), audited(0.3))).gate(only="fpr", fail_on="error")

    assert (gate.exit_code, gate.known) == (0, ("fpr",))
    with pytest.raises(dataclasses.FrozenInstanceError):
        gate.exit_code = 1


def test_a_severity_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no severity"):
        make_gate(audited(0.3), fail_on="fatal")


@pytest.mark.parametrize(("days", "said"), [(5, ", in 5 days"), (0, ", today"), (40, "")])
def test_the_report_says_so_too(days: int, said: str) -> None:
    """At a glance, beside the number of waivers."""
    record = waived(audited(0.3), days)
    (line,) = (part for part in glance(record, (), ()) if part.label == "Open")

    assert line.text.endswith(f"the first ends on {record.findings[0].waiver.expires}{said}")

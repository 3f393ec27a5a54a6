"""Waivers: what they cover, how long, up to what value, and that nothing about them is hidden."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ethicscheck as ec
from ethicscheck.auditing import load_config, make_config, make_record
from ethicscheck.errors import ConfigError
from ethicscheck.model.record import AuditRecord, Finding, read_record
from helpers import audit_frame, config_value, loaded

DAY = 1_772_323_200  # 2026-03-01T00:00:00Z
RULE = {"id": "gap", "metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}
CONFIG = """\
subject: {name: x}
data: {source: d.csv, prediction: p, sensitive: [group, sex]}
policy:
  rules:
    - {id: gap, metric: selection_rate, across: "*", compare: difference, max: 0.1}
"""
WAIVER = "{rule: gap, owner: Dana, reason: soon mended, expires: 2026-03-01}"


def people(**groups: tuple[int, int]) -> pd.DataFrame:
    """Return groups of (selected, rejected) people."""
    rows = [(group, int(n < yes)) for group, (yes, no) in groups.items() for n in range(yes + no)]
    return pd.DataFrame(rows, columns=["group", "p"])


FAILS = people(a=(5_000, 5_000), b=(8_000, 2_000))
PASSES = people(a=(5_000, 5_000), b=(5_000, 5_000))
UNDECIDED = people(a=(50, 50), b=(60, 40))
ALONE = people(a=(50, 50))


def waiver(**changes: Any) -> dict[str, Any]:
    """Return a waiver that holds to the end of the century."""
    return {"rule": "gap", "owner": "Dana Ortiz", "reason": "The vendor retrains", "expires": "2099-12-31", **changes}


def audit(frame: pd.DataFrame, *waivers: dict[str, Any], rule: dict[str, Any] = RULE, **data: Any) -> AuditRecord:
    """Audit a frame by one rule, with waivers."""
    value = config_value(rules=[rule], **{"label": None, **data})
    value["policy"]["waivers"] = list(waivers)
    return make_record(make_config(value), frame)


def finding(frame: pd.DataFrame, *waivers: dict[str, Any], **parts: Any) -> Finding:
    """Return the one finding."""
    (found,) = audit(frame, *waivers, **parts).findings
    return found


def problems(folder: Path, config: str, waivers: str | bytes | None = None) -> list[str]:
    """Return the problems of a config and its waivers file, as they are printed."""
    (folder / "c.yaml").write_text(config, encoding="utf-8")
    if waivers is not None:
        (folder / "w.yaml").write_bytes(waivers.encode() if isinstance(waivers, str) else waivers)
    with pytest.raises(ConfigError) as caught:
        load_config(folder / "c.yaml")
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("frame", "was"),
    [(FAILS, "fail"), (UNDECIDED, "inconclusive"), (ALONE, "not_evaluable")],
    ids=["fail", "inconclusive", "not evaluable"],
)
def test_whatever_does_not_pass_can_be_waived(frame: pd.DataFrame, was: str) -> None:
    """The verdict becomes waived and the audit passes, but what it was, and who answers for that, stay."""
    record = audit(frame, waiver())

    (found,) = record.findings
    assert (record.verdict, found.verdict) == ("pass", "waived")
    assert found.waiver is not None
    assert found.waiver.model_dump() == {**waiver(), "applied": True, "was": was}
    assert "Waived until 2099-12-31 by Dana Ortiz: The vendor retrains." in found.message
    assert found.remedy.startswith("Settle this by 2099-12-31, when the waiver ends. ")


def test_a_waiver_changes_no_number() -> None:
    """Value, interval, p-value and rows needed are those of the audit without it."""
    for frame in (FAILS, UNDECIDED):
        plain, waived = finding(frame), finding(frame, waiver())

        changed = {"verdict", "message", "remedy", "waiver"}
        assert waived.model_dump(exclude=changed) == plain.model_dump(exclude=changed)
        assert waived.message.startswith(plain.message)


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(-1, "waived"), (0, "waived"), (86_399, "waived"), (86_400, "fail")],
    ids=["the day before", "its first second", "its last second", "the next day"],
)
def test_the_day_itself_still_counts(seconds: int, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`expires` is the last day of the waiver, from midnight to midnight in UTC."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(DAY + seconds))

    assert finding(FAILS, waiver(expires="2026-03-01")).verdict == verdict


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def test_the_machine_s_timezone_does_not_matter(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day is that of the record's `created`: the same record gives the same verdict anywhere."""
    import time

    monkeypatch.setenv("TZ", zone)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(DAY + 86_399))
    time.tzset()
    try:
        record = audit(FAILS, waiver(expires="2026-03-01"))
    finally:
        monkeypatch.undo()
        time.tzset()

    assert record.provenance.created == "2026-03-01T23:59:59Z"
    assert record.findings[0].verdict == "waived"


def test_the_clock_is_read_when_no_epoch_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Yesterday's waiver is over today, today's is not."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    today = datetime.datetime.now(datetime.UTC).date()

    assert finding(FAILS, waiver(expires=today + datetime.timedelta(1))).verdict == "waived"
    assert finding(FAILS, waiver(expires=today - datetime.timedelta(1))).verdict == "fail"


def test_an_expired_waiver_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    """It no longer waives, and it does not vanish either."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(DAY + 86_400))
    record = audit(FAILS, waiver(expires="2026-03-01"))

    (found,) = record.findings
    assert (record.verdict, found.verdict) == ("fail", "fail")
    assert found.waiver is not None
    assert (found.waiver.applied, found.waiver.was, found.waiver.lapsed) == (False, "fail", "expired 2026-03-01")
    assert found.message.endswith("The waiver of Dana Ortiz no longer holds: expired 2026-03-01 (The vendor retrains).")


@pytest.mark.parametrize(
    ("tolerate", "lapsed"),
    [
        (0.31, None),
        (0.3, None),
        (0.29, "value 0.3 exceeds the tolerated 0.29"),
        (0.2999, "value 0.3 exceeds the tolerated 0.2999"),
    ],
)
def test_up_to_the_tolerated_value_and_no_further(tolerate: float, lapsed: str | None) -> None:
    """A waiver of what is known today must not cover what gets worse; the tolerated value itself is covered."""
    found = finding(FAILS, waiver(tolerate=tolerate))

    assert found.verdict == ("fail" if lapsed else "waived")
    assert found.waiver is not None
    assert (found.waiver.tolerate, found.waiver.lapsed) == (tolerate, lapsed)
    assert f"as long as the value is at most {tolerate}" in found.message or lapsed


@pytest.mark.parametrize(("tolerate", "verdict"), [(0.8, "waived"), (0.8000001, "inconclusive"), (0.7, "waived")])
def test_tolerance_is_compared_as_exactly_as_a_verdict(tolerate: float, verdict: str) -> None:
    """60/100 to 75/100 is 4/5, though in floating point 0.6 / 0.75 is a little less."""
    rule = {**RULE, "compare": "ratio", "max": None, "min": 0.95}
    rule.pop("max")
    frame = people(a=(60, 40), b=(75, 25))
    assert 0.6 / 0.75 < 0.8

    found = finding(frame, waiver(tolerate=tolerate), rule=rule)

    assert found.verdict == verdict
    if verdict != "waived":
        assert found.waiver is not None
        assert found.waiver.lapsed == "value 0.8 falls short of the tolerated 0.8000001"


def test_a_difference_of_fractions_meets_its_tolerance_exactly() -> None:
    """80/100 − 50/100 is 3/10, though 0.8 − 0.5 is 0.30000000000000004."""
    frame = people(a=(50, 50), b=(80, 20))
    assert 0.8 - 0.5 > 0.3

    assert finding(frame, waiver(tolerate=0.3)).verdict == "waived"


def test_a_value_that_is_not_there_is_not_tolerated() -> None:
    """A rule that can't be judged has no value to hold against `tolerate`; without `tolerate` it can be waived."""
    found = finding(ALONE, waiver(tolerate=0.3))

    assert found.verdict == "not_evaluable"
    assert found.waiver is not None
    assert found.waiver.lapsed == "there is no value to hold against the tolerated 0.3"


@pytest.mark.parametrize(("expires", "lapsed"), [("2099-12-31", None), ("2020-01-01", "expired 2020-01-01")])
def test_a_waiver_that_is_not_needed_is_noted(expires: str, lapsed: str | None) -> None:
    """So that it is taken out before it covers something it was not meant for."""
    record = audit(PASSES, waiver(expires=expires, tolerate=0.2))

    (found,) = record.findings
    assert (record.verdict, found.verdict) == ("pass", "pass")
    assert found.waiver is not None
    assert (found.waiver.applied, found.waiver.was) == (False, None)
    assert (found.waiver.lapsed, found.waiver.note) == (lapsed, "not needed: the finding passes")
    assert "is not needed here (The vendor retrains)." in found.message


def test_a_rule_s_id_covers_all_its_findings_and_a_finding_s_id_itself() -> None:
    """One waiver for a rule on every feature, or one for a single feature."""
    frame = pd.concat([FAILS] * 2).assign(sex=["f"] * len(FAILS) + ["m"] * len(FAILS))
    frame.loc[frame.sex == "f", "p"] = 1
    star = {**RULE, "across": "*"}

    def verdicts(rule: str) -> dict[str, str]:
        record = audit(frame, waiver(rule=rule), rule=star, sensitive=["group", "sex"])
        return {found.id: found.verdict for found in record.findings}

    assert verdicts("gap") == {"gap/group": "waived", "gap/sex": "waived"}
    assert verdicts("gap/sex") == {"gap/group": "fail", "gap/sex": "waived"}


def test_a_profile_s_rule_can_be_waived() -> None:
    """Its id is the profile's."""
    value = config_value(profiles=["four-fifths"], label=None)
    value["policy"]["waivers"] = [waiver(rule="four-fifths")]

    (found,) = make_record(make_config(value), FAILS).findings

    assert (found.id, found.verdict) == ("four-fifths/group", "waived")


def test_one_waived_finding_does_not_hide_another_that_fails() -> None:
    """fail > inconclusive > pass = waived."""
    value = config_value(rules=[RULE, {**RULE, "id": "other", "max": 0.2}], label=None)
    value["policy"]["waivers"] = [waiver()]

    record = make_record(make_config(value), FAILS)

    assert record.verdict == "fail"
    assert [found.verdict for found in record.findings] == ["waived", "fail"]


def test_a_waived_fail_still_counts_among_the_questions_asked() -> None:
    """Holm's adjustment is over all rules: waiving one must not let another fail or pass more easily."""
    rules = [{**RULE, "id": f"r{place}"} for place in range(20)]
    frame = people(a=(255, 245), b=(345, 155))
    plain = audit_frame(frame, rules=rules, label=None)
    value = config_value(rules=rules, label=None)
    value["policy"]["waivers"] = [waiver(rule=f"r{place}") for place in range(19)]

    waived = make_record(make_config(value), frame)

    assert waived.findings[-1] == plain.findings[-1]


@pytest.mark.parametrize(
    ("waivers", "expected"),
    [
        ("[{rule: gpa, owner: D, reason: r, expires: 2026-03-01}]",
         "policy.waivers[0].rule: no rule and no finding has the id 'gpa' (c.yaml:6) — did you mean 'gap'?"),
        ("[{rule: gap/rce, owner: D, reason: r, expires: 2026-03-01}]",
         "policy.waivers[0].rule: no rule and no finding has the id 'gap/rce' (c.yaml:6) — did you mean 'gap/sex'?"),
        ("[{rule: gap, owner: D, reason: r}]",
         "policy.waivers[0].expires is missing (c.yaml:6) — add `expires`: The last day on which it holds, in UTC: 2026-03-31."),
        ("[{rule: gap, owner: D, expires: 2026-03-01}]",
         "policy.waivers[0].reason is missing (c.yaml:6) — add `reason`: Why it is accepted for now."),
        ("[{rule: gap, owner: ' ', reason: r, expires: 2026-03-01}]",
         "policy.waivers[0].owner: it is blank; some text is meant here (c.yaml:6)"),
        ("[{rule: gap, owner: D, reason: r, expires: 2026-3-1}]",
         "policy.waivers[0].expires: a day is meant here, written as 2026-03-31, not '2026-3-1' (c.yaml:6)"),
        ("[{rule: gap, owner: D, reason: r, expires: next week}]",
         "policy.waivers[0].expires: a day is meant here, written as 2026-03-31, not 'next week' (c.yaml:6)"),
        ("[{rule: gap, owner: D, reason: r, expires: 2026-02-30}]",
         "policy.waivers[0].expires: there is no such day as '2026-02-30' (c.yaml:6)"),
        ("[{rule: gap, owner: D, reason: r, expires: 2026-03-01T12:00:00Z}]",
         "policy.waivers[0].expires: a day is meant here, written as 2026-03-31, not '2026-03-01T12:00:00Z' (c.yaml:6)"),
        ("[{rule: gap, owner: D, reason: r, expires: 20260301}]",
         "policy.waivers[0].expires: a day is meant here, written as 2026-03-31, not '20260301' (c.yaml:6)"),
        ("[{rule: gap, owner: D, reason: r, expires: }]",
         "policy.waivers[0].expires: a day is meant here, written as 2026-03-31, not nothing (c.yaml:6)"),
        ("[{rule: gap, owner: D, reason: r, expires: 2026-03-01, tolerate: 30}]",
         "policy.waivers[0].tolerate: the difference of selection_rate lies between 0 and 1, never at 30 (c.yaml:6) — "
         "did you mean 0.3?"),
        ("[{rule: gap, owner: D, reason: r, expires: 2026-03-01, tolerate: lots}]",
         "policy.waivers[0].tolerate: a finite number is meant here, not 'lots' (c.yaml:6)"),
        ("[{rule: gap, owner: D, reason: r, expires: 2026-03-01, until: x}]",
         "unknown key 'policy.waivers[0].until' (c.yaml:6) — known are: expires, owner, reason, rule, tolerate"),
        ("{rule: gap}", "policy.waivers: a list of waivers is meant here, or the path of a waivers file (c.yaml:6)"),
        ("", "policy.waivers: a list of waivers is meant here, or the path of a waivers file (c.yaml:6)"),
        ("no.yaml", "policy.waivers: there is no waivers file 'no.yaml' (c.yaml:6) — its path is relative to the config"),
        ("[{rule: 'checklist:transparency', owner: D, reason: r, expires: 2026-03-01}]",
         "policy.waivers[0].rule: no rule and no finding has the id 'checklist:transparency' (c.yaml:6) — "
         "known are: gap, gap/group, gap/sex"),
    ],
)  # fmt: skip
def test_a_slip_in_a_waiver_is_a_config_error(waivers: str, expected: str, tmp_path: Path) -> None:
    """A waiver that covers nothing, or never ends, must not lie about in silence."""
    assert problems(tmp_path, f"{CONFIG}  waivers: {waivers}\n") == [expected]


@pytest.mark.parametrize("second", ["gap", "gap/sex"])
def test_two_waivers_never_cover_one_finding(second: str, tmp_path: Path) -> None:
    """Which of two ends or owners counted would be a guess."""
    text = f"{CONFIG}  waivers:\n    - {WAIVER}\n    - {WAIVER.replace('rule: gap', f'rule: {second}')}\n"
    finding = "gap/group" if second == "gap" else "gap/sex"

    assert problems(tmp_path, text) == [
        f"policy.waivers[1].rule: {finding!r} is covered by waivers[0] already (c.yaml:8) — "
        "keep one of them, or name the findings one by one"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the waivers file is empty (w.yaml) — write `waivers: []` if there are none"),
        ("schema: ethicscheck/waivers/1\n", "waivers is missing (w.yaml:1) — add `waivers`: The list of waivers; may be empty."),
        ("schema: ethicscheck/waivers/2\nwaivers: []\n",
         "schema can't be 'ethicscheck/waivers/2' (w.yaml:1) — did you mean 'ethicscheck/waivers/1'?"),
        ("waivers:\n  - rule: gap\n    owner: D\n    owner: E\n    reason: r\n    expires: 2026-03-01\n",
         "the key 'owner' stands here twice (first on line 3) (w.yaml:4) — keep one of them"),
        (f"waivers:\n  - {WAIVER}\nwaivers: []\n",
         "the key 'waivers' stands here twice (first on line 1) (w.yaml:3) — keep one of them"),
        (f"waivers:\n\n  - {WAIVER.replace('gap', 'gpa')}\n",
         "waivers[0].rule: no rule and no finding has the id 'gpa' (w.yaml:3) — did you mean 'gap'?"),
        (f"waivers:\n  - {WAIVER}\n  - {WAIVER}\n",
         "waivers[1].rule: 'gap/group' is covered by waivers[0] already (w.yaml:3) — "
         "keep one of them, or name the findings one by one"),
        (f"waivers:\n  - {WAIVER.replace('2026-03-01', '01.03.2026')}\n",
         "waivers[0].expires: a day is meant here, written as 2026-03-31, not '01.03.2026' (w.yaml:2)"),
        ("waivers: [\n", "not valid YAML: "),
        (b"waivers: \xff\n", "not UTF-8 text (w.yaml:1) — save it as UTF-8"),
        ("- a\n", "the config: a mapping (`key: value`) is meant here (w.yaml:1)"),
    ],
)  # fmt: skip
def test_a_slip_in_the_waivers_file_is_named_with_its_own_line(
    text: str | bytes, expected: str, tmp_path: Path
) -> None:
    """The line is that of waivers.yaml, not of the config."""
    (found,) = problems(tmp_path, f"{CONFIG}  waivers: w.yaml\n", text)

    assert found.startswith(expected)


def test_problems_of_config_and_waivers_file_come_together(tmp_path: Path) -> None:
    """One run shows all there is to mend, file by file."""
    config = f"{CONFIG}  waivers: w.yaml\nz: 1\n".replace("name: x", "nmae: x")

    found = problems(tmp_path, config, "waivers:\n  - {rule: gap}\n  - {owner: D, reason: r, rule: b, expires: x}\n")

    assert [line.rpartition("(")[2].split(")")[0] for line in found if "(c.yaml" in line] == ["c.yaml:1", "c.yaml:7"]
    assert len([line for line in found if "(w.yaml:2)" in line]) == 3
    assert len([line for line in found if "(w.yaml:3)" in line]) == 1
    assert len(found) == 6


def test_a_waivers_file_is_named_with_its_digest_in_the_record(tmp_path: Path) -> None:
    """It decides verdicts, so the record must say which one it was; the folder it lies in tells nothing."""
    import hashlib

    folder = tmp_path / "policy"
    folder.mkdir()
    text = f"schema: ethicscheck/waivers/1\nwaivers:\n  - {WAIVER.replace('2026', '2099')}\n"
    (folder / "w.yaml").write_text(text)
    (tmp_path / "c.yaml").write_text(f"{CONFIG}  waivers: policy/w.yaml\n".replace("[group, sex]", "[group]"))
    FAILS.to_csv(tmp_path / "d.csv", index=False)

    record = make_record(load_config(tmp_path / "c.yaml"))

    assert record.findings[0].verdict == "waived"
    assert record.provenance.waivers == "w.yaml"
    assert record.provenance.waivers_sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert str(tmp_path).encode() not in record.to_json()


def test_an_empty_list_waives_nothing(tmp_path: Path) -> None:
    """A waivers file may wait for its first entry."""
    (tmp_path / "w.yaml").write_text("waivers: []\n")
    (tmp_path / "c.yaml").write_text(f"{CONFIG}  waivers: w.yaml\n")

    assert load_config(tmp_path / "c.yaml").waivers.entries == ()


def test_the_python_call_takes_waivers() -> None:
    """The same words as in YAML, or a day as Python has it."""
    rule = {**RULE, "across": "group"}

    def verdict(**changes: Any) -> str:
        result = ec.audit(FAILS, prediction="p", sensitive="group", rules=[rule], waivers=[waiver(**changes)])
        return result.verdict

    assert verdict() == "pass"
    assert verdict(expires=datetime.date(2099, 12, 31)) == "pass"
    assert verdict(expires=datetime.date(2020, 12, 31)) == "fail"
    with pytest.raises(ConfigError, match="a day is meant here"):
        verdict(expires=datetime.datetime(2099, 12, 31, tzinfo=datetime.UTC))
    with pytest.raises(ConfigError, match="no rule and no finding has the id 'gpa'"):
        verdict(rule="gpa")


def test_a_record_with_waivers_is_read_back_whole() -> None:
    """A report drawn years later shows the same waivers."""
    record = audit(FAILS, waiver(tolerate=0.5))

    again = read_record(record.to_json(), "audit.json")

    assert again.findings == record.findings
    assert again.to_json() == record.to_json()


@pytest.mark.parametrize(
    ("frame", "changes", "sentences"),
    [
        (FAILS, {}, ["Passes with a waiver", "One finding is waived for now.", "Waived until 2099-12-31 by Dana Ortiz"]),
        (FAILS, {"expires": "2020-01-01"}, ["Fails its rules", "One waiver no longer holds.", "expired 2020-01-01"]),
        (FAILS, {"tolerate": 0.2}, ["Fails its rules", "One waiver no longer holds.", "exceeds the tolerated 0.2"]),
        (PASSES, {}, ["Passes its rules", "The waiver of Dana Ortiz", "is not needed here"]),
    ],
    ids=["applied", "expired", "exceeded", "not needed"],
)  # fmt: skip
def test_terminal_and_page_show_every_waiver(
    frame: pd.DataFrame, changes: dict[str, Any], sentences: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Owner, reason and end stand wherever the finding does."""
    from ethicscheck.cli.summary import print_summary
    from ethicscheck.exports import render_document

    record = audit(frame, waiver(**changes))
    print_summary(record, [])
    terminal = " ".join(capsys.readouterr().out.split())
    page = " ".join(render_document(record, "html").decode().split())

    for sentence in [*sentences, "Dana Ortiz", "The vendor retrains"]:
        assert sentence in terminal
        assert sentence in page


def test_a_waiver_s_text_can_do_no_harm(capsys: pytest.CaptureFixture[str]) -> None:
    """Owner and reason are people's text: no escape sequence reaches a terminal, no tag a page."""
    from ethicscheck.cli.summary import print_summary
    from ethicscheck.exports import render_document

    record = audit(FAILS, waiver(owner="a\x1b[31m<script>", reason="<img src=x>\u202e"))
    print_summary(record, [])
    out, page = capsys.readouterr().out, render_document(record, "html").decode()

    assert "\x1b[31m" not in out
    assert "\u202e" not in out + page
    assert "<script>" not in page
    assert "<img" not in page


def test_loaded_keeps_the_list_of_the_config() -> None:
    """Without a file there is nothing to digest."""
    assert loaded(rules=[RULE]).waivers.entries == ()
    assert audit(FAILS, waiver()).provenance.waivers is None


CHECKLISTS = """\
checklists:
  - {use: transparency, require: complete}
"""


def test_a_required_checklist_can_be_waived_like_a_rule(tmp_path: Path) -> None:
    """People too may need until the end of the month; its finding's id is checklist: and the checklist's."""
    FAILS.assign(sex="f").to_csv(tmp_path / "d.csv", index=False)
    text = CONFIG.replace("max: 0.1", "max: 0.9").replace("[group, sex]", "[group]") + "  waivers: [{}]\n" + CHECKLISTS
    entry = "rule: 'checklist:transparency', owner: D, reason: r, expires: 2099-01-01"
    (tmp_path / "c.yaml").write_text(text.replace("{}", "{" + entry + "}"))

    record = make_record(load_config(tmp_path / "c.yaml"))

    found = record.findings[-1]
    assert (record.verdict, found.kind, found.verdict) == ("pass", "checklist", "waived")
    assert found.waiver is not None
    assert found.waiver.was == "fail"
    assert "Waived until 2099-01-01 by D: r." in found.message


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("rule: 'checklist:transparancy'", "no rule and no finding has the id 'checklist:transparancy'"),
        ("rule: 'checklist:transparency', tolerate: 0.2", "a checklist has no value to tolerate"),
    ],
)
def test_a_slip_in_a_checklist_s_waiver_is_named(entry: str, expected: str, tmp_path: Path) -> None:
    """As for rules, with the line; which checklists there are is known once they are read."""
    FAILS.assign(sex="f").to_csv(tmp_path / "d.csv", index=False)
    rest = "owner: D, reason: r, expires: 2099-01-01"
    (tmp_path / "c.yaml").write_text(f"{CONFIG}  waivers: [{{{entry}, {rest}}}]\n{CHECKLISTS}")

    with pytest.raises(ConfigError) as caught:
        make_record(load_config(tmp_path / "c.yaml"))

    assert expected in str(caught.value)
    assert "(c.yaml:6)" in str(caught.value)

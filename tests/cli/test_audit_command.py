"""`ethicscheck audit` as people and CI meet it: output, exit codes, files written whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import ethicscheck.api  # noqa: F401  # bound before a test replaces make_record
from ethicscheck.cli import run
from helpers import write_config

EXAMPLES = Path(__file__).parents[2] / "examples"
FAIR = "group,y,p\n" + "a,1,1\na,0,0\nb,1,1\nb,0,0\n" * 500


def audit(folder: Path, *words: str) -> int:
    return run(["audit", str(folder / "ethicscheck.yaml"), "-o", str(folder / "out"), *words])


def rule(bound: float, metric: str = "selection_rate") -> dict[str, object]:
    return {"metric": metric, "across": "group", "compare": "difference", "max": bound}


def test_compas_fails_its_rules_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The README's first command: verdict, numbers and what to do stand in the terminal; exit code 1."""
    code = run(["audit", str(EXAMPLES / "compas/ethicscheck.yaml"), "-o", str(tmp_path)])

    out, err = capsys.readouterr()
    assert code == 1
    assert err == ""
    assert out.startswith("COMPAS two-year recidivism screen\n✕ Fails its rules\nTwo of 3 rules fail")
    assert "African-American (44.8\xa0%)" in out
    assert "7,214 people counted" in out
    assert "too few people in Native American" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit.json", "report.html"]


def test_promotion_stays_undecided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A large gap among 41 people is no finding: exit code 3, with the rows that would decide."""
    code = run(["audit", str(EXAMPLES / "promotion/ethicscheck.yaml"), "-o", str(tmp_path)])

    out = capsys.readouterr().out
    assert code == 3
    assert "? Undecided  Favourable decision rate by race" in out
    assert "times as many people" in out
    record = json.loads((tmp_path / "audit.json").read_bytes())
    rows = [
        row for row in record["disparities"] if row["metric"] == "favourable_rate" and row["compare"] == "difference"
    ]
    gap = next(row for row in rows if row["to"] == "gap")
    pair = next(row for row in rows if row["to"] == "reference" and row["group"] == {"race": "Black"})
    # SciPy 1.17 fisher_exact: .2513 over the 3 × 2 table (enumerated), .2379 for White against Black.
    assert (round(gap["p_value"], 4), gap["test"]) == (0.2513, "freeman_halton")
    assert (round(pair["p_value"], 4), pair["test"]) == (0.2379, "fisher_exact")


@pytest.mark.parametrize(
    ("rules", "words", "expected"),
    [([rule(0.2)], (), 0), ([rule(0.01)], (), 3), ([rule(0.01)], ("--allow-inconclusive",), 0), ([], (), 3)],
)
def test_exit_codes_follow_the_verdict(
    tmp_path: Path, rules: list[dict[str, object]], words: tuple[str, ...], expected: int
) -> None:
    """0 passed, 3 undecided or nothing asked, and 3 becomes 0 only when told to."""
    (tmp_path / "data.csv").write_text(FAIR)
    write_config(tmp_path, rules=rules)

    assert audit(tmp_path, *words) == expected


def test_allow_inconclusive_never_hides_a_fail(tmp_path: Path) -> None:
    """1 stays 1."""
    (tmp_path / "data.csv").write_text("group,y,p\n" + "a,1,1\nb,1,0\n" * 200)
    write_config(tmp_path, rules=[rule(0.1)])

    assert audit(tmp_path, "--allow-inconclusive") == 1


def test_one_group_is_one_group(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers and nouns agree."""
    (tmp_path / "data.csv").write_text("group,y,p\n" + "a,1,1\na,0,0\n" * 50)
    write_config(tmp_path)

    audit(tmp_path)

    assert "group: 1 group." in capsys.readouterr().out


def test_quiet_prints_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For scripts that read the exit code only."""
    run(["audit", str(EXAMPLES / "compas/ethicscheck.yaml"), "-o", str(tmp_path), "--quiet"])

    assert capsys.readouterr() == ("", "")


def test_a_config_error_leaves_older_output_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 means that nothing was judged: yesterday's report stays what it was."""
    (tmp_path / "data.csv").write_text(FAIR)
    write_config(tmp_path, rules=[rule(0.2)])
    audit(tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    write_config(tmp_path, rules=[{**rule(0.2), "metric": "selection_rat"}])
    capsys.readouterr()

    code = audit(tmp_path)

    assert code == 2
    assert "there is no metric 'selection_rat'" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_every_problem_is_an_error_line_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """WHAT (WHERE) — WHAT TO DO, all at once, on stderr, without a traceback."""
    (tmp_path / "ethicscheck.yaml").write_text(
        "subject:\n  nam: x\ndata:\n  source: a.csv\n  sensitve: [g]\n  prediction: p\n"
    )

    code = audit(tmp_path)

    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    lines = err.splitlines()
    assert all(line.startswith("error: ") for line in lines)
    assert "error: unknown key 'subject.nam' (ethicscheck.yaml:2) — did you mean 'name'?" in lines
    assert "error: unknown key 'data.sensitve' (ethicscheck.yaml:5) — did you mean 'sensitive'?" in lines
    assert "Traceback" not in err


def test_an_unknown_format_is_refused_before_any_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A typo after -f must not cost an audit's time, and must not write half the documents."""
    code = run(["audit", str(EXAMPLES / "compas/ethicscheck.yaml"), "-o", str(tmp_path), "-f", "htlm"])

    assert code == 2
    assert "did you mean 'html'?" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_audit_json_is_always_written(tmp_path: Path) -> None:
    """Every other document can be drawn again from it."""
    run(["audit", str(EXAMPLES / "compas/ethicscheck.yaml"), "-o", str(tmp_path), "-q", "-f", "html"])

    assert (tmp_path / "audit.json").exists()


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Record and report alike, once the clock is set."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("one", "two"):
        run(["audit", str(EXAMPLES / "compas/ethicscheck.yaml"), "-o", str(tmp_path / name), "-q"])

    for document in ("audit.json", "report.html"):
        assert (tmp_path / "one" / document).read_bytes() == (tmp_path / "two" / document).read_bytes()


def test_an_output_that_is_a_file_is_a_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback when the folder can't be made."""
    (tmp_path / "taken").write_text("")

    code = run(["audit", str(EXAMPLES / "compas/ethicscheck.yaml"), "-o", str(tmp_path / "taken" / "out")])

    assert code == 2
    assert "can't write" in capsys.readouterr().err


def test_control_characters_in_labels_never_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A label may hold an escape sequence; a terminal must not obey it."""
    (tmp_path / "data.csv").write_text("group,y,p\n" + "a\x1b[31m,1,1\nb\u202e,1,0\n" * 200)
    write_config(tmp_path, rules=[rule(0.1)])

    audit(tmp_path)

    out = capsys.readouterr().out
    assert "\x1b[31m" not in out
    assert "\u202e" not in out
    assert "a␛[31m" in out


def test_a_bug_shows_no_traceback_unless_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even our own mistakes end in a line and exit 2; --debug shows where."""
    monkeypatch.setattr("ethicscheck.auditing.make_record", lambda *_, **__: 1 / 0)

    assert audit(EXAMPLES / "compas", "-q") == 2
    assert "error: unexpected ZeroDivisionError" in capsys.readouterr().err
    with pytest.raises(ZeroDivisionError):
        run(["audit", str(EXAMPLES / "compas/ethicscheck.yaml"), "-o", str(tmp_path)], debug=True)


def test_ctrl_c_stops_the_engine_and_writes_nothing(tmp_path: Path) -> None:
    """Exit 130, soon, with nothing half-written."""
    import duckdb

    duckdb.sql(
        f"COPY (SELECT 'g' || (range % 900) AS \"group\", (random() < 0.5)::INT AS y, (random() < 0.5)::INT AS p "
        f"FROM range(20000000)) TO '{tmp_path}/data.parquet'"
    )
    write_config(tmp_path, source="data.parquet")
    child = subprocess.Popen(
        [sys.executable, "-m", "ethicscheck", "audit", "-o", "out"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    # Wait until the data file is open, so that the signal meets the engine and not Python's start.
    wanted = str(tmp_path / "data.parquet")
    deadline = time.monotonic() + 300
    while wanted not in open_files(child.pid):
        assert child.poll() is None, "it ended before it could be stopped"
        assert time.monotonic() < deadline, "it never opened the data"
        time.sleep(0.005)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=300)

    assert child.returncode == 130
    assert err.strip() == "stopped; nothing was written"
    assert not (tmp_path / "out").exists()


def test_a_stop_that_comes_before_the_query_is_not_forgotten() -> None:
    """The engine forgets an interrupt while nothing runs; Python would end beside it, and abort."""
    from ethicscheck.cli.progress import Progress

    class Engine:
        asked = 0

        def interrupt(self) -> None:
            self.asked += 1

    engine = Engine()

    def work() -> None:
        signal.raise_signal(signal.SIGINT)  # only the main thread's handler sees it
        while engine.asked < 3:
            time.sleep(0.01)

    with pytest.raises(KeyboardInterrupt):
        Progress(quiet=True).run(work, engine)
    assert engine.asked >= 3


def open_files(pid: int) -> set[str]:
    found = set()
    for handle in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            found.add(os.readlink(handle))  # noqa: PTH115
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    "rule_id", ["short", "a-rule-whose-id-alone-fills-much-of-a-line-of-a-terminal", "long-" * 20 + "id"]
)
def test_a_long_id_never_starts_a_line(
    rule_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At column 0 stand headings; an id that is too long for its line goes on under them, indented, and stays whole."""
    monkeypatch.setenv("COLUMNS", "60")
    rule = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.5, "id": rule_id}
    (tmp_path / "data.csv").write_text("group,y,p\n" + "a,0,1\nb,1,0\n" * 20)

    run(["audit", str(write_config(tmp_path, rules=[rule])), "-o", str(tmp_path / "out")])

    lines = capsys.readouterr().out.splitlines()
    head = next(place for place, line in enumerate(lines) if "Selection rate by group" in line)
    assert rule_id in "".join(line.strip() for line in lines[head : head + 4])
    assert not any(line.startswith(part) for line in lines for part in ("short", "a-rule", "long-"))
    assert max(map(len, lines[head : head + 4])) <= 60

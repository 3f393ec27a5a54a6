"""`ethicscheck compare` and `ethicscheck audit --baseline`, as people type them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from compare_helpers import RULES, audited, people
from ethicscheck.cli import run
from ethicscheck.model.record import read_record
from helpers import write_config


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write an audit with a gap of 20 points, and one with 40, into the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("old.json").write_bytes(audited(0.2).to_json())
    Path("new.json").write_bytes(audited(0.4).to_json())
    return tmp_path


@pytest.fixture
def capture(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Return the exit code, standard output and standard error of a command on an 80-column terminal without colour."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def called(*words: str) -> tuple[int, str, str]:
        code = run(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return called


def test_what_got_worse_past_a_rule_is_said_first_and_leaves_with_1(records, capture):
    """The verdict on the change stands in the first lines, the numbers with their interval below; nothing is written."""
    code, out, err = capture("compare", "old.json", "new.json")
    lines = out.splitlines()

    assert (code, err) == (1, "")
    assert "✕ Got worse past a rule" in lines[:5]
    assert "✕ Worse  False positive rate by group  fpr" in lines
    assert "  still fails; gap 20.0 → 40.1 points: +20.1 (+13.1 to +27.0)" in lines
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 30
    assert "\x1b" not in out
    assert sorted(path.name for path in records.iterdir()) == ["new.json", "old.json"]


def test_nothing_worse_leaves_with_0(records, capture):
    """The way back, and the same record twice, which is said."""
    assert capture("compare", "new.json", "old.json")[0] == 0
    code, out, _ = capture("compare", "old.json", "old.json")

    assert code == 0
    assert "one and the same" in out
    assert "= Unchanged: fpr" in out


def test_json_is_the_document_of_f_json(records, capture):
    """--json prints what -f json writes; the page and the Markdown say the same headline."""
    code, out, _ = capture("compare", "old.json", "new.json", "--json", "-o", "out", "-f", "json", "-f", "html", "-f", "markdown")  # fmt: skip

    assert code == 1
    assert out.encode() == Path("out/compare.json").read_bytes()
    assert json.loads(out)["schema"] == "ethicscheck/comparison/1"
    jsonschema.validate(json.loads(out), json.loads(capture("schema", "comparison")[1]))
    for name in ("out/compare.html", "out/compare.md"):
        assert "Got worse past a rule" in Path(name).read_text(encoding="utf-8")
    assert sorted(path.name for path in Path("out").iterdir()) == ["compare.html", "compare.json", "compare.md"]


def test_the_page_asks_for_nothing_and_runs_nothing(records, capture):
    """One file: no script, no address, a policy that forbids both; names are escaped."""
    record = audited(0.4)
    named = record.model_copy(update={"subject": record.subject.model_copy(update={"name": "<img src=x>"})})
    Path("named.json").write_bytes(named.to_json())
    capture("compare", "old.json", "named.json", "-f", "html", "-o", ".")
    page = Path("compare.html").read_text(encoding="utf-8")

    assert "<img" not in page
    assert "&lt;img src=x&gt;" in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert "default-src 'none'" in page


def test_audits_that_do_not_compare_leave_with_2_and_write_nothing(records, capture):
    """Each reason on a line of its own, with both values and what to do."""
    Path("other.json").write_bytes(audited(0.4, favourable="0").to_json())
    code, out, err = capture("compare", "old.json", "other.json", "-f", "html", "-o", "out")

    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "error: the audits can't be compared: decision that helps is 'positive' in one and 'negative' in the other "
        "(old.json, other.json) — the same names stand for different things; compare audits that ask the same"
    ]
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gone.json", "new.json"), "gone.json"),
        (("old.json",), "missing argument 'NEW'"),
        (("old.json", "new.json", "-f", "pdf"), "a comparison has no format 'pdf'"),
        (("old.json", "text.json"), "text.json"),
    ],
)
def test_bad_usage_leaves_with_2_in_a_line(records, capture, words, said):
    """Never with 1, which means that something got worse."""
    Path("text.json").write_text("no record")
    code, out, err = capture("compare", *words)

    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_reader_who_has_gone_changes_no_exit_code(records):
    """`| head -1`: still 1 for what got worse, and no traceback."""
    command = [sys.executable, "-m", "ethicscheck", "compare", "old.json", "new.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, err = process.communicate()

    assert process.returncode == 1
    assert b"Traceback" not in err


def test_audit_with_a_baseline_says_what_changed_and_leaves_with_1_for_what_is_new_or_worse(
    tmp_path, monkeypatch, capture
):
    """In the terminal, the report and the record; the verdict stays this audit's own."""
    monkeypatch.chdir(tmp_path)
    people(0.4).to_csv("data.csv", index=False)
    write_config(tmp_path, rules=RULES)
    Path("old.json").write_bytes(audited(0.2).to_json())
    Path("fine.json").write_bytes(audited(0.4).to_json())
    code, out, _ = capture("audit", "--baseline", "old.json", "-f", "html")
    same, known, _ = capture("audit", "--baseline", "fine.json", "-f", "html", "-o", "same")
    record = read_record(Path("ethicscheck-out/audit.json").read_bytes(), "audit.json")

    assert (code, same) == (1, 0)
    assert "0 known, 0 new, 1 worse." in out
    assert "1 known, 0 new, 0 worse." in known
    assert "Exit code 0: nothing that counts failed" in known
    assert read_record(Path("same/audit.json").read_bytes(), "audit.json").verdict == "fail"
    assert "What changed since the last audit: ✕ Got worse past a rule." in out
    assert record.baseline is not None
    assert [part.status for part in record.baseline.findings] == ["worse"]
    assert "What changed since the last audit" in Path("ethicscheck-out/report.html").read_text(encoding="utf-8")


def test_the_report_is_drawn_again_from_the_record_alone(tmp_path, monkeypatch, capture):
    """The earlier record is gone; the section is the same to the byte."""
    monkeypatch.chdir(tmp_path)
    people(0.4).to_csv("data.csv", index=False)
    write_config(tmp_path, rules=RULES)
    Path("old.json").write_bytes(audited(0.2).to_json())
    capture("audit", "--baseline", "old.json", "-f", "html")
    Path("old.json").unlink()
    shutil.copy("ethicscheck-out/audit.json", "kept.json")
    capture("report", "kept.json", "-f", "html", "-o", "again")

    assert Path("again/report.html").read_bytes() == Path("ethicscheck-out/report.html").read_bytes()


def test_a_baseline_that_can_not_be_read_stops_the_audit_before_it_starts(tmp_path, monkeypatch, capture):
    """Exit code 2, and nothing written."""
    monkeypatch.chdir(tmp_path)
    people(0.4).to_csv("data.csv", index=False)
    write_config(tmp_path, rules=RULES)
    code, _, err = capture("audit", "--baseline", "old.json")

    assert code == 2
    assert "old.json" in err
    assert not Path("ethicscheck-out").exists()


def test_a_baseline_that_asks_something_else_is_said_and_not_compared(tmp_path, monkeypatch, capture):
    """The audit is made, nothing is known, and that is said; the report says why no number is compared."""
    monkeypatch.chdir(tmp_path)
    people(0.4).to_csv("data.csv", index=False)
    write_config(tmp_path, rules=RULES)
    Path("old.json").write_bytes(audited(0.2, favourable="0").to_json())
    code, out, _ = capture("audit", "--baseline", "old.json", "-f", "html")

    assert code == 1
    assert "Nothing of the baseline counts as known: plan.favourable" in " ".join(out.split())
    assert "Can’t be compared" in " ".join(out.split())
    page = Path("ethicscheck-out/report.html").read_text(encoding="utf-8")
    assert "The same names stand for different things in the two audits" in page


def test_compare_imports_no_engine_and_no_heavy_library(records):
    """Two records need neither DuckDB nor pandas."""
    code = "from ethicscheck.cli import run; run(['compare', 'old.json', 'new.json'])"
    shown = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules, file=sys.stderr)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert {"duckdb", "pandas", "sklearn", "fairlearn", "matplotlib", "scipy.stats"} & set(
        shown.stderr.split()
    ) == set()

"""`ethicscheck lint`, and the hooks, the Action and the template that stand on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ethicscheck.cli import run

ROOT = Path(__file__).parents[2]
OURS = sorted(
    [
        *ROOT.glob("examples/*/ethicscheck.yaml"),
        *ROOT.glob("checklists/*.yaml"),
        *ROOT.glob("src/ethicscheck/policy/controls/*.yaml"),
    ]
)
BASH = shutil.which("bash")


@pytest.mark.parametrize(
    "path", OURS, ids=lambda path: path.name if path.name != "ethicscheck.yaml" else path.parent.name
)
def test_what_we_ship_passes(path: Path) -> None:
    """Every config, checklist, translation and control map of ours."""
    assert run(["lint", str(path)]) == 0


def test_every_problem_of_every_file_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One run is enough to mend them all."""
    config = tmp_path / "ethicscheck.yaml"
    config.write_text("schema: ethicscheck/config/1\nsubjekt: {}\ndata:\n  source: x.csv\n  sensitiv: [a]\n")
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(
        "schema: ethicscheck/waivers/1\nwaivers:\n  - rule: a\n    owner: b\n    reason: c\n    expires: soon\n"
    )

    assert run(["lint", str(config), str(waivers)]) == 2

    said = capsys.readouterr().err
    assert "ethicscheck.yaml:2" in said
    assert "ethicscheck.yaml:5" in said
    assert "waivers.yaml:6" in said
    assert "did you mean" in said


def test_data_are_not_read(tmp_path: Path) -> None:
    """A hook must not need the data: the file named in the config is not even there."""
    text = (ROOT / "examples/berkeley/ethicscheck.yaml").read_text()
    (tmp_path / "ethicscheck.yaml").write_text(text.replace("admissions.csv", "not-there.csv"))

    assert run(["lint", str(tmp_path / "ethicscheck.yaml")]) == 0


def test_yaml_of_others_is_passed_over_unless_all_is_asked_for(tmp_path: Path) -> None:
    """A hook gets every YAML file of a commit."""
    other = tmp_path / "compose.yaml"
    other.write_text("services: {}\n")

    assert run(["lint", str(other)]) == 0
    assert run(["lint", "--all", str(other)]) == 2


def test_answers_out_of_date_refuse_a_commit_and_open_ones_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """COMPAS's answers are good for 180 days; its open questions are no concern of a commit."""
    journal = tmp_path / "transparency.answers.jsonl"
    shutil.copy(ROOT / "examples/compas/answers/transparency.answers.jsonl", journal)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795392000")
    assert run(["lint", str(journal)]) == 0

    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1795392000 + 200 * 86400))

    assert run(["lint", str(journal)]) == 1
    assert "(stale)" in capsys.readouterr().out


def test_the_hooks_name_commands_that_run() -> None:
    """pre-commit reads the manifest; each entry is a command of ours, each file type one that it takes."""
    hooks = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())

    assert [hook["id"] for hook in hooks] == ["ethicscheck-lint", "ethicscheck-answers"]
    for hook in hooks:
        words = hook["entry"].split()
        assert words[0] == "ethicscheck"
        assert run([*words[1:], str(ROOT / "examples/compas/ethicscheck.yaml")]) == 0
        assert hook["language"] == "python"


def test_the_gitlab_template_reports_the_files_that_auto_writes() -> None:
    """GitLab shows nothing of a report under another name, and says nothing of it."""
    from ethicscheck.exports import FORMATS
    from ethicscheck.exports.speaking import resolved

    job = YAML(typ="safe").load((ROOT / "ci/gitlab/ethicscheck.gitlab-ci.yml").read_text())[".ethicscheck"]

    named = {Path(path).name for path in job["artifacts"]["reports"].values()}
    assert named == {FORMATS[name].file_name for name in resolved(["auto"], [], {"GITLAB_CI": "true"})}
    assert job["artifacts"]["when"] == "always"


def test_the_action_hands_every_input_over_as_a_variable() -> None:
    """An input within the text of a command would be run as one."""
    action = YAML(typ="safe").load((ROOT / "action.yml").read_text())

    (step,) = action["runs"]["steps"]
    assert "inputs." not in step["run"]
    assert {f"${{{{ inputs.{name} }}}}" for name in action["inputs"]} == set(step["env"].values())
    script = (ROOT / "ci/github/audit.sh").read_text()
    assert all(f"${{{name}" in script for name in step["env"])


@pytest.mark.skipif(BASH is None, reason="the Action runs in bash, which is not here")
@pytest.mark.parametrize(
    ("example", "more", "code", "verdict"),
    [
        ("compas", {}, 1, "fail"),
        ("promotion", {}, 3, "inconclusive"),
        ("promotion", {"ETHICSCHECK_ALLOW_INCONCLUSIVE": "true"}, 0, "inconclusive"),
        ("none; touch x", {"ETHICSCHECK_FORMATS": "$(touch x)"}, 2, ""),
    ],
)
def test_the_action_audits_and_tells_the_job(
    example: str, more: dict[str, str], code: int, verdict: str, tmp_path: Path
) -> None:
    """Annotations on stdout, the summary and the outputs in the job's files, the exit code as ours; nothing typed is run."""
    assert BASH is not None
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "ETHICSCHECK_PROGRAM": str(Path(sys.executable).parent / "ethicscheck"),
        "ETHICSCHECK_PYTHON": sys.executable,
        "ETHICSCHECK_CONFIG": str(ROOT / "examples" / example / "ethicscheck.yaml"),
        "ETHICSCHECK_FORMATS": "comment sarif",
        **more,
    }

    done = subprocess.run(
        [BASH, str(ROOT / "ci/github/audit.sh")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code, done.stderr
    told = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert told == {"exit-code": str(code), "verdict": verdict, "record": "ethicscheck-out/audit.json"}
    assert not (tmp_path / "x").exists()
    if code != 2:
        assert {path.name for path in (tmp_path / "ethicscheck-out").iterdir()} >= {
            "comment.md",
            "ethicscheck.sarif",
            "audit.json",
        }
        assert "::error" in done.stdout or verdict != "fail"
        assert "**Next:**" in (tmp_path / "summary.md").read_text()
    else:
        assert "::error title=ethicscheck::could not audit" in done.stdout

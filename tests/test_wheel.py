"""The wheel alone, in an empty environment, does the main job from another folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_code_templates_profiles_and_shipped_files(wheel: Path) -> None:
    """What runs from a checkout must run from the wheel."""
    names = set(zipfile.ZipFile(wheel).namelist())

    for wanted in (
        "ethicscheck/py.typed",
        "ethicscheck/report/templates/report.html.j2",
        "ethicscheck/report/templates/style.css",
        "ethicscheck/policy/profiles/four-fifths.yaml",
        "ethicscheck/_shipped/examples/compas/ethicscheck.yaml",
        "ethicscheck/_shipped/checklists/README.md",
    ):
        assert wanted in names
    assert not [name for name in names if name.startswith("tests/") or "__pycache__" in name or name.endswith(".pyc")]


@pytest.mark.slow
def test_the_wheel_audits_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed with nothing but its declared dependencies, run from a folder that is not the repository."""
    environment = tmp_path / "empty"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([str(scripts / "python"), "-m", "pip", "install", "-q", str(wheel)], check=True, capture_output=True)
    work = tmp_path / "elsewhere"
    shutil.copytree(ROOT / "examples/compas", work)
    clean = {"PATH": "/usr/bin:/bin", "LANG": "C"}

    done = subprocess.run(
        [str(scripts / "ethicscheck"), "audit"],
        cwd=work,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "")
    tool = str(scripts / "ethicscheck")
    listed = subprocess.run(
        [tool, "checklist", "list"], cwd=work, env=clean, capture_output=True, text=True, check=True
    )
    assert "transparency" in listed.stdout
    assert "unintended-consequences" in listed.stdout
    start = [tool, "checklist", "start", "transparency", "-o", "mine.answers.jsonl"]
    subprocess.run(start, cwd=work, env=clean, capture_output=True, check=True)
    walk = [tool, "checklist", "walk", "mine.answers.jsonl", "--as", "Ada", "--role", "product"]
    walked = subprocess.run(walk, cwd=work, env=clean, capture_output=True, text=True, input="no\nq\n", check=False)
    assert walked.returncode == 0, walked.stderr
    assert "Are people told that a machine took part" in walked.stdout
    assert len((work / "mine.answers.jsonl").read_text().splitlines()) == 2
    assert (work / "ethicscheck-out/report.html").stat().st_size < 230_000
    assert "Fails its rules" in done.stdout

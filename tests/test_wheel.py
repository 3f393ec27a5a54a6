"""The wheel alone, in an empty environment, does the main job from another folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
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
        "ethicscheck/web/templates/base.html.j2",
        "ethicscheck/web/static/app.css",
        "ethicscheck/web/static/htmx.min.js",
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
    _serves_once_its_extra_is_there(scripts, wheel, work, clean)


def _serves_once_its_extra_is_there(scripts: Path, wheel: Path, work: Path, clean: dict[str, str]) -> None:
    """Without the extra the web app says what to install; with it, its page and all that the page loads is there."""
    serve = [str(scripts / "ethicscheck"), "serve", ".", "--no-browser"]
    without = subprocess.run(serve, cwd=work, env=clean, capture_output=True, text=True, check=False)
    assert (without.returncode, without.stdout) == (2, "")
    assert 'pip install "ethicscheck[web]"' in without.stderr

    install = [str(scripts / "python"), "-m", "pip", "install", "-q", f"{wheel}[web]"]
    subprocess.run(install, check=True, capture_output=True)
    server = subprocess.Popen(serve, cwd=work, env=clean, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split(" at ")[1].strip()
        base = address.split("/?")[0]
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        page = browser.open(address, timeout=120).read().decode()
        loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        assert "Who are you?" in page
        assert len(loaded) >= 3
        for part in loaded:
            assert browser.open(f"{base}{part}", timeout=120).status == 200
    finally:
        server.kill()
        server.communicate(timeout=120)


def test_the_same_sources_make_the_same_bytes(tmp_path: Path) -> None:
    """Wheel and sdist, built in two folders with other clocks and file times: who doubts a release can build it again."""
    built = []
    for number, name in enumerate(("one", "a-folder-elsewhere")):
        copy = tmp_path / name
        shutil.copytree(
            ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", ".nox", "site", "__pycache__", ".*_cache")
        )
        for path in copy.rglob("*"):
            os.utime(path, (1_600_000_000 + number, 1_600_000_000 + 10_000 * number))
        made = tmp_path / f"{name}-dist"
        subprocess.run(
            [sys.executable, "-m", "build", "--outdir", str(made), str(copy)],
            check=True,
            capture_output=True,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000", "TZ": ("UTC", "Asia/Tokyo")[number]},
        )
        built.append({path.name: path.read_bytes() for path in made.iterdir()})

    assert sorted(built[0]) == sorted(built[1])
    assert [name.rpartition(".")[2] for name in sorted(built[0])] == ["whl", "gz"]
    for name, content in built[0].items():
        assert built[1][name] == content, name


def test_the_metadata_say_what_a_reader_of_a_registry_needs(wheel: Path) -> None:
    """Licence with its file, Python versions, every extra, the README."""
    from email import message_from_bytes

    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = message_from_bytes(archive.read(name))
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]

    assert metadata["License-Expression"] == "Apache-2.0"
    assert any(part.endswith("licenses/LICENSE") for part in archive.namelist())
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Version"] == re.search(r'= "(.+)"', (ROOT / "src/ethicscheck/__about__.py").read_text())[1]  # type: ignore[index]
    assert sorted(metadata.get_all("Provides-Extra", [])) == sorted(extras)
    assert len(metadata["Summary"]) < 200
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert str(metadata.get_payload()).startswith("# ethicscheck")

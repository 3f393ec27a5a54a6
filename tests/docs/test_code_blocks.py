"""Code and commands in the docs are run as they stand there, page by page; what can't be run says why, in a comment before it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import ethicscheck as ec

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"(?P<not_run><!-- not run: (?P<why>[^>]+) -->\n)?^```(?P<kind>[a-z]+)\n(?P<code>.*?)^```", re.DOTALL | re.MULTILINE
)
# Pages whose commands stand on a config here and earlier audits; the archive's have tests of their own (tests/archive).
RUN_HERE = (
    "attestations",
    "ci",
    "ci-github",
    "ci-pre-commit",
    "comparing-audits",
    "editors",
    "gates",
    "power",
    "registries",
)
UNUSABLE = re.compile(r"\b(OLD|NEW)\b")


def blocks(page: Path, kind: str) -> list[str]:
    """Return the blocks of a page that are to be run."""
    found = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [part["code"] for part in found if part["kind"] == kind and not part["not_run"]]


PAGES = sorted(ROOT.glob("docs/**/*.md"))
WITH_PYTHON = [page for page in PAGES if blocks(page, "python")]
WITH_YAML = [page for page in PAGES if blocks(page, "yaml")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as readers have it: a config with its data and answers, earlier audits, the examples."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "examples/compas", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    result = ec.audit("ethicscheck.yaml")
    for name in ("main", "old", "new", "ethicscheck-out"):
        result.save(tmp_path / name)
    (tmp_path / "agreed").mkdir()
    return tmp_path


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.stem)
def test_python_runs_in_the_order_of_the_page(page: Path, folder: Path) -> None:
    """In a fresh interpreter, warnings as errors."""
    code = "\n".join(blocks(page, "python"))

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", RUN_HERE)
def test_commands_run(name: str, folder: Path) -> None:
    """Every `ethicscheck` line of the page: it may fail a rule, but never be refused."""
    lines = [
        line
        for block in blocks(ROOT / f"docs/{name}.md", "sh")
        for line in block.splitlines()
        if line.startswith("ethicscheck ") and not UNUSABLE.search(line)
    ]

    assert lines
    for line in lines:
        words = shlex.split(re.split(r" \|\| |; | > ", line)[0], comments=True)
        program = str(Path(sys.executable).parent / "ethicscheck")
        done = subprocess.run([program, *words[1:]], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1, 3), (line, done.stderr)


@pytest.mark.parametrize("page", WITH_YAML, ids=lambda page: page.stem)
def test_yaml_can_be_read(page: Path) -> None:
    """A config that is copied from the docs must at least be YAML; keys twice would be an error."""
    for block in blocks(page, "yaml"):
        assert YAML(typ="safe").load(block) is not None


REFUSED = 99
CHECKED = """
ethicscheck() {
  command ethicscheck "$@"; code=$?
  if [ "$code" -eq 2 ]; then echo "refused: $*" >&2; exit 99; fi
  return "$code"
}
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="the tutorial is typed into bash, which is not here")
def test_the_tutorial_ends_with_a_signed_archive_that_verifies(tmp_path: Path) -> None:
    """Every command in its order, in an empty folder; what it prints stands in the tutorial as it came out."""
    pytest.importorskip("bagit", reason="the extra `archive` is not installed")
    pytest.importorskip("securesystemslib", reason="the extra `sign` is not installed")
    page = ROOT / "docs/tutorial.md"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    done = subprocess.run(
        ["bash", "-c", CHECKED + "\n".join(blocks(page, "sh")) + "\nexit 0"],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != REFUSED, done.stderr
    assert "It is signed with the key you gave" in done.stdout
    assert "2 known, 0 new, 0 worse" in done.stdout
    for shown in blocks(page, "text"):
        for part in shown.strip().split("\n\n"):
            assert " ".join(part.split()) in " ".join(done.stdout.split())


def test_what_is_not_run_says_why() -> None:
    """A reason of some words, and few of them."""
    reasons = [part["why"] for page in PAGES for part in BLOCK.finditer(page.read_text()) if part["not_run"]]

    assert all(len(why.split()) >= 4 for why in reasons)
    assert len(reasons) < 15


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    """Strictly; and a reader without a network sees the same pages."""
    pytest.importorskip("material", reason="the extra `docs` is not installed")
    words = ["-m", "mkdocs", "build", "--strict", "-q", "-f", str(ROOT / "mkdocs.yml"), "-d", str(tmp_path / "site")]

    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, env={"NO_MKDOCS_2_WARNING": "1"}
    )

    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        loaded = re.findall(
            r"<(?:script|img|link|iframe)\b[^>]*?(?:src|href)=\"?(https?://[^\s\">]+)", page.read_text()
        )
        assert loaded == [], page.name

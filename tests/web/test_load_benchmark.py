"""The benchmark of many people saving at once, on a few of them: nothing lost or doubled, and that it would be noticed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "web_load.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("web_load", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["web_load"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_a_few_people_lose_nothing_and_double_nothing_though_the_server_is_killed() -> None:
    command = [sys.executable, str(SCRIPT), "--people", "4", "--seconds", "4", "--every", "1", "--limit-ms", "0"]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "running      16" in done.stdout
    assert "killed       16" in done.stdout
    assert done.stdout.count("lost, doubled or broken 0") == 2


@pytest.mark.parametrize(
    ("written", "noticed"),
    [(["a", "b"], False), (["a"], True), (["a", "b", "b"], True), (["b", "a"], True)],
    ids=["as acknowledged", "one lost", "one doubled", "in another order"],
)
def test_what_the_journal_holds_otherwise_is_noticed(tmp_path: Path, written: list[str], noticed: bool) -> None:
    module = loaded()
    lines = [{"seq": seq, "by": "Ana", "item": "x", "value": value} for seq, value in enumerate(written, 1)]
    path = tmp_path / f"{module.CHECKLIST}.answers.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    ana = module.Someone("Ana", module.Line(1), 0, saved=[("x", "a"), ("x", "b")])

    assert bool(module.compare(tmp_path, [ana])) is noticed

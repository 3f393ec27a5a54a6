"""Audits started in the app run in processes of their own: watched, stopped, put in place whole or not at all."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ethicscheck.api import audit
from ethicscheck.errors import UsageError
from ethicscheck.web.access import Person
from ethicscheck.web.runs import running
from ethicscheck.web.runs.facts import Run
from ethicscheck.web.runs.running import Runs
from helpers import TWELVE, write_config

EXAMPLES = Path(__file__).parents[3] / "examples"
MIRA = Person("p1", "Mira", "ethics_reviewer", "reviewer", False)
# A measure that says it was reached, and then takes for ever.
WAITING = """
import pathlib, time
import numpy
def wait(y_true, y_pred, sample_weight=None):
    pathlib.Path("reached").touch()
    while not pathlib.Path("go on").exists():
        time.sleep(0.02)
    return float(numpy.average(y_pred, weights=sample_weight))
"""
STUBBORN = WAITING.replace("time.sleep(0.02)", "\n        try: time.sleep(0.02)\n        except BaseException: pass")


def waiting_project(folder: Path, code: str = WAITING) -> Path:
    """Return the config of an audit that waits in the middle until there is a file `go on`."""
    folder.mkdir(exist_ok=True)
    folder.joinpath("data.csv").write_text(TWELVE, encoding="utf-8")
    folder.joinpath("own.py").write_text(code, encoding="utf-8")
    path = write_config(folder, metrics=["wait"])
    value = json.loads(path.read_text(encoding="utf-8"))
    value["custom"] = {"wait": {"function": "own.py:wait", "lowest": 0, "highest": 1}}
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


async def ended(runs: Runs, run: str) -> Run:
    """Return an audit when nothing more becomes of it."""
    return [known async for known in runs.watch(run)][-1]


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition, generously."""
    async with asyncio.timeout(120):
        while not condition():
            await asyncio.sleep(0.02)


def with_runs(folder: Path, work: Callable[[Runs], Awaitable[None]], **options: Any) -> Runs:
    """Do something with the runs of a folder, in a loop of its own."""
    runs = Runs(folder, **options)

    async def whole() -> None:
        try:
            await work(runs)
        finally:
            await runs.close()

    asyncio.run(whole())
    return runs


def log_of(folder: Path) -> list[dict[str, Any]]:
    path = folder / ".ethicscheck-web" / "runs.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_audit_is_made_beside_its_config_and_is_the_same_as_the_terminals(tmp_path: Path) -> None:
    """The documents that the config asks for lie in a folder named after the moment; the log says who started it."""
    shutil.copytree(EXAMPLES / "compas", tmp_path / "compas")
    seen: list[Run] = []

    async def work(runs: Runs) -> None:
        run = await runs.start("compas-1", tmp_path / "compas" / "ethicscheck.yaml", MIRA)
        assert (run.state, run.by, run.config) == ("running", "Mira", "compas/ethicscheck.yaml")
        async for known in runs.watch(run.id):
            seen.append(known)

    with_runs(tmp_path, work)

    last = seen[-1]
    assert (last.state, last.verdict, last.problems) == ("done", "fail", ())
    assert "documents" in {known.phase for known in seen}
    assert last.folder is not None
    made = tmp_path / last.folder
    assert made.parent == tmp_path / "compas" / "ethicscheck-out"
    assert sorted(file.name for file in made.iterdir()) == ["audit.json", "report.html"]
    assert sorted(file.name for file in made.parent.iterdir()) == [made.name]  # nothing is left beside it
    record = json.loads((made / "audit.json").read_bytes())
    assert (
        record["findings"] == json.loads(audit(tmp_path / "compas" / "ethicscheck.yaml").record.to_json())["findings"]
    )
    started, done = log_of(tmp_path)
    assert (started["event"], started["by"]["name"], started["config"]) == (
        "started",
        "Mira",
        "compas/ethicscheck.yaml",
    )
    assert (done["event"], done["state"], done["verdict"], done["folder"]) == ("ended", "done", "fail", last.folder)
    assert last.rows == record["data"]["rows"]


def test_one_audit_never_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two audits of the same second have two folders."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    tmp_path.joinpath("data.csv").write_text(TWELVE, encoding="utf-8")
    config = write_config(tmp_path)

    async def work(runs: Runs) -> None:
        for _ in range(2):
            await ended(runs, (await runs.start("here", config, MIRA)).id)

    with_runs(tmp_path, work)

    names = sorted(folder.name for folder in (tmp_path / "ethicscheck-out").iterdir())
    assert names == ["20231114-221320", "20231114-221320-2"]


def test_what_is_wrong_reads_as_in_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every problem with its line and what to do; nothing is written."""
    from ethicscheck.cli import run as command

    tmp_path.joinpath("data.csv").write_text(TWELVE, encoding="utf-8")
    config = write_config(tmp_path, sensitive=["grop"])
    found: list[Run] = []

    async def work(runs: Runs) -> None:
        found.append(await ended(runs, (await runs.start("here", config, MIRA)).id))

    with_runs(tmp_path, work)
    assert command(["audit", str(config), "-o", str(tmp_path / "other")]) == 2

    said = [line.removeprefix("error: ") for line in capsys.readouterr().err.splitlines()]
    assert found[0].state == "failed"
    assert list(found[0].problems) == said
    assert "'group'" in said[0]
    assert not (tmp_path / "ethicscheck-out").exists()


def test_a_second_start_leads_to_the_running_one_and_there_is_a_bound_on_all(tmp_path: Path) -> None:
    """One audit a config, a few at once; the next one is refused in words and leaves nothing behind."""
    configs = [waiting_project(tmp_path / name) for name in ("a", "b", "c")]

    async def work(runs: Runs) -> None:
        first = await runs.start("a", configs[0], MIRA)
        again = await runs.start("a", configs[0], MIRA)
        await runs.start("b", configs[1], MIRA)
        assert again.id == first.id
        with pytest.raises(UsageError, match="2 audits are being made already"):
            await runs.start("c", configs[2], MIRA)
        assert not (tmp_path / "c" / "ethicscheck-out").exists()
        (tmp_path / "a" / "go on").touch()
        assert (await ended(runs, first.id)).state == "done"
        assert (await runs.start("c", configs[2], MIRA)).state == "running"

    with_runs(tmp_path, work)


@pytest.mark.parametrize("code", [WAITING, STUBBORN], ids=["one that lets go", "one that does not"])
def test_a_stopped_audit_lets_go_and_leaves_nothing(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told to stop; what does not listen is ended. Nothing half-written is left, and the log names both people."""
    monkeypatch.setattr(running, "GRACE", 1.0)
    config = waiting_project(tmp_path / "a", code)

    async def work(runs: Runs) -> None:
        run = await runs.start("a", config, MIRA)
        await until((tmp_path / "a" / "reached").exists)
        await runs.stop(run.id, "Eva")
        state = runs.get(run.id)
        assert state is not None
        assert state.state == "stopping"
        last = await ended(runs, run.id)
        assert (last.state, last.ended_by, last.folder) == ("stopped", "Eva", None)

    with_runs(tmp_path, work)

    assert not (tmp_path / "a" / "ethicscheck-out").exists()
    assert log_of(tmp_path)[-1] | {"at": "", "run": ""} == {
        "at": "",
        "run": "",
        "event": "ended",
        "state": "stopped",
        "ended_by": "Eva",
    }


def test_a_process_that_the_system_ends_is_told_in_words(tmp_path: Path) -> None:
    """Killed for want of memory, say: the audit failed, it says how, and nothing is left."""
    config = waiting_project(tmp_path / "a")

    async def work(runs: Runs) -> None:
        run = await runs.start("a", config, MIRA)
        await until((tmp_path / "a" / "reached").exists)
        process = runs._going[run.id].process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        last = await ended(runs, run.id)
        assert last.state == "failed"
        assert "with signal 9 — most likely for want of memory" in last.problems[0]

    with_runs(tmp_path, work)
    assert not (tmp_path / "a" / "ethicscheck-out").exists()


def test_memory_has_a_bound(tmp_path: Path) -> None:
    """What takes more than it may have is refused by the system, and said in the terminal's words."""
    code = (
        "import sys; from pathlib import Path; from ethicscheck.web.runs.child import limit_memory, problems_of\n"
        "limit_memory(1 << 30)\n"
        "try: bytearray(2 << 30)\n"
        "except MemoryError as error: print(*problems_of(error, Path('c.yaml')))\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.startswith("out of memory — give the machine more")


def test_a_server_that_died_leaves_an_audit_that_is_told_as_ended(tmp_path: Path) -> None:
    """The next server clears what was left, says so, and leaves alone what another server is still making."""
    config = waiting_project(tmp_path / "a")

    async def work(runs: Runs) -> None:
        run = await runs.start("a", config, MIRA)
        await until((tmp_path / "a" / "reached").exists)
        other = Runs(tmp_path)
        await other.remember()
        assert other.get(run.id) is None  # it is being made elsewhere
        going = runs._going[run.id]
        assert going.task is not None
        assert going.process is not None
        os.close(going.place._alive)  # as when the server is killed
        going.place._alive = -1
        os.kill(going.process.pid, signal.SIGSTOP)
        await other.remember()
        left = other.get(run.id)
        assert left is not None
        assert (left.state, left.by) == ("failed", "Mira")
        assert "The server ended before the audit did" in left.problems[0]
        assert not (tmp_path / "a" / "ethicscheck-out").exists()
        os.kill(going.process.pid, signal.SIGKILL)

    with_runs(tmp_path, work)


def test_a_log_that_was_meddled_with_leads_nowhere(tmp_path: Path) -> None:
    """Lines that name files outside, or are none of ours, are passed over; nothing outside is removed."""
    outside = tmp_path / "outside" / "ethicscheck-out" / ".making-x"
    outside.mkdir(parents=True)
    root = tmp_path / "root"
    root.joinpath(".ethicscheck-web").mkdir(parents=True)
    started = {
        "event": "started",
        "run": "x",
        "key": "k",
        "config": "../outside/ethicscheck.yaml",
        "at": "",
        "by": {"name": ""},
    }
    lines = [
        json.dumps(started),
        json.dumps(started | {"config": str(tmp_path / "outside" / "c")}),
        "[]",
        "{",
        '{"run": 3}',
    ]
    lines.append(json.dumps(started | {"run": "../../x", "config": "c.yaml"}))
    root.joinpath(".ethicscheck-web", "runs.jsonl").write_text("\n".join(lines), encoding="utf-8")

    async def work(runs: Runs) -> None:
        await runs.remember()
        assert runs.all() == ()

    with_runs(root, work)
    assert outside.is_dir()


def test_documents_never_go_through_a_link_out_of_the_folder(tmp_path: Path) -> None:
    """`ethicscheck-out` may be a link; then nothing is made."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    config = waiting_project(tmp_path / "root")
    (tmp_path / "root" / "ethicscheck-out").symlink_to(elsewhere)

    async def work(runs: Runs) -> None:
        with pytest.raises(UsageError, match="it is a link"):
            await runs.start("a", config, MIRA)
        assert runs.all()[0].state == "failed"

    with_runs(tmp_path / "root", work)
    assert list(elsewhere.iterdir()) == []


def test_nothing_in_the_project_is_taken_for_a_package(tmp_path: Path) -> None:
    """A file `numpy.py` beside the config is not run."""
    tmp_path.joinpath("numpy.py").write_text("raise SystemExit('run')", encoding="utf-8")
    tmp_path.joinpath("data.csv").write_text(TWELVE, encoding="utf-8")
    config = write_config(tmp_path)
    found: list[Run] = []

    async def work(runs: Runs) -> None:
        found.append(await ended(runs, (await runs.start("here", config, MIRA)).id))

    with_runs(tmp_path, work)
    assert (found[0].state, found[0].problems) == ("done", ())

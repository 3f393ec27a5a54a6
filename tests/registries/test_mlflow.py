"""MLflow: what a real server with SQLite holds after an audit was logged."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import ethicscheck as ec
from ethicscheck.errors import UsageError
from ethicscheck.registries.mlflow import log_audit, metrics_of

EXAMPLES = Path(__file__).parents[2] / "examples"
CODE = """
import sys, json
import mlflow
from pathlib import Path
from ethicscheck.registries.mlflow import log_audit
uri, record, folder = sys.argv[1:]
mlflow.set_tracking_uri(uri)
with mlflow.start_run() as run:
    log_audit(record)
data = mlflow.MlflowClient().get_run(run.info.run_id).data
files = [part.path for part in mlflow.MlflowClient().list_artifacts(run.info.run_id, "ethicscheck")]
held = Path(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="ethicscheck/audit.json", dst_path=folder))
print(json.dumps({"metrics": data.metrics, "tags": data.tags, "files": files, "record": held.read_text()}))
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Start a server on loopback, with SQLite behind it."""
    pytest.importorskip("mlflow", reason="the extra `mlflow` is not installed")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    words = ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    words += [
        "--backend-store-uri",
        f"sqlite:///{tmp_path}/mlflow.db",
        "--artifacts-destination",
        str(tmp_path / "kept"),
    ]
    with (tmp_path / "server.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *words], cwd=tmp_path, stdout=log, stderr=log, start_new_session=True
        )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            assert process.poll() is None, (tmp_path / "server.txt").read_text()
            try:
                with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                    if answer.status == 200:
                        break
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.2)
        else:
            pytest.fail((tmp_path / "server.txt").read_text())
        yield address
    finally:
        import os
        import signal

        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.slow
def test_a_server_holds_values_tags_and_documents(server: str, tmp_path: Path) -> None:
    """Every value to the last bit, the verdict as a tag, report and record as artifacts."""
    import json

    result = ec.audit(EXAMPLES / "promotion/ethicscheck.yaml")
    (path, *_) = result.save(tmp_path / "out", "json")

    done = subprocess.run(
        [sys.executable, "-c", CODE, server, str(path), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    held = json.loads(done.stdout.splitlines()[-1])
    assert held["metrics"] == dict(metrics_of(result.record))
    assert held["tags"]["ethicscheck.verdict"] == result.verdict
    assert sorted(held["files"]) == ["ethicscheck/audit.json", "ethicscheck/report.html"]
    assert held["record"] == path.read_text()


def test_names_are_legal_and_told_apart() -> None:
    """MLflow refuses most signs; groups whose names become alike keep their own values."""
    import pandas as pd

    frame = pd.DataFrame({"g": ["a+b"] * 60 + ["a*b"] * 60 + ["x/" + "y" * 300] * 60, "p": [1, 0, 0] * 60})
    record = ec.audit(frame, prediction="p", sensitive="g", metrics="selection_rate").record

    names = [name for name, _ in metrics_of(record)]

    assert len(set(names)) == len(names)
    assert all(len(name) <= 250 for name in names)
    assert sum("selection_rate" in name for name in names) == 4


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a traceback about a module."""
    monkeypatch.setitem(sys.modules, "mlflow", None)

    with pytest.raises(UsageError, match=r"ethicscheck\[mlflow\]"):
        log_audit(EXAMPLES / "none.json")

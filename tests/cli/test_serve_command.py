"""`ethicscheck serve`, as a terminal sees it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PATIENCE = 120


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a server; yield it and the address it printed."""
    command = [sys.executable, "-m", "ethicscheck", "serve", str(folder), "--no-browser", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def get(address: str, cookie: str = "") -> http.client.HTTPResponse:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", target, headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_one_line_tells_the_address_once_it_answers_and_the_link_lets_in_once(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, line):
        found = re.fullmatch(
            rf"Serving {re.escape(str(tmp_path))} at (http://127\.0\.0\.1:[0-9]+)/\?token=(\S+)\n", line
        )
        assert found is not None, line
        base, token = found[1], found[2]

        without = get(f"{base}/")
        unknown = get(f"{base}/nothing/here")
        first = get(f"{base}/?token={token}")
        again = get(f"{base}/?token={token}")
        cookie = (first.getheader("Set-Cookie") or "").split(";")[0]
        inside = get(f"{base}/", cookie)

    assert without.status == 401
    assert unknown.status == 401
    assert first.status == 303
    assert again.status == 401
    assert inside.status == 303  # to the question who one is
    assert (inside.getheader("Location") or "").startswith("/who")


def test_ctrl_c_ends_it_with_130_and_no_traceback(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, line):
        assert line.startswith("Serving ")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert errors.splitlines() == ["stopped; what was saved is in its journal"]


def test_a_port_that_is_taken_is_an_error_that_names_it(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, line):
        port = re.search(r":([0-9]+)/", line)
        assert port is not None
        done = subprocess.run(
            [sys.executable, "-m", "ethicscheck", "serve", str(tmp_path), "--no-browser", "--port", port[1]],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    assert done.returncode == 2
    assert done.stdout == ""
    assert f"127.0.0.1:{port[1]}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "without --team only this machine may reach the server"),
        (["--root-path", "ethics"], "it begins with /"),
        (["--port", "99999"], "65535"),
    ],
)
def test_what_cannot_be_served_is_refused_in_a_line(tmp_path: Path, words: list[str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ethicscheck", "serve", str(tmp_path), "--no-browser", *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ethicscheck", "serve", str(tmp_path / "no"), "--no-browser"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert done.returncode == 2
    assert "there is no such folder" in done.stderr


def test_without_the_extra_the_message_says_what_to_install() -> None:
    hidden = (
        "import importlib.util, sys; found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'starlette' else found(name, *rest)\n"
        "from ethicscheck.cli import main; main(['serve', '.', '--no-browser'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", hidden], capture_output=True, text=True, timeout=PATIENCE, env=dict(os.environ)
    )

    assert done.returncode == 2
    assert 'pip install "ethicscheck[web]"' in done.stderr

"""A database gives the audit that a frame with the same rows gives, to the byte; rows and passwords stay where they are."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from test_same_audit_from_every_format import COLUMNS, PARTS, ROWS

import ethicscheck as ec
from ethicscheck.cli import run
from ethicscheck.sources import databases
from ethicscheck.sources.databases import Database, fetch
from helpers import audit_files, audit_frame, results, write_config

pytest.importorskip("ibis", reason="the extra `sql` is not installed")
KINDS = ("text", "bigint", "bigint", "bigint", "double precision", "bigint", "double precision")
LOOPBACK = "127.0.0.1"
INITDB = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None) or shutil.which("initdb")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL on a free port of the loopback, with the rows in the table `audit.people`."""
    if INITDB is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    psycopg = pytest.importorskip("psycopg", reason="the extra `sql` is not installed")
    home = Path("/tmp") / f"ethicscheck-pg-{os.getpid()}"  # its socket's path must be short, its owner another
    home.mkdir()
    before: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        before = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        shutil.chown(home, "postgres")
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    subprocess.run(
        [*before, str(INITDB), "-D", str(home / "data"), "-A", "trust", "-U", "auditor"],
        check=True,
        capture_output=True,
        cwd=home,
    )
    program = str(Path(INITDB).with_name("postgres"))
    server = subprocess.Popen(
        [*before, program, "-D", str(home / "data"), "-k", str(home), "-h", LOOPBACK, "-p", str(port)],
        cwd=home,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"postgresql://auditor@{LOOPBACK}:{port}/postgres"
        for _ in range(200):
            try:
                with psycopg.connect(address) as connection:
                    _fill(connection)
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
        yield address
    finally:
        server.send_signal(signal.SIGINT)  # its fast way: SIGTERM waits for those who are connected
        server.wait()
        shutil.rmtree(home)


def _fill(connection: Any) -> None:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(COLUMNS, KINDS, strict=True))
    connection.execute("create schema audit")
    connection.execute(f"create table audit.people ({columns})")
    with connection.cursor() as cursor, cursor.copy("copy audit.people from stdin") as copy:
        for row in ROWS:
            copy.write_row(row)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """An SQLite file with the same rows in the table `people`."""
    with sqlite3.connect(tmp_path / "people.db") as connection:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(COLUMNS, KINDS, strict=True))
        connection.execute(f"create table people ({columns})")
        connection.executemany("insert into people values (?, ?, ?, ?, ?, ?, ?)", ROWS)
    return f"sqlite:///{tmp_path / 'people.db'}"


VARIANTS: dict[str, dict[str, Any]] = {
    "decisions": PARTS,
    "scores": {**PARTS, "score": "s", "weight": None},
    "score with a threshold": {**PARTS, "prediction": None, "score": "s", "threshold": 0.5},
    "strata": {"sensitive": ["race"], "strata": ["n"]},
    "unknown values": {"sensitive": ["race"], "unknown": ["White", 0]},
    "clusters": {"sensitive": ["race"], "cluster": "age"},
    "two models": {"sensitive": ["race"], "compare_with": "n", "positive": 1, "unknown": [2, 3]},
}


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """The audits of the frame, which the databases' must equal."""
    frame = pd.DataFrame(ROWS, columns=list(COLUMNS))
    return {name: results(audit_frame(frame, **parts)) for name, parts in VARIANTS.items()}


@pytest.mark.parametrize("name", VARIANTS)
def test_postgresql_gives_the_same_audit(name: str, postgres: str, tmp_path: Path, expected: dict[str, Any]) -> None:
    """Each estimate, gap and finding, to the last bit."""
    record = audit_files(tmp_path, source={"sql": postgres, "table": "audit.people"}, **VARIANTS[name])

    assert results(record) == expected[name]
    assert [source.name for source in record.provenance.sources] == ["postgresql table audit.people"]


@pytest.mark.parametrize("name", VARIANTS)
def test_sqlite_gives_the_same_audit(name: str, sqlite: str, tmp_path: Path, expected: dict[str, Any]) -> None:
    """SQLite knows no NaN and no types to speak of."""
    record = audit_files(tmp_path, source={"sql": sqlite, "query": "select * from people"}, **VARIANTS[name])

    assert results(record) == expected[name]


def test_only_counts_leave_the_database(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each query that is run groups or counts; none returns as many rows as there are people."""
    fetched: list[int] = []

    def counted(table: Any) -> Any:
        rows = fetch(table)
        fetched.append(len(rows))
        return rows

    monkeypatch.setattr(databases, "fetch", counted)
    audit_files(tmp_path, source={"sql": postgres, "table": "audit.people"}, sensitive=["race"])

    assert fetched
    assert max(fetched) < 40 < len(ROWS)


def test_frames_of_ibis_are_taken_in_python(sqlite: str) -> None:
    """An ibis table has `__array__`, and was once taken for y_true."""
    import ibis

    table = ibis.connect(sqlite).table("people")
    frame = pd.DataFrame(ROWS, columns=list(COLUMNS))
    ours, theirs = (ec.audit(data, label="y", prediction="p", sensitive="race", min_group=0) for data in (table, frame))

    assert results(ours.record) == results(theirs.record)


SECRET = "hunter2"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({"sql": f"postgresql://ada:{SECRET}@db/loans", "table": "t"}, "a config holds no password"),
        ({"sql": f"postgresql://db/loans?password={SECRET}", "table": "t"}, "a config holds no password"),
        ({"sql": "sqlite:///x.db"}, "either `table` or `query`"),
        ({"sql": "sqlite:///x.db", "table": "t", "query": "select 1"}, "either `table` or `query`"),
        ({"sql": "loans", "table": "t"}, "begins with the kind of database"),
        ({"sql": "sqlite:///x.db", "tabel": "t"}, "table"),
    ],
)
def test_a_source_that_can_not_be_meant_is_refused_with_its_line(
    source: dict[str, str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the password in it is not repeated."""
    config = write_config(tmp_path, source=source)

    assert run(["lint", str(config)]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert f"{config.name}:" in said
    assert SECRET not in said


def test_an_address_in_a_variable_may_hold_a_password_and_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody listens at port 1; what the driver says quotes the address."""
    monkeypatch.setenv("LOANS_DB", f"postgresql://ada:{SECRET}@{LOOPBACK}:1/loans")
    config = write_config(tmp_path, source={"sql": "$LOANS_DB", "table": "loans"})

    assert run(["audit", str(config), "-o", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "the postgresql database can't be opened" in said
    assert not any(part in said for part in (SECRET, "ada", LOOPBACK))
    assert not (tmp_path / "out").exists()
    monkeypatch.delenv("LOANS_DB")
    assert run(["audit", str(config)]) == 2
    assert "the variable LOANS_DB is not set" in capsys.readouterr().err


def test_the_record_holds_nothing_of_an_address_in_a_variable(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither name of the user nor machine."""
    monkeypatch.setenv("LOANS_DB", postgres)
    config = write_config(tmp_path, source={"sql": "$LOANS_DB", "table": "audit.people"}, sensitive=["race"])

    run(["audit", str(config), "-q", "-o", str(tmp_path / "out")])

    for path in (tmp_path / "out").iterdir():
        text = path.read_text()
        assert not any(part in text for part in ("auditor", LOOPBACK, postgres)), path.name
    assert "database table audit.people" in (tmp_path / "out/audit.json").read_text()


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"source": {"table": "nobody"}}, "refused the query"),
        ({"source": {"query": "select race from"}}, "refused the query"),
        ({"source": {"table": "people"}, "label": "outcome"}, "there is no column 'outcome'"),
        ({"source": {"table": "people"}, "weight": "race", "sensitive": ["n"]}, "column 'race'"),
        ({"source": {"table": "people"}, "task": "regression", "label": "s", "prediction": "w"}, "64 bits"),
    ],
)
def test_what_the_database_does_not_have_is_told_in_a_line(
    parts: dict[str, Any], says: str, sqlite: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, before anything is written."""
    source = {"sql": sqlite, **parts.pop("source")}
    config = write_config(tmp_path, source=source, **{"sensitive": ["race"], **parts})

    assert run(["audit", str(config), "-o", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert len(said.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, exit 2."""
    monkeypatch.setitem(sys.modules, "ibis", None)
    config = write_config(tmp_path, source={"sql": "sqlite:///x.db", "table": "t"})

    assert run(["audit", str(config)]) == 2
    assert 'pip install "ethicscheck[sql]"' in capsys.readouterr().err


def test_a_query_can_be_stopped(postgres: str) -> None:
    """What Ctrl-C calls from another thread ends the query in the server."""
    database = Database(postgres)
    slow = database.backend.sql("select pg_sleep(60) is null as a")
    threading.Timer(0.5, database.interrupt).start()
    began = time.monotonic()
    with pytest.raises(Exception, match="cancel"):
        fetch(slow)
    assert time.monotonic() - began < 30

"""An audit of a PostgreSQL table beside the bare GROUP BY: both in one run, turn about, medians of their ratio.

    python benchmarks/databases.py postgresql://user@127.0.0.1/db --rows 1000000

Makes the table `ethicscheck_benchmark` where the address leads, and drops it at the end. Only what reads the table is
compared: an audit also makes intervals, verdicts and a record, which the last column shows.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import psycopg

import ethicscheck as ec
from ethicscheck.sources import databases

TABLE = "ethicscheck_benchmark"
BARE = f"select race, sex, age, y, p, count(*) from {TABLE} group by 1, 2, 3, 4, 5"


def main() -> None:
    """Print one line for each turn and the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("address")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=7)
    given = parser.parse_args()
    with psycopg.connect(given.address, autocommit=True) as connection:
        make(connection, given.rows)
        try:
            turns = [turn(connection, given.address) for _ in range(given.turns)]
        finally:
            connection.execute(f"drop table {TABLE}")
    ratio = statistics.median(asked / bare for bare, asked, _ in turns)
    whole = statistics.median(whole / bare for bare, _, whole in turns)
    print(
        f"{given.rows:,} rows, median of {given.turns}: its queries {ratio:.2f} x bare SQL, the whole audit {whole:.2f} x"
    )


def make(connection: Any, rows: int) -> None:
    """Make a table of so many people."""
    connection.execute(f"drop table if exists {TABLE}")
    connection.execute(
        f"create table {TABLE} as select 'race ' || (n % 6) as race, case when n % 2 = 0 then 'f' else 'm' end as sex, "
        f"'age ' || (n % 5) as age, (n::bigint * 7919 % 3 = 0)::int::bigint as y, (n::bigint * 104729 % 5 < 2)::int::bigint as p "
        f"from generate_series(1, {rows}) n"
    )
    connection.execute(f"vacuum analyze {TABLE}")


def turn(connection: Any, address: str) -> tuple[float, float, float]:
    """Return the seconds of the bare query, of all the audit's queries, and of the whole audit."""
    bare, _ = timed(lambda: connection.execute(BARE).fetchall())
    asked = 0.0
    plain = databases.fetch

    def watched(table: Any) -> Any:
        nonlocal asked
        seconds, rows = timed(lambda: plain(table))
        asked += seconds
        return rows

    databases.fetch = watched
    try:
        whole, _ = timed(lambda: ec.audit(_config(address)))
    finally:
        databases.fetch = plain
    print(f"bare {bare:.2f} s   queries {asked:.2f} s   audit {whole:.2f} s", flush=True)
    return bare, asked, whole


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Run and take the time."""
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _config(address: str) -> str:
    import json
    import tempfile
    from pathlib import Path

    path = Path(tempfile.mkdtemp()) / "ethicscheck.yaml"
    data = {
        "source": {"sql": address, "table": TABLE},
        "label": "y",
        "prediction": "p",
        "sensitive": ["race", "sex", "age"],
    }
    path.write_text(json.dumps({"schema": "ethicscheck/config/1", "subject": {"name": "benchmark"}, "data": data}))
    return str(path)


if __name__ == "__main__":
    main()

"""Databases through ibis: the aggregation goes to the warehouse, a few hundred cells come back, rows never leave it.

Where the password comes from is the driver's business (its own files, its own variables); a config holds none. A driver's
message is never shown as it is, for it may quote the address it was given.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from ethicscheck.errors import DataError, UsageError

from .frames import view_frame
from .view import Rows, SourceView

Run = Callable[[Callable[[], Any], Any], Any]


class Database:
    """An open database, with what a running query can be asked and told."""

    def __init__(self, url: str, base: Path | None = None) -> None:
        ibis = _ibis()
        address = _address(url)
        self.name = urlsplit(address).scheme or "duckdb"
        try:
            self.backend = _read_only(ibis, address, base or Path()) if self.name == "sqlite" else ibis.connect(address)
        except ImportError:
            raise UsageError(
                f"no driver for {self.name} is installed",
                "data.source",
                f'install it with: pip install "ibis-framework[{_extra(self.name)}]"',
            ) from None
        except Exception as error:  # noqa: BLE001  # each driver has exceptions of its own
            raise DataError(
                f"the {self.name} database can't be opened ({type(error).__name__})",
                "data.source",
                "check its address, that it runs, and that the driver finds user and password in its own files or variables",
            ) from None
        weakref.finalize(self, self.backend.disconnect)

    def query_progress(self) -> float:
        """Databases don't say how far they are."""
        return -1.0

    def interrupt(self) -> None:
        """Stop the query at once, from another thread."""
        native = self.backend.con
        stop = getattr(native, "cancel", None) or getattr(native, "interrupt", None)
        if stop is not None:
            stop()


def fetch(table: Any) -> Rows:
    """Run the query that an ibis table is and return its rows, exact numbers as whole numbers."""
    backend = table.get_backend()
    cursor = backend.raw_sql(backend.compile(table))
    try:
        found = cursor.fetchall() if hasattr(cursor, "fetchall") else list(cursor)
    finally:
        if hasattr(cursor, "close"):
            cursor.close()
    return [tuple(map(_plain, row)) for row in found]


def view_database(
    url: str,
    base: Path,
    table: str | None,
    query: str | None,
    columns: Sequence[str],
    numeric: frozenset[str],
    run: Run,
) -> SourceView:
    """Open a table or the result of a query as one lazy frame.

    Parameters
    ----------
    url : ibis's address of the database, without a password; or `$NAME`, a variable that holds it.
    base : the folder of the config, which an SQLite file is relative to.
    table : the table's name, `schema.table` if need be.
    query : a SELECT instead of a table.
    columns : the columns that have a role; nothing else is read.
    numeric : those that must hold numbers.
    run : runs an engine call (with progress, stoppable).

    Raises
    ------
    DataError
        When the database can't be opened or refuses the query, or a column is missing or not of its kind.
    UsageError
        When ibis or the driver is not installed.
    """
    database = Database(url, base)

    def call(work: Callable[[], Any]) -> Any:
        try:
            return run(work, database)
        except (DataError, KeyboardInterrupt):
            raise
        except Exception as error:  # noqa: BLE001
            raise DataError(
                f"the {database.name} database refused the query ({_safe(error, url)})",
                "data.source",
                "check that the table, its columns and your rights are what the config says",
            ) from None

    relation = call(lambda: _relation(database, table, query))
    view = view_frame(relation, columns, numeric)
    return SourceView(
        view.frame,
        view.aliases,
        lambda frame: list(call(lambda: fetch(frame.to_native()))),
        lacks=view.lacks | (set() if database.name == "duckdb" else {"wide sums"}),
    )


def _address(url: str) -> str:
    if not url.startswith("$"):
        return url
    found = os.environ.get(url[1:].strip("{}"))
    if not found:
        raise UsageError(f"the variable {url[1:]} is not set", "data.source", "set it to the address of the database")
    return found


def _read_only(ibis: Any, address: str, base: Path) -> Any:
    """Open an SQLite file, which is not made where there is none, from whichever thread asks."""
    import sqlite3

    path = (base / urlsplit(address).path[1:]).absolute()
    return ibis.sqlite.from_connection(
        sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, check_same_thread=False)
    )


def _relation(database: Database, table: str | None, query: str | None) -> Any:
    if query is not None:
        return database.backend.sql(query)
    *schema, name = str(table).split(".")
    return database.backend.table(name, database=schema[0] if schema else None)


def _ibis() -> Any:
    try:
        import ibis
    except ImportError:
        raise UsageError(
            "reading a database needs an extra", "data.source", 'install it with: pip install "ethicscheck[sql]"'
        ) from None
    return ibis


def _extra(name: str) -> str:
    return {"postgresql": "postgres"}.get(name, name)


def _plain(value: Any) -> Any:
    """Return a decimal number as a whole one where it is, else as a float."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return None if isinstance(value, Decimal) else value
    return int(value) if value == value.to_integral_value() else float(value)


def _safe(error: Exception, url: str) -> str:
    """Return the first line of a driver's message, unless it could quote the address."""
    line = next((part.strip() for part in str(error).splitlines() if part.strip()), "")
    parts = urlsplit(_address(url))
    secrets = [part for part in (parts.password, parts.username, parts.hostname, url) if part]
    return (
        type(error).__name__ if not line or any(part in line for part in secrets) else f"{type(error).__name__}: {line}"
    )


__all__ = ["Database", "fetch", "view_database"]

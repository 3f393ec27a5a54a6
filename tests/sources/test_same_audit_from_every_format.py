"""The same rows give the same audit, whichever file or frame they stand in."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from ethicscheck.auditing import load_config, make_record
from ethicscheck.model.record import AuditRecord
from ethicscheck.model.text import text_of
from helpers import audit_files, audit_frame, config_value, reconciles, results, write_config

COLUMNS = ("race", "age", "y", "p", "s", "n", "w")


def some_rows() -> list[tuple[Any, ...]]:
    """Return 400 rows with unknown groups, labels and ages, and weights that no float sum adds up exactly."""
    draw = random.Random(7)
    rows: list[tuple[Any, ...]] = []
    for place in range(400):
        race = draw.choice(["White", "Black", 'Two "or" more, races', "Ærø\nnewline", None])
        label = None if place % 40 == 3 else draw.randint(0, 1)
        age = None if place % 30 == 5 else draw.randint(18, 80)
        score = None if place % 50 == 7 else draw.random()
        rows.append((race, age, label, draw.randint(0, 1), score, draw.randint(0, 3), draw.random() * 3))
    return rows


ROWS = some_rows()
PARTS: dict[str, Any] = {
    "sensitive": {"race": None, "age": {"bins": [25, 45]}},
    "intersections": [["race", "age"]],
    "count": "n",
    "weight": "w",
    "statistics": {"min_group": 30},
    "profiles": ["four-fifths"],
    "rules": [{"metric": "false_positive_rate", "across": "*", "compare": "difference", "max": 0.1}],
}


def as_csv(separator: str = ",") -> bytes:
    def cell(value: Any) -> str:
        text = "" if value is None else str(text_of(value))
        return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in f'"\n{separator}') else text

    lines = [separator.join(COLUMNS), *(separator.join(map(cell, row)) for row in ROWS)]
    return ("\n".join(lines) + "\n").encode()


def as_objects() -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


def as_table() -> pa.Table:
    return pa.Table.from_pylist(as_objects())


def as_pandas() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=list(COLUMNS))


def zstandard(content: bytes) -> bytes:
    packed: bytes = pa.compress(content, codec="zstd", asbytes=True)
    return packed


def write(path: Path) -> None:
    name = path.name
    bare = name.removesuffix(".gz").removesuffix(".zst")
    if bare.endswith((".parquet", ".pq")):
        pyarrow.parquet.write_table(as_table(), path, row_group_size=70)
    elif bare.endswith((".arrow", ".feather")):
        pyarrow.feather.write_feather(as_table(), path)
    else:
        content = {
            ".csv": as_csv(),
            ".tsv": as_csv("\t"),
            ".json": json.dumps(as_objects()).encode(),
            ".jsonl": "\n".join(map(json.dumps, as_objects())).encode(),
            ".ndjson": "\n".join(map(json.dumps, as_objects())).encode(),
        }[Path(bare).suffix.lower()]
        packed = gzip.compress(content) if name.endswith(".gz") else content
        path.write_bytes(zstandard(packed) if name.endswith(".zst") else packed)


FILES = (
    "d.csv", "d.tsv", "d.parquet", "d.pq", "d.json", "d.jsonl", "d.ndjson", "d.arrow", "d.feather",
    "d.csv.gz", "d.csv.zst", "d.tsv.gz", "d.json.gz", "d.jsonl.gz", "d.jsonl.zst", "d.CSV",
)  # fmt: skip


def with_nullable(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.convert_dtypes()


FRAMES: dict[str, Callable[[], Any]] = {
    "pandas": as_pandas,
    "pandas nullable": lambda: with_nullable(as_pandas()),
    "pandas arrow": lambda: as_table().to_pandas(types_mapper=pd.ArrowDtype),
    "pandas categories": lambda: as_pandas().astype({"race": "category", "y": "category", "p": "category"}),
    "pandas objects with None": lambda: as_pandas().astype({"race": object, "y": object, "p": object}),
    "pandas objects with NaN": lambda: as_pandas().astype({"race": object}).fillna({"race": float("nan")}),
    "pandas shuffled with an odd index": lambda: as_pandas().sample(frac=1, random_state=3),
    "pandas float32 labels": lambda: as_pandas().astype({"y": "float32", "p": "bool"}),
    "polars": lambda: pl.DataFrame(ROWS, schema=list(COLUMNS), orient="row"),
    "polars lazy": lambda: pl.DataFrame(ROWS, schema=list(COLUMNS), orient="row").lazy(),
    "polars categories": lambda: pl.DataFrame(ROWS, schema=list(COLUMNS), orient="row").with_columns(
        pl.col("race").cast(pl.Categorical)
    ),
    "arrow": as_table,
    "arrow dictionary": lambda: as_table().set_column(0, "race", as_table()["race"].dictionary_encode()),
}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> AuditRecord:
    """The audit of the CSV, which all others must equal."""
    folder = tmp_path_factory.mktemp("csv")
    write(folder / "d.csv")
    record = audit_files(folder, source="d.csv", **PARTS)
    assert reconciles(record)
    return record


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_any_format_gives_the_same_audit(name: str, tmp_path: Path, expected: AuditRecord) -> None:
    """The format of the file is no fact about the system that is audited."""
    write(tmp_path / name)

    record = audit_files(tmp_path, source=name, **PARTS)

    assert results(record) == results(expected)


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_of_any_library_gives_the_same_audit(name: str, expected: AuditRecord) -> None:
    """Null, NaN, None and pd.NA, numpy and Arrow types are one library's ways of saying one thing."""
    record = audit_frame(FRAMES[name](), **PARTS)

    assert results(record) == results(expected)


def test_a_duckdb_relation_gives_the_same_audit(expected: AuditRecord) -> None:
    """A relation is read in place, with neither pandas nor pyarrow between."""
    connection = duckdb.connect()
    connection.register("table_of_rows", as_table())

    record = audit_frame(connection.sql("SELECT * FROM table_of_rows"), **PARTS)

    assert results(record) == results(expected)


@pytest.mark.parametrize("name", ["d.csv", "d.parquet", "d.jsonl", *FRAMES])
def test_a_score_with_missing_values_is_cut_alike_everywhere(name: str, tmp_path: Path) -> None:
    """In numpy NaN >= 0.5 is False: a missing score must not become a negative decision."""
    parts = {
        **PARTS,
        "prediction": None,
        "score": "s",
        "threshold": 0.5,
        "sensitive": ["race"],
        "intersections": [],
    }
    if name in FRAMES:
        record = audit_frame(FRAMES[name](), **parts)
    else:
        write(tmp_path / name)
        record = audit_files(tmp_path, source=name, **parts)

    kept = [row for row in ROWS if row[2] is not None]
    lost = sum(row[5] for row in kept if row[4] is None)
    excluded = {part.reason: part.rows for part in record.data.excluded}
    assert excluded["missing_prediction"] == lost
    overall = next(row for row in record.estimates if row.metric == "selection_rate" and row.features == ())
    weights = [(row[5] * row[6], row[4] >= 0.5) for row in kept if row[4] is not None]
    share = sum(w for w, chosen in weights if chosen) / sum(w for w, _ in weights)
    assert overall.value == pytest.approx(share, abs=1e-12)


def test_shards_in_one_list_equal_the_whole(tmp_path: Path, expected: AuditRecord) -> None:
    """A glob or a list of files is one set of rows."""
    text = as_csv().decode().split("\n", 1)
    rows = as_table()
    (tmp_path / "part").mkdir()
    for place in range(4):
        pyarrow.parquet.write_table(rows.slice(place * 100, 100), tmp_path / "part" / f"{place}.parquet")
    assert text

    record = audit_files(tmp_path, source="part/*.parquet", **PARTS)
    listed = audit_files(tmp_path, source=["part/3.parquet", "part/[0-2].parquet"], **PARTS)

    assert results(record) == results(listed) == results(expected)
    assert [source.name for source in record.provenance.sources] == [f"part/{place}.parquet" for place in range(4)]
    assert sum(source.rows for source in record.provenance.sources) == record.data.rows


def test_the_record_is_the_same_to_the_byte_on_a_second_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same inputs, same bytes: the time comes from SOURCE_DATE_EPOCH."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    write(tmp_path / "data.parquet")
    config = write_config(tmp_path, source="data.parquet", **PARTS)

    first, second = (make_record(load_config(config)).to_json() for _ in range(2))

    assert first == second
    assert b'"created":"2023-11-14T22:13:20Z"' in first
    assert str(tmp_path).encode() not in first
    assert config_value()["schema"] == "ethicscheck/config/1"

"""Real files, as people have them: separators, quotes, odd names, torn lines, wrong endings."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from ethicscheck.auditing import load_config, make_record
from ethicscheck.errors import DataError
from helpers import TWELVE, audit_files, audit_text, config_value, results, values, write_config

EXPECTED = {"a": 0.5, "b": 0.5}
TRUE_POSITIVE_RATE = {"a": 2 / 3, "b": 1 / 3}


def refusal(folder: Path, text: str | bytes, **parts: Any) -> str:
    """Return the words with which a data.csv is refused."""
    with pytest.raises(DataError) as caught:
        audit_text(folder, text, **parts)
    return str(caught.value)


def file_refusal(folder: Path, source: Any, **parts: Any) -> str:
    """Return the words with which a source is refused."""
    with pytest.raises(DataError) as caught:
        audit_files(folder, source=source, **parts)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        TWELVE,
        TWELVE.rstrip("\n"),
        TWELVE.replace("\n", "\r\n"),
        "\ufeff" + TWELVE,
        "\ufeff" + TWELVE.replace("\n", "\r\n"),
        TWELVE.replace("a,", '"a",').replace("group,", '"group",'),
        TWELVE + "\n\n",
    ],
    ids=["plain", "no last newline", "CRLF", "BOM", "BOM and CRLF", "quoted", "empty lines at the end"],
)
def test_a_csv_is_read_however_it_was_saved(text: str, tmp_path: Path) -> None:
    """Spreadsheets add byte-order marks, CRLF and quotes; none of them is data."""
    record = audit_text(tmp_path, text)

    assert values(record, "selection_rate", "group") == EXPECTED
    assert values(record, "true_positive_rate", "group") == TRUE_POSITIVE_RATE
    assert record.data.rows == 12


def test_cells_may_hold_separators_quotes_and_line_breaks(tmp_path: Path) -> None:
    """RFC 4180 cells are one cell, and their label stays the text that was written."""
    text = TWELVE.replace("a,", '"x, ""y""\nz",')

    assert values(audit_text(tmp_path, text), "selection_rate", "group") == {'x, "y"\nz': 0.5, "b": 0.5}


def test_a_column_name_may_hold_a_line_break(tmp_path: Path) -> None:
    """The header's cells are quoted by the same rules as the others."""
    text = TWELVE.replace("group,", '"the ""group""\nof people",')

    record = audit_text(tmp_path, text, sensitive=['the "group"\nof people'])

    assert values(record, "selection_rate", 'the "group"\nof people') == EXPECTED


def test_another_separator_is_named_in_the_config(tmp_path: Path) -> None:
    """European spreadsheets write semicolons; a guess could split a cell that holds one."""
    text = TWELVE.replace(",", ";")

    assert values(audit_text(tmp_path, text, delimiter=";"), "selection_rate", "group") == EXPECTED
    assert "data.delimiter" in refusal(tmp_path, text)
    assert "data.csv:1" in refusal(tmp_path, text)


def test_yes_and_no_stay_what_was_written(tmp_path: Path) -> None:
    """Sniffing would turn yes/no into booleans, and a group called NO into false."""
    text = "country,y,p\n" + "NO,yes,no\n" * 3 + "010,no,yes\n1.10,no,no\n2024-01-02,yes,yes\n"

    record = audit_text(tmp_path, text, sensitive=["country"], positive="yes")

    assert set(values(record, "selection_rate", "country")) == {"NO", "010", "1.10", "2024-01-02"}
    assert record.plan.positive_label == "yes"


def test_headers_in_another_order_belong_to_their_own_file(tmp_path: Path) -> None:
    """Files of one glob are matched by the names of their columns, never by place."""
    lines = TWELVE.splitlines()
    (tmp_path / "1.csv").write_text("\n".join(lines[:7]) + "\n")
    turned = [",".join(reversed(line.split(","))) + ",more" for line in [lines[0], *lines[7:]]]
    (tmp_path / "2.csv").write_text("\n".join(turned) + "\n")

    record = audit_files(tmp_path, source="*.csv")

    assert values(record, "true_positive_rate", "group") == TRUE_POSITIVE_RATE
    assert [(source.name, source.rows) for source in record.provenance.sources] == [
        ("1.csv", 6),
        ("2.csv", 6),
    ]


def test_csv_and_tsv_in_one_list_keep_their_own_separators(tmp_path: Path) -> None:
    """One header in two formats is still two formats."""
    lines = TWELVE.splitlines()
    (tmp_path / "1.csv").write_text("\n".join(lines[:7]) + "\n")
    (tmp_path / "2.tsv").write_text("\n".join([lines[0], *lines[7:]]).replace(",", "\t") + "\n")
    with gzip.open(tmp_path / "3.csv.gz", "wt") as stream:
        stream.write(TWELVE)

    record = audit_files(tmp_path, source=["1.csv", "2.tsv", "3.csv.gz"])

    assert record.data.rows == 24
    assert values(record, "true_positive_rate", "group") == TRUE_POSITIVE_RATE


def test_json_and_json_lines_in_one_list_keep_their_own_shapes(tmp_path: Path) -> None:
    """An array and a line each are both JSON."""
    rows = [dict(zip(("group", "y", "p"), line.split(","), strict=True)) for line in TWELVE.splitlines()[1:]]
    (tmp_path / "1.json").write_text(json.dumps(rows))
    (tmp_path / "2.jsonl").write_text("\n".join(map(json.dumps, rows)))

    assert audit_files(tmp_path, source=["1.json", "2.jsonl"]).data.rows == 24


def test_a_key_that_first_occurs_far_down_a_json_file_is_a_column(tmp_path: Path) -> None:
    """DuckDB looks at the first 20,480 objects only."""
    rows = [{"y": 1, "p": 1}] * 30_000 + [{"y": 0, "p": 0, "group": "a"}, {"y": 1, "p": 1, "group": "b"}]
    (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, rows)))

    record = audit_files(tmp_path, source="d.jsonl")

    assert record.data.rows == 30_002
    assert record.data.excluded[0].reason == "unknown_group:group"


def test_typed_files_of_different_types_are_not_cast_in_silence(tmp_path: Path) -> None:
    """Read as one, DuckDB would turn the second file's 2 into the first file's `true`."""
    table = pa.table({"group": ["a", "b"] * 3, "y": [True, False] * 3, "p": [0, 1] * 3})
    pyarrow.parquet.write_table(table, tmp_path / "1.parquet")
    pyarrow.parquet.write_table(table.set_column(1, "y", pa.array([2, 0] * 3)), tmp_path / "2.parquet")

    assert "'2' (3 rows)" in file_refusal(tmp_path, "*.parquet")


def test_a_score_is_not_rounded_to_the_first_files_type(tmp_path: Path) -> None:
    """A score of 4.6 beside a file of whole numbers must not become 5."""
    table = pa.table({"group": ["a", "b"] * 3, "y": [0, 1] * 3, "s": [5, 1] * 3})
    pyarrow.parquet.write_table(table, tmp_path / "1.parquet")
    pyarrow.parquet.write_table(table.set_column(2, "s", pa.array([4.6, 1.0] * 3)), tmp_path / "2.parquet")

    record = audit_files(tmp_path, source="*.parquet", prediction=None, score="s", threshold=5)

    assert values(record, "selection_rate", "group") == {"a": 0.5, "b": 0.0}


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "arrow"])
def test_columns_that_differ_only_in_case_are_two_columns(ending: str, tmp_path: Path) -> None:
    """DuckDB takes `Race` and `race` for one name and renames the second."""
    columns = {"Group": ["x"] * 12, **_columns(), "Y": [0] * 12}
    _write(tmp_path / f"d.{ending}", columns)

    lower = audit_files(tmp_path, source=f"d.{ending}")
    assert values(lower, "true_positive_rate", "group") == TRUE_POSITIVE_RATE
    if ending == "jsonl":  # DuckDB's JSON reader folds case: said, never guessed
        assert "differ only in case" in file_refusal(tmp_path, "d.jsonl", sensitive=["Group", "group"])
        return
    both = audit_files(tmp_path, source=f"d.{ending}", sensitive=["Group", "group"])

    assert values(both, "selection_rate", "Group") == {"x": 0.5}
    assert values(both, "true_positive_rate", "group") == TRUE_POSITIVE_RATE


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "arrow"])
@pytest.mark.parametrize(
    "name",
    ['it\'s a "group"', "größe ▲ 组", "c0", "k0", "lines", "rows", "label", "h0", "select", "a.b", " group"],
)
def test_a_column_may_have_any_name(name: str, ending: str, tmp_path: Path) -> None:
    """No name can clash with ours, or with the engine's."""
    columns = _columns()
    renamed = {name: columns.pop("group"), **columns}
    _write(tmp_path / f"d.{ending}", renamed)

    record = audit_files(tmp_path, source=f"d.{ending}", sensitive=[name])

    assert values(record, "true_positive_rate", name) == TRUE_POSITIVE_RATE


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
def test_a_name_that_stands_twice_matters_only_where_it_is_chosen(ending: str, tmp_path: Path) -> None:
    """DuckDB would rename the second and read the first, in silence."""
    columns = list(_columns().items())
    _write_pairs(tmp_path / f"fine.{ending}", [*columns, ("note", ["x"] * 12), ("note", ["y"] * 12)])
    _write_pairs(tmp_path / f"twice.{ending}", [*columns, ("group", ["x"] * 12)])

    record = audit_files(tmp_path, source=f"fine.{ending}")

    assert values(record, "true_positive_rate", "group") == TRUE_POSITIVE_RATE
    assert "'group' stands in the header 2 times" in file_refusal(tmp_path, f"twice.{ending}")


def test_one_column_can_play_two_parts(tmp_path: Path) -> None:
    """A score may be a stratum too, and keeps its text there."""
    text = "group,y,p,s\n" + "".join(f"{line},0{place % 3}\n" for place, line in enumerate(TWELVE.splitlines()[1:]))

    record = audit_text(tmp_path, text, prediction=None, score="s", threshold=1, strata=["s"])

    whole = [row for row in record.estimates if row.metric == "selection_rate" and row.stratum and not row.group]
    assert {row.stratum["s"]: row.value for row in whole if row.stratum} == {"00": 0.0, "01": 1.0, "02": 1.0}


def test_every_missing_column_is_named_at_once_with_the_nearest_one(tmp_path: Path) -> None:
    """One run shows all there is to mend."""
    found = refusal(tmp_path, TWELVE, sensitive=["Groupe"], label="Y", count="n_people")

    assert found.splitlines()[0] == "there is no column 'Groupe' (data.csv) — did you mean 'group'?"
    assert found.splitlines()[1] == "there is no column 'Y' (data.csv) — did you mean 'y'?"
    assert found.splitlines()[2] == "there is no column 'n_people' (data.csv) — known are: group, p, y"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the file is empty (data.csv:1) — the first line must name the columns"),
        ("\n" + TWELVE, "the first line is empty (data.csv:1) — the first line must name the columns"),
        ("group,y,p\n", "there are no rows to audit (data.source) — check the file, and the count column if any"),
        (
            TWELVE + "a,1\n",
            "this line has 2 cells where the header has 3 (data.csv:14) — "
            "mend the line, or quote a cell that holds the separator",
        ),
        (
            TWELVE.replace("b,1,1", "b,1,1,1"),
            "this line has 4 cells where the header has 3 (data.csv:8) — "
            "mend the line, or quote a cell that holds the separator",
        ),
        (
            TWELVE + 'a,1,"1\n',
            "a quotation mark is not closed or stands inside a cell (data.csv:14) — write it doubled: \"\"",
        ),
        (TWELVE.encode() + b"gro\xdfe,1,1\n", "the file is not UTF-8 text (data.csv:14) — save it as UTF-8"),
        (TWELVE.encode("utf-16"), "the file is not UTF-8 text (data.csv:1) — save it as UTF-8"),
    ],
    ids=["empty", "first line empty", "header only", "short line", "long line", "open quote", "latin-1", "utf-16"],
)  # fmt: skip
def test_a_csv_that_cannot_be_read_is_refused_with_its_line(text: str | bytes, what: str, tmp_path: Path) -> None:
    """Half a file is never audited; the message is all one needs to mend it."""
    assert refusal(tmp_path, text) == what


@pytest.mark.parametrize("ending", ["parquet", "json", "jsonl", "arrow", "csv.gz", "csv.zst"])
@pytest.mark.parametrize(
    "content", [b"", TWELVE.encode(), b"\x00\x01\x02 no file of any kind"], ids=["0", "csv", "junk"]
)
def test_a_file_that_is_not_what_its_ending_says_is_refused(content: bytes, ending: str, tmp_path: Path) -> None:
    """The engine's own words may follow, its traceback and the machine's paths may not."""
    (tmp_path / f"d.{ending}").write_bytes(content)

    found = file_refusal(tmp_path, f"d.{ending}")

    assert f"d.{ending}" in found
    assert str(tmp_path) not in found
    assert " — " in found
    assert len(found.splitlines()) <= 3


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("no.csv", "there is no file 'no.csv' (data.source) — paths are relative to the config"),
        ("*.pq", "no file matches '*.pq' (data.source) — paths are relative to the config"),
        ("folder", "'folder' is a folder (data.source) — name its files: add /*.parquet or the like"),
        (
            "ethicscheck.yaml",
            "the format of 'ethicscheck.yaml' is not known (data.source) — known are csv, tsv,",
        ),
        ("data.parquet.gz", "the format of 'data.parquet.gz' is not known (data.source)"),
        (
            ["data.csv", "d.parquet"],
            "text files and typed files are mixed (data.source) — audit one format at a time",
        ),
    ],
)
def test_a_source_that_names_no_data_is_refused(source: Any, what: str, tmp_path: Path) -> None:
    """A wrong path, pattern or ending is the commonest slip."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "data.csv").write_text(TWELVE)
    (tmp_path / "data.parquet.gz").write_bytes(b"")
    _write(tmp_path / "d.parquet", _columns())

    assert file_refusal(tmp_path, source).startswith(what)


@pytest.mark.parametrize("ending", ["parquet", "arrow", "json", "jsonl", "feather"])
def test_a_file_without_rows_is_refused(ending: str, tmp_path: Path) -> None:
    """No rows, no audit; never a pass."""
    path = tmp_path / f"d.{ending}"
    if ending in ("json", "jsonl"):
        path.write_text("[]" if ending == "json" else "")
    else:
        _write(path, {name: part[:0] for name, part in _columns().items()})

    assert file_refusal(tmp_path, path.name)


def test_a_name_with_brackets_is_a_name_before_it_is_a_pattern(tmp_path: Path) -> None:
    """To DuckDB `run[1].csv` is a pattern, and means the file `run1.csv`."""
    (tmp_path / "run[1].csv").write_text(TWELVE)
    (tmp_path / "run1.csv").write_text(TWELVE * 2)
    _write(tmp_path / "run*.parquet", _columns())
    _write(tmp_path / "runs.parquet", {name: part * 2 for name, part in _columns().items()})

    assert audit_files(tmp_path, source="run[1].csv").data.rows == 12
    assert audit_files(tmp_path, source="run*.parquet").data.rows == 12


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    """Overlapping patterns must not count a person twice."""
    (tmp_path / "data.csv").write_text(TWELVE)

    assert audit_files(tmp_path, source=["data.csv", "*.csv", "data.*"]).data.rows == 12


def test_no_path_of_the_machine_enters_the_record(tmp_path: Path) -> None:
    """A record is published; where it was made is nobody's business."""
    data, home = tmp_path / "secret-data", tmp_path / "secret-home"
    data.mkdir()
    home.mkdir()
    (data / "data.csv").write_text(TWELVE)

    record = audit_files(home, source=str(data / "data.csv"))

    assert "secret" not in record.to_json().decode()
    assert record.provenance.sources[0].name == "data.csv"


def test_the_header_of_a_large_file_is_its_first_line(tmp_path: Path) -> None:
    """With several threads, LIMIT 1 once returned a line from the middle of an 80 MB file as the header."""
    text = TWELVE + "a,1,1\n" * 7_000_000
    (tmp_path / "data.csv").write_text(text)

    for _ in range(3):
        record = audit_files(tmp_path, metrics=["selection_rate"])
        assert record.data.rows == 7_000_012


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """The digest in the record must be that of the rows that were counted."""
    (tmp_path / "data.csv").write_text(TWELVE)
    loaded = load_config(write_config(tmp_path))

    def run(work: Any, connection: Any) -> Any:
        found = work()
        with (tmp_path / "data.csv").open("a") as stream:
            stream.write("a,1,1\n")
        return found

    with pytest.raises(DataError, match="the file changed while it was read"):
        make_record(loaded, run=run)


def test_a_file_that_vanishes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """A vanished file ends in words, not in a traceback."""
    (tmp_path / "data.csv").write_text(TWELVE)
    loaded = load_config(write_config(tmp_path))

    def run(work: Any, connection: Any) -> Any:
        found = work()
        (tmp_path / "data.csv").unlink(missing_ok=True)
        return found

    with pytest.raises(DataError, match="changed while it was read"):
        make_record(loaded, run=run)


def test_a_config_is_found_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to the config, wherever the command is run."""
    (tmp_path / "a").mkdir()
    first = audit_text(tmp_path, TWELVE)
    monkeypatch.chdir(tmp_path / "a")

    second = make_record(load_config(Path(os.pardir) / "ethicscheck.yaml"))

    assert results(first) == results(second)
    assert first.provenance.sources == second.provenance.sources
    assert config_value()["data"]["source"] == "data.csv"


def _columns() -> dict[str, list[Any]]:
    rows = [line.split(",") for line in TWELVE.splitlines()[1:]]
    return {
        "group": [row[0] for row in rows],
        "y": [int(row[1]) for row in rows],
        "p": [int(row[2]) for row in rows],
    }


def _write(path: Path, columns: dict[str, list[Any]]) -> None:
    _write_pairs(path, list(columns.items()))


def _write_pairs(path: Path, columns: list[tuple[str, list[Any]]]) -> None:
    names, parts = [name for name, _ in columns], [part for _, part in columns]
    if path.suffix in (".parquet", ".arrow", ".feather"):
        table = pa.Table.from_arrays([pa.array(part, pa.string() if not part else None) for part in parts], names=names)
        if path.suffix == ".parquet":
            pyarrow.parquet.write_table(table, path)
        else:
            with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
    elif path.suffix == ".jsonl":
        rows = [dict(zip(names, row, strict=True)) for row in zip(*parts, strict=True)]
        path.write_text("\n".join(map(json.dumps, rows)))
    else:
        header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
        path.write_text("\n".join([header, *(",".join(map(str, row)) for row in zip(*parts, strict=True))]) + "\n")

"""`report`, `schema`, `--help` and `--version`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from ethicscheck import __version__
from ethicscheck.cli import run

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def compas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    run(["audit", str(EXAMPLES / "compas/ethicscheck.yaml"), "-o", str(tmp_path / "first"), "-q"])
    capsys.readouterr()
    return tmp_path / "first"


def test_a_report_is_redrawn_from_the_record_alone(compas: Path, tmp_path: Path) -> None:
    """Years later, without the data: the same page and the same record, to the byte."""
    code = run(["report", str(compas / "audit.json"), "-f", "html", "-f", "json", "-o", str(tmp_path / "again")])

    assert code == 0
    for document in ("report.html", "audit.json"):
        assert (tmp_path / "again" / document).read_bytes() == (compas / document).read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "it is not JSON"),
        (b"[]", "its schema is None"),
        (b'{"schema": "ethicscheck/record/9"}', "its schema is 'ethicscheck/record/9'"),
        (b'{"schema": "ethicscheck/record/1"}', "the record is not whole"),
        (b"\xff\xfe", "it is not JSON"),
    ],
)
def test_a_broken_record_is_a_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    """Exit 2 with the file's name; nothing is drawn."""
    (tmp_path / "audit.json").write_bytes(content)

    code = run(["report", str(tmp_path / "audit.json"), "-o", str(tmp_path / "out")])

    assert code == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_missing_record_is_a_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback for a wrong path."""
    assert run(["report", str(tmp_path / "none.json")]) == 2
    assert capsys.readouterr().err.startswith("error: the record can't be read")


def test_the_record_schema_accepts_a_record_and_refuses_a_changed_one(
    compas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `schema record` prints is true of what `audit` writes."""
    run(["schema", "record"])
    schema = json.loads(capsys.readouterr().out)
    record = json.loads((compas / "audit.json").read_bytes())

    jsonschema.validate(record, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**record, "verdict": "maybe"}, schema)


@pytest.mark.parametrize("example", ["berkeley", "compas", "hiring", "promotion"])
def test_the_config_schema_accepts_the_examples(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Editors that use the schema must not underline a correct config."""
    run(["schema", "config"])
    schema = json.loads(capsys.readouterr().out)
    config = YAML(typ="safe").load(EXAMPLES / example / "ethicscheck.yaml")

    jsonschema.validate(config, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**config, "polcy": {}}, schema)


def test_version_and_help_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """The two things everyone types first."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"ethicscheck, version {__version__}\n"
    assert run(["--help"]) == 0
    assert "Exit codes:" in capsys.readouterr().out


def test_a_mistyped_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """Usage errors are one line and exit 2."""
    assert run(["adit"]) == 2
    assert capsys.readouterr().err == (
        "error: no such command 'adit'. Did you mean 'audit'? — `ethicscheck --help` shows the options\n"
    )


def test_a_closed_pipe_ends_quietly() -> None:
    """`ethicscheck … | head` must not end in a traceback."""
    done = subprocess.run(
        f"{sys.executable} -m ethicscheck schema record | head -c 10",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr

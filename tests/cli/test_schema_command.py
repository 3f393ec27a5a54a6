"""`ethicscheck schema`: what it prints is true of the files it speaks of."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from ethicscheck.cli import run

WAIVER = {"rule": "gap", "owner": "Dana", "reason": "soon mended", "expires": "2026-03-01"}


def schema_of(what: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Return the schema that the command prints."""
    assert run(["schema", what]) == 0
    schema: dict[str, object] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


@pytest.mark.parametrize("waiver", [WAIVER, {**WAIVER, "tolerate": 0.3}])
def test_the_waivers_schema_accepts_waivers(waiver: dict[str, object], capsys: pytest.CaptureFixture[str]) -> None:
    """Editors must not underline a correct file."""
    jsonschema.validate({"schema": "ethicscheck/waivers/1", "waivers": [waiver]}, schema_of("waivers", capsys))


@pytest.mark.parametrize(
    "waiver",
    [{**WAIVER, "until": "x"}, {key: WAIVER[key] for key in ("rule", "owner", "reason")}, {**WAIVER, "owner": ""}],
)
def test_the_waivers_schema_refuses_what_the_reader_refuses(
    waiver: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """A waiver without an end, an owner or a known key."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"schema": "ethicscheck/waivers/1", "waivers": [waiver]}, schema_of("waivers", capsys))


@pytest.mark.parametrize("waivers", ["waivers.yaml", [WAIVER], []])
def test_the_config_schema_takes_waivers_as_a_list_or_a_path(
    waivers: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both ways of writing them are known to editors."""
    config = {"subject": {"name": "x"}, "data": {"source": "d.csv", "prediction": "p", "sensitive": ["g"]}}

    jsonschema.validate({**config, "policy": {"waivers": waivers}}, schema_of("config", capsys))


def test_the_checklist_schema_accepts_the_shipped_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever writes a checklist of their own starts from these."""
    schema, translation = schema_of("checklist", capsys), schema_of("translation", capsys)
    shipped = sorted((Path(__file__).parents[2] / "checklists").glob("*.yaml"))

    assert any("." in path.stem for path in shipped)
    for path in shipped:
        jsonschema.validate(YAML(typ="safe").load(path), translation if "." in path.stem else schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"id": "x", "itmes": []}, schema)

"""`ethicscheck schema`: what it prints is true of the files it speaks of."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from ethicscheck.cli import run
from ethicscheck.cli.drafting import MODELINE, SCHEMA_FILE
from ethicscheck.cli.schema import FILES
from ethicscheck.cli.schema_building import WRITTEN, examples

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


@pytest.mark.parametrize("what", WRITTEN)
def test_every_key_that_people_write_has_a_description_and_an_example(
    what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An editor shows both; a key without them is a guess."""
    schema = schema_of(what, capsys)
    parts = {"top": schema, **schema.get("$defs", {})}  # type: ignore[dict-item]
    keys = [(name, key, said) for name, part in parts.items() for key, said in part.get("properties", {}).items()]

    assert len(keys) >= 7
    assert [(name, key) for name, key, said in keys if not said.get("description")] == []
    assert [(name, key) for name, key, said in keys if not said.get("examples")] == []


@pytest.mark.parametrize("what", WRITTEN)
def test_the_examples_are_what_the_reader_and_the_schema_take(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole files, read by the model that reads yours."""
    schema, (module, name) = schema_of(what, capsys), FILES[what]
    shown = list(examples(what))

    assert shown
    for example in shown:
        getattr(importlib.import_module(module), name).model_validate(example)
        jsonschema.validate(example, schema)


def test_the_profile_schema_accepts_the_shipped_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """And refuses a key that no profile has."""
    schema = schema_of("profile", capsys)
    shipped = sorted((Path(__file__).parents[2] / "src/ethicscheck/policy/profiles").glob("*.yaml"))

    assert shipped
    for path in shipped:
        profile = json.loads(json.dumps(YAML(typ="safe").load(path), default=str))
        jsonschema.validate(profile, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**profile, "rulse": []}, schema)


def test_the_config_schema_accepts_the_shipped_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """And underlines a key that does not exist."""
    schema = schema_of("config", capsys)
    shipped = sorted((Path(__file__).parents[2] / "examples").glob("*/ethicscheck.yaml"))

    assert len(shipped) >= 5
    for path in shipped:
        config = json.loads(json.dumps(YAML(typ="safe").load(path), default=str))
        jsonschema.validate(config, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**config, "polcy": {}}, schema)


def test_init_puts_the_schema_beside_the_config_and_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first line is what editors look for; the file lies there, so no network is needed."""
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text("sex,paid,offered\n" + "f,1,1\nm,0,1\n" * 40)

    for arguments in (["init", "guessed", "--data", "rows.csv"], ["init", "empty"]):
        assert run(arguments) == 0
        folder = Path(arguments[1])
        config = (folder / "ethicscheck.yaml").read_text(encoding="utf-8")
        assert config.splitlines()[0] == MODELINE == f"# yaml-language-server: $schema={SCHEMA_FILE}"
        beside = json.loads((folder / SCHEMA_FILE).read_text(encoding="utf-8"))
        jsonschema.validate(YAML(typ="safe").load(config), beside)
    capsys.readouterr()
    assert beside == schema_of("config", capsys)


def test_init_leaves_a_schema_that_lies_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing that exists is overwritten, and it is said: it may be an older version's."""
    monkeypatch.chdir(tmp_path)
    Path(SCHEMA_FILE).write_text("{}")

    assert run(["init"]) == 0
    assert Path(SCHEMA_FILE).read_text() == "{}"
    assert f"left {SCHEMA_FILE} as it is" in capsys.readouterr().out

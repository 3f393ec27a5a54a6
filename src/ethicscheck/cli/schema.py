"""`ethicscheck schema`: JSON Schema, for editors and for those who read our files with other tools."""

from __future__ import annotations

import click

# Each kind of file, and the module and type that say what it holds.
FILES = {
    "config": ("ethicscheck.model.config", "Config"),
    "checklist": ("ethicscheck.checklist.definition", "Checklist"),
    "translation": ("ethicscheck.checklist.translation", "Translation"),
    "record": ("ethicscheck.model.record", "AuditRecord"),
    "comparison": ("ethicscheck.model.comparison", "Comparison"),
    "waivers": ("ethicscheck.policy.waivers", "WaiversFile"),
    "controls": ("ethicscheck.policy.controls", "ControlMap"),
}


@click.command("schema")
@click.argument("what", type=click.Choice(list(FILES)))
def schema_command(what: str) -> None:
    """Print the JSON Schema of a config, a checklist, a translation of one, a record, a comparison, a waivers file or a control map."""
    import importlib
    import json

    module, name = FILES[what]
    schema = getattr(importlib.import_module(module), name).model_json_schema(by_alias=True)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))

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
    "profile": ("ethicscheck.policy.profiles", "Profile"),
}


@click.command("schema")
@click.argument("what", type=click.Choice(list(FILES)))
def schema_command(what: str) -> None:
    """Print the JSON Schema of a config, a checklist, a translation of one, a record, a comparison, a waivers file, a control map or a profile.

    Editors show its descriptions and examples beside each key: see docs/editors.md.
    """
    click.echo(schema_text(what), nl=False)


def schema_text(what: str) -> str:
    """Return the schema of a kind of file, as it is printed and as `init` writes it."""
    import json

    from .schema_building import build_schema

    return json.dumps(build_schema(what, *FILES[what]), indent=2, ensure_ascii=False) + "\n"

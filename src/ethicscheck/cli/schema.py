"""`ethicscheck schema`: JSON Schema, for editors and for those who read our files with other tools."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("what", type=click.Choice(["config", "record"]))
def schema_command(what: str) -> None:
    """Print the JSON Schema of a config or a record."""
    import json

    from pydantic import BaseModel

    from ethicscheck.model.config import Config
    from ethicscheck.model.record import AuditRecord

    models: dict[str, type[BaseModel]] = {"config": Config, "record": AuditRecord}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **models[what].model_json_schema(by_alias=True),
    }
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))

"""Makes the JSON Schema of a kind of file: what its model says, with descriptions and examples for those who write it by hand.

The examples are whole files in schema_examples/, so that a test can read them with the model that reads yours.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LONGEST, MOST = 160, 3
WRITTEN = ("config", "checklist", "waivers", "profile")


def build_schema(what: str, module: str, name: str) -> dict[str, Any]:
    """Return the schema of a kind of file, as draft 2020-12.

    Parameters
    ----------
    what : the kind, such as config.
    module, name : where the pydantic model lies that says what such a file holds.
    """
    model = getattr(importlib.import_module(module), name)
    schema = {"$schema": DIALECT, **model.model_json_schema(by_alias=True)}
    if what in WRITTEN:
        for example in examples(what):
            _show(schema, example, schema)
        _describe(schema)
    if what == "config":
        _let_sections_be_empty(schema)
    return schema


def examples(what: str) -> Iterator[Any]:
    """Yield the whole example files of a kind, as plain values; together they use every key."""
    text = files(__package__).joinpath("schema_examples", f"{what}.yaml").read_text(encoding="utf-8")
    for document in YAML(typ="safe").load_all(text):
        yield json.loads(json.dumps(document, default=str))  # days as text, as a schema knows them


def _show(node: Mapping[str, Any], value: Any, root: Mapping[str, Any]) -> None:
    """Write the parts of an example beside the properties they are examples of."""
    for branch in _branches(node, root):
        if isinstance(value, dict):
            for key, inside in value.items():
                known = branch.get("properties", {}).get(key)
                if known is not None:
                    _keep(known, inside)
                    _show(known, inside, root)
                elif isinstance(branch.get("additionalProperties"), dict):
                    _show(branch["additionalProperties"], inside, root)
        elif isinstance(value, list) and isinstance(branch.get("items"), dict):
            for inside in value:
                _show(branch["items"], inside, root)


def _keep(known: dict[str, Any], value: Any) -> None:
    shown = known.setdefault("examples", [])
    text = json.dumps(value)
    if text in map(json.dumps, shown):
        return
    if not shown or (len(shown) < MOST and len(text) <= LONGEST):  # one at least, however long
        shown.append(value)
        shown.sort(key=lambda each: len(json.dumps(each)))


def _branches(node: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in node:
        yield from _branches(root["$defs"][node["$ref"].rsplit("/", 1)[-1]], root)
    for part in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _branches(part, root)
    if "properties" in node or "items" in node or "additionalProperties" in node:
        yield node


def _let_sections_be_empty(schema: dict[str, Any]) -> None:
    """Allow a section whose lines are all comments, as `init` drafts it and the reader takes it."""
    for name, known in schema["properties"].items():
        if "$ref" in known and name not in schema.get("required", ()):
            known["anyOf"] = [{"$ref": known.pop("$ref")}, {"type": "null"}]


def _describe(schema: dict[str, Any]) -> None:
    """Give a property without words of its own those of the section it holds."""
    for part in (schema, *schema.get("$defs", {}).values()):
        for known in part.get("properties", {}).values():
            if "description" not in known:
                held = next((branch for branch in _branches(known, schema) if "description" in branch), None)
                if held is not None:
                    known["description"] = held["description"]

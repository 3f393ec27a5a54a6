"""Writes the generated parts of the docs from the code they describe: `python docs/generate.py`.

A part stands between `<!-- generated: WHAT -->` and `<!-- end -->`; `tests/test_docs.py` fails when one is out of date.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from pydantic import BaseModel

import ethicscheck as ec
from ethicscheck.checklist.shipped import load, shipped_ids
from ethicscheck.cli import commands
from ethicscheck.cli.schema import FILES
from ethicscheck.cli.schema_building import build_schema
from ethicscheck.metrics.binary import CRITERIA
from ethicscheck.metrics.registry import families
from ethicscheck.model import config, config_data, config_studies, profile_use
from ethicscheck.policy.code_words import explained_codes
from ethicscheck.policy.profiles import load_profile, profile_names
from ethicscheck.policy.warnings import KINDS

DOCS = Path(__file__).parent
MEASURE_PAGES = {
    "binary": "metrics.md",
    "scores": "scores.md",
    "multiclass": "multiclass-and-regression.md",
    "regression": "multiclass-and-regression.md",
}
PART = re.compile(r"(<!-- generated: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def generate(text: str) -> str:
    """Return a page with its generated parts made anew."""
    return PART.sub(lambda found: f"{found[1]}{_part(found[2])}\n{found[3]}", text)


def pages() -> Iterator[Path]:
    """Yield the pages that have generated parts."""
    for page in sorted(DOCS.rglob("*.md")):
        if PART.search(page.read_text(encoding="utf-8")):
            yield page


def _part(what: str) -> str:
    kind, _, name = what.partition(" ")
    makers = {
        "help": lambda: _help(name),
        "keys": _keys,
        "metrics": lambda: _metrics(name or "binary"),
        "criteria": _criteria,
        "warnings": _warnings,
        "profiles": _profiles,
        "codes": _codes,
        "record": _record,
        "checklists": _checklists,
        "python": _python,
    }
    return makers[kind]()


def _help(command: str) -> str:
    shown = (
        CliRunner().invoke(commands, [*command.split(), "--help"], prog_name="ethicscheck", terminal_width=90).output
    )
    return f"```text\n{shown.rstrip()}\n```"


def _metrics(family: str) -> str:
    parts = []
    for metric in next(part for part in families() if part.name == family).metrics.values():
        source = f" *{metric.source}.*" if not metric.source.startswith("scikit-learn") else ""
        parts.append(
            f"### {metric.title} `{metric.name}`\n\n{metric.asks}\n\n"
            f"Formula: {metric.formula}. Needs the outcome: {'yes' if metric.needs_label else 'no'}. "
            f"Misleads: {metric.misleads}{source}"
        )
    return "\n\n".join(parts)


def _criteria() -> str:
    return "\n\n".join(
        f"### {part.title} `{part.name}`\n\n{part.asks}\n\nFormula: {part.formula}. Misleads: {part.misleads} *{part.source}.*"
        for part in CRITERIA.values()
    )


def _warnings() -> str:
    return "\n\n".join(
        f"### {kind.title} `{kind.code}`\n\n{kind.asks}\n\nGiven when: {kind.triggered}\n\nWhat helps: {kind.helps} *{kind.source}.*"
        for kind in KINDS.values()
    )


def _profiles() -> str:
    shown = []
    for profile in map(load_profile, profile_names()):
        rules = [
            f"`{rule.metric}`, {rule.compare}, across {' × '.join(rule.across)}, {_limit(rule)}"
            for rule in profile.rules
        ]
        shown.append(
            f"### {profile.title} `{profile.id}`\n\n{profile.summary}\n\n"
            f"Rules: {'; '.join(rules) or 'none'}. Citation: {profile.citation} Status on {profile.dated}: {profile.status}"
        )
    return "\n\n".join(shown)


def _codes() -> str:
    shown = []
    for part in explained_codes():
        lines = [
            f"## {part.code}",
            f"**{part.title}.** {part.says}",
            f"Typical causes: {part.causes}",
            f"What to do: {part.do}",
        ]
        if part.measure is not None:
            page = MEASURE_PAGES[_family(part.measure)]
            lines.append(f"Misleads: {part.misleads} The measure: [`{part.measure}`]({page}).")
        shown.append("\n\n".join(lines))
    return "\n\n".join(shown)


def _record() -> str:
    """The record's schema as tables: itself, then its parts in the order in which they are met."""
    schema = build_schema("record", *FILES["record"])
    parts, met = schema["$defs"], ["AuditRecord"]
    shown = []
    for name in met:
        part = schema if name == "AuditRecord" else parts[name]
        rows = ["| field | type | meaning |", "|---|---|---|"]
        for field, about in part.get("properties", {}).items():
            kind = _kind(about)
            used_here = [used for used in re.findall(r"\w+", kind) if used in parts]
            met += [used for used in used_here if used not in met]
            always = "" if field in part.get("required", ()) else "*may be left out.* "
            says = _first_words(about) or next((_first_words(parts[used]) for used in used_here), "")
            linked = re.sub(
                r"\w+", lambda word: f"[{word[0]}](#{word[0].lower()})" if word[0] in parts else word[0], kind
            )
            rows.append(f"| `{field}` | {linked} | {always}{says} |")
        shown.append("\n\n".join([f"## {name}", _first_words(part), *(["\n".join(rows)] if len(rows) > 2 else [])]))
    return "\n\n".join(shown)


def _first_words(about: dict[str, Any]) -> str:
    """Return the first paragraph of a description, as it may stand in a table."""
    return " ".join((about.get("description") or "").split("\n\n")[0].split()).replace("|", "\\|")


def _kind(about: dict[str, Any]) -> str:
    """Return a field's type in words."""
    if "$ref" in about:
        return str(about["$ref"]).rsplit("/", 1)[1]
    if "const" in about:
        return f"`{about['const']}`"
    if "enum" in about:
        return ", ".join(f"`{value}`" for value in about["enum"])
    if "anyOf" in about or "oneOf" in about:
        return " or ".join(dict.fromkeys(_kind(one) for one in about.get("anyOf") or about["oneOf"]))
    if about.get("type") == "array":
        return f"list of {_kind(about['items'])}" if "items" in about else "list"
    if about.get("type") == "object":
        values = about.get("additionalProperties")
        return f"map of {_kind(values)}" if isinstance(values, dict) and values else "map"
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(
        about.get("type", ""), about.get("type", "any")
    )


def _checklists() -> str:
    shown = []
    for name in shipped_ids():
        checklist = load(name, DOCS).checklist
        own = [section for section in checklist.sections if "." not in section.id]
        lines = [f"## {checklist.title} `{checklist.id}`", f"{checklist.summary} Version {checklist.version}."]
        if len(own) < len(checklist.sections):
            lines.append("It takes over questions of the others above and below; its own are:")
        for section in own:
            lines.append(f"### {section.title}")
            lines.append("\n".join(f"- {item.text} `{item.id}`" for item in section.items))
        shown.append("\n\n".join(lines))
    return "\n\n".join(shown)


def _python() -> str:
    """The public names: signature without types, what it does, its parameters as a list."""
    shown = []
    for name in ec.__all__:
        thing = getattr(ec, name)
        if not callable(thing):
            continue
        shown.append(_documented("##", name, thing))
        if inspect.isclass(thing) and not issubclass(thing, Exception):
            for method, value in vars(thing).items():
                if method.startswith("_") or not (inspect.isfunction(value) or isinstance(value, property)):
                    continue
                shown.append(_documented("###", f"{name}.{method}", value))
    return "\n\n".join(shown)


def _documented(level: str, name: str, thing: Any) -> str:
    words = inspect.cleandoc(thing.__doc__ or "")
    words = re.sub(r"^(\w+)\n-{3,}$", r"**\1**\n", words, flags=re.MULTILINE)
    words = re.sub(r"^(\w+Error)\n +", r"- `\1`: ", words, flags=re.MULTILINE)
    words = re.sub(r"\n(?=\S[^\n]* :(?: |\n))", "\n\n- ", words)
    words = re.sub(r"^(- [\w, ]+) :\s+", lambda found: f"{found[1].replace('- ', '- `')}`: ", words, flags=re.MULTILINE)
    words = re.sub(
        r"((?:^>>> .*\n(?:^(?:\.\.\.|[^\s>]).*\n?)*)+)", r"```pycon\n\1```\n", words + "\n", flags=re.MULTILINE
    )
    made = not isinstance(thing, property) and not (inspect.isclass(thing) and issubclass(thing, Exception))
    call = f"```text\n{_call(name, thing)}\n```\n\n" if made else ""
    return re.sub(r"\n{3,}", "\n\n", f"{level} {name}\n\n{call}{words.strip()}")


def _call(name: str, thing: Any) -> str:
    """Return how something is called, without types, in lines of at most 90 characters."""
    plain = [
        parameter.replace(annotation=parameter.empty)
        for parameter in inspect.signature(thing).parameters.values()
        if parameter.name != "self"
    ]
    text = f"{name}{inspect.Signature(plain)}"
    return "\n".join(textwrap.wrap(text, 90, subsequent_indent="    ", break_long_words=False))


def _family(measure: str) -> str:
    return next((family.name for family in families() if measure in family.metrics), "binary")


def _limit(rule: config.RuleConfig) -> str:
    return f"at most {rule.max:g}" if rule.max is not None else f"at least {rule.min:g}"


def _keys() -> str:
    sections: list[tuple[str, type[BaseModel]]] = [
        ("subject", config.SubjectConfig),
        ("subject.words", config_data.WordsConfig),
        ("data", config.DataConfig),
        ("data.source", config_data.SqlSource),
        ("data.sensitive.FEATURE", config_data.FeatureConfig),
        ("statistics", config.StatisticsConfig),
        ("policy", config.PolicyConfig),
        ("policy.profiles[]", profile_use.ProfileUse),
        ("policy.rules[]", config.RuleConfig),
        ("policy.waivers[]", config.WaiverConfig),
        ("custom.NAME", config_studies.CustomMetric),
        ("explore", config_studies.ExploreConfig),
        ("proxies", config_studies.ProxiesConfig),
        ("mitigation", config_studies.MitigationConfig),
        ("checklists[]", config.ChecklistUse),
        ("report", config.ReportConfig),
    ]
    rows = ["| key | meaning |", "|---|---|"]
    rows += [_row(name, field) for name, field in config.Config.model_fields.items() if field.description]
    for prefix, section in sections:
        rows += [_row(f"{prefix}.{name}", field) for name, field in section.model_fields.items()]
    return "\n".join(rows)


def _row(name: str, field: object) -> str:
    alias = getattr(field, "alias", None)
    shown = alias or name
    required = "**required.** " if field.is_required() else ""  # type: ignore[attr-defined]
    return f"| `{shown}` | {required}{getattr(field, 'description', '') or ''} |"


if __name__ == "__main__":
    for page in pages():
        page.write_text(generate(page.read_text(encoding="utf-8")), encoding="utf-8")

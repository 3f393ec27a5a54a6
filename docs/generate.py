"""Writes the generated parts of the docs from the code they describe: `python docs/generate.py`.

A part stands between `<!-- generated: WHAT -->` and `<!-- end -->`; `tests/test_docs.py` fails when one is out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner
from pydantic import BaseModel

from ethicscheck.cli import commands
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
    for page in sorted(DOCS.glob("*.md")):
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


def _family(measure: str) -> str:
    return next((family.name for family in families() if measure in family.metrics), "binary")


def _limit(rule: config.RuleConfig) -> str:
    return f"at most {rule.max:g}" if rule.max is not None else f"at least {rule.min:g}"


def _keys() -> str:
    sections: list[tuple[str, type[BaseModel]]] = [
        ("subject", config.SubjectConfig),
        ("subject.words", config_data.WordsConfig),
        ("data", config.DataConfig),
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

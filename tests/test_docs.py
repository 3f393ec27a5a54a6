"""Documentation can't rot: generated parts are up to date, every command is described, README's commands are CI's."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from ethicscheck.cli import commands

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")])


def generator() -> object:
    found = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_generated_parts_are_up_to_date() -> None:
    """`python docs/generate.py` mends this."""
    made = generator()
    pages = list(made.pages())  # type: ignore[attr-defined]

    assert len(pages) >= 3
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert made.generate(text) == text, page.name  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_has_help_and_a_section(name: str) -> None:
    """A command that is not described does not exist for most people."""
    assert commands.commands[name].help
    assert f"## ethicscheck {name}\n" in (ROOT / "docs/cli.md").read_text(encoding="utf-8")


def test_every_option_has_help() -> None:
    """No option is left for people to guess."""
    for command in [commands, *commands.commands.values()]:
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or getattr(parameter, "help", None), (
                command.name,
                parameter.name,
            )


def test_ci_runs_the_readme_test_command() -> None:
    """What the README promises a newcomer is what CI proves on each change."""
    blocks = re.findall(r"```sh\n(.+?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"))

    assert blocks[0].endswith("ethicscheck audit examples/compas/ethicscheck.yaml")
    assert blocks[1] in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert all("\n" not in block for block in blocks[:2])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    """A dead link in the docs is a promise broken."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)

    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target

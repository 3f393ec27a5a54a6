"""Documentation can't rot: generated parts are up to date, every command is described, README's commands are CI's."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from ethicscheck.cli import commands

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/*.md")])


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

    assert len(blocks) == 2
    assert blocks[0].endswith("ethicscheck audit examples/compas/ethicscheck.yaml")
    assert blocks[1] in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert all("\n" not in block for block in blocks)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    """A dead link in the docs is a promise broken."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)

    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_readme_config_and_python_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The config and the code in the README are run as they stand there."""
    import pandas as pd

    from ethicscheck.cli import run

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    frame = pd.DataFrame(
        {
            "paid_back": [1, 0] * 60,
            "offered": [1, 1, 0] * 40,
            "sex": ["f", "m"] * 60,
            "age_group": ["<30", "30+"] * 60,
        }
    )
    config, _ = re.findall(r"```yaml\n(.+?)```", text, re.DOTALL)
    (code,) = re.findall(r"```python\n(.+?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    frame.to_csv("predictions.csv", index=False)
    Path("ethicscheck.yaml").write_text(config.replace("predictions.parquet", "predictions.csv"))

    assert run(["audit", "-q"]) in (0, 1, 3)
    exec(code, {"frame": frame})

    assert Path("ethicscheck-out/report.html").exists()
    assert Path("out/audit.json").exists()

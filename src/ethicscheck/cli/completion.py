"""`ethicscheck completion`: the script that lets a shell complete commands, options, formats and names."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def completion_command(shell: str) -> None:
    """Print the completion script of SHELL, to be sourced.

    \b
    bash: eval "$(ethicscheck completion bash)"    in ~/.bashrc
    zsh:  eval "$(ethicscheck completion zsh)"     in ~/.zshrc, after compinit
    fish: ethicscheck completion fish > ~/.config/fish/completions/ethicscheck.fish
    """
    from click.shell_completion import get_completion_class

    from . import COMPLETE, commands

    kind = get_completion_class(shell)
    assert kind is not None
    made = kind(commands, {}, "ethicscheck", COMPLETE)
    click.echo(made.source_template % made.source_vars())  # `source()` would start bash to ask for its version


def answer_shell(instruction: str) -> int:
    """Answer a shell that completes a line: never with an error, which would stand in the middle of what is typed."""
    from click.shell_completion import shell_complete

    from . import COMPLETE, commands

    try:
        shell_complete(commands, {}, "ethicscheck", COMPLETE, instruction)
    except Exception:  # noqa: BLE001  # no completion is better than a message between two words
        return 1
    return 0


def complete_formats(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """Return the formats that begin so."""
    from ethicscheck.model.outputs import OUTPUTS

    return [name for name in OUTPUTS if name.startswith(incomplete)]


def complete_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """Return the names that `explain` knows and that begin so."""
    from ethicscheck.policy.glossary import entries

    return [entry.name for entry in entries() if entry.name.startswith(incomplete)]


def complete_checklists(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """Return the shipped checklists that begin so."""
    from ethicscheck.checklist.shipped import shipped_ids

    return [name for name in shipped_ids() if name.startswith(incomplete)]

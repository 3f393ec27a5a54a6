"""The command line: one file per command; turns errors and verdicts into words and exit codes.

Nothing heavy is imported here: `ethicscheck --help` loads click alone.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

import click

from ethicscheck.__about__ import __version__

from .archive import archive_command
from .audit import audit_command
from .checklist import checklist_command
from .compare import compare_command
from .completion import completion_command
from .explain import explain_command
from .init import init_command
from .lint import lint_command
from .power import power_command
from .report import report_command
from .schema import schema_command
from .serve import serve_command
from .streams import is_full, let_go, settle_streams, tell

STOPPED = 130
CANNOT = 2
COMPLETE = "_ETHICSCHECK_COMPLETE"  # set by the script of `ethicscheck completion`


def _print_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:  # noqa: ARG001
    if not wanted:
        return
    if "--json" in context.obj["words"]:
        import json

        from ethicscheck.provenance import package_versions

        click.echo(json.dumps({"ethicscheck": __version__, **package_versions()}, indent=2))
    else:
        click.echo(f"ethicscheck, version {__version__}")
    context.exit()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 every rule passed, 1 a rule failed, 2 could not audit, 3 undecided, 130 stopped.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and leave.",
)
@click.option("--json", is_flag=True, expose_value=False, help="With --version: as JSON, with the libraries' versions.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error (may stand anywhere).")
def commands(debug: bool) -> None:  # noqa: ARG001  # main() has taken it out of the words already
    """Audit how an AI system's decisions treat groups of people."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        from ethicscheck.provenance import settle_clock

        settle_clock()


commands.add_command(archive_command)
commands.add_command(audit_command)
commands.add_command(checklist_command)
commands.add_command(compare_command)
commands.add_command(completion_command)
commands.add_command(explain_command)
commands.add_command(init_command)
commands.add_command(lint_command)
commands.add_command(power_command)
commands.add_command(report_command)
commands.add_command(schema_command)
commands.add_command(serve_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with the exit code of the contract."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    code = run(words, debug)
    if code == STOPPED:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                stream.flush()
        os._exit(code)  # an engine that has not let go yet would abort the process on Python's way out
    sys.exit(code)


def run(words: Sequence[str], debug: bool = False) -> int:
    """Run one command and return its exit code; errors are one or two lines on stderr."""
    from ethicscheck.errors import EthicscheckError

    settle_streams()
    if instruction := os.environ.get(COMPLETE):
        from .completion import answer_shell

        return answer_shell(instruction)
    try:
        code = commands.main(
            args=list(words), prog_name="ethicscheck", standalone_mode=False, obj={"words": tuple(words)}
        )
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, click.Abort):
        _say("stopped; nothing was written")
        return STOPPED
    except (BrokenPipeError, SystemExit):  # click and rich leave with 1, our "a rule failed", when the reader has gone
        let_go(sys.stdout)
        return CANNOT
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return CANNOT
    except click.ClickException as error:
        if debug:
            raise
        _say(f"error: {_usage(error)}")
        return CANNOT
    except EthicscheckError as error:
        if debug:
            raise
        for problem in error.problems:
            _say(f"error: {problem}")
        return CANNOT
    except OSError as error:
        if debug or not is_full(error):
            return _unexpected(error, debug)
        let_go(sys.stdout)
        _say(f"error: can't print: {error.strerror} (standard output) — send it elsewhere")
        return CANNOT
    except MemoryError:
        _say("error: out of memory — give the machine more, or audit fewer columns at once")
        return CANNOT
    except Exception as error:  # noqa: BLE001  # told in a line
        return _unexpected(error, debug)


def _unexpected(error: Exception, debug: bool) -> int:
    if debug:
        raise error
    _say(f"error: unexpected {type(error).__name__}: {error} — a bug of ours; `--debug` shows where, please report it")
    return CANNOT


def _usage(error: click.ClickException) -> str:
    text = error.format_message().strip().rstrip(".")
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "ethicscheck"
    return f"{text[:1].lower()}{text[1:]} — `{path} --help` shows the options"


def _say(text: str) -> None:
    from ethicscheck.model.wording import visible

    lines = [visible(line) for line in str(text).splitlines()] or [""]
    tell(" ".join(lines))

"""What must hold before a change lands. `nox` runs all of it, `nox -l` lists it, `nox -s tests -- -k gap` runs a part.

Sessions use the environment nox itself is installed in, so the one command of the README is all the set-up.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "contracts", "tests"]
SCRIPTS = Path(sys.executable).parent


@nox.session
def lint(session: nox.Session) -> None:
    """Style: ruff check and ruff format."""
    session.run(sys.executable, "-m", "ruff", "check", ".")
    session.run(sys.executable, "-m", "ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types: mypy --strict on src/."""
    session.run(sys.executable, "-m", "mypy")


@nox.session
def contracts(session: nox.Session) -> None:
    """The floors of the house: imports point down only."""
    session.run(str(SCRIPTS / "lint-imports"))


@nox.session
def tests(session: nox.Session) -> None:
    """Every test, warnings as errors, on all cores."""
    session.run(sys.executable, "-m", "pytest", "-n", "auto", "--dist", "worksteal", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as a site, in site/: strictly, any warning is an error."""
    session.run(sys.executable, "-m", "mkdocs", "build", "--strict", "-q", *session.posargs)


@nox.session(venv_backend="virtualenv")
def coming_from(session: nox.Session) -> None:
    """The pages for those who come from AIF360 and Aequitas, both sides, in an environment of their own."""
    session.install(".", "aif360==0.6.1", "aequitas==1.1.0", "pytest", "markdown-it-py", "pyarrow")
    session.run(
        "python",
        "-m",
        "pytest",
        "--noconftest",
        "-c",
        os.devnull,
        "--rootdir",
        ".",
        "tests/docs/test_every_block.py",
        "-k",
        "coming and blocks_of",
    )


@nox.session(venv_backend="virtualenv")
def lowest(session: nox.Session) -> None:
    """The tests with the oldest versions of every dependency that pyproject.toml promises to work with."""
    _with_versions(session, _oldest())


@nox.session(venv_backend="virtualenv")
def newest(session: nox.Session) -> None:
    """The tests with the newest versions of everything, pre-releases of the dependencies too where there are some."""
    _with_versions(session, "", "--pre")


def _with_versions(session: nox.Session, constraints: str, *options: str) -> None:
    path = Path(session.create_tmp()) / "constraints.txt"
    path.write_text(constraints, encoding="utf-8")
    session.install("--upgrade", "-c", str(path), *options, "-e", ".[dev]")
    session.run("python", "-m", "pip", "freeze", "--exclude-editable")
    session.run("python", "-m", "pytest", "-n", "auto", "--dist", "worksteal", *session.posargs)


def _oldest() -> str:
    """Return each dependency, and each one of an extra but `dev`, at the version that its `>=` names."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [needed for name, part in project["optional-dependencies"].items() if name != "dev" for needed in part]
    found = re.findall(
        r"^([\w.-]+)(?:\[[^]]*\])?>=([\w.]+)", "\n".join([*project["dependencies"], *extras]), re.MULTILINE
    )
    return "".join(f"{name}=={version}\n" for name, version in found)


@nox.session
def coverage_table(session: nox.Session) -> None:
    """The simulations behind docs/statistics.md, at full size (minutes); prints the table."""
    session.run(sys.executable, "-m", "tests.coverage.simulate", *session.posargs)


@nox.session
def growth_table(session: nox.Session) -> None:
    """The simulations behind docs/comparing-audits.md, at full size (minutes); prints the table."""
    session.run(sys.executable, "-m", "tests.coverage.simulate_growth", *session.posargs)


@nox.session
def benchmark(session: nox.Session) -> None:
    """10 million rows: the audit beside a bare DuckDB process and Fairlearn."""
    session.run(sys.executable, "benchmarks/audit_10m.py", *session.posargs)


@nox.session
def web_load(session: nox.Session) -> None:
    """50 people saving every 2 s in the web app, then the same with the server killed in the middle."""
    session.run(sys.executable, "benchmarks/web_load.py", *session.posargs)

"""What each road imports: `--help` stays light, and an audit loads the heavy libraries only when asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"
HEAVY = ("pandas", "sklearn", "fairlearn", "matplotlib", "scipy.stats", "pyarrow", "polars")


def loaded_by(code: str) -> set[str]:
    shown = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('\\n'.join(sys.modules), file=sys.stderr)"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    return set(shown.split())


def test_help_imports_neither_numpy_nor_pandas() -> None:
    """The first thing people type answers at once."""
    modules = loaded_by("from ethicscheck.cli import run; run(['--help'])")

    assert modules & {"numpy", "pandas", "duckdb", "pydantic", "jinja2", "narwhals", "rich", "scipy", *HEAVY} == set()


def test_importing_the_package_is_light() -> None:
    """`import ethicscheck` in someone's test suite costs nothing until it is used."""
    assert loaded_by("import ethicscheck") & {"numpy", "duckdb", "pydantic", *HEAVY} == set()


def test_a_small_audit_imports_no_heavy_library(tmp_path: Path) -> None:
    """scikit-learn, Fairlearn, pandas and scipy.stats only when something asks for them."""
    config = EXAMPLES / "compas/ethicscheck.yaml"

    modules = loaded_by(
        f"from ethicscheck.cli import run; run(['audit', {str(config)!r}, '-o', {str(tmp_path)!r}, '-q'])"
    )

    assert modules & set(HEAVY) == set()
    assert "duckdb" in modules

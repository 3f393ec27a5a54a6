"""Same inputs, same bytes: in another process, with another hash seed, on another number of threads."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from helpers import write_config

PROGRAM = """
import sys
from pathlib import Path
from ethicscheck.auditing import load_config, make_record
sys.stdout.buffer.write(make_record(load_config(Path(sys.argv[1]))).to_json())
"""


def record_bytes(config: Path, seed: str) -> bytes:
    """Return the record that a fresh process writes."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "1700000000"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(config)], env=environment, capture_output=True, check=True, timeout=120
    )
    return done.stdout


def test_the_hash_seed_and_the_order_of_rows_change_no_byte(tmp_path: Path) -> None:
    """Sets and dicts must not leak their order into a record that is signed and compared."""
    draw = random.Random(2)
    names = ["Ærø", "b", "c", "d e", "", "f"]
    rows = [
        f"{draw.choice(names)},{draw.choice('xyz')},{draw.randint(0, 1)},{draw.randint(0, 1)},{draw.random() * 9}"
        for _ in range(3_000)
    ]
    (tmp_path / "data.csv").write_text("\n".join(["race,sex,y,p,w", *rows]) + "\n", encoding="utf-8")
    config = write_config(
        tmp_path,
        sensitive=["race", "sex"],
        intersections="all",
        weight="w",
        profiles=["four-fifths"],
        rules=[{"metric": "equalized_odds", "across": "*", "compare": "difference", "max": 0.1}],
    )

    first, second = record_bytes(config, "1"), record_bytes(config, "2")

    assert first == second
    assert len(first) > 10_000

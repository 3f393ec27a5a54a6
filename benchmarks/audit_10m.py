"""How much longer is an audit than the bare scan? Whole processes, side by side in one run.

    python benchmarks/audit_10m.py [--rows 10000000] [--repeat 5] [--fairlearn-rows 1000000]

Writes a Parquet file of predictions (three sensitive columns, label, prediction) to a temporary folder, then times, each
as a process of its own and taking turns: a bare DuckDB process doing the same GROUP BY; `ethicscheck audit` with all
measures, intervals, gaps and rules; and Fairlearn's MetricFrame over the same columns (point values only; on fewer rows
where asked, since it needs all rows in memory). Prints medians, ratios and peak memory. Times on a shared machine are
noisy: read the ratios.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MAKE = """
COPY (
  SELECT ['White', 'Black', 'Asian', 'Hispanic', 'Other'][1 + (random() * 4.999)::INT % 5] AS race,
         ['Female', 'Male', 'Other'][1 + (random() * 2.999)::INT % 3] AS sex,
         ['<25', '25-44', '45-64', '65+'][1 + (random() * 3.999)::INT % 4] AS age,
         (random() < 0.4)::INT AS label,
         (random() < 0.45)::INT AS prediction,
         random() AS unused
  FROM range({rows})
) TO '{path}' (FORMAT parquet)
"""

CONFIG = """
schema: ethicscheck/config/1
subject: {name: Benchmark}
data:
  source: predictions.parquet
  label: label
  prediction: prediction
  sensitive: [race, sex, age]
policy:
  profiles: [four-fifths]
  rules:
    - {metric: equalized_odds, across: "*", compare: difference, max: 0.05}
"""

BARE = """
import duckdb
print(len(duckdb.sql("SELECT race, sex, age, label, prediction, count(*) FROM 'predictions.parquet' GROUP BY ALL").fetchall()))
"""

FAIRLEARN = """
import pandas as pd
from fairlearn.metrics import (MetricFrame, count, false_negative_rate, false_positive_rate, selection_rate,
                               true_negative_rate, true_positive_rate)
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef, precision_score
frame = pd.read_parquet('predictions.parquet', columns=['race', 'sex', 'age', 'label', 'prediction']).head({rows})
measures = dict(selection_rate=selection_rate, tpr=true_positive_rate, fpr=false_positive_rate, tnr=true_negative_rate,
                fnr=false_negative_rate, accuracy=accuracy_score, precision=precision_score, f1=f1_score,
                mcc=matthews_corrcoef)
for name in ('race', 'sex', 'age'):
    made = MetricFrame(metrics=measures, y_true=frame.label, y_pred=frame.prediction, sensitive_features=frame[name])
    made.by_group, made.difference()
"""


def run(command: list[str], folder: Path) -> tuple[float, float]:
    """Return seconds and peak megabytes of one process."""
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1, 3):
        raise SystemExit(f"{command[0]} ended with {code}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Run the benchmark and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--fairlearn-rows", type=int, default=1_000_000, help="0 leaves Fairlearn out")
    options = parser.parse_args()
    import duckdb

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        duckdb.sql(MAKE.format(rows=options.rows, path=folder / "predictions.parquet"))
        (folder / "ethicscheck.yaml").write_text(CONFIG)
        bare = [sys.executable, "-c", BARE]
        audit = [sys.executable, "-m", "ethicscheck", "audit", "--quiet"]
        tasks = {"bare DuckDB": bare, "ethicscheck audit": audit}
        found: dict[str, list[tuple[float, float]]] = {label: [] for label in tasks}
        for _ in range(options.repeat):
            for label, command in tasks.items():
                found[label].append(run(command, folder))
        if options.fairlearn_rows:
            label = f"Fairlearn, {min(options.fairlearn_rows, options.rows):,} rows"
            found[label] = [run([sys.executable, "-c", FAIRLEARN.format(rows=options.fairlearn_rows)], folder)]
        size = (folder / "predictions.parquet").stat().st_size / 1e6
    print(
        f"{options.rows:,} rows of Parquet ({size:.0f} MB), {options.repeat} runs each, taking turns; median (min–max)\n"
    )
    print("| process | seconds | peak memory |\n|---|---|---|")
    for label, runs in found.items():
        seconds = sorted(run[0] for run in runs)
        print(
            f"| {label} | {statistics.median(seconds):.2f} ({seconds[0]:.2f}–{seconds[-1]:.2f}) "
            f"| {max(run[1] for run in runs):.0f} MB |"
        )
    base, own = (statistics.median(run[0] for run in found[label]) for label in tasks)
    print(
        f"\nallowed: 1.5 × {base:.2f} s + 1.5 s = {1.5 * base + 1.5:.2f} s; audit: {own:.2f} s = {own / base:.2f} × bare"
    )
    print(f"this process itself: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()

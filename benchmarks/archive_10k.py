"""An archive of 10,000 audits: what adding one costs at 10 and at 10,000, and how long listing and looking up take.

    python benchmarks/archive_10k.py [FOLDER]

The audits are one small record with 10,000 times of its making. Seconds; adding is the best of nine.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "archive"))

from making import at_time, make_audit

from ethicscheck.archive import adding
from ethicscheck.archive.adding import Wishes, add_record
from ethicscheck.archive.founding import found_archive
from ethicscheck.archive.layout import Layout
from ethicscheck.archive.listing import chosen, read_audits
from ethicscheck.archive.lookup import entries_of
from ethicscheck.model.record import AuditRecord, read_record

MANY = 10_000


def created(number: int) -> str:
    return f"20{10 + number // 5000:02}-{1 + number % 12:02}-{1 + number % 28:02}T{number % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"


def seconds(work: Callable[[], object], times: int = 5) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def add_some(layout: Layout, record: AuditRecord, folder: Path, numbers: range) -> float:
    """Add so many audits and return the shortest time that one took."""
    best = float("inf")
    for number in numbers:
        path = folder / f"{number}.json"
        path.write_bytes(at_time(record, created(number)))
        start = time.perf_counter()
        add_record(layout, path, Wishes())
        best = min(best, time.perf_counter() - start)
        path.unlink()
    return best


def main(folder: Path) -> None:
    """Fill an archive and print the table."""
    record = read_record(make_audit(folder / "audit").read_bytes(), "audit.json")
    layout = found_archive(folder / "archive")
    records = folder / "records"
    records.mkdir()
    add_some(layout, record, records, range(10))
    rows = [("add, drawing the report included, at 10", add_some(layout, record, records, range(10, 19)))]
    drawn = adding.draw_documents
    documents = drawn(record, records)
    adding.draw_documents = lambda *_: documents  # the report of each is the same page
    rows.append(("add, the archive's own part, at 20", add_some(layout, record, records, range(20, 29))))
    start = time.perf_counter()
    add_some(layout, record, records, range(29, MANY))
    rows.append((f"filling up to {MANY:,}, all told", time.perf_counter() - start))
    rows.append((f"add, the archive's own part, at {MANY:,}", add_some(layout, record, records, range(MANY, MANY + 9))))
    adding.draw_documents = drawn
    numbers = range(MANY + 9, MANY + 18)
    rows.append((f"add, drawing the report included, at {MANY:,}", add_some(layout, record, records, numbers)))
    audits = read_audits(layout)
    name = list(audits)[-1]
    rows.append(("list: read the log", seconds(lambda: read_audits(layout))))
    some = {"subject": "TEST", "verdict": "pass", "since": "2011-06-01"}
    rows.append(("list: with filters", seconds(lambda: list(chosen(read_audits(layout).values(), **some)))))
    rows.append(("list --json: write it", seconds(lambda: [json.dumps(one.to_json()) for one in audits.values()])))
    rows.append(("find one id in the log", seconds(lambda: list(entries_of(layout.log, name)))))
    for words, taken in rows:
        print(f"{words:50} {taken:9.4f} s")
    print(f"{len(audits):,} audits, a log of {layout.log.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).mkdir(parents=True)
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(Path(place))

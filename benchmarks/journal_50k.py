"""How long `checklist status` takes: 2,000 questions, 50,000 lines, 20 people.

    python benchmarks/journal_50k.py [--questions 2000] [--lines 50000] [--people 20]

Each step once in this process (`reading` and `folding` are what grows with the journal), then the whole command as
people call it, in a process of its own, the best of three. Processor seconds, so that other work on the machine does
not count. Held to: reading and folding together in under a second.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ethicscheck.checklist.journal import Journal
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.reading import read_checklist

TYPES = (
    ("type: choice", "options: ynu"),
    ("type: multi", "options: {one: One, two: Two, three: Three}"),
    ("type: text",),
    ("type: number", "min: 0", "max: 100"),
)


def write_checklist(folder: Path, questions: int) -> Path:
    """Write a checklist of so many questions, four kinds, in sections of 20."""
    lines = ["schema: ethicscheck/checklist/1", "id: big", "version: '1'", "title: A big checklist"]
    lines += ["options: {ynu: {yes: Yes, no: No, unsure: We do not know yet}}", "sections:"]
    for number in range(questions):
        if number % 20 == 0:
            lines += [f"  - id: s{number // 20}", f"    title: Part {number // 20}", "    items:"]
        lines += [f"      - id: q{number}", *(f"        {part}" for part in TYPES[number % 4])]
        lines += [f"        text: Question {number}?", "        help: Why."]
    path = folder / "big.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_journal(folder: Path, loaded: object, questions: int, lines: int, people: int) -> Path:
    """Write a journal: people answer at random, a comment here and there, and come back to what they said."""
    draw = random.Random(0)
    checklist = loaded.checklist  # type: ignore[attr-defined]
    digests = {item.id: checklist.item_sha256(item) for _, item in checklist.items()}
    values = (
        lambda: draw.choice(["yes", "no", "unsure"]),
        lambda: draw.sample(["one", "two", "three"], 2),
        lambda: f"what we saw, part {draw.randrange(9)}",
        lambda: draw.randrange(100),
    )
    at = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    sha256 = loaded.sha256  # type: ignore[attr-defined]
    start = {"seq": 1, "at": "2026-03-01T00:00:00Z", "kind": "start", "checklist": "big", "version": "1"}
    found = [{**start, "sha256": sha256, "path": "big.yaml"}]
    for seq in range(2, lines + 1):
        number = draw.randrange(questions)
        entry = {
            "seq": seq,
            "at": (at + datetime.timedelta(seconds=seq)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "by": f"Person {draw.randrange(people)}",
            "role": draw.choice(["product", "engineer"]),
            "item": f"q{number}",
            "value": values[number % 4](),
        }
        if seq % 7 == 0:
            entry["comment"] = "as we said in the meeting"
        found.append({**entry, "checklist_sha256": sha256, "item_sha256": digests[f"q{number}"]})
    path = folder / "big.answers.jsonl"
    path.write_text("".join(json.dumps(part, separators=(",", ":")) + "\n" for part in found), encoding="utf-8")
    return path


def main() -> None:
    """Time it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("questions", 2000), ("lines", 50000), ("people", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = write_checklist(folder, asked.questions)
        began = time.process_time()
        loaded = read_checklist(source)
        print(f"{'the YAML':<28} {time.process_time() - began:6.2f} s")
        path = write_journal(folder, loaded, asked.questions, asked.lines, asked.people)
        times = []
        for _ in range(3):
            began = time.process_time()
            contents = Journal(path).read()
            middle = time.process_time()
            status = OpenJournal(Journal(path), loaded, contents).status(today=datetime.date(2026, 3, 2))
            times.append((middle - began, time.process_time() - middle))
        reading, folding = min(times, key=sum)
        print(f"{'reading the journal':<28} {reading:6.2f} s")
        print(f"{'folding it':<28} {folding:6.2f} s")
        print(f"{'status (reading, folding)':<28} {reading + folding:6.2f} s")
        print("  " + ", ".join(f"{count} {state}" for state, count in status.progress().items() if count))
        commands = []
        for _ in range(3):
            began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            command = [sys.executable, "-m", "ethicscheck", "checklist", "status", str(path), "--json"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            commands.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began)
        print(f"{'the whole command, --json':<28} {min(commands):6.2f} s")


if __name__ == "__main__":
    main()

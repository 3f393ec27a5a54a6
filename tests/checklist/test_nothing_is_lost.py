"""The journal under the worst: two at once for thousands of lines, and killed at two hundred moments."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from checklist_helpers import AT, begin, items, question

from ethicscheck.checklist.entries import Answer
from ethicscheck.checklist.journal import Journal
from ethicscheck.checklist.opening import open_journal

WRITER = """
import sys
from pathlib import Path
from ethicscheck.checklist.entries import Answer
from ethicscheck.checklist.journal import Journal
journal = Journal(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    journal.append([Answer("2026-03-01T12:00:00Z", sys.argv[2], "product", "q", f"{sys.argv[2]} {number}")])
"""

# Forks a walker again and again and kills it, at a random moment after its first answer was acknowledged, however long
# that takes; every answer the walker was told is saved goes through the pipe first.
KILLER = """
import os, random, signal, sys, time
from pathlib import Path
from ethicscheck.checklist.answering import answer_item
from ethicscheck.checklist.opening import open_journal

journal, times = Path(sys.argv[1]), int(sys.argv[2])
draw, acknowledged, kills = random.Random(5), [], 0
for kills in range(times):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        opened, number = open_journal(journal), 0
        while True:
            number += 1
            said = f"{kills}.{number}"
            answer_item(opened, "t", said, by=f"P{kills}", role="product", at="2026-03-01T12:00:00Z", comment="x" * 500)
            os.write(write, said.encode() + b"\\n")
    os.close(write)
    stream = os.fdopen(read)
    acknowledged.append(stream.readline().strip())
    time.sleep(draw.random() * 0.02)
    os.kill(child, signal.SIGKILL)
    _, ended = os.waitpid(child, 0)
    assert os.WTERMSIG(ended) == signal.SIGKILL, "it left by itself"
    acknowledged += stream.read().split()
print(*acknowledged)
"""


@pytest.mark.slow
def test_two_processes_of_5000_answers_each_leave_10000_whole_lines(tmp_path: Path) -> None:
    """None lost, none torn, numbered without a gap, each writer's in its own order."""
    opened = begin(tmp_path, items("id: q, type: text, text: What?, help: Why."))
    path = opened.journal.path
    running = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name, "5000"]) for name in ("Ana", "Ben")]

    assert [process.wait() for process in running] == [0, 0]

    contents = Journal(path).read()
    answers = [part for part in contents.entries if isinstance(part, Answer)]
    assert len(answers) == 10_000
    assert contents.notes == ()
    assert [part.seq for part in contents.entries] == list(range(1, 10_002))
    for name in ("Ana", "Ben"):
        assert [part.value for part in answers if part.by == name] == [f"{name} {number}" for number in range(5000)]
    assert len(path.read_bytes().splitlines()) == 10_001


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="a walker is forked and killed")
def test_killed_at_200_moments_every_acknowledged_answer_is_there(tmp_path: Path) -> None:
    """SIGKILL gives nobody time to tidy up; what a person was told is saved, is."""
    opened = begin(tmp_path, items("id: t, type: text, text: What?, help: Why."))
    path = opened.journal.path

    done = subprocess.run([sys.executable, "-c", KILLER, str(path), "200"], capture_output=True, text=True, check=True)

    acknowledged = done.stdout.split()
    assert {said.split(".")[0] for said in acknowledged} == set(map(str, range(200)))
    kept = [part.value for part in open_journal(path).contents.entries if isinstance(part, Answer)]
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
    assert len(kept) - len(acknowledged) <= 200  # at most the one each walker had just saved and not yet told


def test_the_later_of_two_is_told_what_the_other_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both are kept; the one who comes second reads on stderr what came in between."""
    from ethicscheck.cli.checklist_telling import tell_answer

    opened = begin(tmp_path, items(question("q"), question("z")))
    mine = open_journal(opened.journal.path)  # what Ana sees; then Ben is quicker, twice
    theirs = open_journal(opened.journal.path)
    for item in ("z", "q"):
        theirs.journal.append([Answer(AT, "Ben", "engineer", item, "no")])
    (answer,), _ = mine.journal.append([Answer(AT, "Ana", "product", "q", "yes")])
    assert isinstance(answer, Answer)

    tell_answer(mine, answer)

    err = capsys.readouterr().err.splitlines()
    assert err[:2] == ["note: meanwhile Ben answered z", "note: meanwhile Ben answered q"]
    assert any("this differs from Ben (engineer)" in line for line in err)

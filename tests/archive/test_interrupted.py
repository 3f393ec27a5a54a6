"""An archive whose writer is stopped anywhere: it verifies, or `repair` says exactly what was unfinished."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import small_archive as small
from making import add, make_archive, make_audit, problems, write_records

from ethicscheck.archive.layout import Layout
from ethicscheck.archive.listing import read_audits
from ethicscheck.archive.log import read_entries
from ethicscheck.archive.plans import register_plan
from ethicscheck.archive.repairing import repair
from ethicscheck.archive.retention import expire_audits, hold_audit
from ethicscheck.errors import UsageError
from ethicscheck.model.record import AuditRecord, read_record

# Whatever changes the disk; files are opened by C, so what was to go into one is cut where it is synced.
STEPS = ("fsync", "rename", "replace", "mkdir", "unlink", "rmdir", "write", "ftruncate")


class CrashError(BaseException):
    """The process ends here."""


class Disk:
    """Counts the changes to the disk, and stops at one of them: for good, or once with "no space left"."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
        self.count = 0
        self.at: int | None = None
        self.dies = False
        self.dead = False
        self.root = root
        for name in STEPS:
            monkeypatch.setattr(os, name, self._watching(name, getattr(os, name)))

    def stop_at(self, step: int, dies: bool) -> None:
        self.count, self.at, self.dies, self.dead = 0, step, dies, False

    def let_go(self) -> None:
        self.at, self.dead = None, False

    def _watching(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def watching(*given: Any, **more: Any) -> Any:
            if self.dead:
                raise CrashError
            self.count += 1
            if self.count != self.at:
                return real(*given, **more)
            self.dead = self.dies
            if name == "write":
                real(given[0], given[1][: len(given[1]) // 2])
            elif name == "fsync" and self.dies:
                self._cut(given[0])
            raise CrashError if self.dies else OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return watching

    @staticmethod
    def _cut(handle: int) -> None:
        """Leave half of a file that was new: what was not synced may be lost; the log's older lines are not."""
        import stat

        status = os.fstat(handle)
        if stat.S_ISREG(status.st_mode) and "log.jsonl" not in str(Path(f"/proc/self/fd/{handle}").readlink()):
            os.truncate(f"/proc/self/fd/{handle}", status.st_size // 2)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> AuditRecord:
    return read_record(make_audit(tmp_path_factory.mktemp("audit")).read_bytes(), "audit.json")


@pytest.fixture
def _quickly_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing touches no disk, and would be done hundreds of times."""
    from ethicscheck.archive import adding

    monkeypatch.setattr(adding, "draw_documents", lambda *_: ({"report.html": b"drawn"}, ()))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Disk]:
    watched = Disk(monkeypatch, tmp_path)
    yield watched
    watched.let_go()


@pytest.fixture(params=[None, small.TestKey()], ids=["unsigned", "signed"])
def key(request: pytest.FixtureRequest) -> small.TestKey | None:
    found: small.TestKey | None = request.param
    return found


def found_for(root: Path, key: small.TestKey | None) -> Layout:
    keys = [(key.keyid, key.public_hex)] if key is not None else []
    return make_archive(root, keys=keys, signer=key, retain_years=1)


Change = Callable[[Layout, small.TestKey | None, Path], object]


def change_add(layout: Layout, key: small.TestKey | None, folder: Path) -> object:
    from ethicscheck.archive.adding import Wishes, add_record

    return add_record(layout, folder / "new" / "1" / "audit.json", Wishes(), key)


def change_plan(layout: Layout, key: small.TestKey | None, folder: Path) -> object:
    return register_plan(layout, folder / "audit" / "ethicscheck.yaml", key)


def change_hold(layout: Layout, key: small.TestKey | None, folder: Path) -> object:
    return hold_audit(layout, next(iter(read_audits(layout))), "a case", "Ann", key)


def change_expire(layout: Layout, key: small.TestKey | None, folder: Path) -> object:
    return expire_audits(layout, [next(iter(read_audits(layout)))], signer=key)


CHANGES = pytest.mark.parametrize("change", [change_add, change_plan, change_hold, change_expire])


@pytest.fixture
def place(tmp_path: Path, record: AuditRecord, key: small.TestKey | None) -> Layout:
    """An archive with one audit whose time is over, and what else the changes need."""
    from ethicscheck.archive.adding import Wishes, add_record

    make_audit(tmp_path / "audit")
    layout = found_for(tmp_path / "whole", key)
    paths = write_records(record, tmp_path / "new", 2)
    import datetime

    add_record(layout, paths[0], Wishes(retain_until=datetime.date(2026, 1, 2)), key)
    return layout


def copies(place: Layout, tmp_path: Path) -> Iterator[Layout]:
    number = 0
    while True:
        number += 1
        root = tmp_path / f"copy{number}"
        shutil.copytree(place.root, root)
        yield Layout(root)


def run(change: Change, layout: Layout, key: small.TestKey | None, tmp_path: Path) -> str:
    try:
        change(layout, key, tmp_path)
    except CrashError:
        return "crashed"
    except UsageError as error:
        return str(error)
    return "done"


@pytest.mark.usefixtures("_quickly_drawn")
@CHANGES
def test_a_crash_at_any_step_leaves_what_verifies_or_can_be_repaired(
    change: Change, place: Layout, key: small.TestKey | None, tmp_path: Path, disk: Disk
) -> None:
    """Killed at every change to the disk in turn, half a line or half a file on it."""
    told = set()
    for step, layout in enumerate(copies(place, tmp_path), 1):
        before = layout.log.read_bytes()
        disk.stop_at(step, dies=True)
        outcome = run(change, layout, key, tmp_path)
        disk.let_go()
        if outcome == "done":
            break
        assert outcome == "crashed"
        found = problems(layout)
        assert all("repair" in problem.what for problem in found), found
        assert {problem.kind for problem in found} <= {"unfinished", "truncated"}
        if any(path.is_file() for path in layout.staging.rglob("*")):
            with pytest.raises(UsageError, match="archive repair"):
                hold_audit(layout, next(iter(read_audits(place))), "another", "Bob", key)
        dry = repair(layout, None, only_tell=True).told
        done = repair(layout, None)  # the key is not needed, even in a signed archive
        assert (bool(done.told), dry) == (bool(found), done.told)
        told.update(sentence.split()[0] for sentence in done.told)
        assert problems(layout) == []
        assert repair(layout, None).told == ()
        after = layout.log.read_bytes()
        assert after.startswith(before)
        happened = b'"kind":"' + change.__name__.partition("_")[2].encode() in after[len(before) :]
        again = run(change, layout, key, tmp_path)
        assert (again == "done") or (happened and "removed" in again), again
        assert problems(layout) == []
        shutil.rmtree(layout.root)
    assert step > 5
    assert told


@pytest.mark.usefixtures("_quickly_drawn")
@CHANGES
def test_a_full_disk_at_any_step_is_said_and_leaves_nothing_behind(
    change: Change, place: Layout, key: small.TestKey | None, tmp_path: Path, disk: Disk
) -> None:
    """No space left, once, at every change to the disk in turn: in words, and the archive is as it was, or tells of `repair`."""
    for step, layout in enumerate(copies(place, tmp_path), 1):
        disk.stop_at(step, dies=False)
        outcome = run(change, layout, key, tmp_path)
        disk.let_go()
        if outcome == "done" and disk.count < step:
            break
        if outcome != "done":
            assert "No space left on device" in outcome
        found = problems(layout)
        if found:
            assert outcome == "done" or "archive repair" in outcome, outcome
            assert repair(layout, None).told
        assert problems(layout) == []
        shutil.rmtree(layout.root)
    assert step > 5


@pytest.mark.usefixtures("_quickly_drawn")
def test_a_crash_while_repairing_can_be_repaired(
    place: Layout, key: small.TestKey | None, tmp_path: Path, disk: Disk
) -> None:
    """Whoever repairs may be stopped as well."""
    broken = []
    for step, layout in enumerate(copies(place, tmp_path), 1):
        disk.stop_at(step, dies=True)
        outcome = run(change_add, layout, key, tmp_path)
        disk.let_go()
        if outcome == "done":
            break
        if problems(layout):
            broken.append(layout)
    assert len(broken) > 5
    for state in broken[-6:]:
        for step, layout in enumerate(copies(state, tmp_path / f"of-{state.root.name}"), 1):
            disk.stop_at(step, dies=True)
            try:
                repair(layout, key)
                break
            except CrashError:
                pass
            finally:
                disk.let_go()
            repair(layout, key)
            assert problems(layout) == []
        assert step > 1


def test_a_crash_while_an_archive_is_made_begins_anew(tmp_path: Path, disk: Disk) -> None:
    """There is an archive, or none and `init` makes it; never half of one."""
    for step in range(1, 200):
        root = tmp_path / str(step)
        disk.stop_at(step, dies=True)
        try:
            make_archive(root)
        except CrashError:
            disk.let_go()
        else:
            break
        layout = Layout(root)
        if layout.about.exists():
            repair(layout)
        else:
            if layout.log.exists() or layout.staging.exists():
                with pytest.raises(UsageError, match="the archive's making was not finished"):
                    repair(layout)
            make_archive(root)
        assert problems(layout) == []
    assert 5 < step < 199


def test_what_no_crash_explains_is_not_repaired(tmp_path: Path, record: AuditRecord) -> None:
    """`repair` must not make a changed archive look sound."""
    layout = make_archive(tmp_path / "archive")
    for path in write_records(record, tmp_path / "records", 3):
        add(layout, path)
    lines = layout.log.read_bytes().splitlines(keepends=True)
    for spoilt in ([*lines[:-2], lines[-1]], [*lines, lines[-1]]):
        layout.log.write_bytes(b"".join(spoilt))
        assert repair(layout).told == ()  # its end is sound; what is wrong before it is for `verify` to name
        assert problems(layout)
    for spoilt in (lines[:-1], [*lines[:-1], lines[-1][:-1]]):
        layout.log.write_bytes(b"".join(spoilt))
        with pytest.raises(UsageError, match="no interruption explains it"):
            repair(layout)
        assert problems(layout)


def test_an_entry_that_somebody_else_added_is_not_signed_by_repair(tmp_path: Path, record: AuditRecord) -> None:
    """A line at the log's end looks like a crash: without the key it stays what it is, and so does a forged head."""
    key, other = small.TestKey(), small.TestKey(2)
    layout = found_for(tmp_path / "archive", key)
    path = write_records(record, tmp_path / "records", 1)[0]
    from ethicscheck.archive.adding import Wishes, add_record
    from ethicscheck.archive.canonical import sha256
    from ethicscheck.archive.log import make_line, read_head, sign_head

    name = add_record(layout, path, Wishes(), key).name
    head = read_head(layout)
    line = make_line(head.seq + 1, head.sha256, small.AT, "hold", {"id": name, "reason": "mine", "by": "Mallory"})
    with layout.log.open("ab") as stream:
        stream.write(line + b"\n")
    forged = sign_head(head.seq + 1, sha256(line), other).to_bytes().replace(other.keyid.encode(), key.keyid.encode())
    layout.staging.mkdir(exist_ok=True)
    for staged in (forged, sign_head(head.seq + 1, sha256(line), None).to_bytes(), b"nonsense"):
        layout.staged.head.write_bytes(staged)
        with pytest.raises(UsageError, match="is not signed yet: was it you who added it, or somebody else"):
            repair(layout)
        assert [problem for problem in problems(layout) if problem.kind == "unfinished"]
    assert read_head(layout) == head


def test_a_bag_that_the_log_names_and_nobody_has_is_not_repaired(tmp_path: Path, record: AuditRecord) -> None:
    """A crash leaves it in one of two places."""
    layout = make_archive(tmp_path / "archive")
    name = add(layout, write_records(record, tmp_path / "records", 1)[0]).name
    before = next(iter(read_entries(layout.log)))
    from ethicscheck.archive.canonical import canonical, sha256
    from ethicscheck.archive.log import sign_head

    layout.head.write_bytes(sign_head(1, sha256(canonical(before)), None).to_bytes())
    moved = layout.bag(name).rename(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="it is not there"):
        repair(layout)

    moved.rename(layout.bag(name))
    (layout.bag(name) / "data" / "report.html").write_text("edited", encoding="utf-8")
    with pytest.raises(UsageError, match="not as it was written"):
        repair(layout)


def test_ctrl_c_while_copying_leaves_nothing_behind(
    tmp_path: Path, record: AuditRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops it has no archive to repair."""
    from ethicscheck.archive import adding

    layout = make_archive(tmp_path / "archive")
    path = write_records(record, tmp_path / "records", 1)[0]

    def stop(folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(adding, "check_bag", stop)
    with pytest.raises(KeyboardInterrupt):
        add(layout, path)

    assert problems(layout) == []
    assert not layout.staging.exists()


def _add_all(root: Path, paths: list[Path]) -> None:
    for path in paths:
        add(Layout(root), path)


def test_writers_at_once_land_one_after_the_other(tmp_path: Path, record: AuditRecord) -> None:
    """Nightly jobs of several teams meet in one archive."""
    layout = make_archive(tmp_path / "archive")
    paths = write_records(record, tmp_path / "records", 6)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add_all, args=(layout.root, paths[place::3])) for place in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len(read_audits(layout)) == 6
    assert [entry["seq"] for entry in read_entries(layout.log)] == list(range(1, 8))
    assert problems(layout) == []


def test_two_writers_of_one_record_archive_it_once(tmp_path: Path, record: AuditRecord) -> None:
    """A job that was started twice."""
    layout = make_archive(tmp_path / "archive")
    paths = write_records(record, tmp_path / "records", 3)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add_all, args=(layout.root, paths)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len(list(read_entries(layout.log))) == 4
    assert problems(layout) == []


def test_whoever_waits_is_told(tmp_path: Path, record: AuditRecord) -> None:
    """A command that stands still without a word looks broken."""
    import fcntl
    import threading

    layout = make_archive(tmp_path / "archive")
    name = add(layout, write_records(record, tmp_path / "records", 1)[0]).name
    handle = os.open(layout.log, os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    heard = threading.Event()
    worker = threading.Thread(target=lambda: hold_audit(layout, name, "a case", "Ann", waiting=heard.set))
    worker.start()
    try:
        heard.wait()
        assert len(list(read_entries(layout.log))) == 2
    finally:
        os.close(handle)
        worker.join()

    assert len(list(read_entries(layout.log))) == 3


KILLED = """
import sys
from pathlib import Path
from ethicscheck.archive.adding import Wishes, add_record
from ethicscheck.archive.layout import Layout
print("ready", flush=True)
for path in sys.argv[2:]:
    add_record(Layout(Path(sys.argv[1])), Path(path), Wishes())
    print("added", flush=True)
"""


def kill_at_random(root: Path, paths: list[Path], chance: random.Random) -> int:
    """Start a writer and kill it at a random moment after its first addition; return how many it was heard to add."""
    words = [sys.executable, "-c", KILLED, str(root), *map(str, paths)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        heard = int(writer.stdout.readline() == "added\n")
        time.sleep(chance.uniform(0, 0.15))
        writer.send_signal(signal.SIGKILL)
        return heard + sum(line == "added\n" for line in writer.stdout)


def check_kills(tmp_path: Path, record: AuditRecord, rounds: int) -> None:
    chance = random.Random(7)
    layout = make_archive(tmp_path / "archive")
    paths = write_records(record, tmp_path / "records", 40 * rounds)
    heard = 0
    for place in range(rounds):
        heard += kill_at_random(layout.root, paths[40 * place : 40 * place + 40], chance)
        found = problems(layout)
        assert all("repair" in problem.what for problem in found), found
        done = repair(layout)
        assert bool(done.told) >= bool(found)
        assert problems(layout) == []
    there = read_audits(layout)
    assert heard <= len(there) <= heard + rounds
    assert all(layout.bag(name).is_dir() for name in there)


def test_a_writer_that_is_killed_loses_nothing_that_it_said_was_archived(tmp_path: Path, record: AuditRecord) -> None:
    """SIGKILL, at moments that nobody chose."""
    check_kills(tmp_path, record, 3)


@pytest.mark.slow
def test_many_killed_writers_lose_nothing(tmp_path: Path, record: AuditRecord) -> None:
    """The same, forty times."""
    check_kills(tmp_path, record, 40)


def test_a_folder_that_can_be_read_only_is_said(
    tmp_path: Path, record: AuditRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive on a read-only drive can be listed and checked, and is not written to."""
    layout = make_archive(tmp_path / "archive")
    real = os.open

    def refuse(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY) and str(path).startswith(str(layout.root)):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return real(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", refuse)

    with pytest.raises(UsageError, match="the archive can't be written: Read-only file system"):
        add(layout, write_records(record, tmp_path / "records", 1)[0])
    assert read_audits(layout) == {}
    assert problems(layout) == []

"""Whatever is done to an archive, the checker says so, and names it: signed and unsigned, ours and the one it carries."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import small_archive as small
from hypothesis import given, settings
from hypothesis import strategies as st

from ethicscheck.archive.standalone import standalone_files
from ethicscheck.archive.standalone import verify as checker
from ethicscheck.archive.verifying import verify_archive
from ethicscheck.errors import UsageError

pytest.importorskip("cryptography")
KINDS = {"changed", "removed", "added", "reordered", "truncated", "unsigned", "wrong_key", "unfinished", "unreadable"}
KEY, OTHER = small.TestKey(1), small.TestKey(2)
BOTH = pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[small.TestKey | None, Path]:
    """An unsigned and a signed archive that nobody touches."""
    folder = tmp_path_factory.mktemp("originals")
    return {None: small.write_archive(folder / "unsigned"), KEY: small.write_archive(folder / "signed", KEY)}


@pytest.fixture
def spoil(originals: dict[small.TestKey | None, Path], tmp_path: Path) -> Callable[[small.TestKey | None], Path]:
    """Give a copy to spoil."""
    return lambda key: small.copy(originals[key], tmp_path / "copy")


@pytest.fixture(scope="module")
def carried(originals: dict[small.TestKey | None, Path]) -> ModuleType:
    """The verify.py of an archive, loaded from there."""
    spec = importlib.util.spec_from_file_location("carried_verify", originals[KEY] / "verify.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def found_in(root: Path, key: str | None = None) -> list[checker.Problem]:
    """Return the problems, having made sure that each says its kind, place and what."""
    problems = list(verify_archive(root, key=key).problems)
    assert all(problem.kind in KINDS and problem.where and problem.what for problem in problems)
    return problems


def names(problems: list[checker.Problem], kind: str) -> list[str]:
    """Return where the problems of a kind are."""
    return [problem.where for problem in problems if problem.kind == kind]


def run_carried(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run an archive's own verify.py as its readers do: another process, no site packages, from elsewhere."""
    command = [sys.executable, "-I", "-S", str(root / "verify.py"), *words]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, encoding="utf-8")


@BOTH
def test_an_archive_that_nobody_touched_is_as_it_was_written(
    originals: dict[small.TestKey | None, Path], key: small.TestKey | None
) -> None:
    """Both say so, and say whether it is signed."""
    found = verify_archive(originals[key])
    done = run_carried(originals[key])

    assert found.problems == ()
    assert (found.result.audits, len(found.result.entries)) == (2, 9)
    assert found.result.files == len(small.covered(originals[key]))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything is as it was written" in done.stdout
    assert ("It is not signed" if key is None else "It is signed with the key") in done.stdout


def flips(root: Path, chance: float) -> list[tuple[str, int]]:
    """Return bytes to flip: some of each file, the first and last always."""
    draw = random.Random(7)
    places = []
    for name in small.covered(root):
        size = (root / name).stat().st_size
        places += [(name, at) for at in range(size) if at in (0, size - 1) or draw.random() < chance]
    return places


def check_flips(root: Path, places: list[tuple[str, int]], check: Callable[[str], list[checker.Problem]]) -> None:
    """Flip one bit of each of these bytes in turn and see that it is said, and where."""
    draw = random.Random(11)
    for name, at in places:
        path = root / name
        before = path.read_bytes()
        spoiled = bytearray(before)
        spoiled[at] ^= 1 << draw.randrange(8)
        path.write_bytes(spoiled)
        problems = check(str(root))
        path.write_bytes(before)
        assert problems, f"byte {at} of {name}"
        # Of an unsigned head and the last entry nobody can tell which was changed: both are named.
        assert any(name in f"{problem.where} {problem.what}" for problem in problems), (name, at, problems)
    assert check(str(root)) == []


@BOTH
def test_one_flipped_byte_of_any_file_is_said(
    spoil: Callable[[small.TestKey | None], Path], key: small.TestKey | None
) -> None:
    """A sample of the bytes of every file."""
    root = spoil(key)

    check_flips(root, flips(root, 0.03), lambda folder: found_in(Path(folder)))


@BOTH
def test_the_carried_checker_says_each_flipped_byte_too(
    spoil: Callable[[small.TestKey | None], Path], carried: ModuleType, key: small.TestKey | None
) -> None:
    """With its own ed25519."""
    root = spoil(key)

    check_flips(root, flips(root, 0.005), lambda folder: list(carried.check_archive(folder).problems))


@pytest.mark.slow
@BOTH
def test_every_flipped_byte_of_every_file_is_said(
    spoil: Callable[[small.TestKey | None], Path], key: small.TestKey | None
) -> None:
    """All of them."""
    root = spoil(key)

    check_flips(root, flips(root, 1), lambda folder: found_in(Path(folder)))


@BOTH
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_two_checkers_agree_on_any_damage(
    originals: dict[small.TestKey | None, Path],
    carried: ModuleType,
    tmp_path_factory: pytest.TempPathFactory,
    key: small.TestKey | None,
    data: st.DataObject,
) -> None:
    """Bytes put in, taken out or written over, in any file, however many: said by both, in the same words."""
    root = small.copy(originals[key], tmp_path_factory.getbasetemp() / "agree")
    path = root / data.draw(st.sampled_from(small.covered(root)))
    before = path.read_bytes()
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, min(len(before), start + 40)))
    after = before[:start] + data.draw(st.binary(max_size=40)) + before[end:]
    path.write_bytes(after)

    ours = found_in(root)

    assert bool(ours) == (after != before)
    assert [tuple(problem) for problem in ours] == [tuple(part) for part in carried.check_archive(str(root)).problems]


@BOTH
def test_truncation_at_any_place_is_said(
    spoil: Callable[[small.TestKey | None], Path], key: small.TestKey | None
) -> None:
    """The log and the head at every length, every other file at some."""
    root = spoil(key)
    for name in small.covered(root):
        path = root / name
        before = path.read_bytes()
        step = 1 if name == "head.json" else 41 if name == "log.jsonl" else 997
        for length in {*range(0, len(before), step), len(before) - 1} - {-1}:
            path.write_bytes(before[:length])
            problems = found_in(root)
            assert problems, (name, length)
            if name == "log.jsonl":
                assert names(problems, "truncated"), (length, problems)
        path.write_bytes(before)


@BOTH
def test_a_file_that_is_removed_is_named(
    spoil: Callable[[small.TestKey | None], Path], key: small.TestKey | None
) -> None:
    """Each of them."""
    root = spoil(key)
    for name in small.covered(root):
        before = (root / name).read_bytes()
        (root / name).unlink()
        assert name in names(found_in(root), "removed")
        (root / name).write_bytes(before)


@BOTH
@pytest.mark.parametrize(
    "name",
    [
        "extra.txt",
        ".hidden",
        "bags/note.txt",
        f"bags/{small.KEEP}/note.txt",
        f"bags/{small.KEEP}/data/more.json",
        f"bags/{small.KEEP}/data/evidence/0123456789ab/two",
        "bags/2026-03-01-new-00000009/data/audit.json",
        f"bags/{small.GONE}/data/audit.json",
        f"attestations/{small.GONE}.intoto.json",
        "attestations/other.intoto.json",
        "plans/2026-02-20-keep-abcdef01/second.yaml",
        "public/other.pub",
        "deep/er/and/deeper/file",
    ],
)
def test_an_extra_file_is_named(
    spoil: Callable[[small.TestKey | None], Path], key: small.TestKey | None, name: str
) -> None:
    """Anywhere, also where an audit was that is gone."""
    root = spoil(key)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(b"x")

    assert names(found_in(root), "added") == [name]


@BOTH
@pytest.mark.parametrize("name", ["more", f"bags/{small.KEEP}/data/empty", "bags/2026-01-01-x-00000000", "plans/x"])
def test_an_extra_empty_folder_is_named(
    spoil: Callable[[small.TestKey | None], Path], key: small.TestKey | None, name: str
) -> None:
    """It may say that something was there."""
    root = spoil(key)
    (root / name).mkdir(parents=True)

    assert names(found_in(root), "added") == [name]


@BOTH
def test_links_pipes_and_swapped_folders_are_named_and_never_followed(
    spoil: Callable[[small.TestKey | None], Path], key: small.TestKey | None, tmp_path: Path
) -> None:
    """A link to the very same content is no file of the archive; a pipe would be waited on for ever."""
    root = spoil(key)
    report = root / "bags" / small.KEEP / "data" / "report.html"
    report.rename(tmp_path / "elsewhere.html")
    report.symlink_to(tmp_path / "elsewhere.html")
    os.mkfifo(root / "pipe")
    (root / "bags" / small.HELD).rename(tmp_path / "bag")
    (root / "bags" / small.HELD).symlink_to(tmp_path / "bag", target_is_directory=True)
    problems = found_in(root)

    where = str(report.relative_to(root))
    assert {where, "pipe", f"bags/{small.HELD}"} <= set(names(problems, "added"))
    assert {where, f"bags/{small.HELD}"} <= set(names(problems, "removed"))


def test_a_log_that_is_a_link_is_not_followed(spoil: Callable[[small.TestKey | None], Path], tmp_path: Path) -> None:
    """Nor waited on, whatever it leads to."""
    root = spoil(None)
    (root / "log.jsonl").rename(tmp_path / "log")
    (root / "log.jsonl").symlink_to(tmp_path / "log")

    assert names(found_in(root), "removed") == ["log.jsonl"]


@BOTH
def test_any_entry_dropped_swapped_or_doubled_is_named(
    spoil: Callable[[small.TestKey | None], Path], key: small.TestKey | None
) -> None:
    """By its number, at every place of the log."""
    root = spoil(key)
    log, lines = root / "log.jsonl", small.log_lines(root)
    for at in range(len(lines)):
        number = at + 1
        log.write_bytes(b"".join(lines[:at] + lines[at + 1 :]))
        dropped = found_in(root)
        last = number == len(lines)
        assert names(dropped, "truncated" if last else "removed")[0].startswith(
            "log.jsonl" if last else f"log.jsonl entry {number}"
        )
        log.write_bytes(b"".join([*lines[:at], lines[at], *lines[at:]]))
        assert f"log.jsonl entry {number}" in names(found_in(root), "added")
        for other in range(at + 1, len(lines)):
            swapped = list(lines)
            swapped[at], swapped[other] = swapped[other], swapped[at]
            log.write_bytes(b"".join(swapped))
            assert f"log.jsonl entry {number}" in names(found_in(root), "reordered")


@BOTH
def test_an_entry_that_is_put_in_is_named(
    spoil: Callable[[small.TestKey | None], Path], key: small.TestKey | None
) -> None:
    """At every place, with the number and the chain of that place, or after the end."""
    root = spoil(key)
    log, lines = root / "log.jsonl", small.log_lines(root)
    for at in range(len(lines) + 1):
        prev = "0" * 64 if at == 0 else small.digest(lines[at - 1][:-1])
        entry = {
            "seq": at + 1,
            "prev": prev,
            "at": small.AT,
            "kind": "hold",
            "id": small.KEEP,
            "reason": "x",
            "by": "x",
        }
        log.write_bytes(b"".join([*lines[:at], small.line(entry), *lines[at:]]))
        problems = found_in(root)
        kind = "unfinished" if at == len(lines) else "added"
        assert any(where.startswith("log.jsonl") for where in names(problems, kind)), (at, problems)


@BOTH
@pytest.mark.parametrize("number", [2, 3, 4, 6, 9])
def test_a_changed_entry_is_named_by_its_number(
    spoil: Callable[[small.TestKey | None], Path], key: small.TestKey | None, number: int
) -> None:
    """An entry that reads well but is not the one that was chained."""
    root = spoil(key)
    lines = small.log_lines(root)
    entry = json.loads(lines[number - 1])
    entry["at"] = "2020-01-01T00:00:00Z"
    lines[number - 1] = small.line(entry)
    (root / "log.jsonl").write_bytes(b"".join(lines))

    assert names(found_in(root), "changed") == [f"log.jsonl entry {number}"]


@pytest.mark.parametrize("value", [9_007_199_254_740_991, 10**30, -5, 0, 1.5, "3", None, True, [3]])
def test_an_absurd_number_of_an_entry_is_said_and_costs_nothing(
    spoil: Callable[[small.TestKey | None], Path], value: object
) -> None:
    """No list of nine thousand billion missing entries."""
    root = spoil(None)
    lines = small.log_lines(root)
    entry = {**json.loads(lines[-1]), "seq": value}
    lines[-1] = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    (root / "log.jsonl").write_bytes(b"".join(lines))

    assert 0 < len(found_in(root)) < 10


@settings(deadline=None, max_examples=120)
@given(data=st.data())
def test_entries_that_hold_nonsense_are_said_and_stop_nothing(
    originals: dict[small.TestKey | None, Path], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Any field of any entry, head or archive.json replaced by any JSON, chained anew: said or harmless, never a crash."""
    root = small.copy(originals[None], tmp_path_factory.getbasetemp() / "nonsense")
    lines = small.log_lines(root)
    at = data.draw(st.integers(0, len(lines) - 1))
    entry = json.loads(lines[at])
    name = data.draw(st.sampled_from(sorted(entry)))
    plain = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e15, 1e15)
    text = st.text(st.characters(codec="utf-8"), max_size=10)
    value = data.draw(
        st.recursive(plain | text, lambda part: st.lists(part, max_size=3) | st.dictionaries(text, part, max_size=3))
    )
    entry[name] = value
    lines[at] = small.line(entry)
    (root / "log.jsonl").write_bytes(b"".join(lines))
    if data.draw(st.booleans()):
        small.rechained(root)

    found_in(root)


def test_whoever_writes_it_all_anew_with_another_key_is_caught_by_the_key(tmp_path: Path) -> None:
    """The forged archive agrees with itself; the key that was published says that it is another's."""
    forged = small.write_archive(tmp_path / "forged", OTHER)

    assert found_in(forged) == []
    assert found_in(forged, OTHER.public_hex) == []
    assert set(names(found_in(forged, KEY.public_hex), "wrong_key")) >= {"archive.json", "head.json"}
    assert run_carried(forged, "--key", KEY.public_hex).returncode == 1


def test_whoever_strips_the_signature_is_caught_by_the_key(
    spoil: Callable[[small.TestKey | None], Path],
) -> None:
    """Without it, by what archive.json says; with an archive.json made anew, by the key that was published."""
    root = spoil(KEY)
    head = json.loads((root / "head.json").read_bytes())
    (root / "head.json").write_bytes(small.line({**head, "signature": None}))

    assert names(found_in(root), "unsigned") == ["head.json"]

    unsigned = spoil(None)
    assert names(found_in(unsigned, KEY.public_hex), "unsigned") == ["head.json"]


def test_a_key_in_a_file_and_in_digits_are_the_same(
    originals: dict[small.TestKey | None, Path], tmp_path: Path
) -> None:
    """And a key that is none says so, with exit code 2."""
    (tmp_path / "k.pub").write_text(f"{KEY.public_hex}\n", encoding="utf-8")

    assert found_in(originals[KEY], str(tmp_path / "k.pub")) == found_in(originals[KEY], KEY.public_hex) == []
    for wrong in (str(tmp_path / "absent"), "00" * 32, "12" * 31, "G" * 64):
        with pytest.raises(UsageError):
            verify_archive(originals[KEY], key=wrong)
        done = run_carried(originals[KEY], "--key", wrong)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr


def test_an_attestation_of_another_audit_is_said(tmp_path: Path) -> None:
    """Rightly signed and rightly logged, but about something else: told by what it says."""
    root = small.write_archive(tmp_path / "a", KEY)
    log = small.Log()
    swapped = {small.KEEP: small.HELD, small.HELD: small.KEEP}
    contents = {name: (root / f"attestations/{name}.intoto.json").read_bytes() for name in swapped}
    for line in small.log_lines(root):
        entry = json.loads(line)
        if entry["kind"] == "add" and entry["id"] in swapped:
            content = contents[swapped[entry["id"]]]
            (root / f"attestations/{entry['id']}.intoto.json").write_bytes(content)
            entry["attestation"] = small.digest(content)
        log.add(entry["kind"], **{n: v for n, v in entry.items() if n not in ("seq", "prev", "at", "kind")})
    (root / "log.jsonl").write_bytes(log.content)
    (root / "head.json").write_bytes(small.head(log, KEY))

    assert names(found_in(root), "changed") == [f"attestations/{name}.intoto.json" for name in (small.KEEP, small.HELD)]


@pytest.mark.parametrize("where", ["bags/../../outside", "/etc/passwd", "bags//x", "a/./b", "a\\b", ""])
def test_a_path_that_leads_out_of_the_archive_is_never_opened(
    spoil: Callable[[small.TestKey | None], Path], where: str
) -> None:
    """A log that names it is said to be wrong."""
    root = spoil(None)
    lines = small.log_lines(root)
    entry = {**json.loads(lines[1]), "file": where}
    lines[1] = small.line(entry)
    (root / "log.jsonl").write_bytes(b"".join(lines))
    small.rechained(root)

    assert "log.jsonl entry 2" in names(found_in(root), "changed")


def test_one_audit_can_be_checked_alone(spoil: Callable[[small.TestKey | None], Path]) -> None:
    """The chain, the head and that bag; what is wrong elsewhere is not looked at."""
    root = spoil(KEY)
    (root / "bags" / small.HELD / "data" / "report.html").write_bytes(b"changed")
    (root / "bags" / small.KEEP / "extra").write_bytes(b"x")

    assert names(list(verify_archive(root, small.KEEP).problems), "added") == [f"bags/{small.KEEP}/extra"]
    assert names(list(verify_archive(root, small.HELD).problems), "changed") == [f"bags/{small.HELD}/data/report.html"]
    with pytest.raises(UsageError, match="holds no audit"):
        verify_archive(root, small.GONE)


def test_where_there_is_no_archive_the_exit_code_is_2(tmp_path: Path) -> None:
    """An empty folder, none, a file."""
    (tmp_path / "verify.py").write_bytes(standalone_files()["verify.py"])
    (tmp_path / "file").write_bytes(b"")

    for folder in (tmp_path, tmp_path / "absent", tmp_path / "file"):
        with pytest.raises(UsageError):
            verify_archive(folder)
        done = run_carried(tmp_path, "--archive", str(folder))
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr


def test_the_carried_checker_speaks_whatever_the_terminal_takes(
    spoil: Callable[[small.TestKey | None], Path],
) -> None:
    """A name that would command a terminal is shown as text, and a terminal that knows no Unicode is no crash."""
    root = spoil(None)
    (root / "\x1b[31mred\n.txt").write_bytes(b"")
    (root / "é\udcff.txt").write_bytes(b"")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}

    done = subprocess.run([sys.executable, "-S", root / "verify.py"], env=environment, capture_output=True)

    assert done.returncode == 1, done.stderr
    assert b"\x1b" not in done.stdout
    assert b"\\x1b[31mred\\n.txt" in done.stdout


def test_the_carried_checker_is_python_3_8_and_imports_the_standard_library_alone() -> None:
    """By its syntax and by its imports."""
    import ast

    tree = ast.parse(standalone_files()["verify.py"], feature_version=(3, 8))
    imported = {part.name for node in ast.walk(tree) if isinstance(node, ast.Import) for part in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert imported <= {*sys.stdlib_module_names}
    assert not {"removeprefix", "removesuffix", "file_digest", "match"} & {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }  # younger than 3.8
    for node in tree.body:  # types that are looked at when the file is run
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Subscript):
            used = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
            assert not used & {"dict", "list", "set", "tuple"}


@pytest.mark.parametrize(
    "value", [1e16, -1e16, 2.0**53, 1e21, 1.5e300, 5e-324, 1e-7, 0.1, -0.0, 12345678901234567890.0]
)
def test_numbers_of_any_size_are_read_as_they_were_written(value: float) -> None:
    """A mean squared error above 2^53 is written with digits alone, and is still that number."""
    content = small.line({"value": value})

    assert small.line(float(checker.exactly(content)["value"])) == small.line(value)


@settings(max_examples=300)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), st.lists
    )
)
def test_canonical_json_is_that_of_the_library(value: object) -> None:
    """Byte for byte, and both refuse half a character."""
    try:
        expected: bytes | None = small.line(value)[:-1]
    except Exception:  # noqa: BLE001  # the library's own errors
        expected = None
    try:
        found: bytes | None = checker.canonical(value)
    except ValueError:
        found = None

    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "1.0",
        "1e2",
        "1E-7",
        "1e-07",
        "0.10",
        "-0",
        "-0.0",
        "9007199254740993",
        "1e400",
        '"\\u0041"',
        '"\\/"',
        "01",
        "NaN",
        '{"b":1,"a":2}',
        '{"a":1,"a":1}',
        "[1, 2]",
        '"\\ud800"',
        "",
        "[1]]",
        "\ufeff1",
        "1" * 5000,
        "[" * 100000,
    ],
)
def test_what_is_not_in_its_one_form_is_refused(text: str) -> None:
    """Another way to write the same would be a byte that is free."""
    with pytest.raises(ValueError, match=r"one form|can.t be read"):
        checker.exactly(text.encode("utf-8") + b"\n")


@BOTH
def test_an_older_copy_is_told_from_this_one_by_what_was_noted(
    spoil: Callable[[small.TestKey | None], Path], key: small.TestKey | None
) -> None:
    """Cut back to an earlier end, with the head of that time, an archive is true; who noted a later end sees it."""
    root = spoil(key)
    lines = small.log_lines(root)
    digests = [small.digest(line[:-1]) for line in lines]
    assert all(verify_archive(root, noted=part).problems == () for part in digests)
    older = small.Log()
    for line in lines[:-1]:
        older.add(**{name: value for name, value in json.loads(line).items() if name not in ("seq", "prev", "at")})
    (root / "log.jsonl").write_bytes(older.content)
    (root / "head.json").write_bytes(small.head(older, key))

    assert found_in(root) == []
    assert verify_archive(root, noted=digests[-2]).problems == ()
    assert names(list(verify_archive(root, noted=digests[-1]).problems), "truncated") == ["log.jsonl"]
    assert run_carried(root, "--noted", digests[-1]).returncode == 1
    assert run_carried(root, "--noted", digests[-2]).returncode == 0
    assert run_carried(root, "--noted", "x").returncode == 2


def test_a_record_that_is_not_the_one_of_its_entry_is_said(spoil: Callable[[small.TestKey | None], Path]) -> None:
    """The bag fits its manifests and the chain holds, but the entry speaks of another record."""
    root = spoil(None)
    lines = [json.loads(line) for line in small.log_lines(root)]
    lines[3]["record"] = small.digest(b"another")
    (root / "log.jsonl").write_bytes(b"".join(map(small.line, lines)))
    small.rechained(root)

    assert names(found_in(root), "changed") == [f"bags/{small.KEEP}/manifest-sha256.txt"]


@pytest.mark.parametrize("text", ["YQ", "YQ=", "YR==", "YQ==\n", " YQ==", "Y Q==", "YQ===", "_-8=", "é", "YQ==YQ=="])
def test_base64_has_one_form(text: str) -> None:
    """Bits that no byte takes would be free: "YR==" is the same byte as "YQ=="."""
    assert checker.exact_base64("YQ==") == b"a"
    with pytest.raises(ValueError, match="base64"):
        checker.exact_base64(text)


@pytest.mark.parametrize("field", ["payload", "payloadType", "signatures"])
@pytest.mark.parametrize("value", [7, None, [], {}, [7]])
def test_an_attestation_of_nonsense_is_named_and_stops_nothing(
    spoil: Callable[[small.TestKey | None], Path], field: str, value: object
) -> None:
    """Even where the log was made to fit it."""
    root = spoil(KEY)
    path = root / "attestations" / f"{small.KEEP}.intoto.json"
    envelope = {**json.loads(path.read_bytes()), field: value}
    path.write_bytes(small.line(envelope))
    lines = [json.loads(line) for line in small.log_lines(root)]
    for entry in lines:
        if entry.get("id") == small.KEEP and entry["kind"] == "add":
            entry["attestation"] = small.digest(path.read_bytes())
    (root / "log.jsonl").write_bytes(b"".join(map(small.line, lines)))
    small.rechained(root)

    found = found_in(root)

    assert any(problem.where == f"attestations/{small.KEEP}.intoto.json" for problem in found)
    assert run_carried(root).returncode == 1


def test_two_bags_that_changed_places_are_named(spoil: Callable[[small.TestKey | None], Path]) -> None:
    """Each is whole in itself; the log knows which belongs where."""
    root = spoil(None)
    (root / "bags" / small.KEEP).rename(root / "between")
    (root / "bags" / small.HELD).rename(root / "bags" / small.KEEP)
    (root / "between").rename(root / "bags" / small.HELD)

    said = {problem.where.split("/")[1] for problem in found_in(root) if problem.where.startswith("bags/")}

    assert said >= {small.KEEP, small.HELD}


@pytest.mark.parametrize(
    "name",
    ["fetch.txt", "manifest-md5.txt", "data/Report.html", "data/.hidden", "data/audit.json ", "data/re\u0301sume"],
)
def test_what_other_tools_would_read_beside_ours_is_named(
    spoil: Callable[[small.TestKey | None], Path], name: str
) -> None:
    """A list of addresses to fetch from, a second manifest, a twin by case, blank or accent."""
    root = spoil(None)
    path = root / "bags" / small.KEEP / name
    path.write_bytes(b"x")

    assert names(found_in(root), "added") == [f"bags/{small.KEEP}/{name}"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.upper(),
        lambda text: text + text,
        lambda text: text + b"\n",
        lambda text: text.replace(b"  data/", b"  data/../data/", 1),
        lambda text: text.replace(b"  data/", b"  /data/", 1),
        lambda text: text.replace(b"data/audit.json", b"data/%61udit.json"),
        lambda text: text.replace(b"  data/", b" *data/", 1),
    ],
)
def test_a_manifest_written_otherwise_is_named(
    spoil: Callable[[small.TestKey | None], Path], change: Callable[[bytes], bytes]
) -> None:
    """Even with every digest above it made anew, unsigned: what is listed must be what is there, in one form."""
    root = spoil(None)
    bag = root / "bags" / small.KEEP
    manifest = bag / "manifest-sha256.txt"
    before = small.digest(manifest.read_bytes())
    manifest.write_bytes(change(manifest.read_bytes()))
    tags = bag / "tagmanifest-sha256.txt"
    tags.write_bytes(tags.read_bytes().replace(before.encode(), small.digest(manifest.read_bytes()).encode()))
    lines = [json.loads(line) for line in small.log_lines(root)]
    for entry in lines:
        if entry.get("id") == small.KEEP and "bag" in entry:
            entry["bag"] = small.digest(tags.read_bytes())
    (root / "log.jsonl").write_bytes(b"".join(map(small.line, lines)))
    small.rechained(root)

    assert [problem.where for problem in found_in(root)] != []

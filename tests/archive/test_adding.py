"""What goes into a bag, under which name, and what is refused."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

import bagit
import pytest
from making import CHECKLIST, add, audit, contents, make_archive, make_audit, problems

from ethicscheck.archive.bags import BagWriter, check_bag, safe_name
from ethicscheck.archive.layout import Layout
from ethicscheck.archive.log import read_entries
from ethicscheck.cli import run
from ethicscheck.errors import EthicscheckError, RecordError, UsageError
from ethicscheck.exports import render_document
from ethicscheck.model.record import read_record

SHARE = """\
def share(y_true, y_pred, sample_weight=None):
    return float(sum(y * w for y, w in zip(y_pred, sample_weight)) / sum(sample_weight))
"""


@pytest.fixture
def archive(tmp_path: Path) -> Layout:
    return make_archive(tmp_path / "archive")


def with_checklists(folder: Path, evidence: dict[str, list[str]]) -> Path:
    """Audit with a checklist for each name, answered with evidence: paths beside its journal."""
    uses = []
    for name, paths in evidence.items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        (place / "list.yaml").write_text(CHECKLIST.format(id=name), encoding="utf-8")
        journal = place / "answers.jsonl"
        assert run(["checklist", "start", str(place / "list.yaml"), "-o", str(journal)]) == 0
        words = [word for path in paths for word in ("--evidence", path)]
        told = ["checklist", "answer", str(journal), "s.one", "Much", "--as", "Ann", "--role", "engineer", *words]
        assert run(told) == 0
        uses.append({"use": f"{name}/list.yaml", "answers": f"{name}/answers.jsonl"})
    return make_audit(folder, checklists=uses)


def test_a_bag_holds_the_record_and_a_report_that_follows_from_it(archive: Layout, tmp_path: Path) -> None:
    """The report beside the record may have been edited: the archived one is drawn anew."""
    record = make_audit(tmp_path / "audit")
    (record.parent / "report.html").write_text("all is well", encoding="utf-8")

    added = add(archive, record)

    data = archive.bag(added.name) / "data"
    assert (data / "audit.json").read_bytes() == record.read_bytes()
    drawn = render_document(read_record(record.read_bytes(), "audit.json"), "html")
    assert (data / "report.html").read_bytes() == drawn
    assert (data / "config" / "ethicscheck.yaml").read_bytes() == (tmp_path / "audit/ethicscheck.yaml").read_bytes()
    assert problems(archive) == []


def test_other_documents_beside_the_record_are_drawn_anew_too(archive: Layout, tmp_path: Path) -> None:
    """Whoever made a Markdown report wants it kept; its text can't be slipped in."""
    record = make_audit(tmp_path / "audit")
    (record.parent / "report.md").write_text("all is well", encoding="utf-8")

    added = add(archive, record)

    kept = (archive.bag(added.name) / "data/exports/report.md").read_bytes()
    assert kept == render_document(read_record(record.read_bytes(), "audit.json"), "markdown")
    assert "exports/summary.html" not in contents(archive, added.name)


def test_the_reference_implementation_of_bagit_takes_the_bag(archive: Layout, tmp_path: Path) -> None:
    """Other archives take bags in; ours must be such."""
    added = add(archive, make_audit(tmp_path / "audit"))

    bag = bagit.Bag(str(archive.bag(added.name)))

    assert bag.validate()
    assert bag.version_info == (1, 0)
    assert bag.algorithms == ["sha256"]


def test_adding_leaves_the_working_directory_alone(
    archive: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`bagit.make_bag` changes it for the whole process, threads of a web server included."""
    record = make_audit(tmp_path / "audit")
    monkeypatch.setattr(os, "chdir", lambda *_: pytest.fail("the working directory was changed"))

    add(archive, record)


def test_data_are_never_archived_not_even_as_evidence(archive: Layout, tmp_path: Path) -> None:
    """A journal that names the data file as evidence must not carry it into an archive that is shown around."""
    folder = tmp_path / "audit"
    make_audit(folder)
    (folder / "one").mkdir()
    (folder / "one" / "copy.csv").write_bytes((folder / "data.csv").read_bytes())

    added = add(archive, with_checklists(folder, {"one": ["copy.csv"]}))

    assert [(part.role, part.name) for part in added.collected.missing] == [("evidence", "copy.csv")]
    data = hashlib.sha256((folder / "data.csv").read_bytes()).hexdigest()
    assert data not in (archive.bag(added.name) / "manifest-sha256.txt").read_text(encoding="utf-8")


def test_checklists_answers_and_evidence_come_along(archive: Layout, tmp_path: Path) -> None:
    """Ten years later the question is who answered what, and on which grounds."""
    folder = tmp_path / "audit"
    for name, text in (("one", "first"), ("two", "second")):
        (folder / name / "files").mkdir(parents=True)
        (folder / name / "files" / "Prüfung 50%.txt").write_text(text, encoding="utf-8")
        (folder / name / "files" / "same.txt").write_text("same", encoding="utf-8")
    paths = ["files/Prüfung 50%.txt", "files/same.txt"]

    added = add(archive, with_checklists(folder, {"one": paths, "two": paths}))

    listed = contents(archive, added.name)
    assert {path for path, role in listed.items() if role in ("checklist", "answers")} == {
        "checklists/one/list.yaml",
        "checklists/two/list.yaml",
        "answers/one/answers.jsonl",
        "answers/two/answers.jsonl",
    }
    evidence = sorted(path for path, role in listed.items() if role == "evidence")
    data = archive.bag(added.name) / "data"
    assert sorted((data / path).read_text(encoding="utf-8") for path in evidence) == ["first", "same", "second"]
    assert all("%" not in path for path in evidence)
    assert sum(path.endswith("Prüfung 50_.txt") for path in evidence) == 2
    assert problems(archive) == []


def test_evidence_that_changed_since_is_named_and_left_out(archive: Layout, tmp_path: Path) -> None:
    """What is archived under an answer is what was there when it was given, or nothing."""
    folder = tmp_path / "audit"
    (folder / "one").mkdir(parents=True)
    for name in ("a.txt", "b.txt"):
        (folder / "one" / name).write_text("before", encoding="utf-8")
    record = with_checklists(folder, {"one": ["a.txt", "b.txt"]})
    (folder / "one" / "a.txt").write_text("after", encoding="utf-8")
    (folder / "one" / "b.txt").unlink()

    added = add(archive, record)

    assert {part.name: part.why for part in added.collected.missing} == {
        "a.txt": "it changed since the answer named it: its SHA-256 is another",
        "b.txt": "it is not there",
    }
    assert "evidence" not in contents(archive, added.name).values()
    assert problems(archive) == []


def test_evidence_that_leads_elsewhere_is_never_opened(archive: Layout, tmp_path: Path) -> None:
    """A record can be written by anybody: `..`, absolute paths and links must not fetch files into the archive."""
    folder = tmp_path / "audit"
    (folder / "one").mkdir(parents=True)
    (folder / "one" / "kept.txt").write_text("kept", encoding="utf-8")
    record = with_checklists(folder, {"one": ["kept.txt"]})
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    digest = hashlib.sha256(b"secret").hexdigest()
    (folder / "one" / "link.txt").symlink_to(secret)
    value = json.loads(record.read_bytes())
    evidence = value["checklists"][0]["sections"][0]["items"][0]["answers"][0]["evidence"]
    evidence += [
        {"path": path, "sha256": digest} for path in ("../../secret.txt", str(secret), "link.txt", "..\\..\\secret.txt")
    ]
    from ethicscheck.archive.canonical import canonical

    record.write_bytes(canonical(value) + b"\n")

    added = add(archive, record)

    assert len(added.collected.missing) == 4
    assert digest not in (archive.bag(added.name) / "manifest-sha256.txt").read_text(encoding="utf-8")


def test_answers_that_changed_since_are_refused(archive: Layout, tmp_path: Path) -> None:
    """A journal is one file: its later lines would look as if the audit had known them."""
    folder = tmp_path / "audit"
    record = with_checklists(folder, {"one": []})
    told = [
        "checklist",
        "answer",
        str(folder / "one/answers.jsonl"),
        "s.one",
        "More",
        "--as",
        "Ann",
        "--role",
        "engineer",
    ]
    assert run(told) == 0

    with pytest.raises(UsageError, match="the answers changed since this audit"):
        add(archive, record)

    assert problems(archive) == []
    assert not archive.bags.exists()
    add(archive, audit(folder / "ethicscheck.yaml"))


@pytest.mark.parametrize("name", ["one/answers.jsonl", "ethicscheck.yaml"])
def test_what_changes_while_it_is_archived_is_refused(
    archive: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Waiting for another writer may take a while: what was looked at before is looked at again while it is copied."""
    from ethicscheck.archive import adding

    folder = tmp_path / "audit"
    record = with_checklists(folder, {"one": []})
    real = adding.opened_to_write

    def opened_late(*given: object) -> object:
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write("\n")
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(adding, "opened_to_write", opened_late)

    with pytest.raises(UsageError, match="changed"):
        add(archive, record)

    assert problems(archive) == []
    assert not archive.staging.exists()


def test_a_checklist_that_changed_since_is_refused(archive: Layout, tmp_path: Path) -> None:
    """Other questions than those that were answered prove nothing."""
    folder = tmp_path / "audit"
    record = with_checklists(folder, {"one": []})
    path = folder / "one" / "list.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# a word\n", encoding="utf-8")

    with pytest.raises(UsageError, match="the checklist changed since this audit"):
        add(archive, record)


def test_a_journal_that_somebody_is_writing_to_is_archived_as_far_as_it_counts(archive: Layout, tmp_path: Path) -> None:
    """A torn last line does not count in the record, and it must not in the archive."""
    folder = tmp_path / "audit"
    record = with_checklists(folder, {"one": []})
    journal = folder / "one" / "answers.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"seq": 3, "at"')

    added = add(archive, record)

    assert (archive.bag(added.name) / "data/answers/one/answers.jsonl").read_bytes() == whole


def test_waivers_and_functions_come_along(archive: Layout, tmp_path: Path) -> None:
    """Both changed what the audit says."""
    folder = tmp_path / "audit"
    folder.mkdir()
    (folder / "waivers.yaml").write_text("schema: ethicscheck/waivers/1\nwaivers: []\n", encoding="utf-8")
    (folder / "mine.py").write_text(
        SHARE,
        encoding="utf-8",
    )
    more = {"policy": {"waivers": "waivers.yaml"}, "custom": {"share": {"function": "mine.py:share"}}}
    record = make_audit(folder, metrics=["share"], **more)

    added = add(archive, record)

    listed = contents(archive, added.name)
    assert (listed["config/waivers.yaml"], listed["config/mine.py"]) == ("waivers", "function")

    (folder / "waivers.yaml").write_text("schema: ethicscheck/waivers/1\nwaivers: []\n# later\n", encoding="utf-8")
    (record.parent / "audit.json").write_bytes(record.read_bytes().replace(b'"seed":0', b'"seed":1', 1))
    with pytest.raises(UsageError, match="the waivers file changed since this audit"):
        add(archive, record)


def test_a_config_is_read_and_never_run(archive: Layout, tmp_path: Path) -> None:
    """Archiving is a clerk's work: it must not run the code of a function that a config names."""
    folder = tmp_path / "audit"
    folder.mkdir()
    witness = folder / "ran"
    (folder / "mine.py").write_text(
        f"from pathlib import Path\nPath({str(witness)!r}).touch()\n{SHARE}",
        encoding="utf-8",
    )
    record = make_audit(folder, metrics=["share"], custom={"share": {"function": "mine.py:share"}})
    assert witness.exists()
    witness.unlink()

    add(archive, record)

    assert not witness.exists()


def test_a_config_that_is_not_the_records_is_refused(archive: Layout, tmp_path: Path) -> None:
    """Two rules of one audit can't both have been its rules."""
    record = make_audit(tmp_path / "audit")
    other = tmp_path / "other.yaml"
    other.write_text("schema: ethicscheck/config/1\n", encoding="utf-8")

    with pytest.raises(UsageError, match="this is not the config of that audit"):
        add(archive, record, config=other)


def test_a_config_behind_a_link_is_found_and_its_paths_are_those_of_the_link(archive: Layout, tmp_path: Path) -> None:
    """Teams keep configs in one place and link them into each system's folder."""
    folder = tmp_path / "audit"
    record = with_checklists(folder, {"one": []})
    config = folder / "ethicscheck.yaml"
    config.rename(tmp_path / "kept.yaml")
    config.symlink_to(tmp_path / "kept.yaml")

    for place, given in ((archive, None), (make_archive(tmp_path / "second"), config)):
        added = add(place, record, config=given)
        listed = contents(place, added.name)
        assert (listed["config/ethicscheck.yaml"], listed["answers/one/answers.jsonl"]) == ("config", "answers")
        assert added.collected.missing == ()


def test_without_its_config_the_audit_is_archived_and_says_so(archive: Layout, tmp_path: Path) -> None:
    """The config may be lost, or edited since: the record is still worth keeping."""
    record = make_audit(tmp_path / "audit")
    config = tmp_path / "audit" / "ethicscheck.yaml"
    moved = tmp_path / "audit.yaml"
    config.rename(moved)

    assert add(archive, record).collected.missing[0].why.startswith("it is neither beside the record nor above it")

    second = make_archive(tmp_path / "second")
    config.write_text("edited", encoding="utf-8")
    assert "was changed since this audit" in add(second, record).collected.missing[0].why

    third = make_archive(tmp_path / "third")
    added = add(third, record, config=moved)
    assert (contents(third, added.name)["config/audit.yaml"], added.collected.missing) == ("config", ())


def test_a_record_is_archived_once(archive: Layout, tmp_path: Path) -> None:
    """A pipeline that runs twice must not fail, nor fill the archive."""
    record = make_audit(tmp_path / "audit")
    first = add(archive, record)
    log = archive.log.read_bytes()

    again = add(archive, record)

    assert (again.name, again.again) == (first.name, True)
    assert archive.log.read_bytes() == log


def test_an_edited_record_is_refused(archive: Layout, tmp_path: Path) -> None:
    """Its digest is what everything hangs on: one byte order, the one the audit wrote."""
    record = make_audit(tmp_path / "audit")
    record.write_text(json.dumps(json.loads(record.read_bytes()), indent=2), encoding="utf-8")

    with pytest.raises(RecordError, match="not in the form in which an audit writes it"):
        add(archive, record)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema":"ethicscheck/record/1"}\n', b"[" * 100_000])
def test_what_is_no_record_is_refused(archive: Layout, tmp_path: Path, content: bytes) -> None:
    """Nothing of it reaches the archive."""
    path = tmp_path / "audit.json"
    path.write_bytes(content)

    with pytest.raises(RecordError):
        add(archive, path)

    assert problems(archive) == []


def test_a_correction_supersedes_and_both_stay(archive: Layout, tmp_path: Path) -> None:
    """Nothing is ever replaced."""
    first = add(archive, make_audit(tmp_path / "first"))
    record = make_audit(tmp_path / "second", subject={"name": "test", "version": "2"})

    with pytest.raises(UsageError, match="there is no audit 'nothing' to supersede"):
        add(archive, record, supersedes="nothing")
    second = add(archive, record, supersedes=first.name)

    assert archive.bag(first.name).is_dir()
    assert [entry.get("supersedes") for entry in read_entries(archive.log)] == [None, None, first.name]
    assert archive.bag(second.name).is_dir()


def test_two_records_whose_digests_begin_alike_get_two_ids(
    archive: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight digits are short; a third of a million audits of one system and day would do."""
    from ethicscheck.archive import adding

    monkeypatch.setattr(adding, "sha256", lambda content: "0" * 8 + hashlib.sha256(content).hexdigest()[8:])
    monkeypatch.setattr(
        adding, "digest_plain", lambda path: "0" * 8 + hashlib.sha256(path.read_bytes()).hexdigest()[8:]
    )
    record = make_audit(tmp_path / "audit", formats=())
    first = add(archive, record)
    record.write_bytes(record.read_bytes().replace(b'"seed":0', b'"seed":1', 1))

    second = add(archive, record)

    assert first.name.endswith("-00000000")
    assert second.name.startswith(first.name)
    assert second.name != first.name
    assert add(archive, record).again


def test_the_log_tells_no_number_that_the_report_hides(archive: Layout, tmp_path: Path) -> None:
    """The log and the index are shown around; the sealed record is in the bag alone."""
    record = make_audit(tmp_path / "audit", report={"suppress_below": 7})
    value = json.loads(record.read_bytes())
    assert value["findings"][0]["observed"]["value"] is not None

    add(archive, record)

    entry = list(read_entries(archive.log))[-1]
    assert [(row["rule"], row["value"], row["low"], row["high"]) for row in entry["trend"]] == [
        ("gap", None, None, None)
    ]


@pytest.mark.parametrize("subject", ["Évaluation – crédit", "信用評価", "a/../../b", "CON", " ", "x" * 300, "a\nb"])
def test_an_id_is_a_safe_name_whatever_the_system_is_called(archive: Layout, tmp_path: Path, subject: str) -> None:
    """The name of a system is free text; that of a folder is not."""
    record = make_audit(tmp_path / "audit", formats=(), subject={"name": subject} if subject.strip() else {"name": "?"})

    added = add(archive, record)

    from ethicscheck.archive.ids import is_id

    assert is_id(added.name)
    assert len(added.name) < 80
    assert problems(archive) == []


def test_an_archive_and_files_with_any_letters_in_their_names(tmp_path: Path) -> None:
    """Folders are called as people call them."""
    layout = make_archive(tmp_path / "Archiv – Prüfungen 2026")
    folder = tmp_path / "ordner ü"
    (folder / "один").mkdir(parents=True)
    (folder / "один" / "доказательство.txt").write_text("да", encoding="utf-8")
    (folder / "один" / "a\u0308.txt").write_text("two code points", encoding="utf-8")
    uses = [{"use": "один/list.yaml", "answers": "один/answers.jsonl"}]
    (folder / "один" / "list.yaml").write_text(CHECKLIST.format(id="odin"), encoding="utf-8")
    journal = str(folder / "один" / "answers.jsonl")
    assert run(["checklist", "start", str(folder / "один/list.yaml"), "-o", journal]) == 0
    evidence = ["--evidence", "доказательство.txt", "--evidence", "a\u0308.txt"]
    assert run(["checklist", "answer", journal, "s.one", "Much", "--as", "Ann", "--role", "engineer", *evidence]) == 0

    added = add(layout, make_audit(folder, checklists=uses))

    assert sum(role == "evidence" for role in contents(layout, added.name).values()) == 2
    assert problems(layout) == []
    assert bagit.Bag(str(layout.bag(added.name))).validate()


def test_an_archive_behind_a_link_is_written_where_it_is(tmp_path: Path) -> None:
    """People keep links to network drives."""
    layout = make_archive(tmp_path / "real")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real", target_is_directory=True)
    record = make_audit(tmp_path / "audit")

    assert run(["archive", "add", str(record), "--archive", str(link)]) == 0

    assert link.is_symlink()
    assert problems(layout) == []


def test_evidence_of_any_size_is_copied_in_pieces(tmp_path: Path) -> None:
    """A recording of some gigabytes is evidence too: memory must not grow with it."""
    import tracemalloc

    size = 64 << 20
    with (tmp_path / "recording.bin").open("wb") as stream:
        stream.truncate(size)
    bag = BagWriter(tmp_path / "bag")

    tracemalloc.start()
    written = bag.add_copy("recording.bin", tmp_path / "recording.bin")
    bag.seal({})
    check_bag(bag.folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < size // 4
    assert written == (hashlib.sha256(bytes(size)).hexdigest(), size)


def test_a_copy_that_is_not_what_was_written_is_not_archived(
    archive: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that lies is found out before the log has an entry."""
    from ethicscheck.archive import adding

    record = make_audit(tmp_path / "audit")
    sound = adding.check_bag

    def spoil(folder: Path) -> None:
        (folder / "data" / "report.html").write_text("spoilt", encoding="utf-8")
        sound(folder)

    monkeypatch.setattr(adding, "check_bag", spoil)

    with pytest.raises(UsageError, match="the bag is not as it was written"):
        add(archive, record)

    assert problems(archive) == []


def test_the_missing_extra_is_named_with_what_to_install(
    archive: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bagit comes with an extra; whoever lacks it is told in a line."""
    monkeypatch.setitem(sys.modules, "bagit", None)

    with pytest.raises(UsageError) as caught:
        add(archive, make_audit(tmp_path / "audit"))

    assert "pip install 'ethicscheck[archive]'" in str(caught.value)


def test_where_there_is_no_archive_that_is_said(tmp_path: Path) -> None:
    """And how to make one."""
    record = make_audit(tmp_path / "audit")

    with pytest.raises(EthicscheckError, match="there is no archive here"):
        add(Layout(tmp_path), record)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a/../b.txt", "b.txt"),
        ("..", "file"),
        ("nul", "_nul"),
        ("COM1.txt", "_COM1.txt"),
        ("a\nb\r.txt", "a_b_.txt"),
        ("x\udcff.txt", "x_.txt"),
        ("what?*.pdf", "what__.pdf"),
        ("é" * 200 + ".pdf", "é" * 58 + ".pdf"),
        (" dots. ", "dots"),
    ],
)
def test_names_of_files_are_safe_on_every_system(name: str, safe: str) -> None:
    """A bag is copied to drives of other systems."""
    assert safe_name(name) == safe

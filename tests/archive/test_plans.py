"""A config that is registered before the data are seen, and what a report may say of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from making import RULE, add, make_archive, make_audit, problems

from ethicscheck.archive.layout import Layout
from ethicscheck.archive.log import read_entries
from ethicscheck.archive.plans import find_registration, register_plan
from ethicscheck.cli import run
from ethicscheck.errors import ConfigError, UsageError
from ethicscheck.exports import render_document
from ethicscheck.model.record import AuditRecord, read_record
from ethicscheck.model.record_data import Registered
from ethicscheck.policy.publishing import publishable
from ethicscheck.report.registered import registered_words
from helpers import TWELVE, config_value


@pytest.fixture
def archive(tmp_path: Path) -> Layout:
    return make_archive(tmp_path / "archive")


def write(folder: Path, **data: object) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "ethicscheck.yaml"
    path.write_text(json.dumps(config_value(rules=[RULE], **data)), encoding="utf-8")  # type: ignore[arg-type]
    return path


def audited(config: Path, archive: Layout) -> AuditRecord:
    out = config.parent / "out"
    assert run(["audit", str(config), "--archive", str(archive.root), "-o", str(out), "-q"]) in (0, 1, 3)
    return read_record((out / "audit.json").read_bytes(), "audit.json")


def test_rules_that_were_fixed_before_the_data_are_said_to_be(
    archive: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Registered in 2026, about people of 2027, audited in 2028."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")  # 2026-01-01
    config = write(tmp_path / "audit", period="2027-01-01/2027-12-31")
    plan = register_plan(archive, config)
    (tmp_path / "audit" / "data.csv").write_text(TWELVE, encoding="utf-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1830297600")

    record = audited(config, archive)

    assert record.provenance.registered == Registered(
        at="2026-01-01T00:00:00Z", entry=plan.sha256, head=plan.sha256, data="absent"
    )
    words = "Rules fixed on 2026-01-01, before this data: they begin on 2027-01-01."
    assert words in render_document(record, "html").decode()
    added = add(archive, tmp_path / "audit" / "out" / "audit.json")
    assert [entry["plan"] for entry in read_entries(archive.log) if entry["kind"] == "add"] == [2]
    assert added.collected.missing == ()
    assert problems(archive) == []


@pytest.mark.parametrize(
    ("period", "data", "words"),
    [
        ("2026-03-02/2026-12-31", "absent", "before this data: they begin on 2026-03-02"),
        ("2026-03-01/2026-12-31", "absent", "while these data were still coming in"),
        ("2025-01-01/2026-03-01", "absent", "while these data were still coming in"),
        ("2025-01-01/2025-12-31", "absent", "The data file was not yet where the config names it"),
        (None, "absent", "The data file was not yet where the config names it"),
        (None, "unknown", "Whether anybody had seen the data by then, this does not show"),
        ("2026-03-02/2026-12-31", "present", "the rules may have been chosen in view of it"),
        (None, "present", "the rules may have been chosen in view of it"),
        ("spring 2027", "absent", "The data file was not yet where the config names it"),
        ("2027-12-31/2027-01-01", "unknown", "Whether anybody had seen the data by then"),
    ],
)
def test_no_more_is_said_than_the_registration_shows(tmp_path: Path, period: str | None, data: str, words: str) -> None:
    """ "Before this data" needs the data's own dates; a file that came later may hold what was known for long."""
    record = read_record(make_audit(tmp_path, ()).read_bytes(), "audit.json")
    known = Registered(at="2026-03-01T23:59:59Z", entry="e" * 64, head="f" * 64, data=data)  # type: ignore[arg-type]
    record = record.model_copy(
        update={
            "provenance": record.provenance.model_copy(update={"registered": known}),
            "plan": record.plan.model_copy(update={"period": period}),
        }
    )

    said = registered_words(record)

    assert said is not None
    assert said.startswith("Rules fixed on 2026-03-01")
    assert words in said
    assert ("before this data" in said) == ("before this data" in words)
    assert publishable(record).provenance.registered == known


def test_a_data_file_that_was_there_is_remembered(archive: Layout, tmp_path: Path) -> None:
    """Whoever registers after looking is not helped by it."""
    record = make_audit(tmp_path / "audit")
    config = tmp_path / "audit" / "ethicscheck.yaml"
    plan = register_plan(archive, config)

    assert plan.entry["seen"] == [read_record(record.read_bytes(), "").provenance.sources[0].sha256]
    again = audited(config, archive)
    assert again.provenance.registered is not None
    assert again.provenance.registered.data == "present"


def test_a_record_without_registration_keeps_its_bytes(tmp_path: Path) -> None:
    """Records of before are what they were."""
    record = make_audit(tmp_path / "audit")

    assert b"registered" not in record.read_bytes()
    assert registered_words(read_record(record.read_bytes(), "")) is None
    assert b"Rules fixed" not in (record.parent / "report.html").read_bytes()


def test_a_config_that_was_changed_since_is_not_registered(
    archive: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One limit moved by a hair is another config."""
    make_audit(tmp_path / "audit")
    config = tmp_path / "audit" / "ethicscheck.yaml"
    register_plan(archive, config)
    config.write_text(config.read_text(encoding="utf-8").replace("0.5", "0.6"), encoding="utf-8")

    record = audited(config, archive)

    assert record.provenance.registered is None
    assert "this config, as it is now, is not registered in that archive" in capsys.readouterr().err


def test_a_config_is_registered_once(archive: Layout, tmp_path: Path) -> None:
    """The first time counts."""
    make_audit(tmp_path / "audit")
    first = register_plan(archive, tmp_path / "audit" / "ethicscheck.yaml")
    log = archive.log.read_bytes()

    again = register_plan(archive, tmp_path / "audit" / "ethicscheck.yaml")

    assert (again.name, again.sha256, again.again) == (first.name, first.sha256, True)
    assert archive.log.read_bytes() == log


def test_two_configs_of_one_day_and_name_are_two_plans(archive: Layout, tmp_path: Path) -> None:
    """Both stay what they were."""
    first = register_plan(archive, write(tmp_path / "a"))
    second = register_plan(archive, write(tmp_path / "b", period="2027-01-01/2027-12-31"))

    assert first.name != second.name
    assert archive.plan(first.name).read_bytes() == (tmp_path / "a" / "ethicscheck.yaml").read_bytes()
    assert problems(archive) == []


def test_a_registered_config_that_was_edited_in_the_archive_is_refused(archive: Layout, tmp_path: Path) -> None:
    """An audit must not lean on a copy that was changed."""
    config = write(tmp_path / "audit")
    plan = register_plan(archive, config)
    archive.plan(plan.name).write_text("edited", encoding="utf-8")

    with pytest.raises(UsageError, match="the registered config is not as it was written"):
        find_registration(archive, config.read_bytes())


def test_a_config_that_can_not_be_used_is_not_registered(archive: Layout, tmp_path: Path) -> None:
    """A plan that no audit can follow is none."""
    config = tmp_path / "ethicscheck.yaml"
    config.write_text("schema: ethicscheck/config/1\nsubject: {name: x}\n", encoding="utf-8")

    with pytest.raises(ConfigError):
        register_plan(archive, config)
    assert problems(archive) == []

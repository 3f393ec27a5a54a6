"""Holds, releases and removal when the time is over."""

from __future__ import annotations

from pathlib import Path

import pytest
from making import add, make_archive, make_audit, problems, write_records

from ethicscheck.archive.about import years_after
from ethicscheck.archive.layout import Layout
from ethicscheck.archive.listing import read_audits
from ethicscheck.archive.log import read_entries
from ethicscheck.archive.retention import due_audits, expire_audits, hold_audit, release_audit
from ethicscheck.errors import UsageError
from ethicscheck.model.record import AuditRecord, read_record


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> AuditRecord:
    return read_record(make_audit(tmp_path_factory.mktemp("audit")).read_bytes(), "audit.json")


@pytest.fixture
def kept(tmp_path: Path, record: AuditRecord) -> tuple[Layout, str, str]:
    """An archive that keeps audits for two years, with two made on 2026-01-01, the second of them for good."""
    import datetime

    layout = make_archive(tmp_path / "archive", retain_years=2)
    first, second = write_records(record, tmp_path / "records", 2)
    names = [add(layout, first).name, add(layout, second, retain_until=datetime.date(2126, 1, 1)).name]
    return layout, names[0], names[1]


def on(day: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime

    moment = datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(moment.timestamp())))


def test_an_audit_is_kept_on_its_last_day_and_may_go_on_the_next(
    kept: tuple[Layout, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "Until" includes the day itself."""
    layout, first, _ = kept
    assert read_audits(layout)[first].retain_until == "2028-01-01"
    on("2028-01-01", monkeypatch)
    assert due_audits(layout) == ()
    with pytest.raises(UsageError, match="it is kept until 2028-01-01, and today is 2028-01-01"):
        expire_audits(layout, [first])

    on("2028-01-02", monkeypatch)

    assert [audit.name for audit in due_audits(layout)] == [first]


def test_removal_leaves_a_tombstone_and_nothing_else(
    kept: tuple[Layout, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That there was an audit, and that it was removed in order, stays provable."""
    layout, first, second = kept
    bag = read_audits(layout)[first].entry["bag"]
    on("2028-01-02", monkeypatch)

    assert expire_audits(layout, [first], by="Ann") == (first,)

    last = list(read_entries(layout.log))[-1]
    assert {name: last[name] for name in ("kind", "id", "bag", "by", "reason")} == {
        "kind": "expire",
        "id": first,
        "bag": bag,
        "by": "Ann",
        "reason": "it was to be kept until 2028-01-01",
    }
    assert sorted(path.name for path in layout.bags.iterdir()) == [second]
    assert not layout.staging.exists()
    assert problems(layout) == []


def test_a_removed_record_is_not_added_again(
    kept: tuple[Layout, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipeline that runs again must not bring back what had to go."""
    layout, first, _ = kept
    on("2028-01-02", monkeypatch)
    expire_audits(layout, [first])

    with pytest.raises(UsageError, match=f"archived as {first}, and removed on 2028-01-02"):
        add(layout, tmp_path / "records" / "0" / "audit.json")


def test_what_is_held_is_not_removed_until_every_hold_is_released(
    kept: tuple[Layout, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two cases in court: the end of one must not free what the other needs."""
    layout, first, _ = kept
    on("2028-01-02", monkeypatch)
    one = hold_audit(layout, first, "case 1", "Ann")["seq"]
    two = hold_audit(layout, first, "case 2", "Bob")["seq"]
    with pytest.raises(UsageError, match=r"Ann holds it \(case 1\); Bob holds it \(case 2\)"):
        expire_audits(layout, [first])
    with pytest.raises(UsageError, match="is held more than once"):
        release_audit(layout, first, "closed", "Ann")
    with pytest.raises(UsageError, match="has no hold 1"):
        release_audit(layout, first, "closed", "Ann", 1)

    release_audit(layout, first, "closed", "Ann", one)
    assert due_audits(layout) == ()
    release_audit(layout, first, "closed", "Bob")

    assert two not in read_audits(layout)[first].holds
    assert [audit.name for audit in due_audits(layout)] == [first]
    with pytest.raises(UsageError, match="nobody holds"):
        release_audit(layout, first, "closed", "Ann")
    assert problems(layout) == []


def test_a_hold_that_comes_between_listing_and_removing_counts(
    kept: tuple[Layout, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list was read before the lock was taken."""
    layout, first, _ = kept
    on("2028-01-02", monkeypatch)
    names = [audit.name for audit in due_audits(layout)]
    hold_audit(layout, first, "just now", "Ann")

    with pytest.raises(UsageError, match="Ann holds it"):
        expire_audits(layout, names)


def test_what_was_changed_is_not_removed(kept: tuple[Layout, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Removal must not wipe out the traces of a change."""
    layout, first, _ = kept
    manifest = layout.bag(first) / "tagmanifest-sha256.txt"
    manifest.write_bytes(manifest.read_bytes().replace(b"a", b"b", 1))
    on("2028-01-02", monkeypatch)

    with pytest.raises(UsageError, match="is not as it was archived, so it is not removed"):
        expire_audits(layout, [first])
    assert layout.bag(first).is_dir()


def test_what_was_removed_can_not_be_held(kept: tuple[Layout, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It would promise what nobody can keep."""
    layout, first, _ = kept
    on("2028-01-02", monkeypatch)
    expire_audits(layout, [first])

    with pytest.raises(UsageError, match="can't be held any more"):
        hold_audit(layout, first, "a case", "Ann")
    with pytest.raises(UsageError, match="there is no audit 'nothing'"):
        hold_audit(layout, "nothing", "a case", "Ann")


@pytest.mark.parametrize(
    ("day", "years", "until"),
    [("2026-03-01", 10, "2036-03-01"), ("2024-02-29", 4, "2028-02-29"), ("2024-02-29", 10, "2034-03-01")],
)
def test_so_many_years_later_is_never_a_day_too_early(day: str, years: int, until: str) -> None:
    """A 29 February has no anniversary in most years."""
    import datetime

    assert years_after(datetime.date.fromisoformat(day), years) == until

"""The server's own folder: its secret, and the lines about who came in."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from ethicscheck.errors import UsageError
from ethicscheck.web.access.facts import Named
from ethicscheck.web.access.ledger import FOLDER, Ledger


def fact(name: str) -> Named:
    return Named("2026-01-01T00:00:00Z", "owner", "s", name, "product")


def test_the_folder_is_its_owners_alone_and_git_passes_it_over(tmp_path: Path) -> None:
    Ledger(tmp_path)

    home = tmp_path / FOLDER
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {stat.S_IMODE((home / name).stat().st_mode) for name in ("secret", "people.jsonl")} == {0o600}
    assert (home / ".gitignore").read_text() == "*\n"


def test_the_secret_and_the_lines_are_there_after_a_restart(tmp_path: Path) -> None:
    before = Ledger(tmp_path)
    before.add(fact("Ana"))

    after = Ledger(tmp_path)

    assert after.secret == before.secret
    assert after.added() == (True, (fact("Ana"),))
    assert after.added() == (False, ())


def test_a_line_without_its_end_does_not_count_and_the_next_one_stands_in_its_place(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.add(fact("Ana"))
    path = tmp_path / FOLDER / "people.jsonl"
    with path.open("ab") as file:
        file.write(b'{"kind":"named","at":"' + b"2026" * 200)

    again = Ledger(tmp_path)

    assert again.added()[1] == (fact("Ana"),)
    again.add(fact("Eva"))
    assert Ledger(tmp_path).added()[1] == (fact("Ana"), fact("Eva"))
    assert path.read_bytes().endswith(b"\n")


def test_what_another_server_writes_is_seen(tmp_path: Path) -> None:
    one, other = Ledger(tmp_path), Ledger(tmp_path)
    one.add(fact("Ana"))

    assert other.add(fact("Eva")) == (True, (fact("Ana"), fact("Eva")))
    assert one.added() == (False, (fact("Eva"),))


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"[]",
        b'{"kind":"crowned","at":"","by":""}',
        b'{"kind":"named","at":"","by":"","session":"s","name":"x"}',
        b'{"kind":"changed","at":"","by":"","person":"p","role":"r","access":"king"}',
        b'{"kind":"named","at":"","by":"","session":"s","name":7,"role":""}',
    ],
)
def test_a_broken_line_stops_the_server_instead_of_letting_somebody_in(tmp_path: Path, line: bytes) -> None:
    Ledger(tmp_path)
    (tmp_path / FOLDER / "people.jsonl").write_bytes(line + b"\n")

    with pytest.raises(UsageError, match="a line is broken"):
        Ledger(tmp_path).added()


def test_a_secret_that_others_could_read_is_made_anew(tmp_path: Path) -> None:
    before = Ledger(tmp_path).secret
    (tmp_path / FOLDER / "secret").chmod(0o644)

    after = Ledger(tmp_path)

    assert after.secret != before
    assert "made anew" in after.notes[0]
    assert Ledger(tmp_path).secret == after.secret


@pytest.mark.parametrize("name", ["secret", "people.jsonl"])
def test_a_link_in_place_of_the_servers_own_file_is_not_followed(tmp_path: Path, name: str) -> None:
    Ledger(tmp_path)
    own, elsewhere = tmp_path / FOLDER / name, tmp_path / "elsewhere"
    own.rename(elsewhere)
    own.symlink_to(elsewhere)

    with pytest.raises(UsageError, match="not what the server put there"):
        Ledger(tmp_path)


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / FOLDER).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UsageError, match="not what the server put there"):
        Ledger(tmp_path)


def test_where_nothing_can_be_written_it_is_kept_in_memory_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", refuse)

    ledger = Ledger(tmp_path)

    assert "kept in memory" in ledger.notes[0]
    assert ledger.add(fact("Ana")) == (False, (fact("Ana"),))
    assert list(tmp_path.iterdir()) == []

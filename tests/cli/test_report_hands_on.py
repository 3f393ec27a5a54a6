"""`ethicscheck report` for those outside: a model card brought up to date, an attestation signed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ethicscheck as ec
from ethicscheck.cli import run

EXAMPLE = Path(__file__).parents[2] / "examples/promotion/ethicscheck.yaml"


@pytest.fixture
def audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (path, *_) = ec.audit(EXAMPLE).save(tmp_path, "json")
    return path


def test_a_card_is_begun_and_then_brought_up_to_date(audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second time changes nothing; what the owner writes around it stays."""
    card = audited.parent / "README.md"
    assert run(["report", str(audited), "--card", str(card)]) == 0
    first = card.read_text()
    card.write_text(f"{first}\nOurs.\n")

    assert run(["report", str(audited), "--card", str(card)]) == 0

    assert card.read_text() == f"{first}\nOurs.\n"
    assert not (audited.parent / "ethicscheck-out").exists()
    assert "README.md" in capsys.readouterr().out


def test_a_card_with_one_marker_is_left_as_it_is(audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever lost a marker is told, and loses nothing more."""
    card = audited.parent / "README.md"
    card.write_text("<!-- ethicscheck:start -->\nmine\n")

    assert run(["report", str(audited), "--card", str(card)]) == 2

    assert card.read_text() == "<!-- ethicscheck:start -->\nmine\n"
    assert "README.md" in capsys.readouterr().err


def test_the_attestation_verifies_with_securesystemslib_alone(audited: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody needs ethicscheck to check what it signed; a changed byte is noticed."""
    pytest.importorskip("securesystemslib", reason="the extra `sign` is not installed")
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import SSlibKey

    monkeypatch.setenv("ETHICSCHECK_PASSPHRASE", "a long enough passphrase for a test")
    assert run(["archive", "key", "team.pem"]) == 0
    assert run(["report", str(audited), "-f", "in-toto", "--key", "team.pem", "-o", "out"]) == 0

    loaded = json.loads(Path("out/attestation.intoto.json").read_text())
    envelope = Envelope.from_dict(loaded)
    hexed = Path("team.pem.pub").read_text().strip()
    (keyid,) = envelope.signatures
    key = SSlibKey(keyid, "ed25519", "ed25519", {"public": hexed})
    assert list(envelope.verify([key], 1)) == [keyid]
    assert envelope.payload_type == "application/vnd.in-toto+json"
    assert json.loads(envelope.payload)["predicate"]["result"] in ("PASSED", "WARNED", "FAILED")
    envelope.payload = envelope.payload.replace(b"WARNED", b"PASSED")
    with pytest.raises(VerificationError):
        envelope.verify([key], 1)


def test_a_key_without_an_attestation_is_refused(audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody believes that a page was signed when it was not."""
    assert run(["report", str(audited), "-f", "html", "--key", "team.pem"]) == 2
    assert "in-toto" in capsys.readouterr().err

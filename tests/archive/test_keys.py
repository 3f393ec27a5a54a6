"""Key files: who may read them, where a passphrase comes from, and that it goes nowhere else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ethicscheck.archive.keys import PASSPHRASE, make_key, open_or_make_signer, open_signer, read_public
from ethicscheck.archive.standalone.verify import ed25519_verifies, pae
from ethicscheck.errors import UsageError

pytest.importorskip("securesystemslib", reason="the extra `sign` is not installed")
SECRET = "correct horse battery"


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new key, its passphrase in the environment."""
    monkeypatch.setenv(PASSPHRASE, SECRET)
    make_key(tmp_path / "archive.key")
    return tmp_path / "archive.key"


def test_a_new_key_is_readable_by_its_owner_only_and_encrypted(key: Path) -> None:
    """Mode 600 whatever the umask, PEM with a passphrase, the public key beside it."""
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in key.read_bytes()
    assert read_public(key.with_name("archive.key.pub")) == open_signer(key).public_hex
    assert sorted(path.name for path in key.parent.iterdir()) == ["archive.key", "archive.key.pub"]


def test_a_generous_umask_leaves_the_key_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The umask is not what protects it."""
    monkeypatch.setenv(PASSPHRASE, SECRET)
    before = os.umask(0)
    try:
        make_key(tmp_path / "k")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600


def test_what_it_signs_verifies_with_the_public_key_alone(key: Path) -> None:
    """Over DSSE's encoding of type and payload, and the key goes by the digest of its 32 bytes."""
    signer = open_or_make_signer(key)

    signature = signer.sign("text/plain", b"payload")

    assert ed25519_verifies(bytes.fromhex(signer.public_hex), signature, pae("text/plain", b"payload"))
    assert not ed25519_verifies(bytes.fromhex(signer.public_hex), signature, pae("text/html", b"payload"))


def test_it_is_made_where_there_is_none_and_opened_where_there_is(tmp_path: Path) -> None:
    """The second call finds the key of the first; folders are made."""
    words = tmp_path / "words"
    words.write_text(f"{SECRET}\nanother line is not part of it\n", encoding="utf-8")
    path = tmp_path / "deep" / "er" / "k"

    first, second = open_or_make_signer(path, words), open_or_make_signer(path, words)

    assert first.keyid == second.keyid


def test_a_wrong_passphrase_is_said_without_telling_either(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the message, nor in what it was raised from."""
    monkeypatch.setenv(PASSPHRASE, "a-wrong-guess")

    with pytest.raises(UsageError, match="the passphrase does not open this key") as caught:
        open_signer(key)

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "a-wrong-guess" not in str(caught.value)


def test_an_empty_passphrase_makes_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written."""
    monkeypatch.setenv(PASSPHRASE, "")

    with pytest.raises(UsageError, match="the passphrase is empty"):
        make_key(tmp_path / "k")

    assert list(tmp_path.iterdir()) == []


def test_nothing_is_asked_where_there_is_no_terminal(tmp_path: Path) -> None:
    """A job in CI ends with a line on what to do, not with a question that nobody sees."""
    code = "from pathlib import Path; from ethicscheck.archive.keys import make_key; make_key(Path('k'))"
    environment = {name: value for name, value in os.environ.items() if name != PASSPHRASE}

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )

    assert "nobody is here to give it" in done.stderr
    assert "--passphrase-file" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o604])
def test_a_key_that_others_can_read_is_refused(key: Path, mode: int) -> None:
    """As ssh does: it may have been copied."""
    key.chmod(mode)

    with pytest.raises(UsageError, match=r"others can read this private key .* `chmod 600"):
        open_signer(key)


def test_no_file_is_written_over(key: Path) -> None:
    """Neither a key nor a public key that stands there, nor a link that leads nowhere."""
    before = key.read_bytes()
    (key.parent / "lone.pub").write_text("x", encoding="utf-8")
    (key.parent / "link").symlink_to("nowhere")

    for name in ("archive.key", "lone", "link"):
        with pytest.raises(UsageError, match="a file stands where the key would go"):
            make_key(key.parent / name)

    assert key.read_bytes() == before
    assert not (key.parent / "lone").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no private key in PEM form"),
        (b"\xff\xfe nothing", "no private key in PEM form"),
        (
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
            "does not open this key",
        ),
    ],
)
def test_a_file_that_is_no_key_is_said_to_be_none(key: Path, content: bytes, said: str) -> None:
    """In one line."""
    key.write_bytes(content)

    with pytest.raises(UsageError, match=said):
        open_signer(key)


def test_a_key_of_another_kind_is_refused(key: Path) -> None:
    """RSA and the like can't sign an archive."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    other = ec.generate_private_key(ec.SECP256R1())
    key.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    with pytest.raises(UsageError, match="a key of another kind"):
        open_signer(key)


def test_the_missing_extra_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install."""
    monkeypatch.setitem(sys.modules, "securesystemslib.dsse", None)

    with pytest.raises(UsageError, match=r"needs the extra 'sign'.* pip install 'ethicscheck\[sign\]'"):
        make_key(tmp_path / "k")


def test_the_passphrase_is_in_no_representation_of_the_signer(key: Path) -> None:
    """What a log or a traceback might print shows the public part."""
    signer = open_signer(key)

    assert SECRET not in repr(signer) + repr(vars(signer))
    assert signer.keyid[:16] in repr(signer)


def test_a_traceback_holds_no_passphrase(key: Path) -> None:
    """`--debug` shows where it went wrong, and not what was typed."""
    environment = {**os.environ, PASSPHRASE: "a-wrong-guess"}

    done = subprocess.run(
        [sys.executable, "-m", "ethicscheck", "--debug", "archive", "key", str(key)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )

    assert "Traceback" in done.stderr
    assert "a-wrong-guess" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
def test_at_a_terminal_it_is_asked_for_twice_and_not_shown(tmp_path: Path) -> None:
    """What is typed does not appear, and two that differ make no key."""
    import pty

    environment = {name: value for name, value in os.environ.items() if name != PASSPHRASE}
    words = [sys.executable, "-m", "ethicscheck", "archive", "key", str(tmp_path / "k")]

    def typed(*lines: str) -> str:
        child, terminal = pty.fork()
        if child == 0:
            os.execve(words[0], words, environment)
        shown, answered = b"", 0
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:  # Linux says so at the end
                break
            if not part:
                break
            shown += part
            while shown.count(b": ") > answered:  # one more question than was ever meant ends it
                os.write(terminal, lines[answered].encode() + b"\n" if answered < len(lines) else b"\x04")
                answered += 1
        os.waitpid(child, 0)
        os.close(terminal)
        return shown.decode()

    # Each prompt ends with a colon and a blank, and nothing else that is printed before the last of them does.
    differ = typed("one-secret", "another-secret")
    assert "the two passphrases differ" in differ
    assert not (tmp_path / "k").exists()
    made = typed("one-secret", "one-secret")
    opened = typed("one-secret")
    assert "made " in made
    assert "opened " in opened
    assert "secret" not in differ + made + opened

"""Key files: an ed25519 private key in a PEM file that only its owner can read, encrypted with a passphrase.

The passphrase comes from a file that was named, else from the environment, else it is asked for, and only at a terminal. It
is never kept, logged or put into an error.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ethicscheck.errors import UsageError

from .signing import FileSigner, need_signing

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PASSPHRASE: Final = "ETHICSCHECK_PASSPHRASE"  # noqa: S105  # the variable's name
OWNER_ONLY: Final = 0o600
OTHERS: Final = 0o077
WAYS: Final = f"give --passphrase-file, set {PASSPHRASE}, or run it at a terminal"


def public_file(path: Path) -> Path:
    """Return where the public key of a private key's file stands."""
    return path.with_name(path.name + ".pub")


def open_or_make_signer(path: Path, passphrase_file: Path | None = None) -> FileSigner:
    """Open a private key; make it, and its public key beside it, where there is none.

    Raises
    ------
    UsageError
        When it can't be opened or made.
    """
    return open_signer(path, passphrase_file) if os.path.lexists(path) else make_key(path, passphrase_file)


def make_key(path: Path, passphrase_file: Path | None = None) -> FileSigner:
    """Write a new private key, readable by its owner only, and its public key beside it as FILE.pub.

    Raises
    ------
    UsageError
        When there is no passphrase, or a file stands in the way or can't be written.
    """
    need_signing()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    for place in (path, public_file(path)):
        if os.path.lexists(place):
            raise UsageError("a file stands where the key would go", str(place), "choose another name")
    passphrase = _passphrase(path, passphrase_file, new=True)
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    signer = FileSigner(private)
    _create(path, pem, OWNER_ONLY)
    _create(public_file(path), f"{signer.public_hex}\n".encode(), 0o644)
    return signer


def open_signer(path: Path, passphrase_file: Path | None = None) -> FileSigner:
    """Open a private key.

    Raises
    ------
    UsageError
        When it is missing, open to others, no ed25519 key, or its passphrase is not at hand or does not fit.
    """
    need_signing()
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            pem = stream.read(65_536)
    except OSError as error:
        raise UsageError(
            f"the key can't be read: {error.strerror}", str(path), "`ethicscheck archive key` makes one"
        ) from None
    if os.name == "posix" and mode & OTHERS:
        raise UsageError("others can read this private key", str(path), f"`chmod 600 {path}`, if nobody has")
    return FileSigner(_load(pem, path, lambda: _passphrase(path, passphrase_file, new=False)))


def read_public(path: Path) -> str:
    """Return the public key in a FILE.pub, in hex.

    Raises
    ------
    UsageError
        When there is no sound key in it.
    """
    from .standalone.verify import read_key

    try:
        text = path.read_bytes()[:4096].decode("ascii", "replace").strip()
        return read_key(text).raw.hex()
    except OSError as error:
        raise UsageError(f"the public key can't be read: {error.strerror}", str(path)) from None
    except ValueError as error:
        raise UsageError(str(error), str(path), "give the FILE.pub that was made with the key") from None


def _load(pem: bytes, path: Path, passphrase: Callable[[], bytes]) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    hint = "`ethicscheck archive key` makes one"
    locked = b"ENCRYPTED" in pem
    given = passphrase() if locked else None
    try:
        private = load_pem_private_key(pem, given)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if locked:
            raise UsageError("the passphrase does not open this key", str(path)) from None
        raise UsageError("this is no private key in PEM form", str(path), hint) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise UsageError("this is a key of another kind; the archive signs with ed25519", str(path), hint)
    return private


def _passphrase(path: Path, file: Path | None, new: bool) -> bytes:
    """Return the passphrase from where it is given; nothing is asked where nobody can answer."""
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8").partition("\n")[0].removesuffix("\r")
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise UsageError(f"the passphrase can't be read: {reason}", str(file)) from None
        source = str(file)
    elif PASSPHRASE in os.environ:
        text, source = os.environ[PASSPHRASE], f"environment variable {PASSPHRASE}"
    elif sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        text, source = _asked(path, new), "terminal"
    else:
        raise UsageError("the key needs a passphrase and nobody is here to give it", str(path), WAYS)
    if not text:
        raise UsageError("the passphrase is empty", source, "a key without one signs for whoever copies the file")
    return text.encode("utf-8", "surrogateescape")


def _asked(path: Path, new: bool) -> str:
    from getpass import getpass

    from ethicscheck.model.wording import visible

    name = visible(str(path))
    try:
        text = getpass(f"{'New passphrase' if new else 'Passphrase'} for {name}: ", sys.stderr)
        if new and text and getpass("The same again: ", sys.stderr) != text:
            raise UsageError("the two passphrases differ", "terminal", "nothing was written; try again")
    except EOFError:
        raise UsageError("no passphrase was given", "terminal", WAYS) from None
    return text


def _create(path: Path, content: bytes, mode: int) -> None:
    """Write a new file whole or not at all, never in place of another, never readable by more people than in the end."""
    hint = "choose another place for the key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)  # mode 600
    except OSError as error:
        raise UsageError(f"can't write: {error.strerror}", str(path), hint) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if mode != OWNER_ONLY:
            Path(name).chmod(mode)
        try:
            os.link(name, path)  # which refuses a name that is taken, as a rename would not
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if os.path.lexists(path):
                raise
            Path(name).rename(path)
    except OSError as error:
        raise UsageError(f"can't write: {error.strerror}", str(path), hint) from None
    finally:
        Path(name).unlink(missing_ok=True)


__all__ = ["PASSPHRASE", "make_key", "open_or_make_signer", "open_signer", "public_file", "read_public"]

"""Signing with an ed25519 key that was opened: the one place that holds a private key in memory.

Key files and passphrases are in `keys`; what is signed is decided by `log` (heads) and `attesting` (attestations).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ethicscheck.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

EXTRA: Final = "pip install 'ethicscheck[sign]'"


class FileSigner:
    """A private key, ready to sign; it shows itself by its public part only."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        from securesystemslib.signer import CryptoSigner, SSlibKey

        from .canonical import sha256

        public = private.public_key()
        raw = public.public_bytes_raw()
        self._keyid, self._public_hex = sha256(raw), raw.hex()
        self._signer = CryptoSigner(private, SSlibKey.from_crypto(public, self._keyid))

    @property
    def keyid(self) -> str:
        """SHA-256, in hex, of the raw public key."""
        return self._keyid

    @property
    def public_hex(self) -> str:
        """The public key's 32 bytes, in hex."""
        return self._public_hex

    def sign(self, payload_type: str, payload: bytes) -> bytes:
        """Return the raw signature over DSSE's pre-authentication encoding of type and payload."""
        from securesystemslib.dsse import Envelope

        signature = Envelope(payload, payload_type, {}).sign(self._signer)
        return bytes.fromhex(signature.signature)

    def __repr__(self) -> str:
        return f"FileSigner({self._keyid[:16]}…)"


def need_signing() -> None:
    """Make sure that the libraries for signing are there.

    Raises
    ------
    UsageError
        When the extra is not installed.
    """
    try:
        import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401
        import securesystemslib.dsse  # noqa: F401
    except ImportError:
        raise UsageError("signing needs the extra 'sign', which is not installed", "", EXTRA) from None


def library_verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether an ed25519 signature fits, by the library; unsound keys and other ways to write S never do.

    The same answers as `standalone.verify.ed25519_verifies`, forty times as fast.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(_sound(public)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def _sound(public: bytes) -> bytes:
    from .standalone.verify import read_key

    return read_key(public.hex()).raw


__all__ = ["EXTRA", "FileSigner", "library_verifies", "need_signing"]

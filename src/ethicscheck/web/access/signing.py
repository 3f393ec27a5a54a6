"""What the server signs with its secret: session cookies, invite links, the tokens in forms."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from itsdangerous import BadSignature, Signer


class Signing:
    """Signs with one secret; each purpose has a key of its own, so nothing signed for one passes for another."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._cookies = self._signer("session cookie")
        self._invites = self._signer("invite link")

    def _signer(self, purpose: str) -> Signer:
        return Signer(self._secret, salt=purpose, key_derivation="hmac", digest_method=hashlib.sha256)

    def cookie(self, session_key: str) -> str:
        """Return the cookie's value for a session's key."""
        return self._cookies.sign(session_key).decode()

    def session_key(self, cookie: str) -> str | None:
        """Return the session's key that a cookie holds; None when it was not signed here."""
        return _unsigned(self._cookies, cookie)

    def invite_token(self, invite: str) -> str:
        """Return the part of the invite's link that opens it."""
        return self._invites.sign(invite).decode()

    def invite(self, token: str) -> str | None:
        """Return the invite that a link is for; None when it was not signed here."""
        return _unsigned(self._invites, token)

    def csrf(self, subject: str) -> str:
        """Return the token for the forms of a session, or of an address where there is none."""
        return hmac.new(self._secret, f"form\0{subject}".encode(), hashlib.sha256).hexdigest()


def new_key() -> str:
    """Return what nobody guesses: 256 random bits."""
    return secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """Return the name of a secret key that can be written down: it opens nothing."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def same(one: str, other: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def _unsigned(signer: Signer, value: str) -> str | None:
    try:
        return signer.unsign(value.encode()).decode()
    except (BadSignature, UnicodeError):
        return None


__all__ = ["Signing", "digest_of", "new_key", "same"]

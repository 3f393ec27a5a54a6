"""The attestation that stands beside a bag: an in-toto test result in a signed DSSE envelope, readable by other tools."""

from __future__ import annotations

from .canonical import canonical
from .log import Signer


def attest(record: bytes, signer: Signer) -> bytes:
    """Return the signed envelope for a record.

    Parameters
    ----------
    record : the bytes of `audit.json`.
    signer : who signs.

    Raises
    ------
    RecordError
        When it is no record.
    UsageError
        When the extra `sign` is not installed.
    """
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import Signature

    from ethicscheck.exports.in_toto import PAYLOAD_TYPE, make_statement
    from ethicscheck.model.record import read_record

    from .canonical import sha256

    payload = canonical(make_statement(read_record(record, "audit.json"), sha256(record)))
    signature = Signature(signer.keyid, signer.sign(PAYLOAD_TYPE, payload).hex())
    return canonical(Envelope(payload, PAYLOAD_TYPE, {signer.keyid: signature}).to_dict()) + b"\n"


__all__ = ["attest"]

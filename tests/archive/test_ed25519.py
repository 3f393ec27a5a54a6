"""ed25519 in pure Python: RFC 8032's own vectors, the library's answers, and what nobody should take for a signature."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethicscheck.archive.signing import library_verifies
from ethicscheck.archive.standalone import verify

ed25519 = pytest.importorskip(
    "cryptography.hazmat.primitives.asymmetric.ed25519", reason="the extra `sign` is not installed"
)

# RFC 8032, section 7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
        "3dca179c138ac17ad9bef1177331a704",
    ),
]

# The eight points that eight times taken are nothing, and the other ways to write some of them.
SMALL = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]
OTHER_WRITINGS = [
    "0100000000000000000000000000000000000000000000000000000000000080",  # x = 0 has no odd form
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # y = p, which is 0
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # y = p + 1, which is 1
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]
NO_POINT = "0200000000000000000000000000000000000000000000000000000000000000"


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032_verify(public: str, message: str, signature: str) -> None:
    """The RFC's own examples, in both."""
    parts = bytes.fromhex(public), bytes.fromhex(signature), bytes.fromhex(message)

    assert verify.ed25519_verifies(*parts)
    assert library_verifies(*parts)


@settings(deadline=None, max_examples=150)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), bit=st.integers(0, 96 * 8 - 1))
def test_one_flipped_bit_of_key_or_signature_fits_no_more(seed: bytes, message: bytes, bit: int) -> None:
    """The library signs; both take the signature, and both refuse it once any one bit is another."""
    private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    spoiled = bytearray(public + signature)
    spoiled[bit // 8] ^= 1 << bit % 8

    for verifies in (verify.ed25519_verifies, library_verifies):
        assert verifies(public, signature, message)
        assert not verifies(bytes(spoiled[:32]), bytes(spoiled[32:]), message)
        assert not verifies(public, signature, message + b"x")


def test_a_signature_with_the_order_added_to_s_is_refused() -> None:
    """S + L satisfies the same equation: taken, every signature would have a second form."""
    public, message, signature = (bytes.fromhex(part) for part in VECTORS[1])
    scalar = int.from_bytes(signature[32:], "little") + verify.ORDER
    other = signature[:32] + scalar.to_bytes(32, "little")

    assert not verify.ed25519_verifies(public, other, message)
    assert not library_verifies(public, other, message)


@pytest.mark.parametrize("public", [*SMALL, *OTHER_WRITINGS, NO_POINT])
def test_keys_of_small_order_and_other_ways_to_write_a_key_are_refused(public: str) -> None:
    """With the key of order 1, R = identity and S = 0 would "sign" every message."""
    key, forged = bytes.fromhex(public), bytes.fromhex(SMALL[2]) + bytes(32)

    with pytest.raises(ValueError, match="no sound ed25519 key"):
        verify.read_key(public)
    for verifies in (verify.ed25519_verifies, library_verifies):
        assert not any(verifies(key, forged, bytes([number])) for number in range(16))


def test_only_whole_keys_and_signatures_are_looked_at() -> None:
    """Cut or lengthened, neither fits, and nothing is raised."""
    public, message, signature = (bytes.fromhex(part) for part in VECTORS[0])

    for verifies in (verify.ed25519_verifies, library_verifies):
        assert not verifies(public[:31], signature, message)
        assert not verifies(public, signature[:63], message)
        assert not verifies(public, signature + b"\0", message)

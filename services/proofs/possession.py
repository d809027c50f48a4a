"""Proof of possession: whoever registers a device key shows that he holds its private half.

The registration document names what the key is for. Its SHA-256 is the act that the holder
confirms by a code in a text message; the document itself is signed by the new key. So a code that
was sent for one key registers no other, and nobody registers a key that he cannot use.
"""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.proofs.canonical import canonical
from services.proofs.leaf import KEY_SIZE_BYTES, check_signature
from services.proofs.refuted import Refuted

ACT = "REGISTER_DEVICE_KEY"
_NAMESPACE = b"owner-card/v1/register-device-key\x00"
_FIELD = 2**255 - 19
_ORDER_EIGHT = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
# The eight points of small order have five y coordinates; either sign of x may stand with them.
_SMALL_ORDER = frozenset({0, 1, _FIELD - 1, _ORDER_EIGHT, _FIELD - _ORDER_EIGHT})


class KeyUnusable(Refuted):
    """The bytes are no key that binds anybody to anything."""


def registration_document(*, estate_id: str, holding: str, public_key: bytes) -> bytes:
    """Return what is registered, in canonical JSON (RFC 8785).

    `holding` is the main card that the key will act for, or the estate whose official it will be.
    """
    return canonical(
        {
            "act": ACT,
            "estate_id": estate_id,
            "holding": holding,
            "public_key": public_key.hex(),
        }
    )


def act_sha256(document: bytes) -> bytes:
    """Return the hash by which a code is asked for this very registration."""
    return hashlib.sha256(document).digest()


def prove_possession(key: Ed25519PrivateKey, document: bytes) -> bytes:
    """Return the signature by which `key` shows that its holder registers it."""
    return key.sign(_NAMESPACE + document)


def check_possession(public_key: bytes, signature: bytes, document: bytes) -> None:
    """Check that the holder of `public_key` registers it by `document`.

    Raises:
        KeyUnusable: it is no key, or one under which signatures prove nothing.
        SignatureWrong: another key signed, or something else was signed.
    """
    check_usable(public_key)
    check_signature(public_key, signature, _NAMESPACE + document)


def check_usable(public_key: bytes) -> None:
    """Check that a signature by this key binds its holder.

    A point of small order has signatures that fit every message and that anybody can make
    (OpenSSL accepts them); a coordinate beyond the field has a second spelling, so that one key
    could be registered under two hashes.

    Raises:
        KeyUnusable: it is one of these, or no key at all.
    """
    if len(public_key) != KEY_SIZE_BYTES:
        raise KeyUnusable("an Ed25519 public key has 32 bytes (RFC 8032, 5.1.2)")
    y = int.from_bytes(public_key, "little") & (2**255 - 1)
    if y >= _FIELD:
        raise KeyUnusable("the key is not in its one spelling (RFC 8032, 5.1.3)")
    if y in _SMALL_ORDER:
        raise KeyUnusable("a point of small order is no key")

"""Proof of possession: the document, the signature, and keys that bind nobody."""

import hashlib
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.proofs.leaf import SignatureWrong
from services.proofs.possession import (
    KeyUnusable,
    act_sha256,
    check_possession,
    check_usable,
    prove_possession,
    registration_document,
)

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ESTATE, CARD = str(UUID(int=1)), str(UUID(int=2))
FORGED = bytes([1]) + bytes(63)

Point = tuple[int, int]


def added(one: Point, other: Point) -> Point:
    """Return the sum of two points of edwards25519 (RFC 8032, 5.1.4, in affine coordinates)."""
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return x % P, y % P


def point_of(encoded: bytes) -> Point:
    """Return the point that 32 bytes encode (RFC 8032, 5.1.3)."""
    number = int.from_bytes(encoded, "little")
    y, sign = number & (2**255 - 1), number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert (x * x - square) % P == 0
    return (x if x & 1 == sign else -x % P), y


def points_of_small_order() -> list[bytes]:
    """Return the encodings of the multiples of a point of order eight."""
    generator = point_of(
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
    )
    found, point = [], generator
    for _ in range(8):
        found.append((point[1] | (point[0] & 1) << 255).to_bytes(32, "little"))
        point = added(point, generator)
    assert point == generator
    return found


def document(key: Ed25519PrivateKey, **changed: str) -> bytes:
    public_key = key.public_key().public_bytes_raw()
    members = {"estate_id": ESTATE, "holding": CARD} | changed
    return registration_document(public_key=public_key, **members)


def test_the_document_is_canonical_and_its_hash_is_the_act() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    said = document(key)
    raw = key.public_key().public_bytes_raw()
    assert (
        said
        == (
            f'{{"act":"REGISTER_DEVICE_KEY","estate_id":"{ESTATE}","holding":"{CARD}",'
            f'"public_key":"{raw.hex()}"}}'
        ).encode()
    )
    assert act_sha256(said) == hashlib.sha256(said).digest()


def test_a_proof_is_by_this_key_of_this_registration() -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    raw, proof = key.public_key().public_bytes_raw(), prove_possession(key, document(key))
    check_possession(raw, proof, document(key))
    message = b"owner-card/v1/register-device-key\0" + document(key)
    key.public_key().verify(proof, message)
    for signature, of in (
        (proof, document(key, holding=ESTATE)),
        (proof, document(key, estate_id=CARD)),
        (prove_possession(other, document(key)), document(key)),
        (key.sign(document(key)), document(key)),
        (proof[:-1], document(key)),
        (b"", document(key)),
    ):
        with pytest.raises(SignatureWrong):
            check_possession(raw, signature, of)


def test_the_eight_points_of_small_order_are_no_keys() -> None:
    points = points_of_small_order()
    assert len(set(points)) == 8
    for point in points:
        with pytest.raises(KeyUnusable):
            check_usable(point)


def test_what_the_library_alone_would_have_taken() -> None:
    identity = bytes([1]) + bytes(31)
    Ed25519PublicKey.from_public_bytes(identity).verify(FORGED, b"whatever anybody likes")
    with pytest.raises(KeyUnusable):
        check_possession(identity, FORGED, b"whatever anybody likes")


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("beyond", range(19))
def test_a_coordinate_beyond_the_field_is_no_spelling_of_a_key(beyond: int, sign: int) -> None:
    with pytest.raises(KeyUnusable):
        check_usable((P + beyond | sign << 255).to_bytes(32, "little"))


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_key_has_thirty_two_bytes(size: int) -> None:
    with pytest.raises(KeyUnusable):
        check_usable(bytes([9]) * size)


def test_honest_keys_are_usable() -> None:
    for _ in range(200):
        check_usable(Ed25519PrivateKey.generate().public_key().public_bytes_raw())

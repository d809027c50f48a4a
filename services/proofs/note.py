"""Signed notes (C2SP signed-note): a text, an empty line, and signature lines under it."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import IntEnum

from services.proofs.leaf import KEY_SIZE_BYTES
from services.proofs.refuted import Refuted

KEY_ID_SIZE_BYTES = 4
_DASH = "— "
NOTE_SIZE_BYTES_MAX = 16_384


class KeyType(IntEnum):
    """The signature types that are read here."""

    ED25519 = 0x01
    COSIGNATURE = 0x04  # C2SP tlog-cosignature, Ed25519 with a timestamp


class NotANote(Refuted):
    """The text is no signed note, or a key is no verifier key."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name that it signs under (a "vkey" of C2SP signed-note)."""

    name: str
    type: KeyType
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names its key."""
        named = self.name.encode() + b"\n" + bytes([self.type]) + self.public_key
        return hashlib.sha256(named).digest()[:KEY_ID_SIZE_BYTES]

    def encoded(self) -> str:
        """Return the key as configuration files hold it: name+id+base64."""
        material = base64.b64encode(bytes([self.type]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"


def read_verifier_key(text: str) -> VerifierKey:
    """Return the key that `text` writes.

    Raises:
        NotANote: it is malformed, of another type, or its id is not of this name and key.
    """
    name, _, rest = text.partition("+")
    given_id, _, material = rest.partition("+")
    raw = decoded(material)
    if len(raw) != 1 + KEY_SIZE_BYTES or raw[0] not in set(KeyType) or not is_name(name):
        raise NotANote("not an Ed25519 verifier key")
    key = VerifierKey(name, KeyType(raw[0]), raw[1:])
    if key.key_id.hex() != given_id:
        raise NotANote("the key's id is not of this name and key")
    return key


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature: the name and the id of a key, and what it wrote."""

    name: str
    key_id: bytes
    signature: bytes

    def encoded(self) -> str:
        """Return the line with its end."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"

    def by(self, key: VerifierKey) -> bool:
        """Return whether the line names `key`; whether it is right is another question."""
        return (self.name, self.key_id) == (key.name, key.key_id)


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a newline, and its signatures."""

    text: str
    signatures: tuple[SignatureLine, ...]

    def encoded(self) -> str:
        """Return the note as it travels."""
        return self.text + "\n" + "".join(line.encoded() for line in self.signatures)


def read_note(encoded: str) -> Note:
    """Return the note that `encoded` writes.

    Raises:
        NotANote: it is too large or malformed, or carries no signature.
    """
    if len(encoded.encode(errors="replace")) > NOTE_SIZE_BYTES_MAX:
        raise NotANote("too large")
    if any(_is_banned(one) for one in encoded):
        raise NotANote("a control character, or no UTF-8")
    text, separator, below = encoded.rpartition("\n\n")
    if not separator or not text or not below.endswith("\n"):
        raise NotANote("a note is a text, an empty line and signature lines")
    return Note(text + "\n", read_signature_lines(below))


def read_signature_lines(below: str) -> tuple[SignatureLine, ...]:
    """Return the signatures of some lines, each ended by a newline.

    Raises:
        NotANote: one is malformed, or there is none.
    """
    lines = below.split("\n")
    if lines.pop() != "" or not lines:
        raise NotANote("signature lines end with a newline")
    return tuple(_signature_line(line) for line in lines)


def _signature_line(line: str) -> SignatureLine:
    dash, _, rest = line.partition(" ")
    name, _, material = rest.partition(" ")
    raw = decoded(material)
    if dash != _DASH.strip() or not is_name(name) or len(raw) <= KEY_ID_SIZE_BYTES:
        raise NotANote("a malformed signature line")
    return SignatureLine(name, raw[:KEY_ID_SIZE_BYTES], raw[KEY_ID_SIZE_BYTES:])


def _is_banned(one: str) -> bool:
    return (one < " " and one != "\n") or "\ud800" <= one <= "\udfff"


def is_name(name: str) -> bool:
    """Return whether a key may have this name: no space, no plus, not empty (C2SP signed-note)."""
    banned = any(one.isspace() or one == "+" for one in name)
    return bool(name) and name.isprintable() and not banned


def decoded(text: str) -> bytes:
    """Return the bytes of standard base64 in its one canonical spelling (RFC 4648, 4).

    Raises:
        NotANote: it is another spelling, or none.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as broken:
        raise NotANote("not base64") from broken
    if base64.b64encode(raw).decode() != text:
        raise NotANote("not the canonical base64")
    return raw

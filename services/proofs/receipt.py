"""Receipts: what an owner keeps of a vote or an entry, enough to prove it without any server."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from services.proofs.attestation import SignedAttestation
from services.proofs.checkpoint import read_checkpoint
from services.proofs.leaf import (
    KEY_SIZE_BYTES,
    SIGNATURE_SIZE_BYTES,
    Kind,
    Leaf,
    read_record,
)
from services.proofs.members import Members, NotInForm, read_members
from services.proofs.refuted import Refuted
from services.proofs.sigsum import sigsum_proof
from services.proofs.tlog_proof import TlogProof, path_lines, read_path_lines
from services.proofs.trusted_keys import TrustedKeys

FORMAT = "owner-card/receipt@v1"
SIZE_BYTES_MAX = 131_072
_REQUIRED = (
    "format",
    "record",
    "document",
    "signature",
    "public_key",
    "leaf_index",
    "inclusion_path",
    "checkpoint",
    "sigsum_proof",
    "tlog_proof",
)


class NotAReceipt(Refuted):
    """The text is no receipt."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A document, the leaf that stands for it, and the proof that the leaf is in its log.

    The two texts say the same for programs that nobody here wrote. `key` is identity's word about
    the key of a vote; what a service signs itself needs none.
    """

    leaf: Leaf
    document: bytes
    proof: TlogProof
    sigsum_text: str
    tlog_text: str
    key: SignedAttestation | None = None

    def members(self) -> Mapping[str, object]:
        """Return the members of the receipt's JSON."""
        members: dict[str, object] = {
            "format": FORMAT,
            "record": self.leaf.record.encoded().decode(),
            "document": self.document.decode(),
            "signature": self.leaf.signature.hex(),
            "public_key": self.leaf.public_key.hex(),
        }
        if self.key is not None:
            document, signature = self.key.document.decode(), self.key.signature.hex()
            members["key"] = {"document": document, "signature": signature}
        return members | {
            "leaf_index": self.proof.position,
            "inclusion_path": path_lines(self.proof.path).splitlines(),
            "checkpoint": self.proof.checkpoint.encoded(),
            "sigsum_proof": self.sigsum_text,
            "tlog_proof": self.tlog_text,
        }

    def encoded(self) -> str:
        """Return the receipt as its owner keeps it."""
        return json.dumps(self.members(), ensure_ascii=False, indent=2) + "\n"


def receipt_of(
    leaf: Leaf,
    document: bytes,
    proof: TlogProof,
    keys: TrustedKeys,
    key: SignedAttestation | None = None,
) -> Receipt:
    """Return the receipt for a leaf of the log with these keys.

    Raises:
        SignatureWrong: the log's signature is missing under the checkpoint.
    """
    return Receipt(
        leaf=leaf,
        document=document,
        proof=proof,
        sigsum_text=sigsum_proof(leaf, proof, keys).encoded(),
        tlog_text=proof.encoded(),
        key=key,
    )


def read_receipt(text: str) -> Receipt:
    """Return the receipt that `text` writes, right or not.

    Raises:
        NotAReceipt: it is too large, malformed, or a vote's receipt without identity's word.
    """
    if len(text.encode(errors="replace")) > SIZE_BYTES_MAX:
        raise NotAReceipt("too large")
    try:
        return _receipt(read_members(text, _REQUIRED, ("key",)))
    except Refuted as refused:
        raise NotAReceipt(str(refused)) from refused


def _receipt(members: Members) -> Receipt:
    if members.text("format") != FORMAT:
        raise NotInForm("another format")
    leaf = Leaf(
        read_record(members.text("record").encode()),
        members.octets("signature", SIGNATURE_SIZE_BYTES),
        members.octets("public_key", KEY_SIZE_BYTES),
    )
    if (leaf.record.kind is Kind.VOTE) is not ("key" in members):
        raise NotInForm("a key is attested for votes, and for nothing else")
    return Receipt(
        leaf=leaf,
        document=members.text("document").encode(),
        proof=TlogProof(
            members.count("leaf_index"),
            read_path_lines(members.texts("inclusion_path")),
            read_checkpoint(members.text("checkpoint")),
        ),
        sigsum_text=members.text("sigsum_proof"),
        tlog_text=members.text("tlog_proof"),
        key=_key(members) if "key" in members else None,
    )


def _key(members: Members) -> SignedAttestation:
    key = members.inside("key", ("document", "signature"))
    return SignedAttestation(
        key.text("document").encode(), key.octets("signature", SIGNATURE_SIZE_BYTES)
    )

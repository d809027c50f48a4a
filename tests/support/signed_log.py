"""A log of one estate in memory, with all its keys: what the proofs' tests take apart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.proofs.attestation import Attestation, Capacity, SignedAttestation, attest
from services.proofs.canonical import canonical
from services.proofs.checkpoint import Checkpoint, cosign, log_key, sign_checkpoint
from services.proofs.leaf import Kind, Leaf, record_of, sign
from services.proofs.note import KeyType, VerifierKey
from services.proofs.receipt import Receipt, receipt_of
from services.proofs.tiles import Tile, bundles_of, encoded_entries, tiles_of
from services.proofs.tlog_proof import TlogProof
from services.proofs.tree import CompactRange, consistency_path, inclusion_path, leaf_hash, root_of
from services.proofs.trusted_keys import TrustedKeys

ESTATE = "11111111-1111-4111-8111-111111111111"
BALLOT = "22222222-2222-4222-8222-222222222222"
ENTRY = "66666666-6666-4666-8666-666666666666"
NOON = 1_790_000_000
"""A POSIX time in September 2026."""


def key_of(seed: int) -> Ed25519PrivateKey:
    """Return one of many fixed keys."""
    return Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big"))


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


TREE, RECORD, ATTESTER, DEVICE, STRANGER = (key_of(seed) for seed in range(1, 6))
WITNESSES = {f"witness.example/{name}": key_of(seed) for name, seed in (("w1", 11), ("w2", 12))}


def witness_key(name: str) -> VerifierKey:
    return VerifierKey(name, KeyType.COSIGNATURE, public(WITNESSES[name]))


def trusted_keys(*, witnesses: Sequence[str] = (), quorum: int = 0) -> TrustedKeys:
    log = log_key(public(TREE))
    return TrustedKeys(
        estate_id=ESTATE,
        service="voting",
        log_key=log,
        record_key=public(RECORD),
        time_key=VerifierKey(f"{log.name}/time", KeyType.COSIGNATURE, public(RECORD)),
        witnesses=tuple(witness_key(name) for name in witnesses),
        quorum=quorum,
    )


def vote_document(**changed: object) -> bytes:
    document: Mapping[str, object] = {
        "ballot_id": BALLOT,
        "channel": "PHONE",
        "choices": {"33333333-3333-4333-8333-333333333333": "AGREE"},
        "entry_id": "44444444-4444-4444-8444-444444444444",
        "salt": "5a" * 32,
        "vote_id": "55555555-5555-4555-8555-555555555555",
    }
    return canonical({**document, **changed})


def attestation(**changed: object) -> SignedAttestation:
    attested: dict[str, object] = {
        "estate_id": ESTATE,
        "holder": "holder-1",
        "capacity": Capacity.OWNER,
        "public_key": public(DEVICE),
        "registered_at": "2026-09-01T08:00:00Z",
    }
    return attest(ATTESTER, Attestation(**{**attested, **changed}))  # type: ignore[arg-type]  # by name


@dataclass
class SignedLog:
    """Leaves in their order; other people's leaves fill it up where only sizes matter."""

    leaves: list[Leaf] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, size: int) -> "SignedLog":
        log = cls()
        log.fill(size)
        return log

    def fill(self, count: int) -> None:
        for number in range(len(self.leaves), len(self.leaves) + count):
            # A signature of the right length is enough for whoever only counts leaves.
            record = record_of(Kind.VOTE, BALLOT, str(number).encode())
            self.append(Leaf(record, number.to_bytes(64, "big"), public(STRANGER)))

    def append(self, leaf: Leaf) -> int:
        self.leaves.append(leaf)
        self.hashes.append(leaf_hash(leaf.encoded()))
        return len(self.leaves) - 1

    def subtree(self, first: int, end: int) -> bytes:
        return root_of(self.hashes[first:end])

    def checkpoint(self, size: int | None = None, *, by: Sequence[str] = ()) -> Checkpoint:
        size = len(self.leaves) if size is None else size
        bare = sign_checkpoint(TREE, size, root_of(self.hashes[:size]))
        time = cosign(RECORD, trusted_keys().time_key.name, bare, posix_time=NOON + size)
        lines = [cosign(WITNESSES[name], name, bare, posix_time=NOON + size) for name in by]
        return bare.with_signatures([time, *lines])

    def proof(self, position: int, checkpoint: Checkpoint) -> TlogProof:
        path = inclusion_path(position, checkpoint.size, self.subtree)
        return TlogProof(position, tuple(path), checkpoint)

    def consistency(self, old_size: int, size: int) -> tuple[bytes, ...]:
        return tuple(consistency_path(old_size, size, self.subtree))

    def tile(self, tile: Tile) -> bytes:
        """Return the content of a tile of the whole log."""
        if tile.level is None:
            first = tile.index * 256
            leaves = self.leaves[first : first + tile.width]
            return encoded_entries([leaf.encoded() for leaf in leaves])
        span = 256**tile.level
        first = tile.index * 256 * span
        return b"".join(
            self.subtree(first + at * span, first + (at + 1) * span) for at in range(tile.width)
        )

    def mirror(self, folder: Path, size: int | None = None) -> Path:
        """Write the log as static files."""
        checkpoint = self.checkpoint(size)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "checkpoint").write_text(checkpoint.encoded())
        for tile in [*tiles_of(checkpoint.size), *bundles_of(checkpoint.size)]:
            path = folder / tile.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.tile(tile))
        return folder


def voted(
    *, before: int = 4, after: int = 3, keys: TrustedKeys | None = None, by: Sequence[str] = ()
) -> tuple[SignedLog, Receipt]:
    """Return a log with one true vote in it, and its receipt."""
    log = SignedLog.of(before)
    document = vote_document()
    leaf = sign(DEVICE, record_of(Kind.VOTE, BALLOT, document))
    position = log.append(leaf)
    log.fill(after)
    proof = log.proof(position, log.checkpoint(by=by))
    return log, receipt_of(leaf, document, proof, keys or trusted_keys(), attestation())


def entry_document(**changed: object) -> bytes:
    """Return the document of an opening balance."""
    legs = [("BANK", 100_00), ("OPENING_EQUITY", -100_00)]
    good: dict[str, object] = {
        "authority": None,
        "currency": "CNY",
        "entry_id": ENTRY,
        "estate_id": ESTATE,
        "kind": "OPENING",
        "legs": [{"account": account, "amount_fen": fen} for account, fen in legs],
        "number": 1,
        "occurred_on": "2026-01-05",
        "reverses": None,
    }
    return canonical(good | changed)


def published(*, before: int = 4, after: int = 3) -> tuple[SignedLog, Receipt]:
    """Return a log with one ledger entry in it, and its receipt."""
    log = SignedLog.of(before)
    document = entry_document()
    leaf = sign(RECORD, record_of(Kind.ENTRY, ENTRY, document))
    position = log.append(leaf)
    log.fill(after)
    return log, receipt_of(leaf, document, log.proof(position, log.checkpoint()), trusted_keys())


def range_of(size: int) -> CompactRange:
    return CompactRange().extended(SignedLog.of(size).hashes)


def edited(receipt: Receipt, **changed: object) -> str:
    """Return a receipt's JSON with other members."""
    return json.dumps({**receipt.members(), **changed})

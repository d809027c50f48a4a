"""Bodies of votes: what is signed and sent, what its owner keeps."""

from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.proofs.areas import area_m2
from services.proofs.attestation import SignedAttestation
from services.proofs.electorate import EntryKind
from services.proofs.receipt import Receipt
from services.proofs.vote import DOCUMENT_SIZE_BYTES_MAX, Channel, Choice
from services.voting.domain.casting import CastVote, ReceiptedVote
from services.voting.domain.electorate import HeldEntry
from services.voting.domain.signing import SignedVote, read_signed

_Signature = Annotated[str, Field(pattern=r"^[0-9a-f]{128}$", examples=["5c" * 64])]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["5f" * 32])]
_DOCUMENT_EXAMPLE = (
    '{"ballot_id":"0e5d3cf9-50f7-4d49-a1a4-6d4f1e2c9d1b","channel":"PHONE",'
    '"choices":{"a1b8f9d2-7a46-4c62-8f0a-3c5a3c1d9e77":"AGREE"},'
    '"entry_id":"64ba7d0c-1a57-4b21-9c64-4b2a0d3e1f58",'
    f'"salt":"{"5a" * 32}","vote_id":"d9a1c6f4-3f80-4f0e-b8a5-0c2e7b4a6d93"}}'
)
_KEY_EXAMPLE = (
    '{"capacity":"OWNER","estate_id":"c2c1e1b0-7f60-4c83-9a58-6f3f1b0f4d11","holder":"kx7…",'
    f'"public_key":"{"3d" * 32}","registered_at":"2026-03-20T02:39:00Z","version":1}}'
)


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AttestedKeyIn(_In):
    """Identity's word on the key that signed, as it answered when the key was registered."""

    document: Annotated[str, Field(max_length=2_000, examples=[_KEY_EXAMPLE])]
    signature: _Signature

    def value(self) -> SignedAttestation:
        """Return the value that it stands for."""
        return SignedAttestation(self.document.encode(), bytes.fromhex(self.signature))


class SignedVoteIn(_In):
    """A vote with its signature, in Sigsum's manner: the leaf that it will be in the log.

    `document` is canonical JSON (RFC 8785) with exactly `ballot_id`, `channel`, `choices` (a choice
    for every published item), `entry_id`, `salt` (32 random bytes) and `vote_id`; a vote entered
    from paper or telephone names `evidence_sha256` as well. The record is
    `{"kind":"vote","sha256":…,"subject":ballot_id}` with the document's SHA-256; the signature is
    over `sigsum.org/v1/tree-leaf`, NUL, and the SHA-256 of the SHA-256 of the record.
    """

    document: Annotated[
        str, Field(max_length=DOCUMENT_SIZE_BYTES_MAX, examples=[_DOCUMENT_EXAMPLE])
    ]
    signature: _Signature
    key: AttestedKeyIn

    def value(self) -> SignedVote:
        """Return the vote that was sent.

        Raises:
            VoteUnreadable, ChoiceUnknown, EvidenceMissing, KeyNotAttested: it is malformed.
        """
        signature = bytes.fromhex(self.signature)
        return read_signed(self.document.encode(), signature, self.key.value())


class AttestedKeyOut(BaseModel):
    """Identity's word on the key that signed."""

    document: str
    signature: str


class ReceiptOut(BaseModel):
    """What an owner keeps of a vote: enough to prove it without any server."""

    format: str
    record: str
    document: str
    signature: str
    public_key: str
    key: AttestedKeyOut
    leaf_index: int
    inclusion_path: list[str]
    checkpoint: str
    sigsum_proof: str
    tlog_proof: str

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        """Return the body for a receipt."""
        return cls.model_validate(receipt.members())


class TakenVoteOut(BaseModel):
    """A vote that was taken: its hash, its instant, and its position in the estate's log."""

    vote_id: str
    entry_id: str
    channel: Channel
    document_sha256: _Sha256
    cast_at: AwareDatetime
    position: int

    @classmethod
    def taken(cls, cast: CastVote) -> "TakenVoteOut":
        """Return what is said of a vote that was taken, whoever asks."""
        return TakenVoteOut(
            vote_id=cast.vote.vote_id,
            entry_id=cast.vote.entry_id,
            channel=cast.vote.channel,
            document_sha256=cast.vote.document_sha256.hex(),
            cast_at=cast.cast_at,
            position=cast.position,
        )


class CastVoteOut(TakenVoteOut):
    """The answer to a vote; `receipt` is to be kept as it is, `position` is its `leaf_index`."""

    receipt: ReceiptOut

    @classmethod
    def of(cls, cast: ReceiptedVote) -> Self:
        """Return the body for a vote that was taken."""
        taken = TakenVoteOut.taken(cast.cast).model_dump()
        return cls(**taken, receipt=ReceiptOut.of(cast.receipt))


class MyVoteOut(TakenVoteOut):
    """One's own vote with what one chose, and the document as it was sent."""

    choices: dict[str, Choice]
    document: str

    @classmethod
    def of(cls, cast: CastVote) -> Self:
        """Return the body for the caller's own vote."""
        taken = TakenVoteOut.taken(cast).model_dump()
        return cls(
            **taken, choices=dict(cast.vote.choices), document=cast.vote.document.decode("utf-8")
        )


class MyVotesOut(BaseModel):
    """One's own votes in a ballot."""

    votes: list[MyVoteOut]


class MyEntryOut(BaseModel):
    """An entry that the caller may vote for, and whether, when and on which way somebody has."""

    entry_id: str
    kind: EntryKind
    area_m2: Annotated[str, Field(examples=["119.66"])]
    units: int
    voted: bool
    voted_at: AwareDatetime | None
    channel: Channel | None

    @classmethod
    def of(cls, entry: HeldEntry) -> Self:
        """Return the body for an entry."""
        return cls(
            entry_id=entry.entry_id,
            kind=entry.kind,
            area_m2=area_m2(entry.area_centi),
            units=entry.units,
            voted=entry.voted is not None,
            voted_at=entry.voted and entry.voted.cast_at,
            channel=entry.voted and entry.voted.channel,
        )


class MyEntriesOut(BaseModel):
    """The caller's entries of a ballot's electorate."""

    entries: list[MyEntryOut]

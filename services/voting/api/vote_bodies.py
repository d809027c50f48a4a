"""Bodies of votes, and the vote document's schema."""

from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, Field

from services.voting.domain.areas import area_m2
from services.voting.domain.casting import CastVote
from services.voting.domain.electorate import EntryKind, HeldEntry
from services.voting.domain.vote import Choice

_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

VOTE_DOCUMENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": (
            "The vote document in canonical JSON (RFC 8785), byte for byte: it is stored as it is "
            "sent, and signed as it is stored. Every published item takes a choice."
        ),
        "content": {
            "application/json": {
                "schema": {
                    "title": "VoteDocument",
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["ballot_id", "choices", "entry_id", "salt", "vote_id"],
                    "properties": {
                        "ballot_id": {"type": "string", "pattern": _UUID},
                        "choices": {
                            "type": "object",
                            "description": "item_id → choice",
                            "minProperties": 1,
                            "additionalProperties": {
                                "type": "string",
                                "enum": [choice.value for choice in Choice],
                            },
                        },
                        "entry_id": {"type": "string", "pattern": _UUID},
                        "salt": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                        "vote_id": {"type": "string", "pattern": _UUID},
                    },
                },
                "example": {
                    "ballot_id": "0e5d3cf9-50f7-4d49-a1a4-6d4f1e2c9d1b",
                    "choices": {"a1b8f9d2-7a46-4c62-8f0a-3c5a3c1d9e77": "AGREE"},
                    "entry_id": "64ba7d0c-1a57-4b21-9c64-4b2a0d3e1f58",
                    "salt": "5a" * 32,
                    "vote_id": "d9a1c6f4-3f80-4f0e-b8a5-0c2e7b4a6d93",
                },
            }
        },
    }
}


class CastVoteOut(BaseModel):
    """A vote that was taken: its hash, instant, and place among all votes of the estate."""

    vote_id: str
    entry_id: str
    document_sha256: str
    cast_at: AwareDatetime
    position: int

    @classmethod
    def of(cls, cast: CastVote) -> Self:
        """Return the body for a vote that was taken."""
        return cls(
            vote_id=cast.vote.vote_id,
            entry_id=cast.vote.entry_id,
            document_sha256=cast.vote.document_sha256.hex(),
            cast_at=cast.cast_at,
            position=cast.position,
        )


class MyVoteOut(CastVoteOut):
    """One's own vote with what one chose, and the document as it was sent."""

    choices: dict[str, Choice]
    document: str

    @classmethod
    def of(cls, cast: CastVote) -> Self:
        """Return the body for the caller's own vote."""
        taken = CastVoteOut.of(cast).model_dump()
        return cls(
            **taken, choices=dict(cast.vote.choices), document=cast.vote.document.decode("utf-8")
        )


class MyVotesOut(BaseModel):
    """One's own votes in a ballot."""

    votes: list[MyVoteOut]


class MyEntryOut(BaseModel):
    """An entry that the caller may vote for, and whether somebody has."""

    entry_id: str
    kind: EntryKind
    area_m2: Annotated[str, Field(examples=["119.66"])]
    units: int
    voted: bool

    @classmethod
    def of(cls, entry: HeldEntry) -> Self:
        """Return the body for an entry."""
        return cls(
            entry_id=entry.entry_id,
            kind=entry.kind,
            area_m2=area_m2(entry.area_centi),
            units=entry.units,
            voted=entry.voted,
        )


class MyEntriesOut(BaseModel):
    """The caller's entries of a ballot's electorate."""

    entries: list[MyEntryOut]

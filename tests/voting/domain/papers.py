"""Votes, items and electorates for tests, made from a few numbers."""

import uuid
from collections.abc import Mapping

from services.proofs.announced import Item
from services.proofs.canonical import canonical
from services.proofs.vote import Choice, Vote
from services.voting.domain.vote import read_vote

BALLOT_ID = "5f0c2f1e-0f5b-4a40-9d0b-0d1a3f5b7c9d"


def numbered(space: str, number: int) -> str:
    """Return the same UUID for the same words, so that a failing test can be read twice."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{space}/{number}"))


def item(number: int = 1, kind: str = "OTHER_MAJOR") -> Item:
    return Item(
        item_id=numbered("item", number),
        number=number,
        kind=kind,
        title=f"事项 {number}",
        description="",
        budget_fen=None,
        attachments=(),
    )


def written(**members: object) -> bytes:
    """Return a vote document, good unless `members` say otherwise."""
    good: dict[str, object] = {
        "ballot_id": BALLOT_ID,
        "channel": "PHONE",
        "choices": {numbered("item", 1): "AGREE"},
        "entry_id": numbered("entry", 1),
        "salt": "5a" * 32,
        "vote_id": numbered("vote", 1),
    }
    return canonical(good | members)


def vote(entry: int, choices: Mapping[int, Choice]) -> Vote:
    return read_vote(
        written(
            entry_id=numbered("entry", entry),
            vote_id=numbered("vote", entry),
            choices={numbered("item", number): choice.value for number, choice in choices.items()},
        )
    )

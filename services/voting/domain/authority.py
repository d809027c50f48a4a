"""What an item of a ballot authorises somebody to do, as the ledger asks it."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.proofs.announced import Item
from services.proofs.counting import Outcome
from services.voting.domain.ballot import Ballot


class AuthorityState(StrEnum):
    """Passed, not passed, or undecided: not counted, or a poll that decides nothing."""

    PASSED = "PASSED"
    NOT_PASSED = "NOT_PASSED"
    UNDECIDED = "UNDECIDED"


_STATES = {
    Outcome.PASSED: AuthorityState.PASSED,
    Outcome.NOT_PASSED: AuthorityState.NOT_PASSED,
    Outcome.REPORTED: AuthorityState.UNDECIDED,
}


@dataclass(frozen=True, slots=True)
class Authority:
    """An item, what became of it, and the budget that it covers if it passed."""

    ballot_id: str
    item: Item
    state: AuthorityState
    decided_at: datetime | None


def authority_of(ballot: Ballot, item_id: str, result: bytes | None) -> Authority:
    """Return what `item_id` of `ballot` authorises, by the published `result` if there is one."""
    (item,) = (one for one in ballot.items if one.item_id == item_id)
    if result is None or ballot.counted_at is None:
        return Authority(ballot.ballot_id, item, AuthorityState.UNDECIDED, decided_at=None)
    (outcome,) = (
        Outcome(one["outcome"]) for one in json.loads(result)["items"] if one["item_id"] == item_id
    )
    state = _STATES[outcome]
    decided_at = None if state is AuthorityState.UNDECIDED else ballot.counted_at
    return Authority(ballot.ballot_id, item, state, decided_at)

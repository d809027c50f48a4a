"""Asks voting whether an item that is to cover an expense passed, and with what budget."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from services.chassis.neighbours import Neighbour, NeighbourAway, NeighbourRefused
from services.ledger.domain.errors import ItemUnknown
from services.ledger.domain.item import Item, ItemState

_NOT_FOUND = 404


class _AuthorityAnswer(BaseModel):
    """The fields that the ledger reads of voting's answer."""

    model_config = ConfigDict(extra="ignore")

    item_id: str
    kind: str
    state: ItemState
    budget_fen: int | None
    decided_at: datetime | None


class VotingClient:
    """Voting, as far as the ledger needs it."""

    def __init__(self, neighbour: Neighbour) -> None:
        self._neighbour = neighbour

    async def item(self, estate_id: str, item_id: str) -> Item:
        """Return how an item of the estate stands.

        Raises:
            ItemUnknown: voting knows no such item on this estate.
            NeighbourAway: voting could not be asked, or its answer cannot be understood.
        """
        path = f"/internal/v1/estates/{estate_id}/items/{item_id}/authority"
        try:
            answer = _AuthorityAnswer.model_validate(await self._neighbour.get(path))
        except NeighbourRefused as refused:
            if refused.status == _NOT_FOUND:
                raise ItemUnknown(
                    "本小区没有这个表决事项。",
                    "The estate has no such item.",
                    item_id=item_id,
                ) from refused
            raise NeighbourAway("voting") from refused
        except ValidationError as misunderstood:
            raise NeighbourAway("voting") from misunderstood
        if answer.item_id != item_id:
            raise NeighbourAway("voting")
        return Item(
            item_id=item_id,
            kind=answer.kind,
            state=answer.state,
            budget_fen=answer.budget_fen,
            decided_at=answer.decided_at,
        )

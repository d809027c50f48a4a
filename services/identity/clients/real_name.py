"""The real-name provider: does this name belong to this document number?"""

import httpx

from services.identity.clients.source import Source
from services.identity.domain.answers import SourceAnswer
from services.identity.domain.unit import Holder


class RealName:
    """Asks `POST {base}/checks`."""

    def __init__(self, client: httpx.AsyncClient, *, deadline_seconds: float = 3.0) -> None:
        self._source = Source("real-name", client, deadline_seconds=deadline_seconds)

    async def check(self, person: Holder, *, reference: str) -> SourceAnswer:
        """Return whether the person's name and number belong together."""
        question = {
            "name": person.name,
            "document_type": person.document.type.value,
            "document_number": person.document.number,
            "reference": reference,
        }
        return await self._source.ask("/checks", question)

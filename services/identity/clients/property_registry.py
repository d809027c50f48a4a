"""The title registry: is this person a title holder of this unit?

It is asked only when the estate's register does not answer (HZ 13), and it answers match or no
match, never what stands in it.
"""

import httpx

from services.identity.clients.source import Source
from services.identity.domain.answers import SourceAnswer
from services.identity.domain.unit import Holder


class PropertyRegistry:
    """Asks `POST {base}/matches`."""

    def __init__(self, client: httpx.AsyncClient, *, deadline_seconds: float = 3.0) -> None:
        self._source = Source("property-registry", client, deadline_seconds=deadline_seconds)

    async def match(self, person: Holder, *, unit_code: str, reference: str) -> SourceAnswer:
        """Return whether the person holds title to the unit."""
        question = {
            "name": person.name,
            "document_type": person.document.type.value,
            "document_number": person.document.number,
            "unit_code": unit_code,
            "reference": reference,
        }
        return await self._source.ask("/matches", question)

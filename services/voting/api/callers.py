"""Who may do what with an estate's ballots."""

from typing import Annotated

from fastapi import Path

from services.voting.domain.convening import Convener

CONVENERS = tuple(body.value for body in Convener)
OFFICIALS = (*CONVENERS, "property_manager", "street_office", "housing_bureau", "auditor")
READERS = ("owner", "dependent", *OFFICIALS)

_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
EstateId = Annotated[str, Path(pattern=_UUID)]
BallotId = Annotated[str, Path(pattern=_UUID)]
ItemId = Annotated[str, Path(pattern=_UUID)]
VoteId = Annotated[str, Path(pattern=_UUID)]

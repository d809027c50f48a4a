"""What the routes of identity have in common: ids in paths, parts, the two kinds of bodies."""

from typing import Annotated

from fastapi import Depends, Path
from pydantic import BaseModel, ConfigDict, StringConstraints

from services.chassis.application import parts_of
from services.identity.actions.parts import Parts
from services.identity.domain.roles import CONVENERS, ESTATE_STAFF, Role

UUID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

EstateId = Annotated[str, Path(pattern=UUID_PATTERN, description="小区 / the estate")]
ElectorateId = Annotated[
    str, Path(pattern=UUID_PATTERN, description="冻结名册 / the frozen electorate")
]
CardId = Annotated[str, Path(pattern=UUID_PATTERN, description="主卡 / the main card")]
GrantId = Annotated[str, Path(pattern=UUID_PATTERN, description="授权 / the grant")]
Identifier = Annotated[str, StringConstraints(pattern=UUID_PATTERN)]
PartsOf = Annotated[Parts, Depends(parts_of(Parts))]

OFFICIALS = tuple(sorted(role.value for role in CONVENERS))
STAFF = tuple(sorted(role.value for role in {*ESTATE_STAFF, Role.HOUSING_BUREAU}))


class BodyIn(BaseModel):
    """A request's body: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class BodyOut(BaseModel):
    """An answer's body: every member is always there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

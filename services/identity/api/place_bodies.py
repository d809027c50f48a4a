"""How a body names one unit of an estate."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.chassis.sheets import fold
from services.identity.api.doors import BodyIn
from services.identity.domain.register_cells import place_part
from services.identity.domain.unit import Place

PlacePart = Annotated[str, StringConstraints(max_length=40)]


class PlaceIn(BodyIn):
    """A unit's place, as the register writes it; a parking space has no stairwell."""

    building: Annotated[PlacePart, StringConstraints(min_length=1)] = Field(examples=["1"])
    stairwell: PlacePart = Field(examples=["2"])
    room: Annotated[PlacePart, StringConstraints(min_length=1)] = Field(examples=["301"])

    def place(self) -> Place:
        """Return the place that the body names, spelled as registers are read."""
        parts = (self.building, self.stairwell, self.room)
        return Place(*(place_part(fold(part)) for part in parts))

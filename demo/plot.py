"""What the story has found so far, handed from step to step."""

import random
from dataclasses import dataclass, field
from typing import Any

from demo.cast import SEED
from demo.devices import Device
from demo.door import Door
from demo.people import Outside
from demo.sheets import Folder, Owner
from demo.telling import Telling
from demo.votes import Entry
from launcher.stack import Stack


@dataclass
class Story:
    """One estate's story under way."""

    door: Door
    outside: Outside
    stack: Stack
    folder: Folder
    tell: Telling
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - a seed, no secret
    estate_id: str = ""
    ballot_id: str = ""
    item_ids: list[str] = field(default_factory=list)
    owners: list[Owner] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    """Devices by the phone number of whose they are."""
    receipts: list[tuple[Owner, dict[str, Any]]] = field(default_factory=list)
    """The answers to the first phone votes, and who got them."""
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def estate(self) -> str:
        """Return the path of the estate."""
        return f"/v1/estates/{self.estate_id}"

    @property
    def ballot(self) -> str:
        """Return the path of the ballot."""
        return f"{self.estate}/ballots/{self.ballot_id}"

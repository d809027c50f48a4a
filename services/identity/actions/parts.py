"""What the actions of identity are made of; built once, in `main`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.chassis.callers import Caller
from services.chassis.clock import Clock
from services.chassis.database import Begin
from services.chassis.once import Once
from services.chassis.sealing import Sealer
from services.chassis.tokens import Signer
from services.identity.clients.messages import Messages
from services.identity.clients.property_registry import PropertyRegistry
from services.identity.clients.real_name import RealName
from services.identity.domain.pseudonym import Pseudonyms


@dataclass(frozen=True)
class Parts:
    """Handed to every action. `read_outside` reads a token that this service gave to an app."""

    begin: Begin
    clock: Clock
    sealer: Sealer
    pseudonyms: Pseudonyms
    signer: Signer
    read_outside: Callable[[str], dict[str, Any]]
    real_name: RealName
    property_registry: PropertyRegistry
    messages: Messages


@dataclass(frozen=True)
class Asked:
    """Who asks for a change, and the key by which asking again is the same request."""

    caller: Caller
    once: Once

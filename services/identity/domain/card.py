"""The electronic owner card (电子业主卡), with the fields of the real product's interface.

A main card belongs to one owner and one unit; dependent cards (附属卡) of family, tenants and
others hang on it and never vote. When a main card ends, its dependent cards end with it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class CardStatus(StrEnum):
    """Whether the card can be used."""

    ONLINE = "ONLINE"
    INVALID = "INVALID"


class UserType(StrEnum):
    """In which capacity somebody holds a card."""

    OWNER = "OWNER"
    FAMILY = "FAMILY"
    TENANT = "TENANT"
    OTHER = "OTHER"


class CardBasis(StrEnum):
    """On what a card rests."""

    REGISTER = "REGISTER"
    MAIN_CARD = "MAIN_CARD"


class CardEnd(StrEnum):
    """Why a card became invalid."""

    NO_LONGER_A_HOLDER = "NO_LONGER_A_HOLDER"


@dataclass(frozen=True, slots=True)
class Card:
    """One card; `room_id` is the unit's stable id, `room` its masked place."""

    card_id: str
    parent_card_id: str | None
    estate_id: str
    room_id: str
    room: str
    status: CardStatus
    user_type: UserType
    basis: CardBasis
    issued_at: datetime
    expires_at: datetime


def main_card(
    card_id: str, *, estate: tuple[str, str], room: tuple[str, str], now: datetime
) -> Card:
    """Return a new main card that rests on the register.

    `estate` is its id and zone, `room` the unit's id and its masked place.
    """
    return Card(
        card_id=card_id,
        parent_card_id=None,
        estate_id=estate[0],
        room_id=room[0],
        room=room[1],
        status=CardStatus.ONLINE,
        user_type=UserType.OWNER,
        basis=CardBasis.REGISTER,
        issued_at=now,
        expires_at=card_expiry(estate[1]),
    )


def dependent_card(card_id: str, parent: Card, user_type: UserType, *, now: datetime) -> Card:
    """Return a new card that hangs on `parent` and ends when it does."""
    return replace(
        parent,
        card_id=card_id,
        parent_card_id=parent.card_id,
        user_type=user_type,
        basis=CardBasis.MAIN_CARD,
        issued_at=now,
    )


def card_expiry(zone: str) -> datetime:
    """Return the instant at which a card without an end expires: 2099-12-31 00:00 over there."""
    return datetime(2099, 12, 31, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def masked_room(building: str, stairwell: str, room: str) -> str:
    """Return the unit as others may see it: `1幢*单元***室`."""
    middle = "*单元" if stairwell else ""
    return f"{building}幢{middle}{'*' * len(room)}室"

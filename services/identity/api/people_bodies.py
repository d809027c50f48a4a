"""Bodies about accounts, sessions, verifications, cards and roles."""

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, StringConstraints

from services.identity.api.doors import BodyIn, BodyOut, Identifier
from services.identity.api.place_bodies import PlaceIn
from services.identity.domain.account import (
    InsideToken,
    Me,
    PersonClaim,
    SessionTokens,
    StaffGrant,
    Verification,
)
from services.identity.domain.card import Card, CardBasis, CardStatus, UserType
from services.identity.domain.documents import DocumentType
from services.identity.domain.roles import Role

Phone = Annotated[str, StringConstraints(pattern="^1[0-9]{10}$"), Field(examples=["13800008888"])]


class SignInCodeIn(BodyIn):
    """The phone that a code is sent to."""

    phone: Phone


class SignInCodeOut(BodyOut):
    """How long the code is good; the same for every phone."""

    expires_in: int = Field(examples=[600])


class SessionIn(BodyIn):
    """A phone and the code that it received."""

    phone: Phone
    code: Annotated[str, StringConstraints(pattern="^[0-9]{6}$")] = Field(examples=["012345"])


class RenewalIn(BodyIn):
    """A refresh token, good once."""

    refresh_token: Annotated[str, StringConstraints(min_length=20, max_length=200)]


class SessionOut(BodyOut):
    """Tokens of a session (RFC 6749, 5.1)."""

    access_token: str
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(examples=[600])
    refresh_token: str

    @classmethod
    def of(cls, tokens: SessionTokens) -> Self:
        """Return the body for `tokens`."""
        return cls(
            access_token=tokens.access_token,
            token_type="Bearer",  # noqa: S106 - the name of a scheme, not a secret
            expires_in=tokens.expires_in,
            refresh_token=tokens.refresh_token,
        )


class ExchangeIn(BodyIn):
    """An app's token and where it is to be used."""

    token: Annotated[str, StringConstraints(max_length=4096)]
    audience: Annotated[str, StringConstraints(pattern="^(identity|voting|ledger)$")]
    estate_id: Identifier | None = None


class ExchangeOut(BodyOut):
    """A token for one service and one estate."""

    token: str
    expires_in: int = Field(examples=[120])

    @classmethod
    def of(cls, inside: InsideToken) -> Self:
        """Return the body for `inside`."""
        return cls(token=inside.token, expires_in=inside.expires_in)


class RoleOut(BodyOut):
    """A role; without an estate it holds everywhere."""

    estate_id: str | None
    role: str = Field(examples=["owner"])


class MeOut(BodyOut):
    """One's own account; the name is masked."""

    account_id: str
    level: int = Field(examples=[2], description="1 手机 phone, 2 实名 real name, 3 持卡 card")
    name: str | None = Field(examples=["张*"])
    roles: list[RoleOut]

    @classmethod
    def of(cls, me: Me) -> Self:
        """Return the body for `me`."""
        roles = [RoleOut(estate_id=one.estate_id, role=one.role) for one in me.roles]
        return cls(account_id=me.account_id, level=me.level, name=me.name, roles=roles)


class VerificationIn(BodyIn):
    """Who one is, and the consent text that was agreed to (PIPL 29)."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    document_type: Annotated[DocumentType, Field(strict=False)]
    document_number: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    consent_version: Annotated[str, StringConstraints(min_length=1, max_length=40)] = Field(
        examples=["2026-01"]
    )

    def claim(self) -> PersonClaim:
        """Return the claim that the body makes."""
        return PersonClaim(
            self.name, self.document_type, self.document_number, self.consent_version
        )


class VerificationOut(BodyOut):
    """What the real-name provider said, and the account's level now."""

    verification_id: str
    answer: str = Field(examples=["match"])
    level: int = Field(examples=[2])

    @classmethod
    def of(cls, made: Verification) -> Self:
        """Return the body for `made`."""
        return cls(verification_id=made.verification_id, answer=made.answer, level=made.level)


class CardClaimIn(PlaceIn):
    """The unit that is claimed, as the register writes it; a parking space has no stairwell."""


class DependentIn(BodyIn):
    """Whose card it is to be, and in which capacity."""

    account_id: Identifier
    user_type: Annotated[str, StringConstraints(pattern="^(FAMILY|TENANT|OTHER)$")]


class CardOut(BodyOut):
    """A card with the fields of the real product's interface; the room is masked."""

    card_id: str
    parent_card_id: str | None
    estate_id: str
    room_id: str
    room: str = Field(examples=["1幢*单元***室"])
    status: CardStatus
    user_type: UserType
    basis: CardBasis
    issued_at: AwareDatetime
    expires_at: AwareDatetime

    @classmethod
    def of(cls, card: Card) -> Self:
        """Return the body for `card`."""
        return cls(
            card_id=card.card_id,
            parent_card_id=card.parent_card_id,
            estate_id=card.estate_id,
            room_id=card.room_id,
            room=card.room,
            status=card.status,
            user_type=card.user_type,
            basis=card.basis,
            issued_at=card.issued_at,
            expires_at=card.expires_at,
        )


class CardsOut(BodyOut):
    """One's own cards."""

    cards: list[CardOut]


class GrantIn(BodyIn):
    """Who is to hold which role."""

    account_id: Identifier
    role: Annotated[Role, Field(strict=False, examples=["committee"])]


class GrantOut(BodyOut):
    """A role in force."""

    grant_id: str
    estate_id: str | None
    account_id: str
    role: str
    granted_at: AwareDatetime

    @classmethod
    def of(cls, grant: StaffGrant) -> Self:
        """Return the body for `grant`."""
        return cls(
            grant_id=grant.grant_id,
            estate_id=grant.estate_id,
            account_id=grant.account_id,
            role=grant.role,
            granted_at=grant.granted_at,
        )


class StaffOut(BodyOut):
    """All roles in force on an estate."""

    staff: list[GrantOut]

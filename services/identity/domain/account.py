"""Accounts: who is signed in, which person stands behind, and in which roles, where."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.identity.domain.documents import DocumentType
from services.identity.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """The account behind a living session, and its person once verified."""

    account_id: str
    party_id: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account is on one estate, and its device keys there, as a token will say it."""

    account_id: str
    party_id: str | None
    owner_here: bool
    dependent_here: bool
    holds_card: bool
    granted: frozenset[str]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class RoleOn:
    """One role on one estate, or everywhere."""

    estate_id: str | None
    role: str


@dataclass(frozen=True, slots=True)
class Me:
    """What a person is shown of his own account."""

    account_id: str
    level: int
    name: str | None
    roles: tuple[RoleOn, ...]


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """What an app holds while somebody is signed in."""

    access_token: str
    expires_in: int
    refresh_token: str


@dataclass(frozen=True, slots=True)
class InsideToken:
    """A token for one neighbour behind the gateway."""

    token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class PersonClaim:
    """Who somebody says that he is, and to which text he agreed (PIPL 29, separate consent)."""

    name: str
    document_type: DocumentType
    document_number: str
    consent_version: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of a claim."""

    verification_id: str
    answer: str
    level: int


@dataclass(frozen=True, slots=True)
class StaffGrant:
    """A role that was given on an estate, and when."""

    grant_id: str
    estate_id: str | None
    account_id: str
    role: str
    granted_at: datetime


def roles_of(standing: Standing) -> frozenset[str]:
    """Return the roles that a token carries: what the person is, and what he was granted."""
    earned = {Role.PERSON.value}
    if standing.party_id is not None:
        earned.add(Role.VERIFIED.value)
    if standing.owner_here:
        earned.add(Role.OWNER.value)
    if standing.dependent_here:
        earned.add(Role.DEPENDENT.value)
    return frozenset(earned) | standing.granted


def first_of(roles: Collection[str], known: Collection[Role]) -> Role | None:
    """Return the role under which an act is recorded when several would allow it."""
    return next((role for role in Role if role in known and role.value in roles), None)

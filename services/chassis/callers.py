"""Who is calling, and who may: each route names its callers or the application does not start."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import Request
from fastapi.dependencies.models import Dependant

from services.chassis.tokens import Expected, TokenRefused
from services.chassis.trust import Trust

ANYONE = "anyone"
# The one issuer whose word on persons and roles counts; a neighbour speaks for itself alone.
SPEAKS_FOR_PEOPLE = "identity"
_BEARER = re.compile(r"Bearer ([A-Za-z0-9._-]+)", re.IGNORECASE)


class TokenMissing(Exception):
    """The route needs a token and none came."""

    zh = "请先登录。"
    en = "Sign in first: the request carries no bearer token."
    headers: ClassVar = {"www-authenticate": "Bearer"}


class TokenNotAccepted(Exception):
    """A token came and was not accepted; the reason stays in the log."""

    zh = "登录凭证无效或已过期，请重新登录。"
    en = "The bearer token is invalid or has expired."
    headers: ClassVar = {"www-authenticate": 'Bearer error="invalid_token"'}


class RoleMissing(Exception):
    """The caller is known and holds none of the roles that this operation needs."""

    zh = "您没有办理此事项的权限。"
    en = "You hold no role that may do this."


class NotOfThisEstate(Exception):
    """The caller has no standing on the estate that the path names."""

    zh = "您不是本小区的业主或工作人员。"
    en = "You hold no role on this estate."


@dataclass(frozen=True)
class Caller:
    """Who calls: pseudonyms for this service only, and the roles held on one estate.

    `owner` is the pseudonym of the verified person behind the account, absent until verified.
    `keys` names the device keys that are registered for the account on that estate, by their hash.
    """

    subject: str
    estate_id: str | None
    roles: frozenset[str]
    owner: str | None
    level: int
    session: str | None
    keys: frozenset[str] = frozenset()

    def has(self, *roles: str) -> bool:
        """Return whether the caller holds one of `roles`."""
        return not self.roles.isdisjoint(roles)


def _caller(claims: dict[str, Any]) -> Caller:
    try:
        return Caller(
            subject=claims["sub"],
            estate_id=claims["estate"],
            roles=frozenset(claims["roles"]),
            owner=claims.get("owner"),
            level=claims["lvl"],
            session=claims["sid"],
            keys=frozenset(claims.get("keys", ())),
        )
    except (KeyError, TypeError) as broken:
        raise TokenNotAccepted from broken


def _service(claims: dict[str, Any]) -> Caller:
    roles = frozenset({f"service:{claims['iss']}"})
    return Caller(claims["sub"], None, roles, owner=None, level=0, session=None)


def bearer(request: Request) -> str:
    """Return the bearer token of a request.

    Raises:
        TokenMissing: there is none.
        TokenNotAccepted: the header is not a bearer token.
    """
    given = request.headers.getlist("authorization")
    if not given:
        raise TokenMissing
    found = _BEARER.fullmatch(given[0])
    if found is None or len(given) != 1:
        raise TokenNotAccepted
    return found.group(1)


class Allow:
    """Dependency of one route: reads the token and lets through who holds one of `roles`."""

    def __init__(self, *roles: str) -> None:
        services = {role for role in roles if role.startswith("service:")}
        if services and services != set(roles):
            raise ValueError("a route serves people or neighbours, never both")
        self.roles = roles
        self.internal = bool(services)

    async def __call__(self, request: Request) -> Caller:
        """Return the caller, or refuse him."""
        trust: Trust = request.app.state.trust
        name = request.app.state.name
        expected = (
            Expected("service+jwt", name)
            if self.internal
            else Expected("inside+jwt", name, issuer=SPEAKS_FOR_PEOPLE)
        )
        try:
            claims = await trust.read(bearer(request), expected)
        except TokenRefused as refused:
            raise TokenNotAccepted from refused
        caller = _service(claims) if self.internal else _caller(claims)
        request.state.caller = caller
        self._check(caller, request.path_params.get("estate_id"))
        return caller

    def _check(self, caller: Caller, estate_id: str | None) -> None:
        if not self.internal and estate_id is not None and caller.estate_id != estate_id:
            raise NotOfThisEstate
        if caller.has(*self.roles):
            return
        if estate_id is not None and caller.roles <= {"person", "verified"}:
            raise NotOfThisEstate
        raise RoleMissing


def allow(*roles: str) -> Allow:
    """Name the roles that may call a route: `Annotated[Caller, Depends(allow("owner"))]`."""
    return Allow(*roles)


class Public:
    """The mark of a route that anyone may call."""

    async def __call__(self) -> None:
        """Let everyone through."""


def public() -> Public:
    """Mark a route as open: `dependencies=[Depends(public())]`."""
    return Public()


def callers_of(path: str, dependant: Dependant) -> Allow | Public:
    """Return who may call the route at `path`.

    Raises:
        RuntimeError: the route says nothing, or says it twice.
    """
    said = [one.call for one in dependant.dependencies if isinstance(one.call, Allow | Public)]
    if len(said) != 1:
        raise RuntimeError(f"{path}: a route names its callers exactly once")
    return said[0]

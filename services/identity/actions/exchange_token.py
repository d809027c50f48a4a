"""Exchange an app's token for a token that one service behind the gateway reads."""

from services.chassis.tokens import TokenRefused
from services.identity.actions.parts import Parts
from services.identity.domain.account import InsideToken, Standing, roles_of
from services.identity.domain.answers import assurance_level
from services.identity.domain.errors import OutsideTokenNotAccepted
from services.identity.domain.pseudonym import VOTING
from services.identity.store import accounts

INSIDE_SECONDS = 120


async def exchange_token(
    parts: Parts, *, token: str, audience: str, estate_id: str | None
) -> InsideToken:
    """Return a token for `audience`, with the roles that the account holds on `estate_id` only.

    Raises:
        OutsideTokenNotAccepted: the token is not good or its session has ended.
    """
    try:
        claims = parts.read_outside(token)
        session_id = str(claims["sid"])
    except (TokenRefused, KeyError) as refused:
        raise OutsideTokenNotAccepted from refused
    now = parts.clock.now()
    async with parts.begin() as connection:
        standing = await accounts.standing(
            connection, session_id, estate_id=estate_id, with_keys=audience == VOTING, now=now
        )
    if standing is None:
        raise OutsideTokenNotAccepted
    return InsideToken(
        _inside_token(parts, standing, session_id, audience, estate_id), INSIDE_SECONDS
    )


def _inside_token(
    parts: Parts, standing: Standing, session_id: str, audience: str, estate_id: str | None
) -> str:
    """Mint a token in which account, person and session have this audience's names.

    Only identity itself sees the session's own id, because it must look the session up.
    """
    name = parts.pseudonyms.of
    verified = standing.party_id is not None
    claims: dict[str, object] = {
        "sub": name(audience, standing.account_id),
        "aud": audience,
        "sid": session_id if audience == "identity" else name(audience, session_id),
        "lvl": assurance_level(verified=verified, holds_card=standing.holds_card),
        "estate": estate_id,
        "roles": sorted(roles_of(standing)),
    }
    if standing.party_id is not None:
        claims["owner"] = name(audience, standing.party_id)
    if audience == VOTING:
        claims["keys"] = sorted(standing.keys)
    return parts.signer.mint(claims, typ="inside+jwt", seconds=INSIDE_SECONDS)

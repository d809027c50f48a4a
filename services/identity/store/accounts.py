"""Accounts, the persons behind them, and what a living session may claim to be."""

from datetime import datetime

from sqlalchemy import TextClause, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from services.chassis.database import Connection
from services.chassis.sealing import Sealer
from services.identity.domain.account import Actor, RoleOn, Standing
from services.identity.domain.errors import SessionEnded
from services.identity.domain.roles import CONVENERS
from services.identity.store.tables import account_parties, accounts, sessions, verifications

_IN_FORCE = "NOT EXISTS (SELECT 1 FROM staff_revocations r WHERE r.grant_id = g.id)"

_CONVENERS = ", ".join(f"'{role.value}'" for role in sorted(CONVENERS))

_KEYS = f"""
    ARRAY(SELECT encode(k.key_hash, 'hex') FROM device_keys k
           WHERE k.account_id = s.account_id
             AND k.estate_id = CAST(:estate_id AS uuid)
             AND NOT EXISTS (SELECT 1 FROM device_key_revocations v
                              WHERE v.key_hash = k.key_hash)
             AND CASE WHEN k.card_id IS NULL
                 THEN EXISTS (SELECT 1 FROM staff_grants g
                               WHERE g.account_id = k.account_id AND g.estate_id = k.estate_id
                                 AND g.role IN ({_CONVENERS}) AND {_IN_FORCE})
                 ELSE EXISTS (SELECT 1 FROM cards c
                               WHERE c.id = k.card_id
                                 AND c.status = 'ONLINE' AND c.expires_at > :now)
                 END)
"""  # noqa: S608 - the fragments put in are the constants above
_NO_KEYS = "CAST(ARRAY[] AS text[])"


def _standing(keys: str) -> TextClause:
    return text(
        f"""
    SELECT s.account_id::text AS account_id,
           (SELECT ap.party_id::text FROM account_parties ap
             WHERE ap.account_id = s.account_id) AS party_id,
           coalesce(c.owner_here, false) AS owner_here,
           coalesce(c.dependent_here, false) AS dependent_here,
           coalesce(c.holds_card, false) AS holds_card,
           ARRAY(SELECT g.role FROM staff_grants g
                  WHERE g.account_id = s.account_id
                    AND (g.estate_id IS NULL OR g.estate_id = CAST(:estate_id AS uuid))
                    AND {_IN_FORCE}) AS granted,
           {keys} AS device_keys
      FROM sessions s
      LEFT JOIN LATERAL (
           SELECT bool_or(user_type = 'OWNER' AND estate_id = CAST(:estate_id AS uuid))
                      AS owner_here,
                  bool_or(user_type <> 'OWNER' AND estate_id = CAST(:estate_id AS uuid))
                      AS dependent_here,
                  bool_or(user_type = 'OWNER') AS holds_card
             FROM cards
            WHERE account_id = s.account_id AND status = 'ONLINE' AND expires_at > :now
      ) c ON true
     WHERE s.id = CAST(:session_id AS uuid) AND s.ended_at IS NULL
    """  # noqa: S608 - the fragments put in are the constants above
    )


# Two statements rather than a switch in one: what is planned in vain still costs at every exchange.
_STANDING, _STANDING_WITH_KEYS = _standing(_NO_KEYS), _standing(_KEYS)

_ROLES = text(
    f"""
    SELECT estate_id::text AS estate_id, role FROM (
        SELECT g.estate_id, g.role FROM staff_grants g
         WHERE g.account_id = CAST(:account_id AS uuid) AND {_IN_FORCE}
        UNION
        SELECT estate_id, CASE user_type WHEN 'OWNER' THEN 'owner' ELSE 'dependent' END
          FROM cards
         WHERE account_id = CAST(:account_id AS uuid) AND status = 'ONLINE' AND expires_at > :now
    ) held ORDER BY estate_id NULLS FIRST, role
    """  # noqa: S608 - the one fragment put in is the constant above
)


async def acting(connection: Connection, session_id: str | None) -> Actor:
    """Return the account behind a session.

    Raises:
        SessionEnded: the session ended since the caller's token was made.
    """
    query = (
        select(sessions.c.account_id, account_parties.c.party_id)
        .outerjoin(account_parties, account_parties.c.account_id == sessions.c.account_id)
        .where(sessions.c.id == session_id, sessions.c.ended_at.is_(None))
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise SessionEnded
    return Actor(row.account_id, row.party_id)


async def standing(
    connection: Connection,
    session_id: str,
    *,
    estate_id: str | None,
    with_keys: bool,
    now: datetime,
) -> Standing | None:
    """Return what the account of a living session is on an estate, or nothing.

    Its device keys are looked up on demand only: one service reads them, and all need the rest.
    """
    given = {"session_id": session_id, "estate_id": estate_id, "now": now}
    query = _STANDING_WITH_KEYS if with_keys else _STANDING
    row = (await connection.execute(query, given)).one_or_none()
    if row is None:
        return None
    return Standing(
        account_id=row.account_id,
        party_id=row.party_id,
        owner_here=row.owner_here,
        dependent_here=row.dependent_here,
        holds_card=row.holds_card,
        granted=frozenset(row.granted),
        keys=frozenset(row.device_keys),
    )


async def roles_held(
    connection: Connection, account_id: str, *, now: datetime
) -> tuple[RoleOn, ...]:
    """Return every role of an account, with its estate."""
    rows = await connection.execute(_ROLES, {"account_id": account_id, "now": now})
    return tuple(RoleOn(row.estate_id, row.role) for row in rows)


async def with_phone(
    connection: Connection, phone: str, *, sealer: Sealer, fresh_id: str, now: datetime
) -> str:
    """Return the id of the account of a phone, made now if there is none."""
    index = phone_index(sealer, phone)
    statement = upsert(accounts).values(
        id=fresh_id,
        phone_index=index,
        phone_sealed=sealer.seal(phone, context=f"accounts/phone/{fresh_id}"),
        created_at=now,
    )
    await connection.execute(statement.on_conflict_do_nothing())
    query = select(accounts.c.id).where(accounts.c.phone_index == index)
    found: str = (await connection.execute(query)).scalar_one()
    return found


def phone_index(sealer: Sealer, phone: str) -> bytes:
    """Return the keyed index under which a phone is looked up."""
    return sealer.index(phone, purpose="phone")


async def phone_of(connection: Connection, account_id: str, *, sealer: Sealer) -> str:
    """Return the phone of an account; for sending it a message only."""
    query = select(accounts.c.phone_sealed).where(accounts.c.id == account_id)
    sealed: bytes = (await connection.execute(query)).scalar_one()
    return sealer.open(sealed, context=f"accounts/phone/{account_id}")


async def is_known(connection: Connection, account_id: str) -> bool:
    """Whether an account has this id."""
    query = select(accounts.c.id).where(accounts.c.id == account_id)
    return (await connection.execute(query)).one_or_none() is not None


async def party_of(connection: Connection, account_id: str) -> str | None:
    """Return the person behind an account."""
    query = select(account_parties.c.party_id).where(account_parties.c.account_id == account_id)
    found: str | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def link(
    connection: Connection, actor: Actor, *, verification_id: str, now: datetime
) -> bool:
    """Write that the account is this person from now on; false when either is taken."""
    statement = (
        upsert(account_parties)
        .values(
            account_id=actor.account_id,
            party_id=actor.party_id,
            verification_id=verification_id,
            linked_at=now,
        )
        .on_conflict_do_nothing()
        .returning(account_parties.c.account_id)
    )
    return (await connection.execute(statement)).one_or_none() is not None


async def proved_name(connection: Connection, account_id: str, *, sealer: Sealer) -> str | None:
    """Return the name that was proved for an account; for matching and masking only."""
    query = (
        select(verifications.c.id, verifications.c.name_sealed)
        .join(account_parties, account_parties.c.verification_id == verifications.c.id)
        .where(account_parties.c.account_id == account_id)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return sealer.open(row.name_sealed, context=f"verifications/name/{row.id}")

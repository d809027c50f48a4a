"""Reading a log over HTTP: open to anybody, for a leaf shows neither a choice nor a name."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from services.chassis.callers import public
from services.chassis.problems import refusals
from services.chassis.revalidation import NOT_MODIFIED, holds, link_to_next
from services.chassis.tlog import alarms, policies, publishing, reports
from services.chassis.tlog.bodies import (
    AlarmsOut,
    ChecksOut,
    ConsistencyOut,
    KeysOut,
    WitnessPolicyOut,
)
from services.chassis.tlog.handed import EstateId, Held
from services.chassis.tlog.refusals import (
    LOG_PROBLEMS,
    BeyondLog,
    LogUnknown,
    PolicyUnknown,
    SizesBackwards,
    TileUnknown,
)
from services.proofs.checkpoint import Checkpoint
from services.proofs.tiles import NotATile, read_tile_path

CHECKPOINT_SECONDS = 5
"""How long a cache may hand out a checkpoint that is no longer the newest."""
TEXT = "text/plain; charset=utf-8"
OCTETS = "application/octet-stream"
_FOR_EVER = "public, max-age=31536000, immutable"
_SIZE_MAX = 2**53
Size = Annotated[int, Query(ge=0, le=_SIZE_MAX)]

reading = APIRouter(tags=["log"], dependencies=[Depends(public())])


def _content(description: str, media_type: str, schema: dict[str, Any]) -> dict[int | str, Any]:
    return {200: {"description": description, "content": {media_type: {"schema": schema}}}}


@reading.get(
    "/checkpoint",
    operation_id="show_checkpoint",
    summary="最新检查点 / Newest checkpoint (C2SP tlog-checkpoint)",
    response_class=Response,
    responses=_content("签名文本 (a signed note)", "text/plain", {"type": "string"})
    | NOT_MODIFIED
    | refusals(LOG_PROBLEMS, LogUnknown),
)
async def show_checkpoint(estate_id: EstateId, parts: Held, request: Request) -> Response:
    """The newest that the estate's witness policy is satisfied with, with all cosignatures."""
    async with parts.begin() as connection:
        checkpoint = await publishing.published_checkpoint(connection, estate_id)
    return _note(request, checkpoint)


def _note(request: Request, checkpoint: Checkpoint) -> Response:
    note = checkpoint.encoded()
    etag = f'"{hashlib.sha256(note.encode()).hexdigest()}"'
    headers = {"etag": etag, "cache-control": f"public, max-age={CHECKPOINT_SECONDS}"}
    if holds(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(note, media_type=TEXT, headers=headers)


async def _tile(estate_id: str, parts: Held, path: str) -> Response:
    try:
        wanted = read_tile_path(f"tile/{path}")
    except NotATile as refused:
        raise TileUnknown from refused
    async with parts.begin() as connection:
        content = await publishing.tile(connection, estate_id, wanted)
    return Response(content, media_type=OCTETS, headers={"cache-control": _FOR_EVER})


_TILE: dict[str, Any] = {
    "summary": "日志分片 / A tile of the log (C2SP tlog-tiles)",
    "response_class": Response,
    "responses": _content(
        "哈希或条目 (hashes or entries)", OCTETS, {"type": "string", "format": "binary"}
    )
    | refusals(LOG_PROBLEMS, LogUnknown, BeyondLog, TileUnknown),
}


@reading.get("/tile/{level}/{a}", operation_id="show_tile", **_TILE)
async def show_tile(estate_id: EstateId, level: str, a: str, parts: Held) -> Response:
    """Level 0 to 63 or `entries`; the first thousand full tiles."""
    return await _tile(estate_id, parts, f"{level}/{a}")


@reading.get("/tile/{level}/{a}/{b}", operation_id="show_further_tile", **_TILE)
async def show_further_tile(
    estate_id: EstateId, level: str, a: str, b: str, parts: Held
) -> Response:
    """The first million full tiles, and partial ones among the first thousand."""
    return await _tile(estate_id, parts, f"{level}/{a}/{b}")


@reading.get("/tile/{level}/{a}/{b}/{c}", operation_id="show_far_tile", **_TILE)
async def show_far_tile(  # noqa: PLR0913, PLR0917 - a path of C2SP has this many steps
    estate_id: EstateId, level: str, a: str, b: str, c: str, parts: Held
) -> Response:
    """Partial ones among the first million."""
    return await _tile(estate_id, parts, f"{level}/{a}/{b}/{c}")


@reading.get(
    "/keys",
    operation_id="show_log_keys",
    summary="日志公钥 / The keys that a verifier pins",
    responses=refusals(LOG_PROBLEMS, LogUnknown),
)
async def show_log_keys(estate_id: EstateId, parts: Held) -> KeysOut:
    """Compare them with what neighbours, the committee or the street office hold, and keep them."""
    async with parts.begin() as connection:
        await publishing.size_of(connection, estate_id)
        trusted = await publishing.trusted_keys(connection, parts.log_keys, estate_id)
    return KeysOut.model_validate(trusted.members())


@reading.get(
    "/consistency",
    operation_id="show_consistency",
    summary="一致性证明 / Proof that one tree begins with another (RFC 9162, 2.1.4)",
    responses=refusals(LOG_PROBLEMS, LogUnknown, BeyondLog, SizesBackwards),
)
async def show_consistency(
    estate_id: EstateId, old: Size, new: Size, parts: Held
) -> ConsistencyOut:
    """Between any two sizes that the log has had."""
    async with parts.begin() as connection:
        proof = await publishing.consistency_between(connection, estate_id, old, new)
    return ConsistencyOut.of(proof)


@reading.get(
    "/checks",
    operation_id="list_log_checks",
    summary="核查结果 / What the checker found, newest first",
    responses=refusals(LOG_PROBLEMS, LogUnknown),
)
async def list_log_checks(
    estate_id: EstateId, parts: Held, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> ChecksOut:
    """Each is signed by the record key."""
    async with parts.begin() as connection:
        await publishing.size_of(connection, estate_id)
        return ChecksOut.of(await reports.newest(connection, estate_id, limit=limit))


@reading.get(
    "/alarms",
    operation_id="list_log_alarms",
    summary="警报 / Alarms, newest first",
    responses=refusals(LOG_PROBLEMS, LogUnknown),
)
async def list_log_alarms(  # noqa: PLR0913, PLR0917 - three things to ask by, three that are handed
    estate_id: EstateId,
    parts: Held,
    request: Request,
    response: Response,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> AlarmsOut:
    """Each holds its evidence and is signed by the record key. None is ever taken away."""
    async with parts.begin() as connection:
        await publishing.size_of(connection, estate_id)
        found = await alarms.newest(connection, estate_id, before=cursor, limit=limit)
    page = AlarmsOut.of(found, limit=limit)
    if page.next_cursor:
        response.headers["link"] = link_to_next(request, cursor=page.next_cursor, limit=limit)
    return page


@reading.get(
    "/witness-policy",
    operation_id="show_witness_policy",
    summary="见证规则 / Whose cosignatures a checkpoint needs",
    responses=refusals(LOG_PROBLEMS, PolicyUnknown),
)
async def show_witness_policy(estate_id: EstateId, parts: Held) -> WitnessPolicyOut:
    """The version in force; every version is a leaf of the log."""
    async with parts.begin() as connection:
        policy = await policies.policy_in_force(connection, estate_id)
    if policy is None:
        raise PolicyUnknown
    return WitnessPolicyOut.of(policy)

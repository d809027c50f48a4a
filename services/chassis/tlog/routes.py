"""The log over HTTP, the same for every service that keeps one.

    router = log_router(
        "/v1/estates/{estate_id}/log",    # of the ledger "/v1/estates/{estate_id}/ledger/log"
        contents=...,                     # the service's Contents, for the checker
        policy_setters=("street_office", *COMMITTEES),
        checkers=("street_office", "auditor", "housing_bureau", *COMMITTEES),
    )

In `main.assemble` the service lists the router, merges `refusals.LOG_PROBLEMS` into its own table
(`PROBLEMS | LOG_PROBLEMS`), hands `Service(background=log_work(parts, contents, ...))` and adds
`parts.witnesses.close` to the closers. Its `parts` satisfy `parts.KeepsLogs`.
"""

from collections.abc import Sequence

from fastapi import APIRouter, Depends

from services.chassis.callers import allow, public
from services.chassis.problems import refusals
from services.chassis.tlog import writing_routes as writing
from services.chassis.tlog.contents import Contents
from services.chassis.tlog.reading_routes import reading
from services.chassis.tlog.refusals import (
    LOG_PROBLEMS,
    LogForked,
    LogUnknown,
    NotOurCheckpoint,
    QuorumUnreachable,
    WitnessUnknown,
)


def log_router(
    prefix: str,
    *,
    contents: Contents,
    policy_setters: Sequence[str],
    checkers: Sequence[str],
) -> APIRouter:
    """Return the routes of the logs under `prefix`, which holds `{estate_id}`.

    Anybody may read. `policy_setters` name the roles that choose witnesses and have cosignatures
    collected, `checkers` those that have a log checked on demand.
    """
    router = APIRouter(prefix=prefix, tags=["log"])
    router.include_router(reading)
    _add_sightings(router)
    _add_witnessing(router, policy_setters)
    router.add_api_route(
        "/checks",
        writing.check_log(contents),
        methods=["POST"],
        operation_id="check_log",
        summary="核查日志 / Check the log now",
        status_code=201,
        dependencies=[Depends(allow(*checkers))],
        responses=refusals(LOG_PROBLEMS, LogUnknown),
    )
    return router


def _add_sightings(router: APIRouter) -> None:
    router.add_api_route(
        "/sightings",
        writing.compare_checkpoint,
        methods=["POST"],
        operation_id="compare_checkpoint",
        summary="比对检查点 / Compare the checkpoint that an app saw last",
        dependencies=[Depends(public())],
        responses=refusals(LOG_PROBLEMS, LogUnknown, NotOurCheckpoint, LogForked),
        openapi_extra=writing.SIGHTING_BODY,
    )


def _add_witnessing(router: APIRouter, roles: Sequence[str]) -> None:
    router.add_api_route(
        "/witness-policies",
        writing.set_witness_policy,
        methods=["POST"],
        operation_id="set_witness_policy",
        summary="选定见证人 / Choose witnesses",
        status_code=201,
        dependencies=[Depends(allow(*roles))],
        responses=refusals(LOG_PROBLEMS, WitnessUnknown, QuorumUnreachable),
    )
    router.add_api_route(
        "/cosignatures",
        writing.collect_cosignatures,
        methods=["POST"],
        operation_id="collect_cosignatures",
        summary="收集见证签名 / Collect cosignatures now",
        dependencies=[Depends(allow(*roles))],
        responses=refusals(LOG_PROBLEMS, LogUnknown),
    )

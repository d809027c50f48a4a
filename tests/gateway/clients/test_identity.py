"""What the gateway reads of identity's contract, and what it does with all three as committed."""

from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from services.gateway import main
from services.gateway.clients.identity import EXCHANGES
from services.gateway.domain.contracts import operations_of
from services.gateway.domain.routing import BODY_LIMIT_BYTES, RoutingTable
from services.gateway.settings import CONTRACTS_FOLDER

COMMITTED = main.read_contracts(CONTRACTS_FOLDER)


def schema(content: dict[str, Any]) -> dict[str, Any]:
    name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    found: dict[str, Any] = COMMITTED["identity"]["components"]["schemas"][name]
    return found


def test_identity_takes_what_the_gateway_asks_and_answers_what_it_reads() -> None:
    exchange = COMMITTED["identity"]["paths"][EXCHANGES]["post"]
    assert exchange["x-callers"] == ["service:gateway"]
    asked = schema(exchange["requestBody"]["content"])
    assert set(asked["properties"]) == {"token", "audience", "estate_id"}
    answered = schema(exchange["responses"]["200"]["content"])
    assert {"token", "expires_in"} <= set(answered["required"])
    assert answered["properties"]["token"]["type"] == "string"
    assert answered["properties"]["expires_in"]["type"] == "integer"
    assert "401" in exchange["responses"]


def test_the_committed_contracts_make_one_table_and_one_document() -> None:
    operations = operations_of(COMMITTED)
    assert RoutingTable(operations).size == len(operations)
    assert {one.service for one in operations} == set(main.SERVICES)
    assert not any(one.template.startswith("/internal/") for one in operations)
    errors = OpenAPIV31SpecValidator(main.contract()).iter_errors()
    assert [str(error) for error in errors] == []


def test_only_signing_in_the_rules_the_attesters_and_the_logs_are_open_to_anyone() -> None:
    open_ones = {f"{o.method} {o.template}" for o in operations_of(COMMITTED) if o.open_to_anyone}
    logs = {one for one in open_ones if "/log/" in one}
    assert open_ones - logs == {
        "POST /v1/sign-in-codes",
        "POST /v1/sessions",
        "POST /v1/session-renewals",
        "GET /v1/decision-rules",
        "GET /v1/attesters",
    }
    told = {one for one in logs if not one.startswith("GET ")}
    assert {one.rpartition("/")[2] for one in told} == {"sightings"}


def test_sightings_are_no_step_of_signing_in() -> None:
    told = [one for one in operations_of(COMMITTED) if one.takes_from_anyone]
    sightings = [one for one in told if not one.is_sign_in]
    assert {one.template.rpartition("/")[2] for one in sightings} == {"sightings"}
    assert {one.body_limit_bytes for one in sightings} == {BODY_LIMIT_BYTES}


def test_whole_sheets_pass_where_sheets_are_taken() -> None:
    large = {o.template for o in operations_of(COMMITTED) if o.body_limit_bytes > 1_000_000}
    assert {template.rpartition("/")[2] for template in large} == {
        "register-checks",
        "register-imports",
        "sheet-checks",
        "sheet-imports",
    }

"""What the gateway reads of identity's contract, and what it does with all three as committed."""

from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from services.gateway import main
from services.gateway.clients.identity import EXCHANGES
from services.gateway.domain.contracts import operations_of
from services.gateway.domain.routing import RoutingTable
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


def test_only_signing_in_and_the_rules_are_open_to_anyone() -> None:
    open_ones = {f"{o.method} {o.template}" for o in operations_of(COMMITTED) if o.open_to_anyone}
    assert open_ones == {
        "POST /v1/sign-in-codes",
        "POST /v1/sessions",
        "POST /v1/session-renewals",
        "GET /v1/decision-rules",
    }


def test_whole_sheets_pass_where_sheets_are_taken() -> None:
    large = {o.template for o in operations_of(COMMITTED) if o.body_limit_bytes > 1_000_000}
    assert {template.rpartition("/")[2] for template in large} == {
        "register-checks",
        "register-imports",
        "sheet-checks",
        "sheet-imports",
    }

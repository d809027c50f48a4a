"""The one document for app developers."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from services.gateway.api.problems import listed
from services.gateway.domain.merging import merged
from services.gateway.main import INFO
from tests.gateway import contracts


@pytest.fixture
def document() -> dict[str, Any]:
    return merged(contracts.all_three(), info=INFO, server_url="https://x/", problems=listed())


def test_an_independent_validator_accepts_it(document: dict[str, Any]) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_it_has_the_public_operations_and_no_others(document: dict[str, Any]) -> None:
    assert "/internal/v1/exchanges" not in document["paths"]
    assert "/.well-known/jwks.json" not in document["paths"]
    assert len(document["paths"]) == 19
    assert {tag["name"] for tag in document["tags"]} == {"identity", "voting", "ledger"}
    assert document["paths"]["/v1/me"]["get"]["tags"] == ["identity"]


def test_a_component_that_means_two_things_gets_its_services_name(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    assert {name for name in schemas if name.endswith("Inner")} == {"VotingInner", "LedgerInner"}
    # The two are written alike and differ in what they refer to.
    assert schemas["VotingAnswer"]["properties"]["inner"]["$ref"].endswith("/VotingInner")
    assert schemas["LedgerAnswer"]["properties"]["inner"]["$ref"].endswith("/LedgerInner")
    assert "Answer" not in schemas
    used = document["paths"]["/v1/estates/{estate_id}/ballots/{ballot_id}"]["get"]["responses"]
    shown = used["200"]["content"]["application/json"]["schema"]["$ref"]
    assert shown == "#/components/schemas/VotingAnswer"


def test_a_component_that_means_the_same_stays_one(document: dict[str, Any]) -> None:
    assert "Problem" in document["components"]["schemas"]
    assert "VotingProblem" not in document["components"]["schemas"]


def test_what_only_neighbours_use_is_not_shown(document: dict[str, Any]) -> None:
    assert "Hidden" not in str(document)
    assert "x-audience" not in str(document)


def test_an_operation_id_that_is_used_twice_gets_its_services_name(
    document: dict[str, Any],
) -> None:
    ids = [one["operationId"] for item in document["paths"].values() for one in item.values()]
    assert len(ids) == len(set(ids))
    assert {"voting_show_ballot", "ledger_show_ballot", "list_ballots"} <= set(ids)


def test_every_operation_says_what_the_door_itself_answers(document: dict[str, Any]) -> None:
    vote = document["paths"]["/v1/estates/{estate_id}/ballots/{ballot_id}/votes"]["post"]
    assert {"200", "413", "429", "502", "503", "504"} <= set(vote["responses"])
    balance = document["paths"]["/v1/estates/{estate_id}/ledger/balance"]["get"]
    assert "413" not in balance["responses"]


def test_it_lists_every_problem_type_once(document: dict[str, Any]) -> None:
    types = [one["type"] for one in document["x-problems"]]
    assert types == sorted(set(types))
    assert {"/problems/voting/ballot-closed", "/problems/gateway/service-away"} <= set(types)


def test_it_does_not_depend_on_the_order_of_the_services(document: dict[str, Any]) -> None:
    backwards = dict(reversed(contracts.all_three().items()))
    again = merged(backwards, info=INFO, server_url="https://x/", problems=listed())
    assert again["components"] == document["components"]
    assert again["paths"] == document["paths"]

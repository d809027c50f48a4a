"""Which operation a path means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.contracts import operations_of
from services.gateway.domain.errors import MethodNotOffered, NoSuchOperation, RequestNotPlain
from services.gateway.domain.routing import (
    BODY_LIMIT_BYTES,
    Operation,
    OperationTwice,
    RoutingTable,
)
from tests.gateway import contracts

TABLE = RoutingTable(operations_of(contracts.all_three()))


@pytest.mark.parametrize(
    ("method", "path", "template", "estate_id"),
    [
        ("GET", "/v1/me", "/v1/me", None),
        ("GET", "/v1/estates/e-1/ballots", "/v1/estates/{estate_id}/ballots", "e-1"),
        ("GET", "/v1/estates/e-1/ballots/mine", "/v1/estates/{estate_id}/ballots/mine", "e-1"),
        ("GET", "/v1/estates/e-1/ballots/b", "/v1/estates/{estate_id}/ballots/{ballot_id}", "e-1"),
        (
            "POST",
            "/v1/estates/e-1/ballots/mine/votes",
            "/v1/estates/{estate_id}/ballots/{ballot_id}/votes",
            "e-1",
        ),
    ],
)
def test_a_path_leads_to_its_operation(
    method: str, path: str, template: str, estate_id: str | None
) -> None:
    found = TABLE.find(method, path)
    assert (found.operation.template, found.estate_id) == (template, estate_id)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/",
        "/v1/me/",
        "//v1/me",
        "/v1//me",
        "/v1/estates//ballots",
        "/v1/estates/e-1/ballots/",
        "/v1/estates/e-1/ballots/b/votes/more",
        "/V1/me",
        "/internal/v1/exchanges",
        "/.well-known/jwks.json",
    ],
)
def test_a_path_without_a_public_operation_leads_nowhere(path: str) -> None:
    with pytest.raises(NoSuchOperation):
        TABLE.find("GET", path)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/%6de",
        "/v1/estates/e%2f1/ballots",
        "/v1/estates/../me",
        "/v1/./me",
        "/v1/me\\",
        "/v1/me\x00",
        "/v1/me;x=1",
        "/v1/me?",
        "/v1/mé",
        "/v1/me ",
        "v1/me",
        "",
        "*",
        "/" + "a" * 1024,
    ],
)
def test_a_path_that_readers_could_read_differently_is_not_read(path: str) -> None:
    with pytest.raises(RequestNotPlain):
        TABLE.find("GET", path)


def test_a_wrong_method_is_told_the_right_ones() -> None:
    with pytest.raises(MethodNotOffered) as refused:
        TABLE.find("DELETE", "/v1/estates/e-1/ballots")
    assert refused.value.headers == {"allow": "GET, POST"}


def test_two_contracts_may_not_offer_the_same_operation() -> None:
    twice = [Operation(service, "GET", "/v1/things/{id}") for service in ("voting", "ledger")]
    with pytest.raises(OperationTwice, match="GET /v1/things"):
        RoutingTable(twice)


def test_a_literal_that_leads_nowhere_falls_back_to_the_parameter() -> None:
    table = RoutingTable(
        [Operation("voting", "GET", "/a/b/c"), Operation("voting", "GET", "/a/{x}/d")]
    )
    assert table.find("GET", "/a/b/d").operation.template == "/a/{x}/d"


def test_what_a_contract_says_of_an_operation_is_kept() -> None:
    register = TABLE.find("POST", "/v1/estates/e/register-imports").operation
    sheet = TABLE.find("POST", "/v1/estates/e/register-checks").operation
    code = TABLE.find("POST", "/v1/sign-in-codes").operation
    rules = TABLE.find("GET", "/v1/decision-rules").operation
    assert (register.body_limit_bytes, register.open_to_anyone) == (4_000_000, False)
    assert sheet.body_limit_bytes == 32 * 1024 * 1024
    assert (code.body_limit_bytes, code.open_to_anyone) == (BODY_LIMIT_BYTES, True)
    assert (code.is_sign_in, rules.is_sign_in, register.is_sign_in) == (True, False, False)
    sighting = TABLE.find("POST", "/v1/estates/e/log/sightings").operation
    assert (sighting.is_sign_in, sighting.takes_from_anyone) == (False, True)
    assert sighting.body_limit_bytes == BODY_LIMIT_BYTES


@pytest.mark.parametrize(
    "tile", ["0/000", "0/000.p/5", "0/x001/067", "0/x001/067.p/255", "entries/x001/067.p/8"]
)
def test_tiles_are_named_as_c2sp_names_them(tile: str) -> None:
    found = TABLE.find("GET", f"/v1/estates/e-1/log/tile/{tile}")
    assert (found.operation.open_to_anyone, found.estate_id) == (True, "e-1")


@given(st.text(max_size=60))
def test_any_text_is_found_or_refused_and_never_breaks(path: str) -> None:
    try:
        found = TABLE.find("GET", path)
    except (NoSuchOperation, RequestNotPlain, MethodNotOffered):
        return
    assert path.startswith("/v1/")
    assert found.operation.method == "GET"


@given(st.lists(st.sampled_from(["estates", "e-1", "ballots", "mine", "votes", "b"]), max_size=6))
def test_the_tree_finds_what_comparing_every_template_finds(segments: list[str]) -> None:
    path = "/v1/" + "/".join(segments)

    def fits(template: str) -> bool:
        parts = template.split("/")
        given_parts = path.split("/")
        return len(parts) == len(given_parts) and all(
            part == one or (part.startswith("{") and one)
            for part, one in zip(parts, given_parts, strict=True)
        )

    expected = {o.template for o in operations_of(contracts.all_three()) if fits(o.template)}
    try:
        found = {TABLE.find("GET", path).operation.template}
    except MethodNotOffered:
        found = expected
    except NoSuchOperation:
        found = set()
    assert found <= expected
    assert bool(found) == bool(expected)

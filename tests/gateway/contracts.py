"""Three small contracts in the form in which services commit theirs."""

from typing import Any

PROBLEM = {
    "type": "object",
    "required": ["type", "status", "title", "title_en", "detail", "detail_en"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "title_en": {"type": "string"},
        "detail": {"type": "string"},
        "detail_en": {"type": "string"},
    },
}
KEY = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}


def operation(
    name: str, callers: list[str], *, audience: str = "public", **more: Any
) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": f"{name} 摘要",
        "x-callers": callers,
        "x-audience": audience,
        "security": [] if callers == ["anyone"] else [{"bearer": []}],
        "responses": {"200": {"description": "ok", "content": content("Answer")}},
    } | more


def content(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def body(schema: str = "Answer") -> dict[str, Any]:
    return {"required": True, "content": content(schema)}


NOTES = content("Answer") | {"text/plain": {"schema": {"type": "string"}}}


def contract(
    service: str, paths: dict[str, Any], schemas: dict[str, Any], problems: list[dict[str, Any]]
) -> dict[str, Any]:
    for path, item in paths.items():
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names
        ]
        for said in item.values():
            said["parameters"] = [*parameters, *said.get("parameters", [])]
    keys = operation("show_signing_keys", ["anyone"])
    return {
        "openapi": "3.1.0",
        "info": {"title": service, "version": "1.0.0", "summary": f"What {service} does"},
        "paths": paths | {"/.well-known/jwks.json": {"get": keys}},
        "components": {
            "schemas": {"Problem": PROBLEM} | schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "x-problems": problems,
    }


def problem(kind: str, status: int = 409) -> dict[str, Any]:
    return {"type": kind, "status": status, "title": "中文题目", "title_en": "An English title"}


def identity() -> dict[str, Any]:
    paths = {
        "/v1/sign-in-codes": {"post": operation("send_code", ["anyone"], requestBody=body())},
        "/v1/sessions": {"post": operation("begin_session", ["anyone"], requestBody=body())},
        "/v1/sessions/current": {"delete": operation("end_session", ["person"])},
        "/v1/me": {"get": operation("show_me", ["person"])},
        "/v1/estates/{estate_id}/register-imports": {
            "post": operation("import_register", ["property_manager"], requestBody=body())
            | {"x-body-limit-bytes": 4_000_000}
        },
        "/v1/estates/{estate_id}/register-checks": {
            "post": operation(
                "check_register",
                ["property_manager"],
                requestBody={"content": {"text/csv": {"schema": {"type": "string"}}}},
            )
        },
        "/internal/v1/exchanges": {
            "post": operation(
                "exchange", ["service:gateway"], audience="internal", requestBody=body("Hidden")
            )
        },
    }
    schemas = {
        "Answer": {"type": "object", "properties": {"person": {"type": "string"}}},
        "Hidden": {"type": "object"},
    }
    return contract("identity", paths, schemas, [problem("/problems/chassis/failed", 500)])


def voting() -> dict[str, Any]:
    estate = "/v1/estates/{estate_id}"
    paths = {
        f"{estate}/ballots": {
            "get": operation("list_ballots", ["owner"]),
            "post": operation("open_ballot", ["committee"], requestBody=body(), parameters=[KEY]),
        },
        f"{estate}/ballots/{{ballot_id}}": {"get": operation("show_ballot", ["owner"])},
        f"{estate}/ballots/mine": {"get": operation("list_own_ballots", ["owner"])},
        f"{estate}/ballots/{{ballot_id}}/votes": {
            "post": operation("cast_vote", ["owner"], requestBody=body(), parameters=[KEY]),
            "put": operation("put_vote", ["owner"], requestBody=body()),
        },
        "/v1/decision-rules": {"get": operation("show_rules", ["anyone"])},
        f"{estate}/ballots/{{ballot_id}}/bundle": {"get": operation("export_bundle", ["owner"])},
        f"{estate}/log/checkpoint": {"get": operation("show_checkpoint", ["anyone"])},
        f"{estate}/log/sightings": {
            "post": operation("compare", ["anyone"], requestBody=body() | {"content": NOTES})
        },
        f"{estate}/log/tile/{{level}}/{{a}}": {"get": operation("show_tile", ["anyone"])},
        f"{estate}/log/tile/{{level}}/{{a}}/{{b}}": {
            "get": operation("show_further_tile", ["anyone"])
        },
        f"{estate}/log/tile/{{level}}/{{a}}/{{b}}/{{c}}": {
            "get": operation("show_far_tile", ["anyone"])
        },
    }
    schemas = {
        "Answer": {
            "type": "object",
            "required": ["inner"],
            "properties": {"inner": {"$ref": "#/components/schemas/Inner"}},
        },
        "Inner": {"type": "object", "properties": {"choice": {"enum": ["AGREE", "AGAINST"]}}},
    }
    problems = [problem("/problems/voting/ballot-closed") | {"article": "民法典 278"}]
    return contract("voting", paths, schemas, problems)


def ledger() -> dict[str, Any]:
    paths = {
        "/v1/estates/{estate_id}/ledger/balance": {"get": operation("show_ballot", ["owner"])},
        "/v1/estates/{estate_id}/ledger/entries": {"get": operation("list_entries", ["owner"])},
    }
    schemas = {
        "Answer": {
            "type": "object",
            "required": ["inner"],
            "properties": {"inner": {"$ref": "#/components/schemas/Inner"}},
        },
        "Inner": {"type": "object", "properties": {"amount_fen": {"type": "integer"}}},
    }
    return contract("ledger", paths, schemas, [problem("/problems/ledger/unbalanced")])


def all_three() -> dict[str, dict[str, Any]]:
    return {"identity": identity(), "voting": voting(), "ledger": ledger()}

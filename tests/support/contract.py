"""A client that holds every answer against the application's own OpenAPI document."""

import re
from typing import Any

import httpx
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.support.tokens import bearer, over_asgi


class BrokenContract(AssertionError):
    """An application answered with something that its contract does not say."""


class Contract:
    """The operations of one OpenAPI document, and whether an answer is among them."""

    def __init__(self, document: dict[str, Any]) -> None:
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("urn:contract", resource)
        self._operations = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]

    def check(self, method: str, path: str, reply: httpx.Response) -> None:
        """Raise `BrokenContract` unless the document declares this very answer."""
        for pattern, verb, template, operation in self._operations:
            if verb == method and pattern.fullmatch(path):
                self._check(f"{method} {template}", operation, reply)
                return

    def _check(self, name: str, operation: dict[str, Any], reply: httpx.Response) -> None:
        said = operation["responses"].get(str(reply.status_code))
        if said is None:
            raise BrokenContract(f"{name}: undeclared status {reply.status_code}: {reply.text}")
        kind = reply.headers.get("content-type", "").partition(";")[0]
        content = said.get("content")
        if not content or not reply.content:
            return
        if kind not in content:
            raise BrokenContract(f"{name}: undeclared type {kind!r} for {reply.status_code}")
        if kind.endswith("json") and "schema" in content[kind]:
            method, template = name.split(" ")
            status = str(reply.status_code)
            place = ("paths", template, method.lower(), "responses", status)
            steps = (*place, "content", kind, "schema")
            pointer = "/".join(one.replace("~", "~0").replace("/", "~1") for one in steps)
            schema = {"$ref": f"urn:contract#/{pointer}"}
            judge = Draft202012Validator(schema, registry=self._registry)
            for error in judge.iter_errors(reply.json()):
                raise BrokenContract(f"{name}: {error.json_path}: {error.message}")


def checked_client(app: FastAPI, token: str | None = None) -> httpx.AsyncClient:
    """Return a client whose every answer is held against the application's contract."""
    contract = Contract(app.openapi())

    async def check(reply: httpx.Response) -> None:
        await reply.aread()
        contract.check(reply.request.method, reply.request.url.path, reply)

    return httpx.AsyncClient(
        transport=over_asgi(app),
        base_url="http://service",
        headers=bearer(token) if token else {},
        event_hooks={"response": [check]},
    )

"""What the services' committed contracts say that the gateway acts on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.gateway.domain.routing import BODY_LIMIT_BYTES, Operation

Contract = Mapping[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
ANYONE = "anyone"
# The services themselves take no more (an estate of 5,000 flats is about a megabyte).
SHEET_LIMIT_BYTES = 32 * 1024 * 1024
_KEYS = "/.well-known/"


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem, as a contract lists it."""

    type: str
    status: int
    title: str
    title_en: str
    article: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the entry in the form in which contracts list it."""
        said = {"type": self.type, "status": self.status, "title": self.title}
        article = {"article": self.article} if self.article else {}
        return said | {"title_en": self.title_en} | article


def public_paths(
    contracts: Mapping[str, Contract],
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield service, path, method and operation of all that the public may reach.

    Every service publishes its keys under `/.well-known/` for its neighbours, the gateway too; an
    app cannot read its tokens and needs none of them.
    """
    for service, contract in contracts.items():
        for path, item in contract.get("paths", {}).items():
            if path.startswith(_KEYS):
                continue
            for method in METHODS:
                operation = item.get(method)
                if operation is not None and operation.get("x-audience") == "public":
                    yield service, path, method, operation


def operations_of(contracts: Mapping[str, Contract]) -> list[Operation]:
    """Return the public operations of all services."""
    return [
        Operation(
            service=service,
            method=method.upper(),
            template=path,
            open_to_anyone=ANYONE in operation.get("x-callers", []),
            body_limit_bytes=operation.get("x-body-limit-bytes", _usual_limit(operation)),
        )
        for service, path, method, operation in public_paths(contracts)
    ]


def _usual_limit(operation: Mapping[str, Any]) -> int:
    """Return the limit of an operation that names none: what takes no JSON takes whole sheets."""
    taken = operation.get("requestBody", {}).get("content", {"application/json": {}})
    return BODY_LIMIT_BYTES if "application/json" in taken else SHEET_LIMIT_BYTES


def problem_types_of(contracts: Mapping[str, Contract]) -> dict[str, ProblemType]:
    """Return every problem type that a contract lists at its top, by its type."""
    return {
        listed["type"]: ProblemType(
            type=listed["type"],
            status=listed["status"],
            title=listed["title"],
            title_en=listed["title_en"],
            article=listed.get("article"),
        )
        for contract in contracts.values()
        for listed in contract.get("x-problems", [])
    }

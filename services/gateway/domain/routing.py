"""Which public operation a request means: a tree over path segments, built once at start.

A literal segment is preferred to a parameter, with a step back when it leads nowhere, so
`/votes/mine` and `/votes/{vote_id}` live side by side.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.gateway.domain.errors import MethodNotOffered, NoSuchOperation, RequestNotPlain

PATH_LENGTH_MAX = 1024
BODY_LIMIT_BYTES = 65_536
SAFE_METHODS = frozenset({"GET", "HEAD"})
ESTATE = "{estate_id}"
# No operation has an encoded character in its path, so none is accepted: what is never decoded
# cannot be decoded differently by two readers.
_PLAIN = re.compile(r"/[A-Za-z0-9._~/-]*")


@dataclass(frozen=True)
class Operation:
    """One public operation of one service."""

    service: str
    method: str
    template: str
    open_to_anyone: bool = False
    body_limit_bytes: int = BODY_LIMIT_BYTES
    estate_index: int | None = field(init=False)

    def __post_init__(self) -> None:
        segments = self.template.split("/")[1:]
        index = segments.index(ESTATE) if ESTATE in segments else None
        object.__setattr__(self, "estate_index", index)

    @property
    def is_sign_in(self) -> bool:
        """Whether it is one of the steps of signing in."""
        return self.service == "identity" and self.takes_from_anyone

    @property
    def takes_from_anyone(self) -> bool:
        """Whether it may leave something behind although nobody need be signed in for it."""
        return self.open_to_anyone and self.method not in SAFE_METHODS

    @property
    def may_change_roles(self) -> bool:
        """Whether it may change who its caller is: verified, holder of a card, signed out."""
        return self.service == "identity" and self.method not in SAFE_METHODS


@dataclass(frozen=True)
class Found:
    """The operation that a request means, and the estate that its path names."""

    operation: Operation
    estate_id: str | None


class OperationTwice(Exception):
    """Two contracts offer the same method and path; the gateway does not choose."""


@dataclass
class _Node:
    literals: dict[str, "_Node"] = field(default_factory=dict)
    parameter: "_Node | None" = None
    operations: dict[str, Operation] = field(default_factory=dict)

    def grown(self, segment: str) -> "_Node":
        """Return the child for `segment`, made if there is none."""
        if not segment.startswith("{"):
            return self.literals.setdefault(segment, _Node())
        if self.parameter is None:
            self.parameter = _Node()
        return self.parameter

    def reached(self, segments: list[str], depth: int = 0) -> "_Node | None":
        """Return the node with operations that the segments lead to, if any."""
        if depth == len(segments):
            return self if self.operations else None
        segment = segments[depth]
        literal = self.literals.get(segment)
        found = literal.reached(segments, depth + 1) if literal else None
        if found is None and self.parameter is not None and segment:
            return self.parameter.reached(segments, depth + 1)
        return found


class RoutingTable:
    """All public operations, found by method and path."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        """Build the tree.

        Raises:
            OperationTwice: a method and path is offered twice.
        """
        self._root = _Node()
        self.size = 0
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.template.split("/")[1:]:
            node = node.grown(segment)
        if operation.method in node.operations:
            raise OperationTwice(f"{operation.method} {operation.template}")
        node.operations[operation.method] = operation
        self.size += 1

    def find(self, method: str, path: str) -> Found:
        """Return the operation for a request.

        Raises:
            RequestNotPlain: the path is written in a way that others might read differently.
            NoSuchOperation: nothing is there.
            MethodNotOffered: something is, with other methods.
        """
        segments = _segments(path)
        node = self._root.reached(segments)
        if node is None:
            raise NoSuchOperation
        operation = node.operations.get(method)
        if operation is None:
            raise MethodNotOffered(node.operations)
        index = operation.estate_index
        return Found(operation, None if index is None else segments[index])


def _segments(path: str) -> list[str]:
    if len(path) > PATH_LENGTH_MAX or not _PLAIN.fullmatch(path):
        raise RequestNotPlain("path")
    segments = path.split("/")[1:]
    if "." in segments or ".." in segments:
        raise RequestNotPlain("path")
    return segments

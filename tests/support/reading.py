"""Whether a reader's model can read every answer that a contract allows."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


class Reader:
    """Holds a reader's JSON schema against the schema of an answer in a contract.

    `reads` and `answers` are the whole documents in which references are found.
    """

    def __init__(self, reads: Schema, answers: Schema) -> None:
        self._reads = reads
        self._answers = answers

    def misreads(self, read: Schema, answer: Schema, place: str = "$") -> Iterator[str]:
        """Yield every place at which the answer may be something that is not read."""
        read, answer = _resolved(self._reads, read), _resolved(self._answers, answer)
        for one in answer.get("anyOf", [answer]):
            given = _resolved(self._answers, one)
            readings = [
                list(self._misreads_one(_resolved(self._reads, choice), given, place))
                for choice in read.get("anyOf", [read])
            ]
            yield from min(readings, key=len)

    def _misreads_one(self, read: Schema, answer: Schema, place: str) -> Iterator[str]:
        if not _takes(read, answer):
            yield f"{place}: reads {_said(read)}, may be {_said(answer)}"
        elif read.get("type") == "array":
            yield from self.misreads(read["items"], answer["items"], f"{place}[]")
        elif read.get("type") == "object":
            yield from self._misread_members(read, answer, place)

    def _misread_members(self, read: Schema, answer: Schema, place: str) -> Iterator[str]:
        given = answer.get("properties", {})
        for name, member in read.get("properties", {}).items():
            if name in read.get("required", []) and name not in answer.get("required", []):
                yield f"{place}.{name}: not always there"
            elif name in given:
                yield from self.misreads(member, given[name], f"{place}.{name}")
        others = read.get("additionalProperties")
        if isinstance(others, Mapping):
            for name, member in given.items():
                yield from self.misreads(others, member, f"{place}.{name}")


def members_of(read: Schema, document: Schema) -> set[str]:
    """Return the names of all members that a model reads, with their places."""
    read = _resolved(document, read)
    found = set(read.get("properties", {}))
    for name, member in read.get("properties", {}).items():
        items = _resolved(document, member).get("items", {})
        found |= {f"{name}.{inner}" for inner in members_of(items, document)}
    return found


def _resolved(document: Schema, schema: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def _takes(read: Schema, answer: Schema) -> bool:
    """Return whether type, choices and format of an answer are among those read."""
    if read.get("type") not in {answer.get("type"), None}:
        return False
    if "enum" in read and not set(answer.get("enum", [object()])) <= set(read["enum"]):
        return False
    return read.get("format") in {None, answer.get("format")}


def _said(schema: Schema) -> str:
    return " ".join(str(schema[name]) for name in ("type", "format", "enum") if name in schema)

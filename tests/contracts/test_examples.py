"""Every example of a contract is an instance of what it is an example of."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

CONTRACTS = sorted(Path("openapi").glob("*.v1.json"))


def examples(part: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each example with the place of its schema."""
    if isinstance(part, dict):
        yield from own(part, place)
    for name, one in members(part):
        if name not in {"example", "examples"}:
            yield from examples(one, (*place, name))


def own(part: dict[str, Any], place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(part.get("examples"), list):
        for one in part["examples"]:
            yield place, one
    if "schema" in part and "example" in part:
        yield (*place, "schema"), part["example"]


def members(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        yield from part.items()
    if isinstance(part, list):
        yield from ((str(number), one) for number, one in enumerate(part))


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.name)
def test_every_example_is_valid(path: Path) -> None:
    document = json.loads(path.read_text())
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:contract", resource)
    found = list(examples(document))
    assert len(found) > 3
    for place, example in found:
        pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in place)
        judge = Draft202012Validator({"$ref": f"urn:contract#/{pointer}"}, registry=registry)
        wrong = [error.message for error in judge.iter_errors(example)]
        assert not wrong, f"{pointer}: {wrong}"

"""A JSON schema as a few lines of HTML."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import Any

_PREFIX = "#/components/schemas/"
_BOUNDS = (
    "format",
    "pattern",
    "const",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
)


def schema_html(schema: Mapping[str, Any] | bool) -> str:  # noqa: FBT001 - JSON Schema has both
    """Return what a schema allows; a named one is a link, an object a table of its members."""
    if isinstance(schema, bool):
        return "<code>any</code>" if schema else "<code>none</code>"
    for word, shown in _FORMS.items():
        if word in schema:
            return shown(schema)
    return _scalar(schema)


def _link(schema: Mapping[str, Any]) -> str:
    name = escape(schema["$ref"].removeprefix(_PREFIX))
    return f'<a href="#schema-{name}">{name}</a>'


def _code(value: object) -> str:
    return f"<code>{escape(json.dumps(value, ensure_ascii=False))}</code>"


def _scalar(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "any")
    said = " | ".join(kind) if isinstance(kind, list) else str(kind)
    bounds = "".join(
        f' <span class="dim">{word} {_code(schema[word])}</span>'
        for word in _BOUNDS
        if word in schema
    )
    return f"<code>{escape(said)}</code>{bounds}"


def _members(schema: Mapping[str, Any]) -> str:
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code>{' *' if name in required else ''}</td>"
        f"<td>{schema_html(member)}</td>"
        f'<td class="dim">{escape(str(member.get("description", "")))}{_examples(member)}</td></tr>'
        for name, member in schema["properties"].items()
    )
    return f"<table>{rows}</table>"


def _joined(word: str, joint: str, schema: Mapping[str, Any]) -> str:
    return joint.join(schema_html(one) for one in schema[word])


def _choices(schema: Mapping[str, Any]) -> str:
    return " | ".join(_code(value) for value in schema["enum"])


def _list(schema: Mapping[str, Any]) -> str:
    return f"[ {schema_html(schema['items'])} ]"


# The first word that a schema has decides how it is shown.
_FORMS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "$ref": _link,
    "anyOf": partial(_joined, "anyOf", " | "),
    "oneOf": partial(_joined, "oneOf", " | "),
    "allOf": partial(_joined, "allOf", " &amp; "),
    "enum": _choices,
    "properties": _members,
    "items": _list,
}


def _examples(member: Mapping[str, Any]) -> str:
    return "".join(f" {_code(one)}" for one in member.get("examples", [])[:2])

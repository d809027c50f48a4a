"""The merged contract as a page for people: no script, no other host, one style that is hashed."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from services.gateway.api.schema_text import schema_html
from services.gateway.domain.contracts import METHODS, ProblemType

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--dim:#777}
body{font:16px/1.5 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;max-width:60rem;
margin:0 auto;padding:1rem}
nav ul{columns:2;padding-left:1rem}h2{margin-top:2.5rem;border-bottom:2px solid var(--line)}
details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}
summary{cursor:pointer}summary b{display:inline-block;min-width:4.2em}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{overflow-x:auto;background:#8881;padding:.6rem}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);
padding:.3rem .5rem;text-align:left;vertical-align:top}.dim{color:var(--dim)}
"""
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_ANYONE = ["anyone"]


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )


def _prose(text: str) -> str:
    """Return plain text as paragraphs, with `code` where it is marked so."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text.strip()))
    return "".join(f"<p>{part}</p>" for part in re.split(r"\n\s*\n", marked) if part)


def docs_page(document: Mapping[str, Any]) -> str:
    """Return the whole contract: operations by service, schemas, problem types."""
    info = document["info"]
    parts = [f"<h1>{escape(info['title'])}</h1>", _prose(info.get("description", ""))]
    parts.append('<p><a href="/openapi.json">openapi.json</a></p>')
    groups = list(_groups(document))
    parts.append(_contents(groups))
    parts += [_group(tag, operations) for tag, operations in groups]
    parts.append(_schemas(document["components"].get("schemas", {})))
    parts.append(_problem_list(document.get("x-problems", [])))
    return _page(info["title"], "".join(parts))


Operations = list[tuple[str, str, dict[str, Any]]]


def _groups(document: Mapping[str, Any]) -> Iterator[tuple[dict[str, str], Operations]]:
    for tag in document["tags"]:
        yield (
            tag,
            [
                (method, path, item[method])
                for path, item in document["paths"].items()
                for method in METHODS
                if tag["name"] in item.get(method, {}).get("tags", ())
            ],
        )


def _contents(groups: list[tuple[dict[str, str], Operations]]) -> str:
    rows = [
        f'<li><a href="#{escape(tag["name"])}">{escape(tag["name"])}</a> ({len(operations)})</li>'
        for tag, operations in groups
    ]
    rows.append('<li><a href="#schemas">schemas</a></li><li><a href="#problems">problems</a></li>')
    return f"<nav><ul>{''.join(rows)}</ul></nav>"


def _group(tag: Mapping[str, str], operations: Operations) -> str:
    head = f'<h2 id="{escape(tag["name"])}">{escape(tag["name"])}</h2>'
    body = "".join(_operation(*one) for one in operations)
    return head + _prose(tag.get("description", "")) + body


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    callers = operation.get("x-callers", [])
    who = "任何人 anyone" if callers == _ANYONE else ", ".join(callers)
    body = [
        _prose(operation.get("description", "")),
        f"<p>可调用 / callers: <code>{escape(who)}</code></p>",
        _parameters(operation.get("parameters", [])),
    ]
    if "requestBody" in operation:
        body.append("<h4>请求 / request</h4>" + _content(operation["requestBody"]))
    body.append("<h4>答复 / responses</h4>" + _responses(operation["responses"]))
    summary = escape(operation.get("summary", ""))
    return (
        f'<details id="{escape(operation["operationId"])}"><summary><b>{method.upper()}</b> '
        f"<code>{escape(path)}</code> {summary}</summary>{''.join(body)}</details>"
    )


def _parameters(parameters: list[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one.get('name', ''))}</code></td><td>{escape(one.get('in', ''))}"
        f"{' *' if one.get('required') else ''}</td><td>{schema_html(one.get('schema', {}))}</td>"
        f"<td>{_prose(one.get('description', ''))}</td></tr>"
        for one in parameters
    )
    return f"<table>{rows}</table>" if rows else ""


def _content(holder: Mapping[str, Any]) -> str:
    return "".join(
        f"<p><code>{escape(media_type)}</code> {schema_html(said.get('schema', {}))}</p>"
        + _example(said)
        for media_type, said in holder.get("content", {}).items()
    )


def _example(said: Mapping[str, Any]) -> str:
    if "example" not in said:
        return ""
    shown = json.dumps(said["example"], ensure_ascii=False, indent=2)
    return f"<pre>{escape(shown)}</pre>"


def _responses(responses: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><b>{escape(status)}</b></td><td>{_prose(one.get('description', ''))}</td>"
        f"<td>{_content(one)}</td></tr>"
        for status, one in sorted(responses.items())
    )
    return f"<table>{rows}</table>"


def _schemas(schemas: Mapping[str, Any]) -> str:
    parts = [
        f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"{_prose(schema.get('description', ''))}{schema_html(schema)}</details>"
        for name, schema in schemas.items()
    ]
    return '<h2 id="schemas">schemas</h2>' + "".join(parts)


def _problem_list(problems: list[dict[str, Any]]) -> str:
    rows = "".join(
        f'<tr><td><a href="{escape(one["type"])}"><code>{escape(one["type"])}</code></a></td>'
        f"<td>{one['status']}</td><td>{escape(one['title'])}<br>{escape(one['title_en'])}</td>"
        f'<td class="dim">{escape(one.get("article") or "")}</td></tr>'
        for one in problems
    )
    return f'<h2 id="problems">problems</h2><table>{rows}</table>'


def problem_page(problem: ProblemType) -> str:
    """Return what one problem type means, for somebody who followed its link."""
    article = f"<p>依据 / article: {escape(problem.article)}</p>" if problem.article else ""
    return _page(
        problem.title,
        f"<h1>{escape(problem.title)}</h1><h2>{escape(problem.title_en)}</h2>"
        f"<p>HTTP {problem.status} · <code>{escape(problem.type)}</code></p>{article}"
        '<p><a href="/docs#problems">docs</a></p>',
    )

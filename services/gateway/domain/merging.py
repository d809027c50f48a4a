"""One OpenAPI document for app developers, made from the services' contracts.

Components that mean the same in all services stay as they are; where one name means two things,
each gets its service's name in front. So the names do not depend on the order of the services.
"""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from services.gateway.domain.contracts import Contract, public_paths

Document = dict[str, Any]
_COMPONENTS = "#/components/"
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
# What the gateway itself answers on any operation.
_DOOR = {
    "404": "无此内容 (not found)",
    "429": "请求过于频繁 (too many requests; see Retry-After)",
    "502": "服务未完整答复，结果不明 (a service broke off; outcome unknown)",
    "503": "服务暂不可用 (a service is away)",
    "504": "服务未及时答复，结果不明 (a service was too slow; outcome unknown)",
}
_TAKES_BODY = {"413": "过大 (too large)", "415": "不接受压缩 (compressed bodies are not taken)"}


def merged(
    contracts: Mapping[str, Contract],
    *,
    info: Mapping[str, str],
    server_url: str,
    problems: Iterable[Mapping[str, Any]],
) -> Document:
    """Return the merged document; `problems` are the gateway's own problem types."""
    renamed = _renamed(contracts)
    ids = [operation.get("operationId") for _, _, _, operation in public_paths(contracts)]
    paths: dict[str, Document] = {}
    for service, path, method, operation in public_paths(contracts):
        item = _with_refs(operation, renamed[service])
        if ids.count(item.get("operationId")) > 1:
            item["operationId"] = f"{service}_{item['operationId']}"
        item["tags"] = [service]
        item.pop("x-audience")
        _add_door(item)
        shared = _with_refs(contracts[service]["paths"][path], renamed[service])
        place = paths.setdefault(path, _only(shared, ("parameters",)))
        place[method] = item
    components = _components(contracts, renamed)
    return {
        "openapi": "3.1.0",
        "info": dict(info),
        "servers": [{"url": server_url}],
        "tags": _tags(contracts),
        "paths": dict(sorted(paths.items())),
        "components": _reachable(paths, components),
        "x-problems": _problems(contracts, problems),
    }


def _only(item: Mapping[str, Any], names: Iterable[str]) -> Document:
    return {name: item[name] for name in names if name in item}


def _tags(contracts: Mapping[str, Contract]) -> list[Document]:
    return [
        {"name": service, "description": contract["info"].get("summary", service)}
        for service, contract in contracts.items()
    ]


def _problems(
    contracts: Mapping[str, Contract], own: Iterable[Mapping[str, Any]]
) -> list[Document]:
    lists = [contract.get("x-problems", []) for contract in contracts.values()]
    by_type = {listed["type"]: dict(listed) for each in [*lists, own] for listed in each}
    return [by_type[name] for name in sorted(by_type)]


def _add_door(operation: Document) -> None:
    always = _DOOR | (_TAKES_BODY if "requestBody" in operation else {})
    for status, description in always.items():
        response = {"description": description, "content": copy.deepcopy(_PROBLEM)}
        operation.setdefault("responses", {}).setdefault(status, response)


def _flat(contract: Contract) -> dict[str, Any]:
    """Return the components of a contract by their full reference."""
    return {
        f"{_COMPONENTS}{section}/{name}": content
        for section, named in contract.get("components", {}).items()
        for name, content in named.items()
    }


def _refs(node: object) -> set[str]:
    """Return every reference to a component below `node`."""
    if isinstance(node, str):
        return {node} if node.startswith(_COMPONENTS) else set()
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return {found for child in children for found in _refs(child)}


def _renamed(contracts: Mapping[str, Contract]) -> dict[str, dict[str, str]]:
    """Return, per service, the references that need the service's name in front.

    A component clashes when another service's of that name differs, or refers to one that clashes.
    """
    flat = {service: _flat(contract) for service, contract in contracts.items()}
    everything = [(ref, content) for each in flat.values() for ref, content in each.items()]
    holders: dict[str, list[Any]] = {}
    for ref, content in everything:
        holders.setdefault(ref, []).append(content)
    clashing = {ref for ref, held in holders.items() if any(one != held[0] for one in held)}
    while True:
        touched = {
            ref
            for ref, content in everything
            if len(holders[ref]) > 1 and _refs(content) & clashing
        }
        if touched <= clashing:
            break
        clashing |= touched
    return {
        service: {ref: _prefixed(service, ref) for ref in each if ref in clashing}
        for service, each in flat.items()
    }


def _prefixed(service: str, ref: str) -> str:
    place, _, name = ref.rpartition("/")
    return f"{place}/{service.title()}{name[:1].upper()}{name[1:]}"


def _with_refs(node: Any, renamed: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    """Return a copy of `node` in which references are renamed."""
    if isinstance(node, dict):
        return {name: _with_refs(child, renamed) for name, child in node.items()}
    if isinstance(node, list):
        return [_with_refs(child, renamed) for child in node]
    return renamed.get(node, node) if isinstance(node, str) else node


def _components(
    contracts: Mapping[str, Contract], renamed: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for service, contract in contracts.items():
        for ref, content in _flat(contract).items():
            name = renamed[service].get(ref, ref)
            found[name] = _with_refs(content, renamed[service])
    return found


def _reachable(paths: Mapping[str, Any], components: Mapping[str, Any]) -> Document:
    """Return the components that public operations lead to; the rest is nobody's business."""
    wanted: set[str] = set()
    waiting = _refs(dict(paths)) | {f"{_COMPONENTS}schemas/Problem"}
    while waiting:
        ref = waiting.pop()
        if ref in components and ref not in wanted:
            wanted.add(ref)
            waiting |= _refs(components[ref])
    kept: Document = {}
    for ref in sorted(wanted):
        section, _, name = ref.removeprefix(_COMPONENTS).partition("/")
        kept.setdefault(section, {})[name] = components[ref]
    kept["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    return kept

"""RFC 9457 problem documents, from one table of refusals per service.

A refusal is a domain exception with a Chinese and an English sentence and facts; the table says
which status, which stable type and which article belongs to it. Nothing else makes an error body.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import Response

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """What the public learns about one kind of refusal; `slug` never changes once published."""

    status: int
    slug: str
    title_zh: str
    title_en: str
    article: str | None = None

    def type_for(self, service: str) -> str:
        """Return the problem type, a path that the gateway explains."""
        return f"/problems/{service}/{self.slug}"


@dataclass(frozen=True)
class ProblemAnswer:
    """One problem document before it is bytes."""

    type: str
    status: int
    title: str
    title_en: str
    detail: str = ""
    detail_en: str = ""
    article: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def response(self, headers: Mapping[str, str] | None = None) -> Response:
        """Return the document as an HTTP response."""
        body = dict(self.facts)
        body |= {
            "type": self.type,
            "status": self.status,
            "title": self.title,
            "title_en": self.title_en,
            "detail": self.detail or self.title,
            "detail_en": self.detail_en or self.title_en,
        }
        if self.article:
            body["article"] = self.article
        content = json.dumps(body, ensure_ascii=False, default=str).encode()
        return Response(content, self.status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def answer_for(service: str, problem: Problem, refusal: Exception) -> ProblemAnswer:
    """Return the document for `refusal`, whose kind the service's table maps to `problem`."""
    return ProblemAnswer(
        type=problem.type_for(service),
        status=problem.status,
        title=problem.title_zh,
        title_en=problem.title_en,
        detail=getattr(refusal, "zh", ""),
        detail_en=getattr(refusal, "en", ""),
        article=problem.article,
        facts=getattr(refusal, "facts", {}),
    )


SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem; `title` and `detail` in Chinese, `…_en` in English.",
    "type": "object",
    "required": ["type", "status", "title", "title_en", "detail", "detail_en"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/voting/ballot-closed"]},
        "status": {"type": "integer", "examples": [409]},
        "title": {"type": "string"},
        "title_en": {"type": "string"},
        "detail": {"type": "string"},
        "detail_en": {"type": "string"},
        "article": {"type": "string"},
    },
    "additionalProperties": True,
}


def refusals(
    table: Mapping[type[Exception], Problem], *kinds: type[Exception]
) -> dict[int | str, dict[str, Any]]:
    """Return FastAPI's `responses=` for the refusals that an operation can answer with."""
    found: dict[int | str, dict[str, Any]] = {}
    for problem in sorted((table[kind] for kind in kinds), key=lambda one: (one.status, one.slug)):
        entry = found.setdefault(
            problem.status,
            {
                "description": "",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
        entry["description"] += ("; " if entry["description"] else "") + (
            f"`{problem.slug}` {problem.title_zh} ({problem.title_en})"
        )
    return found


class Refusals:
    """Exception handler that turns each refusal of one service's table into its document."""

    def __init__(self, service: str, table: Mapping[type[Exception], Problem]) -> None:
        self._service = service
        self._table = table

    async def __call__(self, _request: Request, refusal: Exception) -> Response:
        """Answer `refusal` by the row of its own class."""
        problem = self._table[type(refusal)]
        headers = getattr(refusal, "headers", None)
        return answer_for(self._service, problem, refusal).response(headers)

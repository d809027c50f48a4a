"""An answer that the client holds is not sent again; the next page keeps what was asked."""

import pytest
from fastapi import Request

from services.chassis.revalidation import holds, link_to_next


def request(*, known: str | None = None) -> Request:
    headers = [(b"if-none-match", known.encode())] if known is not None else []
    scope = {"type": "http", "headers": headers, "path": "/v1/x", "query_string": b"",
             "server": ("service", 80), "scheme": "http", "method": "GET"}  # fmt: skip
    return Request(scope)


@pytest.mark.parametrize(
    ("known", "etag", "held"),
    [
        (None, '"a"', False),
        ("", '"a"', False),
        ('"a"', '"a"', True),
        ('"a"', 'W/"a"', True),
        ('W/"a"', '"a"', True),
        ('"b", W/"a"', '"a"', True),
        ("*", '"a"', True),
        ('"ab"', '"a"', False),
    ],
)
def test_tags_are_compared_weakly(known: str | None, etag: str, held: bool) -> None:  # noqa: FBT001 - a table of cases
    assert holds(request(known=known), etag) is held


def test_the_link_keeps_what_was_asked_and_drops_what_was_not() -> None:
    link = link_to_next(request(), cursor="a=&", limit=3, month=None)
    assert link == '</v1/x?cursor=a%3D%26&limit=3>; rel="next"'

"""Bodies that are too large, nested too deep or no text are refused before anything parses them."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.problems import ProblemAnswer

JSON_BYTES_MAX = 1024 * 1024
BYTES_MAX = 32 * 1024 * 1024
DEPTH_MAX = 32
_OPENING = frozenset(b"[{")
_CLOSING = frozenset(b"]}")
_QUOTE, _BACKSLASH = ord('"'), ord("\\")
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

TOO_LARGE = ProblemAnswer(
    "/problems/request/too-large", 413, "请求内容过大", "The body is too large"
)
TOO_DEEP = ProblemAnswer(
    "/problems/request/too-deep", 400, "请求内容嵌套过深", "The body is nested too deep"
)
NO_TEXT = ProblemAnswer("/problems/chassis/unreadable", 400, "无法解析", "Unreadable request")

# As a contract lists them, so that the gateway can explain them; the third is the chassis's own.
LISTED = [
    {"type": one.type, "status": one.status, "title": one.title, "title_en": one.title_en}
    for one in (TOO_LARGE, TOO_DEEP)
]


def is_text(content: bytes) -> bool:
    """Return whether a body is UTF-8, as JSON is (RFC 8259, 8.1), and without U+0000.

    The library would read UTF-16 too, whose depth is not what `is_too_deep` counts; and no
    database keeps U+0000 in a text.
    """
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    if b"\x00" in content:
        return False
    return b"\\u0000" not in content or _ESCAPED_NUL.search(content) is None


def is_too_deep(content: bytes, depth_max: int = DEPTH_MAX) -> bool:
    """Return whether JSON text nests deeper than `depth_max`; strings do not count."""
    if content.count(b"[") + content.count(b"{") <= depth_max:
        return False
    depth = 0
    quoted = escaped = False
    for byte in content:
        if quoted:
            quoted = escaped or byte != _QUOTE
            escaped = byte == _BACKSLASH and not escaped
        elif byte == _QUOTE:
            quoted = True
        else:
            depth += (byte in _OPENING) - (byte in _CLOSING)
            if depth > depth_max:
                return True
    return False


class Limited:
    """ASGI middleware: reads a body up to its limit and hands it on in one piece."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request whose body is within bounds, or refuse it."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        kind = dict(scope["headers"]).get(b"content-type", b"").lower()
        # A route reads a body as JSON unless its type says text or a sheet, so unknown counts.
        other = (b"text/", b"application/vnd.", b"application/octet-stream")
        is_sheet = kind.startswith(other) and b"json" not in kind
        chunks: list[bytes] = []
        size = 0
        limit = BYTES_MAX if is_sheet else JSON_BYTES_MAX
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            more = message.get("more_body", False)
            if size > limit:
                await TOO_LARGE.response({"connection": "close"})(scope, receive, send)
                return
        content = b"".join(chunks)
        refusal = None if is_sheet else _refusal(content)
        if refusal is not None:
            await refusal.response()(scope, receive, send)
            return
        await self._app(scope, _handing(content, receive), send)


def _refusal(content: bytes) -> ProblemAnswer | None:
    if not is_text(content):
        return NO_TEXT
    return TOO_DEEP if is_too_deep(content) else None


def _handing(content: bytes, receive: Receive) -> Receive:
    given = False

    async def hand() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": content, "more_body": False}

    return hand

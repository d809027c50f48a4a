"""Bodies that are too large or nested too deep are refused before anything parses them."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.problems import ProblemAnswer

JSON_BYTES_MAX = 1024 * 1024
BYTES_MAX = 32 * 1024 * 1024
DEPTH_MAX = 32
_OPENING = frozenset(b"[{")
_CLOSING = frozenset(b"]}")
_QUOTE, _BACKSLASH = ord('"'), ord("\\")

TOO_LARGE = ProblemAnswer(
    "/problems/request/too-large", 413, "请求内容过大", "The body is too large"
)
TOO_DEEP = ProblemAnswer(
    "/problems/request/too-deep", 400, "请求内容嵌套过深", "The body is nested too deep"
)


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
        is_sheet = kind.startswith((b"text/", b"application/vnd.", b"application/octet-stream"))
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
        if not is_sheet and is_too_deep(content):
            await TOO_DEEP.response()(scope, receive, send)
            return
        await self._app(scope, _handing(content, receive), send)


def _handing(content: bytes, receive: Receive) -> Receive:
    given = False

    async def hand() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": content, "more_body": False}

    return hand

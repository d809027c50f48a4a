"""Structured logs and the trace that a request leaves; never a name, an identity number or a token.

One JSON object a line on standard error. `traceparent` (W3C Trace Context) is taken from the
caller or begun here, stands in every line of the request, and goes on to neighbours.
"""

import json
import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("services")

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-0[01]")
_trace: ContextVar[str] = ContextVar("trace", default="")
_ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def new_traceparent() -> str:
    """Return a `traceparent` for a call that this request makes to a neighbour."""
    trace = _trace.get() or secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


class JsonLines(logging.Formatter):
    """One JSON object per record, with the members that the caller gave in `extra`."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "service": self._service,
            # A library's further lines quote what it was given.
            "message": record.getMessage().partition("\n")[0],
        }
        if trace := _trace.get():
            line["trace"] = trace
        line |= {k: v for k, v in record.__dict__.items() if k not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - logging's own name
        """Return what broke and where; the sentences stay out, they quote names and numbers."""
        return "\n".join(_places(ei[1]))


def _places(failed: BaseException | None) -> Iterator[str]:
    """Yield the kinds of an exception and of its causes, with the lines that they passed."""
    while failed is not None:
        yield f"{type(failed).__module__}.{type(failed).__qualname__}"
        for step in traceback.extract_tb(failed.__traceback__):
            yield f"  {step.filename}:{step.lineno} {step.name}"
        before = None if failed.__suppress_context__ else failed.__context__
        failed = failed.__cause__ or before


def log_as(service: str, level: str = "INFO") -> None:
    """Send this process's log lines to standard error as JSON, under the service's name.

    What libraries warn of goes the same way: left alone, they write plain text, values and all.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service))
    logging.getLogger().handlers = [handler]
    log.handlers = [handler]
    log.setLevel(level)
    log.propagate = False


class Traced:
    """ASGI middleware: takes or begins the trace and writes one line when a request ends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request inside its trace."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
        known = _TRACEPARENT.fullmatch(given)
        token = _trace.set(known.group(1) if known else secrets.token_hex(16))
        started = time.perf_counter()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            spent = round((time.perf_counter() - started) * 1000, 1)
            facts = {"method": scope["method"], "path": scope["path"], "status": status}
            log.info("request", extra=facts | {"milliseconds": spent})
            _trace.reset(token)

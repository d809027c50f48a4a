"""What a proxy says about the request that it holds."""

from collections.abc import Iterable
from dataclasses import dataclass, field

SECRET = b"x-proxy-secret"
TARGET = b"x-original-uri"
METHOD = b"x-original-method"


@dataclass(frozen=True)
class Proxied:
    """The original request of a proxy's question, and the proxy's secret."""

    secret: bytes = field(repr=False)
    method: str
    target: str
    authorization: tuple[bytes, ...] = field(repr=False)


def proxied_from(headers: Iterable[tuple[bytes, bytes]]) -> Proxied:
    """Return the question in the headers; what is missing or said twice counts as not said."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)

    def said_once(name: bytes) -> bytes:
        lines = values.get(name, [])
        return lines[0] if len(lines) == 1 else b""

    return Proxied(
        secret=said_once(SECRET),
        method=said_once(METHOD).decode("latin-1"),
        target=said_once(TARGET).decode("latin-1"),
        authorization=tuple(values.get(b"authorization", ())),
    )

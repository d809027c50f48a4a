"""Which headers pass the door, in and out, and which requests are too odd to pass at all.

Both directions are allow-lists. Nobody's identity travels in a header, so whatever a client
writes to look like one (`X-User`, `X_User`, `X.User`, …) dies here with every other unknown name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.gateway.domain.errors import BodyEncoded, HeadersTooLarge, RequestNotPlain
from services.gateway.domain.routing import SAFE_METHODS

HEADER_BYTES_MAX = 16 * 1024
HEADER_COUNT_MAX = 100
QUERY_LENGTH_MAX = 2048

# Lists by their grammar (RFC 9110, 5.3), so several lines of one name are one list.
_LISTS = frozenset({b"accept", b"accept-language", b"if-match", b"if-none-match"})
_SINGLES = frozenset(
    {
        b"content-type",
        b"content-length",
        b"idempotency-key",
        b"if-modified-since",
        b"range",
        b"tracestate",
    }
)
# Read by the gateway itself and never forwarded as they came.
_READ_HERE = frozenset({b"host", b"transfer-encoding", b"content-encoding", b"expect"})
_ONCE = _SINGLES | _READ_HERE
_REPLY = frozenset(
    {
        b"accept-ranges",
        b"allow",
        b"cache-control",
        b"content-disposition",
        b"content-language",
        b"content-length",
        b"content-range",
        b"content-type",
        b"deprecation",
        b"etag",
        b"expires",
        b"idempotency-replayed",
        b"last-modified",
        b"link",
        b"location",
        b"retry-after",
        b"sunset",
        b"vary",
        b"www-authenticate",
    }
)
_PRINTABLE = re.compile(rb"[\t\x20-\x7e]*")
_TARGET = re.compile(rb"[\x21-\x7e]*")
_DIGITS = re.compile(rb"[0-9]{1,15}")

HeaderLines = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Inspected:
    """What a request's headers come to.

    `length_bytes` is the declared length of the body: None when it is chunked, 0 without one.
    """

    forwarded: tuple[tuple[str, str], ...]
    authorization: tuple[bytes, ...]
    length_bytes: int | None


def inspect(method: str, query: bytes, headers: HeaderLines) -> Inspected:
    """Return what passes of a request, once nothing about it can be read in two ways.

    Raises:
        RequestNotPlain: its framing or a header is ambiguous.
        HeadersTooLarge: there is too much of it.
        BodyEncoded: its body is compressed.
    """
    by_name = _by_name(headers)
    if len(query) > QUERY_LENGTH_MAX or not _TARGET.fullmatch(query):
        raise RequestNotPlain("query")
    length = _length(method, by_name)
    if by_name.get(b"content-encoding", [b"identity"])[0].strip().lower() != b"identity":
        raise BodyEncoded
    forwarded = tuple(
        (name.decode(), b", ".join(values).decode())
        for name, values in by_name.items()
        if name in _LISTS or name in _SINGLES
    )
    return Inspected(forwarded, tuple(by_name.get(b"authorization", ())), length)


def _by_name(headers: HeaderLines) -> dict[bytes, list[bytes]]:
    by_name: dict[bytes, list[bytes]] = {}
    size = count = 0
    for name, value in headers:
        size += len(name) + len(value)
        count += 1
        by_name.setdefault(name, []).append(value)
    if size > HEADER_BYTES_MAX or count > HEADER_COUNT_MAX:
        raise HeadersTooLarge
    for name, values in by_name.items():
        if name in _ONCE and len(values) > 1:
            raise RequestNotPlain(name.decode())
        if name in _ONCE or name in _LISTS:
            _check_printable(name, values)
    return by_name


def _check_printable(name: bytes, values: list[bytes]) -> None:
    if not all(_PRINTABLE.fullmatch(value) for value in values):
        raise RequestNotPlain(name.decode())


def _length(method: str, by_name: Mapping[bytes, list[bytes]]) -> int | None:
    """Return the declared length of the body, judged as RFC 9112, 6.3 asks of an intermediary."""
    coded = by_name.get(b"transfer-encoding")
    declared = by_name.get(b"content-length")
    if coded is not None and (declared is not None or coded != [b"chunked"]):
        raise RequestNotPlain("transfer-encoding")
    if declared is not None and not _DIGITS.fullmatch(declared[0]):
        raise RequestNotPlain("content-length")
    length = None if coded else int(declared[0]) if declared else 0
    # Content in a GET has no meaning (RFC 9110, 9.3.1) and has hidden second requests.
    if method in SAFE_METHODS and length != 0:
        raise RequestNotPlain("body")
    return length


def passing_reply_headers(headers: HeaderLines) -> list[tuple[bytes, bytes]]:
    """Return a service's reply headers that the public sees, with the door's own beside them.

    What a service does not call cacheable is personal until it says otherwise.
    """
    passing = [
        (name, value)
        for name, value in ((name.lower(), value) for name, value in headers)
        if name in _REPLY and (name != b"location" or _is_local(value))
    ]
    if all(name != b"cache-control" for name, _ in passing):
        passing.append((b"cache-control", b"no-store"))
    passing.append((b"x-content-type-options", b"nosniff"))
    return passing


def _is_local(location: bytes) -> bool:
    """Return whether a redirect stays here; a service's own address is nobody's business."""
    return location.startswith(b"/") and not location.startswith((b"//", b"/\\"))

"""The one byte form of a record that gets hashed: canonical JSON (RFC 8785).

The subset is narrower than the RFC on purpose. Numbers are integers that every JSON reader holds
exactly (RFC 7493, 2.2); there are no floats, because two languages may print one float in two ways
and nothing that is hashed here needs any. What is written can be read back: both directions share
one limit of depth.
"""

import hashlib
import json
from collections.abc import Mapping

from services.proofs.refuted import Refuted

INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 16


class NotCanonical(Refuted, ValueError):
    """The value has no canonical form here, or the bytes are not in it."""


def canonical(value: object) -> bytes:
    """Return the canonical bytes of `value` (RFC 8785, 3.2).

    Raises:
        NotCanonical: a type without one exact form, an integer beyond ±(2^53 − 1), a lone
            surrogate, or containers nested deeper than `DEPTH_MAX`.
    """
    return _written(_ordered(value, 0))


def sha256_hex(value: object) -> str:
    """Return the hexadecimal SHA-256 of the canonical form of `value`."""
    return hashlib.sha256(canonical(value)).hexdigest()


def read_canonical(content: bytes) -> object:
    """Return the value that `content` is the canonical form of.

    A document that is signed and kept must have one spelling, so anything that would not be
    written back byte for byte is refused.

    Raises:
        NotCanonical: not UTF-8, not JSON, a duplicate name, a number that is not a safe integer,
            too deep, or another spelling than the canonical one.
    """
    value = _parsed(_ORDERED_READER, content)
    # A name, a number or a nesting that has no canonical form did not get this far.
    if _written(value) != content:
        raise NotCanonical("JSON, but not in its canonical spelling (RFC 8785, 3.2)")
    if content.count(b"{") + content.count(b"[") > DEPTH_MAX:
        _ordered(value, 0)
    return value


def read_any_spelling(content: bytes) -> object:
    """Return the value that `content` writes, with whatever spaces and order of members.

    For what is read but never hashed.

    Raises:
        NotCanonical: as `read_canonical`, except for the spelling.
    """
    value = _parsed(_READER, content)
    canonical(value)
    return value


def _parsed(reader: json.JSONDecoder, content: bytes) -> object:
    try:
        value: object = reader.decode(content.decode("utf-8"))
    except NotCanonical:
        raise
    except (ValueError, RecursionError) as unreadable:
        raise NotCanonical("not JSON in UTF-8 (RFC 8259, 8.1)") from unreadable
    return value


def _written(ordered: object) -> bytes:
    try:
        return _WRITER.encode(ordered).encode("utf-8")
    except UnicodeEncodeError as surrogate:
        raise NotCanonical("a lone surrogate is no character (RFC 8785, 3.2.2.2)") from surrogate
    except RecursionError as endless:
        raise NotCanonical(f"nested deeper than {DEPTH_MAX}") from endless


def _ordered(value: object, depth: int) -> object:
    """Return `value` with the names of every object in the order of RFC 8785, 3.2.3."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, int):
        return _safe(value)
    if not isinstance(value, dict | list):
        raise NotCanonical(f"{type(value).__name__} has no canonical form")
    if depth == DEPTH_MAX:
        raise NotCanonical(f"nested deeper than {DEPTH_MAX}")
    if isinstance(value, list):
        return [_ordered(element, depth + 1) for element in value]
    return {name: _ordered(value[name], depth + 1) for name in _names(value)}


def _names(members: Mapping[str, object]) -> list[str]:
    """Return the names of an object in their order; of ASCII it is that of the letters."""
    try:
        ascii_only = "".join(members).isascii()
    except TypeError:
        ascii_only = False
    return sorted(members) if ascii_only else sorted(members, key=_utf16)


def _safe(number: int) -> int:
    if not -INTEGER_MAX <= number <= INTEGER_MAX:
        raise NotCanonical("an integer beyond ±(2^53 − 1) (RFC 7493, 2.2)")
    return number


def _utf16(name: object) -> bytes:
    """Return the sorting key of RFC 8785, 3.2.3: names compare by their UTF-16 code units."""
    if not isinstance(name, str):
        raise NotCanonical(f"{type(name).__name__} is no name of a member")
    try:
        return name.encode("utf-16-be")
    except UnicodeEncodeError as surrogate:
        raise NotCanonical("a lone surrogate is no character (RFC 8785, 3.2.2.2)") from surrogate


def _unique(members: list[tuple[str, object]]) -> Mapping[str, object]:
    unique = dict(members)
    if len(unique) != len(members):
        raise NotCanonical("a name occurs twice in one object (RFC 7493, 2.3)")
    return unique


def _in_order(members: list[tuple[str, object]]) -> Mapping[str, object]:
    unique = _unique(members)
    if list(unique) != _names(unique):
        raise NotCanonical("the names of an object are not in their order (RFC 8785, 3.2.3)")
    return unique


def _safe_integer(spelling: str) -> int:
    return _safe(int(spelling))


def _refuse_number(spelling: str) -> object:
    raise NotCanonical(f"the number {spelling[:20]} is no integer")


# A verifier of a hundred thousand votes reads and writes half a million documents: the two are
# made once. What is written is a fresh tree, so it cannot contain itself.
_PLAIN = (str, bool, type(None))
_WRITER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":")
)
_READER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_refuse_number, parse_constant=_refuse_number
)
_ORDERED_READER = json.JSONDecoder(
    object_pairs_hook=_in_order,
    parse_int=_safe_integer,
    parse_float=_refuse_number,
    parse_constant=_refuse_number,
)

"""Canonical JSON: RFC 8785 for our subset, judged by an implementation that is not ours."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as some

from services.proofs.canonical import (
    DEPTH_MAX,
    INTEGER_MAX,
    NotCanonical,
    canonical,
    read_canonical,
    sha256_hex,
)

TEXTS = some.text(some.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = some.none() | some.booleans() | TEXTS | some.integers(-INTEGER_MAX, INTEGER_MAX)
VALUES = some.recursive(
    SCALARS,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_our_bytes_are_those_of_an_independent_implementation(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # its own recursive type


@given(VALUES)
def test_what_was_written_is_read_back(value: object) -> None:
    assert read_canonical(canonical(value)) == value


@given(VALUES.filter(lambda value: isinstance(value, dict | list) and bool(value)))
def test_the_same_value_with_spaces_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        read_canonical(json.dumps(value, ensure_ascii=False, indent=1).encode())


@given(some.binary(max_size=60))
def test_any_bytes_are_either_read_and_rewritten_alike_or_refused(content: bytes) -> None:
    try:
        value = read_canonical(content)
    except NotCanonical:
        return
    assert canonical(value) == content


def test_names_are_ordered_by_utf16_code_units_not_by_code_points() -> None:
    # RFC 8785, 3.2.3: U+1F600 is written D83D DE00 and therefore comes before U+FB33.
    assert canonical({"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3, "1": 4, "\r": 5}) == (
        '{"\\r":5,"1":4,"€":3,"😀":2,"\ufb33":1}'.encode()
    )


def test_controls_are_escaped_as_the_rfc_spells_them() -> None:
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/\b\f\r\t\x7f"
    assert canonical(text) == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\\b\\f\\r\\t\x7f"'.encode()


@pytest.mark.parametrize("number", [INTEGER_MAX, -INTEGER_MAX, 0])
def test_safe_integers_have_a_form(number: int) -> None:
    assert canonical(number) == str(number).encode()


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        INTEGER_MAX + 1,
        -INTEGER_MAX - 1,
        "\ud800",
        ["\udfff"],
        {"\ud800": 1},
        {1: "a"},
        {None: "a"},
        (1, 2),
        b"bytes",
        {"a": {1, 2}},
        object(),
    ],
    ids=repr,
)
def test_a_value_without_one_exact_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def _nested(depth: int) -> object:
    value: object = 0
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def test_sixteen_levels_are_read_and_written_and_seventeen_are_not() -> None:
    content = canonical(_nested(DEPTH_MAX))
    assert canonical(read_canonical(content)) == content
    with pytest.raises(NotCanonical):
        canonical(_nested(DEPTH_MAX + 1))
    with pytest.raises(NotCanonical):
        read_canonical(b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1))


@pytest.mark.parametrize(
    "content",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'\xef\xbb\xbf{"a":1}',
        b'"\\u00e9"',
        b'"\\/"',
        b'"\\u000A"',
        b'"\\ud800"',
        b"1.0",
        b"1e2",
        b"-0",
        b"01",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"9" * 5000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff",
        b"",
        b"{}{}",
    ],
    ids=lambda content: content[:16].decode("latin-1"),
)
def test_bytes_in_any_other_spelling_are_refused(content: bytes) -> None:
    with pytest.raises(NotCanonical):
        read_canonical(content)


def test_the_hash_is_that_of_the_canonical_bytes() -> None:
    assert sha256_hex({"b": [], "a": None}) == (
        "2882ce441a86605d26cc560f04025d0b96a9b1cd72aa61107d2a102f2507415a"
    )

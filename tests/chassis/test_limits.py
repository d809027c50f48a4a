"""Depth is counted outside strings only."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.limits import DEPTH_MAX, is_text, is_too_deep


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max((depth_of(one) for one in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth_of(one) for one in value), default=0)
    return 0


TREES = st.recursive(
    st.text() | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=60,
)


@given(TREES, st.integers(0, 8))
def test_it_agrees_with_the_parsed_value(tree: object, limit: int) -> None:
    content = json.dumps(tree, ensure_ascii=False).encode()
    assert is_too_deep(content, limit) == (depth_of(tree) > limit)


@pytest.mark.parametrize("extra", [0, 1])
def test_the_limit_itself_is_allowed(extra: int) -> None:
    content = b"[" * (DEPTH_MAX + extra) + b"]" * (DEPTH_MAX + extra)
    assert is_too_deep(content) == bool(extra)


@given(st.text(), st.booleans())
def test_only_a_nul_makes_json_text_unreadable(text: str, ascii_only: bool) -> None:  # noqa: FBT001 - hypothesis hands it over
    content = json.dumps([text], ensure_ascii=ascii_only).encode(errors="surrogatepass")
    lone = any("\ud800" <= one <= "\udfff" for one in text) and not ascii_only
    assert is_text(content) == ("\x00" not in text and not lone)


@pytest.mark.parametrize("content", [b"\xff\xfe{\x00}\x00", '{"a": "好"}'.encode("gbk"), b"\x00"])
def test_other_encodings_are_no_text(content: bytes) -> None:
    assert not is_text(content)


def test_a_backslash_before_u0000_is_not_a_nul() -> None:
    assert is_text(rb'["\\u0000"]')
    assert not is_text(rb'["\\\u0000"]')

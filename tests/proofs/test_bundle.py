"""Any file at all: a bundle is believed or refused, and nothing else can happen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from services.proofs.bundle import check_bundle
from services.proofs.bundle_lines import LINE_SIZE_BYTES_MAX
from services.proofs.steps import Report, Unreadable, Verdict
from tests.support.bundles import Log, Scene, checked, encoded, failed
from tests.support.ledger_bundles import LedgerScene

OF_THIS_LOG = "the bundle is of this estate's log"
WHOLE = "the lines are whole, in order and complete"

BALLOT = Scene().play()
LEDGER = LedgerScene().play()
BUNDLES: dict[str, tuple[Log, bytes]] = {
    "opened ballot": (BALLOT.log, encoded(BALLOT.lines())),
    "unopened ballot": (BALLOT.log, encoded(BALLOT.lines(opened=False))),
    "ledger": (LEDGER.log, encoded(LEDGER.lines())),
}
each_bundle = pytest.mark.parametrize(("log", "content"), BUNDLES.values(), ids=BUNDLES.keys())
with_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@each_bundle
@given(drawn=some.data())
@with_one_folder
def test_any_single_byte_changed_is_caught(
    log: Log, content: bytes, drawn: some.DataObject, tmp_path: Path
) -> None:
    position = drawn.draw(some.integers(0, len(content) - 1))
    byte = drawn.draw(some.integers(0, 255).filter(lambda byte: byte != content[position]))
    changed = content[:position] + bytes([byte]) + content[position + 1 :]
    assert checked(changed, log, tmp_path).verdict() is Verdict.FAIL


@each_bundle
@given(drawn=some.data())
@with_one_folder
def test_any_bytes_cut_out_or_put_in_are_caught(
    log: Log, content: bytes, drawn: some.DataObject, tmp_path: Path
) -> None:
    position = drawn.draw(some.integers(0, len(content) - 1))
    cut = drawn.draw(some.integers(0, 40))
    put = drawn.draw(some.binary(max_size=8))
    changed = content[:position] + put + content[position + cut :]
    if changed != content:
        assert checked(changed, log, tmp_path).verdict() is Verdict.FAIL


@each_bundle
def test_any_truncation_is_caught(log: Log, content: bytes, tmp_path: Path) -> None:
    for size in range(0, len(content), 211):
        assert checked(content[:size], log, tmp_path).verdict() is Verdict.FAIL


@given(content=some.binary(max_size=200))
@with_one_folder
def test_any_other_file_is_no_bundle(content: bytes, tmp_path: Path) -> None:
    assert failed(checked(content, BALLOT.log, tmp_path)) == [OF_THIS_LOG]


def _after_header(line: bytes) -> Callable[[bytes], bytes]:
    def act(content: bytes) -> bytes:
        first, newline, rest = content.partition(b"\n")
        return first + newline + line + b"\n" + rest

    return act


HOSTILE = {
    "too long": b'"' + b"a" * LINE_SIZE_BYTES_MAX + b'"',
    "too deep": b'{"a":' * 100_000,
    "seventeen deep": b"[" * 17 + b"]" * 17,
    "not UTF-8": b'{"type":"\xff"}',
    "a lone surrogate": b'{"type":"\\ud800"}',
    "no JSON": b"{",
    "no object": b"[]",
    "nothing": b"",
    "a huge number": b'{"leaves":' + b"9" * 5000 + b',"type":"end"}',
    "a number below zero": b'{"leaves":-1,"type":"end"}',
    "a fraction": b'{"leaves":1.0,"type":"end"}',
    "a truth value for a number": b'{"leaves":true,"type":"end"}',
    "a name twice": b'{"leaves":1,"leaves":1,"type":"end"}',
    "a space": b'{"leaves":1, "type":"end"}',
    "a carriage return": b'{"leaves":1,"type":"end"}\r',
    "another type": b'{"type":"note"}',
    "a type that is no text": b'{"type":["leaf"]}',
    "a member more": b'{"leaves":1,"more":1,"type":"end"}',
    "NaN": b'{"leaves":NaN,"type":"end"}',
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE.keys())
@each_bundle
def test_a_hostile_line_is_refused(log: Log, content: bytes, line: bytes, tmp_path: Path) -> None:
    assert failed(checked(_after_header(line)(content), log, tmp_path)) == [WHOLE]
    assert failed(checked(line + b"\n" + content, log, tmp_path)) == [OF_THIS_LOG]


@each_bundle
def test_a_bundle_is_not_checked_with_another_log_s_keys(
    log: Log, content: bytes, tmp_path: Path
) -> None:
    other = Log("ledger" if log.service == "voting" else "voting")
    assert failed(checked(content, other, tmp_path)) == [OF_THIS_LOG]
    assert failed(checked(content, Log(log.service, "another"), tmp_path)) == [OF_THIS_LOG]


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(Unreadable):
            check_bundle(path, BALLOT.log.keys(), [], Report())

"""A ledger's bundle: its figures, and the one step that catches each lie."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.proofs.canonical import canonical
from services.proofs.leaf import Kind, read_record, record_of, sign
from services.proofs.steps import Verdict
from tests.support.bundles import Line, checked, encoded, failed, id_of, key_of
from tests.support.ledger_bundles import Document, LedgerScene

OF_THIS_LOG = "the bundle is of this estate's log"
SIGNED = "the log of this estate signed the checkpoint"
WITNESSED = "enough witnesses cosigned the checkpoint"
WHOLE = "the lines are whole, in order and complete"
SIGNATURES = "every leaf is signed by the key that it names"
ROOT = "all leaves together lead to the checkpoint's root"
RECORD_KEY = "everything but votes is signed by the estate's record key"
CONTENTS = "contents have the hashes that the leaves name"
SUBJECTS = "records name the kind and the id of their contents"
BOOKS = "entries follow without a gap, balance, and reverse what is there"
LIMITS = "spending stayed within the rules of procedure"
STATEMENTS = "every published half-year is what its entries say"
RECEIPT = "receipt 1 is in its place and counted"


def test_months_half_years_and_the_balance_are_summed_again(tmp_path: Path) -> None:
    scene = LedgerScene().play()
    receipts = [scene.log.receipt(position) for position in range(1, 8)]
    report = checked(encoded(scene.lines()), scene.log, tmp_path, receipts)
    assert {step.verdict for step in report.steps} == {Verdict.PASS}
    said = {step.en: step.detail for step in report.steps}
    assert said["2026-01"] == "1000.00 + 300.00 - 0.00 = 1300.00"
    assert said["2026-02"] == "1300.00 + 0.00 - 600.00 = 700.00"
    assert said["2026-05"] == "700.00 + 0.00 - -500.00 = 1200.00"
    assert said["2026-07"] == "750.00 + 123.45 - 0.00 = 873.45"
    assert said["a published half-year"] == "2026H1: 1000.00 + 300.00 - 550.00 = 750.00"
    assert said["the balance"] == "873.45 after 7 entries"


def test_a_ledger_without_any_entry_is_in_order(tmp_path: Path) -> None:
    scene = LedgerScene()
    scene.log.add_content(Kind.LIMITS, scene.log.estate_id, scene.limits.encoded())
    report = checked(encoded(scene.lines()), scene.log, tmp_path)
    assert failed(report) == []
    assert report.steps[-1].detail == "0.00 after 0 entries"


def test_a_later_version_of_the_document_may_say_more(tmp_path: Path) -> None:
    scene = LedgerScene()
    scene.change = lambda entries: entries[6].update(version=2, voucher_sha256="00" * 32)
    scene.play()
    assert failed(checked(encoded(scene.lines()), scene.log, tmp_path)) == []


def line_of(lines: list[Line], kind: Kind, number: int = 0) -> Line:
    return [one for one in lines if f'"{kind}"' in one.get("record", "")][number]


def change_content(kind: Kind, change: Callable[[Document], Any]) -> Callable[[list[Line]], None]:
    def act(lines: list[Line]) -> None:
        line = line_of(lines, kind)
        content = json.loads(line["content"])
        change(content)
        line["content"] = canonical(content).decode()

    return act


def swap_contents(lines: list[Line]) -> None:
    one, other = line_of(lines, Kind.ENTRY, 1), line_of(lines, Kind.ENTRY, 2)
    one["content"], other["content"] = other["content"], one["content"]


def sign_again(lines: list[Line]) -> None:
    line = line_of(lines, Kind.ENTRY)
    made = sign(key_of("thief"), read_record(line["record"].encode()))
    line |= {"signature": made.signature.hex(), "public_key": made.public_key.hex()}


def another_record(lines: list[Line]) -> None:
    line = line_of(lines, Kind.ENTRY)
    line["record"] = line["record"].replace('"entry"', '"reversal"')


def roll_entry(lines: list[Line]) -> None:
    entry = {"entry_id": id_of("entry"), "area_centi": 1, "kind": "OWNERS"}
    lines.insert(1, {"type": "entry", "holders_sha256": "00" * 32, **entry})


def checkpoint_of_another(lines: list[Line]) -> None:
    lines[0]["checkpoint"] = LedgerScene("another").play().lines()[0]["checkpoint"]


DONE_TO_THE_FILE: dict[str, tuple[Callable[[list[Line]], Any], str]] = {
    "amount changed": (
        change_content(Kind.ENTRY, lambda c: c["legs"][0].update(amount_fen=1)),
        CONTENTS,
    ),
    "memo changed": (change_content(Kind.ENTRY, lambda c: c.update(memo="…")), CONTENTS),
    "statement changed": (
        change_content(Kind.STATEMENT, lambda c: c.update(income_fen=1)),
        CONTENTS,
    ),
    "limits changed": (change_content(Kind.LIMITS, lambda c: c.update(uses_max=9)), CONTENTS),
    "contents swapped": (swap_contents, CONTENTS),
    "signed again by another key": (sign_again, ROOT),
    "entry labelled as a reversal": (another_record, SIGNATURES),
    "entry dropped": (lambda lines: lines.pop(3), WHOLE),
    "entry twice": (lambda lines: lines.insert(3, dict(lines[3])), WHOLE),
    "entries swapped": (lambda lines: lines.insert(3, lines.pop(4)), WHOLE),
    "tail dropped": (lambda lines: lines.__delitem__(slice(-3, -1)), WHOLE),
    "end dropped": (lambda lines: lines.pop(), WHOLE),
    "content dropped": (lambda lines: lines[3].pop("content"), WHOLE),
    "holders shown": (lambda lines: lines[3].update(holders=[]), WHOLE),
    "an electorate's entry": (roll_entry, WHOLE),
    "begun later": (lambda lines: lines[0].update(first=1, range=["00" * 32]), OF_THIS_LOG),
    "another estate": (lambda lines: lines[0].update(estate_id=id_of("another")), OF_THIS_LOG),
    "a ballot's header": (
        lambda lines: lines[0].update(format="owner-card/ballot-bundle@v1"),
        OF_THIS_LOG,
    ),
    "checkpoint of another estate": (checkpoint_of_another, SIGNED),
}


@pytest.mark.parametrize(("change", "step"), DONE_TO_THE_FILE.values(), ids=DONE_TO_THE_FILE.keys())
def test_what_is_done_to_the_file_is_caught_at_its_step(
    change: Callable[[list[Line]], Any], step: str, tmp_path: Path
) -> None:
    scene = LedgerScene().play()
    lines = scene.lines()
    change(lines)
    assert failed(checked(encoded(lines), scene.log, tmp_path)) == [step]


def changing(change: Callable[[list[Document]], Any]) -> Callable[[LedgerScene], None]:
    return lambda scene: setattr(scene, "change", change)


def on_entry(number: int, **members: object) -> Callable[[LedgerScene], None]:
    return changing(lambda entries: entries[number - 1].update(members))


def amount(number: int, leg: int, fen: int) -> Callable[[LedgerScene], None]:
    return changing(lambda entries: entries[number - 1]["legs"][leg].update(amount_fen=fen))


def amounts(number: int, fen: int) -> Callable[[LedgerScene], None]:
    def act(entries: list[Document]) -> None:
        entries[number - 1]["legs"][0]["amount_fen"] = fen
        entries[number - 1]["legs"][1]["amount_fen"] = -fen

    return changing(act)


def another_mirror(entries: list[Document]) -> None:
    entries[4]["legs"][1]["account"] = "CLEANING"


def take_back(entry: int) -> Callable[[LedgerScene], None]:
    back = {"entry_id": id_of(f"booked/{entry}"), "reason_code": "OTHER", "reason": ""}
    return on_entry(5, reverses=back)


def take_back_twice(entries: list[Document]) -> None:
    entries[5] = entries[4] | {"number": 6, "entry_id": id_of("booked/6")}


def on_statement(**members: object) -> Callable[[LedgerScene], None]:
    return lambda scene: setattr(scene, "statement_change", lambda one: one.update(members))


def month_of_statement(scene: LedgerScene) -> None:
    scene.statement_change = lambda one: one["months"][1].update(expense_fen=1)


def category_of_statement(scene: LedgerScene) -> None:
    scene.statement_change = lambda one: one["categories"][0].update(amount_fen=1)


def on_limits(**members: object) -> Callable[[LedgerScene], None]:
    return lambda scene: setattr(scene, "limits_change", lambda one: one.update(members))


def signed_by_a_stranger(kind: Kind) -> Callable[[LedgerScene], None]:
    return lambda scene: scene.signer.update({kind: "stranger"})


DONE_WITH_STOLEN_KEYS: dict[str, tuple[Callable[[LedgerScene], Any], str]] = {
    "an entry signed by another key": (signed_by_a_stranger(Kind.ENTRY), RECORD_KEY),
    "a statement signed by another key": (signed_by_a_stranger(Kind.STATEMENT), RECORD_KEY),
    "an entry of another estate": (on_entry(2, estate_id=id_of("another")), SUBJECTS),
    "an entry in another currency": (on_entry(2, currency="USD"), SUBJECTS),
    "an entry on no day": (on_entry(2, occurred_on="2026-02-30"), SUBJECTS),
    "an entry without legs": (on_entry(2, legs=None), SUBJECTS),
    "an entry of a fraction": (amount(2, 0, 10**15 + 1), SUBJECTS),
    "a reversal of nothing": (on_entry(5, reverses=None), SUBJECTS),
    "an unbalanced entry": (amount(2, 0, 30_001), BOOKS),
    "an entry with one leg": (
        on_entry(2, legs=[{"account": "BANK", "amount_fen": 0}]),
        BOOKS,
    ),
    "a gap": (changing(lambda entries: entries[3].update(number=5)), BOOKS),
    "an id used twice": (on_entry(4, entry_id=id_of("booked/2")), BOOKS),
    "a second opening balance": (on_entry(2, kind="OPENING"), BOOKS),
    "no opening balance": (on_entry(1, kind="INCOME"), BOOKS),
    "an entry before the opening balance": (on_entry(2, occurred_on="2026-01-04"), BOOKS),
    "an income that is an expense": (amounts(2, -30_000), BOOKS),
    "an expense that is an income": (amounts(4, 10_000), BOOKS),
    "an amount that was changed back": (amounts(5, 49_999), BOOKS),
    "a reversal of another category": (changing(another_mirror), BOOKS),
    "a reversal of another entry": (take_back(4), BOOKS),
    "a reversal of an opening balance": (take_back(1), BOOKS),
    "a reversal of what is not there": (take_back(99), BOOKS),
    "a reversal of what comes later": (take_back(6), BOOKS),
    "two reversals of one entry": (changing(take_back_twice), BOOKS),
    "an expense beyond one use": (amounts(6, -50_001), LIMITS),
    "expenses beyond the half-year": (on_limits(amount_total_max_fen=59_999), LIMITS),
    "one use too many": (on_limits(uses_max=1), LIMITS),
    "limits of a later version": (on_limits(version=2), LIMITS),
    "limits that contradict themselves": (on_limits(amount_total_max_fen=1), LIMITS),
    "limits of another estate": (on_limits(estate_id=id_of("another")), LIMITS),
    "a statement with another closing": (on_statement(closing_fen=75_001), STATEMENTS),
    "a statement with another month": (month_of_statement, STATEMENTS),
    "a statement with another category": (category_of_statement, STATEMENTS),
    "a statement of another half-year": (on_statement(period="2026H2"), STATEMENTS),
    "a statement of no half-year": (on_statement(period="2026H3"), STATEMENTS),
    "a statement of fewer entries": (on_statement(entries_count=5), STATEMENTS),
    "a statement of another estate": (on_statement(estate_id=id_of("another")), STATEMENTS),
    "a statement of a second version": (
        on_statement(version=2, supersedes=id_of("statement")),
        STATEMENTS,
    ),
    "a statement that supersedes nothing": (
        on_statement(supersedes=id_of("another")),
        STATEMENTS,
    ),
    "a statement dated before the limits that were logged first": (
        on_statement(published_at="2026-07-10T01:02:02Z"),
        STATEMENTS,
    ),
    "a statement dated after it was signed": (
        on_statement(published_at="2026-07-10T01:02:04Z"),
        STATEMENTS,
    ),
    "limits dated after they were signed": (on_limits(set_at="2026-07-10T01:02:04Z"), LIMITS),
    "a statement that says more": (on_statement(remark="…"), STATEMENTS),
    "an expense that was published as another": (amounts(4, -10_001), STATEMENTS),
}


@pytest.mark.parametrize(
    ("change", "step"), DONE_WITH_STOLEN_KEYS.values(), ids=DONE_WITH_STOLEN_KEYS.keys()
)
def test_what_is_done_with_stolen_keys_is_caught_at_its_step(
    change: Callable[[LedgerScene], Any], step: str, tmp_path: Path
) -> None:
    scene = LedgerScene()
    change(scene)
    scene.play()
    assert failed(checked(encoded(scene.lines()), scene.log, tmp_path)) == [step]


def test_an_expense_rests_on_limits_that_were_set_before_it(tmp_path: Path) -> None:
    scene = LedgerScene()
    for document in scene.entries():
        kind = Kind.REVERSAL if document["reverses"] else Kind.ENTRY
        scene.log.add_content(kind, document["entry_id"], canonical(document))
    assert failed(checked(encoded(scene.lines()), scene.log, tmp_path)) == [LIMITS]


def test_an_entry_is_logged_under_its_own_id_and_kind(tmp_path: Path) -> None:
    for kind, subject in ((Kind.ENTRY, id_of("another")), (Kind.REVERSAL, id_of("booked/1"))):
        scene = LedgerScene()
        content = canonical(scene.entries()[0])
        scene.log.add(record_of(kind, subject, content), shown={"content": content.decode()})
        assert failed(checked(encoded(scene.lines()), scene.log, tmp_path)) == [SUBJECTS]


@pytest.mark.parametrize("kind", [Kind.LIMITS, Kind.WITNESSES])
def test_limits_and_witnesses_are_logged_under_their_estate(kind: Kind, tmp_path: Path) -> None:
    scene = LedgerScene()
    scene.log.add_content(kind, id_of("another"), scene.limits.encoded())
    assert failed(checked(encoded(scene.lines()), scene.log, tmp_path)) == [SUBJECTS]


def test_a_receipt_of_an_entry_that_was_dropped_is_not_honoured(tmp_path: Path) -> None:
    honest, false = LedgerScene().play(), LedgerScene()
    false.change = lambda entries: entries.pop()
    false.play()
    receipt = honest.log.receipt(9)
    assert failed(checked(encoded(false.lines()), false.log, tmp_path)) == []
    assert failed(checked(encoded(false.lines()), false.log, tmp_path, [receipt])) == [RECEIPT]
    other = replace(receipt, document=b"{}")
    assert failed(checked(encoded(honest.lines()), honest.log, tmp_path, [other])) == [RECEIPT]


def test_a_bundle_is_witnessed_as_its_log_must_be(tmp_path: Path) -> None:
    scene = LedgerScene().play()
    scene.log.witnesses = ["neighbour"]
    assert failed(checked(encoded(scene.lines()), scene.log, tmp_path)) == [WITNESSED]

"""A ballot's bundle: what it proves when it is right, and the one step that catches each lie."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.proofs.announced import Openings, Schedule
from services.proofs.attestation import Capacity
from services.proofs.bundle import check_bundle
from services.proofs.canonical import canonical
from services.proofs.leaf import Kind, read_record, record_of, sign
from services.proofs.rules import read_rules
from services.proofs.steps import Report, Verdict
from services.proofs.vote import Channel
from tests.support.bundles import (
    ANNOUNCED_AT,
    CAST,
    LOGGED_AT,
    RULES,
    Cast,
    Line,
    Paper,
    Scene,
    checked,
    encoded,
    failed,
    id_of,
    key_of,
    public_of,
)

OF_THIS_LOG = "the bundle is of this estate's log"
SIGNED = "the log of this estate signed the checkpoint"
TIMED = "the checkpoint's time is signed"
WITNESSED = "enough witnesses cosigned the checkpoint"
WHOLE = "the lines are whole, in order and complete"
SIGNATURES = "every leaf is signed by the key that it names"
ROOT = "all leaves together lead to the checkpoint's root"
RECORD_KEY = "everything but votes is signed by the estate's record key"
ORDER = "the records are all there, each in its place"
CONTENTS = "contents have the hashes that the leaves name"
NOTICE = "the announcement is of this ballot"
ATTESTERS = "identity's keys in the announcement are the pinned ones"
ROLL = "the electorate, rebuilt entry by entry, is the frozen one"
TABLE = "the decision rules are those that were announced"
SCHEDULE = "the schedule holds together"
OPENED = "every vote is opened"
VOTE_FORM = "every vote is a vote document"
THIS_BALLOT = "every vote names this ballot"
ATTESTED = "identity attested the key behind every vote"
HOLDER = "every vote is for an entry of the roll, by one of its holders or an official"
ONCE = "nobody voted twice"
CHOICES = "every vote answers exactly the items"
READABLE = "the published result can be counted again"
AFTER_CLOSE = "the count was after the close"
FROZEN = "counted on what was frozen"
TURNOUT = "people and area that voted"
ITEM_1 = "item 1, counted again"
ITEM_2 = "item 2, counted again"
ITEM_1_SUMS = "item 1, from the published sums"
BYTES = "the whole result, byte for byte"
RECEIPT = "receipt 1 is in its place and counted"


def details(report: Report) -> dict[str, str]:
    return {step.en: step.detail for step in report.steps}


def test_an_opened_bundle_is_counted_again_number_by_number(tmp_path: Path) -> None:
    scene = Scene().play()
    receipts = [scene.log.receipt(position) for position in scene.positions.values()]
    report = checked(encoded(scene.lines()), scene.log, tmp_path, receipts)
    assert {step.verdict for step in report.steps} == {Verdict.PASS}
    said = details(report)
    assert said[ROLL] == "7 people, 561.47 m²"
    assert said[TURNOUT] == ("6 / 481.05 m² of 7 / 561.47 m²; PHONE 4, PAPER 1, TELEPHONE 1")
    assert said[ITEM_1] == (
        "事项 1: 赞同 agree 3 / 240.42 m²; 反对 against 1 / 80.14 m²; 弃权 abstain 1 / 80.21 m²; "
        "随多数 follow 1 / 80.28 m² → AGREE; "
        "参与 took part 6 / 481.05 m², 需 needed 5 / 374.32 m²; "
        "同意 agreeing 4 / 320.70 m², 需 needed 4 / 240.53 m²; PASSED"
    )
    assert said["receipt 6 is in its place and counted"] == "leaf 16"


def test_without_openings_the_verdict_follows_from_the_published_sums(tmp_path: Path) -> None:
    scene = Scene().play()
    report = checked(encoded(scene.lines(opened=False)), scene.log, tmp_path)
    assert failed(report) == []
    withheld = [step.en for step in report.steps if step.verdict is Verdict.WITHHELD]
    assert withheld == [OPENED, VOTE_FORM, THIS_BALLOT, ATTESTED, HOLDER, ONCE, CHOICES]
    assert details(report)[ITEM_1_SUMS].endswith("PASSED")


def test_without_pinned_attesters_their_keys_are_shown_to_be_compared(tmp_path: Path) -> None:
    scene = Scene().play()
    path = tmp_path / "bundle.jsonl"
    path.write_bytes(encoded(scene.lines()))
    report = Report()
    check_bundle(path, scene.log.keys(), [], report)
    (withheld,) = (step for step in report.steps if step.verdict is Verdict.WITHHELD)
    assert withheld.en == ATTESTERS
    assert public_of("identity").hex() in withheld.detail


def test_a_bundle_of_many_chunks_is_checked_by_several_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.proofs.bundle.processes_for", lambda _size: 2)
    scene = Scene()
    scene.paper.owners = 600
    scene.paper.cast = [Cast(owner, "AD") for owner in range(600)]
    scene.play()
    lines = scene.lines()
    assert failed(checked(encoded(lines), scene.log, tmp_path)) == []
    leaf(lines, Kind.VOTE, 500)["holders"] = ["holder-1", "spouse-1"]
    report = checked(encoded(lines), scene.log, tmp_path)
    assert failed(report) == [HOLDER]
    leaf(lines, Kind.VOTE, 550)["position"] = "x"
    assert failed(checked(encoded(lines), scene.log, tmp_path)) == [WHOLE]


def test_a_longer_vote_is_counted_against_its_last_close(tmp_path: Path) -> None:
    scene = Scene()
    first = scene.paper.schedules[0]
    longer = replace(first, closes_on=first.closes_on + timedelta(days=3), version=2)
    scene.paper.schedules = [first, longer]
    scene.paper.counted_at = longer.closes_at
    scene.log.logged_at = int(longer.closes_at.timestamp())
    scene.play()
    assert failed(checked(encoded(scene.lines()), scene.log, tmp_path)) == []


# --- what anybody can do to the file -------------------------------------------------------------


def leaf(lines: list[Line], kind: Kind, number: int = 0) -> Line:
    """Return the line of one leaf of the bundle's ballot."""
    wanted = id_of("ballot")
    return [
        line
        for line in lines
        if line["type"] == "leaf"
        and (record := read_record(line["record"].encode())).kind is kind
        and record.subject == wanted
    ][number]


def entry(lines: list[Line], number: int = 0) -> Line:
    return [line for line in lines if line["type"] == "entry"][number]


def change_content(kind: Kind, change: Callable[[Any], None]) -> Callable[[list[Line]], None]:
    def act(lines: list[Line]) -> None:
        line = leaf(lines, kind)
        content = json.loads(line["content"])
        change(content)
        line["content"] = canonical(content).decode()

    return act


def change_weight(lines: list[Line]) -> None:
    entry(lines)["area_centi"] += 1


def remove_entry(lines: list[Line]) -> None:
    lines.remove(entry(lines, 3))


def add_entry(lines: list[Line]) -> None:
    last = entry(lines, -1)
    lines.insert(lines.index(last) + 1, {**last, "entry_id": "f" * 8 + last["entry_id"][8:]})


def repeat_entry(lines: list[Line]) -> None:
    lines.insert(lines.index(entry(lines, 2)), dict(entry(lines, 2)))


def swap_entries(lines: list[Line]) -> None:
    at = lines.index(entry(lines, 2))
    lines[at], lines[at + 1] = lines[at + 1], lines[at]


def change_holders_of_entry(lines: list[Line]) -> None:
    entry(lines)["holders_sha256"] = "00" * 32


def change_kind_of_entry(lines: list[Line]) -> None:
    entry(lines)["kind"] = "DEVELOPER"


def change_policy_of_roll(lines: list[Line]) -> None:
    line = leaf(lines, Kind.ELECTORATE)
    line["policy"] = {**line["policy"], "parking_area_counts": True}


def drop_vote(lines: list[Line]) -> None:
    lines.remove(leaf(lines, Kind.VOTE, 2))


def drop_vote_and_close_the_gap(lines: list[Line]) -> None:
    gone = leaf(lines, Kind.VOTE, 2)
    lines.remove(gone)
    for line in lines:
        if line.get("position", -1) > gone["position"]:
            line["position"] -= 1
    lines[-1]["leaves"] -= 1


def drop_opening(lines: list[Line]) -> None:
    for name in ("content", "key", "holders"):
        del leaf(lines, Kind.VOTE)[name]


def drop_key(lines: list[Line]) -> None:
    del leaf(lines, Kind.VOTE)["key"]


def drop_holders(lines: list[Line]) -> None:
    del leaf(lines, Kind.VOTE)["holders"]


def relabel(lines: list[Line]) -> None:
    line = leaf(lines, Kind.VOTE)
    line["record"] = line["record"].replace(id_of("ballot"), id_of("other ballot"))
    for name in ("content", "key", "holders"):
        del line[name]


def relabel_into_this_ballot(lines: list[Line]) -> None:
    (line, *_) = (one for one in lines if id_of("other ballot") in one.get("record", ""))
    vote = leaf(lines, Kind.VOTE)
    line["record"] = line["record"].replace(id_of("other ballot"), id_of("ballot"))
    line |= {name: vote[name] for name in ("content", "key", "holders")}


def sign_again(kind: Kind, *, public: bool) -> Callable[[list[Line]], None]:
    def act(lines: list[Line]) -> None:
        line = leaf(lines, kind)
        made = sign(key_of("thief"), read_record(line["record"].encode()))
        line["signature"] = made.signature.hex()
        if public:
            line["public_key"] = made.public_key.hex()

    return act


def swap(name: str) -> Callable[[list[Line]], None]:
    def act(lines: list[Line]) -> None:
        one, other = leaf(lines, Kind.VOTE, 0), leaf(lines, Kind.VOTE, 1)
        one[name], other[name] = other[name], one[name]

    return act


def swap_lines(lines: list[Line]) -> None:
    at = lines.index(leaf(lines, Kind.VOTE))
    lines[at], lines[at + 1] = lines[at + 1], lines[at]


def repeat_line(lines: list[Line]) -> None:
    lines.insert(lines.index(leaf(lines, Kind.VOTE)), dict(leaf(lines, Kind.VOTE)))


def entry_elsewhere(lines: list[Line]) -> None:
    lines.insert(-1, dict(entry(lines)))


def set_header(name: str, value: object) -> Callable[[list[Line]], None]:
    def act(lines: list[Line]) -> None:
        lines[0][name] = value

    return act


def checkpoint_of(estate: str) -> Callable[[list[Line]], None]:
    return set_header("checkpoint", Scene(estate).play().lines()[0]["checkpoint"])


def checkpoint_of_smaller(lines: list[Line]) -> None:
    scene = Scene().play()
    scene.log.leaves.pop()
    lines[0]["checkpoint"] = scene.log.checkpoint().encoded()


def checkpoint_without_time(lines: list[Line]) -> None:
    kept = lines[0]["checkpoint"].splitlines(keepends=True)
    lines[0]["checkpoint"] = "".join(one for one in kept if "/time" not in one)


def show_another_ballots_vote(lines: list[Line]) -> None:
    line = next(one for one in lines if id_of("other ballot") in one.get("record", ""))
    line["content"] = "{}"


def leave(name: str, kind: Kind) -> Callable[[list[Line]], None]:
    return lambda lines: leaf(lines, kind).pop(name) and None


def add_kind_of_ledger(lines: list[Line]) -> None:
    line = leaf(lines, Kind.VOTE)
    line["record"] = line["record"].replace('"vote"', '"entry"')


DONE_TO_THE_FILE: dict[str, tuple[Callable[[list[Line]], Any], str]] = {
    "changed weight": (change_weight, ROLL),
    "entry removed": (remove_entry, ROLL),
    "entry added": (add_entry, ROLL),
    "entry twice": (repeat_entry, ROLL),
    "entries swapped": (swap_entries, ROLL),
    "entry's kind changed": (change_kind_of_entry, ROLL),
    "policy of the electorate changed": (change_policy_of_roll, ROLL),
    "holders of an entry changed": (change_holders_of_entry, ROLL),
    "entry out of its place": (entry_elsewhere, WHOLE),
    "vote dropped": (drop_vote, WHOLE),
    "vote dropped and the gap closed": (drop_vote_and_close_the_gap, WHOLE),
    "opening dropped": (drop_opening, OPENED),
    "key of a vote dropped": (drop_key, OPENED),
    "holders of a vote dropped": (drop_holders, VOTE_FORM),
    "leaf labelled as another ballot's": (relabel, SIGNATURES),
    "another ballot's leaf labelled as this one's": (relabel_into_this_ballot, SIGNATURES),
    "rule changed": (change_content(Kind.RULES, lambda c: c.update(version="2")), CONTENTS),
    "policy changed": (
        change_content(Kind.BALLOT, lambda c: c["policies"].update(duplicate_vote="LAST")),
        CONTENTS,
    ),
    "item changed": (
        change_content(Kind.BALLOT, lambda c: c["items"][0].update(budget_fen=1)),
        CONTENTS,
    ),
    "schedule changed": (
        change_content(Kind.SCHEDULE, lambda c: c.update(closes_on="2026-04-12")),
        CONTENTS,
    ),
    "result changed": (
        change_content(Kind.RESULT, lambda c: c.update(people_voted=7)),
        CONTENTS,
    ),
    "vote changed": (
        change_content(Kind.VOTE, lambda c: c.update(salt="00" * 32)),
        CONTENTS,
    ),
    "another key's signature": (sign_again(Kind.VOTE, public=False), SIGNATURES),
    "signed again by another key": (sign_again(Kind.VOTE, public=True), ROOT),
    "result signed again by another key": (sign_again(Kind.RESULT, public=True), ROOT),
    "contents swapped": (swap("content"), CONTENTS),
    "signatures swapped": (swap("signature"), SIGNATURES),
    "attestations swapped": (swap("key"), ATTESTED),
    "holders swapped": (swap("holders"), HOLDER),
    "holders in another order": (
        lambda lines: leaf(lines, Kind.VOTE)["holders"].reverse(),
        VOTE_FORM,
    ),
    "lines swapped": (swap_lines, WHOLE),
    "line twice": (repeat_line, WHOLE),
    "end dropped": (lambda lines: lines.pop(), WHOLE),
    "tail dropped": (lambda lines: lines.__delitem__(slice(-3, -1)), WHOLE),
    "something after the end": (lambda lines: lines.append(lines[-1]), WHOLE),
    "everything but the header dropped": (lambda lines: lines.__delitem__(slice(1, None)), WHOLE),
    "end miscounted": (lambda lines: lines[-1].update(leaves=3), WHOLE),
    "header dropped": (lambda lines: lines.pop(0), OF_THIS_LOG),
    "header twice": (lambda lines: lines.insert(1, lines[0]), WHOLE),
    "another format": (set_header("format", "owner-card/ballot-bundle@v2"), OF_THIS_LOG),
    "another estate": (set_header("estate_id", id_of("another")), OF_THIS_LOG),
    "another service": (set_header("service", "ledger"), OF_THIS_LOG),
    "another ballot": (set_header("ballot_id", id_of("another")), WHOLE),
    "another policy of openings": (set_header("openings", "OFFICIALS"), NOTICE),
    "said to be unopened": (set_header("opened", value=False), WHOLE),
    "another beginning": (set_header("first", 4), OF_THIS_LOG),
    "another range": (set_header("range", ["00" * 32, "11" * 32]), ROOT),
    "range in capitals": (
        lambda lines: lines[0].update(range=[one.upper() for one in lines[0]["range"]]),
        OF_THIS_LOG,
    ),
    "checkpoint of another estate": (checkpoint_of("another"), SIGNED),
    "checkpoint that is smaller": (checkpoint_of_smaller, WHOLE),
    "checkpoint without a time": (checkpoint_without_time, TIMED),
    "another ballot's vote shown": (show_another_ballots_vote, WHOLE),
    "notice's content missing": (leave("content", Kind.BALLOT), WHOLE),
    "result's content missing": (leave("content", Kind.RESULT), WHOLE),
    "electorate's policy missing": (leave("policy", Kind.ELECTORATE), WHOLE),
    "a kind that voting never logs": (add_kind_of_ledger, WHOLE),
}


@pytest.mark.parametrize(("change", "step"), DONE_TO_THE_FILE.values(), ids=DONE_TO_THE_FILE.keys())
def test_what_is_done_to_the_file_is_caught_at_its_step(
    change: Callable[[list[Line]], Any], step: str, tmp_path: Path
) -> None:
    scene = Scene().play()
    lines = scene.lines()
    change(lines)
    assert failed(checked(encoded(lines), scene.log, tmp_path)) == [step]


# --- what a thief of the service's keys can do: everything is signed and logged -------------------


def with_vote(owner: int, **false: Any) -> Callable[[Scene], None]:
    def act(scene: Scene) -> None:
        scene.paper.cast = [
            replace(cast, **false) if cast.owner == owner else cast for cast in CAST
        ]

    return act


def with_another_vote(cast: Cast) -> Callable[[Scene], None]:
    def act(scene: Scene) -> None:
        scene.paper.cast = [*CAST, cast]

    return act


def with_result(change: Callable[[dict[str, Any]], Any]) -> Callable[[Scene], None]:
    def act(scene: Scene) -> None:
        scene.result_change = change

    return act


def setting(name: str, value: object) -> Callable[[Scene], None]:
    return lambda scene: setattr(scene, name, value)


def on_paper(name: str, value: object) -> Callable[[Scene], None]:
    return lambda scene: setattr(scene.paper, name, value)


def one_witness(scene: Scene) -> None:
    scene.log.witnesses = ["street"]


def stranger_as_witness(scene: Scene) -> None:
    scene.log.witnesses = ["street", "stranger"]


def other_policy(scene: Scene) -> None:
    scene.paper.policies = {**scene.paper.policies, "abstain_counts_as_participation": False}


def not_offered(scene: Scene) -> None:
    table = json.loads(RULES.read_bytes())
    procedure = table["policies_set_by_rules_of_procedure"]
    procedure["follow_majority_option"]["default"] = "not_allowed"
    scene.paper = Paper(table=read_rules(json.dumps(table).encode()))


def announce_another(scene: Scene) -> None:
    notice = Paper("other ballot").notice
    on_paper("notice", notice)(scene)


def announce_an_emergency(scene: Scene) -> None:
    notice = scene.paper.notice(scene.log.estate_id)
    first, *rest = notice.items
    items = (replace(first, kind="FUND_USE_EMERGENCY"), *rest)
    on_paper("notice", lambda _estate_id: replace(notice, items=items))(scene)


def spell_rules_otherwise(scene: Scene) -> None:
    table = scene.paper.table
    scene.paper.table = replace(table, document=table.document + b" ")


def freeze_twice(scene: Scene) -> None:
    roll = scene.paper.roll()
    on_paper("roll", lambda: [roll[0], *roll])(scene)


def half_a_vote(scene: Scene) -> None:
    (first, _) = scene.paper.items()
    with_vote(0, changes={"choices": {first.item_id: "AGREE"}})(scene)


def second_schedule(version: int) -> Callable[[Scene], None]:
    def act(scene: Scene) -> None:
        first = scene.paper.schedules[0]
        longer = replace(first, closes_on=date(2026, 4, 20), version=version)
        scene.paper.schedules = [first, longer]

    return act


def zone(name: str) -> Callable[[Scene], None]:
    """Change the zone of a schedule that was written in a right one."""

    def act(scene: Scene) -> None:
        written = json.loads(scene.paper.schedules[0].encoded()) | {"zone": name}
        schedule = SimpleNamespace(encoded=lambda: canonical(written))
        scene.paper.schedules = [cast("Schedule", schedule)]

    return act


def schedule_changed_at(*instants: datetime) -> Callable[[Scene], None]:
    def act(scene: Scene) -> None:
        first = scene.paper.schedules[0]
        scene.paper.schedules = [first] + [
            replace(first, announced_at=at, version=number)
            for number, at in enumerate(instants, start=2)
        ]

    return act


def schedule_of_the_past(scene: Scene) -> None:
    first = scene.paper.schedules[0]
    earlier = first.announced_at - timedelta(days=1)
    scene.paper.schedules = [first, replace(first, announced_at=earlier, version=2)]


def item_of_result(**changes: object) -> Callable[[Scene], None]:
    return with_result(lambda document: document["items"][0].update(changes))


def cast_of_result(document: dict[str, Any]) -> None:
    document["items"][1]["cast"]["agree"]["people"] += 1


ALIEN = Schedule("Asia/Shanghai", ANNOUNCED_AT, date(2026, 4, 4), date(2026, 4, 11), version=7)
DONE_WITH_STOLEN_KEYS: dict[str, tuple[Callable[[Scene], Any], str]] = {
    "a witness missing": (one_witness, WITNESSED),
    "a witness that nobody knows": (stranger_as_witness, WITNESSED),
    "a record signed by another key": (
        setting("record_signer", {Kind.RULES: "stranger"}),
        RECORD_KEY,
    ),
    "a result signed by an owner": (
        setting("record_signer", {Kind.RESULT: "owner-1"}),
        RECORD_KEY,
    ),
    "no ballot": (setting("left_out", {Kind.BALLOT}), ORDER),
    "no rules": (setting("left_out", {Kind.RULES}), ORDER),
    "no electorate": (setting("left_out", {Kind.ELECTORATE}), ORDER),
    "no schedule": (setting("left_out", {Kind.SCHEDULE}), ORDER),
    "no result": (setting("left_out", {Kind.RESULT}), ORDER),
    "another ballot announced": (announce_another, NOTICE),
    "an item that the law decides": (announce_an_emergency, TABLE),
    "rules in another spelling": (spell_rules_otherwise, TABLE),
    "rules announced again": (setting("rules_announced", 2), ORDER),
    "a vote before the schedule": (setting("early", [Cast(6, "AA")]), ORDER),
    "an entry that was frozen twice": (freeze_twice, ROLL),
    "a vote after the result": (setting("late", [Cast(6, "AA")]), ORDER),
    "a policy that nobody agreed": (other_policy, TABLE),
    "an attester of one's own": (on_paper("attesters", ("identity", "thief")), ATTESTERS),
    "openings that were not allowed": (on_paper("openings", Openings.NONE), NOTICE),
    "a schedule of another version": (on_paper("schedules", [ALIEN]), SCHEDULE),
    "a change of schedule before it was announced": (schedule_of_the_past, SCHEDULE),
    "changes of schedule that run backwards": (
        schedule_changed_at(ANNOUNCED_AT + timedelta(days=2), ANNOUNCED_AT + timedelta(days=1)),
        SCHEDULE,
    ),
    "a vote that was over, opened again": (
        schedule_changed_at(datetime(2026, 4, 11, 16, tzinfo=UTC)),
        SCHEDULE,
    ),
    "a schedule announced after its ballot": (
        on_paper(
            "schedules",
            [replace(Paper().schedules[0], announced_at=ANNOUNCED_AT + timedelta(seconds=1))],
        ),
        SCHEDULE,
    ),
    "a zone that is a folder": (zone("Asia"), SCHEDULE),
    "a zone that is no name of a file": (zone("x" * 5000), SCHEDULE),
    "a zone outside the folder of zones": (zone("../etc/localtime"), SCHEDULE),
    "a result dated after it was signed": (
        on_paper("counted_at", datetime.fromtimestamp(LOGGED_AT + 1, UTC)),
        AFTER_CLOSE,
    ),
    "a change of schedule out of turn": (second_schedule(3), SCHEDULE),
    "a count before the changed close": (second_schedule(2), AFTER_CLOSE),
    "a count before the close": (on_paper("counted_at", ANNOUNCED_AT), AFTER_CLOSE),
    "a vote counted twice": (
        with_another_vote(Cast(0, "AA", changes={"vote_id": id_of("again")})),
        ONCE,
    ),
    "one vote id for two votes": (
        with_vote(1, changes={"vote_id": id_of("ballot/vote/0")}),
        ONCE,
    ),
    "a vote replayed from another ballot": (
        with_vote(0, changes={"ballot_id": id_of("other ballot")}),
        THIS_BALLOT,
    ),
    "a vote for an entry outside the electorate": (
        with_vote(0, changes={"entry_id": id_of("entry/99")}),
        HOLDER,
    ),
    "a vote for somebody else's entry": (
        with_vote(0, signer="owner-3", holder="holder-3"),
        HOLDER,
    ),
    "holders that were never frozen": (
        with_vote(0, signer="thief", holder="thief", holders=("thief",)),
        HOLDER,
    ),
    "a device key that the thief attested": (with_vote(0, attester="thief"), ATTESTED),
    "an attestation of another key": (with_vote(0, attested="owner-1"), ATTESTED),
    "an attestation for another estate": (with_vote(0, attested_estate="another"), ATTESTED),
    "a phone vote by an official's key": (
        with_vote(0, signer="clerk", capacity=Capacity.OFFICIAL),
        ATTESTED,
    ),
    "a paper vote by an owner's key": (
        with_vote(2, signer="owner-2", capacity=Capacity.OWNER),
        ATTESTED,
    ),
    "a vote with one member more": (with_vote(0, changes={"weight": 2}), VOTE_FORM),
    "a paper vote without what it was entered from": (
        with_vote(0, changes={"channel": Channel.PAPER.value}),
        VOTE_FORM,
    ),
    "a vote with one item less": (half_a_vote, CHOICES),
    "followers where nobody may follow": (not_offered, CHOICES),
    "a result with more people": (
        with_result(lambda document: document.update(people_voted=7)),
        TURNOUT,
    ),
    "a result with more area": (
        with_result(lambda document: document.update(area_voted_m2="481.06")),
        TURNOUT,
    ),
    "a result with another channel": (
        with_result(lambda document: document["by_channel"].update(PHONE=5, PAPER=0)),
        TURNOUT,
    ),
    "a result of another electorate": (
        with_result(lambda document: document["electorate"].update(people=8)),
        FROZEN,
    ),
    "a result by other rules": (
        with_result(lambda document: document["rules"].update(sha256="00" * 32)),
        FROZEN,
    ),
    "a result of another ballot": (
        with_result(lambda document: document.update(ballot_id=id_of("other ballot"))),
        FROZEN,
    ),
    "a verdict turned round": (
        item_of_result(passed=False, outcome="NOT_PASSED"),
        ITEM_1,
    ),
    "a sentence turned round": (item_of_result(statement_zh=["本事项未通过。"]), ITEM_1),
    "a threshold lowered": (item_of_result(needed_people=1), ITEM_1),
    "one vote more for an item": (with_result(cast_of_result), ITEM_2),
    "an item left out of the result": (
        with_result(lambda document: document["items"].pop()),
        ITEM_2,
    ),
    "an item more in the result": (
        with_result(lambda document: document["items"].append({})),
        BYTES,
    ),
    "a remark in the result": (
        with_result(lambda document: document.update(remark="…")),
        BYTES,
    ),
    "a result without an instant": (
        with_result(lambda document: document.update(counted_at="yesterday")),
        READABLE,
    ),
}


@pytest.mark.parametrize(
    ("change", "step"), DONE_WITH_STOLEN_KEYS.values(), ids=DONE_WITH_STOLEN_KEYS.keys()
)
def test_what_is_done_with_stolen_keys_is_caught_at_its_step(
    change: Callable[[Scene], Any], step: str, tmp_path: Path
) -> None:
    scene = Scene()
    change(scene)
    scene.play()
    report = checked(encoded(scene.lines()), scene.log, tmp_path)
    assert failed(report) == [step]


def test_a_count_in_the_second_of_its_checkpoint_is_not_after_it(tmp_path: Path) -> None:
    scene = Scene()
    scene.paper.counted_at = datetime.fromtimestamp(LOGGED_AT, UTC).replace(microsecond=999_999)
    scene.play()
    assert failed(checked(encoded(scene.lines()), scene.log, tmp_path)) == []


def test_witnesses_of_another_estate_are_none_of_this_log(tmp_path: Path) -> None:
    scene = Scene().play()
    scene.log.add(record_of(Kind.WITNESSES, id_of("another"), b"{}"))
    assert failed(checked(encoded(scene.lines()), scene.log, tmp_path)) == [WHOLE]


def one_voter_more_everywhere(document: dict[str, Any]) -> None:
    document["people_voted"] += 1
    document["by_channel"]["PHONE"] += 1
    for one in document["items"]:
        one["cast"]["agree"]["people"] += 1


def fewer_than_nobody(document: dict[str, Any]) -> None:
    cast = document["items"][0]["cast"]
    cast["agree"]["people"] -= 4
    cast["against"]["people"] += 4


UNOPENED: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "one voter more": (
        lambda d: (d.update(people_voted=7), d["by_channel"].update(PHONE=5)),
        READABLE,
    ),
    "one voter more, everywhere": (one_voter_more_everywhere, READABLE),
    "fewer than nobody": (fewer_than_nobody, READABLE),
    "channels that do not add up": (lambda d: d["by_channel"].update(PHONE=5), READABLE),
    "choices that do not add up": (cast_of_result, READABLE),
    "choices that are no numbers": (
        lambda d: d["items"][0]["cast"]["agree"].update(people="3"),
        READABLE,
    ),
    "no items": (lambda d: d.update(items=None), READABLE),
    "a verdict turned round": (lambda d: d["items"][0].update(passed=False), ITEM_1_SUMS),
    "a direction turned round": (
        lambda d: d["items"][0]["cast"]["follow_majority"].update(direction="AGAINST"),
        ITEM_1_SUMS,
    ),
}


@pytest.mark.parametrize(("change", "step"), UNOPENED.values(), ids=UNOPENED.keys())
def test_a_false_result_is_caught_without_any_vote_opened(
    change: Callable[[dict[str, Any]], Any], step: str, tmp_path: Path
) -> None:
    scene = Scene()
    scene.result_change = change
    scene.play()
    assert failed(checked(encoded(scene.lines(opened=False)), scene.log, tmp_path)) == [step]


def test_a_receipt_shows_that_its_vote_was_left_out_of_the_log(tmp_path: Path) -> None:
    honest, false = Scene().play(), Scene()
    false.paper.cast = CAST[1:]
    false.play()
    receipt = honest.log.receipt(honest.positions[0])
    assert failed(checked(encoded(false.lines()), false.log, tmp_path)) == []
    assert failed(checked(encoded(false.lines()), false.log, tmp_path, [receipt])) == [RECEIPT]


def test_a_receipt_for_another_document_or_place_is_not_honoured(tmp_path: Path) -> None:
    scene = Scene().play()
    receipt, other = (scene.log.receipt(scene.positions[owner]) for owner in (0, 1))
    content = encoded(scene.lines())
    for false in (
        replace(receipt, document=other.document),
        replace(receipt, proof=other.proof),
        replace(receipt, proof=replace(receipt.proof, position=999)),
        scene.log.receipt(other.proof.position - 1),
    ):
        assert failed(checked(content, scene.log, tmp_path, [false])) == [RECEIPT]

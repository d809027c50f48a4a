"""The story that `make demo` plays, step by step, over HTTP through the gateway."""

import json
import random
import secrets
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from typing import Any

from demo import timeline
from demo.books import Books
from demo.cast import BUREAU, ITEMS, SEED, STAFF
from demo.door import Door, Refused
from demo.people import Outside, claim_cards, join, prove_name, renew, sign_in
from demo.sheets import Folder, Owner, claimants
from demo.telling import Telling, centi
from demo.votes import Entry, Planned, plan
from launcher.stack import Stack


@dataclass
class Story:
    """What the story has found so far."""

    door: Door
    outside: Outside
    stack: Stack
    folder: Folder
    tell: Telling
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - a seed, no secret
    estate_id: str = ""
    ballot_id: str = ""
    item_ids: list[str] = field(default_factory=list)
    owners: list[Owner] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def estate(self) -> str:
        """Return the path of the estate."""
        return f"/v1/estates/{self.estate_id}"

    @property
    def ballot(self) -> str:
        """Return the path of the ballot."""
        return f"{self.estate}/ballots/{self.ballot_id}"


async def play(story: Story) -> dict[str, Any]:
    """Play the whole story and return its numbers."""
    timeline.move(story.stack, timeline.BEGINS)
    await found_estate(story)
    await _import_register(story)
    await _claim(story)
    await _announce(story)
    await _vote(story)
    await _count(story)
    timeline.move(story.stack, timeline.BOOKS)
    books = Books(
        story.door,
        story.tell,
        story.folder,
        f"{story.estate}/ledger",
        manager=STAFF["property_manager"],
        committee=STAFF["property_management_committee"],
    )
    reader = story.owners[0]
    # A session lives thirty days: whoever was away longer signs in anew.
    for person in (books.manager, books.committee, reader):
        await sign_in(story.door, story.outside, person)
    await books.publish(benches=story.item_ids[0], decided_on=timeline.COUNTING.date())
    story.told["ledger"] = await books.read(reader)
    await _refuse_a_stranger(story)
    return story.told


async def found_estate(story: Story) -> None:
    """The housing bureau founds the estate and the street office names its staff."""
    async with story.tell.step("estate", "设立小区、授予工作人员角色 / The estate and its staff"):
        grant = [sys.executable, "-m", "services.identity.operators", "grant"]
        subprocess.run(  # noqa: S603, ASYNC221 - our own command, and nothing else happens meanwhile
            [*grant, "--phone", BUREAU.phone],
            check=True,
            env=story.stack.full_environment(),
            stdout=subprocess.DEVNULL,
        )
        accounts = {}
        for role, person in {"": BUREAU, **STAFF}.items():
            await story.outside.add_person(person.name, person.number)
            accounts[role] = await join(story.door, story.outside, person)
        body = {
            "name": story.folder.name,
            "district_code": "330106",
            "street_code": "330106001000",
            "governing_body": "PROPERTY_MANAGEMENT_COMMITTEE",
            "zone": "Asia/Shanghai",
        }
        estate = await story.door.send("POST", "/v1/estates", BUREAU.access, body)
        story.estate_id = estate["estate_id"]
        for role in STAFF:
            granter = BUREAU if role == "street_office" else STAFF["street_office"]
            grant_body = {"account_id": accounts[role], "role": role}
            await story.door.send("POST", f"{story.estate}/staff", granter.access, grant_body)


async def _import_register(story: Story) -> None:
    """A dry run of the sheet as it came, then the clean one, then the sign-off."""
    manager = STAFF["property_manager"].access
    if story.folder.messy_register.exists():
        async with story.tell.step("register_check", "原始登记表试导入 / Messy sheet, dry run"):
            content = story.folder.messy_register.read_bytes()
            checked = await story.door.upload(f"{story.estate}/register-checks", manager, content)
            story.told["messy_import"] = _defects(checked)
            story.tell.say(f"  {checked['rows']} 行，{len(checked['defects'])} 处问题 / defects")
            shown = checked["defects"][:8]
            rows = [(d["line"], d["kind"], d["column"], d["advice_zh"]) for d in shown]
            story.tell.table(("行", "kind", "列", "怎么办"), rows)
    async with story.tell.step("register_import", "导入登记表 / Import of the clean register"):
        content = story.folder.register.read_bytes()
        path = f"{story.estate}/register-imports"
        counted = await story.door.upload(path, manager, content)
    async with story.tell.step("sign_off", "小区数据治理签核 / Sign-off"):
        street = STAFF["street_office"].access
        body = {"version": counted["version"]}
        await story.door.send("POST", f"{story.estate}/register-sign-off", street, body)
        roll = await story.door.get(f"{story.estate}/electorate", street)
    story.told["estate"] = {
        "units": counted["units"],
        "parking_spaces": counted["parking_spaces"],
        "people": roll["people"],
        "area_m2": roll["area_m2"],
    }
    story.tell.say(f"  {json.dumps(story.told['estate'], ensure_ascii=False)}")


def _defects(checked: dict[str, Any]) -> dict[str, Any]:
    kept = ("line", "kind", "column", "same_as")
    return {
        "rows": checked["rows"],
        "defects": [
            {name: one[name] for name in kept if one.get(name) is not None}
            for one in checked["defects"]
        ],
    }


async def _claim(story: Story) -> None:
    """Sign in, prove names, claim cards: as many at once as the machine likes."""
    staff = {one.phone for one in (BUREAU, *STAFF.values())}
    story.owners = claimants(story.folder, story.rng, phones_taken=staff)
    cards = 0

    async def become_owner(owner: Owner) -> None:
        nonlocal cards
        await sign_in(story.door, story.outside, owner)
        await prove_name(story.door, owner)
        issued = await claim_cards(story.door, story.estate_id, owner)
        cards += issued  # not in one statement: the sum would be read before the wait

    async with story.tell.step("cards", "业主实名认证、领卡 / Owners verify and claim cards"):
        await story.tell.crowd("领卡", story.owners, become_owner)
    story.told["cards"] = cards
    story.tell.say(f"  {cards} 张卡 / cards, {len(story.owners)} 位业主 / persons")


async def _announce(story: Story) -> None:
    """The property management committee drafts and announces a ballot of three items."""
    convener = STAFF["property_management_committee"]
    async with story.tell.step("announce", "公告表决 / The ballot is announced"):
        items = [dict(item) | {"attachments": []} for item in ITEMS]
        items[0]["budget_fen"] = story.folder.bench_budget_fen(timeline.COUNTING.date())
        body = {
            "title": "2026年第一次业主大会会议",
            "meeting": "REGULAR",
            "convening_reason": "NO_COMMITTEE_YET",
            "items": items,
        }
        draft = await story.door.send("POST", f"{story.estate}/ballots", convener.access, body)
        story.ballot_id = draft["ballot_id"]
        days = {
            "opens_on": timeline.OPENS_ON.isoformat(),
            "closes_on": timeline.CLOSES_ON.isoformat(),
        }
        announced = await story.door.send(
            "POST", f"{story.ballot}/announcement", convener.access, days
        )
    story.item_ids = [item["item_id"] for item in draft["items"]]
    story.tell.say(f"  {announced['opens_at']} → {announced['closes_at']}")


async def _vote(story: Story) -> None:
    """After the notice, owners open their ballots and vote."""
    timeline.move(story.stack, timeline.VOTING)

    async def open_ballot(owner: Owner) -> None:
        await renew(story.door, owner)
        mine = await story.door.get(f"{story.ballot}/entries/mine", owner.access)
        for entry in mine["entries"]:
            area = centi(entry["area_m2"])
            known = story.entries.get(entry["entry_id"])
            if known is None or owner.number < known.owner.number:
                story.entries[entry["entry_id"]] = Entry(entry["entry_id"], area, owner)

    async with story.tell.step("ballots", "业主打开选票 / Owners open their ballots"):
        await story.tell.crowd("选票", story.owners, open_ballot)
    estate = story.told["estate"]
    votes = plan(
        list(story.entries.values()),
        people=estate["people"],
        area_centi=centi(estate["area_m2"]),
        rng=story.rng,
    )
    async with story.tell.step("votes", "业主投票 / Owners vote"):
        await story.tell.crowd("投票", votes, lambda vote: _cast(story, vote))
        turnout = await story.door.get(f"{story.ballot}/turnout", story.owners[0].access)
    story.tell.say(f"  {json.dumps(turnout, ensure_ascii=False)[:400]}")


async def _cast(story: Story, vote: Planned) -> None:
    """Build the vote document as an app does, and send exactly its bytes."""
    vote_id = str(uuid.uuid4())
    document = {
        "ballot_id": story.ballot_id,
        "choices": dict(zip(story.item_ids, vote.choices, strict=True)),
        "entry_id": vote.entry.entry_id,
        "salt": secrets.token_hex(32),
        "vote_id": vote_id,
    }
    # All members are ASCII strings, for which this is RFC 8785's canonical form.
    content = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    await story.door.vote(f"{story.ballot}/votes", vote.entry.owner.access, content, vote_id)


async def _count(story: Story) -> None:
    """After 24:00 of the last day the result is counted, with its arithmetic."""
    timeline.move(story.stack, timeline.COUNTING)
    convener = STAFF["property_management_committee"]
    async with story.tell.step("count", "计票、公布结果 / The result"):
        await renew(story.door, convener)
        await renew(story.door, story.owners[0])
        await story.door.send("POST", f"{story.ballot}/result", convener.access)
        result = await story.door.get(f"{story.ballot}/result", story.owners[0].access)
    story.told["ballot"] = _ballot_numbers(result)
    for item, said in zip(ITEMS, result["items"], strict=True):
        story.tell.say(f"  ■ {item['title']}")
        for line in (*said["statement_zh"], *said["statement_en"]):
            story.tell.say(f"    {line}")


def _ballot_numbers(result: dict[str, Any]) -> dict[str, Any]:
    kept = ("kind", "quorum_met", "passed", "agree_people", "agree_area_m2")
    return {
        "people_voted": result["people_voted"],
        "area_voted_m2": result["area_voted_m2"],
        "items": [
            {name: item[name] for name in (*kept, "needed_people", "needed_area_m2")}
            for item in result["items"]
        ],
    }


async def _refuse_a_stranger(story: Story) -> None:
    """An owner asks for the books of an estate that is not his."""
    async with story.tell.step("refusal", "非本小区业主被拒 / A stranger is refused"):
        await sign_in(story.door, story.outside, BUREAU)
        body = {
            "name": "另一小区（演示）",
            "district_code": "330106",
            "street_code": "330106001000",
            "governing_body": "COMMITTEE",
            "zone": "Asia/Shanghai",
        }
        other = await story.door.send("POST", "/v1/estates", BUREAU.access, body)
        path = f"/v1/estates/{other['estate_id']}/ledger/balance"
        try:
            await story.door.get(path, story.owners[0].access)
        except Refused as refused:
            story.told["refused_other_estate"] = refused.status in {403, 404}
            story.told["other_estate"] = other["estate_id"]
            story.tell.say(
                f"  {refused.status} {refused.problem['type']}: {refused.problem['detail']}"
            )
        else:
            story.told["refused_other_estate"] = False

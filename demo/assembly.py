"""The owners' assembly of the story: announced, voted on by phone and on paper, counted."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from demo import timeline
from demo.cast import ITEMS, STAFF
from demo.devices import vote_document
from demo.people import renew
from demo.plot import Story
from demo.sheets import Owner
from demo.telling import centi
from demo.votes import Entry, Planned, plan

RECEIPTS = 10
PAPER_VOTE_EVERY = 120
"""Of so many voters one hands in a paper, which an official enters."""


async def announce(story: Story) -> None:
    """The property management committee drafts and announces a ballot of three items."""
    convener = STAFF["property_management_committee"]
    async with story.tell.step("announce", "公告表决 / The ballot is announced"):
        items = [dict(item) | {"attachments": []} for item in ITEMS]
        items[0]["budget_fen"] = story.folder.bench_budget_fen(timeline.COUNTING.date())
        body = {
            "title": "2026年第一次业主大会会议",
            "meeting": "REGULAR",
            "convening_reason": "NO_COMMITTEE_YET",
            # After the count every entitled owner may recount the votes himself.
            "openings": "OWNERS",
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


async def vote(story: Story) -> None:
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
    planned = plan(
        list(story.entries.values()),
        people=estate["people"],
        area_centi=centi(estate["area_m2"]),
        rng=story.rng,
    )
    await renew(story.door, STAFF["property_management_committee"])
    ways = [_Way(one, on_paper=_is_on_paper(number)) for number, one in enumerate(planned)]
    async with story.tell.step("votes", "业主投票 / Owners vote"):
        await story.tell.crowd("投票", ways, lambda way: _cast(story, way))
        turnout = await story.door.get(f"{story.ballot}/turnout", story.owners[0].access)
    story.tell.say(f"  {json.dumps(turnout, ensure_ascii=False)[:400]}")


@dataclass(frozen=True)
class _Way:
    """A vote, and whether it comes by phone or on paper."""

    planned: Planned
    on_paper: bool


def _is_on_paper(number: int) -> bool:
    return number % PAPER_VOTE_EVERY == PAPER_VOTE_EVERY - 1


async def _cast(story: Story, way: _Way) -> None:
    """Build the vote document as an app does, sign it, and send it."""
    entry, owner = way.planned.entry, way.planned.entry.owner
    choices = dict(zip(story.item_ids, way.planned.choices, strict=True))
    signer, evidence = owner, None
    if way.on_paper:
        signer = STAFF["property_management_committee"]
        evidence = hashlib.sha256(f"scan of {entry.entry_id}".encode()).hexdigest()
    document = vote_document(story.ballot_id, entry.entry_id, choices, evidence_sha256=evidence)
    body = story.devices[signer.phone].signed(document)
    path = f"{story.ballot}/votes"
    receipt = await story.door.vote(path, signer.access, body, document["vote_id"])
    if not way.on_paper and len(story.receipts) < RECEIPTS:
        story.receipts.append((owner, receipt))


async def count(story: Story) -> None:
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
        "by_channel": result["by_channel"],
        "items": [
            {name: item[name] for name in (*kept, "needed_people", "needed_area_m2")}
            for item in result["items"]
        ],
    }

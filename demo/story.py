"""The story that `make demo` plays, step by step, over HTTP through the gateway."""

import json
import subprocess
import sys
from typing import Any

from demo import timeline
from demo.assembly import announce, count, vote
from demo.books import Books
from demo.cast import BUREAU, STAFF
from demo.devices import register_card_key, register_staff_key
from demo.door import Refused
from demo.evidence import appoint_witness, prove
from demo.people import claim_cards, join, prove_name, sign_in
from demo.plot import Story
from demo.sheets import Owner, claimants


async def play(story: Story) -> dict[str, Any]:
    """Play the whole story and return its numbers."""
    timeline.move(story.stack, timeline.BEGINS)
    await found_estate(story)
    await _import_register(story)
    await appoint_witness(story)
    await _claim(story)
    await announce(story)
    await vote(story)
    await count(story)
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
    await prove(story)
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
        convener = STAFF["property_management_committee"]
        story.devices[convener.phone] = await register_staff_key(
            story.door, story.outside, story.estate_id, convener
        )


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
    """Sign in, prove names, claim cards, register phones: as many at once as the machine likes."""
    staff = {one.phone for one in (BUREAU, *STAFF.values())}
    story.owners = claimants(story.folder, story.rng, phones_taken=staff)
    cards = 0

    async def become_owner(owner: Owner) -> None:
        nonlocal cards
        await sign_in(story.door, story.outside, owner)
        await prove_name(story.door, owner)
        issued = await claim_cards(story.door, story.estate_id, owner)
        story.devices[owner.phone] = await register_card_key(
            story.door, story.outside, story.estate_id, owner, issued[0]
        )
        cards += len(issued)  # not in one statement: the sum would be read before the wait

    async with story.tell.step(
        "cards", "业主实名认证、领卡、登记手机 / Owners verify, claim cards, register phones"
    ):
        await story.tell.crowd("领卡", story.owners, become_owner)
    story.told["cards"] = cards
    story.tell.say(f"  {cards} 张卡 / cards, {len(story.owners)} 位业主 / persons")


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

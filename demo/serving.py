"""After the story: the services stay up, with a token that stays live and lines to paste."""

import asyncio
import sys
from pathlib import Path

from demo.door import Door
from demo.people import renew
from demo.plot import Story

RENEW_SECONDS = 240


async def keep_serving(story: Story) -> None:
    """Serve until interrupted; a process that dies ends it with a message."""
    folder = story.stack.folder
    owner = story.owners[0]
    async with Door(story.stack.urls["gateway"]) as door:
        first = True
        while True:
            await renew(door, owner)
            _write_token(folder / "owner.token", owner.access)
            if first:
                _say(story, folder / "owner.token")
                first = False
            for _ in range(RENEW_SECONDS):
                await asyncio.sleep(1)
                story.stack.check()


def _write_token(path: Path, token: str) -> None:
    """Replace the file in one step: who reads it meanwhile gets the old token, never none."""
    fresh = path.with_suffix(".fresh")
    fresh.touch(mode=0o600)
    fresh.write_text(token)
    fresh.replace(path)


def _say(story: Story, token: Path) -> None:
    url = story.stack.urls["gateway"]
    bearer = f'-H "Authorization: Bearer $(cat {token})"'
    lines = [
        ("业主卡 / my cards", f"curl -s {bearer} {url}/v1/me/cards"),
        ("参与情况 / turnout", f"curl -s {bearer} {url}{story.ballot}/turnout"),
        ("结果 / result", f"curl -s {bearer} {url}{story.ballot}/result"),
        ("账目 / ledger", f"curl -s {bearer} '{url}{story.estate}/ledger/entries?limit=3'"),
        (
            "拒绝 / a refusal",
            f"curl -s {bearer} {url}/v1/estates/{story.told['other_estate']}/ledger/balance",
        ),
    ]
    out = [f"\n网关 / gateway: {url}   文档 / docs: {url}/docs   {url}/openapi.json\n"]
    out += [f"# {title}\n{line}\n" for title, line in lines]
    out.append("Ctrl-C 停止 / stops everything.\n")
    sys.stderr.writelines(out)
    sys.stderr.flush()

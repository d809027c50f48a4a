"""The gateway's own pages."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.gateway.conftest import World

TYPE = "/problems/voting/ballot-closed"


class Seen(HTMLParser):
    """Remembers the tags, links and anchors of a page, and whether it closes what it opens."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.hrefs += [value or "" for name, value in attrs if name == "href"]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_policy(reply: httpx.Response) -> None:
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"


async def test_the_merged_contract_is_served_valid_and_can_be_polled(world: World) -> None:
    client = await world.client()
    reply = await client.get("/openapi.json")
    assert reply.headers["content-type"] == "application/json"
    assert [str(error) for error in OpenAPIV31SpecValidator(reply.json()).iter_errors()] == []
    asked = {"if-none-match": f'"other", {reply.headers["etag"]}'}
    again = await client.get("/openapi.json", headers=asked)
    assert (again.status_code, again.content) == (304, b"")


async def test_the_docs_are_one_page_that_needs_no_other(world: World) -> None:
    client = await world.client()
    reply = await client.get("/docs")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    check_policy(reply)
    seen = Seen(reply.text)
    assert seen.open == []
    assert not {"script", "link", "img", "iframe", "form"} & seen.tags
    # The policy forbids styles in attributes, and nothing handles an event.
    assert not {name for name in seen.attributes if name == "style" or name.startswith("on")}
    assert all(href.startswith(("#", "/")) and not href.startswith("//") for href in seen.hrefs)
    anchors = {href[1:] for href in seen.hrefs if href.startswith("#")}
    assert anchors <= set(seen.ids)
    assert len(seen.ids) == len(set(seen.ids))


async def test_the_policy_allows_exactly_the_pages_own_style(world: World) -> None:
    client = await world.client()
    reply = await client.get("/docs")
    found = re.search(r"<style>(.*?)</style>", reply.text, re.DOTALL)
    assert found is not None
    digest = base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode()
    assert f"'sha256-{digest}'" in reply.headers["content-security-policy"]


async def test_the_docs_show_every_operation_its_callers_and_its_problems(world: World) -> None:
    client = await world.client()
    document = (await client.get("/openapi.json")).json()
    page = (await client.get("/docs")).text
    for path, item in document["paths"].items():
        assert f"<code>{path}</code>" in page
        for operation in item.values():
            assert f'id="{operation["operationId"]}"' in page
    for problem in document["x-problems"]:
        assert problem["type"] in page
    assert "<code>committee</code>" in page
    assert "任何人 anyone" in page
    assert "&quot;AGREE&quot;" in page


async def test_a_problem_type_is_explained_to_programs_and_to_people(world: World) -> None:
    client = await world.client()
    told = await client.get(TYPE)
    assert told.json() == {
        "type": TYPE,
        "status": 409,
        "title": "中文题目",
        "title_en": "An English title",
        "article": "民法典 278",
    }
    page = await client.get(TYPE, headers={"accept": "text/html,*/*;q=0.8"})
    check_policy(page)
    assert Seen(page.text).open == []
    for words in ("中文题目", "An English title", "民法典 278"):
        assert words in page.text


@pytest.mark.parametrize(
    "kind",
    ["/problems/gateway/service-away", "/problems/chassis/failed", "/problems/ledger/unbalanced"],
)
async def test_every_service_and_the_gateway_itself_are_explained(world: World, kind: str) -> None:
    client = await world.client()
    assert (await client.get(kind)).json()["type"] == kind


async def test_an_unknown_problem_type_is_a_problem(world: World) -> None:
    client = await world.client()
    reply = await client.get("/problems/voting/never-heard-of")
    assert (reply.status_code, reply.json()["type"]) == (404, "/problems/gateway/problem-unknown")


async def test_it_is_live_and_ready(world: World) -> None:
    client = await world.client()
    for path, said in (("/health/live", "live"), ("/health/ready", "ready")):
        assert (await client.get(path)).json() == {"status": said}

"""An estate and the people who use its ledger over HTTP."""

import uuid
from typing import Any

import httpx
from fastapi import FastAPI

from tests.ledger.sheets import HEADER
from tests.support.contract import checked_client
from tests.support.tokens import TestIssuer

CSV = "text/csv; charset=utf-8"


class Estate:
    """One estate; every answer is held against the ledger's contract."""

    def __init__(self, ledger: FastAPI, issuer: TestIssuer, estate_id: str) -> None:
        self.id = estate_id
        self._ledger = ledger
        self._issuer = issuer

    def client(self, *roles: str, subject: str | None = None) -> httpx.AsyncClient:
        """Return the client of somebody with `roles` on this estate."""
        token = self._issuer.inside_token(
            "ledger",
            estate_id=self.id,
            roles=["person", *roles],
            subject=subject or f"subject-{'-'.join(roles)}",
        )
        made = checked_client(self._ledger, token)
        made.base_url = f"http://service/v1/estates/{self.id}/ledger"
        return made

    async def get(self, path: str, role: str = "owner", **headers: str) -> httpx.Response:
        """Read as somebody with `role`."""
        async with self.client(role) as client:
            return await client.get(path, headers=headers)

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str = "property_manager",
        key: str | None = None,
    ) -> httpx.Response:
        """Write as somebody with `role`, under a fresh key unless one is given."""
        headers = {"idempotency-key": key or str(uuid.uuid4())}
        sent: dict[str, Any] = {"json": body} if body is not None else {}
        if isinstance(body, bytes):
            sent = {"content": body}
            headers["content-type"] = CSV
        async with self.client(role) as client:
            return await client.request(method, path, headers=headers, **sent)

    async def open(self, amount_fen: int = 12000000, as_of_on: str = "2026-01-01") -> None:
        """State the opening balance."""
        body = {"amount_fen": amount_fen, "as_of_on": as_of_on}
        done(await self.send("PUT", "/opening-balance", body))

    async def allow(self, uses: int = 10, each: int = 5000000, total: int = 15000000) -> None:
        """Enter spending limits."""
        body = {
            "uses_max": uses,
            "amount_each_max_fen": each,
            "amount_total_max_fen": total,
        }
        done(await self.send("PUT", "/spending-limits", body, role="committee"))

    async def default(self, **kinds: Any) -> None:
        """Set default authorities: category=kind, or category={…}."""
        listed = [
            {"category": category} | (told if isinstance(told, dict) else {"kind": told})
            for category, told in kinds.items()
        ]
        done(await self.send("PUT", "/category-authorities", {"authorities": listed}))

    async def usual_defaults(self) -> None:
        """Let every category of the demo sheet rest on what it usually rests on."""
        cost = {"kind": "COST_OF_INCOME", "contract_reference": "HT-2026-01"}
        await self.default(
            COST_TAXES=cost,
            COST_LABOUR=cost,
            COST_ENERGY=cost,
            COMMITTEE_OPERATION="COMMITTEE_COSTS",
            FUND_REPLENISHMENT="FUND_REPLENISHMENT",
            REPAIR_RENEWAL="RULES_LIMIT",
        )

    async def imported(self, *rows: str) -> str:
        """Import a sheet of `rows` and return the import's identifier."""
        reply = done(await self.send("POST", "/sheet-imports", sheet(*rows)))
        import_id: str = reply.json()["import_id"]
        return import_id

    async def publish(self, import_id: str, key: str | None = None) -> httpx.Response:
        """Publish an import."""
        return await self.send("POST", "/publications", {"import_id": import_id}, key=key)

    async def published(self, *rows: str) -> dict[str, Any]:
        """Import and publish `rows`."""
        answer: dict[str, Any] = done(await self.publish(await self.imported(*rows))).json()
        return answer

    async def publish_half_year(
        self, period: str = "2026H1", role: str = "property_manager", key: str | None = None
    ) -> httpx.Response:
        """Publish a half-year."""
        return await self.send("POST", f"/statements/{period}/publications", role=role, key=key)

    async def reverse(self, entry_id: str) -> dict[str, Any]:
        """Take an entry back."""
        body = {"reason_code": "OTHER", "reason": "更正"}
        reply = done(await self.send("POST", f"/entries/{entry_id}/reversal", body))
        mirror: dict[str, Any] = reply.json()
        return mirror

    async def findings(self) -> list[str]:
        """Have the log checked, and return the codes of what is found."""
        report = done(await self.send("POST", "/log/checks", role="auditor")).json()
        assert report["passed"] is (report["findings"] == [])
        return [one["code"] for one in report["findings"]]

    async def entries(self) -> list[dict[str, Any]]:
        """Return the estate's newest entries."""
        listed: list[dict[str, Any]] = (await self.get("/entries?limit=200")).json()["entries"]
        return listed

    async def balance(self) -> int:
        """Return the estate's balance."""
        fen: int = (await self.get("/balance")).json()["balance_fen"]
        return fen


def sheet(*rows: str) -> bytes:
    """Return a sheet of `rows` as it is uploaded."""
    return "\n".join((HEADER, *rows)).encode()


def done(reply: httpx.Response) -> httpx.Response:
    """Return a reply that succeeded."""
    assert reply.is_success, reply.text
    return reply


def problem(reply: httpx.Response) -> tuple[int, str]:
    """Return the status and the last word of the problem's type."""
    return reply.status_code, reply.json()["type"].removeprefix("/problems/")

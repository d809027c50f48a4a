"""Why the gateway refuses a request, or could not have it answered."""

from collections.abc import Iterable


class Refusal(Exception):
    """A request that the gateway does not forward, or could not."""

    def __init__(self, zh: str = "", en: str = "", **facts: object) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.facts = facts
        self.headers: dict[str, str] = {}


class NoSuchOperation(Refusal):
    """No public operation lives at this path."""


class MethodNotOffered(Refusal):
    """The path offers other methods, which the answer lists (RFC 9110, 15.5.6)."""

    def __init__(self, offered: Iterable[str]) -> None:
        super().__init__()
        self.headers = {"allow": ", ".join(sorted(offered))}


class RequestNotPlain(Refusal):
    """The request could be read in two ways, so it is not read at all (RFC 9112, 11.2)."""

    def __init__(self, what: str) -> None:
        super().__init__(what=what)
        # Whatever else stands on this connection cannot be trusted to be a request.
        self.headers = {"connection": "close"}


class HeadersTooLarge(Refusal):
    """The header section is longer than any honest client's."""


class BodyEncoded(Refusal):
    """The body is compressed; it would be measured and read differently."""


class BodyTooLarge(Refusal):
    """The body exceeds what this operation takes."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(limit_bytes=limit_bytes)
        self.headers = {"connection": "close"}


class BodyTooSlow(Refusal):
    """The body stopped arriving."""

    def __init__(self) -> None:
        super().__init__()
        self.headers = {"connection": "close"}


class BodyCut(Refusal):
    """The client went away before the body was whole; nobody is left to be told."""


class _ComeBackLater(Refusal):
    def __init__(self, retry_after_us: int) -> None:
        seconds = max(1, -(-retry_after_us // 1_000_000))
        super().__init__(retry_after_seconds=seconds)
        self.headers = {"retry-after": str(seconds)}


class TooManyRequests(_ComeBackLater):
    """The address or the session asks faster than its budget allows."""


class TooManySignIns(_ComeBackLater):
    """The address asks for codes or sessions faster than people sign in."""


class _ServiceSilent(Refusal):
    def __init__(self, service: str) -> None:
        super().__init__(service=service)
        self.service = service


class ServiceAway(_ServiceSilent):
    """The service could not be reached; it has not seen the request."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.zh = f"“{service}”服务暂时无法连接，请求未送达，请稍后再试。"
        self.en = f"The {service} service cannot be reached; it has not seen the request."
        self.headers = {"retry-after": "5"}


class ServiceBroke(_ServiceSilent):
    """The service took the request and gave no whole answer."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.zh = f"“{service}”服务未能完整答复，办理结果不明；请用同一 Idempotency-Key 再次提交。"
        self.en = (
            f"The {service} service broke off; the outcome is unknown. "
            "Ask again with the same Idempotency-Key."
        )


class ServiceSlow(_ServiceSilent):
    """The service did not answer before the deadline."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.zh = (
            f"“{service}”服务未在时限内答复，办理结果不明；请用同一 Idempotency-Key 再次提交。"
        )
        self.en = (
            f"The {service} service did not answer in time; the outcome is unknown. "
            "Ask again with the same Idempotency-Key."
        )


class ExchangeRefused(Refusal):
    """Identity gave no inside token for this estate; `problem` is its document."""

    def __init__(self, status: int, problem: dict[str, object]) -> None:
        super().__init__()
        self.status = status
        self.problem = problem


class ProxyNotKnown(Refusal):
    """Somebody without the proxy's secret asked for an inside token."""


class ExchangeNotOffered(Refusal):
    """No proxy is configured, so the exchange endpoint does not exist."""


class ProxiedRequestRefused(Refusal):
    """The request that a proxy asks about leads to no public operation."""


class ProblemUnknown(Refusal):
    """No contract names this problem type."""

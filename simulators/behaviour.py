"""How a simulator is told to answer, and the bad answers that all of them can give."""

from dataclasses import dataclass, replace
from enum import StrEnum

from starlette.responses import JSONResponse, Response

SLOW_SECONDS = 10.0


class Manner(StrEnum):
    """What the next answers are like; `HONEST` is the truth."""

    HONEST = "honest"
    MATCH = "match"
    NO_MATCH = "no_match"
    INCONCLUSIVE = "inconclusive"
    UNAVAILABLE = "unavailable"
    LIMITED = "limited"
    SLOW = "slow"
    BROKEN_JSON = "broken_json"
    WRONG_TYPE = "wrong_type"
    REDIRECT = "redirect"
    ERROR = "error"


@dataclass(frozen=True)
class Behaviour:
    """A manner for the next `times` answers, or for all that follow when `times` is not given."""

    manner: Manner = Manner.HONEST
    times: int | None = None
    delay_seconds: float = 0.0

    @property
    def pause_seconds(self) -> float:
        """How long an answer waits; slow without a figure means longer than any deadline here."""
        if self.manner is Manner.SLOW and self.delay_seconds == 0:
            return SLOW_SECONDS
        return self.delay_seconds

    def after_one(self) -> "Behaviour":
        """Return what holds once an answer was given in this manner."""
        if self.times is None:
            return self
        return Behaviour() if self.times <= 1 else replace(self, times=self.times - 1)


def broken_answer(manner: Manner) -> Response | None:
    """Return the reply of a provider that fails in `manner`, or nothing when it can answer."""
    replies = {
        Manner.UNAVAILABLE: JSONResponse({"error": "unavailable"}, 503),
        Manner.LIMITED: JSONResponse({"error": "limited"}, 429, {"retry-after": "2"}),
        Manner.BROKEN_JSON: Response('{"answer": "mat', 200, media_type="application/json"),
        Manner.WRONG_TYPE: JSONResponse({"answer": ["match"], "reference": 7, "as_of": None}),
        Manner.REDIRECT: Response(None, 302, {"location": "/elsewhere"}),
        Manner.ERROR: JSONResponse({"error": "internal"}, 500),
    }
    return replies.get(manner)

"""A service's reply as the door sees it: a head, and a body that is whole or still coming."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol


class ReplyCut(Exception):
    """A service broke off after its reply had begun; the client must see that too."""


class Reply(Protocol):
    """What can be passed on; `whole` is nothing while the body is still coming."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    whole: bytes | None

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes; raises `ReplyCut` when it breaks off."""
        ...

    def close(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        ...

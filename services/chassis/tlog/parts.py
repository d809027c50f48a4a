"""What the handlers of a log need of the service that mounts them."""

from typing import Protocol, runtime_checkable

from services.chassis.clock import Clock
from services.chassis.database import Begin
from services.chassis.tlog.keys import LogKeys
from services.chassis.tlog.witnesses import Witnesses


@runtime_checkable
class KeepsLogs(Protocol):
    """The parts of a service that keeps logs, by these names."""

    @property
    def begin(self) -> Begin:
        """Open a transaction on the service's database."""
        ...

    @property
    def clock(self) -> Clock:
        """The process's clock."""
        ...

    @property
    def log_keys(self) -> LogKeys:
        """The keys of every estate's log."""
        ...

    @property
    def witnesses(self) -> Witnesses:
        """Whom estates may choose as witnesses, and the way to them; `Witnesses()` knows none."""
        ...

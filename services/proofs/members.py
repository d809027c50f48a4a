"""JSON objects read member by member, each in its one form and none left over."""

import re
from collections.abc import Mapping, Sequence

from services.proofs.canonical import NotCanonical, read_any_spelling
from services.proofs.refuted import Refuted

_HEXADECIMAL = re.compile(r"[0-9a-f]*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class NotInForm(Refuted):
    """A member is missing, left over, or not in its form."""


class Members:
    """The members of one object."""

    def __init__(
        self, written: object, required: Sequence[str], optional: Sequence[str] = ()
    ) -> None:
        """Take an object that has all of `required`, perhaps some of `optional`, and no others.

        Raises:
            NotInForm: it has not.
        """
        if not isinstance(written, dict):
            raise NotInForm("not an object")
        names = set(written)
        if not set(required) <= names <= {*required, *optional}:
            raise NotInForm(f"the members are exactly {', '.join(required)}")
        self._written: Mapping[str, object] = written

    def __contains__(self, name: str) -> bool:
        return name in self._written

    def text(self, name: str) -> str:
        """Return a text."""
        written = self._written[name]
        if not isinstance(written, str):
            raise NotInForm(f"{name} is not a text")
        return written

    def uuid(self, name: str) -> str:
        """Return a UUID in lower case."""
        written = self.text(name)
        if not _UUID.fullmatch(written):
            raise NotInForm(f"{name} is not a UUID in lower case")
        return written

    def uuid_or_none(self, name: str) -> str | None:
        """Return a UUID in lower case, or nothing where it says null."""
        return None if self._written[name] is None else self.uuid(name)

    def octets(self, name: str, size_bytes: int) -> bytes:
        """Return bytes that are written in lower-case hexadecimal."""
        written = self.text(name)
        if len(written) != 2 * size_bytes or not _HEXADECIMAL.fullmatch(written):
            raise NotInForm(f"{name} is not {size_bytes} bytes in lower-case hexadecimal")
        return bytes.fromhex(written)

    def count(self, name: str) -> int:
        """Return an integer that is not negative."""
        written = self._written[name]
        if not isinstance(written, int) or isinstance(written, bool) or written < 0:
            raise NotInForm(f"{name} is not a number from 0")
        return written

    def text_or_none(self, name: str) -> str | None:
        """Return a text, or nothing where it says null."""
        return None if self._written[name] is None else self.text(name)

    def count_or_none(self, name: str) -> int | None:
        """Return an integer that is not negative, or nothing where it says null."""
        return None if self._written[name] is None else self.count(name)

    def integer(self, name: str) -> int:
        """Return an integer of either sign."""
        written = self._written[name]
        if not isinstance(written, int) or isinstance(written, bool):
            raise NotInForm(f"{name} is not an integer")
        return written

    def flag(self, name: str) -> bool:
        """Return a truth value."""
        written = self._written[name]
        if not isinstance(written, bool):
            raise NotInForm(f"{name} is neither true nor false")
        return written

    def scalars(self, name: str) -> Mapping[str, bool | int | str]:
        """Return an object that holds only truth values, integers and texts."""
        written = self._written[name]
        if not isinstance(written, dict):
            raise NotInForm(f"{name} is not an object")
        scalars = {key: one for key, one in written.items() if isinstance(one, bool | int | str)}
        if len(scalars) != len(written):
            raise NotInForm(f"{name} holds something else than truth values, integers and texts")
        return scalars

    def many(self, name: str) -> Sequence[object]:
        """Return the elements of an array."""
        written = self._written[name]
        if not isinstance(written, list):
            raise NotInForm(f"{name} is not an array")
        return written

    def texts(self, name: str) -> Sequence[str]:
        """Return the texts of an array."""
        written = self.many(name)
        texts = [one for one in written if isinstance(one, str)]
        if len(texts) != len(written):
            raise NotInForm(f"{name} is not an array of texts")
        return texts

    def inside(self, name: str, required: Sequence[str]) -> "Members":
        """Return the members of an object inside."""
        return Members(self._written[name], required)

    def inside_or_none(self, name: str, required: Sequence[str]) -> "Members | None":
        """Return the members of an object inside, or nothing where it says null."""
        return None if self._written[name] is None else self.inside(name, required)


def read_members(text: str, required: Sequence[str], optional: Sequence[str] = ()) -> Members:
    """Return the members of the object that `text` writes.

    Raises:
        NotInForm: it is no object, or has other members.
    """
    try:
        written = read_any_spelling(text.encode())
    except (NotCanonical, UnicodeEncodeError) as refused:
        raise NotInForm(str(refused)) from refused
    return Members(written, required, optional)

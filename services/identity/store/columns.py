"""The metadata that all tables share, and the few kinds of columns that they are made of."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    Uuid,
)

from services.chassis.database import NAMES

metadata = MetaData(naming_convention=NAMES)


def id_column(name: str = "id") -> Column[str]:
    """Return a primary key of UUIDs."""
    return Column(name, Uuid(as_uuid=False), primary_key=True)


def ref_column(name: str, target: str | None = None, *, optional: bool = False) -> Column[str]:
    """Return a column of UUIDs, of `target` if one is named."""
    keys = [ForeignKey(target)] if target else []
    return Column(name, Uuid(as_uuid=False), *keys, nullable=optional)


def text_column(name: str, *, optional: bool = False) -> Column[str]:
    """Return a text column."""
    return Column(name, Text, nullable=optional)


def integer_column(name: str, *, optional: bool = False) -> Column[int]:
    """Return an integer column."""
    return Column(name, Integer, nullable=optional)


def total_column(name: str) -> Column[int]:
    """Return a column of sums: a hundred thousand parts of an estate do not fit an integer."""
    return Column(name, BigInteger, nullable=False)


def bytes_column(name: str, *, optional: bool = False) -> Column[bytes]:
    """Return a column of bytes: sealed or a keyed hash."""
    return Column(name, LargeBinary, nullable=optional)


def instant_column(name: str, *, optional: bool = False) -> Column[object]:
    """Return a column of instants."""
    return Column(name, DateTime(timezone=True), nullable=optional)


def yes_no_column(name: str) -> Column[bool]:
    """Return a column that is true or false."""
    return Column(name, Boolean, nullable=False)

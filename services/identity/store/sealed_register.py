"""A register as it will be stored: ids given, personal data sealed, look-ups indexed.

Sealing some ten thousand fields takes a good part of a second of processor time, so it is done
once, in a thread, before the transaction begins. Parties and units are given fresh ids here; those
that exist already keep theirs when the rows are written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from services.chassis.sealing import Sealer
from services.identity.domain.documents import Document
from services.identity.domain.unit import Holding, Place, Unit


@dataclass(frozen=True, slots=True)
class SealedParty:
    """A party under a fresh id, in case it is new."""

    party_id: str
    document_index: bytes
    document_type: str
    number_sealed: bytes
    of_organisation: bool


@dataclass(frozen=True, slots=True)
class SealedHolding:
    """A holding whose party is named by its index and whose unit by its place."""

    holding_id: str
    place: Place
    document_index: bytes
    share: tuple[int, int] | None
    name_sealed: bytes
    phone_sealed: bytes | None
    phone_index: bytes | None


@dataclass(frozen=True, slots=True)
class SealedRegister:
    """Everything that one import writes; dates stay with the plain holdings, in the same order."""

    units: tuple[tuple[str, Unit], ...]
    parties: tuple[SealedParty, ...]
    holdings: tuple[SealedHolding, ...]
    plain: tuple[Holding, ...]


def document_index(sealer: Sealer, document: Document) -> bytes:
    """Return the keyed index by which one person is recognised across units and estates (HZ 17)."""
    return sealer.index(document.identity, purpose="document")


def sealed_register(
    sealer: Sealer, units: Sequence[Unit], holdings: Sequence[Holding]
) -> SealedRegister:
    """Return the register ready to be written; this blocks for as long as sealing takes."""
    parties: dict[str, SealedParty] = {}
    sealed: list[SealedHolding] = []
    for holding in holdings:
        document = holding.holder.document
        party = parties.get(document.identity)
        if party is None:
            party = sealed_party(sealer, document)
            parties[document.identity] = party
        sealed.append(_sealed_holding(sealer, holding, party.document_index))
    return SealedRegister(
        units=tuple((str(uuid4()), unit) for unit in units),
        parties=tuple(parties.values()),
        holdings=tuple(sealed),
        plain=tuple(holdings),
    )


def sealed_party(sealer: Sealer, document: Document) -> SealedParty:
    """Return a party under a fresh id, its number sealed for that id."""
    party_id = str(uuid4())
    return SealedParty(
        party_id=party_id,
        document_index=document_index(sealer, document),
        document_type=document.type.value,
        number_sealed=sealer.seal(document.number, context=f"parties/number/{party_id}"),
        of_organisation=document.type.of_organisation,
    )


def _sealed_holding(sealer: Sealer, holding: Holding, index: bytes) -> SealedHolding:
    holding_id = str(uuid4())
    share, phone = holding.share, holding.phone
    return SealedHolding(
        holding_id=holding_id,
        place=holding.place,
        document_index=index,
        share=None if share is None else (share.numerator, share.denominator),
        name_sealed=sealer.seal(holding.holder.name, context=f"holdings/name/{holding_id}"),
        phone_sealed=sealer.seal(phone, context=f"holdings/phone/{holding_id}") if phone else None,
        phone_index=sealer.index(phone, purpose="phone") if phone else None,
    )

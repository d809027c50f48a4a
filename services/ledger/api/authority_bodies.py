"""What an expense rests on, in JSON."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, Field, field_validator

from services.ledger.api.texts import STRICT
from services.ledger.api.who import UUID
from services.ledger.domain.authority import Authority, AuthorityKind

CONTRACT_LENGTH_MAX = 64
# No control characters anywhere, no space at either end.
_PRINTED = r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$"


class AuthorityIn(BaseModel):
    """An authority: a cost names its contract, a passed item its item_id."""

    model_config = STRICT

    kind: AuthorityKind
    contract_reference: Annotated[
        str | None, Field(min_length=1, max_length=CONTRACT_LENGTH_MAX, pattern=_PRINTED)
    ] = None
    item_id: Annotated[str | None, Field(pattern=UUID)] = None

    def authority(self) -> Authority:
        """Return the authority, or refuse it as incomplete."""
        return Authority(
            self.kind, contract_reference=self.contract_reference, item_id=self.item_id
        )


class CategoryAuthorityIn(AuthorityIn):
    """The default authority of one category of expense."""

    category: Annotated[str, Field(max_length=64)]


class CategoryAuthoritiesIn(BaseModel):
    """The default authorities of an estate, all of them."""

    model_config = STRICT | {
        "json_schema_extra": {
            "examples": [
                {
                    "authorities": [
                        {
                            "category": "COST_ENERGY",
                            "kind": "COST_OF_INCOME",
                            "contract_reference": "HT-2026-01",
                        },
                        {"category": "REPAIR_RENEWAL", "kind": "RULES_LIMIT"},
                    ]
                }
            ]
        }
    }

    authorities: Annotated[list[CategoryAuthorityIn], Field(max_length=100)]

    @field_validator("authorities")
    @classmethod
    def _one_each(cls, given: list[CategoryAuthorityIn]) -> list[CategoryAuthorityIn]:
        if len({one.category for one in given}) != len(given):
            raise ValueError("a category is named twice")
        return given

    def by_category(self) -> dict[str, Authority]:
        """Return the authority of each category."""
        return {one.category: one.authority() for one in self.authorities}


class AuthorityOut(BaseModel):
    """What an expense rests on, with the article."""

    kind: AuthorityKind
    article: str
    contract_reference: str | None
    item_id: str | None

    @classmethod
    def of(cls, authority: Authority) -> Self:
        """Return the body for an authority."""
        return cls(
            kind=authority.kind,
            article=authority.article,
            contract_reference=authority.contract_reference,
            item_id=authority.item_id,
        )


def authority_out(authority: Authority | None) -> AuthorityOut | None:
    """Return the body for an authority that may be absent."""
    return AuthorityOut.of(authority) if authority else None


class CategoryAuthorityOut(AuthorityOut):
    """The default authority of one category."""

    category: str


class CategoryAuthoritiesOut(BaseModel):
    """The default authorities of an estate."""

    authorities: list[CategoryAuthorityOut]

    @classmethod
    def of(cls, by_category: Mapping[str, Authority]) -> Self:
        """Return the body for the defaults."""
        listed = [
            CategoryAuthorityOut(category=category, **AuthorityOut.of(authority).model_dump())
            for category, authority in sorted(by_category.items())
        ]
        return cls(authorities=listed)

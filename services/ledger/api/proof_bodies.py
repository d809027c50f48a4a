"""Receipts in JSON."""

from typing import Self

from pydantic import BaseModel

from services.proofs.receipt import Receipt


class ReceiptOut(BaseModel):
    """What proves an entry without any server, to `python -m services.proofs.check receipt`.

    `sigsum_proof` and `tlog_proof` say the same in the forms that `sigsum-verify` and C2SP's tools
    read.
    """

    format: str
    record: str
    document: str
    signature: str
    public_key: str
    leaf_index: int
    inclusion_path: list[str]
    checkpoint: str
    sigsum_proof: str
    tlog_proof: str

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        """Return the body for a receipt."""
        return cls.model_validate(receipt.members())

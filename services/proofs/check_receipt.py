"""The steps by which anybody checks a receipt with nothing but the pinned keys."""

from dataclasses import dataclass, replace

from services.proofs.attestation import Attestation, read_attestation
from services.proofs.canonical import read_canonical
from services.proofs.check_checkpoint import check_made, check_witnessed
from services.proofs.entry import EntryKind, read_entry
from services.proofs.leaf import Kind, SignatureWrong, record_of
from services.proofs.receipt import Receipt
from services.proofs.refuted import Refuted
from services.proofs.sigsum import SigsumProof, read_sigsum_proof, sigsum_proof
from services.proofs.steps import Report
from services.proofs.tlog_proof import read_tlog_proof
from services.proofs.tree import check_inclusion, leaf_hash
from services.proofs.trusted_keys import TrustedKeys
from services.proofs.vote import read_vote


class Differs(Refuted):
    """Two things that must be the same are not."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the holder of a receipt knows from elsewhere; each makes one step stronger."""

    attesters: frozenset[bytes] = frozenset()
    device_key: bytes | None = None
    document: bytes | None = None


def check_receipt(receipt: Receipt, keys: TrustedKeys, held: Holdings, report: Report) -> None:
    """Check a receipt step by step.

    Raises:
        Stopped: a step failed on which the later ones build.
    """
    _check_content(receipt, held, report)
    if receipt.leaf.record.kind is Kind.VOTE:
        _check_voter(receipt, keys, held, report)
    else:
        _check_service(receipt, keys, report)
    _check_logged(receipt, keys, report)
    check_witnessed(receipt.proof.checkpoint, keys, report)
    _check_texts(receipt, keys, report)


def _check_content(receipt: Receipt, held: Holdings, report: Report) -> None:
    record = receipt.leaf.record
    with report.step("文件是规范的 JSON", "the document is canonical JSON"):
        read_canonical(receipt.document)
    if held.document is not None:
        with report.step("文件就是您保存的那一份", "the document is the one that you kept"):
            _same(receipt.document, held.document, "the receipt holds another document")
    with report.step("记录写明的哈希值就是文件的哈希值", "the record names the document's hash"):
        named = record_of(record.kind, record.subject, receipt.document)
        _same(record, named, "the document has another SHA-256")
    with report.step("记录由回执中的密钥签名", "the receipt's key signed the record") as finding:
        receipt.leaf.check_signature()
        finding.detail = f"key {receipt.leaf.key_hash.hex()}"


def _check_voter(receipt: Receipt, keys: TrustedKeys, held: Holdings, report: Report) -> None:
    assert receipt.key is not None  # a vote's receipt is not read without it
    with report.step("这张票属于记录所指的表决", "the vote is for the ballot of its record"):
        vote = read_vote(receipt.document)
        _same(vote.ballot_id, receipt.leaf.record.subject, "the vote is for another ballot")
    with report.step(
        "密钥证明写的是这个密钥、这个小区、这种身份",
        "the key's attestation is for this key, this estate and this capacity",
    ) as finding:
        attestation = read_attestation(receipt.key.document)
        _check_attested(attestation, receipt, keys)
        _same(attestation.capacity, vote.channel.capacity, "a key of another capacity")
        finding.detail = f"{attestation.capacity}, {attestation.registered_at}"
    zh, en = "密钥证明由身份服务签名", "identity signed the key's attestation"
    if held.attesters:
        with report.step(zh, en):
            receipt.key.read(held.attesters)
    else:
        report.withheld(zh, en, "no --attester was given")
    zh, en = "密钥就是您手机上的密钥", "the key is the one of your phone"
    if held.device_key is not None:
        with report.step(zh, en):
            _same(receipt.leaf.public_key, held.device_key, "another key signed")
    else:
        report.withheld(zh, en, "no --device-key was given")


def _check_attested(attestation: Attestation, receipt: Receipt, keys: TrustedKeys) -> None:
    _same(attestation.public_key, receipt.leaf.public_key, "the attestation is for another key")
    _same(attestation.estate_id, keys.estate_id, "the attestation is for another estate")


def _check_service(receipt: Receipt, keys: TrustedKeys, report: Report) -> None:
    with report.step(
        "签名的密钥是本小区该服务的记录密钥", "the signing key is this estate's record key"
    ):
        if receipt.leaf.public_key != keys.record_key:
            raise SignatureWrong("another key signed what only the service signs")
    record = receipt.leaf.record
    if record.kind in {Kind.ENTRY, Kind.REVERSAL}:
        with report.step("记录指的就是这笔分录", "the record is of this entry"):
            entry = read_entry(receipt.document)
            kind = Kind.REVERSAL if entry.kind is EntryKind.REVERSAL else Kind.ENTRY
            named = (record.kind, record.subject, keys.estate_id)
            _same(named, (kind, entry.entry_id, entry.estate_id), "of another entry or estate")


def _check_logged(receipt: Receipt, keys: TrustedKeys, report: Report) -> None:
    checkpoint = receipt.proof.checkpoint
    check_made(checkpoint, keys, report)
    with report.step("记录在日志中的这个位置", "the record is in the log at its place") as finding:
        leaf = leaf_hash(receipt.leaf.encoded())
        position, root = receipt.proof.position, checkpoint.root
        check_inclusion(leaf, position, checkpoint.size, receipt.proof.path, root)
        finding.detail = f"{position} of {checkpoint.size}"


def _check_texts(receipt: Receipt, keys: TrustedKeys, report: Report) -> None:
    with report.independent(
        "Sigsum 证明与回执一致", "the Sigsum proof says the same as the receipt"
    ):
        _check_sigsum(read_sigsum_proof(receipt.sigsum_text), receipt, keys)
    with report.independent("C2SP 证明与回执一致", "the C2SP proof says the same as the receipt"):
        written = read_tlog_proof(receipt.tlog_text)
        _same(written, receipt.proof, "the C2SP proof says something else")


def _check_sigsum(written: SigsumProof, receipt: Receipt, keys: TrustedKeys) -> None:
    expected = sigsum_proof(receipt.leaf, receipt.proof, keys)
    known = {one.key_hash for one in expected.cosignatures}
    # A witness that the policy has dropped since may stand in an old proof: it adds nothing.
    kept = tuple(one for one in written.cosignatures if one.key_hash in known)
    _same(replace(written, cosignatures=kept), expected, "the Sigsum proof says something else")


def _same(given: object, expected: object, otherwise: str) -> None:
    if given != expected:
        raise Differs(otherwise)

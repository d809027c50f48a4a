"""Receipts: a true one passes every step, and no changed one passes as something else."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.proofs.attestation import Attestation, Capacity, SignedAttestation, attest
from services.proofs.check_receipt import Holdings, check_receipt
from services.proofs.checkpoint import Checkpoint, cosign
from services.proofs.leaf import Kind, Leaf, SignatureWrong, record_of, sign
from services.proofs.note import SignatureLine
from services.proofs.receipt import SIZE_BYTES_MAX, NotAReceipt, Receipt, read_receipt, receipt_of
from services.proofs.sigsum import read_sigsum_proof
from services.proofs.steps import Report, Step, Stopped, Verdict
from services.proofs.trusted_keys import TrustedKeys
from tests.support.signed_log import (
    ATTESTER,
    BALLOT,
    DEVICE,
    ESTATE,
    NOON,
    RECORD,
    STRANGER,
    SignedLog,
    attestation,
    edited,
    entry_document,
    public,
    published,
    trusted_keys,
    vote_document,
    voted,
)

OTHER = "99999999-9999-4999-8999-999999999999"
EVERYTHING = Holdings(
    attesters=frozenset({public(STRANGER), public(ATTESTER)}),
    device_key=public(DEVICE),
    document=vote_document(),
)
WITNESSED = trusted_keys(witnesses=["witness.example/w1", "witness.example/w2"], quorum=1)


def steps_of(
    receipt: Receipt | str,
    keys: TrustedKeys | None = None,
    held: Holdings = EVERYTHING,
) -> list[Step]:
    report = Report()
    if isinstance(receipt, str):
        receipt = read_receipt(receipt)
    try:
        check_receipt(receipt, keys or trusted_keys(), held, report)
    except Stopped:
        assert report.steps[-1].verdict is Verdict.FAIL
    return list(report.steps)


def failed(steps: list[Step]) -> list[str]:
    return [step.en for step in steps if step.verdict is Verdict.FAIL]


def withheld(steps: list[Step]) -> list[str]:
    return [step.en for step in steps if step.verdict is Verdict.WITHHELD]


@pytest.mark.parametrize(("before", "after"), [(0, 0), (0, 1), (4, 3), (8, 0), (255, 3)])
def test_a_true_receipt_passes_every_step(before: int, after: int) -> None:
    _, receipt = voted(before=before, after=after, keys=WITNESSED, by=["witness.example/w2"])
    steps = steps_of(receipt.encoded(), WITNESSED)
    assert {step.verdict for step in steps} == {Verdict.PASS}
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))


def test_what_is_written_is_read_back() -> None:
    _, receipt = voted()
    assert read_receipt(receipt.encoded()) == receipt


def test_what_the_holder_does_not_know_is_withheld_and_not_passed() -> None:
    _, receipt = voted()
    steps = steps_of(receipt, held=Holdings())
    assert failed(steps) == []
    assert withheld(steps) == [
        "identity signed the key's attestation",
        "the key is the one of your phone",
        "enough witnesses cosigned the checkpoint",
    ]


def test_an_entrys_receipt_needs_no_attestation_but_the_services_own_key() -> None:
    _, receipt = published()
    assert failed(steps_of(receipt, held=Holdings())) == []
    leaf = sign(STRANGER, receipt.leaf.record)
    log = SignedLog.of(2)
    proof = log.proof(log.append(leaf), log.checkpoint())
    forged = receipt_of(leaf, receipt.document, proof, trusted_keys())
    assert failed(steps_of(forged, held=Holdings())) == [
        "the signing key is this estate's record key"
    ]


@pytest.mark.parametrize(
    "changed", [{"entry_id": OTHER}, {"estate_id": OTHER}, {"number": "1"}], ids=str
)
def test_an_entrys_receipt_is_of_the_entry_that_its_record_names(
    changed: dict[str, object],
) -> None:
    _, receipt = published()
    document = entry_document(**changed)
    leaf = sign(RECORD, record_of(Kind.ENTRY, receipt.leaf.record.subject, document))
    other = relogged(replace(receipt, document=document), leaf)
    assert failed(steps_of(other, held=Holdings())) == ["the record is of this entry"]


def test_an_entry_is_not_logged_as_its_reversal() -> None:
    _, receipt = published()
    leaf = sign(RECORD, replace(receipt.leaf.record, kind=Kind.REVERSAL))
    assert failed(steps_of(relogged(receipt, leaf), held=Holdings())) == [
        "the record is of this entry"
    ]


def relogged(receipt: Receipt, leaf: Leaf, **changed: object) -> Receipt:
    """Return a receipt as a server that controls the log could make it for another leaf."""
    log = SignedLog.of(5)
    proof = log.proof(log.append(leaf), log.checkpoint())
    made = receipt_of(leaf, receipt.document, proof, trusted_keys(), receipt.key)
    return replace(made, **changed)  # type: ignore[arg-type]  # by name


def test_another_document_is_not_what_was_signed() -> None:
    _, receipt = voted()
    changed = replace(receipt, document=vote_document(salt="00" * 32))
    held = replace(EVERYTHING, document=None)
    assert failed(steps_of(changed, held=held)) == ["the record names the document's hash"]
    assert failed(steps_of(changed)) == ["the document is the one that you kept"]


def test_a_document_that_is_not_canonical_is_refused() -> None:
    _, receipt = voted()
    changed = replace(receipt, document=receipt.document + b" ")
    assert failed(steps_of(changed)) == ["the document is canonical JSON"]


def test_a_record_that_another_key_signed_is_refused() -> None:
    _, receipt = voted()
    leaf = replace(receipt.leaf, signature=sign(STRANGER, receipt.leaf.record).signature)
    assert failed(steps_of(relogged(receipt, leaf))) == ["the receipt's key signed the record"]


def test_a_key_that_the_server_invented_is_not_the_owners() -> None:
    _, receipt = voted()
    leaf = sign(STRANGER, receipt.leaf.record)
    steps = steps_of(relogged(receipt, leaf))
    assert failed(steps) == ["the key's attestation is for this key, this estate and this capacity"]
    invented = Attestation(ESTATE, "h", Capacity.OWNER, public(STRANGER), "2026-09-01T08:00:00Z")
    by_the_server = relogged(receipt, leaf, key=attest(STRANGER, invented))
    held = replace(EVERYTHING, attesters=frozenset({public(ATTESTER)}))
    assert failed(steps_of(by_the_server, held=held)) == ["identity signed the key's attestation"]
    assert failed(steps_of(by_the_server)) == ["the key is the one of your phone"]


@pytest.mark.parametrize(
    "changed", [{"estate_id": OTHER}, {"capacity": Capacity.OFFICIAL}], ids=["estate", "capacity"]
)
def test_an_attestation_for_something_else_is_refused(changed: dict[str, object]) -> None:
    _, receipt = voted()
    other = replace(receipt, key=attestation(**changed))
    assert failed(steps_of(other)) == [
        "the key's attestation is for this key, this estate and this capacity"
    ]


def test_a_vote_replayed_into_another_ballot_is_refused() -> None:
    _, receipt = voted()
    leaf = sign(DEVICE, record_of(Kind.VOTE, OTHER, receipt.document))
    assert failed(steps_of(relogged(receipt, leaf))) == ["the vote is for the ballot of its record"]


def test_a_document_that_is_no_vote_is_no_vote() -> None:
    _, receipt = voted()
    document = vote_document(choices={})
    leaf = sign(DEVICE, record_of(Kind.VOTE, BALLOT, document))
    made = replace(relogged(receipt, leaf), document=document)
    held = replace(EVERYTHING, document=None)
    assert failed(steps_of(made, held=held)) == ["the vote is for the ballot of its record"]


def test_a_checkpoint_of_another_estate_is_refused() -> None:
    _, receipt = voted()
    keys = replace(trusted_keys(), log_key=replace(trusted_keys().log_key, name="another"))
    assert failed(steps_of(receipt, keys)) == ["the log of this estate signed the checkpoint"]
    forged = replace(
        receipt.proof.checkpoint,
        signatures=tuple(
            replace(line, signature=STRANGER.sign(receipt.proof.checkpoint.text.encode()))
            if line.by(trusted_keys().log_key)
            else line
            for line in receipt.proof.checkpoint.signatures
        ),
    )
    other = replace(receipt, proof=replace(receipt.proof, checkpoint=forged))
    assert failed(steps_of(other)) == ["the log of this estate signed the checkpoint"]


def test_a_checkpoint_without_a_signed_time_is_refused() -> None:
    _, receipt = voted()
    keys = trusted_keys()
    checkpoint = receipt.proof.checkpoint
    kept = tuple(line for line in checkpoint.signatures if not line.by(keys.time_key))
    bare = replace(checkpoint, signatures=kept)
    other = replace(receipt, proof=replace(receipt.proof, checkpoint=bare))
    assert failed(steps_of(other)) == ["the checkpoint's time is signed"]


def test_a_time_that_no_calendar_has_is_still_told() -> None:
    _, receipt = voted()
    checkpoint = receipt.proof.checkpoint
    late = cosign(RECORD, trusted_keys().time_key.name, checkpoint, posix_time=2**62)
    lines = (checkpoint.signatures[0], late)
    other = replace(
        receipt, proof=replace(receipt.proof, checkpoint=replace(checkpoint, signatures=lines))
    )
    told = [step for step in steps_of(other) if step.en == "the checkpoint's time is signed"]
    assert [step.detail for step in told] == [f"{2**62} seconds after 1970"]


def test_a_cosignature_of_no_time_says_nothing() -> None:
    log = SignedLog.of(1)
    bare = Checkpoint(trusted_keys().origin, 1, log.checkpoint().root)
    timeless = cosign(RECORD, trusted_keys().time_key.name, bare, posix_time=0)
    with pytest.raises(SignatureWrong, match="no time"):
        bare.with_signatures([timeless]).cosigned_at(trusted_keys().time_key)


def test_two_owners_receipts_that_were_swapped_are_refused() -> None:
    log, receipt = voted()
    document = vote_document(vote_id=OTHER, entry_id=OTHER)
    position = log.append(sign(DEVICE, record_of(Kind.VOTE, BALLOT, document)))
    swapped = replace(receipt, proof=log.proof(position, log.checkpoint()))
    assert failed(steps_of(swapped)) == ["the record is in the log at its place"]


def test_a_leaf_that_was_cut_off_is_in_no_checkpoint() -> None:
    log, receipt = voted(before=4, after=0)
    cut = log.checkpoint(4)
    other = replace(receipt, proof=replace(receipt.proof, checkpoint=cut))
    assert failed(steps_of(other)) == ["the record is in the log at its place"]


def test_a_quorum_counts_only_witnesses_that_cosigned() -> None:
    _, lonely = voted(keys=WITNESSED)
    assert failed(steps_of(lonely, WITNESSED)) == ["enough witnesses cosigned the checkpoint"]
    _, seen = voted(keys=WITNESSED, by=["witness.example/w1"])
    assert failed(steps_of(seen, WITNESSED)) == []
    both = replace(WITNESSED, quorum=2)
    assert failed(steps_of(seen, both)) == ["enough witnesses cosigned the checkpoint"]


@pytest.mark.parametrize("quorum", [0, 1])
def test_a_line_in_a_witnesss_name_must_be_its_own(quorum: int) -> None:
    _, receipt = voted(keys=WITNESSED, by=["witness.example/w1"])
    checkpoint = receipt.proof.checkpoint
    witness = WITNESSED.witnesses[0]
    forged = cosign(STRANGER, witness.name, checkpoint, posix_time=NOON)
    line = SignatureLine(witness.name, witness.key_id, forged.signature)
    lines = (*checkpoint.signatures[:2], line)
    other = replace(
        receipt, proof=replace(receipt.proof, checkpoint=replace(checkpoint, signatures=lines))
    )
    steps = steps_of(other, replace(WITNESSED, quorum=quorum))
    assert "enough witnesses cosigned the checkpoint" in failed(steps)


def test_the_texts_for_other_programs_must_say_the_same() -> None:
    _, receipt = voted()
    _, other = voted(before=5)
    steps = steps_of(replace(receipt, sigsum_text=other.sigsum_text))
    assert failed(steps) == ["the Sigsum proof says the same as the receipt"]
    steps = steps_of(replace(receipt, tlog_text=other.tlog_text))
    assert failed(steps) == ["the C2SP proof says the same as the receipt"]
    steps = steps_of(replace(receipt, tlog_text="", sigsum_text=""))
    assert len(failed(steps)) == 2


def test_a_sigsum_proof_may_not_leave_out_a_witness_nor_lend_it_another_signature() -> None:
    _, receipt = voted(keys=WITNESSED, by=["witness.example/w1"])
    proof = read_sigsum_proof(receipt.sigsum_text)
    time, witness = proof.cosignatures
    wrong = [
        replace(proof, cosignatures=(time,)),
        replace(proof, cosignatures=(time, replace(witness, signature=bytes(64)))),
        replace(proof, cosignatures=(time, replace(witness, posix_time=1))),
    ]
    for one in wrong:
        steps = steps_of(replace(receipt, sigsum_text=one.encoded()), WITNESSED)
        assert failed(steps) == ["the Sigsum proof says the same as the receipt"]


def test_a_receipt_outlives_a_witness_that_the_policy_drops() -> None:
    _, receipt = voted(keys=WITNESSED, by=["witness.example/w1", "witness.example/w2"])
    assert failed(steps_of(receipt, trusted_keys())) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "owner-card/receipt@v2"},
        {"record": '{"kind":"vote"}'},
        {"record": None},
        {"document": 7},
        {"document": "\ud800"},
        {"signature": "AB" * 64},
        {"signature": "ab" * 63},
        {"public_key": "zz" * 32},
        {"key": None},
        {"key": {"document": "{}"}},
        {"leaf_index": True},
        {"leaf_index": -1},
        {"leaf_index": "4"},
        {"inclusion_path": "AAAA"},
        {"inclusion_path": [7]},
        {"inclusion_path": ["AAAA"]},
        {"checkpoint": ""},
        {"sigsum_proof": []},
        {"more": 1},
    ],
    ids=str,
)
def test_a_receipt_in_another_form_is_refused(changed: dict[str, object]) -> None:
    _, receipt = voted()
    with pytest.raises(NotAReceipt):
        read_receipt(edited(receipt, **changed))


def test_a_receipt_without_its_members_or_beyond_all_size_is_refused() -> None:
    _, receipt = voted()
    for name in receipt.members():
        kept = {key: value for key, value in receipt.members().items() if key != name}
        with pytest.raises(NotAReceipt):
            read_receipt(json.dumps(kept))
    padded = receipt.encoded() + " " * SIZE_BYTES_MAX
    for text in ("", "[]", "7", "[" * 100_000, f'{{"a": {"9" * 5000}}}', padded):
        with pytest.raises(NotAReceipt):
            read_receipt(text)
    twice = receipt.encoded().replace('"format"', '"leaf_index": 4, "format"')
    with pytest.raises(NotAReceipt):
        read_receipt(twice)


def test_an_entrys_receipt_takes_no_key() -> None:
    _, receipt = published()
    key = {"document": "{}", "signature": "00" * 64}
    with pytest.raises(NotAReceipt):
        read_receipt(edited(receipt, key=key))


@settings(max_examples=600, deadline=None)
@given(some.data())
def test_any_changed_byte_is_refused_or_changes_nothing(data: some.DataObject) -> None:
    _, receipt = voted(keys=WITNESSED, by=["witness.example/w1"])
    original = bytearray(receipt.encoded().encode())
    at = data.draw(some.integers(0, len(original) - 1))
    original[at] ^= data.draw(some.integers(1, 255))
    try:
        changed = read_receipt(original.decode())
    except (NotAReceipt, UnicodeDecodeError):
        return
    if not failed(steps_of(changed, WITNESSED)):
        assert changed == receipt


def test_the_seal_on_a_key_is_not_taken_from_another_key() -> None:
    _, receipt = voted()
    assert receipt.key is not None
    other = attest(
        STRANGER, Attestation(ESTATE, "h", Capacity.OWNER, public(DEVICE), "2026-09-01T08:00:00Z")
    )
    mixed = SignedAttestation(receipt.key.document, other.signature)
    assert failed(steps_of(replace(receipt, key=mixed))) == [
        "identity signed the key's attestation"
    ]

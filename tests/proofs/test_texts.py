"""Every text that proofs travel in: one spelling, read back as it was written, else refused."""

import base64
import contextlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.proofs.attestation import (
    Attestation,
    Capacity,
    NotAnAttestation,
    SignedAttestation,
    read_attestation,
)
from services.proofs.canonical import canonical, read_any_spelling
from services.proofs.checkpoint import (
    Checkpoint,
    NotACheckpoint,
    cosign,
    cosignature_parts,
    log_key,
    origin_of,
    read_checkpoint,
)
from services.proofs.leaf import (
    Kind,
    NotARecord,
    Record,
    SignatureWrong,
    check_signature,
    is_key,
    key_hash,
    read_record,
    record_of,
    sign,
)
from services.proofs.note import (
    KeyType,
    NotANote,
    Note,
    SignatureLine,
    VerifierKey,
    decoded,
    read_note,
    read_signature_lines,
    read_verifier_key,
)
from services.proofs.refuted import Refuted
from services.proofs.sigsum import (
    NotASigsumProof,
    SigsumCosignature,
    SigsumProof,
    read_sigsum_proof,
    sigsum_proof,
)
from services.proofs.tlog_proof import NotATlogProof, TlogProof, read_tlog_proof
from services.proofs.trusted_keys import NotTrustedKeys, TrustedKeys, read_trusted_keys
from services.proofs.witness import AddCheckpoint, read_add_checkpoint
from tests.support.signed_log import (
    ATTESTER,
    BALLOT,
    DEVICE,
    NOON,
    RECORD,
    STRANGER,
    TREE,
    SignedLog,
    attestation,
    public,
    trusted_keys,
    voted,
)

HASHES = some.binary(min_size=32, max_size=32)
SIGNATURES = some.binary(min_size=64, max_size=64)
PATHS = some.lists(HASHES, max_size=63).map(tuple)
SIZES = some.integers(0, 2**53)
NAMES = some.from_regex(r"[a-z0-9./é宅-]{1,20}", fullmatch=True)
LINES = some.builds(
    SignatureLine,
    NAMES,
    some.binary(min_size=4, max_size=4),
    some.binary(min_size=1, max_size=72),
)
CHECKPOINTS = some.builds(
    Checkpoint, NAMES, SIZES, HASHES, some.lists(LINES, min_size=1, max_size=16).map(tuple)
)
RECORDS = some.builds(Record, some.sampled_from(Kind), some.uuids().map(str), HASHES)
ATTESTATIONS = some.builds(
    Attestation,
    some.uuids().map(str),
    some.text(some.characters(exclude_categories=["Cc", "Cs"], exclude_characters='"\\')),
    some.sampled_from(Capacity),
    HASHES,
    some.datetimes().map(lambda at: at.isoformat(timespec="seconds") + "Z"),
)
SIGSUM_PROOFS = some.integers(1, 2**53).flatmap(
    lambda size: some.builds(
        SigsumProof,
        log_key_hash=HASHES,
        leaf_key_hash=HASHES,
        leaf_signature=SIGNATURES,
        size=some.just(size),
        root=HASHES,
        signature=SIGNATURES,
        cosignatures=some.lists(
            some.builds(SigsumCosignature, HASHES, some.integers(0, 2**63 - 1), SIGNATURES),
            max_size=3,
        ).map(tuple),
        position=some.integers(0, size - 1),
        path=PATHS if size > 1 else some.just(()),
    )
)


@given(CHECKPOINTS)
def test_a_checkpoint_is_read_back(checkpoint: Checkpoint) -> None:
    assert read_checkpoint(checkpoint.encoded()) == checkpoint


@given(RECORDS)
def test_a_record_is_read_back_and_is_canonical(record: Record) -> None:
    assert read_record(record.encoded()) == record
    members = {"kind": record.kind.value, "sha256": record.sha256.hex(), "subject": record.subject}
    assert record.encoded() == canonical(members)


@given(ATTESTATIONS)
def test_an_attestation_is_read_back(attestation: Attestation) -> None:
    assert read_attestation(attestation.encoded()) == attestation


@given(SIGSUM_PROOFS)
def test_a_sigsum_proof_is_read_back(proof: SigsumProof) -> None:
    assert read_sigsum_proof(proof.encoded()) == proof


@given(some.builds(TlogProof, some.integers(0, 2**53), PATHS, CHECKPOINTS))
def test_a_tlog_proof_is_read_back(proof: TlogProof) -> None:
    assert read_tlog_proof(proof.encoded()) == proof


@given(some.builds(AddCheckpoint, SIZES, PATHS, CHECKPOINTS))
def test_a_request_to_a_witness_is_read_back(request: AddCheckpoint) -> None:
    assert read_add_checkpoint(request.encoded()) == request


@given(NAMES, some.sampled_from(KeyType), HASHES)
def test_a_verifier_key_is_read_back(name: str, kind: KeyType, key: bytes) -> None:
    written = VerifierKey(name, kind, key)
    assert read_verifier_key(written.encoded()) == written


def test_trusted_keys_are_read_back() -> None:
    keys = trusted_keys(witnesses=["witness.example/w1", "witness.example/w2"], quorum=2)
    assert read_trusted_keys(keys.encoded()) == keys


def _texts() -> dict[str, tuple[str, Callable[[str], object]]]:
    log, receipt = voted()
    checkpoint = log.checkpoint()
    request = AddCheckpoint(3, log.consistency(3, 8), checkpoint)
    leaf, proof = receipt.leaf, receipt.proof
    return {
        "checkpoint": (checkpoint.encoded(), _encoded(read_checkpoint)),
        "record": (leaf.record.encoded().decode(), _recoded),
        "sigsum": (receipt.sigsum_text, _encoded(read_sigsum_proof)),
        "tlog": (proof.encoded(), _encoded(read_tlog_proof)),
        "request": (request.encoded(), _encoded(read_add_checkpoint)),
        "vkey": (trusted_keys().log_key.encoded(), _encoded(read_verifier_key)),
        "attestation": (attestation().document.decode(), _reattested),
    }


def _encoded(read: Callable[[str], object]) -> Callable[[str], object]:
    return lambda text: read(text).encoded()  # type: ignore[attr-defined]  # each has it


def _recoded(text: str) -> object:
    return read_record(text.encode()).encoded().decode()


def _reattested(text: str) -> object:
    return read_attestation(text.encode()).encoded().decode()


TEXTS = _texts()


@pytest.mark.parametrize("name", list(TEXTS))
@settings(max_examples=200, deadline=None)
@given(data=some.data())
def test_no_text_has_a_second_spelling(name: str, data: some.DataObject) -> None:
    text, rewritten = TEXTS[name]
    at = data.draw(some.integers(0, len(text)))
    kept = data.draw(some.integers(0, 2))
    inserted = data.draw(some.text(max_size=2) | some.sampled_from([" ", "\n", "0", "=", "A", "+"]))
    changed = text[:at] + inserted + text[at + kept :]
    try:
        assert rewritten(changed) == changed
    except Refuted:
        assert changed != text


@pytest.mark.parametrize("name", list(TEXTS))
@settings(max_examples=300)
@given(text=some.text(max_size=60))
def test_any_text_is_refused_or_its_own_spelling(name: str, text: str) -> None:
    _, rewritten = TEXTS[name]
    with contextlib.suppress(Refuted):
        assert rewritten(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text\n",
        "text\n\n",
        "\n\n— a AAAAAAA=\n",
        "a\n\n— a AAAAAAA=",
        "a\n\n— a AAAAAA==\n",
        "a\n\n- a AAAAAAA=\n",
        "a\n\n—  AAAAAAA=\n",
        "a\n\n— a+b AAAAAAA=\n",
        "a\n\n— a AAAAAAA= \n",
        "a\n\n— a AAAA\x00AAA=\n",
        "a\t\n\n— a AAAAAAA=\n",
        "a\r\n\n— a AAAAAAA=\n",
        "\ud800\n\n— a AAAAAAA=\n",
        "a\n\n— a AAAAAAB=\n",
        "a" * 16_384 + "\n\n— a AAAAAAA=\n",
    ],
    ids=range(16),
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NotANote):
        read_note(text)


def test_a_note_may_hold_empty_lines_and_ends_at_the_last_one() -> None:
    line = SignatureLine("a", bytes(4), b"x")
    note = Note("one\n\ntwo\n", (line, line))
    assert read_note(note.encoded()) == note
    assert read_signature_lines(line.encoded() * 16) == (line,) * 16


@pytest.mark.parametrize(
    "text",
    [
        "o\n1\n{root}\nextra\n",
        "o\n1\n",
        "\n1\n{root}\n",
        "o\n01\n{root}\n",
        "o\n-1\n{root}\n",
        "o\n١\n{root}\n",
        "o\n9007199254740993\n{root}\n",
        "o\n99999999999999999999\n{root}\n",
        "o\n1\nAAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    root = base64.b64encode(bytes(32)).decode()
    with pytest.raises(NotACheckpoint):
        read_checkpoint(text.format(root=root) + "\n— a AAAAAAA=\n")


@pytest.mark.parametrize(
    "document",
    [
        b"{}",
        b"[]",
        b'{"kind":[],"sha256":"","subject":""}',
        b'{"kind":{},"sha256":"","subject":""}',
        b'{"kind":"wish","sha256":"%s","subject":"22222222-2222-4222-8222-222222222222"}'
        % (b"0" * 64),
        b'{"kind":"vote","sha256":"%s","subject":"22222222-2222-4222-8222-222222222222"}'
        % (b"A" * 64),
        b'{"kind":"vote","sha256":"%s","subject":"ABCDEF12-2222-4222-8222-222222222222"}'
        % (b"0" * 64),
        b'{"kind":"vote","sha256":"%s","subject":7}' % (b"0" * 64),
    ],
)
def test_what_is_no_record_is_refused(document: bytes) -> None:
    with pytest.raises(NotARecord):
        read_record(document)


def attested(**changed: object) -> bytes:
    written = read_any_spelling(attestation().document)
    assert isinstance(written, dict)
    return canonical({**written, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"version": True},
        {"version": "1"},
        {"capacity": "TENANT"},
        {"public_key": "AB" * 32},
        {"holder": 7},
        {"registered_at": "2026-09-01T08:00:00+00:00"},
        {"registered_at": "2026-13-01T08:00:00Z"},
        {"registered_at": "٢٠٢٦-09-01T08:00:00Z"},
        {"more": 1},
    ],
    ids=str,
)
def test_what_is_no_attestation_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(NotAnAttestation):
        read_attestation(attested(**changed))
    for other in (b" " + attested(), attested() + b"\n", b"\xff", b""):
        with pytest.raises(NotAnAttestation):
            read_attestation(other)


@pytest.mark.parametrize("holder", ['a"', "a\\", "a\n", "\x00", "a\x1f"])
def test_a_pseudonym_needs_no_escape(holder: str) -> None:
    with pytest.raises(NotAnAttestation):
        read_attestation(attested(holder=holder))


def test_only_a_trusted_attester_attests() -> None:
    signed = attestation()
    assert signed.read(frozenset({public(STRANGER), public(ATTESTER)})).holder == "holder-1"
    for trusted in (frozenset[bytes](), frozenset({public(STRANGER)})):
        with pytest.raises(SignatureWrong):
            signed.read(trusted)
    # Signed without its namespace, or a vote's leaf signature: another kind of word.
    bare = SignedAttestation(signed.document, ATTESTER.sign(signed.document))
    with pytest.raises(SignatureWrong):
        bare.read(frozenset({public(ATTESTER)}))


def test_a_leaf_is_sigsums_and_its_signature_is_over_the_record_alone() -> None:
    record = record_of(Kind.VOTE, BALLOT, b"content")
    leaf = sign(DEVICE, record)
    leaf.check_signature()
    assert leaf.encoded() == record.checksum + leaf.signature + key_hash(public(DEVICE))
    assert len(leaf.encoded()) == 128
    for other in (
        replace(leaf, record=replace(record, kind=Kind.RESULT)),
        replace(leaf, public_key=public(STRANGER)),
        replace(leaf, signature=DEVICE.sign(record.checksum)),
        replace(leaf, signature=b""),
    ):
        with pytest.raises(SignatureWrong):
            other.check_signature()


WEAK = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize("weak", WEAK)
def test_a_key_under_which_one_signature_fits_many_messages_is_no_key(weak: str) -> None:
    key = bytes.fromhex(weak)
    # R is the neutral point and S is 0: right under the neutral point for every message.
    signature = bytes([1]) + bytes(63)
    assert not is_key(key)
    for number in range(16):
        with pytest.raises(SignatureWrong):
            check_signature(key, signature, bytes([number]))


@pytest.mark.parametrize("key", [b"", bytes(31), b"\xff" * 33])
def test_bytes_of_another_length_are_no_key(key: bytes) -> None:
    assert not is_key(key)
    with pytest.raises(SignatureWrong):
        check_signature(key, bytes(64), b"")


def test_a_log_is_named_by_its_key() -> None:
    checkpoint = SignedLog.of(3).checkpoint()
    key = log_key(public(TREE))
    assert checkpoint.origin == origin_of(public(TREE)) == key.name
    checkpoint.check_signed(key)
    for other in (
        replace(checkpoint, size=4),
        replace(checkpoint, root=bytes(32)),
        replace(checkpoint, origin="another"),
        replace(checkpoint, signatures=checkpoint.signatures[1:]),
    ):
        with pytest.raises(SignatureWrong):
            other.check_signed(key)
    with pytest.raises(SignatureWrong):
        checkpoint.check_signed(log_key(public(STRANGER)))
    renamed = Checkpoint("another", checkpoint.size, checkpoint.root)
    line = SignatureLine(key.name, key.key_id, TREE.sign(renamed.text.encode()))
    with pytest.raises(SignatureWrong):
        renamed.with_signatures([line]).check_signed(key)


def test_a_cosignature_is_for_one_checkpoint_and_one_time() -> None:
    keys = trusted_keys()
    checkpoint = SignedLog.of(3).checkpoint()
    assert checkpoint.cosigned_at(keys.time_key) == NOON + 3
    line = checkpoint.signatures[1]
    later = replace(line, signature=bytes(8) + line.signature[8:])
    far = cosign(RECORD, keys.time_key.name, checkpoint, posix_time=2**63)
    for lines in ((), (later,), (far,), (replace(line, signature=line.signature[8:]),)):
        with pytest.raises(SignatureWrong):
            replace(checkpoint, signatures=lines).cosigned_at(keys.time_key)
    with pytest.raises(SignatureWrong):
        replace(checkpoint, size=4).cosigned_at(keys.time_key)
    with pytest.raises(SignatureWrong):
        checkpoint.cosigned_at(keys.log_key)
    assert cosignature_parts(line) == (NOON + 3, line.signature[8:])


def test_a_time_counts_only_beside_the_logs_own_signature() -> None:
    keys = trusted_keys()
    checkpoint = SignedLog.of(3).checkpoint()
    assert keys.signed_at(checkpoint) == NOON + 3
    for line in checkpoint.signatures:
        with pytest.raises(SignatureWrong):
            keys.signed_at(replace(checkpoint, signatures=(line,)))


def test_a_key_of_another_type_cosigns_nothing() -> None:
    checkpoint = SignedLog.of(3).checkpoint()
    plain = VerifierKey("w", KeyType.ED25519, public(STRANGER))
    cosigned = cosign(STRANGER, "w", checkpoint, posix_time=NOON)
    line = SignatureLine("w", plain.key_id, cosigned.signature)
    with pytest.raises(SignatureWrong):
        replace(checkpoint, signatures=(line,)).cosigned_at(plain)


@pytest.mark.parametrize(
    "text", ["A", "AA", "AA=", "AB==", "AA==\n", " AA==", "AA==AA==", "é", "-_=="]
)
def test_other_spellings_of_base64_are_refused(text: str) -> None:
    with pytest.raises(NotANote):
        decoded(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        "{name}+00000000+{material}",
        "other+{id}+{material}",
        "{name}+{id}+AAAA",
        "a b+{id}+{material}",
        "\ud800+{id}+{material}",
        "{name}+{id}+{typed}",
    ],
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    key = trusted_keys().log_key
    name, key_id, material = key.encoded().split("+", 2)
    typed = base64.b64encode(b"\x06" + key.public_key).decode()
    with pytest.raises(NotANote):
        read_verifier_key(text.format(name=name, id=key_id, material=material, typed=typed))


def changed_sigsum(proof: SigsumProof) -> list[str]:
    text = proof.encoded()
    return [
        "",
        text.replace("version=2", "version=1"),
        text.replace("version=2", "version=02"),
        text.replace("log=", "logs="),
        text.replace("\n\nsize", "\nsize"),
        text.replace("size=8", "size=0"),
        text.replace("leaf_index=4", "leaf_index=٤"),
        text.replace("leaf_index=4", "leaf_index=99999999999999999"),
        text.upper(),
        text + "\n",
        text.removesuffix("\n"),
        text.replace("node_hash=", "node_hash= "),
        text[: text.index("\n\nleaf_index")],
        text.replace("cosignature=", "cosignature=00 "),
    ]


@pytest.mark.parametrize("number", range(14))
def test_what_is_no_sigsum_proof_is_refused(number: int) -> None:
    _, receipt = voted()
    proof = sigsum_proof(receipt.leaf, receipt.proof, trusted_keys())
    with pytest.raises(NotASigsumProof):
        read_sigsum_proof(changed_sigsum(proof)[number])


def test_a_sigsum_proof_needs_the_logs_signature_and_cosignatures_of_their_length() -> None:
    _, receipt = voted()
    checkpoint = receipt.proof.checkpoint
    for lines in (
        checkpoint.signatures[1:],
        (checkpoint.signatures[0], replace(checkpoint.signatures[1], signature=b"short")),
    ):
        proof = replace(receipt.proof, checkpoint=replace(checkpoint, signatures=lines))
        with pytest.raises(SignatureWrong):
            sigsum_proof(receipt.leaf, proof, trusted_keys())


def test_what_is_no_tlog_proof_is_refused() -> None:
    _, receipt = voted()
    text = receipt.tlog_text
    hashes = "".join(f"{base64.b64encode(bytes(32)).decode()}\n" for _ in range(61))
    for wrong in (
        "",
        text.partition("\n")[2],
        text.replace("v1", "v2"),
        text.replace("index 4", "index 04"),
        text.replace("index 4", "extra AAAA\nindex 4"),
        text.replace("index 4\n", f"index 4\n{hashes}"),
        text.replace("index 4\n", "index 4\nAAAA\n"),
        text.partition("\n\n")[0],
    ):
        with pytest.raises(NotATlogProof):
            read_tlog_proof(wrong)


def wrong_keys() -> list[str]:
    keys = trusted_keys(witnesses=["witness.example/w1"], quorum=1)
    twice = (*keys.witnesses, replace(keys.witnesses[0], name="witness.example/again"))
    log_again = VerifierKey("w", KeyType.COSIGNATURE, public(TREE))
    clock_again = VerifierKey("w", KeyType.COSIGNATURE, public(RECORD))
    changed: list[TrustedKeys] = [
        replace(keys, quorum=2),
        replace(keys, witnesses=twice, quorum=2),
        replace(keys, witnesses=(log_again,)),
        replace(keys, witnesses=(clock_again,)),
        replace(keys, log_key=replace(keys.log_key, name="example.org/log")),
        replace(keys, log_key=replace(keys.log_key, type=KeyType.COSIGNATURE)),
        replace(keys, time_key=replace(keys.time_key, type=KeyType.ED25519)),
        replace(keys, time_key=replace(keys.time_key, public_key=public(STRANGER))),
        replace(keys, witnesses=(VerifierKey("w", KeyType.COSIGNATURE, bytes(32)),)),
        replace(keys, estate_id="zijin"),
    ]
    text = keys.encoded()
    return [
        *(one.encoded() for one in changed),
        "",
        text.replace("log-keys@v1", "log-keys@v2"),
        text.replace(f'"origin": "{keys.origin}"', f'"origin": "{keys.origin}x"'),
        text.replace('"name": "witness.example/w1"', '"name": "witness.example/w2"'),
        text.replace('"quorum": 1', '"quorum": "1"'),
        text.replace('"quorum": 1', '"quorum": 1, "more": 1'),
        text.replace('"log_key": "', '"log_key": " '),
    ]


@pytest.mark.parametrize("number", range(17))
def test_keys_that_do_not_belong_together_are_not_trusted(number: int) -> None:
    with pytest.raises(NotTrustedKeys):
        read_trusted_keys(wrong_keys()[number])

"""What is stored as a signature: which of it holds, is broken, or is not checked here."""

import base64
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.errors import SettingsError
from philotes_tui.releases.details import ALL_READ, Unread
from philotes_tui.verification import Finding, KeyChecker, Result, StoredSignature, check_cosign
from philotes_tui.verification.cosign import SIMPLE
from philotes_tui.verification.key import key_checker

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIGNING = "https://sigstore.dev/cosign/sign/v1"
SLSA = "https://slsa.dev/provenance/v1"
STATEMENT = "application/vnd.in-toto+json"
COSIGN = "cosign container image signature"
DIGEST = f"sha256:{'a' * 64}"
OTHER = f"sha256:{'b' * 64}"
_KINDS = {
    "p256": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "p384": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "rsa": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "ed25519": ("-algorithm", "ed25519"),
}


def openssl() -> Path:
    found = shutil.which("openssl")
    if found is None:
        pytest.skip("there is no openssl on PATH")
    return Path(found)


def run(*arguments: str | Path, stdin: bytes = b"") -> bytes:
    done = subprocess.run(
        [openssl(), *arguments],
        input=stdin,
        env={"PATH": os.defpath},
        capture_output=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@dataclass(frozen=True)
class Signer:
    """A key pair in two PEM files."""

    private: Path
    public: Path

    @classmethod
    def make(cls, folder: Path, kind: str = "p256") -> "Signer":
        folder.mkdir()
        signer = cls(folder / "key.pem", folder / "ours.pub")
        signer.private.write_bytes(run("genpkey", *_KINDS[kind]))
        signer.public.write_bytes(run("pkey", "-in", signer.private, "-pubout"))
        return signer

    def signature(self, message: bytes) -> bytes:
        return run("dgst", "-sha256", "-sign", self.private, stdin=message)

    def checker(self) -> KeyChecker:
        checker = key_checker(self.public, None, openssl())
        assert checker is not None
        return checker


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.make(tmp_path / "ours")


def subject(*digests: str) -> dict[str, Any]:
    return {"name": "a", "digest": dict(each.split(":") for each in digests)}


def bundle(
    signer: Signer | None,
    *subjects: Any,
    states: str = SIGNING,
    kind: str = STATEMENT,
    signature: bytes | None = None,
) -> StoredSignature:
    payload = json.dumps({"subject": subjects, "predicateType": states}).encode()
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    if signature is None:
        signature = signer.signature(message) if signer else b"signed"
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [{"sig": base64.b64encode(signature).decode()}],
    }
    material = {"publicKey": {"hint": "somebody"}}
    content = {"dsseEnvelope": envelope, "verificationMaterial": material}
    return StoredSignature(BUNDLE, json.dumps(content).encode())


def payload(
    signer: Signer, digest: str = DIGEST, kind: str = COSIGN, signature: bytes | None = None
) -> StoredSignature:
    critical = {"image": {"docker-manifest-digest": digest}, "type": kind}
    content = json.dumps({"critical": critical}).encode()
    made = signer.signature(content) if signature is None else signature
    notes = {"dev.cosignproject.cosign/signature": base64.b64encode(made).decode()}
    return StoredSignature(SIMPLE, content, notes)


FILE = StoredSignature(
    BUNDLE,
    json.dumps(
        {
            "verificationMaterial": {"publicKey": {"hint": ""}},
            "messageSignature": {"signature": "c2lnbmVk"},
        }
    ).encode(),
)
JUNK = StoredSignature(BUNDLE, b"{")


def check(
    *stored: StoredSignature, key: KeyChecker | None = None, unread: Unread = ALL_READ
) -> tuple[Finding, ...]:
    return check_cosign(stored, DIGEST, key, unread=unread)


def result(*stored: StoredSignature, key: KeyChecker | None = None) -> Result:
    return check(*stored, key=key)[0].result


@pytest.mark.parametrize(
    "subjects",
    [
        [subject(DIGEST)],
        [subject(OTHER), subject(DIGEST)],
        [subject(DIGEST, f"sha512:{'c' * 128}")],
        [subject(f"sha512:{'c' * 128}", DIGEST), subject(OTHER)],
    ],
    ids=["one", "two", "two-kinds", "both"],
)
def test_a_signature_is_about_each_of_its_subjects(signer: Signer, subjects: list[Any]) -> None:
    assert result(bundle(signer, *subjects), key=signer.checker()) is Result.VERIFIED
    assert result(bundle(signer, *subjects)) is Result.UNCHECKED


def test_a_signature_about_others_alone_is_broken(signer: Signer) -> None:
    copied = bundle(signer, subject(OTHER), subject(f"sha512:{'c' * 128}"))
    for key in (None, signer.checker()):
        (found,) = check(copied, key=key)
        assert found.result is Result.BROKEN
        assert OTHER in found.said


@pytest.mark.parametrize(
    "subjects",
    [
        [subject(OTHER), subject(DIGEST)],
        [subject(DIGEST, f"sha512:{'c' * 128}")],
        [],
        [{"name": "without"}],
        ["text"],
    ],
)
def test_an_attestation_is_none_of_the_signatures_whatever_it_is_about(subjects: list[Any]) -> None:
    found = check(bundle(None, *subjects, states=SLSA))
    assert [(each.kind, each.result) for each in found] == [
        ("cosign", Result.NOT_SIGNED),
        ("attestation", Result.UNCHECKED),
    ]


def test_an_attestation_changes_nothing_of_a_good_signature(signer: Signer) -> None:
    stated = bundle(None, subject(OTHER), subject(DIGEST), states=SLSA)
    for stored in ((stated, payload(signer)), (payload(signer), stated)):
        assert result(*stored) is Result.UNCHECKED
        assert result(*stored, key=signer.checker()) is Result.VERIFIED


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (FILE, "a signature of a file"),
        (bundle(None, subject(DIGEST), kind="text/plain"), "of the type “text/plain”"),
    ],
    ids=["file", "document"],
)
def test_a_form_that_is_not_checked_here_is_not_called_broken(
    signer: Signer, stored: StoredSignature, said: str
) -> None:
    for key in (None, signer.checker()):
        (found,) = check(stored, key=key)
        assert found.result is Result.UNCHECKED
        assert said in found.said
    assert result(stored, payload(signer), key=signer.checker()) is Result.VERIFIED


@pytest.mark.parametrize("kind", ["atomic container signature", "", "text"])
def test_a_payload_of_another_type_is_never_verified(signer: Signer, kind: str) -> None:
    (found,) = check(payload(signer, kind=kind), key=signer.checker())
    assert found.result is Result.UNCHECKED
    assert "of the type" in found.said
    assert result(payload(signer), key=signer.checker()) is Result.VERIFIED


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"dsseEnvelope": {"payload": "!"}}', b"[" * 9999]
)
@pytest.mark.parametrize("media_type", [BUNDLE, SIMPLE])
def test_what_cannot_be_read_leaves_open_whether_it_is_signed(
    signer: Signer, content: bytes, media_type: str
) -> None:
    junk = StoredSignature(media_type, content)
    for key in (None, signer.checker()):
        (found,) = check(junk, key=key)
        assert found.result is Result.NOT_SEEN
        assert "could be read" in found.said
    assert result(junk, payload(signer)) is Result.UNCHECKED
    assert result(junk, payload(signer), key=signer.checker()) is Result.VERIFIED


def test_what_the_registry_did_not_give_leaves_open_whether_it_is_signed(
    signer: Signer, tmp_path: Path
) -> None:
    missed = Unread("71 things are attached to it, and the first 64 were read")
    (found,) = check(unread=missed)
    assert (found.result, missed.why in found.said) == (Result.NOT_SEEN, True)
    other = Signer.make(tmp_path / "theirs")
    (found,) = check(payload(other), key=signer.checker(), unread=missed)
    assert (found.result, missed.why in found.said) == (Result.OTHER_SIGNER, True)
    (found,) = check(payload(signer), key=signer.checker(), unread=missed)
    assert found.result is Result.VERIFIED


def test_what_is_gone_is_no_signature_and_is_told_of() -> None:
    (found,) = check(unread=Unread(gone=True))
    assert found.result is Result.NOT_SIGNED
    assert "is gone from the registry" in found.said


def test_an_attestation_too_large_to_be_read_is_one() -> None:
    _, found = check(unread=Unread(attested=True))
    assert (found.kind, found.result) == ("attestation", Result.UNCHECKED)
    assert "too large" in found.said


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa"])
def test_openssl_tells_a_damaged_signature_from_a_key_it_cannot_use(
    tmp_path: Path, kind: str
) -> None:
    signer = Signer.make(tmp_path / "keys", kind)
    key = signer.checker()
    for damaged in (b"garbage", b"\xff" * 70, b"", signer.signature(b"other")):
        stored = payload(signer, signature=damaged)
        assert result(stored, key=key) is Result.OTHER_SIGNER
        assert result(stored, payload(signer), key=key) is Result.VERIFIED


@pytest.mark.real
@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_cosign_tells_a_damaged_signature_from_a_key_it_cannot_use(
    cosign: Path, tmp_path: Path, kind: str
) -> None:
    signer = Signer.make(tmp_path / "keys", kind)
    key = key_checker(signer.public, cosign, None)
    for damaged in (b"garbage", b"", signer.signature(b"other")):
        stored = payload(signer, signature=damaged)
        assert result(stored, key=key) is Result.OTHER_SIGNER
        assert result(stored, payload(signer), key=key) is Result.VERIFIED
    der = base64.b64encode(b"no key").decode()
    signer.public.write_text(f"-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
    with pytest.raises(SettingsError, match="cannot check with this key"):
        result(payload(signer), key=key_checker(signer.public, cosign, None))


def test_a_key_that_openssl_cannot_check_with_is_named_at_once(tmp_path: Path) -> None:
    signer = Signer.make(tmp_path / "keys", "ed25519")
    with pytest.raises(SettingsError, match="cosign 3 with all"):
        signer.checker()
    head = bytes.fromhex("3013") + bytes.fromhex("06072a8648ce3d0201") + b"no key"
    text = base64.b64encode(head).decode()
    signer.public.write_text(f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
    with pytest.raises(SettingsError, match="cannot check with this key"):
        signer.checker()


def test_a_key_is_read_once_so_that_it_may_come_through_a_pipe(signer: Signer) -> None:
    key = signer.checker()
    signer.public.unlink()
    assert result(payload(signer), key=key) is Result.VERIFIED
    assert result(payload(signer), payload(signer), key=key) is Result.VERIFIED

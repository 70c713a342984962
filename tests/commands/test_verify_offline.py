"""`verify --offline`: what was read once is verified again with nobody asked, and nothing else."""

import shutil
from pathlib import Path

import pytest

from tests.commands.shell import Ended
from tests.commands.signed import Keys, Release, document, result
from tests.signing.cosign import LEGACY, Cosign

pytestmark = [
    pytest.mark.real,
    pytest.mark.parametrize("options", [(), (LEGACY,)], ids=["bundle", "legacy"]),
]
OFFLINE = {"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""}


@pytest.fixture
def signed(release: Release, signer: Cosign, keys: Keys, options: tuple[str, ...]) -> Release:
    """A version with a provenance and a signature of cosign."""
    release.push(release.helm.package(release.chart, release.version, keys.our_ring))
    signer.sign(release.reference, keys.ours, *options)
    return release


def verify(release: Release, *arguments: str | Path) -> Ended:
    return release.verify(*arguments, "--offline", **OFFLINE)


def kept(release: Release, folder: str) -> Path:
    return Path(release.shell.environment["PHILOTES_TUI_CACHE"], "registry", folder)


def test_what_was_verified_once_is_verified_without_asking_anybody(
    signed: Release, keys: Keys
) -> None:
    assert signed.verify("--key", keys.ours.public).code == 0
    both = ("--key", keys.ours.public, "--keyring", keys.our_ring.public)
    ended = verify(signed, *both)
    assert (ended.code, result(ended)) == (0, "verified")
    assert "the registry was not asked" in ended.err
    assert "Signatures of cosign are those that were read" in ended.err
    told = document(ended)
    assert (told["cached"], str(told["seen"])[:2]) == (True, "20")
    other = verify(signed, "--key", keys.theirs.public)
    assert (other.code, result(other)) == (1, "signed-by-another")


def test_signatures_that_nobody_looked_for_are_not_called_missing(
    signed: Release, keys: Keys
) -> None:
    assert signed.shell.run("show", signed.version).code == 0
    ended = verify(signed, "--key", keys.ours.public)
    assert (ended.code, result(ended)) == (4, "not-seen")
    assert "was not looked for before, and nobody was asked" in ended.out
    assert "Run it once without --offline" in ended.err
    provenance = verify(signed, "--keyring", keys.our_ring.public)
    assert (provenance.code, result(provenance)) == (0, "verified")


def test_a_version_that_was_never_looked_at_is_told_as_that(signed: Release) -> None:
    never = signed.shell.run("verify", signed.version, "--offline", **OFFLINE)
    never.told(4, "not among what was seen", "without --offline")


def test_a_damaged_signature_is_as_good_as_never_read(signed: Release, keys: Keys) -> None:
    signed.verify("--key", keys.ours.public)
    for blob in kept(signed, "blobs").rglob("[0-9a-f]*"):
        if blob.is_file() and b"cosign" in (content := blob.read_bytes()):
            blob.write_bytes(content.replace(b"cosign", b"gosign"))
    assert result(verify(signed, "--key", keys.ours.public)) == "not-seen"
    assert result(signed.verify("--key", keys.ours.public)) == "verified"
    assert result(verify(signed, "--key", keys.ours.public)) == "verified"


def test_a_damaged_record_is_as_good_as_none(signed: Release, keys: Keys) -> None:
    signed.verify("--key", keys.ours.public)
    for record in kept(signed, "signatures").rglob("[0-9a-f]*"):
        if record.is_file():
            record.write_bytes(record.read_bytes().replace(b'"read":[', b'"read":[]}'))
    assert result(verify(signed, "--key", keys.ours.public)) == "not-seen"


def test_a_version_without_signatures_stays_so_offline(
    release: Release, keys: Keys, options: tuple[str, ...]
) -> None:
    assert result(release.verify("--key", keys.ours.public)) == "not-signed"
    ended = verify(release, "--key", keys.ours.public)
    assert (ended.code, result(ended)) == (1, "not-signed")


def test_signatures_that_show_found_are_shown_offline(signed: Release) -> None:
    online = signed.shell.run("show", signed.version, "signatures")
    offline = signed.shell.run("show", signed.version, "signatures", "--offline", **OFFLINE)
    assert offline.out == online.out
    assert "cosign" in online.out or "sigstore" in online.out
    shutil.rmtree(kept(signed, "signatures"))
    unknown = signed.shell.run("show", signed.version, "signatures", "--offline", **OFFLINE)
    assert "was not looked for before" in unknown.err
    told = signed.shell.run("show", signed.version, "--offline", "--json", **OFFLINE)
    kinds = [signature["kind"] for signature in told.json["signatures"]]
    assert kinds == ["provenance"]  # the chart's own manifest has it, which is kept


def test_a_provenance_that_was_verified_is_listed_offline(signed: Release, keys: Keys) -> None:
    assert signed.shell.run("versions").code == 0
    assert signed.verify("--keyring", keys.our_ring.public).code == 0
    ended = signed.shell.run("versions", "--details", "--offline", "--json", **OFFLINE)
    listed = next(each for each in ended.json["versions"] if each["version"] == signed.version)
    assert listed["signed"] is True
    assert "provenance" in [signature["kind"] for signature in listed["signatures"]]

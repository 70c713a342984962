"""`verify`: signed by whom, by another, by nobody, or broken; checked against real signers."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.commands.charts import shell_for
from tests.commands.shell import Ended, Shell
from tests.registry.conftest import OwnRegistry
from tests.signing.cosign import LEGACY, Cosign, KeyPair, offline_cosign
from tests.signing.provenance import Helm, Keyrings
from tests.signing.stored import MANIFEST, Stored

pytestmark = pytest.mark.real

FORMATS = pytest.mark.parametrize("options", [(), (LEGACY,)], ids=["bundle", "legacy"])
_versions = iter(f"1.0.{patch}" for patch in range(1000))


@dataclass(frozen=True)
class Keys:
    """Two who sign, each with a key of cosign and one of OpenPGP."""

    ours: KeyPair
    theirs: KeyPair
    our_ring: Keyrings
    their_ring: Keyrings


@dataclass(frozen=True)
class Release:
    """A chart of one version, and who looks at it."""

    shell: Shell
    registry: OwnRegistry
    folder: str
    version: str
    helm: Helm

    @property
    def stored(self) -> Stored:
        return Stored(self.registry.host, f"{self.folder}/philotes")

    @property
    def digest(self) -> str:
        return self.stored.digest(self.version)

    @property
    def reference(self) -> str:
        return self.stored.reference(self.digest)

    @property
    def chart(self) -> Path:
        return self.shell.folder / "philotes"

    def push(self, package: Path) -> None:
        done = self.helm.run(
            "push", str(package), f"oci://{self.registry.host}/{self.folder}", "--plain-http"
        )
        assert done.returncode == 0, done.stderr

    def verify(self, *arguments: str | Path, **env: str) -> Ended:
        ended = self.shell.run("verify", self.version, *arguments, **env)
        assert "Traceback" not in ended.err
        document = self.shell.run("verify", self.version, *arguments, "--json", **env)
        assert document.code == ended.code
        return Ended(ended.code, ended.out, ended.err + document.out)


def result(ended: Ended) -> str:
    return str(document(ended)["result"])


def document(ended: Ended) -> dict[str, object]:
    return dict(json.loads(ended.err[ended.err.index("{\n") :]))


@pytest.fixture(scope="session")
def signer(cosign: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosign]:
    with offline_cosign(cosign, tmp_path_factory.mktemp("cosign")) as signer:
        yield signer


@pytest.fixture(scope="session")
def keys(signer: Cosign, pgp_keygen: Path, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("keys")
    rings = [Keyrings.make(pgp_keygen, folder / name, name) for name in ("Ours", "Theirs")]
    return Keys(signer.key_pair("ours"), signer.key_pair("theirs"), *rings)


@pytest.fixture
def release(chart_registry: OwnRegistry, tmp_path: Path) -> Release:
    """A version that is packaged and pushed without any signature."""
    version = next(_versions)
    folder = f"signed-{version.replace('.', '-')}"
    shell = shell_for(f"oci://{chart_registry.host}/{folder}", tmp_path)
    chart = tmp_path / "philotes"
    chart.mkdir()
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: philotes\nversion: 0.0.0\n")
    home = tmp_path / "packages"
    home.mkdir()
    release = Release(shell, chart_registry, folder, version, Helm(chart_registry.helm, home))
    release.helm.run("package", str(chart), "--version", version, "-d", str(home))
    release.push(home / f"philotes-{version}.tgz")
    return release


@FORMATS
def test_a_signature_of_cosign_is_verified_with_its_key(
    release: Release, signer: Cosign, keys: Keys, options: tuple[str, ...]
) -> None:
    signer.sign(release.reference, keys.ours, *options)
    ended = release.verify("--key", keys.ours.public)
    assert (ended.code, result(ended)) == (0, "verified")
    assert "is signed by ours.pub" in ended.out
    assert release.digest in ended.out


@FORMATS
def test_a_signature_of_another_is_told_as_that(
    release: Release, signer: Cosign, keys: Keys, options: tuple[str, ...]
) -> None:
    signer.sign(release.reference, keys.theirs, *options)
    ended = release.verify("--key", keys.ours.public)
    assert (ended.code, result(ended)) == (1, "signed-by-another")
    signer.sign(release.reference, keys.ours, *options)
    assert result(release.verify("--key", keys.ours.public)) == "verified"


@FORMATS
def test_openssl_checks_where_cosign_is_not_there(
    release: Release, signer: Cosign, keys: Keys, options: tuple[str, ...]
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl on PATH")
    programs = release.shell.folder / "bin"
    programs.mkdir()
    (programs / "openssl").symlink_to(openssl)
    alone = {"PATH": str(programs), "PHILOTES_TUI_CACHE": str(release.shell.folder / "none")}
    signer.sign(release.reference, keys.ours, *options)
    assert result(release.verify("--key", keys.ours.public, **alone)) == "verified"
    assert result(release.verify("--key", keys.theirs.public, **alone)) == "signed-by-another"
    (programs / "openssl").unlink()
    ended = release.shell.run("verify", release.version, "--key", keys.ours.public, **alone)
    ended.told(7, "Neither cosign nor openssl", "Install openssl")


def test_a_chart_without_any_signature_is_told_as_that(release: Release, keys: Keys) -> None:
    for arguments in (
        (),
        ("--key", keys.ours.public),
        ("--keyring", keys.our_ring.public),
    ):
        ended = release.verify(*arguments)
        assert (ended.code, result(ended)) == (1, "not-signed")
        assert f"{release.version} is not signed." in ended.out


@FORMATS
def test_a_signature_that_nobody_asked_to_check_is_told(
    release: Release, signer: Cosign, keys: Keys, options: tuple[str, ...]
) -> None:
    signer.sign(release.reference, keys.ours, *options)
    ended = release.verify()
    assert (ended.code, result(ended)) == (1, "unchecked")
    assert "Name the public key with --key" in ended.err


@FORMATS
def test_a_signature_copied_from_another_version_is_broken(
    release: Release, signer: Cosign, keys: Keys, options: tuple[str, ...]
) -> None:
    signer.sign(release.reference, keys.ours, *options)
    old = release.digest.replace(":", "-")
    suffix = ".sig" if options else ""
    (release.chart / "values.yaml").write_text("changed: true\n")
    release.helm.run(
        *("package", str(release.chart), "--version", release.version),
        *("-d", str(release.helm.home)),
    )
    release.push(release.helm.home / f"philotes-{release.version}.tgz")
    assert result(release.verify("--key", keys.ours.public)) == "not-signed"
    new = release.digest.replace(":", "-")
    release.stored.put_manifest(release.stored.manifest(old + suffix), new + suffix)
    ended = release.verify("--key", keys.ours.public)
    assert (ended.code, result(ended)) == (1, "broken")
    assert "BROKEN" in ended.out
    assert "it is about sha256:" in ended.err


@pytest.mark.parametrize("content", [b"{", b"{}", b'{"dsseEnvelope": {"payload": "!"}}', b"[]"])
def test_a_signature_that_cannot_be_read_is_broken(
    release: Release, signer: Cosign, keys: Keys, content: bytes
) -> None:
    signer.sign(release.reference, keys.ours)
    index = release.stored.manifest(release.digest.replace(":", "-"))
    manifest = release.stored.manifest(index["manifests"][0]["digest"])
    layer = {**manifest["layers"][0], "digest": release.stored.put_blob(content)}
    changed = {**manifest, "mediaType": MANIFEST, "layers": [{**layer, "size": len(content)}]}
    digest = release.stored.put_manifest(changed)
    entry = {**index["manifests"][0], "digest": digest, "size": len(json.dumps(changed))}
    release.stored.put_manifest({**index, "manifests": [entry]}, release.digest.replace(":", "-"))
    ended = release.verify("--key", keys.ours.public)
    assert (ended.code, result(ended)) == (1, "broken")


def test_a_provenance_is_verified_with_the_keyring(release: Release, keys: Keys) -> None:
    release.push(release.helm.package(release.chart, release.version, keys.our_ring))
    ended = release.verify("--keyring", keys.our_ring.public)
    assert (ended.code, result(ended)) == (0, "verified")
    assert "signed by Ours <signer@example.test>" in ended.out
    other = release.verify("--keyring", keys.their_ring.public)
    assert (other.code, result(other)) == (1, "signed-by-another")
    assert result(release.verify()) == "unchecked"


def test_a_version_with_build_metadata_is_verified_by_its_file_name(
    release: Release, keys: Keys
) -> None:
    built = replace(release, version=f"{release.version}+b.5")
    built.push(built.helm.package(built.chart, built.version, keys.our_ring))
    assert result(built.verify("--keyring", keys.our_ring.public)) == "verified"


def test_helms_own_keyring_is_taken_where_none_is_named(release: Release, keys: Keys) -> None:
    release.push(release.helm.package(release.chart, release.version, keys.our_ring))
    ring = Path(release.shell.environment["HOME"], ".gnupg", "pubring.gpg")
    ring.parent.mkdir()
    shutil.copyfile(keys.our_ring.public, ring)
    assert result(release.verify()) == "verified"


def test_a_keyring_may_be_armoured_as_gpg_exports_it(release: Release, keys: Keys) -> None:
    gpg = shutil.which("gpg")
    if gpg is None:
        pytest.skip("there is no gpg on PATH")
    release.push(release.helm.package(release.chart, release.version, keys.our_ring))
    armoured = release.shell.folder / "ours.asc"
    done = subprocess.run(
        [gpg, "--homedir", release.shell.folder, "--enarmor"],
        input=keys.our_ring.public.read_bytes(),
        env={"PATH": os.defpath},
        capture_output=True,
        check=True,
    )
    text = done.stdout.replace(b"PGP ARMORED FILE", b"PGP PUBLIC KEY BLOCK")
    armoured.write_bytes(text)
    assert result(release.verify("--keyring", armoured)) == "verified"


def test_a_provenance_of_other_content_is_broken(release: Release, keys: Keys) -> None:
    package = release.helm.package(release.chart, release.version, keys.our_ring)
    provenance = package.with_name(f"{package.name}.prov")
    signed = provenance.read_bytes()
    (release.chart / "values.yaml").write_text("changed: true\n")
    release.helm.package(release.chart, release.version, keys.our_ring)
    provenance.write_bytes(signed)
    release.push(package)
    ended = release.verify("--keyring", keys.our_ring.public)
    assert (ended.code, result(ended)) == (1, "broken")
    assert "sha256 sum does not match" in ended.err


def test_a_provenance_that_was_changed_is_broken(release: Release, keys: Keys) -> None:
    package = release.helm.package(release.chart, release.version, keys.our_ring)
    provenance = package.with_name(f"{package.name}.prov")
    provenance.write_text(provenance.read_text().replace("name: philotes", "name: philotas"))
    release.push(package)
    assert result(release.verify("--keyring", keys.our_ring.public)) == "broken"


def test_all_that_is_asked_for_has_to_hold(release: Release, signer: Cosign, keys: Keys) -> None:
    release.push(release.helm.package(release.chart, release.version, keys.our_ring))
    both = ("--keyring", keys.our_ring.public, "--key", keys.ours.public)
    ended = release.verify(*both)
    assert (ended.code, result(ended)) == (1, "not-signed")
    signer.sign(release.reference, keys.ours)
    assert result(release.verify(*both)) == "verified"


@pytest.mark.parametrize("option", ["--key", "--keyring"])
def test_a_file_without_a_key_is_named(release: Release, keys: Keys, option: str) -> None:
    release.push(release.helm.package(release.chart, release.version, keys.our_ring))
    junk = release.shell.folder / "junk"
    junk.write_text("no key\n")
    release.shell.run("verify", release.version, option, junk).told(3, "cannot be used", str(junk))
    missing = release.shell.run("verify", release.version, option, junk.with_name("none"))
    assert missing.code == 2


def test_a_private_key_is_refused_and_not_shown(
    release: Release, signer: Cosign, keys: Keys
) -> None:
    signer.sign(release.reference, keys.ours)
    ended = release.shell.run("verify", release.version, "--key", keys.ours.private)
    ended.told(3, "it holds no public key")
    secret = keys.ours.private.read_text().splitlines()[1]
    assert secret not in ended.out + ended.err


def test_a_constraint_and_a_digest_name_what_is_verified(
    release: Release, signer: Cosign, keys: Keys
) -> None:
    signer.sign(release.reference, keys.ours)
    for wanted in ("^1", "latest", release.digest):
        ended = release.shell.run("verify", wanted, "--key", keys.ours.public, "--json")
        assert (ended.code, ended.json["digest"]) == (0, release.digest)
    release.shell.run("verify", "7.7.7").told(5, "Version 7.7.7 is not in")

"""`verify`: signed by whom, by another, by nobody, or broken; checked against real signers."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.commands.signed import Keys, Release, result
from tests.signing.cosign import LEGACY, Cosign

pytestmark = pytest.mark.real

ARCHIVE = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"

FORMATS = pytest.mark.parametrize("options", [(), (LEGACY,)], ids=["bundle", "legacy"])


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


@pytest.mark.parametrize("legacy", [True, False])
def test_a_provenance_says_nothing_of_a_second_archive(
    release: Release, keys: Keys, *, legacy: bool
) -> None:
    release.push(release.helm.package(release.chart, release.version, keys.our_ring))
    (release.chart / "values.yaml").write_text("changed: true\n")
    release.helm.run(
        *("package", str(release.chart), "--version", release.version),
        *("-d", str(release.shell.folder)),
    )
    other = (release.shell.folder / f"philotes-{release.version}.tgz").read_bytes()
    manifest = release.stored.manifest(release.version)
    kind = "application/tar+gzip" if legacy else ARCHIVE
    layer = {"mediaType": kind, "digest": release.stored.put_blob(other), "size": len(other)}
    for layers in ([layer, *manifest["layers"]], [*manifest["layers"], layer]):
        release.stored.put_manifest({**manifest, "layers": layers}, release.version)
        for command in (("verify", "--keyring", keys.our_ring.public), ("show",)):
            ended = release.shell.run(command[0], release.version, *command[1:])
            ended.told(4, "is not the manifest of one chart", "2 archives", "Do not deploy it")


def test_a_key_may_come_through_a_pipe(release: Release, signer: Cosign, keys: Keys) -> None:
    signer.sign(release.reference, keys.ours)
    signer.sign(release.reference, keys.theirs)
    reading, writing = os.pipe()
    os.write(writing, keys.ours.public.read_bytes())
    os.close(writing)
    command = release.shell.command("verify", release.version, "--key", f"/dev/fd/{reading}")
    done = subprocess.run(
        command,
        env=release.shell.environment,
        pass_fds=[reading],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    os.close(reading)
    assert done.returncode == 0, done.stderr
    assert "is signed by" in done.stdout


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


def test_a_provenance_is_about_the_version_that_the_tag_names(release: Release, keys: Keys) -> None:
    release.push(release.helm.package(release.chart, release.version, keys.our_ring))
    ring = ("--keyring", keys.our_ring.public)
    for tag in (f"v{release.version}", "1"):
        release.stored.copy(release.version, release.stored, tag)
        ended = replace(release, version=tag).verify(*ring)
        assert (ended.code, result(ended)) == (0, "verified")
        assert f"{tag} is signed by Ours <signer@example.test>, " in ended.out
        assert f", as version {release.version}, and unchanged since." in ended.out
        assert f"{tag} names a chart that calls itself version {release.version}." in ended.err
    for tag in ("v9.9.9", "9.9.9", "9", f"{release.version}-rc.1", f"{release.version}_b.1"):
        release.stored.copy(release.version, release.stored, tag)
        ended = replace(release, version=tag).verify(*ring)
        assert (ended.code, result(ended)) == (1, "broken")
        assert f"it is signed as version {release.version}" in ended.err
    shown = release.shell.run("show", "9.9.9")
    assert f"9.9.9 names a chart that calls itself version {release.version}." in shown.err
    assert "calls itself" not in release.shell.run("show", release.version).err


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


def test_a_keyring_that_is_none_is_told_where_nothing_is_signed_too(
    release: Release, tmp_path: Path
) -> None:
    none = tmp_path / "none.gpg"
    none.write_text("root:x:0:0")
    ended = release.shell.run("verify", release.version, "--keyring", none)
    ended.told(3, "The keyring cannot be used")

"""`verify`: a signature holds for the chart that it is of, under whatever name that is found."""

import shutil
from dataclasses import replace

import pytest

from tests.commands.signed import Keys, Release, document, result
from tests.signing.cosign import LEGACY, Cosign
from tests.signing.stored import Stored

pytestmark = pytest.mark.real

FORMATS = pytest.mark.parametrize("options", [(), (LEGACY,)], ids=["bundle", "legacy"])


@FORMATS
@pytest.mark.parametrize("annotated", [True, False], ids=["annotated", "bare"])
def test_a_signed_version_is_not_verified_under_the_tag_of_another(
    release: Release, signer: Cosign, keys: Keys, options: tuple[str, ...], *, annotated: bool
) -> None:
    manifest = release.stored.manifest(release.version)
    if not annotated:
        del manifest["annotations"]
    release.stored.put_manifest(manifest, release.version)
    signer.sign(release.reference, keys.ours, *options)
    itself = {"name": "philotes", "version": release.version}
    for tag in ("9.9.9", "v9.9.9"):
        release.stored.put_manifest(manifest, tag)
        ended = replace(release, version=tag).verify("--key", keys.ours.public)
        assert (ended.code, result(ended)) == (1, "broken")
        assert f"{tag} names a chart that calls itself version {release.version}." in ended.err
        assert f"cosign: it is signed as version {release.version}, not {tag}" in ended.err
        assert document(ended)["names_itself"] == itself
    for wanted in (release.version, f"v{release.version}", "1", release.digest):
        if "sha256" not in wanted:
            release.stored.put_manifest(manifest, wanted)
        ended = replace(release, version=wanted).verify("--key", keys.ours.public)
        assert (ended.code, result(ended)) == (0, "verified")
        assert document(ended)["names_itself"] == itself


def test_a_signed_chart_that_names_itself_nowhere_is_not_verified_by_a_tag(
    release: Release, signer: Cosign, keys: Keys
) -> None:
    manifest = release.stored.manifest(release.version)
    for config, said in (
        (b'{"name": "philotes"}', "without a version"),
        (b'{"name": "philotes", "version": "newest"}', "as version newest"),
        (f'{{"version": "{release.version}"}}'.encode(), "without a chart's name"),
    ):
        digest = release.stored.put_blob(config)
        changed = {**manifest["config"], "digest": digest, "size": len(config)}
        release.stored.put_manifest({**manifest, "config": changed}, release.version)
        signer.sign(release.reference, keys.ours)
        ended = release.verify("--key", keys.ours.public)
        assert (ended.code, result(ended)) == (1, "broken")
        assert f"it is signed {said}" in ended.err


def test_a_chart_of_another_name_is_not_verified(
    release: Release, signer: Cosign, keys: Keys
) -> None:
    other = release.chart.with_name("other")
    shutil.copytree(release.chart, other)
    (other / "Chart.yaml").write_text("apiVersion: v2\nname: other\nversion: 8.8.8\n")
    release.push(release.helm.package(other, "8.8.8", keys.our_ring))
    pushed = Stored(release.registry.host, f"{release.folder}/other")
    there = replace(release, version="8.8.8")
    signer.sign(there.stored.reference(pushed.copy("8.8.8", there.stored, "8.8.8")), keys.ours)
    for wanted in (there, replace(there, version=there.digest)):
        for trusted in (("--keyring", keys.our_ring.public), ("--key", keys.ours.public)):
            ended = wanted.verify(*trusted)
            assert (ended.code, result(ended)) == (1, "broken")
            assert " names a chart that calls itself other, not philotes." in ended.err
            assert document(ended)["names_itself"] == {"name": "other", "version": "8.8.8"}
    assert "it is signed as chart other" in ended.err
    assert "calls itself other, not philotes." in release.shell.run("show", "8.8.8").err

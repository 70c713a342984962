"""A chart's manifest that Helm reads otherwise than it looks is refused: what counts is Helm's."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.cache import BlobCache
from philotes_tui.errors import RegistryError, VersionNotFound
from philotes_tui.registry import ChartRegistry, PackagedChart
from tests.registry.conftest import OwnRegistry
from tests.registry.fake_charts import (
    HELM_CONFIG,
    HELM_LAYER,
    HELM_PROVENANCE,
    OCI_INDEX,
    OCI_MANIFEST,
    Charts,
    descriptor,
)
from tests.registry.fake_registry import FakeRegistry
from tests.registry.test_archive import CHART, tgz
from tests.registry.test_details import registry
from tests.signing.stored import Stored

LEGACY_LAYER = "application/tar+gzip"
GOOD = tgz({"Chart.yaml": CHART, "values.yaml": b"a: good\n"})
EVIL = tgz({"Chart.yaml": CHART, "values.yaml": b"a: evil\n"})
PROVENANCE = b"signed: good"

CONFIG = descriptor(HELM_CONFIG, json.dumps({"name": "web", "version": "1.2.3"}).encode())
GOOD_LAYER = descriptor(HELM_LAYER, GOOD)
EVIL_LAYER = descriptor(HELM_LAYER, EVIL)
OLD_EVIL_LAYER = descriptor(LEGACY_LAYER, EVIL)
SIGNED = descriptor(HELM_PROVENANCE, PROVENANCE)
PLAIN = {"schemaVersion": 2, "config": CONFIG, "layers": [GOOD_LAYER, SIGNED]}
NESTED = json.dumps({"schemaVersion": 2, "config": CONFIG, "layers": [EVIL_LAYER]}).encode()


def text(**changed: Any) -> str:
    return json.dumps({**PLAIN, **changed})


def more(field: str, content: Any) -> str:
    """The manifest with one more field behind the others, as a dict could not have it."""
    return f"{text()[:-1]}, {json.dumps(field)}: {json.dumps(content)}}}"


def respelled(field: str, spelling: str) -> dict[str, Any]:
    return {spelling if name == field else name: value for name, value in EVIL_LAYER.items()}


def named_twice(field: str, value: str) -> str:
    """A layer that holds a field twice."""
    layer = json.dumps({**EVIL_LAYER, "mediaType": "a/b", "digest": EVIL_LAYER["digest"]})
    doubled = f"{layer[:-1]}, {json.dumps(field)}: {json.dumps(value)}}}"
    return text(layers=[GOOD_LAYER, SIGNED, "HERE"]).replace('"HERE"', doubled)


SEVERAL = {
    "two": text(layers=[GOOD_LAYER, SIGNED, EVIL_LAYER]),
    "two-other-order": text(layers=[EVIL_LAYER, GOOD_LAYER, SIGNED]),
    "legacy-first": text(layers=[OLD_EVIL_LAYER, GOOD_LAYER, SIGNED]),
    "legacy-last": text(layers=[GOOD_LAYER, SIGNED, OLD_EVIL_LAYER]),
    "two-provenances": text(layers=[GOOD_LAYER, SIGNED, descriptor(HELM_PROVENANCE, EVIL)]),
    "two-configs": text(layers=[GOOD_LAYER, SIGNED, descriptor(HELM_CONFIG, EVIL)]),
    "subject-is-a-chart": text(subject=descriptor(OCI_MANIFEST, NESTED)),
    "subject-is-an-archive": text(subject=EVIL_LAYER),
    "manifest-as-layer": text(layers=[GOOD_LAYER, SIGNED, descriptor(OCI_MANIFEST, NESTED)]),
    "index-as-layer": text(layers=[GOOD_LAYER, SIGNED, descriptor(OCI_INDEX, NESTED)]),
    "old-artifact-as-layer": text(
        layers=[
            *(GOOD_LAYER, SIGNED),
            descriptor("application/vnd.oci.artifact.manifest.v1+json", NESTED),
        ]
    ),
    "manifest-as-config": text(config=descriptor(OCI_MANIFEST, NESTED)),
    "other-config": text(config=descriptor("application/vnd.oci.empty.v1+json", b"{}")),
    "layers-twice": more("layers", [EVIL_LAYER, SIGNED]),
    "layers-in-capitals": more("Layers", [EVIL_LAYER, SIGNED]),
    "layers-with-a-long-s": more("layer\u017f", [EVIL_LAYER, SIGNED]),
    "subject-in-capitals": more("Subject", EVIL_LAYER),
    "config-in-capitals": more("CONFIG", EVIL_LAYER),
    "type-twice": named_twice("mediaType", HELM_LAYER),
    "type-in-capitals": text(
        layers=[GOOD_LAYER, SIGNED, respelled("mediaType", "MediaType")],
    ),
    "digest-in-capitals": named_twice("Digest", GOOD_LAYER["digest"]),
    "layer-type-in-capitals": text(layers=[{**GOOD_LAYER, "mediaType": HELM_LAYER.upper()}]),
    "layer-type-with-a-blank": text(layers=[{**GOOD_LAYER, "mediaType": f"{HELM_LAYER} "}]),
}


def package(manifest: str) -> PackagedChart:
    charts = Charts()
    for blob in (GOOD, EVIL, PROVENANCE, b"{}", NESTED):
        charts.blob(blob)
    charts.blob(json.dumps({"name": "web", "version": "1.2.3"}).encode())
    charts.manifest(NESTED)
    charts.manifest(manifest.encode(), "1.2.3")
    with FakeRegistry(charts) as fake:
        asyncio.run(registry(fake).details("1.2.3"))
        return asyncio.run(registry(fake).package("1.2.3", provenance=True))


def test_what_helm_pushes_is_read() -> None:
    for manifest in (
        text(),
        text(layers=[SIGNED, GOOD_LAYER]),
        text(layers=[SIGNED, {**GOOD_LAYER, "mediaType": LEGACY_LAYER}]),
        text(layers=[GOOD_LAYER, SIGNED, descriptor("application/vnd.cncf.readme", EVIL)]),
        text(annotations={"title": "a", "Title": "b", "Layers": "c", "config": "d"}),
        text(unknown=1, Unknown=2),
    ):
        found = package(manifest)
        assert (found.archive, found.provenance) == (GOOD, PROVENANCE)


@pytest.mark.parametrize("manifest", SEVERAL.values(), ids=SEVERAL)
def test_a_manifest_of_which_helm_could_take_another_archive_is_refused(manifest: str) -> None:
    with pytest.raises(RegistryError) as refused:
        package(manifest)
    assert refused.value.exit_code == 4


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (SEVERAL["two"], "it has 2 archives, and Helm takes one of them"),
        (SEVERAL["two-provenances"], "it has 2 provenance files"),
        (SEVERAL["manifest-as-layer"], "it leads to another manifest"),
        (SEVERAL["subject-is-a-chart"], "it leads to another manifest"),
        (SEVERAL["layers-in-capitals"], "it names a field twice, or in another spelling"),
    ],
)
def test_what_is_ambiguous_is_told(manifest: str, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        package(manifest)


CHART_ENTRY = descriptor(OCI_MANIFEST, text().encode(), artifactType=HELM_CONFIG)
IMAGE = {
    "schemaVersion": 2,
    "config": descriptor("application/vnd.oci.image.config.v1+json", b"{}"),
    "layers": [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", b"layer")],
}
SIGNATURE = {
    "schemaVersion": 2,
    "config": descriptor("application/vnd.oci.empty.v1+json", b"{}"),
    "subject": CHART_ENTRY,
    "layers": [descriptor("text/plain", b"signed")],
}
SMUGGLED = {
    "archive-of-another": {**IMAGE, "layers": [EVIL_LAYER]},
    "old-archive-of-another": {**IMAGE, "layers": [OLD_EVIL_LAYER]},
    "provenance-of-another": {**IMAGE, "layers": [descriptor(HELM_PROVENANCE, EVIL)]},
    "subject-of-another": {**IMAGE, "subject": EVIL_LAYER},
    "nested-in-another": {**IMAGE, "layers": [descriptor(OCI_MANIFEST, NESTED)]},
    "another-is-an-index": {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [descriptor(OCI_MANIFEST, NESTED)],
    },
}


def listed(*manifests: dict[str, Any], entries: tuple[Any, ...] = (), **more: Any) -> PackagedChart:
    """Read the chart of an index that lists it and others, which say that they are no charts."""
    charts = Charts()
    for blob in (GOOD, EVIL, PROVENANCE, b"{}"):
        charts.blob(blob)
    charts.blob(json.dumps({"name": "web", "version": "1.2.3"}).encode())
    bodies = [charts.manifest(json.dumps(each).encode()) for each in manifests]
    charts.manifest(NESTED)
    charts.manifest(text().encode())
    others = [descriptor(OCI_MANIFEST, each, artifactType="text/other") for each in bodies]
    content = {"schemaVersion": 2, "mediaType": OCI_INDEX, **more}
    content["manifests"] = [*others, *entries, CHART_ENTRY]
    charts.manifest(json.dumps(content).encode(), "1.2.3")
    with FakeRegistry(charts) as fake:
        return asyncio.run(registry(fake).package("1.2.3", provenance=True))


def test_a_chart_is_read_beside_images_and_its_signature_in_an_index() -> None:
    unknown = descriptor("application/unknown", b"?")
    found = listed(IMAGE, SIGNATURE, entries=(unknown,))
    assert (found.archive, found.provenance) == (GOOD, PROVENANCE)


@pytest.mark.parametrize("smuggled", SMUGGLED.values(), ids=SMUGGLED)
def test_an_index_by_which_helm_could_take_another_archive_is_refused(
    smuggled: dict[str, Any],
) -> None:
    with pytest.raises(RegistryError, match=r"not the manifest of one chart|lists 2 charts"):
        listed(IMAGE, smuggled)


@pytest.mark.parametrize(
    "entry",
    [
        EVIL_LAYER,
        descriptor(HELM_PROVENANCE, EVIL),
        descriptor(OCI_INDEX, NESTED),
        descriptor("application/vnd.oci.artifact.manifest.v1+json", NESTED),
        descriptor(OCI_MANIFEST, b"deleted", artifactType="text/other"),
    ],
    ids=["archive", "provenance", "index", "old-artifact", "gone"],
)
def test_an_index_that_lists_more_than_manifests_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(RegistryError, match="is not the manifest of one chart") as refused:
        listed(entries=(entry,))
    assert not isinstance(refused.value, VersionNotFound)


def test_an_index_that_belongs_to_an_archive_is_refused() -> None:
    with pytest.raises(RegistryError, match="2 archives"):
        listed(subject=EVIL_LAYER)


def test_an_index_of_very_many_manifests_is_not_read() -> None:
    with pytest.raises(RegistryError, match="lists 66 manifests"):
        listed(*({**IMAGE, "annotations": {"n": str(number)}} for number in range(65)))


def test_a_chart_of_an_index_is_there_offline(tmp_path: Path) -> None:
    charts = Charts()
    image = charts.manifest(json.dumps(IMAGE).encode())
    chart = charts.add("1.0.0")
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX}
    entries = [descriptor(OCI_MANIFEST, each) for each in (image, chart)]
    charts.manifest(json.dumps({**index, "manifests": entries}).encode(), "1.0.0")
    with FakeRegistry(charts) as fake:
        online = asyncio.run(registry(fake, BlobCache(tmp_path)).details("1.0.0"))
        asked = len(fake.requests)
        offline = ChartRegistry(
            fake.folder, blobs=BlobCache(tmp_path), seen={"1.0.0": online.digest}
        )
        assert asyncio.run(offline.details("1.0.0")) == online
        assert len(fake.requests) == asked


def put(stored: Stored, manifest: str, tag: str) -> str:
    for blob in (GOOD, EVIL, PROVENANCE, b"{}"):
        stored.put_blob(blob)
    stored.put_blob(json.dumps({"name": "web", "version": "1.2.3"}).encode())
    stored.put_text(NESTED.decode(), OCI_MANIFEST)
    return stored.put_text(manifest, OCI_MANIFEST, tag)


@pytest.mark.real
@pytest.mark.parametrize("name", ["layers-twice", "layers-in-capitals", "layers-with-a-long-s"])
def test_helm_takes_the_other_archive(
    filled_registry: OwnRegistry, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A provenance of the first says nothing of it. Of two in one list helm takes either."""
    stored = Stored(filled_registry.host, f"ambiguous/{name}")
    put(stored, SEVERAL[name], "1.2.3")
    assert pull(filled_registry, stored, tmp_path_factory.mktemp("pulled")) == EVIL


@pytest.mark.real
def test_helm_takes_the_archive_of_another_manifest_in_an_index(
    filled_registry: OwnRegistry, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the entries say that they are: of the one chart it takes no notice."""
    stored = Stored(filled_registry.host, "ambiguous/index")
    put(stored, json.dumps({**PLAIN, "layers": [SIGNED]}), "unused")
    without = {**PLAIN, "layers": [SIGNED]}
    smuggled = SMUGGLED["archive-of-another"]
    digests = [stored.put_manifest(each) for each in (without, smuggled)]
    entries = [
        descriptor(OCI_MANIFEST, json.dumps(each).encode(), artifactType=kind)
        for each, kind in ((without, HELM_CONFIG), (smuggled, "text/other"))
    ]
    assert [each["digest"] for each in entries] == digests
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
    stored.put_manifest(index, "1.2.3")
    assert pull(filled_registry, stored, tmp_path_factory.mktemp("pulled")) == EVIL


@pytest.mark.real
def test_helm_takes_no_chart_without_the_config_of_one(
    filled_registry: OwnRegistry, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stored = Stored(filled_registry.host, "ambiguous/config")
    put(stored, SEVERAL["other-config"], "1.2.3")
    with pytest.raises(AssertionError, match="could not load config"):
        pull(filled_registry, stored, tmp_path_factory.mktemp("pulled"))


def pull(registry: OwnRegistry, stored: Stored, into: Path) -> bytes:
    registry.run_helm(
        *("pull", f"oci://{stored.host}/{stored.name}", "--version", "1.2.3", "--plain-http"),
        *("--destination", str(into)),
    )
    (archive,) = into.glob("*.tgz")
    return bytes(archive.read_bytes())

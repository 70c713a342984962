"""A chart's manifest that Helm reads otherwise than it looks is refused: what counts is Helm's."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.errors import RegistryError
from philotes_tui.registry import PackagedChart
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
        (SEVERAL["manifest-as-layer"], "it holds another manifest"),
        (SEVERAL["subject-is-a-chart"], "it belongs to another manifest"),
        (SEVERAL["layers-in-capitals"], "it names a field twice, or in another spelling"),
    ],
)
def test_what_is_ambiguous_is_told(manifest: str, said: str) -> None:
    with pytest.raises(RegistryError, match=said):
        package(manifest)


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

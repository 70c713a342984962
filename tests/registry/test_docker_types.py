"""Manifests and lists as Docker writes them: a registry may keep a chart, or an image, in these."""

import asyncio
import json
from typing import Any

import pytest

from philotes_tui.errors import RegistryError
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
from philotes_tui.releases import ChartDetails
from tests.registry.fake_charts import Charts, descriptor, digest_of
from tests.registry.fake_registry import FakeRegistry

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
IMAGE = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
LIMITS = Limits(deadline=5, connect=2, retries=0)


def details(charts: Charts, version: str = "1.0.0") -> ChartDetails:
    with FakeRegistry(charts) as fake:
        registry = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=LIMITS)
        return asyncio.run(registry.details(version, signatures=False))


def chart(charts: Charts, version: str = "1.0.0") -> bytes:
    """Add a chart whose manifest is of Docker's type; return the manifest."""
    content = {**json.loads(charts.add(version)), "mediaType": MANIFEST}
    return charts.manifest(json.dumps(content).encode(), version)


def image(charts: Charts) -> bytes:
    """Add an image for one platform, as `docker push` lays it."""
    content = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(IMAGE, b"{}"),
        "layers": [descriptor(LAYER, b"files")],
    }
    return charts.manifest(json.dumps(content).encode())


def listed(charts: Charts, *manifests: bytes, **more: Any) -> bytes:
    """Put a list of manifests for several platforms under the tag `1.0.0`."""
    platform = {"platform": {"architecture": "amd64", "os": "linux"}}
    entries = [descriptor(MANIFEST, each, **platform) for each in manifests]
    content = {"schemaVersion": 2, "mediaType": LIST, "manifests": entries, **more}
    return charts.manifest(json.dumps(content).encode(), "1.0.0")


def test_a_chart_in_a_manifest_of_dockers_type_is_read() -> None:
    charts = Charts()
    manifest = chart(charts)
    found = details(charts)
    assert (found.digest, found.own_version) == (digest_of(manifest), "1.0.0")
    assert found.size


def test_the_one_chart_of_a_list_of_dockers_type_is_read_and_the_list_is_what_is_named() -> None:
    charts = Charts()
    several = listed(charts, image(charts), chart(charts))
    found = details(charts)
    assert (found.digest, found.own_version) == (digest_of(several), "1.0.0")


@pytest.mark.parametrize("kind", ["image", "list"])
def test_an_image_is_told_from_a_chart(kind: str) -> None:
    charts = Charts()
    manifest = image(charts)
    charts.tags["1.0.0"] = listed(charts, manifest, manifest) if kind == "list" else manifest
    told = IMAGE if kind == "image" else "an index that lists 0 charts"
    with pytest.raises(RegistryError, match=f"is not a Helm chart: .*{told.replace('+', '.')}"):
        details(charts)


def test_a_list_of_dockers_type_that_is_a_manifest_as_well_is_refused() -> None:
    charts = Charts()
    manifest = json.loads(chart(charts))
    listed(charts, image(charts), config=manifest["config"], layers=manifest["layers"])
    with pytest.raises(RegistryError, match="as a manifest and as an index"):
        details(charts)

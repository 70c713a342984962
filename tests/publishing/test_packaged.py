"""What a release consists of: what is packaged, under which version, in which bytes."""

import os
import shutil
from pathlib import Path

import pytest

from tests.publishing.conftest import (
    NAMES,
    Publisher,
    files_of,
    make_publisher,
    pulled,
    tags,
)
from tests.registry.conftest import OwnRegistry

pytestmark = pytest.mark.real

NOWHERE = "oci://127.0.0.1:1/charts"


def test_every_chart_and_every_subchart_inside_the_umbrella_has_the_version(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    version = "0.5.0-rc.1+build.7"
    ran = publisher("--tag", f"v{version}")
    assert ran.code == 0, ran.errors
    assert tags(own_registry, path) == {name: ["0.5.0-rc.1_build.7"] for name in sorted(NAMES)}
    archive = pulled(own_registry, publisher, "philotes", version)
    shutil.unpack_archive(archive, archive.parent)
    umbrella = archive.parent / "philotes"
    for chart in (umbrella, *(umbrella / "charts" / name for name in NAMES[:-1])):
        shown = own_registry.run_helm("show", "chart", str(chart)).splitlines()
        assert {f"version: {version}", f"appVersion: {version}"} <= set(shown), chart
    rendered = own_registry.run_helm("template", "philotes", str(umbrella))
    for image in ("ghcr.io/janovincze/philotes-api", "ghcr.io/janovincze/philotes-worker"):
        assert f"image: {image}:0.5.0-rc.1_build.7" in rendered
    assert "0.5.0" not in "".join(
        line for line in rendered.splitlines() if "image: " in line and "lakekeeper" in line
    )


def test_helm_finds_the_subcharts_of_a_pulled_umbrella_without_a_neighbour(
    publisher: Publisher, own_registry: OwnRegistry
) -> None:
    assert publisher("0.4.0").code == 0
    archive = pulled(own_registry, publisher, "philotes", "0.4.0")
    assert not [name for name in files_of(archive) if name.endswith("Chart.lock")]
    shutil.unpack_archive(archive, archive.parent)
    umbrella = str(archive.parent / "philotes")
    listed = own_registry.run_helm("dependency", "list", umbrella)
    assert listed.count("unpacked") == len(NAMES) - 1
    assert "missing" not in listed
    assert "0 chart(s) failed" in own_registry.run_helm("lint", "--strict", umbrella)
    before = own_registry.run_helm("template", "philotes", umbrella)
    own_registry.run_helm("dependency", "build", umbrella)
    assert own_registry.run_helm("template", "philotes", umbrella) == before


def test_the_umbrella_holds_the_subcharts_as_they_are_published(
    publisher: Publisher, own_registry: OwnRegistry
) -> None:
    assert publisher("0.4.0").code == 0
    inside = files_of(pulled(own_registry, publisher, "philotes", "0.4.0"))
    for name in NAMES[:-1]:
        alone = files_of(pulled(own_registry, publisher, name, "0.4.0"))
        assert alone == {
            path.removeprefix("philotes/charts/"): content
            for path, content in inside.items()
            if path.startswith(f"philotes/charts/{name}/")
        }


def test_the_same_content_is_packaged_into_the_same_bytes_everywhere(
    own_registry: OwnRegistry, tmp_path: Path
) -> None:
    digests = []
    for number, zone in enumerate(("UTC", "Asia/Tokyo", "America/Lima")):
        name = f"machine-{number}"
        (tmp_path / name).mkdir()
        publisher = make_publisher(own_registry, tmp_path / name, f"bytes/{name}")
        for file in publisher.charts.rglob("*"):
            os.utime(file, (1_000_000_000 + number, 1_000_000_000 + number))
        ran = publisher("0.4.0", variables={"TZ": zone})
        assert ran.code == 0, ran.errors
        digests.append(ran.digests)
    assert digests[0] == digests[1] == digests[2]


def test_a_dry_run_asks_no_registry_and_finds_a_broken_chart(publisher: Publisher) -> None:
    ran = publisher("0.4.0", "--dry-run", registry=NOWHERE)
    assert (ran.code, set(ran.states.values())) == (0, {"packaged"})
    (publisher.charts / "philotes-api" / "values.yaml").write_text("a: [\n")
    ran = publisher("0.4.0", "--dry-run", registry=NOWHERE)
    assert ran.code == 1
    assert "Helm could not package a chart" in ran.errors
    assert "nothing was published" in ran.errors


def test_the_charts_that_are_published_are_those_of_the_folder_named(
    publisher: Publisher, tmp_path: Path
) -> None:
    ran = publisher("0.4.0", "--charts", tmp_path, registry=NOWHERE)
    assert ran.code == 3
    assert "The charts to publish are not there" in ran.errors
    assert str(tmp_path / "philotes" / "Chart.yaml") in ran.errors


def test_what_helm_left_in_the_checkout_is_not_published(
    publisher: Publisher, own_registry: OwnRegistry
) -> None:
    umbrella = publisher.charts / "philotes"
    own_registry.run_helm("dependency", "update", str(umbrella))
    assert (umbrella / "charts" / "lakekeeper-0.1.0.tgz").is_file()
    assert publisher("0.4.0").code == 0
    published = files_of(pulled(own_registry, publisher, "philotes", "0.4.0"))
    assert not [name for name in published if name.endswith((".tgz", "Chart.lock"))]


def test_a_dependency_that_is_no_neighbour_is_refused(publisher: Publisher) -> None:
    file = publisher.charts / "philotes" / "Chart.yaml"
    text = file.read_text().replace("file://../lakekeeper", "https://charts.example.com")
    file.write_text(text)
    ran = publisher("0.4.0", registry=NOWHERE)
    assert ran.code == 3
    assert "depends on something that is not a chart beside it" in ran.errors
    assert "charts.example.com" in ran.errors

"""A release from its first look to its last comparison, on a real registry with real Helm."""

import json
import os
import shutil
import signal
import subprocess
import threading
import urllib.request
from pathlib import Path

import pytest

from tests.publishing.conftest import (
    NAMES,
    ROOT,
    Publisher,
    contents,
    files_of,
    make_publisher,
    tags,
)
from tests.publishing.front import running_front
from tests.registry.conftest import OwnRegistry

pytestmark = pytest.mark.real

NOWHERE = "oci://127.0.0.1:1/charts"


@pytest.fixture
def path(publisher: Publisher) -> str:
    return publisher.registry.rpartition("/")[2]


def pulled(registry: OwnRegistry, publisher: Publisher, name: str, version: str) -> Path:
    into = publisher.folder / "pulled" / name
    into.mkdir(parents=True)
    reference = f"{publisher.registry}/{name}"
    registry.run_helm(
        *("pull", reference, "--version", version, "--plain-http", "--destination", str(into))
    )
    return into / f"{name}-{version}.tgz"


def changed(publisher: Publisher, file: str = "philotes-worker/values.yaml") -> None:
    with (publisher.charts / file).open("a") as opened:
        opened.write("# changed\n")


def test_all_charts_are_published_and_each_is_told_with_its_digest(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    summary = publisher.folder / "summary.md"
    summary.write_text("before\n")
    ran = publisher("0.4.0", "--summary", summary)
    assert (ran.code, ran.errors) == (0, "")
    lines = []
    for name in NAMES:
        url = f"http://{own_registry.host}/v2/{path}/{name}/manifests/0.4.0"
        accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(url, headers=accept, method="HEAD")
        with direct.open(request, timeout=10) as answer:
            digest = answer.headers["Docker-Content-Digest"]
        reference = f"{publisher.registry}/{name}:0.4.0"
        lines.append(f"{reference}@{digest}  pushed")
        assert f"| {name} | `{reference}` | `{digest}` | pushed |" in summary.read_text()
        assert ran.digests[name] == digest
    assert ran.output.splitlines() == lines
    assert summary.read_text().startswith("before\n### Charts 0.4.0\n")
    assert (ran.release["version"], ran.release["registry"]) == ("0.4.0", publisher.registry)


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


def test_publishing_the_same_content_again_changes_nothing(
    publisher: Publisher, own_registry: OwnRegistry
) -> None:
    first = publisher("0.4.0")
    before = contents(own_registry.folder / "store")
    # Another commit, another time: the same files are the same release.
    second = publisher("0.4.0", variables={"SOURCE_DATE_EPOCH": "1700000000"})
    assert second.code == 0
    assert set(second.states.values()) == {"already there"}
    assert second.digests == first.digests
    assert contents(own_registry.folder / "store") == before


def test_other_content_is_refused_before_anything_is_pushed(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    first = publisher("0.4.0")
    url = f"http://{own_registry.host}/v2/{path}/lakekeeper/manifests/{first.digests['lakekeeper']}"
    request = urllib.request.Request(url, method="DELETE")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()
    changed(publisher)
    before = contents(own_registry.folder / "store")
    ran = publisher("0.4.0")
    assert (ran.code, ran.output, ran.release) == (5, "", {})
    assert "Version 0.4.0 is published with other content, so nothing was pushed" in ran.errors
    for name in ("philotes-worker", "philotes"):
        assert f"{name} ({first.digests[name]}): " in ran.errors
    assert "philotes-worker/values.yaml differs" in ran.errors
    assert "philotes-api" not in ran.errors
    assert contents(own_registry.folder / "store") == before


def test_a_release_cut_half_way_shows_no_umbrella_and_is_completed_by_a_second_run(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    def refuse(request: str) -> int:
        return 403 if request.startswith("PUT ") and "/philotes-worker/manifests/" in request else 0

    with running_front(own_registry.host, refuse) as front:
        cut = publisher("0.4.0", registry=f"oci://{front.host}/{path}")
        assert cut.code == 4
        assert "philotes-worker-0.4.0 could not be pushed" in cut.errors
        assert "403" in cut.errors
        assert "run this again: what is published already is kept" in cut.errors
        assert "philotes" not in tags(own_registry, path)
        assert front.pushed() == ["lakekeeper", "philotes-api", "philotes-worker"]
        front.refuse = lambda _: 0
        front.seen.clear()
        ran = publisher("0.4.0", registry=f"oci://{front.host}/{path}")
        assert front.pushed() == ["philotes-worker", "philotes"]
    assert ran.code == 0
    assert list(ran.states.items()) == [
        ("lakekeeper", "already there"),
        ("philotes-api", "already there"),
        ("philotes-worker", "pushed"),
        ("philotes", "pushed"),
    ]


def test_a_chart_that_cannot_be_pulled_back_by_its_digest_is_told(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    with running_front(own_registry.host) as front:

        def refuse(request: str) -> int:
            tagged = f"PUT /v2/{path}/lakekeeper/manifests/0.4.0" in front.seen
            return 404 if tagged and request.startswith("GET ") else 0

        front.refuse = refuse
        ran = publisher("0.4.0", registry=f"oci://{front.host}/{path}")
    assert ran.code == 1
    assert "What was pulled back is not what was pushed" in ran.errors
    assert "lakekeeper@sha256:" in ran.errors


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


def test_an_owner_with_capitals_is_written_small_and_told(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    ran = publisher("0.4.0", registry=publisher.registry.replace(path, f"{path}/AcMe"))
    assert ran.code == 0
    assert f"publishes to {publisher.registry}/acme" in ran.errors
    assert set(tags(own_registry, f"{path}/acme")) == set(NAMES)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["v1.2.3"], "Leave out the “v”: 1.2.3"),
        (["1.2"], "“1.2” is not a SemVer version"),
        (["--tag", "1.2.3"], "The tag “1.2.3” names no version, so nothing was published"),
        (["--tag", "vv1.2.3"], "The tag “vv1.2.3” names no version"),
        (["--tag", "v1.02.3"], "The tag “v1.02.3” names no version"),
    ],
)
def test_what_is_no_version_is_refused_before_the_registry_is_asked(
    publisher: Publisher, arguments: list[str], told: str
) -> None:
    ran = publisher(*arguments, registry=NOWHERE)
    assert ran.code == 3
    assert told in ran.errors


def test_a_check_tells_and_pushes_nothing(
    publisher: Publisher, own_registry: OwnRegistry, path: str
) -> None:
    ran = publisher("0.4.0", "--check")
    assert (ran.code, set(ran.states.values())) == (0, {"not published"})
    assert tags(own_registry, path) == {}
    publisher("0.4.0")
    ran = publisher("0.4.0", "--check")
    assert (ran.code, set(ran.states.values())) == (0, {"already there"})
    changed(publisher)
    assert publisher("0.4.0", "--check").code == 5


def test_a_dry_run_asks_no_registry_and_finds_a_broken_chart(publisher: Publisher) -> None:
    ran = publisher("0.4.0", "--dry-run", registry=NOWHERE)
    assert (ran.code, set(ran.states.values())) == (0, {"packaged"})
    (publisher.charts / "philotes-api" / "values.yaml").write_text("a: [\n")
    ran = publisher("0.4.0", "--dry-run", registry=NOWHERE)
    assert ran.code == 1
    assert "Helm could not package a chart" in ran.errors
    assert "nothing was published" in ran.errors


def test_the_checkout_is_left_as_it_was(publisher: Publisher) -> None:
    before = contents(publisher.charts)
    assert publisher("0.4.0").code == 0
    assert contents(publisher.charts) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_leaves_no_file_and_no_process(
    publisher: Publisher, own_registry: OwnRegistry, path: str, number: signal.Signals
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def hold(request: str) -> int:
        if request.startswith("PUT "):
            reached.set()
            go_on.wait(60)
            return 503
        return 0

    with running_front(own_registry.host, hold) as front:
        running = subprocess.Popen(
            publisher.command("--plain-http", "0.4.0", registry=f"oci://{front.host}/{path}"),
            cwd=ROOT,
            env=publisher.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            assert reached.wait(60)
            assert list(publisher.temporary.iterdir()) != []
            running.send_signal(number)
            output, errors = running.communicate(timeout=30)
        finally:
            go_on.set()
            running.kill()
    assert (running.returncode, output, errors) == (128 + number, "", "")
    assert list(publisher.temporary.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)
    assert publisher("0.4.0").code == 0


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


def test_json_names_the_release_whole(publisher: Publisher) -> None:
    ran = publisher("0.4.0+b.1")
    assert list(ran.release) == ["version", "registry", "charts"]
    umbrella = ran.release["charts"][-1]
    assert json.dumps(list(umbrella)) == '["name", "reference", "digest", "state"]'
    assert umbrella["reference"] == f"{publisher.registry}/philotes:0.4.0_b.1"

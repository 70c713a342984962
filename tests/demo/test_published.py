"""What the registry holds, asked of the registry and of Helm."""

import os
import re
import subprocess
import urllib.request
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from philotes_tui.demo import PUBLISHED, Demo, registry
from philotes_tui.demo.ports import kept_ports
from philotes_tui.demo.processes import Supervisor
from philotes_tui.demo.publishing import publish
from philotes_tui.errors import DemoError
from tests.conftest import RealRegistry

pytestmark = pytest.mark.real

FOLLOWS_THE_RELEASE = re.compile(
    r"^\s*(image: \S+:|app\.kubernetes\.io/version: |helm\.sh/chart: [a-z-]+-)"
    r'"?(?P<version>.*?)"?$'
)


@pytest.fixture(scope="module")
def rendered(
    demo: Demo, tools: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The manifests of each version, as Helm pulls and renders them."""
    environment = {**os.environ, **demo.pulumi_environment()}
    return {
        version.version: subprocess.run(
            [
                tools["helm"], "template", "philotes", f"{demo.registry}/philotes",
                "--version", version.version, "--namespace", "philotes", "--plain-http",
            ],
            env=environment, cwd=tmp_path_factory.mktemp("helm"),
            check=True, capture_output=True, text=True,
        ).stdout
        for version in PUBLISHED
    }  # fmt: skip


def resources(manifests: str) -> set[tuple[str, str]]:
    found = YAML(typ="safe", pure=True).load_all(manifests)
    return {(one["kind"], one["metadata"]["name"]) for one in found if one}


def images(manifests: str) -> set[str]:
    return set(re.findall(r"image: \"?([^\s\"]+)", manifests))


def test_the_registry_lists_at_least_eight_versions(real_registry: RealRegistry) -> None:
    url = f"{real_registry.url}/v2/philotes/charts/philotes/tags/list"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(url, timeout=10) as answer:
        listed = YAML(typ="safe", pure=True).load(answer.read())
    assert set(listed["tags"]) == {version.tag for version in PUBLISHED}
    assert len(PUBLISHED) >= 8
    assert "0.3.0-beta.1_build.7" in listed["tags"]


@pytest.mark.parametrize(("older", "newer"), [("0.1.0", "0.1.1"), ("0.2.0", "0.2.1")])
def test_a_version_that_changes_only_images_changes_only_their_tags(
    rendered: dict[str, str], older: str, newer: str
) -> None:
    before, after = (rendered[version].splitlines() for version in (older, newer))
    assert len(before) == len(after)
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert any("image: " in line for line, _ in changed)
    for pair in changed:
        matches = [FOLLOWS_THE_RELEASE.match(line) for line in pair]
        assert all(matches), pair
        assert [match["version"] for match in matches if match] == [older, newer]


def test_the_images_of_a_version_have_its_own_tag(rendered: dict[str, str]) -> None:
    for version in PUBLISHED:
        own = {image for image in images(rendered[version.version]) if "philotes" in image}
        assert {image.rpartition("/")[2] for image in own} == {
            f"philotes-api:{version.tag}",
            f"philotes-worker:{version.tag}",
        }


def test_one_version_adds_a_resource_and_one_removes_one(rendered: dict[str, str]) -> None:
    at = {version: resources(manifests) for version, manifests in rendered.items()}
    assert at["0.2.0"] - at["0.1.2"] == {("NetworkPolicy", "philotes-same-namespace")}
    assert at["0.1.2"] - at["0.2.0"] == set()
    assert at["0.2.1"] - at["0.2.2"] == {("ConfigMap", "philotes-offset-format")}
    assert at["0.2.2"] - at["0.2.1"] == set()


def test_a_version_changes_a_setting_of_the_worker(rendered: dict[str, str]) -> None:
    batches = {
        version: re.findall(r'PHILOTES_CDC_BATCH_SIZE: "?(\d+)', manifests)
        for version, manifests in rendered.items()
    }
    assert (batches["0.1.1"], batches["0.1.2"]) == (["1000"], ["2000"])


def test_no_two_versions_render_the_same(rendered: dict[str, str]) -> None:
    bare = {
        re.sub(re.escape(version.tag), "VERSION", rendered[version.version])
        for version in PUBLISHED
    }
    assert len(set(rendered.values())) == len(PUBLISHED)
    assert len(bare) == len(PUBLISHED) - 2  # all but the two that change images only


def test_charts_that_are_not_there_are_told_by_the_demo(
    tmp_path: Path, supervisor: Supervisor, tools: dict[str, Path]
) -> None:
    ports = kept_ports(supervisor.state, (registry.PORT,))
    started = registry.start_registry(
        supervisor, tools["registry"], ports[registry.PORT], lambda _: None
    )
    with pytest.raises(DemoError, match=r"charts to publish are not there.*Install the program"):
        publish(supervisor, tools["helm"], started, tmp_path, progress=lambda _: None)

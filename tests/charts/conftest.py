"""Charts made ready for Helm, in a copy."""

import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from philotes_tui.demo.cluster import Cluster
from tests.charts.api_server import ApiServer, api_object, definitions
from tests.charts.matrix import MATRIX
from tests.charts.rendering import SUBCHARTS, Helm, Manifest


@pytest.fixture(scope="session")
def helm(tools: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Helm:
    return Helm(tools["helm"], tmp_path_factory.mktemp("helm-home"))


@pytest.fixture(scope="session")
def staged(charts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all charts, the umbrella's dependencies vendored."""
    return vendored(charts, tmp_path_factory.mktemp("charts"))


@pytest.fixture(scope="session")
def umbrella(staged: Path) -> Path:
    return staged / "philotes"


@pytest.fixture(scope="session")
def stamped(charts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The umbrella of another release, as publishing stamps it: all versions replaced."""
    return stamp(vendored(charts, tmp_path_factory.mktemp("stamped")), "0.9.0-rc.1+build.3")


@pytest.fixture(scope="session")
def api(real_cluster: Cluster) -> Iterator[ApiServer]:
    """The API server, with the kinds that operators bring; they are taken away afterwards."""
    server = ApiServer(real_cluster)
    wanted = definitions()
    server.define(wanted)
    yield server
    for each in wanted:
        server.delete(each)


@pytest.fixture(scope="session")
def namespace(api: ApiServer) -> Iterator[str]:
    """A namespace in which nothing is ever stored: the objects of dry runs need one."""
    wanted = api_object("v1", "Namespace", "charts-dry-run")
    api.apply(wanted)
    yield "charts-dry-run"
    api.delete(wanted)


@pytest.fixture(scope="session")
def rendered(helm: Helm, umbrella: Path) -> Callable[[str], Manifest]:
    """Renders the umbrella with values of the matrix, once each."""
    return functools.cache(lambda about: helm.template(umbrella, MATRIX[about]))


def stamp(folder: Path, version: str) -> Path:
    """Give all charts in a folder another version, and return the umbrella there."""
    for file in folder.rglob("Chart.yaml"):
        text = file.read_text(encoding="utf-8")
        text = text.replace("\nversion: 0.1.0", f"\nversion: {version}")
        file.write_text(text.replace('"0.1.0"', f'"{version}"'), encoding="utf-8")
    return folder / "philotes"


def vendored(charts: Path, folder: Path) -> Path:
    shutil.copytree(
        charts,
        folder,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("charts", "Chart.lock", "*.tgz"),
    )
    for chart in SUBCHARTS:
        shutil.copytree(charts / chart, folder / "philotes" / "charts" / chart, dirs_exist_ok=True)
    return folder

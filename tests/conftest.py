"""Real parts for every test: one demo for the whole run, started when it is first asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from philotes_tui.demo import TOOLS, Demo
from philotes_tui.demo.cluster import Cluster
from philotes_tui.toolchain import ENGINE_TOOLS, PROVIDER, FoundTool, inspect, install_plugin
from philotes_tui.toolchain.lookup import found

CHARTS = Path(__file__).parent.parent / "charts"


@dataclass(frozen=True)
class RealRegistry:
    """A registry that holds the demo's versions.

    Attributes:
        charts: The folder of the charts, `oci://127.0.0.1:PORT/philotes/charts`.
        host: `127.0.0.1:PORT`.
        url: The base of its HTTP API, `http://127.0.0.1:PORT`.
    """

    charts: str
    host: str
    url: str


@pytest.fixture(scope="session")
def tools() -> dict[str, Path]:
    """The programs the demo runs, by name: from PATH or from the cache of tools."""
    return {name: tool.path for name, tool in at_hand(TOOLS).items()}


@pytest.fixture(scope="session")
def engine_tools() -> dict[str, FoundTool]:
    """The Pulumi CLI and its Kubernetes provider, by name."""
    return at_hand(ENGINE_TOOLS)


@pytest.fixture(scope="session")
def actionlint() -> Path:
    """The linter of workflows."""
    return at_hand(["actionlint"])["actionlint"].path


@pytest.fixture(scope="session")
def cosign() -> Path:
    """The signer and verifier of what is in a registry."""
    return at_hand(["cosign"])["cosign"].path


@pytest.fixture(scope="session")
def pgp_keygen() -> Path:
    """The maker of OpenPGP keyrings that Helm signs and verifies charts with."""
    return at_hand(["pgp-keygen"])["pgp-keygen"].path


@pytest.fixture(scope="session")
def charts() -> Path:
    """The folder with the umbrella chart and its subcharts."""
    return CHARTS


@pytest.fixture(scope="session")
def demo(
    tools: dict[str, Path], charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """The one demo of this run; tests share it and must not stop any part of it."""
    with Demo.start(tmp_path_factory.mktemp("demo") / "state", tools, charts) as running:
        yield running


@pytest.fixture(scope="session")
def real_registry(demo: Demo) -> RealRegistry:
    """The demo's registry with all its versions."""
    return RealRegistry(demo.registry, demo.registry_host, f"http://{demo.registry_host}")


@pytest.fixture(scope="session")
def real_cluster(demo: Demo) -> Cluster:
    """The demo's cluster: kubeconfig, API server, token, and requests to its API."""
    return demo.cluster


@pytest.fixture(scope="session")
def pulumi_home(demo: Demo, engine_tools: dict[str, FoundTool]) -> Path:
    """The demo's folder for `PULUMI_HOME`, with the provider installed."""
    install_plugin(engine_tools[PROVIDER], demo.pulumi_home)
    return demo.pulumi_home


@pytest.fixture
def pulumi_environment(demo: Demo, pulumi_home: Path, tmp_path: Path) -> dict[str, str]:
    """Variables for Pulumi on the demo, with an empty backend for this test alone."""
    backend = tmp_path / "backend"
    backend.mkdir()
    return {
        **demo.pulumi_environment(),
        "PULUMI_HOME": str(pulumi_home),
        "PULUMI_BACKEND_URL": backend.as_uri(),
    }


def at_hand(names: Iterable[str]) -> dict[str, FoundTool]:
    """Return tools that are there; a test neither downloads nor builds."""
    statuses = inspect(names)
    lacking = [f"{status.name}: {status.why}" for status in statuses if not status.fits]
    if lacking:
        pytest.fail("\n".join([*lacking, "`make test` gets them first"]), pytrace=False)
    return {status.name: found(status) for status in statuses}

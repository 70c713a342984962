"""An operator with three stacks on the shared demo, who leaves nothing behind."""

import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from philotes_tui.demo import Demo
from philotes_tui.engine.project import ensure_project
from tests.commands.charts import VERSIONS, publish, shell_for
from tests.commands.shell import Shell, environment_for
from tests.commands.signed import VERSIONS as SIGNED_VERSIONS
from tests.commands.signed import Keys, Release
from tests.conftest import at_hand
from tests.registry.conftest import OwnRegistry, running_registry
from tests.signing.cosign import Cosign, offline_cosign
from tests.signing.provenance import Helm, Keyrings


@pytest.fixture
def shell(
    demo: Demo,
    pulumi_environment: dict[str, str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Shell]:
    """Three stacks to which nothing was deployed; afterwards no process and no file is left."""
    namespace = f"cmd-{zlib.crc32(request.node.nodeid.encode())}"
    shell = Shell(demo, tmp_path, environment_for(tmp_path, pulumi_environment), namespace)
    shell.set(
        registry=demo.registry,
        state_dir=str(shell.state),
        backend_url=pulumi_environment["PULUMI_BACKEND_URL"],
        pulumi_home=pulumi_environment["PULUMI_HOME"],
        kubeconfig=str(demo.kubeconfig),
    )
    ensure_project(shell.project)
    for stack in ("dev", "staging", "prod"):
        shell.configure(stack)
    yield shell
    assert none_left(shell) == []
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == []


@pytest.fixture(scope="session")
def registry_programs() -> dict[str, Path]:
    """The two programs that a registry with charts in it needs."""
    return {name: tool.path for name, tool in at_hand(("registry", "helm")).items()}


@pytest.fixture(scope="session")
def chart_registry(
    registry_programs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnRegistry]:
    """A registry that holds the charts in four versions; tests may add some, in other folders."""
    with running_registry(tmp_path_factory.mktemp("published"), registry_programs) as registry:
        for version in VERSIONS:
            publish(registry, version)
        yield registry


@pytest.fixture
def reader(chart_registry: OwnRegistry, tmp_path: Path) -> Shell:
    """Somebody who reads that registry and has seen nothing of it yet."""
    return shell_for(chart_registry.charts, tmp_path)


@pytest.fixture(scope="session")
def signer(cosign: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosign]:
    with offline_cosign(cosign, tmp_path_factory.mktemp("cosign")) as signer:
        yield signer


@pytest.fixture(scope="session")
def keys(signer: Cosign, pgp_keygen: Path, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("keys")
    rings = [Keyrings.make(pgp_keygen, folder / name, name) for name in ("Ours", "Theirs")]
    return Keys(signer.key_pair("ours"), signer.key_pair("theirs"), *rings)


@pytest.fixture
def release(chart_registry: OwnRegistry, tmp_path: Path) -> Release:
    """A version that is packaged and pushed without any signature."""
    version = next(SIGNED_VERSIONS)
    folder = f"signed-{version.replace('.', '-')}"
    shell = shell_for(f"oci://{chart_registry.host}/{folder}", tmp_path)
    chart = tmp_path / "philotes"
    chart.mkdir()
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: philotes\nversion: 0.0.0\n")
    home = tmp_path / "packages"
    home.mkdir()
    release = Release(shell, chart_registry, folder, version, Helm(chart_registry.helm, home))
    release.helm.run("package", str(chart), "--version", version, "-d", str(home))
    release.push(home / f"philotes-{version}.tgz")
    return release


def none_left(shell: Shell, seconds: float = 10.0) -> list[str]:
    """Return the processes that still run after a moment in which they may end."""
    deadline = time.monotonic() + seconds
    while (left := shell.left_processes()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left

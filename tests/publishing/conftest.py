"""The command as a person runs it, and a real registry it publishes to."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHARTS, at_hand
from tests.registry.conftest import OwnRegistry, running_registry

ROOT = Path(__file__).parents[2]
NAMES = ("lakekeeper", "philotes-api", "philotes-worker", "philotes")
"""In the order they are published."""


@dataclass(frozen=True)
class Ran:
    """How a run of the command ended."""

    code: int
    output: str
    errors: str
    release: dict[str, Any] = field(default_factory=dict)

    @property
    def states(self) -> dict[str, str]:
        """The state of each chart, by its name."""
        return {chart["name"]: chart["state"] for chart in self.release["charts"]}

    @property
    def digests(self) -> dict[str, str]:
        """The digest of each chart, by its name."""
        return {chart["name"]: chart["digest"] for chart in self.release["charts"]}


@dataclass(frozen=True)
class Publisher:
    """Runs the command with a bare Python, in folders of its own.

    Attributes:
        helm: Helm's program.
        charts: A copy of the charts.
        folder: Home, temporary files and results.
        registry: The folder of a registry that this test alone uses.
    """

    helm: Path
    charts: Path
    folder: Path
    registry: str

    @property
    def temporary(self) -> Path:
        return self.folder / "temporary"

    def command(self, *arguments: str | Path, registry: str = "") -> list[str]:
        # -S: without what is installed, as on a machine that has Python and nothing else.
        return [
            *(sys.executable, "-S", "-m", "philotes_tui.publishing"),
            *("--registry", registry or self.registry, "--charts", str(self.charts)),
            *("--helm", str(self.helm), *map(str, arguments)),
        ]

    @property
    def environment(self) -> dict[str, str]:
        home = str(self.folder / "home")
        return {"HOME": home, "PATH": os.defpath, "TMPDIR": str(self.temporary)}

    def __call__(
        self,
        *arguments: str | Path,
        registry: str = "",
        stdin: str = "",
        variables: Mapping[str, str] | None = None,
        plain: bool = True,
    ) -> Ran:
        result = self.folder / "release.json"
        result.unlink(missing_ok=True)
        transport = ["--plain-http"] if plain else []
        done = subprocess.run(
            self.command(*transport, "--json", result, *arguments, registry=registry),
            cwd=ROOT,
            env={**self.environment, **(variables or {})},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert list(self.temporary.iterdir()) == []
        release = json.loads(result.read_text()) if result.exists() else {}
        return Ran(done.returncode, done.stdout, done.stderr, release)


@pytest.fixture(scope="session")
def helm() -> Path:
    return at_hand(("helm",))["helm"].path


@pytest.fixture(scope="session")
def own_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRegistry]:
    programs = {name: tool.path for name, tool in at_hand(("registry", "helm")).items()}
    with running_registry(tmp_path_factory.mktemp("publishing"), programs) as registry:
        yield registry


@pytest.fixture
def publisher(
    own_registry: OwnRegistry, tmp_path: Path, request: pytest.FixtureRequest
) -> Publisher:
    return make_publisher(own_registry, tmp_path, f"t{abs(hash(request.node.nodeid))}")


def make_publisher(registry: OwnRegistry, folder: Path, path: str) -> Publisher:
    charts = folder / "charts"
    shutil.copytree(CHARTS, charts, ignore=shutil.ignore_patterns("*.tgz", "Chart.lock"))
    for name in ("home", "temporary"):
        (folder / name).mkdir()
    return Publisher(registry.helm, charts, folder, f"oci://{registry.host}/{path}")


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


def files_of(archive: Path) -> dict[str, bytes]:
    """Return the files of an archive, read by other means than the command's."""
    found = {}
    with tarfile.open(archive) as opened:
        for member in opened:
            content = opened.extractfile(member)
            assert content is not None
            found[member.name] = content.read()
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def tags(registry: OwnRegistry, path: str) -> dict[str, list[str]]:
    """Return the tags of each chart below a path, read from the registry's own store."""
    root = registry.folder / "store" / "docker/registry/v2/repositories" / path
    found: dict[str, list[str]] = {}
    for tag in sorted(root.glob("*/_manifests/tags/*")):
        found.setdefault(tag.parents[2].name, []).append(tag.name)
    return found

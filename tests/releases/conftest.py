"""Helm's own answers: which versions of a list or a registry a constraint takes."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import at_hand
from tests.registry.conftest import OwnRegistry, running_registry


@dataclass(frozen=True)
class HelmIndex:
    """Helm beside an index of chart versions; no server is asked."""

    helm: Path
    folder: Path

    def hold(self, versions: Sequence[str]) -> None:
        entries = [
            {"apiVersion": "v2", "name": "philotes", "version": v, "urls": ["philotes.tgz"]}
            for v in versions
        ]
        index = {"apiVersion": "v1", "entries": {"philotes": entries}}
        (self.folder / "demo-index.yaml").write_text(json.dumps(index))
        named = {"repositories": [{"name": "demo", "url": "http://127.0.0.1:9/"}]}
        (self.folder / "repositories.yaml").write_text(json.dumps(named))

    def taken(self, constraint: str) -> set[str] | None:
        """Return the versions Helm takes, or None where it refuses the constraint."""
        done = self._search(f"--version={constraint}")
        if done.returncode:
            assert "constraint" in done.stderr
            return None
        return set(_versions(done.stdout))

    def listed(self) -> list[str]:
        """Return all versions in Helm's order, pre-releases too."""
        done = self._search("--version=>=0.0.0-0")
        assert done.returncode == 0, done.stderr
        return _versions(done.stdout)

    def _search(self, *wanted: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [
                *(self.helm, "search", "repo", "demo/philotes", "--versions", "-o", "json"),
                *(*wanted, f"--repository-cache={self.folder}"),
                f"--repository-config={self.folder / 'repositories.yaml'}",
            ],
            env={"HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


def _versions(found: str) -> list[str]:
    return [each["version"] for each in json.loads(found)]


@pytest.fixture(scope="session")
def helm_index(tmp_path_factory: pytest.TempPathFactory) -> HelmIndex:
    return HelmIndex(at_hand(["helm"])["helm"].path, tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="session")
def own_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRegistry]:
    tools = {name: tool.path for name, tool in at_hand(("registry", "helm")).items()}
    with running_registry(tmp_path_factory.mktemp("registry"), tools) as registry:
        yield registry

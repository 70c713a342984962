"""A real registry with as many tags as are wanted, written into its store directly."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from philotes_tui.demo.ports import LOOPBACK
from philotes_tui.demo.processes import Supervisor
from philotes_tui.demo.registry import start_registry
from philotes_tui.demo.state import StateFolder

CHART = "philotes"
_PRE_RELEASE_EACH = 10


@dataclass(frozen=True)
class Served:
    """A running registry.

    Attributes:
        port: Where it listens on loopback.
        store: The folder of its repositories.
        helm: Pushes the one chart that all tags of a repository stand for.
        home: A folder for what helm writes.
    """

    port: int
    store: Path
    helm: Path
    home: Path

    def fill(self, count: int) -> str:
        """Return the name of a folder of charts whose umbrella has that many tags.

        One version is pushed by helm; the other tags are links to it, as the registry writes
        them (distribution's registry/storage/paths.go), because pushing 10,000 would take long.
        """
        folder = f"tags-{count}"
        chart = self.home / CHART
        chart.mkdir(exist_ok=True)
        first, *others = versions(count)
        (chart / "Chart.yaml").write_text(f"apiVersion: v2\nname: {CHART}\nversion: {first}\n")
        self._helm("package", str(chart), "--destination", str(self.home))
        package = str(self.home / f"{CHART}-{first}.tgz")
        self._helm("push", package, f"oci://{LOOPBACK}:{self.port}/{folder}", "--plain-http")
        tags = self.store / folder / CHART / "_manifests" / "tags"
        link = (tags / first / "current" / "link").read_bytes()
        for version in others:
            current = tags / version / "current"
            current.mkdir(parents=True)
            (current / "link").write_bytes(link)
        return folder

    def _helm(self, *arguments: str) -> None:
        subprocess.run(
            [self.helm, *arguments],
            env={"HOME": str(self.home), "PATH": os.defpath},
            capture_output=True,
            check=True,
        )


def versions(count: int) -> list[str]:
    """Return that many versions, each tenth a pre-release."""
    return [
        f"{at // 100}.{at // 10 % 10}.{at % 10}"
        + ("-rc.1" if at % _PRE_RELEASE_EACH == _PRE_RELEASE_EACH - 1 else "")
        for at in range(count)
    ]


@contextmanager
def running_registry(folder: Path, tools: Mapping[str, Path]) -> Iterator[Served]:
    """Run an empty registry until the block ends.

    Args:
        folder: Where it keeps everything; it must not exist.
        tools: The programs `registry` and `helm`.
    """
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port: int = free.getsockname()[1]
    with ExitStack() as stack:
        state = StateFolder.claim(folder)
        stack.callback(state.release)
        supervisor = stack.enter_context(Supervisor(state))
        start_registry(supervisor, tools["registry"], port, lambda _: None)
        storage = state.folder("registry", "storage")
        repositories = storage / "docker" / "registry" / "v2" / "repositories"
        yield Served(port, repositories, tools["helm"], state.folder("home"))

"""A real OCI registry (the distribution project's) for the demo, on loopback."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from philotes_tui.demo.loopback import LoopbackServer
from philotes_tui.demo.ports import LOOPBACK
from philotes_tui.demo.processes import ChildProcess, Supervisor
from philotes_tui.demo.state import StateFolder
from philotes_tui.errors import DemoError

PORT = "registry"
"""The name of the port a registry needs."""
CHART_FOLDER = "philotes/charts"
CHART = "philotes"
_READY_WITHIN_S = 30.0
_ALL_TAGS = 10_000


@dataclass(frozen=True)
class Registry:
    """A running registry.

    Attributes:
        server: Requests to it.
    """

    server: LoopbackServer
    _process: ChildProcess
    _supervisor: Supervisor

    @property
    def host(self) -> str:
        """Host and port, as they stand in references."""
        return f"{LOOPBACK}:{self.server.port}"

    @property
    def charts(self) -> str:
        """The folder the charts are in, `oci://127.0.0.1:PORT/philotes/charts`."""
        return f"oci://{self.host}/{CHART_FOLDER}"

    def tags(self) -> frozenset[str]:
        """Return the tags of the umbrella chart; none when it was never pushed.

        Raises:
            DemoError: the registry does not answer with a list.
        """
        path = f"/v2/{CHART_FOLDER}/{CHART}/tags/list?n={_ALL_TAGS}"
        answer = self._supervisor.ask(self._process, lambda: self.server.get(path))
        match answer.status, answer.json():
            case HTTPStatus.OK, {"tags": list(tags)}:
                return frozenset(tags)
            case HTTPStatus.NOT_FOUND, _:
                return frozenset()
        raise DemoError(
            "The registry does not list its tags",
            on=path,
            said=f"status {answer.status}: {answer.body.decode(errors='replace')}",
            todo=f"Read {self._process.log}, or run `philotes-tui demo --reset`.",
        )


def start_registry(
    supervisor: Supervisor, program: Path, port: int, progress: Callable[[str], None]
) -> Registry:
    """Start the registry and wait until it answers `/v2/`.

    Args:
        supervisor: Starts and later stops the process.
        program: The registry's program.
        port: Where it listens, on the loopback interface.
        progress: Told what is being waited for.

    Raises:
        DemoError: it died or did not answer in time.
        StateFolderError: the folder cannot be written.
    """
    progress("registry")
    config = _configured(supervisor.state, port)
    process = supervisor.start(
        "registry",
        [program, "serve", config],
        # Since v3 it sends traces to port 4318 of this machine unless told not to.
        {"OTEL_TRACES_EXPORTER": "none"},
    )
    server = LoopbackServer(port)
    supervisor.wait_until(
        process,
        lambda: server.get("/v2/").ok,
        what="answer",
        within=_READY_WITHIN_S,
    )
    return Registry(server, process, supervisor)


def _configured(state: StateFolder, port: int) -> Path:
    """Write the configuration (distribution's docs/content/about/configuration.md)."""
    folder = state.folder("registry")
    config = {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(state.folder("registry", "storage"))},
            "delete": {"enabled": True},
            "maintenance": {"uploadpurging": {"enabled": False}},
        },
        # Signs the state of an upload between two requests; a new one per start will do.
        "http": {"addr": f"{LOOPBACK}:{port}", "secret": secrets.token_urlsafe(32)},
    }
    path = folder / "config.yml"
    state.write_private(path, json.dumps(config, indent=2) + "\n")
    return path

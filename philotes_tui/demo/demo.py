"""The whole demo: registry with versions, cluster, and a Pulumi backend, in one folder."""

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from philotes_tui.demo import cluster, registry
from philotes_tui.demo.cluster import Cluster, start_cluster
from philotes_tui.demo.leftovers import end_leftovers
from philotes_tui.demo.ports import kept_ports
from philotes_tui.demo.processes import Supervisor
from philotes_tui.demo.publishing import helm_environment, publish
from philotes_tui.demo.registry import Registry, start_registry
from philotes_tui.demo.state import MARKER, StateFolder, is_ours, state_errors
from philotes_tui.errors import DemoError, ToolMissing

TOOLS = (
    "registry",
    "helm",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
)
"""The programs a demo runs, by the names `Demo.start` takes them under."""
STACKS = ("dev", "staging", "prod")


@dataclass(frozen=True)
class Step:
    """One piece of news while the demo starts.

    Attributes:
        part: `registry` or `cluster`; the two start at the same time.
        text: What is being waited for, or was done.
        ready: Whether this part is complete.
    """

    part: str
    text: str
    ready: bool = False


Progress = Callable[[Step], None]
"""Called from several threads, one call at a time; must return at once and not raise."""


class Demo:
    """A running demo; use it as a context manager, or call `close`.

    Attributes:
        stacks: The names of the stacks it is meant for.
    """

    stacks = STACKS

    def __init__(
        self, state: StateFolder, supervisor: Supervisor, charts: Registry, kubernetes: Cluster
    ) -> None:
        self._state = state
        self._supervisor = supervisor
        self._registry = charts
        self._cluster = kubernetes

    @classmethod
    def start(
        cls,
        state: Path,
        tools: Mapping[str, Path],
        charts: Path,
        progress: Progress | None = None,
    ) -> Self:
        """Start everything, or stop what was started and say what failed.

        Args:
            state: The folder that keeps the demo's state; created with mode 0700.
            tools: The programs named in `TOOLS`, by absolute paths.
            charts: The folder with the umbrella chart and its subcharts.
            progress: Told what goes on.

        Raises:
            DemoError: a process failed, or another demo uses the folder.
            StateFolderError: the folder cannot be written, or its disk is full.
            ToolMissing: `tools` lacks one.
        """
        programs = _complete(tools)
        tell = _one_at_a_time(progress or (lambda _: None))
        folder = StateFolder.claim(state)
        try:
            with state_errors(folder.root):
                supervisor = Supervisor(folder)
                parts = _start_both(supervisor, programs, charts, tell)
        except BaseException:
            folder.release()
            raise
        return cls(folder, supervisor, *parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop every process, and give the folder back; a second call does nothing."""
        try:
            self._supervisor.stop()
        finally:
            self._state.release()

    def check(self) -> None:
        """Look whether all processes still run.

        Raises:
            DemoError: one ended by itself; with the last lines of its log.
        """
        ended = self._supervisor.ended()
        if ended is not None:
            raise self._supervisor.death_of(ended)

    @property
    def state(self) -> Path:
        """The state folder."""
        return self._state.root

    @property
    def registry(self) -> str:
        """The folder of the charts, `oci://127.0.0.1:PORT/philotes/charts`."""
        return self._registry.charts

    @property
    def registry_host(self) -> str:
        """The registry's `127.0.0.1:PORT`; it speaks plain HTTP."""
        return self._registry.host

    @property
    def kubeconfig(self) -> Path:
        """A kubeconfig of mode 0600 for the cluster's administrator."""
        return self._cluster.kubeconfig

    @property
    def context(self) -> str:
        """The context in the kubeconfig."""
        return self._cluster.context

    @property
    def api_server(self) -> str:
        """The API server's URL."""
        return self._cluster.api_server

    @property
    def cluster(self) -> Cluster:
        """The cluster with its administrator's token, for asking the API directly."""
        return self._cluster

    @property
    def backend_url(self) -> str:
        """The Pulumi backend, a `file://` URL below the state folder."""
        return self._state.folder("backend").as_uri()

    @property
    def pulumi_home(self) -> Path:
        """The folder for `PULUMI_HOME`; the provider plugin belongs below it."""
        return self._state.folder("pulumi")

    def pulumi_environment(self) -> dict[str, str]:
        """Return the variables with which Pulumi works on this demo and on nothing else."""
        return {
            "KUBECONFIG": str(self.kubeconfig),
            "PULUMI_HOME": str(self.pulumi_home),
            "PULUMI_BACKEND_URL": self.backend_url,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            **helm_environment(self._state),
        }


def reset(state: Path) -> bool:
    """Remove a demo's folder with all it holds; return False if there is none.

    Raises:
        DemoError: it is not a demo's folder, or a demo uses it.
        StateFolderError: something in it cannot be removed.
    """
    if not os.path.lexists(state):
        return False
    if not is_ours(state):
        raise DemoError(
            "This is not a folder of the demo, so it was left as it is",
            on=str(state),
            said=f"it has no file {MARKER} of yours",
            todo="Remove it by hand if you are sure.",
        )
    folder = StateFolder.claim(state)
    try:
        end_leftovers(folder)
        folder.remove()
    finally:
        folder.release()
    return True


def _start_both(
    supervisor: Supervisor, tools: Mapping[str, Path], charts: Path, tell: Progress
) -> tuple[Registry, Cluster]:
    ports = kept_ports(supervisor.state, (registry.PORT, *cluster.PORTS))

    def filled_registry() -> Registry:
        def say(text: str) -> None:
            tell(Step("registry", text))

        started = start_registry(supervisor, tools["registry"], ports[registry.PORT], say)
        publish(supervisor, tools["helm"], started, charts, progress=say)
        tell(Step("registry", started.charts, ready=True))
        return started

    def ready_cluster() -> Cluster:
        started = start_cluster(supervisor, tools, ports, lambda text: tell(Step("cluster", text)))
        tell(Step("cluster", started.api_server, ready=True))
        return started

    with ThreadPoolExecutor(2, thread_name_prefix="demo-start") as pool:
        registry_part = pool.submit(filled_registry)
        cluster_part = pool.submit(ready_cluster)
        try:
            for part in as_completed((registry_part, cluster_part)):
                part.result()
        except BaseException:  # Ctrl-C too: the other part then ends within a moment
            supervisor.stop()
            raise
        return registry_part.result(), cluster_part.result()


def _one_at_a_time(progress: Progress) -> Progress:
    turn = threading.Lock()

    def tell(step: Step) -> None:
        with turn:
            progress(step)

    return tell


def _complete(tools: Mapping[str, Path]) -> dict[str, Path]:
    missing = [name for name in TOOLS if name not in tools]
    if missing:
        raise ToolMissing(
            "The demo lacks a program it runs",
            on=", ".join(missing),
            todo="Run `philotes-tui doctor` to see how to get it.",
        )
    return {name: tools[name].absolute() for name in TOOLS}

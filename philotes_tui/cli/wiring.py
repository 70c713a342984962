"""Joins the rooms: which registry, engine, project and cluster the settings mean."""

import os
import sys
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from philotes_tui.cli.importing import import_yaml
from philotes_tui.errors import SettingsError, ToolMissing, ToolUnfit
from philotes_tui.foreign import clean_line
from philotes_tui.settings import CHART, Settings

if TYPE_CHECKING:
    from philotes_tui.cli.place import Place
    from philotes_tui.cli.published import Published
    from philotes_tui.cluster import Context
    from philotes_tui.engine import Engine, Target
    from philotes_tui.registry import ChartRegistry
    from philotes_tui.toolchain import FoundTool, ToolStatus
    from philotes_tui.tui.services import Services


class Wiring:
    """The parts of the program, made from the settings when they are first needed.

    Imports stand inside the methods: `versions` must not pay for Pulumi, nor the
    first paint for HTTP.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # The stack program hides the variable for moments while it runs in this process.
        self._kubeconfig = os.environ.get("KUBECONFIG", "")
        self._making = threading.Lock()
        self._opening = threading.Lock()
        self._registries: dict[tuple[str, bool, Path | None], ChartRegistry] = {}

    def checked_stack(self, name: str | None) -> str:
        """Return the stack to work on; raises SettingsError where it is not configured."""
        stack = name or self.settings.selected_stack
        if stack not in self.settings.stacks:
            raise SettingsError(
                f"There is no stack “{clean_line(stack, 60)}”",
                on=str(self.settings.file),
                todo=f"Choose one of {', '.join(self.settings.stacks)}, or add it to “stacks”.",
            )
        return stack

    def target(self, stack: str) -> "Target":
        """Return where a stack deploys to; a missing or broken kubeconfig is told, not raised.

        Raises:
            SettingsError: The stack file is broken.
        """
        import_yaml()
        from philotes_tui.cli.destination import destination

        return destination(self.settings, self.checked_stack(stack), self._context)

    def require_cluster(self, stack: str) -> None:
        """Make sure, without asking it, that there is a cluster to work on.

        Raises:
            ContextUnknown: The kubeconfig lacks the stack's context.
            SettingsError: The stack file or the kubeconfig is broken.
        """
        # Inside a pod the provider needs no kubeconfig (client-go:rest/config.go, InClusterConfig).
        if "KUBERNETES_SERVICE_HOST" not in os.environ:
            self.context(stack)

    def context(self, stack: str) -> "Context":
        """Return the kubeconfig context of a stack.

        Raises:
            ContextUnknown: There is none.
            SettingsError: The stack file or the kubeconfig is broken.
        """
        import_yaml()
        from philotes_tui.engine.stack_file import StackFile

        return self._context(StackFile.read(self.settings.project, stack).settings.kube_context)

    def probe_cluster(self, stack: str) -> str:
        """Ask the stack's cluster for its version.

        Raises:
            ContextUnknown, SettingsError: As `context`.
            ClusterUnreachable: It does not answer.
        """
        from philotes_tui.cluster import probe

        return probe(self.context(stack))

    def _context(self, name: str) -> "Context":
        import_yaml()
        from philotes_tui.cluster import read_kubeconfig

        found = read_kubeconfig({"KUBECONFIG": self._kubeconfig}, self.settings.kubeconfig)
        return found.context(name)

    def place(self, stack: str | None) -> "Place":
        """Return where the charts of a stack are published, without asking for its cluster.

        Raises:
            SettingsError: There is no such stack, or its file is broken.
        """
        from philotes_tui.cli.place import place

        return place(self.settings, self.checked_stack(stack))

    def published(self, stack: str | None, *, offline: bool = False) -> "Published":
        """Return the published versions of a stack's registry; opens nothing yet.

        Raises:
            SettingsError: As `place`.
            InvalidReference: The address of the registry does not parse.
        """
        from philotes_tui.cli.published import published

        return published(self.place(stack), offline=offline)

    def charts(self, target: "Target") -> "ChartRegistry":
        """Return the registry client of a target; opens nothing yet.

        It is the same one for the same registry, for it keeps the tokens. Nothing of it
        belongs to an event loop: each question opens and closes its own connections.
        """
        from philotes_tui.cli.browsing import opened

        key = (target.registry, target.plain_http, target.ca_file)
        with self._opening:
            if key not in self._registries:
                self._registries[key] = opened(target)
            return self._registries[key]

    def engine(self) -> "Engine":
        """Return the one engine of this process.

        Raises:
            ToolMissing, ToolUnfit: The CLI or the provider cannot be used.
            StateFolderError: The project folder cannot be written.
        """
        with self._making:  # several threads ask, and two engines would be two operations at once
            return self._engine

    @cached_property
    def _engine(self) -> "Engine":
        import_yaml()
        from philotes_tui.engine.pulumi import PulumiEngine

        found = self.engine_tools()
        from philotes_tui.toolchain import PROVIDER, install_plugin

        home = self.pulumi_home()
        install_plugin(found[PROVIDER], home)
        from philotes_stack.program import program

        return PulumiEngine(
            program=program,
            project_dir=self.settings.project,
            pulumi=found["pulumi"].path,
            version=found["pulumi"].version,
            env=self._environment(),
            passphrase_file=self.settings.passphrase_file,
            stacks=self.settings.stacks,
            initial={"chartRegistry": self.settings.registry} if self.settings.registry else {},
        )

    def engine_tools(self) -> "dict[str, FoundTool]":
        """Return the CLI and the provider, found and fitting.

        Raises:
            ToolMissing, ToolUnfit: One is not; says how to get it.
        """
        from philotes_tui.toolchain import ENGINE_TOOLS, found, inspect

        tools: dict[str, FoundTool] = {}
        for status in inspect(ENGINE_TOOLS):
            if not status.fits:
                kind = ToolUnfit if status.path else ToolMissing
                raise kind(
                    f"{status.name} is {'not usable' if status.path else 'not installed'}",
                    on=str(status.path or ""),
                    said=status.why,
                    todo="Run `philotes-tui doctor --install`,"
                    f" or put {status.name} {status.wanted} on PATH.",
                )
            tools[status.name] = found(status)
        return tools

    def install_tools(self, names: Sequence[str] = ()) -> "dict[str, FoundTool]":
        """Download or build tools (those a deploy needs), with a display on stderr.

        Raises:
            ToolError: One can be neither downloaded nor built.
        """
        from philotes_tui.toolchain import ENGINE_TOOLS, ensure
        from philotes_tui.toolchain.display import display

        with display(sys.stderr) as show:
            return ensure(names or ENGINE_TOOLS, show)

    def inspect_tools(self) -> "list[ToolStatus]":
        """Return what is known of every tool."""
        from philotes_tui.toolchain import TOOLS, inspect

        return inspect(TOOLS)

    def pulumi_home(self) -> Path:
        """Return Pulumi's own folder."""
        named = self.settings.pulumi_home or os.environ.get("PULUMI_HOME")
        return Path(named) if named else Path.home() / ".pulumi"

    def backend(self) -> str:
        """Return the backend's URL as far as it is known without asking Pulumi."""
        return self.settings.backend_url or os.environ.get("PULUMI_BACKEND_URL") or "pulumi login"

    def _environment(self) -> dict[str, str]:
        # The provider stands in Pulumi's home by now; another one on PATH must not win.
        given = {
            "PULUMI_HOME": str(self.pulumi_home()),
            "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        }
        if self.settings.backend_url:
            given["PULUMI_BACKEND_URL"] = self.settings.backend_url
        if self.settings.kubeconfig:
            given["KUBECONFIG"] = str(self.settings.kubeconfig)
        return given

    def local_charts(self) -> Path:
        """Return the umbrella chart of the local mode.

        Raises:
            SettingsError: There are no charts.
        """
        from philotes_stack.local_charts import LocalChartsUnusable, charts_folder

        try:
            return charts_folder() / CHART
        except LocalChartsUnusable as error:
            raise SettingsError("There are no local charts", said=str(error)) from error

    def local_digest(self) -> str:
        """Return the digest of the local charts' content as it is now.

        Raises:
            SettingsError: There are no charts, or they are broken.
        """
        from philotes_stack.local_charts import LocalChartsUnusable, content_digest

        try:
            return content_digest(self.local_charts().parent)
        except LocalChartsUnusable as error:
            raise SettingsError("The local charts cannot be read", said=str(error)) from error

    def services(self) -> "Services":
        """Return what the screens are given."""
        from philotes_tui.cli.browsing import browsed
        from philotes_tui.tui.services import Services

        preferences = self.settings.state_dir / "theme"
        return Services(
            stacks=self.settings.stacks,
            stack=self.settings.selected_stack,
            registry=self.settings.registry,
            target=self.target,
            charts=lambda target: browsed(self.charts(target)),
            seen=lambda target: browsed(self.charts(target)).seen(),
            engine=self.engine,
            local_charts=self.local_charts(),
            local_digest=self.local_digest,
            log_file=self.settings.log_file,
            theme=_read_line(preferences),
            save_theme=lambda name: _write_line(preferences, name),
            demo=self.settings.demo,
            require_cluster=self.require_cluster,
            probe_cluster=self.probe_cluster,
        )


def _read_line(path: Path) -> str:
    try:
        return clean_line(path.read_text(encoding="utf-8"), 80)
    except (OSError, UnicodeDecodeError):
        return ""


def _write_line(path: Path, text: str) -> None:
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError:
        return  # a theme that is not remembered harms nobody

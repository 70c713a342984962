"""A real Pulumi command line with a small program of its own: no cluster, no provider."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
import pytest

from philotes_tui.engine import Change, Event
from philotes_tui.engine.pulumi import PulumiEngine
from philotes_tui.releases import RegistryChart, Version
from philotes_tui.toolchain import FoundTool

SECRET_VALUE = "hunter2-and-then-some"


class Thing(pulumi.ComponentResource):
    """A resource that exists only in Pulumi's state."""

    def __init__(self, name: str, props: Mapping[str, object]) -> None:
        super().__init__("test:index:Thing", name, dict(props), None)
        self.register_outputs({})


def small_program() -> None:
    """Declare one resource with a secret, and outputs."""
    config = pulumi.Config("philotes")
    version = config.get("chartVersion")
    Thing("one", {"version": version, "password": pulumi.Output.secret(SECRET_VALUE)})
    pulumi.export("version", version)
    pulumi.export("source", "local" if config.get_bool("useLocalCharts") else "registry")
    pulumi.export("password", pulumi.Output.secret(SECRET_VALUE))


@dataclass
class Heard:
    """A sink that keeps what it hears and tells when something was heard."""

    events: list[Event] = field(default_factory=list)
    waits: list[tuple[Callable[[Event], bool], threading.Event]] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        for wanted, seen in self.waits:
            if wanted(event):
                seen.set()

    def when(self, wanted: Callable[[Event], bool]) -> threading.Event:
        """Return what is set as soon as such an event comes."""
        seen = threading.Event()
        self.waits.append((wanted, seen))
        return seen

    def texts(self) -> list[str]:
        """Return the texts of all events that have one."""
        return [event.text for event in self.events if hasattr(event, "text")]


@dataclass(frozen=True)
class SmallEngine:
    """Makes engines that share one folder and one `file://` backend."""

    folder: Path
    tool: FoundTool

    @property
    def backend(self) -> Path:
        """The backend's folder."""
        return self.folder / "backend"

    @property
    def project(self) -> Path:
        """The project's folder."""
        return self.folder / "project"

    def __call__(
        self,
        program: Callable[[], None] = small_program,
        env: Mapping[str, str] | None = None,
        pulumi_path: Path | None = None,
    ) -> PulumiEngine:
        return PulumiEngine(
            program,
            self.project,
            pulumi_path or self.tool.path,
            self.tool.version,
            env={
                "PULUMI_HOME": str(self.folder / "home"),
                "PULUMI_BACKEND_URL": self.backend.as_uri(),
                **(env or {}),
            },
            stacks=("dev", "prod"),
            passphrase_file=self.folder / "passphrase",
        )


@pytest.fixture
def small(
    tmp_path: Path, engine_tools: dict[str, FoundTool], monkeypatch: pytest.MonkeyPatch
) -> SmallEngine:
    for variable in ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "backend").mkdir()
    return SmallEngine(tmp_path, engine_tools["pulumi"])


@pytest.fixture
def heard() -> Heard:
    return Heard()


def change(version: str = "0.1.0", stack: str = "dev") -> Change:
    """Return a change to a published version."""
    return Change(stack, RegistryChart("oci://127.0.0.1:5000/charts", Version.parse(version)))

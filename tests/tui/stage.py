"""Stand-ins for what the screens are given: an engine that replays events, a list of tags."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from philotes_tui.engine import (
    Change,
    Event,
    Kind,
    Progress,
    Sink,
    StackSummary,
    Target,
    Update,
    fold,
)
from philotes_tui.errors import RegistryError
from philotes_tui.releases import (
    CachedTags,
    Catalog,
    ChartContent,
    ChartDetails,
    Dependency,
    Moved,
    Pinned,
    Release,
    Version,
    catalog_from_tags,
)
from philotes_tui.releases.images import Image
from philotes_tui.tui.app import PhilotesApp
from philotes_tui.tui.detailed import Known
from philotes_tui.tui.inspection import Inspection
from philotes_tui.tui.services import Services
from tests.tui import acts

TAGS = (
    *("0.1.0", "0.1.1", "0.1.2", "0.2.0", "0.2.1", "0.3.0-rc.1", "0.3.0-beta.1_build.5"),
    *("0.10.0-alpha", "latest", "sha256-" + "a" * 64 + ".sig"),
)
LONG_REGISTRY = "oci://registry.platform.example.internal:5443/platform-engineering/philotes/charts"


class Gate:
    """Holds a thread until it is opened; opened at the latest when the test ends."""

    def __init__(self) -> None:
        self._opened = threading.Event()
        self.reached = threading.Event()
        self._beside: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def wait(self) -> None:
        self.reached.set()
        assert self._opened.wait(30), "a gate was never opened"

    async def wait_beside(self) -> None:
        """Wait on a loop, which can be cancelled meanwhile."""
        event = asyncio.Event()
        self._beside.append((asyncio.get_running_loop(), event))
        self.reached.set()
        if not self._opened.is_set():
            await event.wait()

    def open(self) -> None:
        self._opened.set()
        for loop, event in self._beside:
            with contextlib.suppress(RuntimeError):  # what waited was cancelled
                loop.call_soon_threadsafe(event.set)


@dataclass
class ReplayEngine:
    """Replays events per operation; raises what it is told to after them.

    A gate among the events holds the operation at that point. As with the real engine,
    a cancel before an operation has begun, or after it has ended, is not heeded.
    """

    before_up: Gate | None = None

    on_preview: Callable[[Change], Iterable[Event | Gate]] = lambda c: acts.preview(c.stack)
    on_up: Callable[[Change], Iterable[Event | Gate]] = lambda c: acts.deploy_done(
        c.stack, c.expected
    )
    preview_fault: Exception | None = None
    up_fault: Exception | None = None
    stacks_fault: Exception | None = None
    deployed: dict[str, str] = field(default_factory=lambda: {"dev": "0.1.2", "staging": "0.1.0"})
    cancels: int = 0
    unheeded: int = 0
    begun: bool = False
    on_cancel: Callable[[], None] = lambda: None
    previews: list[Change] = field(default_factory=list)
    ups: list[Change] = field(default_factory=list)

    def _replay(self, events: Iterable[Event | Gate], sink: Sink) -> Progress:
        progress = Progress()
        self.begun = True
        try:
            for event in events:
                if isinstance(event, Gate):
                    event.wait()
                    continue
                sink(event)
                progress = fold(progress, [event])
        finally:
            self.begun = False
        return progress

    def preview(self, change: Change, sink: Sink) -> Progress:
        self.previews.append(change)
        progress = self._replay(self.on_preview(change), sink)
        if self.preview_fault is not None:
            raise self.preview_fault
        return progress

    def up(self, change: Change, sink: Sink) -> Progress:
        self.ups.append(change)
        if self.before_up is not None:
            self.before_up.wait()
        progress = self._replay(self.on_up(change), sink)
        if self.up_fault is not None:
            raise self.up_fault
        self.deployed[change.stack] = change.source.label
        return progress

    def destroy(self, stack: str, sink: Sink) -> Progress:
        raise NotImplementedError

    def refresh(self, stack: str, sink: Sink) -> Progress:
        raise NotImplementedError

    def stacks(self) -> tuple[StackSummary, ...]:
        if self.stacks_fault is not None:
            raise self.stacks_fault
        when = datetime(2024, 1, 1, tzinfo=UTC)
        return tuple(
            StackSummary(name, 9, when, outputs={"version": version, "source": "registry"})
            for name, version in self.deployed.items()
        )

    def outputs(self, stack: str) -> Mapping[str, object]:
        return {}

    def history(self, stack: str, limit: int = 20) -> tuple[Update, ...]:
        return ()

    def cancel(self) -> bool:
        if not self.begun:
            self.unheeded += 1
            return False
        self.cancels += 1
        self.on_cancel()
        return True

    def running(self) -> Kind | None:
        return None


def details_for(version: Version) -> ChartDetails:
    """Return what a registry could say of a version; the number of days tells which."""
    days = 1 + sum(version.numbers)
    return ChartDetails(
        version,
        version.tag,
        digest="sha256:" + "1f" * 32,
        size=40_000 + 1_000 * days,
        name="philotes",
        app_version=version.text.partition("+")[0],
        created=datetime.fromtimestamp(acts.BEGAN - days * 86_400 - 60, UTC),
        description="Change data capture into Apache Iceberg",
    )


def before(version: Version) -> Known:
    """Return what could have been read of a version before, signatures apart."""
    return Known(details_for(version), signatures_known=False)


VALUES = """\
# Reaches all subcharts.
global:
  # dev, staging or production.
  environment: dev
api:
  enabled: true
  image:
    repository: ghcr.io/janovincze/philotes-api
"""


def inspection_of(release: Release, **others: Any) -> Inspection:
    """Return what could be in a version."""
    version = release.version
    worker = ChartContent("philotes-worker", version.text, values="replicas: 1\n")
    content = ChartContent(
        "philotes",
        version.text,
        app_version=version.text,
        metadata={"kubeVersion": ">=1.27-0"},
        values=VALUES,
        readme="# philotes\n\nChange data capture into Apache Iceberg.\n",
        templates={"templates/NOTES.txt": "Done.\n", "templates/checks.yaml": "a: 1\n"},
        dependencies=(
            Dependency("philotes-worker", version.text, alias="worker", content=worker),
            Dependency("lakekeeper", "^0.2", wanted="^0.2", condition="lakekeeper.enabled"),
        ),
    )
    images = (Image("api.image", f"ghcr.io/janovincze/philotes-api:{version}"),)
    given = {"details": details_for(version), "content": content, "images": images, **others}
    return Inspection(**given)


@dataclass
class ListedCharts:
    """A registry that lists these tags, or raises."""

    tags: tuple[str, ...] = TAGS
    fault: Exception | None = None
    digests: dict[str, str] = field(default_factory=dict)
    gate: Gate | None = None
    digest_gate: Gate | None = None
    notices: tuple[str, ...] = ()
    pinned_notices: tuple[str, ...] = ()
    moves: tuple[Moved, ...] = ()
    seen: CachedTags | None = None
    details: dict[str, ChartDetails | RegistryError] = field(default_factory=dict)
    kept: dict[str, Known] = field(default_factory=dict)
    kept_gate: Gate | None = None
    kept_by: threading.Thread | None = None
    found_moved: dict[str, Moved] = field(default_factory=dict)
    details_fault: Exception | None = None
    details_gate: Gate | None = None
    details_hold: Gate | None = None
    told_moved: list[Moved] = field(default_factory=list)
    slow: dict[str, Gate] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)
    inspected: dict[str, Inspection] = field(default_factory=dict)
    inspected_kept: dict[str, Inspection] = field(default_factory=dict)
    inspect_gate: Gate | None = None
    asked_for: list[str] = field(default_factory=list)
    open_streams: int = 0

    async def kept_details(self, releases: Sequence[Release]) -> Mapping[str, Known]:
        found = {r.tag: self.kept[r.tag] for r in releases if r.tag in self.kept}
        self.kept_by = threading.current_thread()
        if self.kept_gate is not None:
            self.kept_gate.wait()
        return found

    async def details_of(
        self, releases: Iterable[Release]
    ) -> AsyncGenerator[tuple[Release, Known], None]:
        self.open_streams += 1
        hold, self.details_hold = self.details_hold, None
        try:
            for release in self._slow_last(releases):
                if release.tag in self.slow:
                    await self.slow[release.tag].wait_beside()
                if self.details_gate is not None:
                    await self.details_gate.wait_beside()
                if hold is not None:
                    hold.wait()  # and no cancel is heeded meanwhile
                if self.details_fault is not None:
                    raise self.details_fault
                details = self.details.get(release.tag) or details_for(release.version)
                if isinstance(details, RegistryError):
                    yield release, Known(error=details)
                else:
                    yield release, Known(details, moved=self.found_moved.get(release.tag))
        finally:
            self.open_streams -= 1
            self.ended.set()

    def _slow_last(self, releases: Iterable[Release]) -> Iterator[Release]:
        """Ask for all, and give those that take long when nothing else is asked for."""
        late = []
        for release in releases:
            self.asked_for.append(release.tag)
            if release.tag in self.slow:
                late.append(release)
            else:
                yield release
        yield from late

    async def inspect(self, release: Release) -> Inspection:
        if self.inspect_gate is not None:
            await self.inspect_gate.wait_beside()
        if self.fault is not None:
            raise self.fault
        return self.inspected.get(release.tag) or inspection_of(release)

    async def inspect_kept(self, release: Release) -> Inspection | None:
        return self.inspected_kept.get(release.tag)

    async def moved(self) -> tuple[Moved, ...]:
        return self.moves

    def told(self, moved: Sequence[Moved]) -> None:
        self.told_moved += moved
        self.moves = tuple(each for each in self.moves if each not in moved)

    async def catalog(self) -> Catalog:
        if self.gate is not None:
            self.gate.wait()
        if self.fault is not None:
            raise self.fault
        return catalog_from_tags(self.tags)

    async def pinned(self, version: Version) -> Pinned:
        if self.digest_gate is not None:
            self.digest_gate.wait()
        if self.fault is not None:
            raise self.fault
        digest = self.digests.get(version.text, "sha256:" + "1f" * 32)
        return Pinned(digest, digest, self.pinned_notices)


@dataclass
class Stage:
    """Everything one test sets up; `app` is made of it."""

    engine: ReplayEngine = field(default_factory=ReplayEngine)
    charts: ListedCharts = field(default_factory=ListedCharts)
    registry: str = "oci://127.0.0.1:5000/charts"
    context: str = "philotes-demo"
    server: str = "https://127.0.0.1:6443"
    recorded: str = ""
    ca_file: Path | None = None
    cluster_fault: Exception | None = None
    target_fault: Exception | None = None
    stack: str = "dev"
    theme: str = ""
    demo: bool = False
    saved_themes: list[str] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    now: float = acts.BEGAN + 14.0

    def gate(self) -> Gate:
        made = Gate()
        self.gates.append(made)
        return made

    def target(self, stack: str) -> Target:
        if self.target_fault is not None:
            raise self.target_fault
        environment = {"prod": "production"}.get(stack, stack)
        return Target(
            stack,
            environment,
            "philotes",
            self.context,
            self.server,
            self.registry,
            cluster_id=self.recorded,
            ca_file=self.ca_file,
        )

    def probe(self, stack: str) -> str:
        if self.cluster_fault is not None:
            raise self.cluster_fault
        return "v1.34.0"

    def app(self) -> PhilotesApp:
        services = Services(
            stacks=("dev", "staging", "prod"),
            stack=self.stack,
            registry=self.registry,
            target=self.target,
            charts=lambda _: self.charts,
            seen=lambda _: self.charts.seen,
            engine=lambda: self.engine,
            local_charts=Path("/srv/philotes/charts/philotes"),
            log_file=Path("/var/log/philotes-tui.log"),
            theme=self.theme,
            save_theme=self.saved_themes.append,
            demo=self.demo,
            probe_cluster=self.probe,
        )
        return HeldApp(services, self)


class HeldApp(PhilotesApp):
    """Opens all gates when it ends, so that no thread outlives a test."""

    def __init__(self, services: Services, stage: Stage) -> None:
        super().__init__(services, clock=lambda: stage.now)
        self._stage = stage

    def on_unmount(self) -> None:
        for gate in self._stage.gates:
            gate.open()


async def until(pilot: Pilot[Any], fact: Callable[[], object], what: str = "") -> None:
    """Let the program run until a fact holds; fails after some thousand turns."""
    for _ in range(3_000):
        if fact():
            await pilot.pause()
            return
        await pilot.pause(0.005)
    raise AssertionError(f"never came true: {what or fact}")


def screen_text(app: PhilotesApp) -> str:
    """Return what the terminal shows, as lines of text."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(s.text for s in strip)[:width] for strip in strips[:height])

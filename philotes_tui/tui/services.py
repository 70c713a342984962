"""What the screens are given. The command line wires it; nothing here does I/O."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from philotes_tui.engine import Engine, Target
from philotes_tui.releases import CachedTags, Catalog, Moved, Pinned, Release, Version
from philotes_tui.tui.detailed import Known
from philotes_tui.tui.inspection import Inspection


class Charts(Protocol):
    """The published versions of the umbrella chart in one registry."""

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences for the operator, collected while the registry was asked: foreign text."""
        ...

    async def catalog(self) -> Catalog:
        """Return all versions; raises RegistryError."""
        ...

    async def moved(self) -> tuple[Moved, ...]:
        """Return which tags name other content than before; raises RegistryError."""
        ...

    def told(self, moved: Sequence[Moved]) -> None:
        """Compare with these digests from now on. Blocking."""
        ...

    async def kept_details(self, releases: Sequence[Release]) -> Mapping[str, Known]:
        """Return what is known of those versions that were read before, by tag; asks nobody."""
        ...

    def details_of(
        self, releases: Iterable[Release]
    ) -> AsyncGenerator[tuple[Release, Known], None]:
        """Yield what becomes known of each version; raises RegistryError for what concerns all."""
        ...

    async def inspect(self, release: Release) -> Inspection:
        """Return all that is known of a version, asked of the registry; raises RegistryError."""
        ...

    async def inspect_kept(self, release: Release) -> Inspection | None:
        """Return a version as it was read before, or None; asks nobody."""
        ...

    async def pinned(self, version: Version) -> Pinned:
        """Return what the version's tag names now.

        Raises:
            VersionNotFound: The tag is gone.
            RegistryError: The registry does not answer usefully, or it is not a chart.
        """
        ...


@dataclass(frozen=True)
class Services:
    """Everything a screen may call.

    Attributes:
        stacks: The names of the stacks, in the order of promotion.
        stack: The stack selected at the start.
        registry: The registry shown until the stack's target is read.
        target: Reads a stack file and the kubeconfig. Blocking; raises SettingsError.
        charts: Opens a registry client. Cheap to call, but imports: call it in a worker.
        seen: Returns what a registry listed when it was last asked, or None. Blocking, and
            quick: it asks nobody.
        engine: Returns the one engine. Imports Pulumi: call it in a thread worker.
        local_charts: The charts of the local mode.
        local_digest: Returns the digest of their content now. Blocking; raises SettingsError.
        log_file: Where details of errors go.
        theme: The name of the theme to start with, or empty.
        save_theme: Remembers the theme.
        demo: Whether this is the demo.
        require_cluster: Makes sure that a stack has a cluster at all. Blocking; raises
            ContextUnknown or SettingsError.
        probe_cluster: Asks the cluster of a stack for its version. Blocking; raises
            ClusterError or SettingsError.
    """

    stacks: tuple[str, ...]
    stack: str
    registry: str
    target: Callable[[str], Target]
    charts: Callable[[Target], Charts]
    engine: Callable[[], Engine]
    local_charts: Path
    log_file: Path
    theme: str = ""
    save_theme: Callable[[str], None] = lambda _: None
    demo: bool = False
    require_cluster: Callable[[str], None] = lambda _: None
    local_digest: Callable[[], str] = lambda: ""
    probe_cluster: Callable[[str], str] = lambda _: ""
    seen: Callable[[Target], CachedTags | None] = lambda _: None

"""Where a deploy takes its chart from."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from philotes_tui.releases.version import Version


@dataclass(frozen=True)
class Pinned:
    """What a version's tag names at one moment.

    Attributes:
        digest: Of the chart's own manifest, which is what is deployed.
        named: The digest that the tag names: of an index perhaps, which the engine does not read.
        notices: What whoever approves should know of the chart, cleaned.
    """

    digest: str
    named: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class RegistryChart:
    """A published version of the umbrella chart.

    Attributes:
        registry: The OCI folder of the charts, `oci://host/path`, without the chart's name.
        version: The chart version.
        digest: The digest of the chart's own manifest at the time of the preview, `sha256:…`,
            where known.
        plain_http: Whether the registry is spoken to without TLS.
        ca_file: The PEM file of authorities to trust for the registry besides the system's,
            an absolute path.
        notices: What whoever approves should know of it, cleaned.
    """

    registry: str
    version: Version
    digest: str | None = None
    plain_http: bool = False
    ca_file: Path | None = None
    notices: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How screens and sentences name this source."""
        return str(self.version)


@dataclass(frozen=True)
class LocalChart:
    """The umbrella chart of a checkout, for development.

    Attributes:
        path: Where it stands.
        digest: The digest of its content, dependencies included, at the time of the preview.
    """

    path: Path
    digest: str = ""

    @property
    def label(self) -> str:
        """How screens and sentences name this source."""
        return "local charts"

    @property
    def notices(self) -> tuple[str, ...]:
        """Nothing: what a checkout holds is under its operator's eyes."""
        return ()


ChartSource: TypeAlias = RegistryChart | LocalChart

"""What happened, told by widgets and workers to the screens that own the state."""

from dataclasses import dataclass

from textual.message import Message

from philotes_tui.engine import StackSummary, Target
from philotes_tui.errors import PhilotesError
from philotes_tui.releases import Catalog, Moved
from philotes_tui.tui.resolution import Resolved
from philotes_tui.tui.version_text import VersionText


@dataclass
class TargetRead(Message):
    """A stack's destination was read."""

    stack: str
    target: Target


@dataclass
class TargetUnreadable(Message):
    """A stack's destination could not be read."""

    stack: str
    error: PhilotesError


@dataclass
class StacksRead(Message):
    """The backend told what is deployed where."""

    stacks: tuple[StackSummary, ...]


@dataclass
class StacksUnreadable(Message):
    """The backend could not be asked."""

    error: PhilotesError


@dataclass
class CatalogSeen(Message):
    """The versions that a registry listed when it was last asked were read.

    Attributes:
        target: Whose registry.
        catalog: The versions.
        seen_at: When it listed them, in seconds since 1970.
    """

    target: Target
    catalog: Catalog
    seen_at: float


@dataclass
class CatalogRead(Message):
    """The registry listed its versions."""

    target: Target
    catalog: Catalog
    notices: tuple[str, ...]


@dataclass
class CatalogUnreadable(Message):
    """The registry could not be asked."""

    target: Target
    error: PhilotesError
    notices: tuple[str, ...]


@dataclass
class TagsMoved(Message):
    """The digests of versions were compared with those seen before."""

    target: Target
    moved: tuple[Moved, ...]
    notices: tuple[str, ...]


@dataclass
class ResourceHighlighted(Message):
    """The cursor of a resource tree came to rest on a resource."""

    urn: str


@dataclass
class Resolution(Message):
    """A version was pinned to a destination and a digest, or could not be.

    Attributes:
        before_deploy: Whether this was the second look, right before a deploy.
    """

    resolved: Resolved | None
    error: PhilotesError | None
    before_deploy: bool


@dataclass
class FilterTyped(Message):
    """A filter was changed."""

    wanted: str


@dataclass
class FilterClosed(Message):
    """A filter was kept or cleared, and the list is to have the focus again."""


@dataclass
class Inspected(Message):
    """A version was looked into."""

    text: VersionText


@dataclass
class InspectionFailed(Message):
    """A version could not be looked into."""

    error: PhilotesError

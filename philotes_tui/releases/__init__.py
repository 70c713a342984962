"""Chart versions, what they hold, and where a deploy takes its chart from.

Pure values, no I/O.
"""

from philotes_tui.releases.catalog import Catalog, OtherTag, Release, catalog_from_tags
from philotes_tui.releases.changes import CachedTags, Gone, Moved, New, TagChange, changes
from philotes_tui.releases.constraint import ALL_CHANNELS, Constraint, in_channel, newest
from philotes_tui.releases.constraint_error import InvalidConstraint
from philotes_tui.releases.content import ChartContent, Dependency
from philotes_tui.releases.details import ChartDetails, Signature
from philotes_tui.releases.loopback import address_of, is_loopback, is_loopback_host
from philotes_tui.releases.source import ChartSource, LocalChart, Pinned, RegistryChart
from philotes_tui.releases.version import STABLE, Version

__all__ = [
    "ALL_CHANNELS",
    "STABLE",
    "CachedTags",
    "Catalog",
    "ChartContent",
    "ChartDetails",
    "ChartSource",
    "Constraint",
    "Dependency",
    "Gone",
    "InvalidConstraint",
    "LocalChart",
    "Moved",
    "New",
    "OtherTag",
    "Pinned",
    "RegistryChart",
    "Release",
    "Signature",
    "TagChange",
    "Version",
    "address_of",
    "catalog_from_tags",
    "changes",
    "in_channel",
    "is_loopback",
    "is_loopback_host",
    "newest",
]

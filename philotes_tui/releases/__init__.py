"""Chart versions and where a deploy takes its chart from. Pure values, no I/O."""

from philotes_tui.releases.catalog import Catalog, OtherTag, Release, catalog_from_tags
from philotes_tui.releases.content import ChartContent, Dependency
from philotes_tui.releases.source import ChartSource, LocalChart, RegistryChart, is_loopback
from philotes_tui.releases.version import Version

__all__ = [
    "Catalog",
    "ChartContent",
    "ChartSource",
    "Dependency",
    "LocalChart",
    "OtherTag",
    "RegistryChart",
    "Release",
    "Version",
    "catalog_from_tags",
    "is_loopback",
]

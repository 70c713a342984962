"""Which published versions come nearest to one that is not published. Pure."""

from bisect import bisect_left

from philotes_tui.releases.catalog import Catalog
from philotes_tui.releases.version import Version

NAMED = 3
"""Versions that are named."""


def nearest(catalog: Catalog, version: Version, count: int = NAMED) -> tuple[Version, ...]:
    """Return the published versions nearest to a version.

    Those that mean the same come before all others, such as `v1.2.3` and `1.2.3`; then its
    neighbours below and above in turn, newest first. Pre-releases are left out for a stable
    version where there are stable ones.

    Args:
        catalog: What is published.
        version: What is not.
        count: How many at most.
    """
    others = [other.version for other in catalog.others if other.version is not None]
    everything = sorted([*(release.version for release in catalog.releases), *others])
    same = [each for each in everything if each.precedence == version.precedence]
    stable = [each for each in everything if not each.is_prerelease]
    offered = stable if stable and not version.is_prerelease else everything
    offered = [each for each in offered if each not in same]
    place = bisect_left(offered, version)
    below, above = offered[:place][::-1], offered[place:]
    turns = [
        each for step in range(count) for each in (*below[step : step + 1], *above[step : step + 1])
    ]
    same = same[::-1][:count]
    return (*same, *sorted(turns[: count - len(same)], reverse=True))

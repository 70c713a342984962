"""What a version is pinned to for a preview or a deploy, read where its tag leads."""

from philotes_tui.registry import ChartRegistry
from philotes_tui.releases import Pinned, Release, Version
from philotes_tui.releases.naming import called_otherwise


async def pinned(charts: ChartRegistry, wanted: Release | Version) -> Pinned:
    """Return what a version names now: two requests, one where its config is kept.

    What an index lists costs one more each until it is kept. The provider takes what a digest
    names for the chart itself and reads no index, which `helm pull` does.

    Raises:
        VersionNotFound: It is not published (any more).
        RegistryError: The registry does not answer usefully, or it is not a chart.
        SettingsError: A file of logins or a proxy setting is broken.
    """
    details = await charts.details(wanted, signatures=False)
    name, chart = details.version.text, charts.repository.chart
    notices = [f"{name} names a chart that {said}." for said in called_otherwise(details, chart)]
    return Pinned(details.chart_digest, details.digest, tuple(notices))

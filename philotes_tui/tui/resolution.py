"""What a preview is of, exactly, and whether it still is when the deploy begins."""

import asyncio
from dataclasses import dataclass

from philotes_tui.engine import Target
from philotes_tui.errors import PhilotesError, ReleaseMoved
from philotes_tui.releases import ChartSource, LocalChart, RegistryChart, Version
from philotes_tui.tui.services import Services


@dataclass(frozen=True)
class Resolved:
    """A destination and a chart, pinned.

    Attributes:
        target: Where it goes.
        source: What goes there; a registry chart carries its digest.
    """

    target: Target
    source: ChartSource


def resolve(services: Services, stack: str, version: Version | None) -> Resolved:
    """Return what a version, or None for the local charts, means on a stack right now.

    Blocking: reads files and asks the registry.

    Raises:
        SettingsError: The stack file or the kubeconfig is wrong.
        ContextUnknown: The stack's cluster is in no kubeconfig.
        VersionNotFound: The version vanished since it was listed.
        RegistryError: The registry does not answer usefully.
    """
    target = services.target(stack)
    services.require_cluster(stack)
    if version is None:
        return Resolved(target, LocalChart(services.local_charts))

    async def digest() -> str:
        return await services.charts(target).digest(version)

    pinned = asyncio.run(digest())
    return Resolved(
        target, RegistryChart(target.registry, version, pinned, plain_http=target.plain_http)
    )


def moved(before: Resolved, now: Resolved) -> PhilotesError | None:
    """Return why what was approved is no longer what a deploy would do, or None."""
    if before.target != now.target:
        return PhilotesError(
            "The destination changed since the preview",
            on=before.target.stack,
            said=_difference(before.target, now.target),
            todo="Preview again and approve what you see then.",
        )
    if before.source == now.source:
        return None
    was, is_now = _digest(before.source), _digest(now.source)
    return ReleaseMoved(
        f"Version {before.source.label} is no longer what was previewed",
        on=before.target.registry,
        said=f"the tag pointed to {was} and now points to {is_now}",
        todo="Preview again and approve what you see then.",
    )


def _digest(source: ChartSource) -> str:
    return (source.digest if isinstance(source, RegistryChart) else None) or "no digest"


def _difference(before: Target, now: Target) -> str:
    """Return which parts of a destination differ."""
    parts = []
    for name in ("context", "server", "namespace", "registry", "environment"):
        old, new = getattr(before, name), getattr(now, name)
        if old != new:
            parts.append(f"{name} was {old or 'none'} and is {new or 'none'} now")
    return "; ".join(parts) or "the kubeconfig or the stack file was edited"

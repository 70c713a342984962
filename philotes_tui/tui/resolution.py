"""Looks up what a preview is of, exactly."""

import asyncio

from philotes_tui.engine import StackSummary
from philotes_tui.engine.approval import Resolved, moved, state_of
from philotes_tui.releases import LocalChart, Pinned, RegistryChart, Version
from philotes_tui.tui.services import Services

__all__ = ["Resolved", "moved", "resolve"]


def resolve(services: Services, stack: str, version: Version | None) -> Resolved:
    """Return what a version, or None for the local charts, means on a stack right now.

    Blocking: reads files, asks the registry, and the backend what the stack holds.

    Raises:
        SettingsError: The stack file or the kubeconfig is wrong.
        ContextUnknown: The stack's cluster is in no kubeconfig.
        VersionNotFound: The version vanished since it was listed.
        RegistryError: The registry does not answer usefully, or the tag names no chart.
        ToolError, BackendUnavailable: The engine cannot tell what is deployed.
    """
    target = services.target(stack)
    services.require_cluster(stack)
    if version is None:
        source = LocalChart(services.local_charts, services.local_digest())
        return Resolved(target, source, _state(services, stack))

    async def pin() -> Pinned:
        return await services.charts(target).pinned(version)

    found = asyncio.run(pin())
    chart = RegistryChart(
        target.registry,
        version,
        found.digest,
        target.plain_http,
        target.ca_file,
        found.notices,
    )
    return Resolved(target, chart, _state(services, stack))


def _state(services: Services, stack: str) -> StackSummary:
    return state_of(stack, services.engine().stacks())

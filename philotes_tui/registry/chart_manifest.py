"""Which manifest is the Helm chart's, and what it says of the chart without its archive."""

from collections.abc import Awaitable, Callable, Sequence

from philotes_tui.errors import ChartUnusable, VersionNotFound
from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.media_types import (
    DOCKER_MANIFEST,
    HELM_CHART,
    HELM_CONFIG,
    HELM_PROVENANCE,
    NESTING,
    OCI_MANIFEST,
)
from philotes_tui.registry.reference import Reference

Read = Callable[[Reference], Awaitable[Manifest]]
"""Reads one manifest by its digest."""

_READ = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})
_MOST_LISTED = 64


async def choose(named: Manifest, reference: Reference, read: Read) -> Manifest:
    """Return the manifest of the one Helm chart that a manifest is, or that an index lists.

    All that an index lists is read, as Helm takes what it finds in any of it.

    Raises:
        ChartUnusable: It is not a chart, the index lists several or something that is not
            there, or Helm may take another archive than is read here.
    """
    if not named.is_index and not is_chart(named):
        raise _not_a_chart(reference, _described(named))
    found = await _listed(named, reference, read) if named.is_index else [named]
    charts = [manifest for manifest in found if is_chart(manifest)]
    if len(charts) != 1:
        raise _not_a_chart(reference, f"it is an index that lists {len(charts)} charts")
    if said := _ambiguous(charts[0], [*found, *([named] if named.is_index else [])]):
        raise _not_one_chart(reference, said)
    return charts[0]


async def _listed(index: Manifest, reference: Reference, read: Read) -> list[Manifest]:
    entries = [each for each in index.manifests if each.media_type in _READ]
    if len(entries) > _MOST_LISTED:
        raise _not_one_chart(reference, f"it is an index that lists {len(entries)} manifests")
    try:
        return [await read(Reference(reference.repository, digest=each.digest)) for each in entries]
    except VersionNotFound as error:
        said = "it is an index that lists a manifest which is not there"
        raise _not_one_chart(reference, said) from error


def _ambiguous(chart: Manifest, found: Sequence[Manifest]) -> str:
    """Return why Helm may take another archive than is read here, or nothing.

    Helm copies whatever a manifest or index leads to, and takes of each type what came last
    (helm/helm:pkg/registry/client.go, `processChartPull`): of several that is chance. A
    provenance file says nothing of which one is meant.

    Args:
        chart: The one that is meant.
        found: Everything that was read on the way to it, itself included.
    """
    if chart.config is None or chart.config.media_type != HELM_CONFIG:
        return f"its config is not of the type {HELM_CONFIG}, which Helm wants"
    read = {manifest.digest for manifest in found}
    led = [each for manifest in found for each in _led_to(manifest)]
    held = [each for each in led if each.media_type not in _READ or each.digest not in read]
    if any(each.media_type in NESTING for each in held):
        return "it leads to another manifest, and Helm takes what that one holds as well"
    types = [each.media_type for each in held]
    for wanted, name in (
        (HELM_CHART, "archives"),
        ((HELM_PROVENANCE,), "provenance files"),
        ((HELM_CONFIG,), "configs"),
    ):
        if (count := sum(each in wanted for each in types)) > 1:
            return f"it has {count} {name}, and Helm takes one of them"
    return ""


def _led_to(manifest: Manifest) -> tuple[Descriptor, ...]:
    """Return all that a manifest points at (oras-project/oras-go:content/graph.go)."""
    ones = (each for each in (manifest.config, manifest.subject) if each is not None)
    return (*ones, *manifest.layers, *manifest.manifests)


def is_chart(manifest: Manifest) -> bool:
    """Whether a manifest is that of a Helm chart (helm/helm:pkg/registry/constants.go)."""
    config = manifest.config.media_type if manifest.config else ""
    return config == HELM_CONFIG or manifest.layer(*HELM_CHART) is not None


def _described(manifest: Manifest) -> str:
    config = manifest.config.media_type if manifest.config else ""
    kind = manifest.artifact_type or config or manifest.media_type
    return f"it is of the type {kind}"


def _not_one_chart(reference: Reference, said: str) -> ChartUnusable:
    return ChartUnusable(
        f"{reference} is not the manifest of one chart",
        said=said,
        todo="Do not deploy it as it is; have it published again with `helm push`.",
    )


def _not_a_chart(reference: Reference, said: str) -> ChartUnusable:
    return ChartUnusable(
        f"{reference} is not a Helm chart",
        said=said,
        todo="Check the address and the name of the chart.",
    )

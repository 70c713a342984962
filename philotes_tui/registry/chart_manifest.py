"""Which manifest is the Helm chart's, and what it says of the chart without its archive."""

from collections.abc import Awaitable, Callable

from philotes_tui.errors import RegistryError, VersionNotFound
from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.media_types import (
    HELM_CHART,
    HELM_CONFIG,
    HELM_PROVENANCE,
    MANIFEST_TYPES,
    NESTING,
)
from philotes_tui.registry.reference import Reference

Read = Callable[[Reference], Awaitable[Manifest]]
"""Reads one manifest by its digest."""

_MOST_CANDIDATES = 16


async def choose(named: Manifest, reference: Reference, read: Read) -> Manifest:
    """Return the manifest of the one Helm chart that a manifest is, or that an index lists.

    An entry that says its artifact type is taken or left by that; of those that do not,
    the manifests are read. What an index lists and is gone is no chart.

    Raises:
        RegistryError: It is not a chart, the index lists several, or Helm may take another
            archive of it than is read here.
    """
    charts = [named] if is_chart(named) else []
    if named.is_index:
        found = [await _entry(_at(reference, entry), read) for entry in _candidates(named)]
        charts = [manifest for manifest in found if manifest is not None and is_chart(manifest)]
    if len(charts) == 1:
        if said := _ambiguous(charts[0]):
            raise _not_one_chart(reference, said)
        return charts[0]
    if named.is_index:
        raise _not_a_chart(reference, f"it is an index that lists {len(charts)} charts")
    raise _not_a_chart(reference, _described(named))


async def _entry(reference: Reference, read: Read) -> Manifest | None:
    try:
        return await read(reference)
    except VersionNotFound:
        return None


def _ambiguous(chart: Manifest) -> str:
    """Return why Helm may take another archive than is read here, or nothing.

    Helm copies whatever a manifest leads to, and takes of each type what came last
    (helm/helm:pkg/registry/client.go, `processChartPull`): of several that is chance. A
    provenance file says nothing of which one is meant.
    """
    held = [*([chart.config] if chart.config else []), *chart.layers]
    if any(each.media_type in NESTING for each in held):
        return "it holds another manifest, of which Helm takes what it holds as well"
    if chart.subject is not None:
        return "it belongs to another manifest, of which Helm takes what it holds as well"
    types = [each.media_type for each in held]
    if chart.config is None or chart.config.media_type != HELM_CONFIG:
        return f"its config is not of the type {HELM_CONFIG}, which Helm wants"
    for wanted, name in ((HELM_CHART, "archives"), ((HELM_PROVENANCE,), "provenance files")):
        if (count := sum(each in wanted for each in types)) > 1:
            return f"it has {count} {name}, and Helm takes one of them"
    if types.count(HELM_CONFIG) > 1:
        return "it has several configs, and Helm takes one of them"
    return ""


def is_chart(manifest: Manifest) -> bool:
    """Whether a manifest is that of a Helm chart (helm/helm:pkg/registry/constants.go)."""
    config = manifest.config.media_type if manifest.config else ""
    return config == HELM_CONFIG or manifest.layer(*HELM_CHART) is not None


def _candidates(index: Manifest) -> tuple[Descriptor, ...]:
    listed = [entry for entry in index.manifests if entry.media_type in MANIFEST_TYPES]
    told = tuple(entry for entry in listed if entry.artifact_type == HELM_CONFIG)
    open_ones = (entry for entry in listed if not entry.artifact_type)
    return (told or tuple(open_ones))[:_MOST_CANDIDATES]


def _at(reference: Reference, entry: Descriptor) -> Reference:
    return Reference(reference.repository, digest=entry.digest)


def _described(manifest: Manifest) -> str:
    config = manifest.config.media_type if manifest.config else ""
    kind = manifest.artifact_type or config or manifest.media_type
    return f"it is of the type {kind}"


def _not_one_chart(reference: Reference, said: str) -> RegistryError:
    return RegistryError(
        f"{reference} is not the manifest of one chart",
        said=said,
        todo="Do not deploy it as it is; have it published again with `helm push`.",
    )


def _not_a_chart(reference: Reference, said: str) -> RegistryError:
    return RegistryError(
        f"{reference} is not a Helm chart",
        said=said,
        todo="Check the address and the name of the chart.",
    )

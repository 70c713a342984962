"""Which manifest is the Helm chart's, and what it says of the chart without its archive."""

from collections.abc import Awaitable, Callable

from philotes_tui.errors import RegistryError
from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.media_types import HELM_CHART, HELM_CONFIG, MANIFEST_TYPES
from philotes_tui.registry.reference import Reference

Read = Callable[[Reference], Awaitable[Manifest]]
"""Reads one manifest by its digest."""

_MOST_CANDIDATES = 16


async def choose(named: Manifest, reference: Reference, read: Read) -> Manifest:
    """Return the manifest of the one Helm chart that a manifest is, or that an index lists.

    An entry that says its artifact type is taken or left by that; of those that do not,
    the manifests are read.

    Raises:
        RegistryError: It is not a chart, or the index lists several.
    """
    if not named.is_index:
        if is_chart(named):
            return named
        raise _not_a_chart(reference, _described(named))
    found = [await read(_at(reference, entry)) for entry in _candidates(named)]
    charts = [manifest for manifest in found if is_chart(manifest)]
    if len(charts) == 1:
        return charts[0]
    raise _not_a_chart(reference, f"it is an index that lists {len(charts)} charts")


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


def _not_a_chart(reference: Reference, said: str) -> RegistryError:
    return RegistryError(
        f"{reference} is not a Helm chart",
        said=said,
        todo="Check the address and the name of the chart.",
    )

"""Which signatures a registry holds for a version."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from philotes_tui.errors import RegistryError, VersionNotFound
from philotes_tui.registry.client import RegistryClient
from philotes_tui.registry.concurrently import as_answered
from philotes_tui.registry.deadline import is_late, most_of_it
from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.keeping import keeping
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.media_types import (
    COSIGN_SIGNATURE,
    HELM_PROVENANCE,
    NOTATION_SIGNATURE,
    OCI_EMPTY,
    OCI_MANIFEST,
    SIGSTORE_BUNDLE,
)
from philotes_tui.registry.reference import Reference, Repository
from philotes_tui.registry.referrers import Referrers, cosign_tag, fallback_tag
from philotes_tui.registry.silence import UNANSWERED
from philotes_tui.registry.source import BlobStore
from philotes_tui.releases import Signature
from philotes_tui.releases.details import ATTESTATION, COSIGN, NOTATION, PROVENANCE, SIGSTORE

AT_ONCE = 8
"""How much of what is attached to a version is read at a time."""
_MOST = 64
_UNTOLD = frozenset({"", OCI_EMPTY})
_PREDICATE = "dev.sigstore.bundle.predicateType"
_SIGNING = "sigstore.dev/cosign/sign"


class SignatureFinder:
    """Finds signatures with as few requests as the registry allows.

    The referrers API costs one request for each version. The first of them finds out
    whether the registry has it at all; without it, the tags that are known already tell
    for nothing which versions have something attached.

    Args:
        client: Asks.
        repository: Where.
        tags: All tags of the repository, where they are known.
        api: Whether the registry has the referrers API, where that is known.
        blobs: Keeps what is attached, so that it is read once.
    """

    def __init__(
        self,
        client: RegistryClient,
        repository: Repository,
        *,
        tags: Collection[str] | None = None,
        api: bool | None = None,
        blobs: BlobStore | None = None,
    ) -> None:
        self.api = api
        self._client = client
        self._source = keeping(client, blobs)
        self._repository = repository
        self._tags = frozenset(tags) if tags is not None else None
        self._first = asyncio.Lock()

    async def find(self, manifest: Manifest, digest: str) -> tuple[Signature, ...]:
        """Return what belongs to a chart.

        Args:
            manifest: The chart's own.
            digest: The one that its tag names, which is what gets signed.

        Raises:
            RegistryError: The registry failed or refused.
        """
        return (
            *(found := (*provenance(manifest), *await self._cosign(digest))),
            *await self._attached(digest, others=bool(found)),
        )

    async def _attached(self, digest: str, *, others: bool) -> tuple[Signature, ...]:
        """Return the signatures among what is listed as belonging to a digest.

        What is listed and gone is none. What cannot be read, or not in time, may be one, so that
        it counts where there is no other.
        """
        told, untold = signing((await self._referrers(digest)).descriptors)
        told_of = [*filter(None, map(by_artifact_type, told))]
        found, unknown = await self._by_own_word(untold)
        if unknown is not None and not (found or told_of or others):
            raise unknown
        return (*told_of, *found)

    async def _by_own_word(
        self, untold: Sequence[Descriptor]
    ) -> tuple[list[Signature], RegistryError | None]:
        """Return the signatures among what does not say what it is, as they are listed.

        And why it is not known whether there are more.
        """
        found: dict[str, Signature] = {}
        unknown = _too_many(len(untold)) if len(untold) > _MOST else None
        try:
            async with (
                most_of_it(self._repository.url),
                aclosing(as_answered(self._told, untold[:_MOST], AT_ONCE)) as answers,
            ):
                async for each in answers:
                    if isinstance(each, RegistryError):
                        unknown = each
                    elif each is not None:
                        found[each.digest] = each
        except RegistryError as error:
            if not is_late(error):
                raise
            unknown = error
        return [found[each.digest] for each in untold if each.digest in found], unknown

    async def _told(self, descriptor: Descriptor) -> Signature | RegistryError | None:
        """Return what something is by its own word, which cosign leaves out of the fallback tag.

        None where it is no signature or gone, and what is wrong with it where it cannot be read.
        """
        reference = Reference(self._repository, digest=descriptor.digest)
        try:
            manifest = await self._source.manifest(reference)
        except VersionNotFound:
            return None
        except UNANSWERED:
            raise
        except RegistryError as error:
            return error
        kind = kind_of(manifest)
        return by_artifact_type(
            replace(descriptor, artifact_type=kind, annotations=manifest.annotations)
        )

    async def _cosign(self, digest: str) -> tuple[Signature, ...]:
        """Return the signature under cosign's tag for a digest (cosign:specs/SIGNATURE_SPEC.md)."""
        tag = cosign_tag(digest)
        if tag is None:
            return ()
        if self._tags is not None:
            return (Signature(COSIGN, tag=tag),) if tag in self._tags else ()
        try:
            held = await self._client.head_digest(self._repository.with_tag(tag))
        except VersionNotFound:
            return ()
        return (Signature(COSIGN, held, tag),)

    async def _referrers(self, digest: str) -> Referrers:
        if self.api is None:
            async with self._first:
                if self.api is None:
                    return await self._ask(digest)
        return await self._ask(digest)

    async def _ask(self, digest: str) -> Referrers:
        untagged = self._tags is not None and fallback_tag(digest) not in self._tags
        if self.api is False and untagged:
            return Referrers(supported=False)
        found = await self._client.referrers(
            self._repository, digest, api=self.api, tag=not untagged
        )
        self.api = self.api or found.supported
        return found


def provenance(manifest: Manifest) -> tuple[Signature, ...]:
    """Return the provenance file among a chart's layers."""
    layer = manifest.layer(HELM_PROVENANCE)
    return () if layer is None else (Signature(PROVENANCE, layer.digest),)


def signing(
    descriptors: Sequence[Descriptor],
) -> tuple[tuple[Descriptor, ...], tuple[Descriptor, ...]]:
    """Return which referrers are signatures by their own word, and which do not say what they are.

    All else, whatever its number, is passed over: whoever may push can attach it to any chart.
    """
    told = (each for each in descriptors if by_artifact_type(each) is not None)
    untold = (
        each
        for each in descriptors
        if each.artifact_type in _UNTOLD and each.media_type in {"", OCI_MANIFEST}
    )
    return tuple(told), tuple(untold)


def by_artifact_type(descriptor: Descriptor) -> Signature | None:
    """Return what kind of signature a referrer is, or None where it is something else."""
    kind = descriptor.artifact_type
    if kind.startswith(SIGSTORE_BUNDLE):
        bundled = ATTESTATION if attests(descriptor.annotations) else SIGSTORE
        return Signature(bundled, descriptor.digest, artifact_type=kind)
    if kind == COSIGN_SIGNATURE:
        return Signature(COSIGN, descriptor.digest, artifact_type=kind)
    if kind == NOTATION_SIGNATURE:
        return Signature(NOTATION, descriptor.digest, artifact_type=kind)
    return None


def attests(annotations: Mapping[str, str]) -> bool:
    """Whether a bundle says that it is a statement and no signature of the chart."""
    predicate = annotations.get(_PREDICATE, "")
    return bool(predicate) and _SIGNING not in predicate


def kind_of(manifest: Manifest) -> str:
    """Return what a manifest is of; where it does not say so, its config does."""
    return manifest.artifact_type or (manifest.config.media_type if manifest.config else "")


def _too_many(count: int) -> RegistryError:
    return RegistryError(
        "Whether this is signed is not known",
        said=f"{count} things are attached to it that do not say what they are,"
        f" and {_MOST} of them were read",
        todo="Have what is not needed removed from the registry.",
    )

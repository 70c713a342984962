"""What cosign stored beside a chart, with its bytes."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from philotes_tui.errors import RegistryError, VersionNotFound
from philotes_tui.registry.client import RegistryClient
from philotes_tui.registry.concurrently import as_answered
from philotes_tui.registry.deadline import is_late, most_of_it
from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.keeping import keeping
from philotes_tui.registry.kept import KeptCharts
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.media_types import NOTATION_SIGNATURE, SIGSTORE_BUNDLE
from philotes_tui.registry.reference import Reference, Repository
from philotes_tui.registry.referrers import cosign_tag
from philotes_tui.registry.signatures import AT_ONCE, attests, kind_of, signing
from philotes_tui.registry.silence import UNANSWERED
from philotes_tui.registry.source import BlobStore, Source
from philotes_tui.releases.details import ALL_READ, Unread

SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
"""The payload of a signature of cosign before version 3 (cosign:specs/SIGNATURE_SPEC.md)."""

_MOST_MANIFESTS = 64
_MOST_LAYERS = 64
_LARGEST = 1024 * 1024

Asked = TypeVar("Asked")


@dataclass(frozen=True)
class SignedLayer:
    """A layer of a manifest that belongs to a chart.

    Attributes:
        media_type: What it is, a bundle or a payload.
        content: Its bytes, their digest checked.
        annotations: By name.
    """

    media_type: str
    content: bytes = field(repr=False)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SignedContent:
    """All that cosign stored for one digest.

    Attributes:
        manifests: Digests of the manifests that belong to it, in order.
        layers: The signatures in them.
        unread: What else there is.
    """

    manifests: tuple[str, ...] = ()
    layers: tuple[SignedLayer, ...] = ()
    unread: Unread = ALL_READ


async def signed_content(
    client: RegistryClient, repository: Repository, digest: str, blobs: BlobStore | None
) -> SignedContent:
    """Return all that cosign stored for a digest: two requests, and two for each new signature.

    Whoever may push can attach anything to a chart. What cannot be read, or not in time, is told
    of, and the others are read.

    Args:
        client: Asks.
        repository: Where.
        digest: That the chart's tag names.
        blobs: Keeps what is read, so that `kept_content` finds it.

    Raises:
        RegistryError: The registry failed or refused.
    """
    reading = _Reading(keeping(client, blobs), repository, ends=UNANSWERED)
    told, untold = signing((await client.referrers(repository, digest)).descriptors)
    wanted = [each for each in told if each.artifact_type != NOTATION_SIGNATURE]
    reading.note(Unread(notation=len(wanted) < len(told)))
    wanted += untold
    references = [Reference(repository, digest=each.digest) for each in wanted[:_MOST_MANIFESTS]]
    if tag := cosign_tag(digest):
        references.append(repository.with_tag(tag))
    await reading.add(references)
    if len(wanted) > _MOST_MANIFESTS:
        reading.note(Unread(_cut(len(wanted), _MOST_MANIFESTS)))
    return reading.content()


async def kept_content(
    blobs: BlobStore, repository: Repository, manifests: Sequence[str]
) -> SignedContent:
    """Return what `signed_content` kept of these manifests, without asking anybody.

    What is not kept (any more) is told of as what could not be read.
    """
    reading = _Reading(KeptCharts(blobs, {}), repository, ends=())
    await reading.add([Reference(repository, digest=each) for each in manifests])
    return reading.content()


class _Reading:
    """Reads manifests and the signatures in them, and notes what it cannot read.

    Args:
        source: Where they are.
        repository: Whose they are.
        ends: The errors that concern whatever is asked for.
    """

    def __init__(
        self, source: Source, repository: Repository, *, ends: tuple[type[RegistryError], ...]
    ) -> None:
        self._source = source
        self._repository = repository
        self._ends = ends
        self._manifests: dict[int, str] = {}
        self._layers: dict[tuple[int, int], SignedLayer] = {}
        self._unread = Unread()

    def note(self, unread: Unread) -> None:
        """Note what is there and not read."""
        self._unread |= unread

    def content(self) -> SignedContent:
        """Return all that was read, in the order in which it is listed."""
        return SignedContent(
            tuple(digest for _, digest in sorted(self._manifests.items())),
            tuple(self._layers[place] for place in sorted(self._layers)),
            self._unread,
        )

    async def add(self, references: Sequence[Reference]) -> None:
        """Read what manifests hold, some at a time, and as many as there is time for."""
        try:
            async with most_of_it(self._repository.url):
                await _each(self._add, enumerate(references))
        except RegistryError as error:
            if not is_late(error) or not self._layers:
                raise
            self._note(error)

    async def _add(self, numbered: tuple[int, Reference]) -> None:
        """Read what a manifest holds; that of a tag may be missing."""
        number, reference = numbered
        try:
            manifest = await self._source.manifest(reference)
        except VersionNotFound:
            self.note(Unread(gone=reference.digest is not None))
            return
        except RegistryError as error:
            self._fail(error)
            return
        self._manifests[number] = manifest.digest
        self.note(Unread(notation=kind_of(manifest) == NOTATION_SIGNATURE))
        layers = [each for each in manifest.layers if _is_signature(each)]
        await _each(partial(self._add_layer, number, manifest), enumerate(layers[:_MOST_LAYERS]))
        if len(layers) > _MOST_LAYERS:
            self.note(Unread(_cut(len(layers), _MOST_LAYERS)))

    async def _add_layer(
        self, number: int, manifest: Manifest, numbered: tuple[int, Descriptor]
    ) -> None:
        place, layer = numbered
        if layer.size > _LARGEST and attests(manifest.annotations):
            self.note(Unread(attested=True))
            return
        try:
            content = await self._source.blob(self._repository, layer, largest=_LARGEST)
        except RegistryError as error:
            self._fail(error)
            return
        read = SignedLayer(layer.media_type, content, layer.annotations)
        self._layers[number, place] = read

    def _fail(self, error: RegistryError) -> None:
        if isinstance(error, self._ends):
            raise error
        self._note(error)

    def _note(self, error: RegistryError) -> None:
        self.note(Unread(": ".join(filter(None, (error.what, error.said)))))


async def _each(read: Callable[[Asked], Awaitable[None]], asked: Iterable[Asked]) -> None:
    """Read each of these, some at a time."""
    async with aclosing(as_answered(read, asked, AT_ONCE)) as answers:
        async for _ in answers:
            pass


def _is_signature(layer: Descriptor) -> bool:
    return layer.media_type == SIMPLE_SIGNING or layer.media_type.startswith(SIGSTORE_BUNDLE)


def _cut(count: int, most: int) -> str:
    return f"{count} things are attached to it, and the first {most} were read"

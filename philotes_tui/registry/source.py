"""Where the parts of a chart come from, and where what came is kept."""

from typing import Protocol

from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.reference import Reference, Repository


class BlobStore(Protocol):
    """Keeps what a registry sent, by digest; `philotes_tui.cache.BlobCache` is one.

    It may block, and is asked from several threads.
    """

    def get(self, digest: str) -> bytes | None:
        """Return the bytes of a digest, verified, or None."""

    def put(self, digest: str, content: bytes) -> bool:
        """Keep the bytes of a digest; return whether they are kept."""


class Source(Protocol):
    """A `RegistryClient`, what is kept of one, or both."""

    async def head_digest(self, reference: Reference) -> str:
        """Return the digest that a reference names."""

    async def manifest(self, reference: Reference) -> Manifest:
        """Return a manifest or index."""

    async def chart_manifest(self, reference: Reference) -> tuple[Manifest, Manifest]:
        """Return the manifest of a chart, and the one that the reference names."""

    async def blob(
        self, repository: Repository, descriptor: Descriptor, *, largest: int | None = None
    ) -> bytes:
        """Return the bytes that a descriptor points at."""

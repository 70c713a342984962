"""Manifests and blobs by digest, kept between runs."""

import hashlib
from pathlib import Path

from philotes_tui.cache.entries import EntryStore
from philotes_tui.releases.grammar import DIGEST

BLOB_LIMIT = 256 * 1024 * 1024
"""Bytes kept by default: some ten thousand manifests, and the charts looked at last."""


class BlobCache:
    """A content-addressed store, `blobs/<algorithm>/<hex>` as in an OCI image layout.

    What is read is verified; a damaged entry is removed and absent. Entries of private
    registries are in it too. They are protected by the folder's mode, 0700, and are
    given to the same user without credentials: who could read them before has them.

    Args:
        folder: The cache of registries (`philotes_tui.folders.registry_cache`).
        limit_bytes: The most bytes to keep; what was used longest ago goes first.
    """

    def __init__(self, folder: Path, limit_bytes: int = BLOB_LIMIT) -> None:
        self._entries = EntryStore(folder / "blobs", limit_bytes)

    @property
    def notice(self) -> str:
        """Why nothing can be kept, one sentence for the user; empty while all is well."""
        return self._entries.notice

    def get(self, digest: str) -> bytes | None:
        """Return the content of a digest, verified, or None.

        Args:
            digest: `sha256:…` or `sha512:…`; any other text has no content.
        """
        name = _name(digest)
        content = self._entries.read(name) if name else None
        if name is None or content is None:
            return None
        algorithm, _, expected = digest.partition(":")
        if hashlib.new(algorithm, content).hexdigest() != expected:
            self._entries.drop(name)
            return None
        return content

    def put(self, digest: str, content: bytes) -> bool:
        """Keep the content of a digest; return whether it is kept.

        It is not verified here: what does not have its digest is never given out.
        """
        name = _name(digest)
        return name is not None and self._entries.write(name, content)


def _name(digest: str) -> str | None:
    return digest.replace(":", "/") if DIGEST.fullmatch(digest) else None

"""What registries said, kept on disk: never needed, never trusted, seldom asked for twice.

`BlobCache` keeps manifests and blobs by digest, `TagCache` the tags of repositories. All
functions are quick and block; call them in a thread where that matters. What changed
between two listings is told by `philotes_tui.releases.changes`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from philotes_tui.cache.blobs import BLOB_LIMIT, BlobCache
    from philotes_tui.cache.tags import TAG_LIMIT, TagCache

__all__ = ["BLOB_LIMIT", "TAG_LIMIT", "BlobCache", "TagCache"]


def __getattr__(name: str) -> Any:
    """Import what is asked for now: who needs the entries alone need not pay for the rest."""
    if name not in __all__:
        raise AttributeError(name)
    from philotes_tui.cache import blobs, tags  # noqa: PLC0415

    return getattr(blobs, name, None) or getattr(tags, name)

"""The tags of repositories as they were last seen, kept between runs."""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from philotes_tui.cache import documents
from philotes_tui.cache.documents import UNFIT, text
from philotes_tui.cache.entries import EntryStore
from philotes_tui.releases import CachedTags

TAG_LIMIT = 32 * 1024 * 1024
"""Bytes kept by default, all repositories together; 10,000 tags with digests are one million."""
_FORMAT = 2
_READ = (1, _FORMAT)  # the first remembers nothing of tags that are no longer listed
_TURN = ".turn"


class TagCache:
    """The last listing of each repository, by its full name.

    A listing that needed credentials is kept as well, and shown later to the same user
    without them, offline for instance: the folder has mode 0700, so nobody else reads
    it, and its owner has seen it already. Who is no longer allowed to ask the registry
    learns nothing new from it; whoever shows it says how old it is.

    Args:
        folder: The cache of registries (`philotes_tui.folders.registry_cache`).
        limit_bytes: The most bytes to keep; what was used longest ago goes first.
    """

    def __init__(self, folder: Path, limit_bytes: int = TAG_LIMIT) -> None:
        self._entries = EntryStore(folder / "tags", limit_bytes)

    @property
    def notice(self) -> str:
        """Why nothing can be kept, one sentence for the user; empty while all is well."""
        return self._entries.notice

    def get(self, repository: str) -> CachedTags | None:
        """Return what is known of a repository, or None.

        Args:
            repository: Its full name, registry and port included: `oci://host:5000/charts/x`.
        """
        name = _name(repository)
        content = self._entries.read(name)
        if content is None:
            return None
        found = _unpacked(content, repository)
        if found is None:
            self._entries.drop(name)
        return found

    def put(self, repository: str, seen: CachedTags) -> bool:
        """Keep a listing in the place of an older one; return whether it is kept."""
        return self._entries.write(_name(repository), _packed(seen, repository))

    def record(self, repository: str, tags: Iterable[str], seen_at: float) -> CachedTags:
        """Keep a new listing together with the digests that are known; return both.

        Args:
            repository: Its full name.
            tags: What it lists now.
            seen_at: When it was asked, in seconds since 1970, UTC.
        """
        listed = tuple(tags)
        with self._turn():
            before = self.get(repository) or CachedTags((), seen_at)
            after = before.listed_again(listed, seen_at)
            self.put(repository, after)
            self._entries.write(_moment(repository), repr(seen_at).encode())
        return after

    def moment(self, repository: str) -> Path:
        """Return the small file that holds, as Python writes it, when the last listing was."""
        return self._entries.folder / _moment(repository)

    def add_digests(self, repository: str, digests: Mapping[str, str]) -> bool:
        """Add digests to the listing that is kept, also when others do so at the same time.

        They take the place of older ones, so that what they differ from is forgotten: for
        digests that somebody was told of.

        Returns:
            Whether they are kept; without a listing there is nothing to add them to.
        """
        with self._turn():
            seen = self.get(repository)
            return seen is not None and self.put(repository, seen.with_digests(digests))

    def add_first_digests(self, repository: str, digests: Mapping[str, str]) -> bool:
        """Add the digests of tags of which none is known yet; one that is known stays.

        Returns:
            Whether all is kept that is to be.
        """
        with self._turn():
            seen = self.get(repository)
            if seen is None:
                return False
            new = {tag: each for tag, each in digests.items() if not seen.last_digest(tag)}
            return not new or self.put(repository, seen.with_digests(new))

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Keep others from changing a listing between our reading and our writing it.

        Where that cannot be, or not within a second, the last one to write wins: digests
        that are lost are asked for again.
        """
        with contextlib.ExitStack() as held:
            with contextlib.suppress(OSError):
                held.enter_context(self._entries.locked(_TURN))
            yield


def _name(repository: str) -> str:
    return hashlib.sha256(repository.encode(errors="surrogatepass")).hexdigest()


def _moment(repository: str) -> str:
    return f"{_name(repository)}.at"


def _packed(seen: CachedTags, repository: str) -> bytes:
    return documents.packed(
        {
            "format": _FORMAT,
            "repository": repository,
            "seen_at": seen.seen_at,
            "tags": seen.tags,
            "digests": dict(seen.digests),
            "vanished": dict(seen.vanished),
        }
    )


def _unpacked(content: bytes, repository: str) -> CachedTags | None:
    document = documents.unpacked(content, {"repository": repository})
    try:
        if document is None or document["format"] not in _READ:
            return None
        return CachedTags(
            tuple(map(text, document["tags"])),
            float(document["seen_at"]),
            _digests(document["digests"]),
            _digests(document.get("vanished", {})),
        )
    except UNFIT:
        return None


def _digests(content: Mapping[object, object]) -> Mapping[str, str]:
    return {text(tag): text(digest) for tag, digest in content.items()}

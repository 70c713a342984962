"""Which signatures a manifest had when a registry was last asked, kept between runs.

What a registry lists beside a manifest has no digest of its own and may grow any day, so it is
kept here, with its age. The signatures themselves are blobs like all else.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from philotes_tui.cache import documents
from philotes_tui.cache.documents import UNFIT, text
from philotes_tui.cache.entries import EntryStore
from philotes_tui.releases import Signature
from philotes_tui.releases.details import ALL_READ, Unread

SIGNATURE_LIMIT = 16 * 1024 * 1024
"""Bytes kept by default; a version with two signatures is half a thousand."""
_FORMAT = 1
_FIELDS = ("kind", "digest", "tag", "artifact_type")


@dataclass(frozen=True)
class FoundSignatures:
    """The signatures that were listed for a manifest, not verified.

    Attributes:
        signatures: Each of them.
        seen_at: When, in seconds since 1970, UTC.
    """

    signatures: tuple[Signature, ...]
    seen_at: float


@dataclass(frozen=True)
class ReadSignatures:
    """What was read to verify a manifest.

    Attributes:
        manifests: Digests of all manifests that belonged to it, in order.
        seen_at: When, in seconds since 1970, UTC.
        unread: What else there was.
    """

    manifests: tuple[str, ...]
    seen_at: float
    unread: Unread = ALL_READ


class SignatureCache:
    """What belonged to each manifest when it was last asked for.

    Args:
        folder: The cache of registries (`philotes_tui.folders.registry_cache`).
        limit_bytes: The most bytes to keep; what was used longest ago goes first.
    """

    def __init__(self, folder: Path, limit_bytes: int = SIGNATURE_LIMIT) -> None:
        self._entries = EntryStore(folder / "signatures", limit_bytes)

    def found(self, repository: str, digest: str) -> FoundSignatures | None:
        """Return which signatures were listed for a digest; None where nobody looked.

        Args:
            repository: Its full name, registry and port included.
            digest: Of the manifest that they belong to.
        """
        content = self._read("found", repository, digest)
        try:
            return content and FoundSignatures(
                tuple(_signature(each) for each in content["found"]), float(content["seen_at"])
            )
        except UNFIT:
            return None

    def read(self, repository: str, digest: str) -> ReadSignatures | None:
        """Return what was read to verify a digest; None where nobody did."""
        content = self._read("read", repository, digest)
        try:
            return content and ReadSignatures(
                tuple(map(text, content["read"])),
                float(content["seen_at"]),
                _unread(content.get("unread", {})),
            )
        except UNFIT:
            return None

    def keep(self, repository: str, digest: str, what: FoundSignatures | ReadSignatures) -> bool:
        """Keep what belongs to a digest in the place of what did; return whether it is kept."""
        match what:
            case FoundSignatures():
                kind, listed = "found", [asdict(each) for each in what.signatures]
            case ReadSignatures():
                kind, listed = "read", list[Any](what.manifests)
        document = {
            "format": _FORMAT,
            "of": f"{repository}@{digest}",
            "seen_at": what.seen_at,
            kind: listed,
            **({"unread": asdict(what.unread)} if isinstance(what, ReadSignatures) else {}),
        }
        return self._entries.write(_name(kind, repository, digest), documents.packed(document))

    def _read(self, kind: str, repository: str, digest: str) -> Any:
        name = _name(kind, repository, digest)
        content = self._entries.read(name)
        if content is None:
            return None
        expected = {"format": _FORMAT, "of": f"{repository}@{digest}"}
        document = documents.unpacked(content, expected)
        if document is None:
            self._entries.drop(name)
        return document


def _name(kind: str, repository: str, digest: str) -> str:
    of = f"{repository}@{digest}".encode(errors="surrogatepass")
    return f"{kind}/{hashlib.sha256(of).hexdigest()}"


def _signature(content: Mapping[str, object]) -> Signature:
    return Signature(*(text(content[field]) for field in _FIELDS))


def _unread(content: Mapping[str, object]) -> Unread:
    flags = {name: value for name, value in content.items() if name != "why"}
    if not all(isinstance(value, bool) for value in flags.values()):
        raise TypeError
    return Unread(text(content.get("why", "")), **flags)  # type: ignore[arg-type]

"""What a manifest says of what it points at (opencontainers/image-spec:descriptor.md)."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from philotes_tui.foreign import clean_line, clean_text
from philotes_tui.releases.grammar import DIGEST

_NOTHING: Mapping[str, str] = MappingProxyType({})
_LONGEST_TYPE = 255
_MOST_ANNOTATIONS = 200
_LONGEST_ANNOTATION = 4_000


@dataclass(frozen=True)
class Descriptor:
    """A blob or manifest as another manifest points at it.

    Attributes:
        media_type: What it is, as it is written.
        digest: `sha256:…` or `sha512:…` of its bytes.
        size: Their number.
        artifact_type: What a manifest is of, where it says so.
        annotations: Text by name, cleaned.
        data: The bytes themselves where they came along and are right, else None.
    """

    media_type: str
    digest: str
    size: int
    artifact_type: str = ""
    annotations: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    data: bytes | None = field(default=None, repr=False)


def parse_descriptor(content: Any) -> Descriptor | None:
    """Return the descriptor that parsed JSON spells, or None where it is not one."""
    if not isinstance(content, dict):
        return None
    digest, size = content.get("digest"), content.get("size")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        return None
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        return None
    return Descriptor(
        media_type(content.get("mediaType")),
        digest,
        size,
        media_type(content.get("artifactType")),
        annotations(content.get("annotations")),
        _embedded(content.get("data"), digest, size),
    )


def media_type(value: Any) -> str:
    """Return a media type, or nothing where the value is not one.

    Nothing is made equal that Helm tells apart: it compares them letter by letter.
    """
    is_one = isinstance(value, str) and clean_line(value, _LONGEST_TYPE) == value
    return value if is_one else ""


def annotations(content: Any) -> Mapping[str, str]:
    """Return annotations as text by name, cleaned and bounded; what is no text is left out."""
    if not isinstance(content, dict) or not content:
        return _NOTHING
    bounded = list(content.items())[:_MOST_ANNOTATIONS]
    return MappingProxyType(
        {
            clean_line(name, _LONGEST_TYPE): clean_text(text, _LONGEST_ANNOTATION)
            for name, text in bounded
            if isinstance(text, str)
        }
    )


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    """Return the digest of bytes, `sha256:…` or `sha512:…`."""
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


def has_digest(content: bytes, digest: str) -> bool:
    """Whether bytes have a digest that the grammar allows."""
    return digest_of(content, digest.partition(":")[0]) == digest


def _embedded(value: Any, digest: str, size: int) -> bytes | None:
    if not isinstance(value, str):
        return None
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if len(content) == size and has_digest(content, digest) else None

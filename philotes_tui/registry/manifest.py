"""Manifests and indexes (opencontainers/image-spec:manifest.md, image-index.md)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from philotes_tui.errors import NotARegistry, RegistryError
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.descriptor import (
    Descriptor,
    annotations,
    digest_of,
    has_digest,
    media_type,
    parse_descriptor,
)
from philotes_tui.registry.media_types import INDEXES, MANIFEST_TYPES, OCI_INDEX, OCI_MANIFEST
from philotes_tui.registry.reference import Reference
from philotes_tui.releases.grammar import DIGEST

_SCHEMA = 2
"""OCI manifests and indexes, and Docker's, all say so; nothing else of JSON does."""
_MOST_ENTRIES = 2_000
_FIELDS = {
    name.casefold(): name
    for name in (
        *("schemaVersion", "mediaType", "artifactType", "annotations", "subject"),
        *("config", "layers", "manifests", "digest", "size", "data"),
    )
}
"""What is read of a manifest and its descriptors."""
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Manifest:
    """A manifest or index as the registry keeps it.

    Attributes:
        digest: The digest of exactly these bytes: the one it was asked for or named by,
            checked here, else its SHA-256.
        media_type: What it says it is, else the Content-Type.
        body: The bytes.
        config: What a manifest's config points at.
        layers: What a manifest consists of, in its order.
        manifests: What an index lists.
        annotations: Text by name, cleaned.
        artifact_type: What it is of, where it says so.
        subject: The manifest it belongs to, as a signature does.
    """

    digest: str
    media_type: str
    body: bytes = field(repr=False)
    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] = ()
    manifests: tuple[Descriptor, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    artifact_type: str = ""
    subject: Descriptor | None = None

    @property
    def is_index(self) -> bool:
        """Whether this is a list of manifests."""
        return self.media_type in INDEXES

    def layer(self, *types: str) -> Descriptor | None:
        """Return the first layer of the first of these media types that there is, or None.

        Layers are found by what they are: Helm sorts them by digest.
        """
        for wanted in types:
            for layer in self.layers:
                if layer.media_type == wanted:
                    return layer
        return None


def parse_manifest(answer: Answer, reference: Reference) -> Manifest:
    """Return the manifest of an answer, its bytes checked against every digest named for them.

    Raises:
        NotARegistry: It is not a manifest, or could be read as two kinds at once.
        RegistryError: The bytes are not those of the digest.
    """
    content = _content(answer)
    if not isinstance(content, dict) or content.get("schemaVersion") != _SCHEMA:
        raise _not_a_manifest(answer, content, reference)
    asked, named = reference.digest, answer.headers.get("docker-content-digest", "")
    named = named if DIGEST.fullmatch(named) else ""
    for digest in filter(None, (asked, named)):
        if not has_digest(answer.body, digest):
            raise _wrong_digest(answer, digest)
    return Manifest(
        digest=asked or named or digest_of(answer.body),
        media_type=_kind(content, answer),
        body=answer.body,
        config=parse_descriptor(content.get("config")),
        layers=_descriptors(content.get("layers"), answer),
        manifests=_descriptors(content.get("manifests"), answer),
        annotations=annotations(content.get("annotations")),
        artifact_type=media_type(content.get("artifactType")),
        subject=parse_descriptor(content.get("subject")),
    )


class _Ambiguous(dict[str, Any]):
    """An object of JSON whose fields are read in another way by other programs."""


def _content(answer: Answer) -> Any:
    """Return the body as JSON, or None where it is not JSON.

    Raises:
        NotARegistry: Other programs would read other fields: what is checked here would not be
            what Helm deploys.
    """
    try:
        content = json.loads(answer.body, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None
    if any(isinstance(each, _Ambiguous) for each in _parts(content)):
        raise _unusable(answer, "it names a field twice, or in another spelling")
    return content


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, marked where Go would read it otherwise.

    Go takes names in any case for a field, and of several the last (encoding/json, “Unmarshal”).
    """
    read = [name for name, _ in pairs if name.casefold() in _FIELDS]
    is_plain = len({*read}) == len(read) and all(_FIELDS[name.casefold()] == name for name in read)
    return dict(pairs) if is_plain else _Ambiguous(pairs)


def _parts(content: Any) -> list[Any]:
    """Return what is read of a manifest: itself and its descriptors, not their annotations."""
    if not isinstance(content, dict):
        return []
    lists = [content.get(name) for name in ("layers", "manifests")]
    listed = [each for found in lists if isinstance(found, list) for each in found]
    return [content, content.get("config"), content.get("subject"), *listed]


def _kind(content: dict[str, Any], answer: Answer) -> str:
    """Return the media type of a manifest.

    One that could be read as a manifest and as an index means different things to
    different programs (CVE-2021-41190), and is refused.

    Raises:
        NotARegistry: Its fields contradict each other or its type.
    """
    lists, holds = "manifests" in content, "layers" in content or "config" in content
    told = media_type(content.get("mediaType"))
    kind = told or (answer.media_type if answer.media_type in MANIFEST_TYPES else "")
    if not kind:
        kind = OCI_INDEX if lists else OCI_MANIFEST
    if (holds and kind in INDEXES) or (lists and kind not in INDEXES):
        raise _unusable(answer, "it could be read as a manifest and as an index")
    return kind


def _descriptors(content: Any, answer: Answer) -> tuple[Descriptor, ...]:
    if content is None:
        return ()
    if not isinstance(content, list) or len(content) > _MOST_ENTRIES:
        raise _unusable(answer, "what it lists cannot be read")
    found = tuple(filter(None, map(parse_descriptor, content)))
    if len(found) != len(content):
        raise _unusable(answer, "it points at something without a digest or size")
    return found


def _not_a_manifest(answer: Answer, content: Any, reference: Reference) -> NotARegistry:
    if isinstance(content, dict) and content.get("schemaVersion") == 1:
        return _unusable(answer, "it is in the form of before 2016, which has no digests")
    return failures.not_a_registry(answer, reference.repository)


def _unusable(answer: Answer, said: str) -> NotARegistry:
    return NotARegistry(
        "The manifest that came cannot be used",
        on=redacted(answer.url),
        said=said,
        todo="Publish it again with `helm push`.",
    )


def _wrong_digest(answer: Answer, digest: str) -> RegistryError:
    return RegistryError(
        "The manifest that came does not have its digest",
        on=redacted(answer.url),
        said=f"expected {digest}",
        todo="Try again; if it stays so, do not deploy from this registry.",
    )

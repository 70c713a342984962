"""A manifest and its digest (opencontainers/image-spec:manifest.md, descriptor.md)."""

import hashlib
from dataclasses import dataclass

from philotes_tui.errors import RegistryError
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.reference import DIGEST, Reference

MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""All four, always: without the index types a registry may answer 404."""


_SCHEMA = 2
"""OCI manifests and indexes, and Docker's, all say so; nothing else of JSON does."""


@dataclass(frozen=True)
class Manifest:
    """A manifest as the registry keeps it.

    Attributes:
        digest: `sha256:…` of exactly these bytes, computed here.
        media_type: The Content-Type, without parameters.
        body: The bytes.
    """

    digest: str
    media_type: str
    body: bytes


def parse_manifest(answer: Answer, reference: Reference) -> Manifest:
    """Return the manifest of an answer, its bytes checked against every digest named for them.

    Raises:
        NotARegistry: It is not a manifest.
        RegistryError: The bytes are not those of the digest.
    """
    content = answer.json()
    if not isinstance(content, dict) or content.get("schemaVersion") != _SCHEMA:
        raise failures.not_a_registry(answer, reference.repository)
    for named in (reference.digest, answer.headers.get("docker-content-digest")):
        if named and DIGEST.fullmatch(named):
            _check_digest(named, answer)
    digest = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
    return Manifest(digest, answer.media_type, answer.body)


def _check_digest(named: str, answer: Answer) -> None:
    algorithm, _, expected = named.partition(":")
    if hashlib.new(algorithm, answer.body).hexdigest() != expected:
        raise RegistryError(
            "The manifest that came does not have its digest",
            on=redacted(answer.url),
            said=f"expected {named}",
            todo="Reload; if it stays so, do not deploy from this registry.",
        )

"""A repository of charts for the fake registry: real bytes with real digests, and switches."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.registry.fake_registry import Reply, Request, as_json, error

NAME = "/v2/charts/philotes"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json"
HELM_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
HELM_PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


def descriptor(media_type: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {
        "mediaType": media_type,
        "digest": digest_of(content),
        "size": len(content),
        **more,
    }


def index(*manifests: Mapping[str, Any]) -> bytes:
    return json.dumps(
        {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(manifests)}
    ).encode()


@dataclass
class Charts:
    """What a repository holds.

    Attributes:
        tags: Content of the manifest of each tag.
        manifests: The same by digest.
        blobs: Content by digest.
        referrers: What belongs to each digest; None: the registry does not have the API.
        storage: Where blobs are, `http://host:port`; empty: in the registry.
        override: Replies that come instead, by `METHOD path`.
    """

    tags: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, bytes] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    referrers: dict[str, list[dict[str, Any]]] | None = None
    storage: str = ""
    override: dict[str, Callable[[Request], Reply]] = field(default_factory=dict)

    def blob(self, content: bytes) -> bytes:
        self.blobs[digest_of(content)] = content
        return content

    def manifest(self, content: bytes, tag: str = "") -> bytes:
        self.manifests[digest_of(content)] = content
        if tag:
            self.tags[tag] = content
        return content

    def add(
        self,
        version: str,
        *,
        archive: bytes = b"\x1f\x8bnot read",
        provenance: bytes | None = None,
        annotations: Mapping[str, str] | None = None,
        **metadata: Any,
    ) -> bytes:
        """Add a chart as helm pushes it, and return its manifest."""
        config = self.blob(
            json.dumps({"name": "philotes", "version": version, **metadata}).encode()
        )
        layers = [descriptor(HELM_LAYER, self.blob(archive))]
        if provenance is not None:
            layers.insert(0, descriptor(HELM_PROVENANCE, self.blob(provenance)))
        content = {
            "schemaVersion": 2,
            "config": descriptor(HELM_CONFIG, config),
            "layers": layers,
            "annotations": {"org.opencontainers.image.version": version, **(annotations or {})},
        }
        return self.manifest(json.dumps(content).encode(), version.replace("+", "_"))

    def __call__(self, request: Request) -> Reply:
        """Answer as a registry that holds this."""
        if instead := self.override.get(f"{request.method} {request.path}"):
            return instead(request)
        kind, _, name = request.path.removeprefix(f"{NAME}/").partition("/")
        match kind:
            case "tags":
                return as_json({"name": "charts/philotes", "tags": list(self.tags)})
            case "manifests":
                return self._manifest(name)
            case "blobs":
                return self._blob(name)
            case "referrers" if self.referrers is not None:
                listed = index(*self.referrers.get(name, []))
                return Reply(200, {"Content-Type": OCI_INDEX}, listed)
        return Reply(404, {}, b"404 page not found\n")

    def _manifest(self, name: str) -> Reply:
        content = self.tags.get(name) or self.manifests.get(name)
        if content is None:
            return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        kind = json.loads(content).get("mediaType", OCI_MANIFEST)
        named = {"Content-Type": kind, "Docker-Content-Digest": digest_of(content)}
        return Reply(200, named, content)

    def _blob(self, digest: str) -> Reply:
        if digest not in self.blobs:
            return error(404, "BLOB_UNKNOWN")
        if self.storage:
            return Reply(307, {"Location": f"{self.storage}/{digest}?signature=secret"})
        return Reply(200, {"Content-Type": "application/octet-stream"}, self.blobs[digest])

"""What a registry stores of a repository, read and written as plain objects of its API."""

import hashlib
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Stored:
    """One repository (distribution-spec v1.1.1, "Endpoints").

    Attributes:
        host: `127.0.0.1:PORT` of the registry.
        name: The repository's name.
    """

    host: str
    name: str

    def reference(self, digest: str) -> str:
        """Return the reference of a manifest by digest."""
        return f"{self.host}/{self.name}@{digest}"

    def tags(self) -> list[str]:
        """Return all tags, sorted."""
        return sorted(json.loads(self._ask("GET", "tags/list")[1])["tags"])

    def manifest(self, reference: str) -> Any:
        """Return a manifest or an index by tag or digest."""
        return json.loads(self._ask("GET", f"manifests/{reference}")[1])

    def digest(self, tag: str) -> str:
        """Return the digest of what a tag points to."""
        return str(self._ask("HEAD", f"manifests/{tag}")[0]["Docker-Content-Digest"])

    def blob(self, digest: str) -> bytes:
        """Return a blob."""
        return self._ask("GET", f"blobs/{digest}")[1]

    def has_referrers(self, digest: str) -> bool:
        """Return whether the registry knows the referrers API."""
        try:
            self._ask("GET", f"referrers/{digest}")
        except urllib.error.HTTPError as answer:
            answer.close()
            if answer.code != HTTPStatus.NOT_FOUND:
                raise
            return False
        return True

    def put_blob(self, content: bytes) -> str:
        """Store a blob and return its digest."""
        digest = _digest(content)
        location = self._ask("POST", "blobs/uploads/")[0]["Location"]
        where = f"{location}{'&' if '?' in location else '?'}digest={digest}"
        self._ask("PUT", where, content, "application/octet-stream")
        return digest

    def put_manifest(self, manifest: Any, tag: str = "") -> str:
        """Store a manifest or an index, under a tag or its digest, and return the digest."""
        return self.put_text(json.dumps(manifest), manifest.get("mediaType", MANIFEST), tag)

    def put_text(self, manifest: str, media_type: str, tag: str = "") -> str:
        """Store a manifest as it is written, one that no object could be, and return the digest."""
        content = manifest.encode()
        digest = _digest(content)
        self._ask("PUT", f"manifests/{tag or digest}", content, media_type)
        return digest

    def delete(self, digest: str) -> None:
        """Delete a manifest; what lists it goes on doing so."""
        self._ask("DELETE", f"manifests/{digest}")

    def copy(self, reference: str, other: "Stored", tag: str) -> str:
        """Store a manifest and what it points at in another repository under a tag."""
        manifest = self.manifest(reference)
        for blob in (manifest["config"], *manifest["layers"]):
            other.put_blob(self.blob(blob["digest"]))
        return other.put_manifest(manifest, tag)

    def _ask(
        self, method: str, path: str, body: bytes | None = None, content_type: str = ""
    ) -> tuple[Any, bytes]:
        url = path if "://" in path else f"http://{self.host}/v2/{self.name}/{path}"
        headers = {"Accept": f"{MANIFEST}, {INDEX}"}
        if content_type:
            headers["Content-Type"] = content_type
        asked = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - http alone
        with _OPENER.open(asked, timeout=10) as answer:
            return answer.headers, answer.read()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"

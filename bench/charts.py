"""Charts of which no two share a byte, pushed to a registry as helm lays them."""

import gzip
import http.client
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from bench.served import CHART, versions
from philotes_tui.demo.ports import LOOPBACK
from philotes_tui.registry.descriptor import digest_of
from philotes_tui.registry.media_types import HELM_CHART, HELM_CONFIG, OCI_MANIFEST

_VALUES = "".join(f"part{at}:\n  enabled: true\n  replicas: {at}\n" for at in range(40))


@dataclass(frozen=True)
class Chart:
    """A published version, and what must be told of it.

    Attributes:
        version: Its version, which is its tag too.
        app_version: Another number than the version.
        digest: Of its manifest.
        size: Bytes of its archive.
    """

    version: str
    app_version: str
    digest: str
    size: int


def push(port: int, folder: str, count: int) -> tuple[Chart, ...]:
    """Push that many versions of the umbrella, in the order of their numbers.

    Not by helm, which would take half a minute: the requests are those of
    opencontainers/distribution-spec:spec.md, “Push”.
    """
    with closing(http.client.HTTPConnection(LOOPBACK, port)) as connection:
        name = f"{folder}/{CHART}"
        return tuple(_pushed(connection, name, *each) for each in _numbered(count))


def _numbered(count: int) -> Iterator[tuple[str, str]]:
    return ((version, f"9.{at}.0") for at, version in enumerate(versions(count)))


def _pushed(
    connection: http.client.HTTPConnection, name: str, version: str, app_version: str
) -> Chart:
    about = _about(version, app_version)
    config, archive = json.dumps(about).encode(), _archive(about)
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": _blob(connection, name, HELM_CONFIG, config),
            "layers": [_blob(connection, name, HELM_CHART[0], archive)],
            "annotations": {
                "org.opencontainers.image.created": "2026-01-02T03:04:05Z",
                "org.opencontainers.image.description": about["description"],
                "org.opencontainers.image.title": CHART,
                "org.opencontainers.image.version": version,
            },
        }
    ).encode()
    path = f"/v2/{name}/manifests/{version}"
    _asked(connection, "PUT", path, manifest, OCI_MANIFEST)
    return Chart(version, app_version, digest_of(manifest), len(archive))


def _about(version: str, app_version: str) -> dict[str, Any]:
    """Return the metadata, about as much as the charts of this repository have."""
    return {
        "apiVersion": "v2",
        "name": CHART,
        "version": version,
        "appVersion": app_version,
        "description": f"Version {version} of a chart that is only measured",
        "type": "application",
        "keywords": ["cdc", "postgresql", "iceberg", "lakehouse"],
        "home": "https://github.com/janovincze/philotes",
        "sources": ["https://github.com/janovincze/philotes"],
    }


def _archive(about: dict[str, Any]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in (("Chart.yaml", json.dumps(about)), ("values.yaml", _VALUES)):
            entry = tarfile.TarInfo(f"{CHART}/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(packed.getvalue())


def _blob(
    connection: http.client.HTTPConnection, name: str, media_type: str, content: bytes
) -> dict[str, Any]:
    """Push a blob and return its descriptor."""
    location = _asked(connection, "POST", f"/v2/{name}/blobs/uploads/")
    joint = "&" if "?" in location else "?"
    digest = digest_of(content)
    _asked(connection, "PUT", f"{location}{joint}digest={digest}", content)
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def _asked(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    content: bytes = b"",
    media_type: str = "application/octet-stream",
) -> str:
    """Return where an answer leads; stop if it is not what pushing needs."""
    connection.request(method, path, content, {"Content-Type": media_type})
    answer = connection.getresponse()
    said = answer.read()
    if answer.status not in {HTTPStatus.CREATED, HTTPStatus.ACCEPTED}:
        raise SystemExit(f"{method} {path} was answered {answer.status}: {said[:500]!r}")
    return answer.headers.get("Location", "")

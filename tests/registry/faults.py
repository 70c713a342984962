"""Answers that cannot be used: what is sent, and the kind, words and advice it must end in."""

import json

import pytest

from philotes_tui.errors import (
    NotARegistry,
    RegistryDenied,
    RegistryError,
    RegistryRateLimited,
    RegistryUnreachable,
    VersionNotFound,
)
from tests.registry.fake_charts import OCI_MANIFEST
from tests.registry.fake_registry import Reply, as_json, error, html

GHCR_LIMIT = "retry-after: 880.092µs, allowed: 44000/minute"
OTHER_MANIFEST = Reply(
    200,
    {"Content-Type": OCI_MANIFEST, "Docker-Content-Digest": f"sha256:{'0' * 64}"},
    json.dumps({"schemaVersion": 2, "layers": []}).encode(),
)
"""A manifest under the digest of another one."""
FAULTS = [
    pytest.param(Reply(reset=True), RegistryUnreachable, "broke off", "ry again", id="reset"),
    pytest.param(
        Reply(silent=True),
        RegistryUnreachable,
        "within 0.5 seconds",
        "Check the network",
        id="silent",
    ),
    pytest.param(
        Reply(drip=0.02),
        RegistryUnreachable,
        "within 0.5 seconds",
        "Check the network",
        id="slow-drip",
    ),
    pytest.param(
        Reply(body=b'{"tags": [', promised=4000),
        RegistryUnreachable,
        "broke off",
        "ry again",
        id="truncated",
    ),
    pytest.param(
        html("<html><title>Log &amp; in\x1b[0m</title>"),
        NotARegistry,
        "a web page titled “Log & in”",
        "oci://host/path",
        id="html",
    ),
    pytest.param(
        html("<!DOCTYPE html><p>x", 404),
        NotARegistry,
        "a web page",
        "oci://host/path",
        id="html-404",
    ),
    pytest.param(
        Reply(404, {}, b"404 page not found"),
        NotARegistry,
        "404 page not found",
        "oci://host/path",
        id="text-404",
    ),
    pytest.param(Reply(), NotARegistry, "an empty answer", "oci://host/path", id="empty"),
    pytest.param(Reply(204), NotARegistry, "an empty answer", "oci://host/path", id="no-content"),
    pytest.param(
        Reply(body=b"\xff\x00\x1b[2J"), NotARegistry, "not JSON", "oci://host/path", id="binary"
    ),
    pytest.param(
        Reply(body=b"[" * 4000), NotARegistry, "not JSON", "oci://host/path", id="deep-json"
    ),
    pytest.param(
        as_json(["0.1.0"]), NotARegistry, "JSON of another shape", "oci://host/path", id="json-list"
    ),
    pytest.param(
        as_json({"tags": "0.1.0"}), NotARegistry, "another shape", "oci://host/path", id="tags-text"
    ),
    pytest.param(
        as_json({"tags": [1]}), NotARegistry, "another shape", "oci://host/path", id="tags-numbers"
    ),
    pytest.param(
        as_json({"message": "ok"}),
        NotARegistry,
        "another shape",
        "oci://host/path",
        id="json-other",
    ),
    pytest.param(
        Reply(body=b" " * 5000), NotARegistry, "more than 0.0039 MiB", "proxy", id="too-large"
    ),
    pytest.param(
        Reply(200, {"Content-Encoding": "gzip"}, b"x"),
        NotARegistry,
        "compressed",
        "proxy",
        id="gzip",
    ),
    pytest.param(
        Reply(303, {"Location": "https://u:p@example.org/page?token=secret"}),
        NotARegistry,
        "a redirect to https://example.org/page?…",
        "oci://host/path",
        id="redirect",
    ),
    pytest.param(
        Reply(302), NotARegistry, "a redirect to nowhere", "oci://host/path", id="redirect-nowhere"
    ),
    pytest.param(
        error(401, "UNAUTHORIZED", "log in"),
        RegistryDenied,
        "missing or private: 401 UNAUTHORIZED: log in",
        "philotes-tui login 127.0.0.1:",
        id="401-without-challenge",
    ),
    pytest.param(
        error(403, "DENIED", "no"),
        RegistryDenied,
        "missing or private",
        "philotes-tui login",
        id="403",
    ),
    pytest.param(
        error(404, "NAME_UNKNOWN"),
        VersionNotFound,
        "nothing called oci://127.0.0.1",
        "never pushed",
        id="404",
    ),
    pytest.param(
        error(429, "TOOMANYREQUESTS", GHCR_LIMIT),
        RegistryRateLimited,
        "no more requests",
        "Wait 1 seconds",
        id="429",
    ),
    pytest.param(error(500, "UNKNOWN"), RegistryError, "failed", "Wait a moment", id="500"),
    pytest.param(html("<h1>bad gateway", 502), RegistryError, "failed", "Wait a moment", id="502"),
    pytest.param(Reply(503), RegistryError, "503", "Wait a moment", id="503"),
    pytest.param(Reply(418, {}, b"teapot"), NotARegistry, "teapot", "oci://host/path", id="418"),
    pytest.param(
        Reply(400, {}, b"Client sent an HTTP request to an HTTPS server.\n"),
        NotARegistry,
        "wants TLS",
        "Turn off plain HTTP",
        id="http-to-https",
    ),
    pytest.param(
        html("<title>400 The plain HTTP request was sent to HTTPS port</title>", 400),
        NotARegistry,
        "wants TLS",
        "Turn off plain HTTP",
        id="http-to-nginx",
    ),
    pytest.param(
        as_json({"errors": [None, 3, {"code": None}, "x"]}, 500),
        RegistryError,
        "failed",
        "Wait",
        id="odd-errors",
    ),
    pytest.param(
        as_json({"errors": [{"code": "\x1b[2J" * 99, "message": ["\x07"]}]}, 500),
        RegistryError,
        "failed",
        "Wait",
        id="hostile-errors",
    ),
    pytest.param(Reply(405), NotARegistry, "status 405", "oci://host/path", id="405"),
    pytest.param(Reply(406), NotARegistry, "status 406", "oci://host/path", id="406"),
    pytest.param(
        error(413, "SIZE_INVALID"), NotARegistry, "status 413", "oci://host/path", id="413"
    ),
    pytest.param(Reply(416), NotARegistry, "status 416", "oci://host/path", id="416"),
    pytest.param(
        Reply(451, {}, b"not here"), NotARegistry, "not here", "oci://host/path", id="451"
    ),
    pytest.param(
        Reply(206, {}, b'{"tags": []}'), NotARegistry, "status 206", "oci://host/path", id="206"
    ),
    pytest.param(
        Reply(308, {"Location": "/again"}),
        NotARegistry,
        "again and again",
        "what stands in front",
        id="redirect-loop",
    ),
    pytest.param(
        Reply(307, {"Location": "http://169.254.169.254/latest"}),
        NotARegistry,
        "unsafe place",
        "not followed",
        id="redirect-inside",
    ),
    pytest.param(
        Reply(307, {"Location": "gopher://u:p@h/x"}),
        NotARegistry,
        "unsafe place",
        "not followed",
        id="redirect-scheme",
    ),
    pytest.param(
        Reply(raw=b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        NotARegistry,
        "does not speak HTTP",
        "the port of the address",
        id="ssh",
    ),
    pytest.param(
        Reply(raw=b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n"),
        NotARegistry,
        "does not speak HTTP",
        "the port of the address",
        id="tls-alert",
    ),
    pytest.param(
        Reply(raw=b""), RegistryUnreachable, "broke off", "ry again", id="closed-unanswered"
    ),
    pytest.param(
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Le"),
        RegistryUnreachable,
        "broke off",
        "ry again",
        id="half-a-head",
    ),
    pytest.param(
        Reply(raw=b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"tag'),
        RegistryUnreachable,
        "broke off",
        "ry again",
        id="half-a-chunk",
    ),
    pytest.param(
        Reply(body=b'{"a":' * 800), NotARegistry, "not JSON", "oci://host/path", id="deep-objects"
    ),
    pytest.param(
        as_json({"tags": ["\x1b[2J", None]}),
        NotARegistry,
        "another shape",
        "oci://host/path",
        id="hostile-tags",
    ),
    pytest.param(
        error(403, "DENIED\x1b]0;owned\x07", "\u202ehidden\u2028line"),
        RegistryDenied,
        "DENIED: hidden line",
        "philotes-tui login",
        id="hostile-denial",
    ),
    pytest.param(
        error(401, "UNAUTHORIZED", WWW_Authenticate='Bearer realm="http://169.254.169.254/t"'),
        NotARegistry,
        "unsafe place",
        "do not log in",
        id="401-realm-inside",
    ),
    pytest.param(
        error(401, "UNAUTHORIZED", WWW_Authenticate="Negotiate"),
        RegistryDenied,
        "missing or private",
        "philotes-tui login",
        id="401-other-scheme",
    ),
    pytest.param(
        Reply(body=b'{"tags": ["0.1.0"]}', promised=4000, cut=True),
        RegistryUnreachable,
        "broke off",
        "ry again",
        id="reset-mid-body",
    ),
    pytest.param(
        Reply(body=b'{"tags": ["0.1.0"]}', promised=10),
        NotARegistry,
        "not JSON",
        "oci://host/path",
        id="more-than-promised",
    ),
    pytest.param(
        OTHER_MANIFEST, NotARegistry, "another shape", "oci://host/path", id="wrong-digest"
    ),
    pytest.param(
        Reply(body=b"[" * 2000 + b"]" * 2000),
        NotARegistry,
        "it sent",
        "oci://host/path",
        id="valid-deep-json",
    ),
    pytest.param(
        Reply(body=b'{"a":' * 500 + b"0" + b"}" * 500),
        NotARegistry,
        "it sent",
        "oci://host/path",
        id="valid-deep-objects",
    ),
    pytest.param(Reply(504), RegistryError, "504", "Wait a moment", id="504"),
]


def names(*kinds: type[RegistryError]) -> frozenset[str]:
    """Return the names of the faults that end in errors of exactly these kinds at first sight."""
    return frozenset(str(fault.id) for fault in FAULTS if fault.values[1] in kinds)

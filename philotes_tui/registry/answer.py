"""One answer of a registry, and in plain words what it was."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from philotes_tui.foreign import clean_line

_TITLE = re.compile(rb"<title[^>]*>(.{0,200}?)</title", re.IGNORECASE | re.DOTALL)
_SHOWN = 160
_ERRORS_SHOWN = 3


@dataclass(frozen=True)
class Answer:
    """A complete answer.

    Attributes:
        status: The HTTP status.
        url: What was asked.
        headers: Names in lower case.
        body: As sent, no content coding undone; of an error at most what the limits allow.
        holds_secrets: Whether a token may be in the body, so that no part of it is quoted but
            errors in the OCI form and the title of a web page.
    """

    status: int
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    holds_secrets: bool = False

    @property
    def is_ok(self) -> bool:
        """Whether this is what was asked for; 200 is all the protocol has for reading."""
        return self.status == HTTPStatus.OK

    @property
    def media_type(self) -> str:
        """The Content-Type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_html(self) -> bool:
        """Whether a web page came."""
        start = self.body[:256].lstrip().lower()
        return self.media_type == "text/html" or start.startswith((b"<!doctype html", b"<html"))

    def json(self) -> Any:
        """Return the body as JSON, or None where it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def errors(self) -> tuple[tuple[str, str], ...]:
        """Return (code, message) of each error in the OCI form; empty where it is not that.

        See distribution-spec, “Error Codes”. Code and message are cleaned.
        """
        content = self.json()
        listed = content.get("errors") if isinstance(content, dict) else None
        return tuple(
            (clean_line(str(e.get("code") or ""), 40), clean_line(str(e.get("message") or ""), 300))
            for e in (listed if isinstance(listed, list) else [])[:_ERRORS_SHOWN]
            if isinstance(e, dict)
        )

    def said(self) -> str:
        """Return what the other side said: its errors, else what the body is."""
        told = [": ".join(part for part in e if part) for e in self.errors()]
        if any(told):
            return f"{self.status} {'; '.join(t for t in told if t)}"
        if not self.body.strip() and not self.headers.get("location"):
            return f"status {self.status}"
        return f"{self.status}, {self.described()}"

    def described(self) -> str:
        """Return in a few words what the answer is, for someone who expected another."""
        if self.status in range(300, 400):
            where = redacted(self.headers.get("location", ""))
            return f"a redirect to {where}" if where else "a redirect to nowhere"
        if not self.body.strip():
            return "an empty answer"
        if self.is_html:
            title = _TITLE.search(self.body[: 64 * 1024])
            text = title[1].decode("utf-8", "replace") if title else ""
            text = clean_line(html.unescape(" ".join(text.split())), 80)
            return f"a web page titled “{text}”" if text else "a web page"
        content = self.json()
        if content is None:
            return f"text that is not JSON{self._start()}"
        return f"JSON of another shape{self._start()}"

    def _start(self) -> str:
        if self.holds_secrets:
            return f" (of the type {clean_line(self.media_type, 80) or 'unknown'})"
        return f": “{clean_line(self.body[: _SHOWN * 2].decode('utf-8', 'replace'), _SHOWN)}”"


def redacted(url: str) -> str:
    """Return a URL fit to be shown: no user name, password, query or fragment."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "an address that cannot be read"
    query = "…" if parts.query else ""
    return clean_line(urlunsplit((parts.scheme, host, parts.path, query, "")), 300)

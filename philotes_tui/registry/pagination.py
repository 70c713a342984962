"""The `Link` header of a list (RFC 8288; distribution-spec, “Listing Tags” and “Referrers”)."""

import re
from collections.abc import Callable, Container
from urllib.parse import urljoin, urlsplit

from philotes_tui.errors import RegistryError
from philotes_tui.registry.answer import Answer, redacted

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^\s=;,]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]*))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]*))", re.IGNORECASE)
_LONGEST = 16 * 1024


def next_page(
    answer: Answer, seen: Container[str], refusal: Callable[[str], RegistryError]
) -> str | None:
    """Return the address of the next page, or None after the last.

    Args:
        answer: The page before.
        seen: The addresses of all pages before.
        refusal: Makes the error of what is wrong with the link.

    Raises:
        RegistryError: It leads to another registry or in a circle.
    """
    target = next_link(answer.headers.get("link"))
    if target is None:
        return None
    url = resolve(answer.url, target)
    if url is None:
        raise refusal(f"it goes on at another place, {redacted(target)}, which was not followed")
    if url in seen:
        raise refusal("the link to the next page leads back to an earlier one")
    return url


def next_link(header: str | None) -> str | None:
    """Return the target of the link whose relation is `next`, verbatim, or None."""
    for link in _LINK.finditer((header or "")[:_LONGEST]):
        relation = _REL.search(link[2])
        if relation and "next" in (relation[1] or relation[2] or "").lower().split():
            return link[1].strip()
    return None


def resolve(current: str, target: str) -> str | None:
    """Return the URL of the next page, or None where it leaves the registry or is no URL.

    A link to another scheme, host or port would carry the credentials there
    (GHSA-h7vf-4x9w-h99v).
    """
    try:
        joined = urljoin(current, target.replace(" ", "%20"))
        if not (joined.isascii() and joined.isprintable()):
            return None
        if origin(joined) != origin(current) or "@" in urlsplit(joined).netloc:
            return None
    except ValueError:
        return None
    return joined


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a URL: where a token may go, or not."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or default

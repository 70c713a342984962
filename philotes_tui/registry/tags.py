"""All pages of a tag list (distribution-spec v1.1.1, “Listing Tags”)."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import urlencode

from philotes_tui.errors import NotARegistry
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.limits import Limits
from philotes_tui.registry.pagination import next_link, resolve
from philotes_tui.registry.reference import Repository

Get = Callable[[str], Awaitable[Answer]]
"""Asks for one page by its whole address."""


async def list_tags(get: Get, repository: Repository, limits: Limits) -> list[str]:
    """Return all tags in the registry's order, each once, verbatim.

    The link to the next page is followed as it stands: GHCR's holds `n=0`. A
    full page without one is not believed to be the last before a question with
    `last` brought nothing new, because GHCR has left the link out.

    Raises:
        RegistryError: One of its kinds says what came instead.
    """
    first = f"{repository.url}/tags/list"
    url: str | None = f"{first}?n={limits.page}"
    seen: set[str] = set()
    tags: dict[str, None] = {}
    probing = False
    for _ in range(limits.pages):
        if url is None:
            return list(tags)
        seen.add(url)
        answer = await get(url)
        if probing and _knows_no_last(answer):
            return list(tags)
        if not answer.is_ok:
            raise failures.refusal(answer, repository)
        listed = parse_tags(answer, repository)
        fresh = [tag for tag in listed if tag not in tags]
        tags.update(dict.fromkeys(fresh))
        url = _next_page(answer, repository, seen)
        probing = url is None and len(listed) >= limits.page and bool(fresh)
        if probing:
            url = f"{first}?{urlencode({'n': limits.page, 'last': listed[-1]})}"
    raise _endless(repository, f"it has more than {limits.pages} pages")


def _knows_no_last(answer: Answer) -> bool:
    """Whether a registry refuses the question with `last`, so that the full page was all."""
    return answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}


def parse_tags(answer: Answer, repository: Repository) -> list[str]:
    """Return the tags of one page; `null` is none.

    Raises:
        NotARegistry: The answer is not a list of tags.
    """
    content = answer.json()
    if not isinstance(content, dict) or not ("tags" in content or "name" in content):
        raise failures.not_a_registry(answer, repository)
    tags = content.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise failures.not_a_registry(answer, repository)
    return tags


def _next_page(answer: Answer, repository: Repository, seen: set[str]) -> str | None:
    """Return the address of the next page, or None after the last.

    Raises:
        NotARegistry: It leads to another registry or in a circle.
    """
    target = next_link(answer.headers.get("link"))
    if target is None:
        return None
    url = resolve(answer.url, target)
    if url is None:
        raise NotARegistry(
            f"The tag list of {repository} goes on at another place",
            on=redacted(target),
            said="the link to the next page leaves the registry, and was not followed",
            todo="Check the address; behind a reverse proxy, let the registry know its own URL.",
        )
    if url in seen:
        raise _endless(repository, "the link to the next page leads back to an earlier one")
    return url


def _endless(repository: Repository, said: str) -> NotARegistry:
    return NotARegistry(
        f"The tag list of {repository} does not end",
        said=said,
        todo="Check the address; this registry does not page as the OCI specification says.",
    )

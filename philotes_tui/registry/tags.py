"""All pages of a tag list (distribution-spec v1.1.1, “Listing Tags”)."""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

from philotes_tui.errors import NotARegistry
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer
from philotes_tui.registry.limits import MIB, Limits
from philotes_tui.registry.pagination import next_page
from philotes_tui.registry.reference import Repository

Get = Callable[[str], Awaitable[Answer]]
"""Asks for one page by its whole address."""

_SMALLER = (1000, 100, 0)
"""Tags asked for after a registry refused more: Quay takes no 1000; 0 leaves it to the registry."""
_TOO_MANY = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
_CAP = 50
"""What registries cut a page to without saying so is a multiple of this."""


async def list_tags(get: Get, repository: Repository, limits: Limits) -> list[str]:
    """Return all tags in the registry's order, each once, verbatim.

    As many as the registry honours are asked for at once, fewer where it refuses.
    The link to the next page is followed as it stands: GHCR's holds `n=0`. A page
    without one that could have been cut short is not believed to be the last before
    a question with `last` brought nothing new, because GHCR has left the link out.

    Raises:
        RegistryError: One of its kinds says what came instead.
    """
    answer, size = await _first_page(get, repository, limits.page)
    seen = {answer.url}
    tags: dict[str, None] = {}
    taken = 0
    probing = False
    for page in range(1, limits.pages + 1):
        if not answer.is_ok:
            if probing and _knows_no_last(answer):
                return list(tags)
            raise failures.refusal(answer, repository)
        taken += len(answer.body)
        if taken > limits.lists_bytes:
            raise _endless(repository, f"it has more than {limits.lists_bytes / MIB:.2g} MiB")
        listed = parse_tags(answer, repository)
        known = len(tags)
        tags.update(dict.fromkeys(listed))
        url = next_page(answer, seen, partial(_endless, repository))
        probing = url is None and len(tags) > known and _may_be_cut(len(listed), size)
        if probing:
            url = _page_url(repository, size, listed[-1])
        if url is None:
            return list(tags)
        if page < limits.pages:
            seen.add(url)
            answer = await get(url)
    raise _endless(repository, f"it has more than {limits.pages} pages")


async def _first_page(get: Get, repository: Repository, size: int) -> tuple[Answer, int]:
    """Return the first page and how many tags it was asked for."""
    answer = await get(_page_url(repository, size))
    for smaller in _SMALLER:
        if answer.status not in _TOO_MANY or answer.is_html or failures.wants_tls(answer):
            break
        if smaller < size:
            size = smaller
            answer = await get(_page_url(repository, size))
    return answer, size


def _page_url(repository: Repository, size: int, last: str = "") -> str:
    asked = {**({"n": str(size)} if size else {}), **({"last": last} if last else {})}
    return f"{repository.url}/tags/list{'?' + urlencode(asked) if asked else ''}"


def _may_be_cut(listed: int, size: int) -> bool:
    """Whether a page without a link may not be the last: full, or cut at a round number."""
    return listed > 0 and (listed >= size > 0 or listed % _CAP == 0)


def _knows_no_last(answer: Answer) -> bool:
    """Whether a registry refuses the question with `last`, so that the full page was all."""
    return answer.status in {*_TOO_MANY, HTTPStatus.NOT_FOUND}


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


def _endless(repository: Repository, said: str) -> NotARegistry:
    return NotARegistry(
        f"The tag list of {repository} cannot be read to its end",
        said=said,
        todo="Check the address; behind a reverse proxy, let the registry know its own URL.",
    )

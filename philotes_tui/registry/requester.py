"""One question to a registry: authorized where it asks for that, redirected where that is safe."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from philotes_tui.errors import NotARegistry
from philotes_tui.foreign import clean_line
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.auth import Authorizer
from philotes_tui.registry.pagination import origin
from philotes_tui.registry.realm import why_unsafe
from philotes_tui.registry.reference import Repository
from philotes_tui.registry.transport import Transport

_SAME_METHOD = frozenset({307, 308})
_ANY = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS = 5
_WARNING = re.compile(r'(?:^|,)\s*299\s+[^\s"]+\s+"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_LONGEST_WARNING = 4 * 1024


@dataclass(frozen=True)
class Question:
    """What is asked of a repository.

    Attributes:
        url: The whole address.
        repository: Whose token and login go with it, and to its origin alone.
        accept: The media types that are understood.
        largest: Bytes of the body of a good answer.
        method: GET or HEAD.
        redirects: The statuses that are followed; a page for people is one of the others.
    """

    url: str
    repository: Repository
    accept: tuple[str, ...] = ("application/json",)
    largest: int = 0
    method: str = "GET"
    redirects: frozenset[int] = field(default=_SAME_METHOD)


ANY_REDIRECT = _ANY
"""For blobs, which are kept elsewhere more often than not."""
NO_REDIRECT: frozenset[int] = frozenset()


class Requester:
    """Asks questions on one transport.

    Args:
        transport: Sends each request.
        authorizer: Answers the challenges.
        notice: Takes a sentence for the operator.
    """

    def __init__(
        self, transport: Transport, authorizer: Authorizer, notice: Callable[[str], None]
    ) -> None:
        self._transport = transport
        self._authorizer = authorizer
        self._notice = notice

    async def ask(self, question: Question) -> Answer:
        """Return the answer to a question, whatever its status.

        Raises:
            RegistryDenied: The registry wants a login, or refuses the one that is stored.
            RegistryUnreachable: No complete answer came.
            NotARegistry: It cannot be used, or leads where it should not.
            SettingsError: A file of logins is broken.
        """
        answer = await self._ask_there(question)
        for _ in range(_MOST_HOPS):
            url = _location(answer, question)
            if url is None:
                return answer
            answer = await self._ask_there(replace(question, url=url))
        if _location(answer, question) is None:
            return answer
        raise NotARegistry(
            f"{question.repository.host} redirects again and again",
            on=redacted(question.url),
            todo="Check the address of the registry, and what stands in front of it.",
        )

    async def _ask_there(self, question: Question) -> Answer:
        """Return the answer of the place that a question names: the one gate for a login.

        A list that was redirected goes on elsewhere, so that even the first request of a
        question may be for another host than the registry's.
        """
        if origin(question.url) == origin(question.repository.url):
            return await self._ask_origin(question)
        return await self._send(question, {})

    async def _ask_origin(self, question: Question) -> Answer:
        async def send(headers: Mapping[str, str]) -> Answer:
            return await self._send(question, headers)

        answer = await self._authorizer.authorized(question.repository, send)
        for text in _warnings(answer):
            self._notice(f"{question.repository.host} warns: {text}")
        return answer

    async def _send(self, question: Question, headers: Mapping[str, str]) -> Answer:
        return await self._transport.send(
            question.method,
            question.url,
            {"Accept": ", ".join(question.accept), **headers},
            largest=question.largest,
        )


def _location(answer: Answer, question: Question) -> str | None:
    """Return where an answer leads, or None where it is the answer.

    Raises:
        NotARegistry: It leads to a place that must not be asked.
    """
    target = answer.headers.get("location")
    if answer.status not in question.redirects or not target:
        return None
    try:
        url = urljoin(answer.url, target.replace(" ", "%20")).partition("#")[0]
    except ValueError:
        url = ""
    printable = url.isascii() and url.isprintable()
    reason = why_unsafe(url, question.repository) if printable else "the address cannot be read"
    if not reason:
        return url
    raise NotARegistry(
        f"{question.repository.host} redirects to an unsafe place",
        on=redacted(target),
        said=reason,
        todo="Check the address of the registry; it was not followed.",
    )


def _warnings(answer: Answer) -> list[str]:
    """Return the texts of `Warning: 299 - "text"` headers (distribution-spec, “Warnings”)."""
    texts = _WARNING.findall(answer.headers.get("warning", "")[:_LONGEST_WARNING])
    return [text for text in (clean_line(_ESCAPED.sub(r"\1", t), 300) for t in texts) if text]

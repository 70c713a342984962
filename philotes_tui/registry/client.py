"""Reading an OCI registry: tags and manifests (distribution-spec v1.1.1)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from philotes_tui.errors import NotARegistry, RegistryError, VersionNotFound
from philotes_tui.foreign import clean_line
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.auth import AuthorizationCache, Authorizer
from philotes_tui.registry.credentials import Credentials, stored_credentials
from philotes_tui.registry.limits import Limits
from philotes_tui.registry.pagination import next_link, resolve
from philotes_tui.registry.reference import DIGEST, Reference, Repository
from philotes_tui.registry.transport import Transport

MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""All four, always: without the index types a registry may answer 404."""

_HEAD_REFUSED = {400, 405, 406, 501}


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


class RegistryClient:
    """Reads one registry or several; use it as an async context manager.

    Every method ends within the deadline of the limits, in an answer or in a
    RegistryError, and can be cancelled at any moment.

    Args:
        credentials: Where logins come from; None: Helm's and Docker's files.
        limits: Bounds of time, bytes and retries.
        cache: Tokens kept from one client to the next.
        direct: Hosts asked without a proxy, besides this machine itself.
    """

    def __init__(
        self,
        *,
        credentials: Credentials | None = None,
        limits: Limits | None = None,
        cache: AuthorizationCache | None = None,
        direct: tuple[str, ...] = (),
    ) -> None:
        self._limits = limits or Limits()
        self._transport = Transport(self._limits, direct)
        self._cache = cache or AuthorizationCache()
        self._credentials = credentials or stored_credentials()
        self._authorizer = Authorizer(
            self._transport, self._credentials, self._cache, self._add_notice
        )
        self._notices: list[str] = []

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        await self._transport.__aexit__(kind, error, trace)

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences for the operator: a login left out, a warning of the registry. Each once."""
        return tuple(self._notices)

    def _add_notice(self, sentence: str) -> None:
        if sentence not in self._notices:
            self._notices.append(sentence)

    async def tags(self, repository: Repository) -> list[str]:
        """Return all tags of a repository in the registry's order, each once, verbatim.

        They are foreign text and may lie outside the grammar of tags.

        Raises:
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins is broken.
        """
        async with failures.within(self._limits.deadline, repository.url):
            return await self._tags(repository)

    async def _tags(self, repository: Repository) -> list[str]:
        page = self._limits.page
        first = f"{repository.url}/tags/list"
        url: str | None = f"{first}?n={page}"
        seen: set[str] = set()
        tags: dict[str, None] = {}
        probing = False
        for _ in range(self._limits.pages):
            if url is None:
                return list(tags)
            seen.add(url)
            answer = await self._get(url, repository, self._limits.list_bytes)
            if not answer.is_ok:
                if probing and answer.status in range(400, 429):
                    return list(tags)  # it does not know `last`, so the full page was all
                raise failures.refusal(answer, repository)
            listed = parse_tags(answer, repository)
            fresh = [tag for tag in listed if tag not in tags]
            tags.update(dict.fromkeys(fresh))
            url = _next_page(answer, repository, seen)
            probing = url is None and len(listed) >= page and bool(fresh)
            if probing:
                url = f"{first}?{urlencode({'n': page, 'last': listed[-1]})}"
        raise _endless(repository, f"more than {self._limits.pages} pages")

    async def head_digest(self, reference: Reference) -> str:
        """Return the digest of the manifest that a tag names now.

        Asked by HEAD; where the registry refuses that or names no digest, the
        manifest is read and hashed.

        Raises:
            VersionNotFound: There is no such tag.
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins is broken.
        """
        repository = reference.repository
        url = _manifest_url(reference)
        async with failures.within(self._limits.deadline, url):
            answer = await self._request("HEAD", url, repository, accept=MANIFEST_TYPES, largest=0)
            digest = answer.headers.get("docker-content-digest", "")
            if answer.is_ok and DIGEST.fullmatch(digest) and not answer.is_html:
                return digest
            if answer.is_ok or answer.status in _HEAD_REFUSED:
                return (await self._manifest(reference)).digest
            raise _manifest_refusal(answer, reference)

    async def manifest(self, reference: Reference) -> Manifest:
        """Return a manifest, its bytes checked against every digest that was named for them.

        Raises:
            VersionNotFound: There is no such manifest.
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins is broken.
        """
        async with failures.within(self._limits.deadline, _manifest_url(reference)):
            return await self._manifest(reference)

    async def _manifest(self, reference: Reference) -> Manifest:
        answer = await self._get(
            _manifest_url(reference),
            reference.repository,
            self._limits.manifest_bytes,
            accept=MANIFEST_TYPES,
        )
        if not answer.is_ok:
            raise _manifest_refusal(answer, reference)
        if answer.is_html or not isinstance(answer.json(), dict):
            raise failures.not_a_registry(answer, reference.repository)
        for named in (reference.digest, answer.headers.get("docker-content-digest")):
            _check_digest(named, answer)
        digest = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
        return Manifest(digest, answer.media_type, answer.body)

    async def _get(
        self, url: str, repository: Repository, largest: int, accept: tuple[str, ...] = ()
    ) -> Answer:
        accept = accept or ("application/json",)
        return await self._request("GET", url, repository, accept=accept, largest=largest)

    async def _request(
        self,
        method: str,
        url: str,
        repository: Repository,
        *,
        accept: tuple[str, ...],
        largest: int,
    ) -> Answer:
        """Send one request, with the token kept or, after a 401, with a new one, once."""
        headers = {"Accept": ", ".join(accept)}
        if kept := self._cache.get(repository):
            headers["Authorization"] = kept
        answer = await self._transport.send(method, url, headers, largest=largest)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._cache.drop(repository)
            headers["Authorization"] = await self._authorizer.authorize(repository, answer)
            answer = await self._transport.send(method, url, headers, largest=largest)
            if answer.status == HTTPStatus.UNAUTHORIZED:
                basic = await self._credentials.lookup(str(repository.host))
                raise self._authorizer.refused(repository, answer, basic)
        if warning := _warning(answer):
            self._add_notice(f"{repository.host} warns: {warning}")
        return answer


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


def _manifest_url(reference: Reference) -> str:
    return f"{reference.repository.url}/manifests/{reference.target}"


def _manifest_refusal(answer: Answer, reference: Reference) -> RegistryError:
    if answer.status == HTTPStatus.NOT_FOUND and not answer.is_html:
        return VersionNotFound(
            f"{reference} does not exist",
            said=answer.said(),
            todo="Reload the list of versions and pick another.",
        )
    return failures.refusal(answer, reference.repository)


def _check_digest(named: str | None, answer: Answer) -> None:
    """Raise where bytes do not have the digest that was named for them."""
    if not named or not DIGEST.fullmatch(named):
        return
    algorithm, _, expected = named.partition(":")
    hashing: Callable[[bytes], object] = hashlib.sha512 if algorithm == "sha512" else hashlib.sha256
    if hashing(answer.body).hexdigest() != expected:  # type: ignore[attr-defined]
        raise RegistryError(
            "The manifest that came does not have its digest",
            on=redacted(answer.url),
            said=f"expected {named}",
            todo="Reload; if it stays so, do not deploy from this registry.",
        )


def _warning(answer: Answer) -> str:
    """Return the text of a `Warning: 299 - "text"` header, or nothing (distribution-spec)."""
    value = answer.headers.get("warning", "")
    _, quote, rest = value.partition('"')
    text = rest.rpartition('"')[0]
    return clean_line(text, 300) if quote and value.startswith("299 ") else ""

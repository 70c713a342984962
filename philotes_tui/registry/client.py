"""Reading an OCI registry: tags and manifests (distribution-spec v1.1.1)."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from philotes_tui.errors import RegistryError, VersionNotFound
from philotes_tui.foreign import clean_line
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer
from philotes_tui.registry.auth import AuthorizationCache, Authorizer
from philotes_tui.registry.credentials import Credentials, stored_credentials
from philotes_tui.registry.deadline import within
from philotes_tui.registry.limits import Limits
from philotes_tui.registry.manifest import MANIFEST_TYPES, Manifest, parse_manifest
from philotes_tui.registry.reference import DIGEST, Reference, Repository
from philotes_tui.registry.tags import list_tags
from philotes_tui.registry.transport import Transport

_HEAD_REFUSED = {400, 405, 406, 501}


class RegistryClient:
    """Reads one registry or several; use it as an async context manager.

    Every method ends within the deadline of the limits, in an answer or in a
    RegistryError, and can be cancelled at any moment.

    Args:
        credentials: Where logins come from; None: Helm's and Docker's files.
        limits: Bounds of time, bytes and retries.
        cache: Tokens kept from one client to the next.
        ca_file: A PEM file of authorities trusted besides the system's.
    """

    def __init__(
        self,
        *,
        credentials: Credentials | None = None,
        limits: Limits | None = None,
        cache: AuthorizationCache | None = None,
        ca_file: Path | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._transport = Transport(self._limits, ca_file)
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
        async with within(self._limits.deadline, repository.url):
            return await list_tags(
                lambda url: self._get(url, repository, self._limits.list_bytes),
                repository,
                self._limits,
            )

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
        async with within(self._limits.deadline, url):
            answer = await self._request("HEAD", url, repository, accept=MANIFEST_TYPES, largest=0)
            digest = answer.headers.get("docker-content-digest", "")
            if answer.is_ok and DIGEST.fullmatch(digest):
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
        async with within(self._limits.deadline, _manifest_url(reference)):
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
        return parse_manifest(answer, reference)

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
        """Send one request, with the token kept or, after a 401, with a new one, once.

        A kept token that is refused, whether by 401 or 403, is forgotten: only a
        request without one is told by which challenge to go on.
        """
        headers = {"Accept": ", ".join(accept)}
        kept = self._cache.get(repository)
        answer = await self._send(method, url, headers, kept, largest)
        if kept and answer.status in failures.REFUSED:
            self._cache.drop(repository)
            answer = await self._send(method, url, headers, None, largest)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            granted = await self._authorizer.authorize(repository, answer)
            answer = await self._send(method, url, headers, granted, largest)
            if answer.status == HTTPStatus.UNAUTHORIZED:
                self._cache.drop(repository)
                login = await self._credentials.lookup(str(repository.host))
                raise failures.denied(
                    repository, answer.said(), source=login.source if login else ""
                )
        if warning := _warning(answer):
            self._add_notice(f"{repository.host} warns: {warning}")
        return answer

    async def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        authorization: str | None,
        largest: int,
    ) -> Answer:
        granted = {"Authorization": authorization} if authorization else {}
        return await self._transport.send(method, url, {**headers, **granted}, largest=largest)


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


def _warning(answer: Answer) -> str:
    """Return the text of a `Warning: 299 - "text"` header, or nothing (distribution-spec)."""
    value = answer.headers.get("warning", "")
    _, quote, rest = value.partition('"')
    text = rest.rpartition('"')[0]
    return clean_line(text, 300) if quote and value.startswith("299 ") else ""

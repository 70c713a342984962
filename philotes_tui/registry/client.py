"""Reading an OCI registry: tags, manifests, blobs, referrers (distribution-spec v1.1.1)."""

from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from philotes_tui.errors import NotARegistry, RegistryError, VersionNotFound
from philotes_tui.registry import failures, referrers
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.auth import Authorizer
from philotes_tui.registry.chart_manifest import choose
from philotes_tui.registry.credentials import Credentials, stored_credentials
from philotes_tui.registry.deadline import within
from philotes_tui.registry.descriptor import Descriptor, has_digest
from philotes_tui.registry.limits import MIB, Limits
from philotes_tui.registry.manifest import Manifest, parse_manifest
from philotes_tui.registry.media_types import MANIFEST_TYPES
from philotes_tui.registry.reference import Reference, Repository
from philotes_tui.registry.referrers import Referrers
from philotes_tui.registry.requester import ANY_REDIRECT, Question, Requester
from philotes_tui.registry.tags import list_tags
from philotes_tui.registry.tokens import AuthorizationCache
from philotes_tui.registry.transport import Transport
from philotes_tui.releases.grammar import DIGEST

_HEAD_REFUSED = {400, 405, 406, 501}


class RegistryClient:
    """Reads one registry or several; use it as an async context manager.

    Every method ends within the deadline of the limits, in an answer or in a
    RegistryError, and can be cancelled at any moment; a list of tags has it for each page.

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
        self._requester = Requester(
            self._transport,
            Authorizer(
                self._transport,
                credentials or stored_credentials(),
                cache or AuthorizationCache(),
                self._add_notice,
            ),
            self._add_notice,
        )
        self._notices: dict[str, None] = {}

    async def __aenter__(self) -> Self:
        """Make ready; nothing is opened before the first question."""
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

    @property
    def requests(self) -> int:
        """How many requests have gone out, those for tokens and those sent again included."""
        return self._transport.sent

    def _add_notice(self, sentence: str) -> None:
        self._notices.setdefault(sentence)

    async def tags(self, repository: Repository) -> list[str]:
        """Return all tags of a repository in the registry's order, each once, verbatim.

        They are foreign text and may lie outside the grammar of tags. Each page has the
        deadline for itself: how many there are is the registry's affair, and bounded.

        Raises:
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins is broken.
        """

        async def get(url: str) -> Answer:
            async with within(self._limits.deadline, url):
                return await self._requester.ask(
                    Question(url, repository, largest=self._limits.list_bytes)
                )

        return await list_tags(get, repository, self._limits)

    async def head_digest(self, reference: Reference) -> str:
        """Return the digest of the manifest that a tag names now.

        Asked by HEAD; where the registry refuses that or names no digest, the
        manifest is read and hashed.

        Raises:
            VersionNotFound: There is no such tag.
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins is broken.
        """
        url = _manifest_url(reference)
        async with within(self._limits.deadline, url):
            question = Question(url, reference.repository, MANIFEST_TYPES, method="HEAD")
            answer = await self._requester.ask(question)
            digest = answer.headers.get("docker-content-digest", "")
            if answer.is_ok and DIGEST.fullmatch(digest):
                return digest
            if answer.is_ok or answer.status in _HEAD_REFUSED:
                return (await self._manifest(reference)).digest
            raise _manifest_refusal(answer, reference)

    async def manifest(self, reference: Reference) -> Manifest:
        """Return a manifest or index, its bytes checked against every digest named for them.

        Raises:
            VersionNotFound: There is no such manifest.
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins is broken.
        """
        async with within(self._limits.deadline, _manifest_url(reference)):
            return await self._manifest(reference)

    async def chart_manifest(self, reference: Reference) -> tuple[Manifest, Manifest]:
        """Return the manifest of a Helm chart, and the one that the reference itself names.

        They differ where the reference names an index that lists the chart among others.

        Raises:
            VersionNotFound: There is no such manifest.
            RegistryError: One of its kinds says what came instead, or it is not a chart.
            SettingsError: A file of logins is broken.
        """
        async with within(self._limits.deadline, _manifest_url(reference)):
            named = await self._manifest(reference)
            return await choose(named, reference, self._manifest), named

    async def blob(
        self, repository: Repository, descriptor: Descriptor, *, largest: int | None = None
    ) -> bytes:
        """Return the bytes that a descriptor points at, their digest and number checked.

        A redirect is followed; the token and login go to the registry alone.

        Args:
            repository: Where.
            descriptor: What.
            largest: Bytes that are read at most; None is the limit for blobs.

        Raises:
            RegistryError: The registry does not have it, or one of its kinds says what came
                instead.
            SettingsError: A file of logins is broken.
        """
        if descriptor.data is not None:
            return descriptor.data
        url = f"{repository.url}/blobs/{descriptor.digest}"
        largest = self._limits.blob_bytes if largest is None else largest
        if descriptor.size > largest:
            raise _unusable_blob(
                url, f"it has {descriptor.size / MIB:.1f} MiB, at most {largest / MIB:.3g} are read"
            )
        async with within(self._limits.deadline, url):
            answer = await self._requester.ask(
                Question(url, repository, ("*/*",), largest=descriptor.size, redirects=ANY_REDIRECT)
            )
        if not answer.is_ok:
            raise _blob_refusal(answer, repository)
        if len(answer.body) != descriptor.size or not has_digest(answer.body, descriptor.digest):
            raise _unusable_blob(url, "its bytes are not those of its digest")
        return answer.body

    async def referrers(
        self, repository: Repository, digest: str, *, api: bool | None = None, tag: bool = True
    ) -> Referrers:
        """Return the manifests that belong to a digest, such as its signatures.

        Where the registry does not have the API, the tag `sha256-<hex>` is read.

        Args:
            repository: Where.
            digest: Of the manifest they belong to.
            api: Whether the registry has it, where that is known.
            tag: False where it is known that there is no such tag.

        Raises:
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins is broken.
        """
        limits = self._limits
        async with within(limits.deadline, repository.url):
            if api is not False:
                found = await referrers.by_api(
                    self._requester,
                    repository,
                    digest,
                    largest=limits.manifest_bytes,
                    pages=limits.pages,
                    known=api is True,
                )
                if found is not None:
                    return Referrers(found)
            if not tag:
                return Referrers(supported=False)
            try:
                named = repository.with_tag(referrers.fallback_tag(digest))
                listed = referrers.listed(await self._manifest(named))
            except VersionNotFound:
                listed = ()
            return Referrers(listed, supported=False)

    async def _manifest(self, reference: Reference) -> Manifest:
        answer = await self._requester.ask(
            Question(
                _manifest_url(reference),
                reference.repository,
                MANIFEST_TYPES,
                largest=self._limits.manifest_bytes,
            )
        )
        if not answer.is_ok:
            raise _manifest_refusal(answer, reference)
        return parse_manifest(answer, reference)


def _manifest_url(reference: Reference) -> str:
    return f"{reference.repository.url}/manifests/{reference.target}"


def _manifest_refusal(answer: Answer, reference: Reference) -> RegistryError:
    if answer.status == HTTPStatus.NOT_FOUND and not answer.is_html:
        return VersionNotFound(
            f"{reference} does not exist",
            said=answer.said(),
            todo="See which versions there are and choose another.",
        )
    return failures.refusal(answer, reference.repository)


def _blob_refusal(answer: Answer, repository: Repository) -> RegistryError:
    if answer.status != HTTPStatus.NOT_FOUND:
        return failures.refusal(answer, repository)
    return RegistryError(
        f"A part of what is in {repository} is missing there",
        on=redacted(answer.url),
        said=answer.said(),
        todo="Publish it again with `helm push`.",
    )


def _unusable_blob(url: str, said: str) -> RegistryError:
    return NotARegistry(
        "A part of the chart cannot be used",
        on=redacted(url),
        said=said,
        todo="Try again; if it stays so, do not deploy from this registry.",
    )

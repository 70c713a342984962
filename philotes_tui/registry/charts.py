"""The published versions of one chart: what screens and commands ask a registry."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from philotes_tui.errors import RegistryError
from philotes_tui.registry.chart_reader import ChartReader, PackagedChart, Wanted
from philotes_tui.registry.client import RegistryClient
from philotes_tui.registry.credentials import Credentials, stored_credentials
from philotes_tui.registry.deadline import within
from philotes_tui.registry.kept import KeptCharts, never_seen
from philotes_tui.registry.limits import Limits
from philotes_tui.registry.reference import Repository
from philotes_tui.registry.signature_content import SignedContent, signed_content
from philotes_tui.registry.signatures import SignatureFinder
from philotes_tui.registry.silence import each_answer
from philotes_tui.registry.source import BlobStore
from philotes_tui.registry.tokens import AuthorizationCache
from philotes_tui.releases import (
    Catalog,
    ChartContent,
    ChartDetails,
    Release,
    Signature,
    catalog_from_tags,
)


class ChartRegistry:
    """A chart in a folder of an OCI registry, as `helm push` lays it.

    Nothing is opened before the first question, and nothing stays open after an
    answer; tokens are kept until they expire.

    Args:
        url: The folder, `oci://host/path`, without the chart's name.
        chart: The chart's name.
        plain_http: Without TLS or with it; None: without it on loopback only.
        credentials: Where logins come from; None: Helm's and Docker's files.
        limits: Bounds of time, bytes and retries.
        ca_file: A PEM file of authorities trusted besides the system's.
        blobs: Keeps manifests, configs and archives between runs.
        seen: The digest of each tag as it was last seen. With it nothing is asked of the
            registry: what `blobs` keeps is all there is, and no list of tags or signatures.

    Attributes:
        repository: Where the chart is.
        url: The folder.
        notices: Sentences for the operator, each once: a login left out, a warning.
        requests: How many requests have gone out, those for tokens included.

    Raises:
        InvalidReference: The address does not parse.
        ValueError: `seen` without `blobs`, which hold what was seen.
    """

    def __init__(
        self,
        url: str,
        chart: str = "philotes",
        plain_http: bool | None = None,
        *,
        credentials: Credentials | None = None,
        limits: Limits | None = None,
        ca_file: Path | None = None,
        blobs: BlobStore | None = None,
        seen: Mapping[str, str] | None = None,
    ) -> None:
        self.repository = Repository.in_folder(url, chart, plain_http=plain_http)
        self.url = str(self.repository).removesuffix(f"/{chart}")
        self.notices: tuple[str, ...] = ()
        self.requests = 0
        self._counting = threading.Lock()  # one may be asked from several threads at once
        self._credentials = credentials or stored_credentials()
        self._limits = limits or Limits()
        self._cache = AuthorizationCache()
        self._ca_file = ca_file
        self._blobs = blobs
        self._kept = _kept(blobs, seen)
        self._tags: frozenset[str] | None = None
        self._referrers: bool | None = None

    @property
    def plain_http(self) -> bool:
        """Whether the registry is spoken to without TLS."""
        return self.repository.plain_http

    async def tags(self) -> tuple[str, ...]:
        """Return all tags as the registry lists them: foreign text, each once.

        Raises:
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        async with self._client() as client:
            tags = await client.tags(self.repository)
        self._tags = frozenset(tags)
        return tuple(tags)

    async def catalog(self) -> Catalog:
        """Return what is published now.

        Raises:
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        return catalog_from_tags(await self.tags())

    async def digest(self, version: Wanted) -> str:
        """Return the digest under which a version is published now, `sha256:…`: one request.

        Raises:
            InvalidReference: It is not a version.
            VersionNotFound: It is not published (any more).
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        async with self._reader(signatures=False) as reader:
            return await reader.digest(version)

    async def digests(self, versions: Iterable[Release], limit: int = 16) -> dict[str, str]:
        """Return the digest that each version's tag names now, by tag: one request each.

        A version that has none now, because it is gone for instance, is left out.

        Args:
            versions: As in a catalog.
            limit: How many are asked for at a time; as many as there may be connections.

        Raises:
            RegistryUnreachable: No answer came, or to `limit` in a row none in time.
            RegistryDenied: The registry refuses.
            RegistryRateLimited: The registry asks to wait for longer than is of use.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        async with (
            self._reader(signatures=False) as reader,
            aclosing(each_answer(reader.digest, versions, limit)) as answers,
        ):
            return {
                release.tag: digest
                async for release, digest in answers
                if not isinstance(digest, RegistryError)
            }

    async def details(self, version: Wanted, *, signatures: bool = True) -> ChartDetails:
        """Return the details of one version; see `details_of` for what that costs.

        Args:
            version: The version, or a digest.
            signatures: Whether to look for signatures.

        Raises:
            InvalidReference: It is neither a version nor a digest.
            VersionNotFound: It is not published (any more).
            RegistryError: One of its kinds says what came instead, or it is not a chart.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        async with self._reader(signatures=signatures) as reader:
            return await reader.details(version)

    async def details_of(
        self,
        versions: Iterable[Release],
        limit: int = 16,
        *,
        signatures: bool = True,
        ordered: bool = True,
    ) -> AsyncGenerator[tuple[Release, ChartDetails | RegistryError], None]:
        """Yield each version with its details, `limit` of them asked for at a time.

        A version costs exactly two requests, its manifest and its config; one, where the
        `BlobStore` has the config. Signatures cost one more for each where the registry has
        the referrers API, and where it has not, one altogether to learn that, if `tags` or
        `catalog` was asked before, else two more for each. What is listed without its type, as
        cosign's bundles are under the fallback tag, costs one more until the `BlobStore` has it,
        and so does whatever an index lists that names the chart. A blob kept elsewhere costs
        one more for the redirect. Tokens are asked for once.

        What is wrong with one version is yielded in its place; what concerns the whole registry
        ends the iteration. Leave it early with `contextlib.aclosing`, and nothing stays open.

        Args:
            versions: Newest first, as in a catalog.
            limit: How many are asked for at a time; as many as there may be connections.
            signatures: Whether to look for signatures.
            ordered: Whether in the order given; else each as soon as it is answered.

        Raises:
            RegistryUnreachable: No answer came, or to `limit` in a row none in time.
            RegistryDenied: The registry refuses.
            RegistryRateLimited: The registry asks to wait for longer than is of use.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        async with (
            self._reader(signatures=signatures) as reader,
            aclosing(each_answer(reader.details, versions, limit, ordered=ordered)) as answers,
        ):
            async for answer in answers:
                yield answer

    async def package(self, version: Wanted, *, provenance: bool = False) -> PackagedChart:
        """Return a chart as it was pushed: two requests, one where the store has the archive.

        Args:
            version: The version, or a digest.
            provenance: Whether to read the provenance file too, one request more.

        Raises:
            InvalidReference: It is neither a version nor a digest.
            VersionNotFound: It is not published (any more).
            RegistryError: One of its kinds says what came instead, or it is not a chart.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        async with self._reader(signatures=False) as reader:
            return await reader.package(version, provenance=provenance)

    async def chart(self, version: Wanted) -> ChartContent:
        """Return what is in a published chart; see `package`.

        Raises:
            InvalidReference: It is neither a version nor a digest.
            VersionNotFound: It is not published (any more).
            RegistryError: One of its kinds says what came instead, or the archive is unusable.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        from philotes_tui.registry.archive import read_chart  # noqa: PLC0415 - imports YAML, tar

        package = await self.package(version)
        return await asyncio.to_thread(read_chart, package.archive, on=str(package.reference))

    async def signatures(self, version: Wanted) -> tuple[Signature, ...]:
        """Return the signatures that the registry holds for a version or digest, not verified.

        Raises:
            InvalidReference: It is neither a version nor a digest.
            VersionNotFound: It is not published (any more).
            RegistryError: One of its kinds says what came instead, or it is not a chart.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        async with self._reader(signatures=True) as reader:
            return await reader.signatures(version)

    async def signed_content(self, digest: str) -> SignedContent:
        """Return what cosign stored beside a chart's digest, with its bytes, not verified.

        Raises:
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        async with self._client() as client, within(self._limits.deadline, self.repository.url):
            return await signed_content(client, self.repository, digest, self._blobs)

    @asynccontextmanager
    async def _client(self) -> AsyncGenerator[RegistryClient, None]:
        if self._kept is not None:
            raise never_seen(str(self.repository))
        async with RegistryClient(
            credentials=self._credentials,
            limits=self._limits,
            cache=self._cache,
            ca_file=self._ca_file,
        ) as client:
            try:
                yield client
            finally:
                with self._counting:
                    self.notices = tuple(dict.fromkeys((*self.notices, *client.notices)))
                    self.requests += client.requests

    @asynccontextmanager
    async def _reader(self, *, signatures: bool) -> AsyncGenerator[ChartReader, None]:
        if self._kept is not None:
            yield ChartReader(self._kept, self.repository)
            return
        async with self._client() as client:
            finder = SignatureFinder(
                client, self.repository, tags=self._tags, api=self._referrers, blobs=self._blobs
            )
            yield ChartReader(
                client,
                self.repository,
                finder=finder if signatures else None,
                blobs=self._blobs,
                deadline=self._limits.deadline,
            )
            self._referrers = finder.api


def _kept(blobs: BlobStore | None, seen: Mapping[str, str] | None) -> KeptCharts | None:
    if seen is None:
        return None
    if blobs is None:
        raise ValueError("what was seen is in the store of blobs, and there is none")
    return KeptCharts(blobs, seen)

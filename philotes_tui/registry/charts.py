"""The published versions of one chart: what screens and commands ask a registry."""

from pathlib import Path

from philotes_tui.errors import VersionNotFound
from philotes_tui.registry.client import RegistryClient
from philotes_tui.registry.credentials import Credentials, stored_credentials
from philotes_tui.registry.limits import Limits
from philotes_tui.registry.reference import Repository
from philotes_tui.registry.tokens import AuthorizationCache
from philotes_tui.releases import Catalog, Version, catalog_from_tags


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

    Raises:
        InvalidReference: The address does not parse.
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
    ) -> None:
        folder = url.strip().rstrip("/")
        self.repository = Repository.parse(f"{folder}/{chart}", plain_http=plain_http)
        self.url = str(self.repository).removesuffix(f"/{chart}")
        self.notices: tuple[str, ...] = ()
        self._credentials = credentials or stored_credentials()
        self._limits = limits or Limits()
        self._cache = AuthorizationCache()
        self._ca_file = ca_file

    @property
    def plain_http(self) -> bool:
        """Whether the registry is spoken to without TLS."""
        return self.repository.plain_http

    def _client(self) -> RegistryClient:
        return RegistryClient(
            credentials=self._credentials,
            limits=self._limits,
            cache=self._cache,
            ca_file=self._ca_file,
        )

    async def catalog(self) -> Catalog:
        """Return what is published now.

        Raises:
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        async with self._client() as client:
            tags = await client.tags(self.repository)
            self.notices = client.notices
        return catalog_from_tags(tags)

    async def digest(self, version: Version | str) -> str:
        """Return the digest under which a version is published now, `sha256:…`.

        Raises:
            InvalidReference: It is not a version.
            VersionNotFound: It is not published (any more).
            RegistryError: One of its kinds says what came instead.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        parsed = version if isinstance(version, Version) else Version.parse(version)
        async with self._client() as client:
            try:
                return await client.head_digest(self.repository.with_tag(parsed.tag))
            except VersionNotFound as error:
                raise VersionNotFound(
                    f"Version {parsed} is not in {self.repository} (any more)",
                    said=error.said,
                    todo="Reload the list of versions and pick another.",
                ) from error
            finally:
                self.notices = client.notices

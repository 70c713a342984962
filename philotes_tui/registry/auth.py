"""From a 401 to an Authorization header: Basic, or a token from the registry's realm.

The flow is distribution/distribution:docs/content/spec/auth/token.md. Nothing
here is sent before the registry asked, and a header goes to its origin alone.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from philotes_tui.errors import NotARegistry
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.challenge import Challenge, parse_challenges
from philotes_tui.registry.credentials import Basic, Credentials
from philotes_tui.registry.host import address_of, is_loopback
from philotes_tui.registry.reference import Repository
from philotes_tui.registry.transport import Transport

DEFAULT_LIFE = 60.0
"""Seconds a token lives where the realm does not say (token.md, `expires_in`)."""
_MARGIN = 5.0
_LONGEST_TOKEN = 32 * 1024


@dataclass
class AuthorizationCache:
    """Authorization headers by registry and scope, until they expire.

    Attributes:
        now: A monotonic clock in seconds.
    """

    now: Callable[[], float] = time.monotonic
    _kept: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict, repr=False)

    def get(self, repository: Repository) -> str | None:
        """Return the header for reading a repository, unless it has expired."""
        header, expires = self._kept.get(_key(repository), ("", 0.0))
        return header if header and self.now() < expires else None

    def put(self, repository: Repository, header: str, life: float) -> None:
        """Keep a header for `life` seconds, less a margin for the way."""
        self._kept[_key(repository)] = (header, self.now() + life - _MARGIN)

    def drop(self, repository: Repository) -> None:
        """Forget the header of a repository: the registry refused it."""
        self._kept.pop(_key(repository), None)


def _key(repository: Repository) -> tuple[str, str]:
    return repository.origin, f"repository:{repository.name}:pull"


class Authorizer:
    """Answers challenges of one registry.

    Args:
        transport: Sends the request for a token.
        credentials: Asked for a login only after the registry wants one.
        cache: Keeps what was granted.
        notice: Takes a sentence for the operator.
    """

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        cache: AuthorizationCache,
        notice: Callable[[str], None],
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._cache = cache
        self._notice = notice

    async def authorize(self, repository: Repository, answer: Answer) -> str:
        """Return the header that a 401 answer asks for.

        Raises:
            RegistryDenied: No login is stored, or it is refused.
            NotARegistry: The challenge or the token cannot be used, or the realm is not safe.
        """
        challenges = parse_challenges(answer.headers.get("www-authenticate", ""))
        basic = await self._credentials.lookup(str(repository.host))
        bearer = next((c for c in challenges if c.scheme == "bearer"), None)
        if bearer is not None and bearer.parameters.get("realm"):
            header, life = await self._token(repository, bearer, basic)
        elif any(c.scheme == "basic" for c in challenges) and basic is not None:
            header, life = basic.header, float("inf")
        else:
            raise failures.denied(repository, answer.said())
        self._cache.put(repository, header, life)
        return header

    async def _token(
        self, repository: Repository, challenge: Challenge, basic: Basic | None
    ) -> tuple[str, float]:
        """Return the header and its life in seconds; a refused login is left out once."""
        url = token_url(challenge, repository)
        answer = await self._ask(url, basic)
        refused = answer
        if basic is not None and answer.status in failures.REFUSED:
            answer = await self._ask(url, None)
            if answer.status in failures.REFUSED:
                raise failures.denied(repository, refused.said(), source=basic.source)
            self._notice(
                f"The login for {repository.host} in {basic.source} was refused; "
                f"{repository} was read without it. "
                f"Renew it with `{failures.login_command(repository)}`."
            )
        if answer.status == HTTPStatus.NOT_FOUND:
            raise failures.not_a_registry(answer, repository)
        if not answer.is_ok:
            raise failures.refusal(answer, repository)
        return parse_token(answer, repository)

    async def _ask(self, url: str, basic: Basic | None) -> Answer:
        headers = {"Authorization": basic.header} if basic is not None else {}
        return await self._transport.send(
            "GET", url, headers, largest=self._transport.limits.error_bytes
        )


def token_url(challenge: Challenge, repository: Repository) -> str:
    """Return the address of the token: the realm with service and scope.

    Raises:
        NotARegistry: The realm is not safe to ask.
    """
    realm = challenge.parameters["realm"]
    reason = _unsafe(realm, repository)
    if reason:
        raise NotARegistry(
            f"{repository.host} sends us to an unsafe place for a token",
            on=redacted(realm),
            said=reason,
            todo="Check the address of the registry; do not log in to it.",
        )
    parts = urlsplit(realm)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if service := challenge.parameters.get("service"):
        query.append(("service", service))
    query += [("scope", s) for s in scopes(challenge.parameters.get("scope", ""), repository)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def scopes(offered: str, repository: Repository) -> tuple[str, ...]:
    """Return the scopes to ask for: those offered for this repository, else reading it.

    GHCR offers the placeholder `repository:user/image:pull` at `/v2/`. The name
    in a scope may itself hold a colon (distribution:docs/content/spec/auth/scope.md).
    """
    fitting = tuple(
        scope
        for scope in offered.split()
        if scope.partition(":")[2].rpartition(":")[0] == repository.name
    )
    return fitting or (f"repository:{repository.name}:pull",)


def _unsafe(realm: str, repository: Repository) -> str:
    """Return why a realm must not be asked, or nothing."""
    try:
        parts = urlsplit(realm)
        host = (parts.hostname or "").lower()
        _ = parts.port
    except ValueError:
        return "the address cannot be read"
    if parts.scheme not in {"http", "https"} or not host:
        return "it is not an http or https address"
    if parts.username is not None or parts.password is not None:
        return "it carries a user name"
    if parts.scheme == "http" and not repository.plain_http:
        return "it leaves TLS, which the registry itself uses"
    return "" if host == repository.host.name else _unsafe_host(host, repository)


def _unsafe_host(host: str, repository: Repository) -> str:
    """Return why a host other than the registry's own must not be asked, or nothing."""
    address = address_of(host)
    if is_loopback(host):
        return "" if repository.host.is_loopback else "it is on this machine"
    if address is None or address.is_global:
        return ""
    own = repository.host.address
    if address.is_link_local or own is None or own.is_global:
        return "it is inside a private network, and the registry is not"
    return ""


def parse_token(answer: Answer, repository: Repository) -> tuple[str, float]:
    """Return the Authorization header and its life in seconds from the realm's answer.

    Raises:
        NotARegistry: There is no token in it, or none that can stand in a header.
    """
    content = answer.json()
    if not isinstance(content, dict):
        raise failures.not_a_registry(answer, repository)
    token = content.get("token") or content.get("access_token")
    if not isinstance(token, str) or not _fits_header(token):
        raise NotARegistry(
            f"The token service of {repository.host} sent no usable token",
            on=redacted(answer.url),
            todo="Reload; if it stays so, check the address of the registry.",
        )
    life = content.get("expires_in")
    seconds = float(life) if isinstance(life, int) and 0 < life < 10**9 else DEFAULT_LIFE
    return f"Bearer {token}", seconds - _age(content.get("issued_at"))


def _fits_header(token: str) -> bool:
    return 0 < len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable()


def _age(issued_at: object) -> float:
    """Return the seconds since a token was issued; 0 where that cannot be told."""
    try:
        issued = datetime.fromisoformat(issued_at) if isinstance(issued_at, str) else None
    except ValueError:
        return 0.0
    if issued is None or issued.tzinfo is None:
        return 0.0
    return max(0.0, (datetime.now(UTC) - issued).total_seconds())

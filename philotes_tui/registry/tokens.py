"""Tokens of a registry: where they are had, what they allow, how long they live.

The flow is distribution/distribution:docs/content/spec/auth/token.md; an identity token is
exchanged as in docs/content/spec/auth/oauth.md.
"""

import re
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from philotes_tui.errors import NotARegistry
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.challenge import Challenge
from philotes_tui.registry.credentials import Login
from philotes_tui.registry.realm import why_unsafe
from philotes_tui.registry.reference import Repository
from philotes_tui.registry.turns import Turns

DEFAULT_LIFE = 60.0
"""Seconds a token lives where the realm does not say (token.md, `expires_in`)."""
_MARGIN = 5.0
_LONGEST_TOKEN = 32 * 1024
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_CLIENT = "philotes-tui"


@dataclass(frozen=True)
class Grant:
    """What a registry granted.

    Attributes:
        header: The Authorization header; never shown.
        challenge: What it answers.
        login: What it was granted for; None is anonymous.
    """

    header: str = field(repr=False)
    challenge: Challenge | None = None
    login: Login | None = None


@dataclass
class AuthorizationCache:
    """What was granted by registry and repository, until it expires; threads may share one.

    Attributes:
        now: A monotonic clock in seconds.
    """

    now: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[Grant, float]] = field(default_factory=dict, repr=False)
    _turns: Turns = field(default_factory=Turns, repr=False)

    def get(self, repository: Repository) -> Grant | None:
        """Return what allows to read a repository, unless it has expired."""
        grant, expires = self._kept.get(repository.url, (None, 0.0))
        return grant if self.now() < expires else None

    def put(self, repository: Repository, grant: Grant, life: float) -> None:
        """Keep a grant for `life` seconds, less a margin for the way."""
        self._kept[repository.url] = (grant, self.now() + life - _MARGIN)

    def drop(self, repository: Repository) -> None:
        """Forget the grant of a repository: the registry refused it."""
        self._kept.pop(repository.url, None)

    def turn(self, repository: Repository) -> AbstractAsyncContextManager[None]:
        """Wait until nobody else asks for a token of this repository, in any thread."""
        return self._turns.turn(repository.url)


def token_url(challenge: Challenge, repository: Repository) -> str:
    """Return the address of the token: the realm with service and scope.

    Raises:
        NotARegistry: The realm is not safe to ask.
    """
    parts = urlsplit(_realm(challenge, repository))
    query = parse_qsl(parts.query, keep_blank_values=True)
    if service := challenge.parameters.get("service"):
        query.append(("service", service))
    query += [("scope", s) for s in scopes(challenge.parameters.get("scope", ""), repository)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def refresh_request(
    challenge: Challenge, repository: Repository, identity_token: str
) -> tuple[str, bytes]:
    """Return address and body of the POST that exchanges an identity token (oauth.md).

    Raises:
        NotARegistry: The realm is not safe to ask.
    """
    form = {
        "grant_type": "refresh_token",
        "service": challenge.parameters.get("service", ""),
        "client_id": _CLIENT,
        "scope": " ".join(scopes(challenge.parameters.get("scope", ""), repository)),
        "refresh_token": identity_token,
    }
    return _realm(challenge, repository), urlencode(form).encode()


def _realm(challenge: Challenge, repository: Repository) -> str:
    realm = challenge.parameters["realm"]
    if reason := why_unsafe(realm, repository):
        raise NotARegistry(
            f"{repository.host} sends us to an unsafe place for a token",
            on=redacted(realm),
            said=reason,
            todo="Check the address of the registry; do not log in to it.",
        )
    return realm


def scopes(offered: str, repository: Repository) -> tuple[str, ...]:
    """Return the scopes to ask for: those offered for this repository, else reading it.

    GHCR offers the placeholder `repository:user/image:pull` at `/v2/`. The name
    in a scope may itself hold a colon (distribution:docs/content/spec/auth/scope.md). Where
    there is no repository, there is no scope.
    """
    if not repository.name:
        return ()
    fitting = tuple(
        scope
        for scope in offered.split()
        if scope.partition(":")[2].rpartition(":")[0] == repository.name
    )
    return fitting or (f"repository:{repository.name}:pull",)


def parse_token(answer: Answer, repository: Repository) -> tuple[str, float]:
    """Return the Authorization header and its life in seconds from the realm's answer.

    Raises:
        NotARegistry: There is no token in it, or none that can stand in a header.
    """
    content = answer.json()
    if not isinstance(content, dict):
        raise failures.not_a_registry(answer, repository)
    token = content.get("token") or content.get("access_token")
    if not isinstance(token, str) or not fits_header(token):
        raise NotARegistry(
            f"The token service of {repository.host} sent no usable token",
            on=redacted(answer.url),
            todo="Try again; if it stays so, check the address of the registry.",
        )
    life = content.get("expires_in")
    seconds = float(life) if isinstance(life, int) and 0 < life < 10**9 else DEFAULT_LIFE
    return f"Bearer {token}", seconds - _age(content.get("issued_at"), answer)


def fits_header(token: str) -> bool:
    """Whether a token can stand in a header as it is."""
    return len(token) <= _LONGEST_TOKEN and _VISIBLE.fullmatch(token) is not None


def _age(issued_at: object, answer: Answer) -> float:
    """Return the seconds since a token was issued; 0 where that cannot be told.

    By the clock of the service where it tells that (RFC 9110, section 6.6.1): by one of our own
    that goes ahead, every token would be too old to keep.
    """
    try:
        issued = datetime.fromisoformat(issued_at) if isinstance(issued_at, str) else None
    except ValueError:
        return 0.0
    if issued is None or issued.tzinfo is None:
        return 0.0
    return max(0.0, (_date(answer) - issued).total_seconds())


def _date(answer: Answer) -> datetime:
    """Return when an answer was given, by its own `Date`, else by our clock."""
    try:
        told = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, OverflowError):  # of a year or zone beyond all numbers
        return datetime.now(UTC)
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)

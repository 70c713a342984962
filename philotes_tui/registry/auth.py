"""From a 401 to an Authorization header: Basic, or a token from the registry's realm.

Nothing is sent before the registry asked, and a header goes to its origin alone.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

from philotes_tui.errors import RegistryDenied, SettingsError
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer
from philotes_tui.registry.challenge import Challenge, parse_challenges
from philotes_tui.registry.credential_helper import HelperFailed
from philotes_tui.registry.credentials import (
    Basic,
    Credentials,
    IdentityToken,
    Login,
    RegistryToken,
)
from philotes_tui.registry.reference import Repository
from philotes_tui.registry.tokens import (
    AuthorizationCache,
    Grant,
    parse_token,
    refresh_request,
    token_url,
)
from philotes_tui.registry.transport import Transport

Send = Callable[[Mapping[str, str]], Awaitable[Answer]]
"""Sends one request with these headers added."""

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_FOREVER = float("inf")


class Authorizer:
    """Answers challenges of one registry or several.

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
        self._failed: dict[str, RegistryDenied] = {}

    async def authorized(self, repository: Repository, send: Send) -> Answer:
        """Return the answer to a request, sent with what the registry asks for.

        A token that is kept goes along. One that is refused, by 401 or 403, is replaced
        once, and of many requests that need one at the same time a single one asks for it,
        in whatever threads they run.

        Raises:
            RegistryDenied: No login is stored, or it is refused.
            NotARegistry: The challenge or the token cannot be used, or the realm is not safe.
            SettingsError: What is stored as login cannot be read.
        """
        kept = self._cache.get(repository)
        answer = await send(_headers(kept))
        wants = answer.status == HTTPStatus.UNAUTHORIZED
        if not wants and not (kept and answer.status in failures.REFUSED):
            return answer
        async with self._cache.turn(repository):
            grant = self._cache.get(repository)
            if grant is None or grant == kept:
                self._cache.drop(repository)
                if kept and not _challenges(answer):
                    answer = await send({})  # only a request without a token is told the way
                if answer.status != HTTPStatus.UNAUTHORIZED:
                    return answer
                grant = await self._grant_once(repository, answer)
        return await self._accepted(repository, send, grant)

    async def _accepted(self, repository: Repository, send: Send, grant: Grant) -> Answer:
        """Return the answer to a request with a fresh header; a login is left out once."""
        answer = await send(_headers(grant))
        if answer.status not in failures.REFUSED:
            return answer
        better = await self._without_login(repository, send, grant)
        if better is not None:
            return better
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._cache.drop(repository)
            source = grant.login.source if grant.login else ""
            raise failures.denied(repository, answer.said(), source=source)
        return answer

    async def _without_login(
        self, repository: Repository, send: Send, grant: Grant
    ) -> Answer | None:
        """Return the answer without the login that was refused, or None if that is no better.

        A login that may not read packages hides even public ones: GHCR says so by 403, others
        by 401 with `insufficient_scope` (RFC 6750, section 3.1).
        """
        if grant.challenge is None or grant.login is None:
            return None
        answer = await self._ask_token(grant.challenge, repository, None)
        if not answer.is_ok:
            return None
        header, life = parse_token(answer, repository)
        anonymous = Grant(header, grant.challenge)
        better = await send(_headers(anonymous))
        if better.status in failures.REFUSED:
            return None
        self._cache.put(repository, anonymous, life)
        self._notice(_left_out(repository, grant.login))
        return better

    async def _grant_once(self, repository: Repository, answer: Answer) -> Grant:
        """Return what the registry grants; a refusal holds for as long as this client lives."""
        key = str(repository)
        if (told := self._failed.get(key)) is not None:
            # Each gets its own: an error that is raised grows by the way that it takes.
            raise RegistryDenied(told.what, on=told.on, said=told.said, todo=told.todo)
        try:
            return await self._grant(repository, answer)
        except RegistryDenied as error:
            self._failed[key] = error
            raise

    async def _grant(self, repository: Repository, answer: Answer) -> Grant:
        challenges = _challenges(answer)
        login, trouble = await self._login(repository)
        bearer = next(
            (c for c in challenges if c.scheme == "bearer" and c.parameters.get("realm")), None
        )
        if bearer is not None:
            grant, life = await self._token(repository, bearer, login, trouble)
        elif any(c.scheme == "basic" for c in challenges) and isinstance(login, Basic):
            grant, life = Grant(login.header, None, login), _FOREVER
        elif trouble is not None:
            raise trouble
        else:
            raise failures.denied(repository, answer.said())
        self._cache.put(repository, grant, life)
        return grant

    async def _login(self, repository: Repository) -> tuple[Login | None, SettingsError | None]:
        """Return the login, and why a program that keeps it could not tell it."""
        try:
            return await self._credentials.lookup(str(repository.host)), None
        except HelperFailed as error:
            return None, error

    async def _token(
        self,
        repository: Repository,
        challenge: Challenge,
        login: Login | None,
        trouble: SettingsError | None,
    ) -> tuple[Grant, float]:
        """Return the grant and its life in seconds; a refused login is left out once."""
        if isinstance(login, RegistryToken):
            return Grant(login.header, challenge, login), _FOREVER
        answer = await self._ask_token(challenge, repository, login)
        if login is not None and _is_refused(answer, login):
            refused, answer = answer, await self._ask_token(challenge, repository, None)
            if answer.status in failures.REFUSED:
                raise failures.denied(repository, refused.said(), source=login.source)
            self._notice(_left_out(repository, login))
            login = None
        if trouble is not None and answer.status in failures.REFUSED:
            raise trouble
        if answer.status == HTTPStatus.NOT_FOUND:
            raise failures.not_a_registry(answer, repository)
        if not answer.is_ok:
            raise failures.refusal(answer, repository)
        header, life = parse_token(answer, repository)
        if trouble is not None:
            self._notice(f"{trouble.sentence()} {repository} was read without a login.")
        return Grant(header, challenge, login), life

    async def _ask_token(
        self, challenge: Challenge, repository: Repository, login: Login | None
    ) -> Answer:
        send, largest = self._transport.send, self._transport.limits.error_bytes
        if isinstance(login, IdentityToken):
            url, form = refresh_request(challenge, repository, login.token)
            answer = await send("POST", url, _FORM, largest=largest, body=form)
        else:
            headers = {"Authorization": login.header} if login is not None else {}
            answer = await send("GET", token_url(challenge, repository), headers, largest=largest)
        return replace(answer, holds_secrets=True)


def _headers(grant: Grant | None) -> Mapping[str, str]:
    return {"Authorization": grant.header} if grant is not None else {}


def _challenges(answer: Answer) -> tuple[Challenge, ...]:
    return parse_challenges(answer.headers.get("www-authenticate", ""))


def _is_refused(answer: Answer, login: Login) -> bool:
    """Whether a token service refuses a login; OAuth says so by 400 (RFC 6749, 5.2)."""
    by_oauth = isinstance(login, IdentityToken) and answer.status == HTTPStatus.BAD_REQUEST
    return answer.status in failures.REFUSED or by_oauth


def _left_out(repository: Repository, login: Login) -> str:
    return (
        f"The login for {repository.host} in {login.source} was refused; "
        f"{repository} was read without it. "
        f"Renew it with `{failures.login_command(repository)}`."
    )

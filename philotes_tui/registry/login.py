"""Whether a registry takes a login."""

from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from philotes_tui.errors import RegistryDenied
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer
from philotes_tui.registry.auth import Authorizer
from philotes_tui.registry.credentials import Basic, Login
from philotes_tui.registry.deadline import within
from philotes_tui.registry.host import Host
from philotes_tui.registry.limits import Limits
from philotes_tui.registry.reference import Repository
from philotes_tui.registry.requester import Question, Requester
from philotes_tui.registry.tokens import AuthorizationCache
from philotes_tui.registry.transport import Transport

_REGISTRY = "docker-distribution-api-version"
ANY_REPOSITORY = ""
"""The name of no repository: a token for it is asked for without a scope."""


class _Given:
    """The one login that is tried.

    Attributes:
        asked: Whether the registry wanted one.
    """

    def __init__(self, login: Basic) -> None:
        self._login = login
        self.asked = False

    async def lookup(self, host: str) -> Login | None:  # noqa: ARG002
        """Return the login."""
        self.asked = True
        return self._login


async def check_login(
    repository: Repository,
    login: Basic,
    *,
    limits: Limits | None = None,
    ca_file: Path | None = None,
) -> bool:
    """Ask a registry whether it takes a login; return False where it asks for none.

    What is asked for is `/v2/` (distribution-spec, “Determining Support”), with a token of
    the registry's own where it gives those. That has no scope, as for `docker login`
    (moby/moby:registry/auth.go): the repository that the login is for may not be there yet.

    Args:
        repository: What the login is for; only its registry counts.
        login: User name and password.
        limits: Bounds of time, bytes and retries.
        ca_file: A PEM file of authorities trusted besides the system's.

    Raises:
        RegistryDenied: It refuses the login.
        RegistryError: It does not answer, or not like a registry.
    """
    limits = limits or Limits()
    repository = replace(repository, name=ANY_REPOSITORY)
    given, left_out = _Given(login), list[str]()
    transport = Transport(limits, ca_file)
    url = f"{repository.origin}/v2/"
    async with transport, within(limits.deadline, url):
        authorizer = Authorizer(transport, given, AuthorizationCache(), left_out.append)
        requester = Requester(transport, authorizer, lambda _: None)
        try:
            answer = await requester.ask(Question(url, repository, largest=limits.error_bytes))
        except RegistryDenied as error:
            raise _refused(repository.host, error.said) from error
    if left_out or answer.status in failures.REFUSED:
        raise _refused(repository.host, answer.said() if not answer.is_ok else "")
    if answer.status == HTTPStatus.NOT_FOUND or _is_page(answer):
        raise failures.not_a_registry(answer, repository)
    if not answer.is_ok:
        raise failures.refusal(answer, repository)
    return given.asked


def _is_page(answer: Answer) -> bool:
    """Whether an address for people answers.

    A registry may call its answer HTML, as Quay does (quay/quay:endpoints/v2/__init__.py): it
    shows itself by JSON, or by the header of registries (distribution-spec, “Legacy Docker
    support HTTP headers”).
    """
    is_registry = answer.json() is not None or _REGISTRY in answer.headers
    return answer.is_ok and answer.is_html and not is_registry


def _refused(host: Host, said: str) -> RegistryDenied:
    return RegistryDenied(
        f"{host} refuses this login",
        said=said,
        todo="Check user name and password; GHCR wants a classic token with read:packages.",
    )

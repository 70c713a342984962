"""Every way a registry can fail us, said in our own errors."""

import os
import socket
import ssl
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

from philotes_tui.errors import (
    NotARegistry,
    RegistryDenied,
    RegistryError,
    RegistryRateLimited,
    RegistryUnreachable,
    SettingsError,
    VersionNotFound,
)
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.duration import retry_after
from philotes_tui.registry.exchange import BrokenOff, ConnectTimedOut, NotHttp, ProxyRefused
from philotes_tui.registry.proxies import proxy_for
from philotes_tui.registry.reference import Repository

REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

_CHAIN = 12
_WANTS_TLS = (
    b"HTTP request to an HTTPS server",  # Go's net/http, so most registries
    b"plain HTTP request was sent to HTTPS port",  # nginx, often in front of one
)
_RETRY = "Check that it runs and that the address is right, then try again."


def unreachable(error: Exception, url: str) -> RegistryError:
    """Return what a failed connection means and what to do about it.

    Args:
        error: What the connection raised; the system's reason hangs in its chain of causes.
        url: What was asked; shown without query.
    """
    if isinstance(error, NotHttp):
        return NotARegistry(
            f"{_host(url)} does not speak HTTP",
            on=redacted(url),
            said=str(error),
            todo="Check the host and the port of the address.",
        )
    what, said, todo = _diagnose(error, _host(url))
    if url.startswith("http://") and isinstance(error, BrokenOff):
        todo += " If it speaks TLS, turn off plain HTTP for it (`plain_http` in the settings)."
    if _is_proxied(url):
        todo += " It is asked through the proxy of HTTPS_PROXY, HTTP_PROXY or ALL_PROXY."
    return RegistryUnreachable(what, on=redacted(url), said=said, todo=todo)


def _is_proxied(url: str) -> bool:
    """Whether the environment puts a proxy before a URL."""
    try:
        return proxy_for(url, os.environ) is not None
    except (SettingsError, ValueError):
        return False


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return "the registry"


def _diagnose(error: Exception, host: str) -> tuple[str, str, str]:
    """Return what failed, what was said, and what to do."""
    causes = tuple(_causes(error))
    told = next(filter(None, (_diagnose_cause(cause, host) for cause in causes)), None)
    if told is not None:
        return told
    if isinstance(error, ProxyRefused):
        return "The proxy refused", str(error), "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY."
    if isinstance(error, ConnectTimedOut):
        return (
            f"No connection to {host} came about in time",
            "",
            "Check the network, VPN and proxy settings, then try again.",
        )
    if isinstance(error, BrokenOff):
        return (
            f"The connection to {host} broke off",
            _reason(causes) or str(error),
            "Try again; if it stays so, look at the registry's log.",
        )
    return f"The registry at {host} cannot be reached", _reason(causes) or str(error), _RETRY


def _diagnose_cause(cause: BaseException, host: str) -> tuple[str, str, str] | None:
    """Return the same for one cause that the system or the TLS library named, else None."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {host} is not trusted",
            cause.verify_message,
            "Name its authority with --registry-ca-file or SSL_CERT_FILE, or correct the address.",
        )
    if isinstance(cause, ssl.SSLError):
        return (
            f"No TLS connection to {host} could be made",
            cause.reason or str(cause),
            "If it speaks plain HTTP, turn that on for it (`plain_http`, or `login --plain-http`).",
        )
    if isinstance(cause, socket.gaierror):
        return (
            f"The host {host} cannot be found",
            cause.strerror or "",
            "Check its spelling, and that DNS and the network work.",
        )
    if isinstance(cause, ConnectionRefusedError):
        return f"Nothing listens at {host}", "connection refused", _RETRY
    return None


def _reason(causes: tuple[BaseException, ...]) -> str:
    """Return the operating system's words for the innermost numbered cause."""
    numbers = [c.errno for c in causes if isinstance(c, OSError) and c.errno]
    return os.strerror(numbers[-1]) if numbers else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what caused it, through exception groups, a bounded number."""
    waiting: list[BaseException] = [error]
    for _ in range(_CHAIN):
        if not waiting:
            return
        current = waiting.pop(0)
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        cause = current.__cause__ or current.__context__
        if cause is not None:
            waiting.append(cause)


def refusal(answer: Answer, repository: Repository) -> RegistryError:
    """Return what an answer other than 200 means, for a list or a manifest."""
    if answer.status in REFUSED:
        return denied(repository, answer.said())
    if answer.status == HTTPStatus.NOT_FOUND:
        return _not_found(answer, repository)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return rate_limited(answer)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return RegistryError(
            f"The registry {repository.host} failed",
            on=redacted(answer.url),
            said=answer.said(),
            todo="Wait a moment and try again; if it stays so, look at the registry's log.",
        )
    if wants_tls(answer):
        return NotARegistry(
            f"{repository.host} wants TLS, and was asked without",
            on=redacted(answer.url),
            said=answer.said(),
            todo="Turn off plain HTTP for this registry (`plain_http` in the settings).",
        )
    return not_a_registry(answer, repository)


def wants_tls(answer: Answer) -> bool:
    """Whether a web server says that it was asked without TLS on a port that wants it."""
    return any(words in answer.body for words in _WANTS_TLS)


def _not_found(answer: Answer, repository: Repository) -> RegistryError:
    if answer.is_html or (answer.body.strip() and not answer.errors()):
        return not_a_registry(answer, repository)
    return VersionNotFound(
        f"The registry has nothing called {repository}",
        on=redacted(answer.url),
        said=answer.said(),
        todo=_twice(repository)
        or "Check the address; a chart that was never pushed has no repository.",
    )


def _twice(repository: Repository) -> str:
    """Return what to do where an address ends in the chart's name already, as for `helm pull`."""
    folder, _, chart = repository.name.rpartition("/")
    if folder.rpartition("/")[2] != chart:
        return ""
    address = str(repository).removesuffix(f"/{chart}/{chart}")
    return f"Leave the chart's name out of the address: {address}."


def denied(repository: Repository, said: str, *, source: str = "") -> RegistryDenied:
    """Return the error of a repository that is missing or private; registries do not tell which.

    Args:
        repository: What was asked for.
        said: What the registry said.
        source: The file whose login was refused; empty where there was none.
    """
    login = f"`{login_command(repository)}`"
    if source:
        todo = f"The login in {source} was refused: renew it with {login}, or check the address."
    else:
        todo = f"Check the address; if it is private, log in with {login}."
    return RegistryDenied(f"{repository} is missing or private", said=said, todo=todo)


def login_command(repository: Repository) -> str:
    """Return the command that stores a login for a registry; Helm and its provider find it too."""
    return f"philotes-tui login {repository.host}"


def rate_limited(answer: Answer) -> RegistryRateLimited:
    """Return the error of a registry that asks to wait."""
    seconds = retry_after(answer)
    wait = "a minute" if seconds is None else f"{seconds:.0f} seconds"
    return RegistryRateLimited(
        "The registry takes no more requests for now",
        on=redacted(answer.url),
        said=answer.said(),
        todo=f"Wait {wait} and try again; with a login the limit is often higher.",
        retry_after=seconds,
    )


def not_a_registry(answer: Answer, repository: Repository) -> NotARegistry:
    """Return the error of an answer that is none of the protocol."""
    return NotARegistry(
        f"{repository.host} does not answer like an OCI registry",
        on=redacted(answer.url),
        said=f"it sent {answer.described()} (status {answer.status})",
        todo="Check the address: it should read oci://host/path, without the chart's name.",
    )

"""One request and its complete, bounded answer, asked for again where that is of use."""

import asyncio
import contextlib
import random
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from philotes_tui.errors import NotARegistry, PhilotesError
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.deadline import remaining
from philotes_tui.registry.duration import retry_after
from philotes_tui.registry.exchange import BrokenOff, NoAnswer, Request, is_good
from philotes_tui.registry.limits import MIB, Limits
from philotes_tui.registry.rate_limit import RateLimit
from philotes_tui.registry.trust import tls_context

if TYPE_CHECKING:
    from philotes_tui.registry.connections import Connections

_PASSING = {408, 500, 502, 503, 504}
_FAULTS = (NoAnswer, OSError, ValueError)


class Transport:
    """Sends requests for one client; follows no redirect and forwards nothing elsewhere.

    Args:
        limits: Bounds of time, bytes and retries.
        ca_file: A PEM file of authorities trusted besides the system's.
    """

    def __init__(self, limits: Limits, ca_file: Path | None = None) -> None:
        self.limits = limits
        self.sent = 0
        self._ca_file = ca_file
        self._connections: Connections | None = None
        self._is_open = False
        self._rate_limit = RateLimit(limits.backoff)

    async def __aenter__(self) -> Self:
        """Make ready; nothing is opened before the first request."""
        self._is_open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        self._is_open = False
        if self._connections is not None:
            connections, self._connections = self._connections, None
            await connections.aclose()

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        largest: int,
        body: bytes = b"",
    ) -> Answer:
        """Return the answer to one request.

        GET and HEAD are sent again after a reset, after an answer that passes (408, 5xx),
        and after a 429 or 503 that names a wait which fits the time left. The wait of a 429
        holds for all requests to that host, and as one attempt for all of them.

        Args:
            method: GET, HEAD or POST; a POST is sent once.
            url: The whole address.
            headers: Sent to this address alone.
            largest: Bytes of the body of a good answer.
            body: What a POST carries.

        Raises:
            RegistryUnreachable: No complete answer came.
            NotARegistry: The body is larger, or coded in a way that was not asked for.
            SettingsError: The proxy or certificates named for it cannot be used.
        """
        request = Request(method, url, self._with_own(headers), body, largest)
        retries = 0 if method == "POST" else self.limits.retries
        attempt = 0
        while True:
            await self._rate_limit.turn(_origin(url))
            try:
                answer = await self._exchange(request)
            except _FAULTS as error:
                again = attempt < retries and isinstance(error, BrokenOff)
                if not again:
                    raise failures.unreachable(error, url) from error
                pause = self._pause(attempt)
            else:
                if self._is_held_back(answer, retries):
                    continue
                wanted = self._pause_after(answer, attempt) if attempt < retries else None
                if wanted is None or wanted >= remaining():
                    return answer
                pause = wanted
            await asyncio.sleep(pause)
            attempt += 1

    def _is_held_back(self, answer: Answer, retries: int) -> bool:
        """Whether a request goes out again once the wait of a 429 is over."""
        origin = _origin(answer.url)
        if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
            self._rate_limit.taken(origin)
            return False
        seconds = retry_after(answer)
        if seconds is None or seconds > self.limits.patience:
            return False
        return self._rate_limit.refused(origin, seconds, retries)

    def _with_own(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        return {"User-Agent": "philotes-tui", "Accept-Encoding": "identity", **headers}

    def _pause(self, attempt: int) -> float:
        """Return the seconds before the next attempt, spread so that many clients do not meet."""
        return self.limits.backoff * 2.0**attempt * (0.5 + random.random())  # noqa: S311

    def _pause_after(self, answer: Answer, attempt: int) -> float | None:
        """Return the seconds before a request is sent again, or None where that is no use."""
        asks_to_wait = answer.status == HTTPStatus.SERVICE_UNAVAILABLE
        wait = retry_after(answer) if asks_to_wait else None
        if wait is not None:
            return wait + self._pause(0) if wait <= self.limits.patience else None
        return self._pause(attempt) if answer.status in _PASSING else None

    async def _exchange(self, request: Request) -> Answer:
        if not self._is_open:
            raise RuntimeError("the transport is not open")
        if self._connections is None:
            self._connections = _connections(self.limits, self._ca_file)
        self.sent += 1
        status, headers, body = await self._connections.exchange(request)
        is_coded = headers.get("content-encoding", "identity").lower() != "identity"
        if not is_good(status):  # the status and the headers say what to do
            body = b"" if is_coded else body[: self.limits.error_bytes]
        elif is_coded:
            raise _unusable(request.url, "it sent a compressed answer that was not asked for")
        elif len(body) > request.largest:
            raise _unusable(request.url, f"it sent more than {request.largest / MIB:.2g} MiB")
        return Answer(status, request.url, headers, body)


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def _connections(limits: Limits, ca_file: Path | None) -> "Connections":
    with _without("httpx._main"):
        from philotes_tui.registry.connections import (  # noqa: PLC0415 - costs httpx
            Connections,
        )
    return Connections(limits, lambda: tls_context(ca_file))


@contextlib.contextmanager
def _without(module: str) -> Iterator[None]:
    """Let a module be missing while others are imported.

    httpx does without its own command line where the libraries of that are not installed
    (encode/httpx:httpx/__init__.py); they would be half of the time that its import takes.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment] # how Python marks one as missing
    try:
        yield
    finally:
        del sys.modules[module]


def _unusable(url: str, said: str) -> PhilotesError:
    return NotARegistry(
        "The answer cannot be used",
        on=redacted(url),
        said=said,
        todo="Check the address, and whether a proxy stands in between.",
    )

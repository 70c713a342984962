"""One request and its complete, bounded answer, asked for again where that is of use."""

import asyncio
import random
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from philotes_tui.errors import NotARegistry, PhilotesError
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.deadline import remaining
from philotes_tui.registry.dialing import ConnectTimedOut, ProxyRefused
from philotes_tui.registry.duration import retry_after
from philotes_tui.registry.http1 import BrokenOff, NotHttp
from philotes_tui.registry.limits import MIB, Limits
from philotes_tui.registry.pool import Pool, Request
from philotes_tui.registry.trust import tls_context

_PASSING = {408, 500, 502, 503, 504}
_ASKS_TO_WAIT = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_ERROR = 400
_FAULTS = (BrokenOff, NotHttp, ConnectTimedOut, ProxyRefused, OSError, ValueError)


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
        self._pool: Pool | None = None

    async def __aenter__(self) -> Self:
        """Make ready; nothing is opened before the first request."""
        self._pool = Pool(self.limits, lambda: tls_context(self._ca_file))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        if self._pool is not None:
            await self._pool.__aexit__(kind, error, trace)
            self._pool = None

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        largest: int,
        body: bytes = b"",
        patient: bool = True,
    ) -> Answer:
        """Return the answer to one request.

        GET and HEAD are sent again after a reset, after an answer that passes (408, 5xx),
        and after a 429 or 503 that names a wait which fits the time left.

        Args:
            method: GET, HEAD or POST; a POST is sent once.
            url: The whole address.
            headers: Sent to this address alone.
            largest: Bytes of the body of a good answer.
            body: What a POST carries.
            patient: False where the first answer counts, whatever it is.

        Raises:
            RegistryUnreachable: No complete answer came.
            NotARegistry: The body is larger, or coded in a way that was not asked for.
            SettingsError: The proxy or certificates named for it cannot be used.
        """
        request = Request(method, url, self._with_own(headers), body, largest)
        retries = self.limits.retries if patient and method != "POST" else 0
        attempt = 0
        while True:
            try:
                answer = await self._exchange(request)
            except _FAULTS as error:
                again = attempt < retries and isinstance(error, BrokenOff)
                if not again:
                    raise failures.unreachable(error, url) from error
                pause = self._pause(attempt)
            else:
                wanted = self._pause_after(answer, attempt) if attempt < retries else None
                if wanted is None or wanted >= remaining():
                    return answer
                pause = wanted
            await asyncio.sleep(pause)
            attempt += 1

    def _with_own(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        return {"User-Agent": "philotes-tui", "Accept-Encoding": "identity", **headers}

    def _pause(self, attempt: int) -> float:
        """Return the seconds before the next attempt, spread so that many clients do not meet."""
        return self.limits.backoff * 2.0**attempt * (0.5 + random.random())  # noqa: S311

    def _pause_after(self, answer: Answer, attempt: int) -> float | None:
        """Return the seconds before a request is sent again, or None where that is no use."""
        wait = retry_after(answer) if answer.status in _ASKS_TO_WAIT else None
        if wait is not None:
            return wait + self._pause(0) if wait <= self.limits.patience else None
        return self._pause(attempt) if answer.status in _PASSING else None

    async def _exchange(self, request: Request) -> Answer:
        if self._pool is None:
            raise RuntimeError("the transport is not open")
        self.sent += 1
        head, body = await self._pool.exchange(request)
        failed = head.status >= _ERROR
        limit = self.limits.error_bytes if failed else request.largest
        if head.headers.get("content-encoding", "identity").lower() != "identity":
            raise _unusable(request.url, "it sent a compressed answer that was not asked for")
        if len(body) > limit and not failed:
            raise _unusable(request.url, f"it sent more than {limit / MIB:.2g} MiB")
        return Answer(head.status, request.url, head.headers, body[:limit])


def _unusable(url: str, said: str) -> PhilotesError:
    return NotARegistry(
        "The answer cannot be used",
        on=redacted(url),
        said=said,
        todo="Check the address, and whether a proxy stands in between.",
    )

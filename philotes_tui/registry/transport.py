"""One request and its complete, bounded answer: the only code that speaks to httpx."""

import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from philotes_tui.errors import NotARegistry, SettingsError
from philotes_tui.registry import failures
from philotes_tui.registry.answer import Answer, redacted
from philotes_tui.registry.limits import MIB, Limits
from philotes_tui.registry.trust import tls_context

_PASSING = {500, 502, 503, 504}
_ERROR = 400
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Transport:
    """Sends requests for one client; follows no redirect and forwards nothing elsewhere.

    Proxies come from the environment as everywhere in httpx, but what is on this
    machine is never asked through one.

    Args:
        limits: Bounds of time, bytes and retries.
        direct: Hosts that are asked without a proxy as well.
        ca_file: A PEM file of authorities trusted besides the system's.
    """

    def __init__(
        self, limits: Limits, direct: tuple[str, ...] = (), ca_file: Path | None = None
    ) -> None:
        self.limits = limits
        self._ca_file = ca_file
        self._direct = direct
        self._http: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        """Open the connection pool.

        Raises:
            SettingsError: A proxy or certificate file that was named is no good.
        """
        mounts = {f"all://{host}": None for host in (*_LOOPBACK, *self._direct)}
        try:
            self._http = httpx.AsyncClient(
                mounts=mounts,
                verify=tls_context(self._ca_file),
                timeout=httpx.Timeout(None, connect=self.limits.connect),
                headers={"User-Agent": "philotes-tui", "Accept-Encoding": "identity"},
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise SettingsError(
                "A proxy named in the environment cannot be used",
                on="HTTPS_PROXY, HTTP_PROXY, ALL_PROXY",
                todo="Give it as http://host:port, or unset it.",
            ) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], *, largest: int
    ) -> Answer:
        """Return the answer to one idempotent request, sent again after a reset or a 5xx.

        Args:
            method: GET or HEAD.
            url: The whole address.
            headers: Sent to this address alone.
            largest: Bytes of the body of a good answer.

        Raises:
            RegistryUnreachable: No complete answer came.
            NotARegistry: The body is larger, or coded in a way that was not asked for.
        """
        for attempt in range(self.limits.retries + 1):
            last = attempt == self.limits.retries
            try:
                answer = await self._exchange(method, url, headers, largest)
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
                if last or not isinstance(error, failures.BROKEN_OFF):
                    raise failures.unreachable(error, url) from error
            else:
                if last or answer.status not in _PASSING:
                    return answer
            await asyncio.sleep(self._pause(attempt))
        raise AssertionError  # pragma: no cover

    def _pause(self, attempt: int) -> float:
        """Return the seconds before the next attempt, spread so that many clients do not meet."""
        return self.limits.backoff * 2.0**attempt * (0.5 + random.random())  # noqa: S311

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], largest: int
    ) -> Answer:
        if self._http is None:
            raise RuntimeError("the transport is not open")
        async with self._http.stream(method, url, headers=dict(headers)) as response:
            failed = response.status_code >= _ERROR
            limit = self.limits.error_bytes if failed else largest
            if response.headers.get("content-encoding", "identity") != "identity":
                raise _unusable(url, "it sent a compressed answer that was not asked for")
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > limit:
                    break
            if len(body) > limit and not failed:
                raise _unusable(url, f"it sent more than {limit / MIB:.2g} MiB")
            return Answer(
                response.status_code,
                url,
                {name.lower(): value for name, value in response.headers.items()},
                bytes(body[:limit]),
            )


def _unusable(url: str, said: str) -> NotARegistry:
    return NotARegistry(
        "The answer cannot be used",
        on=redacted(url),
        said=said,
        todo="Check the address, and whether a proxy stands in between.",
    )

"""Connections kept open between the requests of one operation, and one exchange on them."""

import asyncio
import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from philotes_tui.registry.dialing import Connection, dial
from philotes_tui.registry.http1 import (
    BrokenOff,
    Head,
    is_endless,
    read_body,
    read_head,
    request_head,
)
from philotes_tui.registry.limits import Limits
from philotes_tui.registry.proxies import proxy_for

_DEFAULT_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        method: GET, HEAD or POST.
        url: The whole address; path and query go out as they stand here.
        headers: All but Host and Content-Length.
        body: What a POST carries.
        largest: Bytes of the body of a good answer.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    largest: int = 0

    def wire(self, *, forwarded: bool, proxy_login: str = "") -> bytes:
        """Return the bytes that go out.

        Args:
            forwarded: Whether a proxy reads them.
            proxy_login: The Proxy-Authorization header for that proxy.

        Raises:
            ValueError: The address or a header cannot be sent.
        """
        parts = urlsplit(self.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": parts.netloc.rpartition("@")[2], **self.headers}
        if self.method == "POST":
            headers["Content-Length"] = str(len(self.body))
        if forwarded:
            target = f"{parts.scheme}://{headers['Host']}{target}"
            if proxy_login:
                headers["Proxy-Authorization"] = proxy_login
        return request_head(self.method, target, headers) + self.body


class Pool:
    """The connections of one client, closed with it.

    Args:
        limits: Bounds of time, bytes and connections.
        trust: Makes the TLS context; asked once, and only for the first https address.
        environ: Where proxies are named; None is this process's own environment.
    """

    def __init__(
        self,
        limits: Limits,
        trust: Callable[[], ssl.SSLContext],
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._limits = limits
        self._trust = trust
        self._environ = os.environ if environ is None else environ
        self._context: ssl.SSLContext | None = None
        self._idle: dict[tuple[str, str, int], list[Connection]] = {}
        self._slots = asyncio.Semaphore(limits.connections)

    async def __aenter__(self) -> Self:
        """Return the pool; nothing is opened yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        for connection in (c for kept in self._idle.values() for c in kept):
            connection.abort()
        self._idle.clear()
        await asyncio.sleep(0)  # lets the loop close the sockets

    async def exchange(self, request: Request) -> tuple[Head, bytes]:
        """Return the answer to one request: its head, and of its body at most the limit and one.

        A kept connection that turns out to be closed is replaced, once.

        Raises:
            BrokenOff: The connection ended within the answer.
            NotHttp: What came is not HTTP.
            ConnectTimedOut: No connection stood in time.
            ProxyRefused: The proxy would not.
            OSError: The system's reason, a failed look-up or TLS handshake included.
            SettingsError: The proxy or the certificates named for it cannot be used.
            ValueError: The address cannot be sent.
        """
        async with self._slots:
            parts = urlsplit(request.url)
            port = parts.port or _DEFAULT_PORT[parts.scheme]
            route = (parts.scheme, parts.hostname or "", port)
            kept = self._kept(route)
            if kept is not None:
                try:
                    return await self._on(kept, request, route)
                except BrokenOff as error:
                    if error.began:
                        raise
            return await self._on(await self._dialled(request.url, route), request, route)

    def _kept(self, route: tuple[str, str, int]) -> Connection | None:
        idle = self._idle.get(route, [])
        while idle:
            connection = idle.pop()
            if connection.is_idle:
                return connection
            connection.abort()
        return None

    async def _dialled(self, url: str, route: tuple[str, str, int]) -> Connection:
        scheme, host, port = route
        proxy = proxy_for(url, self._environ)
        return await dial(
            host,
            port,
            self._tls() if scheme == "https" else None,
            proxy=proxy,
            proxy_tls=self._tls() if proxy and proxy.scheme == "https" else None,
            within=self._limits.connect,
        )

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = self._trust()
        return self._context

    async def _on(
        self, connection: Connection, request: Request, route: tuple[str, str, int]
    ) -> tuple[Head, bytes]:
        reusable = False
        try:
            head, body, reusable = await self._speak(connection, request)
        except (ConnectionError, ssl.SSLError) as error:
            raise BrokenOff("the connection was lost", began=False) from error
        finally:
            if reusable:
                self._idle.setdefault(route, []).append(connection)
            else:
                connection.abort()
        return head, body

    async def _speak(self, connection: Connection, request: Request) -> tuple[Head, bytes, bool]:
        """Return head, body, and whether the connection may serve again."""
        proxy = proxy_for(request.url, self._environ) if connection.forwarded else None
        wire = request.wire(
            forwarded=connection.forwarded, proxy_login=proxy.authorization if proxy else ""
        )
        connection.writer.write(wire)
        await connection.writer.drain()
        head = await read_head(connection.reader)
        limit = request.largest if head.status < 400 else self._limits.error_bytes  # noqa: PLR2004
        body, whole = await read_body(connection.reader, head, request.method, limit)
        bodiless = request.method == "HEAD" or head.status in {204, 304}
        ends = bodiless or not is_endless(head)
        return head, body, whole and ends and head.persistent

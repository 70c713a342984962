"""Connections kept open between the requests of one operation: the only code that knows httpx.

Importing this costs httpx, so it is imported with the first request.
"""

import asyncio
import importlib.util
import os
import ssl
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import httpx

from philotes_tui.registry.exchange import (
    BrokenOff,
    ConnectTimedOut,
    NotConnected,
    NotHttp,
    ProxyRefused,
    Request,
    is_good,
)
from philotes_tui.registry.limits import Limits
from philotes_tui.registry.proxies import Proxy, proxy_for
from philotes_tui.registry.resolver import await_address

# For every lock that httpcore takes it looks for this module again, on the whole path, where it
# is not installed (encode/httpcore:httpcore/_synchronization.py): a quarter of the time that
# 400 small requests take. So what is missing is noted as Python itself notes it.
if "sniffio" not in sys.modules and importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]


_Way = tuple[str, str, Proxy | None]
"""Scheme, host with port, and proxy: what a connection leads to."""


class Connections:
    """The connections of one client, closed with it.

    No redirect is followed, no cookie kept and nothing read from a .netrc: httpx's
    transport is used by itself, below its client. Each has one connection. Which of them
    is free is kept here, because a transport with many looks at all of them, and asks the
    system about each idle one, twice for every request
    (encode/httpcore:httpcore/_async/connection_pool.py).

    Args:
        limits: Bounds of time, bytes and connections.
        trust: Makes the TLS context; asked once, and only where TLS is spoken.
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
        self._found: set[str] = set()
        self._room = asyncio.Semaphore(limits.connections)
        self._origins: dict[_Way, httpx.URL] = {}
        self._made: list[httpx.AsyncHTTPTransport] = []
        self._idle: defaultdict[_Way, list[httpx.AsyncHTTPTransport]] = defaultdict(list)

    async def aclose(self) -> None:
        """Close all connections, the others too where closing one fails or is cancelled."""
        self._idle.clear()
        async with AsyncExitStack() as closing:
            while self._made:
                closing.push_async_callback(self._made.pop().aclose)

    async def exchange(self, request: Request) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers by lower-case name, and of the body at most the limit and some.

        Raises:
            NoAnswer: One of its kinds says what came about instead.
            SettingsError: The proxy or the certificates named for it cannot be used.
            ValueError: The address cannot be sent.
        """
        try:
            return await self._exchange(request)
        except (httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ConnectTimedOut from error
        except httpx.ProxyError as error:
            raise ProxyRefused(str(error)) from error
        except httpx.RemoteProtocolError as error:
            # h11 has one class for both; these are its words for bytes that are no HTTP.
            if str(error).startswith("illegal "):
                raise NotHttp("it sent what is no HTTP") from error
            raise BrokenOff(str(error)) from error
        except (httpx.ReadError, httpx.WriteError, httpx.CloseError) as error:
            raise BrokenOff(str(error)) from error
        except httpx.NetworkError as error:
            raise NotConnected(str(error)) from error
        except httpx.LocalProtocolError:
            # Its text repeats the header that it is about, which may be a login; and so it may
            # not hang in the chain of causes either.
            raise ValueError("the request cannot be put into HTTP") from None
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise ValueError(str(error)) from error

    async def _exchange(self, request: Request) -> tuple[int, Mapping[str, str], bytes]:
        proxy = proxy_for(request.url, self._environ)
        parts = urlsplit(request.url)
        way = (parts.scheme, parts.netloc, proxy)
        origin = self._origins.get(way) or httpx.URL(f"{parts.scheme}://{parts.netloc}/")
        self._origins[way] = origin
        trust = self._tls() if parts.scheme == "https" else None
        asked = _as_httpx(request, origin, self._limits, is_proxied=proxy is not None)
        await self._await_address(request.url, proxy)
        async with self._room:
            transport = self._transport(way, trust)
            try:
                await self._make_room()
                answered = await self._answered(transport, asked, request.largest)
            except BaseException:
                # Cancelled at the wrong step, it may hold its one connection for good: one that
                # is new and was never used is not lent again, nor one whose answer was never
                # handed over (encode/httpcore:httpcore/_async/http11.py, connection_pool.py).
                await self._discard(transport)
                raise
            self._idle[way].append(transport)
            return answered

    async def _answered(
        self, transport: httpx.AsyncHTTPTransport, asked: httpx.Request, largest: int
    ) -> tuple[int, Mapping[str, str], bytes]:
        response = await transport.handle_async_request(asked)
        # What comes with a redirect is a page with the address in it, and not what was asked for.
        limit = largest if is_good(response.status_code) else self._limits.error_bytes
        body = bytearray()
        try:
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > limit:
                    break
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return response.status_code, headers, bytes(body)

    async def _await_address(self, url: str, proxy: Proxy | None) -> None:
        """Wait until the host that is connected to has an address, once for each."""
        parts = urlsplit(url)
        host = proxy.host if proxy else parts.hostname or ""
        if host in self._found:
            return
        try:
            async with asyncio.timeout(self._limits.connect):
                await await_address(host, proxy.port if proxy else parts.port or 0)
        except TimeoutError:
            raise ConnectTimedOut from None
        self._found.add(host)

    def _transport(self, way: _Way, trust: ssl.SSLContext | None) -> httpx.AsyncHTTPTransport:
        """Return what was used last and is free, for its connection is the least likely gone."""
        if idle := self._idle[way]:
            return idle.pop()
        proxy = way[2]
        made = httpx.AsyncHTTPTransport(
            # False spares reading the authorities for what speaks no TLS.
            verify=trust or False,
            trust_env=False,
            limits=httpx.Limits(max_connections=1),
            proxy=self._as_httpx_proxy(proxy) if proxy else None,
        )
        self._made.append(made)
        return made

    async def _discard(self, transport: httpx.AsyncHTTPTransport) -> None:
        self._made.remove(transport)
        await transport.aclose()

    async def _make_room(self) -> None:
        """Close what is free for others than are asked now, if more are open than may be."""
        while len(self._made) > self._limits.connections:
            surplus = next((idle.pop(0) for idle in self._idle.values() if idle), None)
            if surplus is None:
                return
            await self._discard(surplus)

    def _as_httpx_proxy(self, proxy: Proxy) -> httpx.Proxy:
        return httpx.Proxy(
            httpx.URL(scheme=proxy.scheme, host=proxy.host, port=proxy.port),
            ssl_context=self._tls() if proxy.scheme == "https" else None,
            headers={"Proxy-Authorization": proxy.authorization} if proxy.authorization else None,
        )

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = self._trust()
        return self._context


def _as_httpx(
    request: Request, origin: httpx.URL, limits: Limits, *, is_proxied: bool
) -> httpx.Request:
    """Return httpx's form of a request; its path and query go out verbatim.

    Registries compare a `Link` with what they wrote there, and httpx would write it anew
    (encode/httpcore:docs/extensions.md, “target”). So the URL tells no more than the origin,
    but in a tunnel: there httpcore would give the target to the proxy too, whose CONNECT is for
    host and port (encode/httpcore:httpcore/_async/http_proxy.py), and httpx must write it.
    """
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if is_proxied and parts.scheme == "http":  # RFC 9112, section 3.2.2, “absolute-form”
        target = f"http://{parts.netloc.rpartition('@')[2]}{target}"
    is_tunnelled = is_proxied and parts.scheme == "https"
    waits = {"connect": limits.connect, "pool": limits.connect, "read": None, "write": None}
    verbatim = {"target": target.encode("ascii")}
    return httpx.Request(
        request.method,
        httpx.URL(request.url) if is_tunnelled else origin,
        headers=dict(request.headers),
        content=request.body if request.method == "POST" else None,
        extensions={"timeout": waits, **({} if is_tunnelled else verbatim)},
    )

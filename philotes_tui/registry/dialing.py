"""A connection to a host: its addresses, TCP, a proxy where one is named, TLS where asked for."""

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from philotes_tui.registry.http1 import LONGEST_HEAD, Head, read_head, request_head
from philotes_tui.registry.proxies import Proxy

_STAGGER = 0.25
"""Seconds before the next address is tried as well (RFC 8305, “Happy Eyeballs”)."""

_Address = tuple[socket.AddressFamily, Any]


class ConnectTimedOut(Exception):
    """No connection stood in time."""


class ProxyRefused(Exception):
    """The proxy would not connect us; the text is its status."""


@dataclass(frozen=True)
class Connection:
    """An open connection.

    Attributes:
        reader: What comes.
        writer: What goes.
        forwarded: Whether a proxy reads the requests, so that they carry whole addresses.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    forwarded: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether it still stands and nothing unasked has come."""
        return not self.writer.transport.is_closing() and not self.reader.at_eof()

    def abort(self) -> None:
        """Close it at once, without a farewell that the other side could delay."""
        self.writer.transport.abort()


async def dial(
    host: str,
    port: int,
    tls: ssl.SSLContext | None,
    *,
    proxy: Proxy | None = None,
    proxy_tls: ssl.SSLContext | None = None,
    within: float,
) -> Connection:
    """Return a connection to a host.

    Args:
        host: A name or an address, without brackets.
        port: The port.
        tls: The context for an https address; None for http.
        proxy: Asked for the connection, or for http to forward the requests.
        proxy_tls: The context for a proxy that is spoken to with TLS itself.
        within: Seconds until the connection must stand.

    Raises:
        ConnectTimedOut: It did not stand in time.
        ProxyRefused: The proxy would not.
        OSError: The system's reason, a failed look-up or TLS handshake included.
    """
    try:
        async with asyncio.timeout(within):
            if proxy is None:
                return await _open(host, port, tls)
            connection = await _open(proxy.host, proxy.port, proxy_tls)
            if tls is None:
                return Connection(connection.reader, connection.writer, forwarded=True)
            return await _tunnel(connection, host, port, tls, proxy)
    except TimeoutError:
        raise ConnectTimedOut from None


async def _open(host: str, port: int, tls: ssl.SSLContext | None) -> Connection:
    sock = await _first_connected(await resolve(host, port))
    try:
        reader, writer = await asyncio.open_connection(
            sock=sock, ssl=tls, server_hostname=host if tls else None, limit=LONGEST_HEAD
        )
    except BaseException:
        sock.close()
        raise
    return Connection(reader, writer)


async def _tunnel(
    connection: Connection, host: str, port: int, tls: ssl.SSLContext, proxy: Proxy
) -> Connection:
    """Return the connection that a proxy opened to a host (RFC 9110, 9.3.6)."""
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    login = {"Proxy-Authorization": proxy.authorization} if proxy.authorization else {}
    try:
        request = request_head("CONNECT", authority, {"Host": authority, **login})
        connection.writer.write(request)
        await connection.writer.drain()
        _check_opened(await read_head(connection.reader))
        await connection.writer.start_tls(tls, server_hostname=host)
    except BaseException:
        connection.abort()
        raise
    return connection


def _check_opened(head: Head) -> None:
    if head.status != HTTPStatus.OK:
        raise ProxyRefused(f"status {head.status}")


async def resolve(host: str, port: int) -> Sequence[_Address]:
    """Return the addresses of a host, in the system's order.

    The look-up runs in a thread that nobody waits for: the system's resolver cannot be
    interrupted, and a name server that is silent must not hold up the end of the program.

    Raises:
        OSError: The name has none.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return await _look_up(host, port)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004
    return [(family, (str(address), port))]


async def _look_up(host: str, port: int) -> Sequence[_Address]:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Sequence[_Address]] = loop.create_future()

    def settle(found: Sequence[_Address], error: OSError | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(found)
        else:
            future.set_exception(error)

    def ask() -> None:
        found: list[_Address] = []
        failure: OSError | None = None
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = [(family, address) for family, _, _, _, address in entries]
        except OSError as error:
            failure = error
        except UnicodeError:
            failure = socket.gaierror(socket.EAI_NONAME, "the name is not valid")
        try:
            loop.call_soon_threadsafe(settle, found, failure)
        except RuntimeError:
            return  # the loop ended in the meantime

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    return await future


async def _first_connected(addresses: Sequence[_Address]) -> socket.socket:
    """Return the first socket that connects; each further address starts a little later."""
    waiting = list(addresses)
    trying: set[asyncio.Task[socket.socket]] = set()
    failure: BaseException = OSError("the host has no address")
    winner: socket.socket | None = None
    try:
        while waiting or trying:
            if waiting:
                trying.add(asyncio.create_task(_connected(waiting.pop(0))))
            pause = _STAGGER if waiting else None
            done, _ = await asyncio.wait(trying, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if error is None:
                    winner = task.result()
                    return winner
                failure = error
                trying.discard(task)
        raise failure
    finally:
        await _close_all(trying, winner)


async def _close_all(
    trying: set["asyncio.Task[socket.socket]"], winner: socket.socket | None
) -> None:
    for task in trying:
        task.cancel()
    for result in await asyncio.gather(*trying, return_exceptions=True):
        if isinstance(result, socket.socket) and result is not winner:
            result.close()


async def _connected(address: _Address) -> socket.socket:
    family, place = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, place)
    except BaseException:
        sock.close()
        raise
    return sock

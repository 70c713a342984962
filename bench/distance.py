"""A registry further away: a proxy on loopback that holds every byte back, and counts."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from philotes_tui.demo.ports import LOOPBACK

_CHUNK = 65536
_END_WITHIN_S = 5.0
_REQUEST_LINE_END = b" HTTP/1.1\r\n"


@dataclass
class Distance:
    """A proxy to one port.

    Attributes:
        port: Where it listens on loopback.
        connections: How many were made to it so far.
        requests: How many HTTP requests went through so far.
    """

    port: int = 0
    connections: int = 0
    requests: int = 0


class _Proxy:
    """Carries bytes both ways, each half a round trip late; no byte waits for another."""

    def __init__(self, target: int, round_trip: float, seen: Distance) -> None:
        self._target = target
        self._round_trip = round_trip
        self._seen = seen
        self._running: set[asyncio.Task[None]] = set()

    async def ended(self) -> None:
        """Wait for the connections to end, as they do once their programs have."""
        if self._running:
            await asyncio.wait(self._running, timeout=_END_WITHIN_S)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        task = asyncio.current_task()
        if task:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        self._seen.connections += 1
        await asyncio.sleep(self._round_trip)  # what the handshake of TCP takes
        there, back = await asyncio.open_connection(LOOPBACK, self._target)
        try:
            await asyncio.gather(
                self._carry(reader, back, counts=True), self._carry(there, writer, counts=False)
            )
        finally:
            for end in (back, writer):
                end.close()

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, counts: bool
    ) -> None:
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        clock = asyncio.get_running_loop().time

        async def deliver() -> None:
            while True:
                due, data = await late.get()
                await asyncio.sleep(due - clock())
                if not data:
                    break
                sink.write(data)
                await sink.drain()
            sink.write_eof()

        delivery = asyncio.create_task(deliver())
        with suppress(OSError):
            while data := await source.read(_CHUNK):
                if counts:
                    self._seen.requests += data.count(_REQUEST_LINE_END)
                late.put_nowait((clock() + self._round_trip / 2, data))
        late.put_nowait((clock() + self._round_trip / 2, b""))
        with suppress(OSError):  # who asked has gone without waiting for the rest
            await delivery


@contextmanager
def at_distance(target: int, round_trip: float) -> Iterator[Distance]:
    """Put a port of loopback at a distance until the block ends.

    Args:
        target: The port.
        round_trip: Seconds that are added to each round trip.
    """
    seen = Distance()
    ready = threading.Event()
    stops: list[Callable[[], None]] = []

    async def listen() -> None:
        proxy = _Proxy(target, round_trip, seen)
        server = await asyncio.start_server(proxy.serve, LOOPBACK, 0)
        seen.port = server.sockets[0].getsockname()[1]
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        stops.append(lambda: _set(loop, stop))
        ready.set()
        await stop.wait()
        server.close()
        await proxy.ended()

    thread = threading.Thread(target=lambda: asyncio.run(listen()))
    thread.start()
    ready.wait()
    try:
        yield seen
    finally:
        stops[0]()
        thread.join()


def _set(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    loop.call_soon_threadsafe(event.set)

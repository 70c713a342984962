"""Asking the system for a host's address without being held up by a silent name server.

The system's resolver cannot be interrupted. asyncio asks it in a pool of threads that the end
of an event loop waits for, so that a silent server would hold the program for longer than any
deadline. Here a thread asks that nobody waits for; once it has answered, asyncio's own question
is quick.
"""

import asyncio
import socket
import threading

from philotes_tui.releases import address_of


async def await_address(host: str, port: int) -> None:
    """Return as soon as the system knows an address of a host.

    Args:
        host: A name or an address, without brackets; an address needs no question.
        port: The port.

    Raises:
        OSError: The name has no address.
    """
    if address_of(host) is not None:
        return
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[None] = loop.create_future()

    def settle(error: OSError | None) -> None:
        if answered.done():
            return
        if error is None:
            answered.set_result(None)
        else:
            answered.set_exception(error)

    def ask() -> None:
        failure: OSError | None = None
        try:
            socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            failure = error
        except UnicodeError:
            failure = socket.gaierror(socket.EAI_NONAME, "the name is not valid")
        try:
            loop.call_soon_threadsafe(settle, failure)
        except RuntimeError:
            return  # the loop has ended in the meantime

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    await answered

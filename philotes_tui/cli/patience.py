"""Signs of life while a command waits for somebody else's answer."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

FIRST = 1.0
"""Seconds after which a wait is told of; most answers come sooner."""
NEXT = 5.0
"""Seconds between two further signs."""


@contextmanager
def patience(awaited: str) -> Iterator[None]:
    """Tell on stderr what is awaited, and for how long, if the block takes a while.

    Args:
        awaited: What is waited for, such as `oci://host/path to list its versions`.
    """
    begun = time.monotonic()
    over = threading.Event()

    def tell() -> None:
        pause = FIRST
        while not over.wait(pause):
            click.echo(f"Waiting for {awaited} … {time.monotonic() - begun:.0f} s", err=True)
            pause = NEXT

    thread = threading.Thread(target=tell, name="patience", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()

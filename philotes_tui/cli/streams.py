"""Standard streams that cannot break an operation: a reader that left, one that is closed or full.

A deploy must come to its end also when nobody reads along any more, as in
`philotes-tui deploy 0.2.0 --yes | head -1` or after the terminal was closed.
"""

import errno
import io
import os
import sys
from typing import TextIO

_GONE = frozenset({errno.EPIPE, errno.EIO})
"""What a write tells when the pipe's reader, or the terminal, is no longer there."""


class Outlet(io.FileIO):
    """A standard stream's descriptor whose reader may leave at any moment.

    Once a write has failed, everything further is discarded.

    Args:
        descriptor: 1 or 2.
        name: How people call the stream.
        needed: Whether to raise where what was written has no place, as on a full
            disk; a reader that left is never an error.
    """

    def __init__(self, descriptor: int, name: str, *, needed: bool) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._called = name
        self._needed = needed

    def write(self, data: object, /) -> int:
        """Write, or discard; raises OSError that names the stream."""
        view = memoryview(data)  # type: ignore[arg-type]  # any buffer, as FileIO takes it
        try:
            return super().write(view) or 0
        except OSError as error:
            _discard(self.fileno())
            if self._needed and error.errno not in _GONE:
                raise OSError(error.errno, error.strerror, self._called) from error
            return view.nbytes


def keep_streams() -> None:
    """Give the process streams that outlive their readers; once, at the start."""
    for descriptor in (0, 1, 2):
        _open_if_closed(descriptor)
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _kept(sys.stdout, Outlet(1, "standard output", needed=True))
    sys.stderr = _kept(sys.stderr, Outlet(2, "standard error", needed=False))


def _kept(before: TextIO | None, outlet: Outlet) -> TextIO:
    """Return a stream on the outlet; what its encoding lacks is replaced, not refused."""
    encoding = getattr(before, "encoding", None) or "utf-8"
    return io.TextIOWrapper(
        io.BufferedWriter(outlet),
        encoding=encoding,
        errors="replace",
        line_buffering=True,
    )


def _open_if_closed(descriptor: int) -> None:
    """Occupy a closed descriptor, lest the next file that is opened becomes a standard stream."""
    try:
        os.fstat(descriptor)
    except OSError:
        _discard(descriptor)


def _discard(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != descriptor:
        os.dup2(nowhere, descriptor)
        os.close(nowhere)

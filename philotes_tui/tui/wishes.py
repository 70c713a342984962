"""What one stream of details is to ask for: changed by the screen, taken by the stream's thread."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator

from philotes_tui.releases import Release


class Wishes(Iterator[Release]):
    """Versions to ask for, which may be replaced until the last of them is taken.

    Each stream has its own, so that one which is stopped, and has not noticed yet, takes
    nothing that the next one is to ask for. Safe in threads.

    Args:
        releases: The versions, the first ones first.
    """

    def __init__(self, releases: Iterable[Release]) -> None:
        self._lock = threading.Lock()
        self._waiting = deque(releases)
        self._asking: set[str] = set()
        self._over = False

    def __next__(self) -> Release:
        """Take the next version; once there is none, there will not be one again."""
        with self._lock:
            if not self._waiting:
                self._over = True
                raise StopIteration
            release = self._waiting.popleft()
            self._asking.add(release.tag)
            return release

    @property
    def asking(self) -> frozenset[str]:
        """The tags that were taken and are not answered."""
        with self._lock:
            return frozenset(self._asking)

    def renew(self, releases: Iterable[Release]) -> bool:
        """Wait for these instead, apart from what is being asked for.

        Returns:
            Whether they will be taken; not after the last of those before was.
        """
        with self._lock:
            if not self._over:
                self._waiting = deque(r for r in releases if r.tag not in self._asking)
            return not self._over

    def answered(self, tags: Iterable[str]) -> None:
        """Take note that these are not being asked for any more."""
        with self._lock:
            self._asking.difference_update(tags)

    def close(self) -> None:
        """Have nothing more taken."""
        with self._lock:
            self._waiting.clear()
            self._over = True

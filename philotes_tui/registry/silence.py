"""Telling one question that took too long from a registry that answers none."""

from philotes_tui.errors import (
    RegistryDenied,
    RegistryError,
    RegistryRateLimited,
    RegistryUnreachable,
)

_FOR_ALL = (RegistryUnreachable, RegistryDenied, RegistryRateLimited)


class Silence:
    """Counts the questions in a row to which no answer came within their deadline.

    Args:
        most: How many of them mean that asking for the next is no use.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._late = 0
        self._error: RegistryError | None = None
        self._is_answered = False

    def answered(self) -> None:
        """Note an answer, whatever it says."""
        self._late = 0
        self._is_answered = True

    def ends_all(self, error: RegistryError) -> bool:
        """Note a failure, and return whether it is not the fault of one version."""
        if isinstance(error, RegistryUnreachable) and isinstance(error.__cause__, TimeoutError):
            self._late += 1  # see `deadline.within`
            self._error = error
            return self._late >= self._most
        self.answered()
        return isinstance(error, _FOR_ALL)

    def check(self) -> None:
        """Tell at the end, of fewer questions than that too, if none was answered.

        Raises:
            RegistryUnreachable: No answer came to any of them.
        """
        if self._error is not None and not self._is_answered:
            raise self._error

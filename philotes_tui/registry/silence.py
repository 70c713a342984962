"""Telling one question that took too long from a registry that answers none."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from typing import TypeVar

from philotes_tui.errors import (
    RegistryDenied,
    RegistryError,
    RegistryRateLimited,
    RegistryUnreachable,
)
from philotes_tui.registry.concurrently import as_answered, in_order
from philotes_tui.registry.deadline import is_late

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")
UNANSWERED = (RegistryUnreachable, RegistryDenied, RegistryRateLimited)
"""What is not the fault of what was asked for: the next question would end in it too."""


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
        if is_late(error):
            self._late += 1
            self._error = error
            return self._late >= self._most
        self.answered()
        return isinstance(error, UNANSWERED)

    def check(self) -> None:
        """Tell at the end, of fewer questions than that too, if none was answered.

        Raises:
            RegistryUnreachable: No answer came to any of them.
        """
        if self._error is not None and not self._is_answered:
            raise self._error


async def each_answer(
    ask: Callable[[Asked], Awaitable[Answered]],
    asked: Iterable[Asked],
    limit: int,
    *,
    ordered: bool = True,
) -> AsyncGenerator[tuple[Asked, Answered | RegistryError], None]:
    """Yield each question with its answer, or with what is wrong with it alone.

    Args:
        ask: Asks one question.
        asked: The questions.
        limit: How many are under way at a time, and how many in a row may get no answer.
        ordered: Whether in the order given; else each as soon as it is answered.

    Raises:
        RegistryUnreachable: No answer came, or to `limit` in a row none in time.
        RegistryDenied: The registry refuses.
        RegistryRateLimited: The registry asks to wait for longer than is of use.
    """
    silence = Silence(limit)

    async def one(question: Asked) -> tuple[Asked, Answered | RegistryError]:
        try:
            answer = await ask(question)
        except RegistryError as error:
            if silence.ends_all(error):
                raise
            return question, error
        silence.answered()
        return question, answer

    stream = in_order if ordered else as_answered
    async with aclosing(stream(one, asked, limit)) as answers:
        async for answer in answers:
            yield answer
    silence.check()

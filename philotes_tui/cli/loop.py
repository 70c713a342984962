"""Running a coroutine to its end in a command."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Answered = TypeVar("Answered")


def run_coroutine(question: Coroutine[Any, Any, Answered]) -> Answered:
    """Return what a coroutine returns, run in an event loop of its own.

    The loop's own task returns nothing: `asyncio.run` changes the answer to Ctrl-C and back, and
    each time the interpreter writes that task's result out as text, for a message that nobody
    sees (python/cpython:Lib/asyncio/runners.py, Lib/enum.py). For ten thousand versions that
    takes as long as to list them.
    """
    answers: list[Answered] = []

    async def asked() -> None:
        answers.append(await question)

    asyncio.run(asked())
    return answers[0]

"""Processes that use one cache at the same time."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import pytest

ROOT = Path(__file__).parents[2]
Process: TypeAlias = "subprocess.Popen[str]"
Start: TypeAlias = Callable[..., Process]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start `tests.cache.worker` with a part and its arguments; each is ended afterwards."""
    with ExitStack() as running:

        def started(part: str, folder: Path, *arguments: int) -> Process:
            command = [sys.executable, "-m", "tests.cache.worker", part, str(folder)]
            process = subprocess.Popen(
                [*command, *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
            running.enter_context(process)
            running.callback(process.kill)
            return process

        yield started

"""A claimed state folder, and children that misbehave on purpose."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from philotes_tui.demo.processes import Supervisor
from philotes_tui.demo.state import StateFolder


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateFolder]:
    folder = StateFolder.claim(tmp_path / "state")
    yield folder
    folder.release()


@pytest.fixture
def supervisor(state: StateFolder) -> Iterator[Supervisor]:
    with Supervisor(state) as running:
        yield running


@pytest.fixture
def python() -> str:
    return sys.executable

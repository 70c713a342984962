from collections.abc import Iterator

import pytest

from tests.tui.stage import Stage


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    for gate in made.gates:
        gate.open()

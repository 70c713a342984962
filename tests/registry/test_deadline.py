"""The time that an operation has, and that its parts share."""

import asyncio

import pytest

from philotes_tui.errors import RegistryUnreachable
from philotes_tui.registry.deadline import remaining, within

URL = "https://registry.example/v2/a?token=hidden"


async def never() -> None:
    await asyncio.get_running_loop().create_future()


def test_a_part_has_no_more_than_is_left_to_the_whole() -> None:
    async def run() -> tuple[float, float, float]:
        async with within(0.5, URL):
            async with within(60, URL):
                in_part = remaining()
            async with within(0.1, URL):
                in_short_part = remaining()
            return in_part, in_short_part, remaining()

    in_part, in_short_part, after = asyncio.run(run())
    assert in_short_part <= 0.1 < after <= in_part <= 0.5


@pytest.mark.parametrize(("outer", "inner"), [(0.02, 60), (60, 0.02), (0.02, 0.02)])
def test_the_time_that_was_up_is_the_one_that_is_told(outer: float, inner: float) -> None:
    async def run() -> None:
        async with asyncio.timeout(5), within(outer, URL), within(inner, URL):
            await never()

    with pytest.raises(RegistryUnreachable, match=r"within 0\.02 seconds") as raised:
        asyncio.run(run())
    assert isinstance(raised.value.__cause__, TimeoutError)  # what `Silence` counts
    assert "hidden" not in str(raised.value)

"""The time that an operation has, and that its parts share."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from philotes_tui.errors import RegistryUnreachable
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
from philotes_tui.registry.deadline import remaining, within
from tests.registry.clock import Clock
from tests.registry.fake_charts import BUNDLE, OCI_MANIFEST, Charts, descriptor, digest_of
from tests.registry.fake_registry import FakeRegistry, Reply, Request

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


async def all_details(chart: ChartRegistry) -> None:
    async for _, details in chart.details_of((await chart.catalog()).releases):
        if isinstance(details, RegistryUnreachable):
            raise details


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("details", 2),
        ("all_details", 1 + 2),
        ("package", 2),
        ("signatures", 2),
        ("signed_content", 2),
    ],
)
def test_all_that_a_question_takes_has_one_deadline(question: str, parts: int) -> None:
    """Each answer takes less than the deadline; two together take longer."""
    charts, clock = Charts(referrers={}), Clock()
    digest = digest_of(charts.add("1.0.0", provenance=b"signed"))
    bundle = charts.manifest(b'{"schemaVersion": 2, "layers": []}')
    charts.referrers = {digest: [descriptor(OCI_MANIFEST, bundle, artifactType=BUNDLE)]}
    limits = Limits(deadline=30, connect=20, retries=0)

    def asked(chart: ChartRegistry) -> Coroutine[Any, Any, object]:
        questions: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "details": lambda: chart.details("1.0.0"),
            "all_details": lambda: all_details(chart),
            "package": lambda: chart.package("1.0.0", provenance=True),
            "signatures": lambda: chart.signatures("1.0.0"),
            "signed_content": lambda: chart.signed_content(digest),
        }
        return questions[question]()

    def answer(request: Request) -> Reply:
        clock.forward(18)
        return charts(request)

    with FakeRegistry(answer) as fake:
        chart = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=limits)
        with pytest.raises(RegistryUnreachable, match="within 30 seconds"):
            clock.run(asked(chart))
        # What is attached and what stands under cosign's tag are asked for at once.
        at_once = question == "signed_content"
        assert len(fake.requests) in {parts, parts + at_once}

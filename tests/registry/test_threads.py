"""One chart asked from several threads at once, as screens do."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from philotes_tui.registry import ChartRegistry, NoCredentials, RegistryClient
from tests.registry.fake_registry import FakeRegistry, as_json


def test_requests_and_notices_of_questions_that_end_together_are_all_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ending = threading.Barrier(2)

    def with_the_other(_: RegistryClient) -> int:
        with suppress(threading.BrokenBarrierError):  # where the other is kept out
            ending.wait(1)  # both have read what was counted before, if both may
        return 1

    monkeypatch.setattr(RegistryClient, "requests", property(with_the_other))
    reply = as_json({"tags": []}, Warning='299 - "soon gone"')
    with FakeRegistry(lambda _: reply) as fake, ThreadPoolExecutor(2) as threads:
        chart = ChartRegistry(fake.folder, credentials=NoCredentials())
        list(threads.map(lambda _: asyncio.run(chart.tags()), range(2)))
    assert chart.requests == 2
    assert len(chart.notices) == 1

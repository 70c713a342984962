"""One chart asked from several threads at once, as screens do."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from philotes_tui.registry import Basic, ChartRegistry, NoCredentials, RegistryClient
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error


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


def test_questions_of_several_threads_ask_for_one_token() -> None:
    asked, asking = threading.Barrier(5), threading.Barrier(2)

    def answer(request: Request) -> Reply:
        if request.path == "/token":
            with suppress(threading.BrokenBarrierError):  # where a second one is kept out
                asking.wait(0.5)
            return as_json({"token": "granted"})
        if "Authorization" in request.headers:
            return as_json({"tags": []})
        asked.wait(10)  # each has asked without a token
        realm = f'Bearer realm="http://{request.headers["Host"]}/token"'
        return error(401, "UNAUTHORIZED", WWW_Authenticate=realm)

    with FakeRegistry(answer) as fake, ThreadPoolExecutor(5) as threads:
        chart = ChartRegistry(fake.folder, credentials=NoCredentials())
        list(threads.map(lambda _: asyncio.run(chart.tags()), range(5)))
    assert [request.path for request in fake.requests].count("/token") == 1


def test_a_login_that_one_thread_was_granted_a_token_for_is_left_out_by_the_others_too() -> None:
    """The token that is shared is refused to each; each then asks without the login."""
    asked = threading.Barrier(2)

    class Stored:
        async def lookup(self, host: str) -> Basic:
            return Basic("operator", "hidden", "config.json")

    def answer(request: Request) -> Reply:
        sent = request.headers.get("Authorization", "")
        if request.path == "/token":
            return as_json({"token": "powerless" if sent else "anonymous"})
        if sent == "Bearer anonymous":
            return as_json({"tags": ["0.1.0"]})
        if sent:
            return error(403, "DENIED")
        asked.wait(10)
        realm = f'Bearer realm="http://{request.headers["Host"]}/token"'
        return error(401, "UNAUTHORIZED", WWW_Authenticate=realm)

    with FakeRegistry(answer) as fake, ThreadPoolExecutor(2) as threads:
        chart = ChartRegistry(fake.folder, credentials=Stored())
        found = list(threads.map(lambda _: asyncio.run(chart.tags()), range(2)))
    assert found == [("0.1.0",), ("0.1.0",)]

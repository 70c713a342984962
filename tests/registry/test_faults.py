"""Everything that can go wrong at the other end, and the sentence it ends in."""

import asyncio
import time

import pytest

from philotes_tui.errors import (
    RegistryError,
    RegistryRateLimited,
)
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
from tests.registry.fake_registry import FakeRegistry, Reply, as_json, error
from tests.registry.faults import FAULTS

LIMITS = Limits(deadline=0.5, connect=0.4, retries=1, backoff=0.001, list_bytes=4096)

pytestmark = pytest.mark.usefixtures("no_leaks")


def ask(folder: str, limits: Limits = LIMITS) -> None:
    asyncio.run(ChartRegistry(folder, credentials=NoCredentials(), limits=limits).catalog())


@pytest.mark.parametrize(("reply", "kind", "told", "todo"), FAULTS)
def test_a_fault_ends_in_time_in_a_sentence_that_says_what_to_do(
    reply: Reply, kind: type[RegistryError], told: str, todo: str
) -> None:
    with FakeRegistry(lambda _: reply) as fake:
        started = time.monotonic()
        with pytest.raises(RegistryError) as raised:
            ask(fake.folder)
        assert time.monotonic() - started < 2 * LIMITS.deadline
    assert type(raised.value) is kind
    assert told in str(raised.value)
    assert todo in raised.value.todo
    assert str(raised.value).isprintable()
    for hidden in ("secret", "u:p@", "\x1b"):
        assert hidden not in str(raised.value)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_recovers_is_asked_again(status: int) -> None:
    replies = iter([Reply(status), Reply(reset=True), as_json({"tags": ["0.1.0"]})])
    with FakeRegistry(lambda _: next(replies)) as fake:
        ask(fake.folder, Limits(deadline=5, backoff=0.001))
        assert len(fake.requests) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429])
def test_an_answer_that_will_stay_is_not_asked_for_again(status: int) -> None:
    with FakeRegistry(lambda _: error(status, "NO")) as fake:
        with pytest.raises(RegistryError):
            ask(fake.folder, Limits(deadline=5, backoff=0.001))
        assert len(fake.requests) == 1


def test_retries_end_with_the_deadline() -> None:
    with FakeRegistry(lambda _: Reply(503)) as fake, pytest.raises(RegistryError, match="503"):
        ask(fake.folder, Limits(deadline=0.3, retries=1000, backoff=0.05))


def test_a_rate_limit_carries_its_seconds() -> None:
    reply = Reply(429, {"Retry-After": "17"}, b"slow down")
    with FakeRegistry(lambda _: reply) as fake, pytest.raises(RegistryRateLimited) as raised:
        ask(fake.folder)
    assert raised.value.retry_after == 17
    assert "Wait 17 seconds" in raised.value.todo

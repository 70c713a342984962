"""What is asked again, when, and when not; nothing stays open whatever happens."""

import asyncio
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate

import pytest

from philotes_tui.errors import RegistryError, RegistryRateLimited, RegistryUnreachable
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
from philotes_tui.registry.transport import Transport
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error

QUICK = Limits(deadline=5, connect=1, retries=2, backoff=0.01)
GOOD = as_json({"tags": ["0.1.0"]})

pytestmark = pytest.mark.usefixtures("no_leaks")


def ask(fake: FakeRegistry, limits: Limits = QUICK) -> float:
    registry = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=limits)
    started = time.monotonic()
    asyncio.run(registry.catalog())
    return time.monotonic() - started


def after(*replies: Reply) -> Callable[[Request], Reply]:
    waiting: Iterator[Reply] = iter(replies)
    return lambda _: next(waiting, GOOD)


@pytest.mark.parametrize(
    "fault",
    [
        Reply(408),
        Reply(500),
        Reply(502),
        Reply(503),
        Reply(504),
        Reply(reset=True),
        Reply(body=b"{", promised=99),
        Reply(raw=b""),
        Reply(raw=b"HTTP/1.1 200"),
    ],
    ids=["408", "500", "502", "503", "504", "reset", "truncated", "closed", "half-a-head"],
)
def test_what_passes_is_asked_again(fault: Reply) -> None:
    with FakeRegistry(after(fault, fault)) as fake:
        ask(fake)
        assert len(fake.requests) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 405, 410, 418, 429, 501, 505])
def test_what_stays_is_not_asked_again(status: int) -> None:
    limits = Limits(deadline=5, connect=1, retries=2, page=0)
    with FakeRegistry(lambda _: error(status, "NO")) as fake:
        with pytest.raises(RegistryError):
            ask(fake, limits)
        assert len(fake.requests) == 1


def test_attempts_are_bounded_and_the_last_answer_is_told() -> None:
    with FakeRegistry(lambda _: error(503, "UNAVAILABLE", "later")) as fake:
        with pytest.raises(RegistryError, match="503 UNAVAILABLE: later"):
            ask(fake)
        assert len(fake.requests) == 3


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (429, {"Retry-After": "1"}, b""),
        (503, {"Retry-After": "1"}, b""),
        (429, {"Retry-After": formatdate(time.time() - 60, usegmt=True)}, b""),
        (429, {}, b"retry-after: 880.092\xc2\xb5s, allowed: 44000/minute"),
        (429, {"Retry-After": "250ms"}, b""),
    ],
    ids=["seconds", "seconds-503", "date", "go-duration", "go-duration-header"],
)
def test_a_short_wait_that_a_registry_asks_for_is_kept(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    with FakeRegistry(after(Reply(status, headers, body))) as fake:
        assert 1 <= ask(fake) < 4
        assert len(fake.requests) == 2


@pytest.mark.parametrize("wait", ["6", "3600", "1h"])
def test_a_long_wait_is_left_to_the_operator_with_its_seconds(wait: str) -> None:
    with FakeRegistry(lambda _: Reply(429, {"Retry-After": wait})) as fake:
        started = time.monotonic()
        with pytest.raises(RegistryRateLimited) as raised:
            ask(fake)
        assert time.monotonic() - started < 1
        assert len(fake.requests) == 1
    assert raised.value.retry_after in {6.0, 3600.0}


def test_a_wait_longer_than_the_time_left_is_not_begun() -> None:
    with FakeRegistry(lambda _: Reply(429, {"Retry-After": "2"})) as fake:
        started = time.monotonic()
        with pytest.raises(RegistryRateLimited, match="Wait 2 seconds"):
            ask(fake, Limits(deadline=1, connect=1, retries=3))
        assert time.monotonic() - started < 0.9


def test_a_pause_can_be_cancelled_at_once() -> None:
    async def cancelled(fake: FakeRegistry) -> float:
        registry = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=QUICK)
        task = asyncio.create_task(registry.catalog())
        await asyncio.to_thread(fake.asked_once.wait, 10)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - started

    with FakeRegistry(lambda _: Reply(503, {"Retry-After": "4"})) as fake:
        assert asyncio.run(cancelled(fake)) < 1


@pytest.mark.parametrize("moment", [0.0, 0.001, 0.003, 0.01, 0.03])
@pytest.mark.parametrize("reply", [GOOD, Reply(silent=True), Reply(drip=0.005)])
def test_a_question_cancelled_at_any_moment_leaves_nothing_open(
    moment: float, reply: Reply
) -> None:
    async def cancelled(fake: FakeRegistry) -> None:
        registry = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=QUICK)
        task = asyncio.create_task(registry.catalog())
        await asyncio.sleep(moment)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with FakeRegistry(lambda _: reply) as fake:
        asyncio.run(cancelled(fake))


def test_a_post_is_sent_once() -> None:
    async def post(fake: FakeRegistry) -> int:
        async with Transport(QUICK) as transport:
            answer = await transport.send("POST", f"http://{fake.host}/", {}, largest=10, body=b"x")
            return answer.status

    with FakeRegistry(lambda _: Reply(503)) as fake:
        assert asyncio.run(post(fake)) == 503
        assert fake.requests[0].body == b"x"
    with FakeRegistry(lambda _: Reply(reset=True)) as fake:
        with pytest.raises(RegistryUnreachable):
            asyncio.run(post(fake))
        assert len(fake.requests) == 1


def test_pauses_grow_and_are_spread() -> None:
    transport = Transport(Limits(backoff=1.0))
    firsts = {transport._pause(0) for _ in range(50)}
    thirds = {transport._pause(2) for _ in range(50)}
    assert len(firsts) > 40
    assert 0.5 <= min(firsts) < max(firsts) <= 1.5
    assert 2.0 <= min(thirds) < max(thirds) <= 6.0

"""Every fault at every step on the way to a chart: each ends in time in one of our errors."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from philotes_tui.errors import PhilotesError, RegistryError
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
from tests.registry.fake_charts import NAME, Charts, digest_of
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error
from tests.registry.faults import FAULTS
from tests.registry.test_archive import CHART, tgz

LIMITS = Limits(
    deadline=0.5, connect=0.4, retries=1, backoff=0.001, list_bytes=4096, manifest_bytes=4096
)
ARCHIVE = tgz({"Chart.yaml": CHART})
VERSION = "1.2.3"

pytestmark = pytest.mark.usefixtures("no_leaks")


@dataclass(frozen=True)
class Step:
    """A step on the way, and the question that leads over it.

    Attributes:
        name: What it is called here.
        matches: Whether a request belongs to it.
        ask: What is asked.
        tolerates: Faults that are no error there, by what they mean.
    """

    name: str
    matches: Callable[[Request], bool]
    ask: Callable[[ChartRegistry], object]
    tolerates: frozenset[str] = frozenset()


def catalog(registry: ChartRegistry) -> object:
    return asyncio.run(registry.catalog())


def details(registry: ChartRegistry) -> object:
    return asyncio.run(registry.details(VERSION))


def digest(registry: ChartRegistry) -> object:
    return asyncio.run(registry.digest(VERSION))


def chart(registry: ChartRegistry) -> object:
    return asyncio.run(registry.chart(VERSION))


def signatures(registry: ChartRegistry) -> object:
    return asyncio.run(registry.signatures(VERSION))


FAILING = frozenset({"reset", "silent", "slow-drip", "truncated", "500", "502", "503"})
FAILING |= {"odd-errors", "hostile-errors", "closed-unanswered", "half-a-head", "half-a-chunk"}
FAILING |= {"gzip", "too-large", "ssh", "tls-alert", "401-realm-inside"}
NO_API = frozenset(str(fault.id) for fault in FAULTS) - FAILING

STEPS = [
    Step("second page", lambda r: "last=" in r.target, catalog),
    Step("token", lambda r: r.path == "/token", catalog),
    Step("digest", lambda r: r.path == f"{NAME}/manifests/{VERSION}", digest),
    Step("manifest", lambda r: r.path == f"{NAME}/manifests/{VERSION}", details),
    Step("config", lambda r: "/blobs/" in r.path, details),
    Step("archive", lambda r: r.path.endswith(digest_of(ARCHIVE)), chart),
    Step("storage", lambda r: r.path.startswith("/storage/"), chart),
    Step("referrers", lambda r: "/referrers/" in r.path, signatures, NO_API),
]


@contextmanager
def broken(step: Step, fault: Reply) -> Iterator[FakeRegistry]:
    """Run a registry in which all is well but one step."""
    charts = Charts()
    charts.add(VERSION, archive=ARCHIVE)

    def answer(request: Request) -> Reply:
        if step.matches(request):
            return fault
        if step.name == "token":
            realm = f'Bearer realm="http://{request.headers["Host"]}/token"'
            return error(401, "UNAUTHORIZED", WWW_Authenticate=realm)
        if step.name == "second page":
            return as_json({"tags": ["0.1.0"]}, Link='<?last=0.1.0>; rel="next"')
        if step.name == "storage" and "/blobs/" in request.path:
            return Reply(307, {"Location": f"/storage/{request.path.rpartition('/')[2]}"})
        return charts(request)

    with FakeRegistry(answer) as fake:
        yield fake


@pytest.mark.parametrize(
    ("name", "reply"), [pytest.param(f.id, f.values[0], id=str(f.id)) for f in FAULTS]
)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_fault_at_any_step_ends_in_time_in_a_sentence_that_says_what_to_do(
    step: Step, name: str, reply: Reply
) -> None:
    with broken(step, reply) as fake:
        registry = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=LIMITS)
        started = time.monotonic()
        if name in step.tolerates:
            assert step.ask(registry) == ()
            return
        with pytest.raises(PhilotesError) as raised:
            step.ask(registry)
        assert time.monotonic() - started < 2 * LIMITS.deadline + 1
        assert any(step.matches(request) for request in fake.requests)
    assert isinstance(raised.value, RegistryError)
    assert raised.value.what
    assert raised.value.todo.endswith((".", "`"))
    told = f"{raised.value}{raised.value.as_dict()}"
    for hidden in ("secret", "u:p@", "\x1b", "\u202e", "Traceback", "object at 0x"):
        assert hidden not in told

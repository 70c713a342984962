"""Other hosts that a registry leads to, for tokens and for blobs, and that cannot be reached."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from philotes_tui.errors import RegistryUnreachable
from tests.certificates import Certificates
from tests.registry.fake_registry import FakeRegistry, Reply, Request, error
from tests.registry.steps import STEPS, Step, broken

NOWHERE = "nowhere.example"

pytestmark = pytest.mark.usefixtures("no_leaks")


@pytest.fixture
def refusing() -> Iterator[str]:
    """Keep a port at which nobody listens."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{kept.getsockname()[1]}"


@pytest.fixture
def unknown(monkeypatch: pytest.MonkeyPatch) -> str:
    """Have a name server that knows one host less."""
    ask = socket.getaddrinfo

    def resolve(host: str, *args: object, **options: object) -> object:
        if host == NOWHERE:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ask(host, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return f"http://{NOWHERE}"


@pytest.fixture
def untrusted(registry_tools: dict[str, Path], tmp_path: Path) -> Iterator[str]:
    """Serve TLS with the certificate of an authority that nobody trusts."""
    context = Certificates.make(tmp_path, registry_tools["helm"]).server_context()
    with FakeRegistry(lambda _: Reply(), tls=context) as fake:
        yield f"https://{fake.host}"
        assert not fake.requests


@pytest.mark.parametrize("step", ["token", "identity token", "archive", "provenance", "bundle"])
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("refusing", "Nothing listens at 127.0.0.1:"),
        ("unknown", f"The host {NOWHERE} cannot be found"),
        pytest.param("untrusted", "certificate of 127.0.0.1:", marks=pytest.mark.real),
    ],
)
def test_a_host_that_cannot_be_reached_is_named_wherever_a_registry_leads_to_it(
    request: pytest.FixtureRequest, step: str, kind: str, told: str
) -> None:
    host = request.getfixturevalue(kind)
    led = led_to(host, next(each for each in STEPS if each.name == step))
    with broken(led, Reply(307, {"Location": f"{host}/x?signature=secret"})) as fake:
        with pytest.raises(RegistryUnreachable, match=told) as raised:
            led.ask(fake)
        assert fake.requests
    assert raised.value.todo
    assert "secret" not in str(raised.value)


def led_to(host: str, step: Step) -> Step:
    """Return a step at which the registry names the host instead of its own."""
    if "token" not in step.name:
        return step

    def challenge(request: Request) -> Reply | None:
        del request
        return error(401, "UNAUTHORIZED", WWW_Authenticate=f'Bearer realm="{host}/token"')

    return Step(step.name, lambda _: False, step.ask, challenge)

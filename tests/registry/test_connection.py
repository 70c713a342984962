"""What stands between us and a registry: ports, names, proxies, certificates, patience."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from philotes_tui.errors import NotARegistry, RegistryUnreachable, SettingsError
from philotes_tui.registry import (
    ChartRegistry,
    Limits,
    NoCredentials,
    RegistryClient,
    Repository,
)
from philotes_tui.registry.transport import Transport
from philotes_tui.registry.trust import tls_context
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json

LIMITS = Limits(deadline=1.0, connect=0.5, retries=1, backoff=0.001)


def ask(folder: str) -> None:
    registry = ChartRegistry(folder, credentials=NoCredentials(), limits=LIMITS)
    asyncio.run(registry.catalog())


def test_a_port_where_nothing_listens_is_said_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but not listening: it refuses
        port = taken.getsockname()[1]
        with pytest.raises(RegistryUnreachable, match=f"Nothing listens at 127.0.0.1:{port}"):
            ask(f"oci://127.0.0.1:{port}/charts")


def test_a_host_that_has_no_address_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(RegistryUnreachable, match=r"host registry\.example cannot be found"):
        ask("oci://registry.example/charts")


@pytest.mark.parametrize("deadline", [0.3, 5.0])
def test_a_name_server_that_is_silent_holds_nothing_up(
    monkeypatch: pytest.MonkeyPatch, deadline: float
) -> None:
    answered = threading.Event()

    def silent(*_: object, **__: object) -> None:
        answered.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    limits = Limits(deadline=deadline, connect=0.5, retries=0)
    registry = ChartRegistry(
        "oci://registry.example/charts", credentials=NoCredentials(), limits=limits
    )
    started = time.monotonic()
    try:
        with pytest.raises(RegistryUnreachable, match=r"in time|within 0\.3 seconds"):
            asyncio.run(registry.catalog())
        assert time.monotonic() - started < 2
    finally:
        answered.set()


def test_a_name_server_that_is_silent_does_not_hold_up_the_end_of_the_program() -> None:
    script = """
import asyncio, socket, time
socket.getaddrinfo = lambda *_, **__: time.sleep(30)
from philotes_tui.errors import RegistryUnreachable
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
limits = Limits(deadline=0.3, connect=0.2)
registry = ChartRegistry("oci://r.example/a", credentials=NoCredentials(), limits=limits)
try:
    asyncio.run(registry.catalog())
except RegistryUnreachable:
    print("ended")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == "ended\n"


def test_an_answer_that_is_given_up_frees_its_connection() -> None:
    async def read(fake: FakeRegistry) -> list[str]:
        limits = Limits(deadline=2, connect=1, retries=0, connections=1, list_bytes=1000)
        repository = Repository.parse(f"{fake.folder}/philotes")
        async with RegistryClient(credentials=NoCredentials(), limits=limits) as client:
            for _ in range(3):
                with pytest.raises(NotARegistry, match="more than"):
                    await client.tags(repository)
            return await client.tags(repository)

    def answer(_: Request) -> Reply:
        return as_json({"tags": ["0.1.0"] if len(fake.requests) > 3 else ["0.1.0" * 900]})

    with FakeRegistry(answer) as fake:
        assert asyncio.run(read(fake)) == ["0.1.0"]


def test_a_connection_that_nobody_accepts_ends_in_time() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for connection in waiting:  # fills the queue, so that the next one hangs
            connection.setblocking(False)
            connection.connect_ex(full.getsockname())
        try:
            started = time.monotonic()
            with pytest.raises(RegistryUnreachable) as raised:
                ask(f"oci://127.0.0.1:{full.getsockname()[1]}/charts")
            assert time.monotonic() - started < LIMITS.deadline + 1
            assert raised.value.todo
        finally:
            for connection in waiting:
                connection.close()


def test_a_question_can_be_cancelled_at_once() -> None:
    async def cancelled(folder: str) -> float:
        registry = ChartRegistry(folder, credentials=NoCredentials(), limits=Limits(deadline=60))
        task = asyncio.create_task(registry.catalog())
        await asyncio.to_thread(fake.asked_once.wait, 10)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - started

    with FakeRegistry(lambda _: Reply(silent=True)) as fake:
        assert asyncio.run(cancelled(fake.folder)) < 1


def test_a_registry_on_this_machine_is_never_asked_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with FakeRegistry(lambda _: as_json({"tags": []})) as fake:
        port = fake.host.rpartition(":")[2]
        ask(fake.folder)
        ask(f"oci://localhost:{port}/charts")
        assert len(fake.requests) == 2


def test_a_registry_elsewhere_is_asked_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeRegistry(lambda _: as_json({"tags": []})) as fake:
        monkeypatch.setenv("HTTP_PROXY", f"http://{fake.host}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        registry = ChartRegistry(
            "oci://registry.example/charts", plain_http=True, credentials=NoCredentials()
        )
        asyncio.run(registry.catalog())
        assert fake.asked() == ["GET http://registry.example/v2/charts/philotes/tags/list?n=10000"]


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "nonsense://x", "http://[::1"])
def test_a_proxy_that_cannot_be_used_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(SettingsError, match="ALL_PROXY"):
        ask("oci://registry.example/charts")


def test_a_missing_certificate_file_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "missing.pem")
    with pytest.raises(SettingsError, match="SSL_CERT_FILE"):
        ask("oci://registry.example/charts")


def certificate(folder: Path) -> Path:
    """Return a file with a certificate of 127.0.0.1 that nobody trusts, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not on PATH")
    path = folder / "registry.pem"
    request = f"{openssl} req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:P-256"
    subject = "-subj /CN=registry -addext subjectAltName=IP:127.0.0.1"
    command = [*f"{request} {subject}".split(), "-keyout", str(path), "-out", str(folder / "cert")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    path.write_bytes(path.read_bytes() + (folder / "cert").read_bytes())
    return path


def test_a_certificate_that_is_not_trusted_can_be_trusted_as_the_error_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)

    def versions(host: str) -> int:
        registry = ChartRegistry(
            f"oci://{host}/charts", plain_http=False, credentials=NoCredentials(), limits=LIMITS
        )
        return len(asyncio.run(registry.catalog()).releases)

    with FakeRegistry(lambda _: as_json({"tags": ["0.1.0"]}), tls) as fake:
        with pytest.raises(RegistryUnreachable, match=r"is not trusted.*SSL_CERT_FILE"):
            versions(fake.host)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert"))
        assert versions(fake.host) == 1
        with pytest.raises(RegistryUnreachable, match=r"localhost:\d+ is not trusted"):
            versions(fake.host.replace("127.0.0.1", "localhost"))


def test_an_authority_of_ones_own_is_trusted_besides_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate(tmp_path))
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    context = tls_context(tmp_path / "cert")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509"] > tls_context().cert_store_stats()["x509"]
    with FakeRegistry(lambda _: as_json({"tags": ["0.1.0"]}), tls) as fake:
        registry = ChartRegistry(
            fake.folder,
            plain_http=False,
            credentials=NoCredentials(),
            limits=LIMITS,
            ca_file=tmp_path / "cert",
        )
        assert len(asyncio.run(registry.catalog()).releases) == 1


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_an_authority_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match="certificates to trust cannot be read") as raised:
        tls_context(path)
    assert str(path) in raised.value.on
    with pytest.raises(SettingsError, match="unset SSL_CERT_FILE"):
        tls_context(None, {"SSL_CERT_FILE": str(path)})


def test_a_missing_folder_of_certificates_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="unset SSL_CERT_DIR"):
        tls_context(None, {"SSL_CERT_DIR": f"{tmp_path}:{tmp_path / 'missing'}"})


def test_plain_http_spoken_to_a_registry_with_tls_says_to_turn_it_off(tmp_path: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate(tmp_path))
    with (
        FakeRegistry(lambda _: as_json({"tags": []}), tls) as fake,
        pytest.raises(RegistryUnreachable, match=r"broke off.*turn off plain HTTP"),
    ):
        ask(fake.folder)


def test_tls_spoken_to_a_registry_without_it_says_to_turn_on_plain_http() -> None:
    with FakeRegistry(lambda _: as_json({"tags": []})) as fake:
        registry = ChartRegistry(
            fake.folder, plain_http=False, credentials=NoCredentials(), limits=LIMITS
        )
        with pytest.raises(RegistryUnreachable, match=r"No TLS connection.*plain HTTP, turn that"):
            asyncio.run(registry.catalog())
        assert fake.requests == []


def test_a_proxy_that_does_not_answer_is_named_in_the_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://u:hidden@127.0.0.1:{taken.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", "other.example")
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(RegistryUnreachable, match="through the proxy of HTTPS_PROXY") as raised:
            ask("oci://registry.example/charts")
    assert "hidden" not in str(raised.value)


def test_a_proxy_that_refuses_is_told_from_a_registry_that_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FakeRegistry(lambda _: Reply(407)) as fake:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{fake.host}")
        monkeypatch.setenv("NO_PROXY", "other.example")
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(RegistryUnreachable, match=r"The proxy refused.*407.*HTTPS_PROXY"):
            ask("oci://registry.example/charts")


@pytest.mark.parametrize(
    ("path", "headers"), [("/a b", {}), ("/a\r\nX: y", {}), ("/", {"A": "b\r\nC: d"})]
)
def test_no_request_can_hold_a_second_one(path: str, headers: dict[str, str]) -> None:
    async def send(host: str) -> None:
        async with Transport(Limits(retries=0)) as transport:
            await transport.send("GET", f"http://{host}{path}", headers, largest=100)

    with FakeRegistry(lambda _: as_json({})) as fake:
        with pytest.raises(RegistryUnreachable):
            asyncio.run(send(fake.host))
        assert fake.requests == []


def test_the_library_for_http_is_imported_with_the_first_request_and_without_its_commands() -> None:
    script = (
        "import asyncio, sys\n"
        "from philotes_tui.registry.limits import Limits\n"
        "from philotes_tui.registry.transport import Transport\n"
        "assert 'httpx' not in sys.modules\n"
        "async def send():\n"
        "    async with Transport(Limits()) as transport:\n"
        "        return await transport.send('GET', sys.argv[1], {}, largest=100)\n"
        "answer = asyncio.run(send())\n"
        "print(answer.status, 'httpx' in sys.modules, 'httpx._main' in sys.modules,\n"
        "      any(name.startswith(('rich', 'pygments')) for name in sys.modules))\n"
    )
    with FakeRegistry(lambda _: as_json({})) as fake:
        done = subprocess.run(
            [sys.executable, "-c", script, f"http://{fake.host}/v2/"],
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
    assert (done.stdout, done.stderr) == ("200 True False False\n", "")

"""An HTTPS registry behind a proxy that is as strict as RFC 9110, section 9.3.6, lets it be."""

import asyncio
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
from philotes_tui.registry.transport import Transport
from tests.registry.fake_registry import FakeRegistry, as_json

HOST = "registry.example"
LIMITS = Limits(deadline=5, connect=2, retries=0)


@dataclass
class Proxy:
    """What a proxy was asked, and where it is."""

    host: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def proxy_to(registry: str) -> Iterator[Proxy]:
    """Run a proxy that leads every tunnel to one registry; yield it until the block ends."""
    name, port = registry.split(":")
    with socket.create_server(("127.0.0.1", 0)) as server:
        running = Proxy(f"127.0.0.1:{server.getsockname()[1]}")
        threads: list[threading.Thread] = []

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                threads.append(threading.Thread(target=tunnel, args=(client,)))
                threads[-1].start()

        def tunnel(client: socket.socket) -> None:
            with client:
                head = b""
                while b"\r\n\r\n" not in head and (read := client.recv(4096)):
                    head += read
                running.asked.append(head.decode().partition("\r\n")[0])
                if not re.match(rf"CONNECT {HOST}:\d+ HTTP/1\.1\r\nHost: {HOST}:", head.decode()):
                    client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                    return
                with socket.create_connection((name, int(port))) as upstream:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    back = threading.Thread(target=pump, args=(upstream, client))
                    back.start()
                    pump(client, upstream)
                    back.join()

        accepting = threading.Thread(target=serve)
        accepting.start()
        try:
            yield running
        finally:
            server.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread in threads:
                thread.join()


def pump(source: socket.socket, target: socket.socket) -> None:
    """Copy until the source ends; then tell the target."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one side went away, as it may


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate of the registry's name, and the trust in it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not on PATH")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = f"{openssl} req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:P-256"
    subject = f"-subj /CN=registry -addext subjectAltName=DNS:{HOST}"
    command = [*f"{request} {subject}".split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no proxy yet."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.mark.usefixtures("no_leaks")
def test_a_registry_with_tls_is_reached_through_a_proxy_that_is_asked_for_host_and_port(
    tls: ssl.SSLContext, named: pytest.MonkeyPatch
) -> None:
    with FakeRegistry(lambda _: as_json({"tags": ["0.1.0"]}), tls) as fake:
        with proxy_to(fake.host) as proxy:
            named.setenv("HTTPS_PROXY", f"http://{proxy.host}")
            for port in ("", ":8443"):
                registry = ChartRegistry(
                    f"oci://{HOST}{port}/charts", credentials=NoCredentials(), limits=LIMITS
                )
                assert len(asyncio.run(registry.catalog()).releases) == 1
        assert [request.headers["Host"] for request in fake.requests] == [HOST, f"{HOST}:8443"]
    assert proxy.asked == [f"CONNECT {HOST}:{port} HTTP/1.1" for port in (443, 8443)]


@pytest.mark.parametrize(
    "target",
    [
        "/v2/o/n/tags/list?last=sha256-0.sig&n=0",
        "/v2/o/n/tags/list?last=1.0%2Ba%20b&n=100&x=",
        "/v2/a//b/?empty",
        "/s?X-Amz-Signature=a1%2F&X-Amz-Credential=A/2/s3/aws4_request&r=attachment;f=a,b'(c)*!~$@:",
        "/b?se=2024-01-01T00%3A00%3A00Z&sig=abc%2Bdef%3D&skoid=1|2",
    ],
)
@pytest.mark.usefixtures("no_leaks")
def test_path_and_query_reach_the_registry_through_a_proxy_as_they_stand(
    tls: ssl.SSLContext, named: pytest.MonkeyPatch, target: str
) -> None:
    async def send() -> int:
        async with Transport(LIMITS) as transport:
            answer = await transport.send("GET", f"https://{HOST}{target}", {}, largest=100)
            return answer.status

    with FakeRegistry(lambda _: as_json({}), tls) as fake, proxy_to(fake.host) as proxy:
        named.setenv("HTTPS_PROXY", f"http://{proxy.host}")
        assert asyncio.run(send()) == 200
        assert fake.asked() == [f"GET {target}"]

"""A real registry that lets in only with tokens of a server of its own, as GHCR does."""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.certificates import Certificates
from tests.token_server import ISSUER, SERVICE, Account, TokenServer, running_token_server


@dataclass(frozen=True)
class TokenRegistry:
    """A running registry with its token server.

    Attributes:
        host: `127.0.0.1:PORT` of the registry.
        realm: The URL tokens are asked for at.
        certificates: Of both servers; unused by them when they run without TLS.
        tls: Whether they serve HTTPS.
        tokens: The token server.
        storage: The folder the registry stores in.
    """

    host: str
    realm: str
    certificates: Certificates
    tls: bool
    tokens: TokenServer
    storage: Path

    @property
    def url(self) -> str:
        """The base of the registry's API."""
        return f"{'https' if self.tls else 'http'}://{self.host}"

    def stored(self) -> dict[str, list[str]]:
        """Return the tags of every repository, read from the store itself."""
        root = self.storage / "docker" / "registry" / "v2" / "repositories"
        found: dict[str, list[str]] = {}
        for tag in sorted(root.glob("**/_manifests/tags/*")):
            found.setdefault(str(tag.parents[2].relative_to(root)), []).append(tag.name)
        return found


@contextmanager
def running_token_registry(
    folder: Path,
    tools: Mapping[str, Path],
    accounts: Sequence[Account],
    *,
    tls: bool = True,
    lifetime_s: int = 300,
) -> Iterator[TokenRegistry]:
    """Run a registry and its token server on free ports until the block ends.

    Args:
        folder: An empty folder for keys, configuration, storage and log.
        tools: The programs `registry` and `helm`.
        accounts: Who is let in; without one whose secret is empty, nobody unnamed.
        tls: Whether both serve HTTPS.
        lifetime_s: Seconds until a token ends.
    """
    certificates = Certificates.make(folder, tools["helm"])
    tokens = TokenServer(certificates.signer(), accounts, lifetime_s)
    with running_token_server(tokens, certificates.server_context() if tls else None) as realm:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{free.getsockname()[1]}"
        running = TokenRegistry(host, realm, certificates, tls, tokens, folder / "store")
        config = folder / "registry.json"
        config.write_text(json.dumps(_config(running, folder)))
        environ = {"OTEL_TRACES_EXPORTER": "none", "PATH": "/usr/bin:/bin"}
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [tools["registry"], "serve", config], env=environ, stdout=log, stderr=log
            )
            try:
                _await_challenge(running, process)
                yield running
            finally:
                process.terminate()
                process.wait(10)


def _config(running: TokenRegistry, folder: Path) -> dict[str, object]:
    """Return the configuration (distribution's docs/content/about/configuration.md)."""
    keys = folder / "keys.json"
    keys.write_text(running.tokens.signer.key_set())
    files = running.certificates
    tls = {"tls": {"certificate": str(files.certificate), "key": str(files.key)}}
    return {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(running.storage)},
            "delete": {"enabled": True},
        },
        "http": {"addr": running.host, **(tls if running.tls else {})},
        "auth": {
            "token": {
                "realm": running.realm,
                "service": SERVICE,
                "issuer": ISSUER,
                "jwks": str(keys),
            }
        },
    }


def _await_challenge(running: TokenRegistry, process: "subprocess.Popen[bytes]") -> None:
    context = running.certificates.client_context()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, "the registry ended by itself"
        try:
            opener.open(f"{running.url}/v2/", timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.02)  # nothing tells when a port opens but trying it
    raise AssertionError("the registry did not ask for a token within 30 seconds")

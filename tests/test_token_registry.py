"""The registry with token login that other tests use, asked by real Helm and by hand."""

import base64
import dataclasses
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import Certificates
from tests.conftest import at_hand
from tests.token_registry import TokenRegistry, running_token_registry
from tests.token_server import Account, TokenServer

pytestmark = pytest.mark.real

READER = Account(secret="may read", name="reader", pull=("team/*",))
WRITER = Account(secret="may write", push=("team/*",))
ANYBODY = Account(pull=("open/*",))
SCOPE = "scope=repository:team/charts/small:pull"
MANIFEST = "/v2/team/charts/small/manifests/0.1.0"


@dataclasses.dataclass(frozen=True)
class Client:
    """Helm with a login file of its own."""

    helm: Path
    folder: Path
    registry: TokenRegistry

    def run(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        plain = () if self.registry.tls else ("--plain-http",)
        authority = str(self.registry.certificates.authority)
        return subprocess.run(
            [self.helm, *arguments, *plain],
            env={"HOME": str(self.folder), "SSL_CERT_FILE": authority},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )

    def log_in(self, name: str, secret: str) -> int:
        return self.run(
            *("registry", "login", self.registry.host),
            *("--username", name, "--password-stdin"),
            stdin=secret,
        ).returncode

    def push(self, repository: str) -> subprocess.CompletedProcess[str]:
        chart = self.folder / "small"
        chart.mkdir(exist_ok=True)
        (chart / "Chart.yaml").write_text("apiVersion: v2\nname: small\nversion: 0.1.0\n")
        package = [str(self.helm), "package", str(chart), "-d", str(self.folder)]
        environ = {"HOME": str(self.folder)}
        subprocess.run(package, env=environ, capture_output=True, check=True, timeout=60)
        archive = self.folder / "small-0.1.0.tgz"
        return self.run("push", str(archive), f"oci://{self.registry.host}/{repository}")

    def pull(self, repository: str) -> subprocess.CompletedProcess[str]:
        reference = f"oci://{self.registry.host}/{repository}/small"
        return self.run("pull", reference, "--version", "0.1.0", "-d", str(self.folder))


@pytest.fixture(scope="module")
def helm() -> Path:
    return at_hand(["helm"])["helm"].path


@pytest.fixture(scope="module", params=[True, False], ids=["tls", "plain"])
def registry(
    request: pytest.FixtureRequest, helm: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TokenRegistry]:
    programs = {"helm": helm, "registry": at_hand(["registry"])["registry"].path}
    folder = tmp_path_factory.mktemp("token-registry")
    accounts = [READER, WRITER, ANYBODY]
    with running_token_registry(folder, programs, accounts, tls=request.param) as running:
        yield running


@pytest.fixture
def client(helm: Path, registry: TokenRegistry, tmp_path: Path) -> Client:
    return Client(helm, tmp_path, registry)


def status(registry: TokenRegistry, token: str) -> int:
    """Return how the registry answers a request with a token."""
    request = urllib.request.Request(f"{registry.url}{MANIFEST}")  # noqa: S310 - loopback
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Accept", "application/vnd.oci.image.manifest.v1+json")
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=registry.certificates.client_context()),
    )
    try:
        with opener.open(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def token(tokens: TokenServer) -> str:
    """Return a token that lets the reader pull, asked of the server itself."""
    basic = base64.b64encode(f"{READER.name}:{READER.secret}".encode()).decode()
    _, body = tokens.answer(SCOPE, f"Basic {basic}")
    return str(body["token"])


def test_who_may_write_pushes_and_who_may_read_pulls_only(client: Client) -> None:
    assert client.log_in("anything", WRITER.secret) == 0
    pushed = client.push("team/charts")
    assert pushed.returncode == 0, pushed.stdout
    assert client.registry.stored() == {"team/charts/small": ["0.1.0"]}
    assert client.log_in(READER.name, READER.secret) == 0
    assert "Digest: sha256:" in client.pull("team/charts").stdout
    assert "unauthorized" in client.push("team/others").stdout


def test_a_wrong_secret_or_name_is_not_let_in(client: Client) -> None:
    assert client.log_in(READER.name, "guessed") != 0
    assert client.log_in("somebody", READER.secret) != 0


def test_who_gives_no_name_gets_what_is_open_alone(client: Client) -> None:
    assert "denied" in client.pull("team/charts").stdout
    missing = client.pull("open/charts").stdout
    assert "not found" in missing
    assert "denied" not in missing


def test_only_a_token_of_this_server_that_is_still_valid_opens_the_registry(
    client: Client, helm: Path, tmp_path: Path
) -> None:
    registry = client.registry
    client.log_in("anything", WRITER.secret)
    client.push("team/charts")
    assert status(registry, token(registry.tokens)) == 200
    assert status(registry, token(dataclasses.replace(registry.tokens, lifetime_s=-120))) == 401
    (tmp_path / "other").mkdir()
    other = Certificates.make(tmp_path / "other", helm).signer()
    forged = dataclasses.replace(other, key_id=registry.tokens.signer.key_id)
    assert status(registry, token(dataclasses.replace(registry.tokens, signer=forged))) == 401

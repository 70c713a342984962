"""A real registry of the distribution project, filled by real helm."""

import gc
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import at_hand

USER = "operator"
PASSWORD = "correct horse"
# bcrypt of the password above, cost 4: the one form the registry reads.
HTPASSWD = f"{USER}:$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n"


@dataclass(frozen=True)
class OwnRegistry:
    """A running registry and the means to push into it."""

    host: str
    folder: Path
    helm: Path

    @property
    def charts(self) -> str:
        return f"oci://{self.host}/charts"

    @property
    def login_file(self) -> Path:
        return self.folder / "registry.json"

    def run_helm(self, *arguments: str, stdin: str | None = None) -> str:
        environ = {
            "HOME": str(self.folder),
            "HELM_REGISTRY_CONFIG": str(self.login_file),
            "PATH": "/usr/bin:/bin",
        }
        done = subprocess.run(
            [self.helm, *arguments],
            env=environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def login(self) -> None:
        self.run_helm(
            *("registry", "login", self.host, "--plain-http"),
            *("--username", USER, "--password-stdin"),
            stdin=PASSWORD,
        )

    def push(self, *versions: str, chart: str = "philotes") -> None:
        source = self.folder / chart
        source.mkdir(exist_ok=True)
        (source / "Chart.yaml").write_text(f"apiVersion: v2\nname: {chart}\nversion: 0.0.0\n")
        for version in versions:
            self.run_helm("package", str(source), "--version", version, "-d", str(self.folder))
            package = str(self.folder / f"{chart}-{version}.tgz")
            self.run_helm("push", package, self.charts, "--plain-http")


@contextmanager
def running_registry(
    folder: Path, tools: Mapping[str, Path], *, htpasswd: bool = False
) -> Iterator[OwnRegistry]:
    """Run a registry of one's own on a free port until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "config.yml"
    auth = ""
    if htpasswd:
        (folder / "htpasswd").write_text(HTPASSWD)
        auth = f"auth: {{htpasswd: {{realm: test, path: {folder / 'htpasswd'}}}}}\n"
    config.write_text(
        "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
        f"storage: {{filesystem: {{rootdirectory: {folder / 'store'}}},"
        " delete: {enabled: true}}\n"
        f'http: {{addr: "127.0.0.1:{port}"}}\n{auth}'
    )
    environ = {"OTEL_TRACES_EXPORTER": "none", "PATH": "/usr/bin:/bin"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [tools["registry"], "serve", config], env=environ, stdout=log, stderr=log
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/v2/", process)
            yield OwnRegistry(f"127.0.0.1:{port}", folder, tools["helm"])
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, "the registry ended by itself"
        try:
            with opener.open(url, timeout=5):
                return
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the registry did not answer within 30 seconds")


def open_sockets() -> set[str]:
    """Return the sockets of this process, by the system's own count."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue  # the one that listed this folder
        if target.startswith("socket:"):
            found.add(target)
    return found


@pytest.fixture
def no_leaks() -> Iterator[None]:
    """Fail a test after which more sockets are open than before."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("this system does not list open files under /proc")
    before = open_sockets()
    yield
    if not open_sockets() <= before:
        gc.collect()  # one that only waits to be collected is told of by a warning: an error
    assert open_sockets() <= before


@pytest.fixture(scope="session")
def registry_tools() -> dict[str, Path]:
    """The two programs these tests run; the rest of the demo's is not needed for them."""
    return {name: tool.path for name, tool in at_hand(("registry", "helm")).items()}


@pytest.fixture(scope="session")
def filled_registry(
    registry_tools: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnRegistry]:
    with running_registry(tmp_path_factory.mktemp("registry"), registry_tools) as registry:
        registry.push("0.1.0", "0.2.0", "0.10.0", "0.3.0-rc.1", "0.3.0-beta.1+build.5")
        yield registry


@pytest.fixture(scope="session")
def private_registry(
    registry_tools: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnRegistry]:
    with running_registry(
        tmp_path_factory.mktemp("private"), registry_tools, htpasswd=True
    ) as registry:
        registry.login()
        registry.push("0.1.0")
        yield registry

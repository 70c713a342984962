"""A passphrase, a registry's password and a secret value appear nowhere while a deploy runs."""

import base64
import json
import subprocess
import threading
from pathlib import Path
from typing import Self

import pytest

from philotes_tui.toolchain import FoundTool
from tests.commands.shell import MARK, Shell

pytestmark = pytest.mark.real

PASSPHRASE = "marker-passphrase-7f3a"
PASSWORD = "marker-password-91bc"
VALUE = "https://marker-value-c05d.test"
MARKERS = (PASSPHRASE, PASSWORD, VALUE, base64.b64encode(f"operator:{PASSWORD}".encode()).decode())


class Arguments:
    """Reads the arguments of every process of one operator until it is told to stop."""

    def __init__(self, shell: Shell) -> None:
        self._mark = f"{MARK}={shell.environment[MARK]}".encode()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.seen: set[str] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    if self._mark in (process / "environ").read_bytes():
                        self.seen.add((process / "cmdline").read_bytes().decode(errors="replace"))
                except OSError:
                    continue


def with_secrets(shell: Shell, pulumi: Path) -> None:
    """Give the operator a passphrase, a login and a stack file with an encrypted value."""
    shell.environment["PULUMI_CONFIG_PASSPHRASE"] = PASSPHRASE
    docker = shell.folder / "docker"
    docker.mkdir()
    login = base64.b64encode(f"operator:{PASSWORD}".encode()).decode()
    logins = {"auths": {shell.demo.registry_host: {"auth": login}}}
    (docker / "config.json").write_text(json.dumps(logins))
    shell.environment["DOCKER_CONFIG"] = str(docker)
    assert shell.run("preview", "0.1.0").code == 0
    subprocess.run(
        [pulumi, "config", "set", "--path", "philotes:values.api.api.baseUrl", "--secret",
         "--stack", "dev", "--cwd", shell.project, "--non-interactive"],
        input=VALUE, text=True, check=True, capture_output=True, env=shell.environment,
    )  # fmt: skip
    text = (shell.project / "Pulumi.dev.yaml").read_text()
    assert "secure:" in text
    assert VALUE not in text


def test_secrets_appear_in_no_output_log_file_or_process_argument(
    shell: Shell, engine_tools: dict[str, FoundTool]
) -> None:
    with_secrets(shell, engine_tools["pulumi"].path)
    with Arguments(shell) as arguments:
        runs = [
            shell.run("preview", "0.1.0", "--json"),
            shell.run("deploy", "0.1.0", "--yes"),
            shell.run("preview", "0.2.0"),
            shell.run("deploy", "0.1.0", "--yes", "--json"),
            shell.run("deploy", "0.1.0", "--yes", "--json", PULUMI_CONFIG_PASSPHRASE="wrong"),
        ]
    assert [run.code for run in runs] == [0, 0, 0, 0, 10], [run.err for run in runs]
    deployed = shell.demo.cluster.api.get(
        f"/api/v1/namespaces/{shell.namespace}/configmaps/philotes-api"
    ).body.decode()
    assert VALUE in deployed, "the secret did not reach the cluster, so this proves nothing"
    assert any("pulumi-resource-kubernetes" in each for each in arguments.seen)
    printed = "\n".join(run.out + run.err for run in runs)
    files = [p for p in shell.folder.rglob("*") if p.is_file() and "docker" not in p.parts]
    assert shell.state / "philotes-tui.log" in files
    for marker in MARKERS:
        assert marker not in printed
        assert not [each for each in arguments.seen if marker in each]
        assert not [file for file in files if marker.encode() in file.read_bytes()]

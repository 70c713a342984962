"""`login` and `logout` beside Docker's file, and with what is no text; no registry is needed."""

import base64
import json
import subprocess
from pathlib import Path

import pytest

from tests.commands.charts import shell_for
from tests.commands.shell import Shell
from tests.registry.fake_registry import FakeRegistry, as_json

HOST = "registry.example"


@pytest.fixture
def operator(tmp_path: Path) -> Shell:
    return shell_for(f"oci://{HOST}/charts", tmp_path)


def stored(shell: Shell, folder: str, content: object) -> Path:
    path = Path(shell.environment["HOME"], folder, "config.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("docker", "words"),
    [
        ({"credsStore": "missing"}, "docker-credential-missing"),
        ({"auths": 1}, "is broken"),
    ],
)
def test_logging_out_is_done_although_docker_cannot_tell_what_it_keeps(
    operator: Shell, docker: object, words: str
) -> None:
    pair = base64.b64encode(b"u:p").decode()
    helm = stored(operator, ".config/helm/registry", {"auths": {HOST: {"auth": pair}}})
    stored(operator, ".docker", docker)
    ended = operator.run("logout")
    assert (ended.code, ended.out) == (0, f"Logged out of {HOST}.\n")
    assert f"Whether Docker keeps a login for {HOST} is not known" in ended.err
    assert words in ended.err
    assert json.loads(helm.read_text()) == {"auths": {}}


def test_a_password_that_is_no_text_is_refused_and_not_repeated(operator: Shell) -> None:
    with FakeRegistry(lambda _: as_json({})) as fake:
        done = subprocess.run(
            operator.command("login", fake.host, "--username", "u", "--password-stdin"),
            input=b"secret\xe4\n",
            capture_output=True,
            env=operator.environment,
            check=False,
            timeout=60,
        )
        assert fake.requests == []
    assert done.returncode == 2
    assert b"is not UTF-8 text" in done.stderr
    assert b"secret" not in done.stdout + done.stderr
    assert "secret" not in operator.log

"""`login` and `logout`: checked first, stored as Helm does, found by all who look there."""

import base64
import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.charts import shell_for
from tests.commands.shell import Ended, Shell
from tests.registry.conftest import PASSWORD, USER, OwnRegistry, running_registry
from tests.token_registry import TokenRegistry, running_token_registry
from tests.token_server import Account

pytestmark = pytest.mark.real

READER = Account(secret="may read", name="reader", pull=("team/*",))
WRITER = Account(secret="may write", name="writer", push=("*",))
ANYBODY = Account(pull=("open/*",))


@pytest.fixture(scope="session")
def private(
    registry_programs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnRegistry]:
    """A registry with one account in an htpasswd file, and a chart in it."""
    folder = tmp_path_factory.mktemp("private")
    with running_registry(folder, registry_programs, htpasswd=True) as registry:
        registry.login()
        registry.push("1.0.0")
        yield registry


@pytest.fixture(scope="session")
def tokens(
    registry_programs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TokenRegistry]:
    """A registry with tokens and TLS, with a private chart in it."""
    folder = tmp_path_factory.mktemp("tokens")
    accounts = [READER, WRITER, ANYBODY]
    with running_token_registry(folder, registry_programs, accounts) as running:
        home = tmp_path_factory.mktemp("helm")
        helm = OwnRegistry(running.host, home, registry_programs["helm"])
        trusted = f"--ca-file={running.certificates.authority}"
        helm.run_helm(
            *("registry", "login", running.host, trusted),
            *("--username", "writer", "--password-stdin"),
            stdin=WRITER.secret,
        )
        (home / "philotes").mkdir()
        (home / "philotes" / "Chart.yaml").write_text(
            "apiVersion: v2\nname: philotes\nversion: 1.0.0\n"
        )
        helm.run_helm("package", str(home / "philotes"), "-d", str(home))
        helm.run_helm(
            "push", str(home / "philotes-1.0.0.tgz"), f"oci://{running.host}/team", trusted
        )
        yield running


@pytest.fixture
def operator(private: OwnRegistry, tmp_path: Path) -> Shell:
    """Somebody without a login."""
    return shell_for(private.charts, tmp_path)


def stored(shell: Shell) -> Path:
    return Path(shell.environment["HOME"], ".config", "helm", "registry", "config.json")


def logged_in(shell: Shell, *arguments: str, password: str = PASSWORD, **env: str) -> Ended:
    done = subprocess.run(
        shell.command("login", *arguments, "--password-stdin"),
        input=f"{password}\n",
        capture_output=True,
        text=True,
        env={**shell.environment, **env},
        check=False,
        timeout=60,
    )
    assert password not in done.stdout + done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


def helm(shell: Shell, program: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environ = {"HOME": shell.environment["HOME"], "PATH": os.defpath}
    return subprocess.run(
        [program, *arguments],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_login_is_stored_where_helm_pulls_with_it(operator: Shell, private: OwnRegistry) -> None:
    pull = ("show", "chart", f"{private.charts}/philotes", "--plain-http")
    assert helm(operator, private.helm, *pull).returncode != 0
    operator.run("versions").told(4, "login")
    ended = logged_in(operator, "--username", USER)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"Logged in to {private.host} as {USER}; kept in {stored(operator)}.\n"
    assert stat.S_IMODE(stored(operator).stat().st_mode) == 0o600
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert json.loads(stored(operator).read_text()) == {"auths": {private.host: {"auth": pair}}}
    assert "name: philotes" in helm(operator, private.helm, *pull).stdout
    assert "1.0.0" in operator.run("versions").out


def test_helm_forgets_what_was_stored_here_and_we_what_helm_stored(
    operator: Shell, private: OwnRegistry
) -> None:
    assert logged_in(operator, private.host, "--username", USER).code == 0
    done = helm(operator, private.helm, "registry", "logout", private.host)
    assert done.returncode == 0
    operator.run("versions").told(4, "login")
    subprocess.run(
        [
            *(private.helm, "registry", "login", private.host, "--plain-http"),
            *("--username", USER, "--password-stdin"),
        ],
        env={"HOME": operator.environment["HOME"], "PATH": os.defpath},
        input=PASSWORD,
        capture_output=True,
        text=True,
        check=True,
    )
    assert operator.run("versions").code == 0
    assert operator.run("logout").out == f"Logged out of {private.host}.\n"
    operator.run("versions").told(4, "login")
    assert "No login for" in operator.run("logout").out


def test_a_refused_login_is_not_stored(operator: Shell) -> None:
    logged_in(operator, "--username", USER, password="a guess").told(4, "refuses this login")
    assert not stored(operator).exists()


def test_a_registry_that_does_not_answer_stores_nothing(operator: Shell) -> None:
    logged_in(operator, "127.0.0.1:1", "--username", USER).told(4, "Nothing listens")
    assert not stored(operator).exists()


def test_all_else_in_the_file_stays(operator: Shell, private: OwnRegistry) -> None:
    other = {"auth": base64.b64encode(b"a:b").decode(), "note": "kept"}
    before = {"HttpHeaders": {"X": "é"}, "auths": {"ghcr.io": other}, "credHelpers": {"x.io": "x"}}
    stored(operator).parent.mkdir(parents=True)
    real = operator.folder / "elsewhere.json"
    real.write_text(json.dumps(before))
    stored(operator).symlink_to(real)
    assert logged_in(operator, "--username", USER).code == 0
    after = json.loads(real.read_text())
    assert stored(operator).is_symlink()
    assert after["auths"].pop(private.host)
    assert after == before
    assert operator.run("logout").code == 0
    assert json.loads(real.read_text()) == before


@pytest.mark.parametrize("text", ["{", "[]", '{"auths": [1]}', '{"auths": {}, "credHelpers": 1}'])
def test_a_broken_file_is_named_and_left_alone(operator: Shell, text: str) -> None:
    stored(operator).parent.mkdir(parents=True)
    stored(operator).write_text(text)
    logged_in(operator, "--username", USER).told(3, "broken", str(stored(operator)))
    assert stored(operator).read_text() == text


def test_a_program_that_keeps_logins_is_given_the_login(
    operator: Shell, private: OwnRegistry
) -> None:
    programs = operator.folder / "bin"
    programs.mkdir()
    program = programs / "docker-credential-chain"
    program.write_text(
        '#!/bin/sh\ncase "$1" in\n'
        f"store) cat > {programs}/kept;;\n"
        f'erase) rm {programs}/kept || {{ echo "credentials not found"; exit 1; }};;\n'
        f'get) cat {programs}/kept || {{ echo "credentials not found"; exit 1; }};;\n'
        "esac\n"
    )
    program.chmod(0o755)
    path = f"{programs}:{operator.environment['PATH']}"
    for named in ({"credsStore": "chain"}, {"credHelpers": {private.host: "chain"}}):
        stored(operator).parent.mkdir(parents=True, exist_ok=True)
        stored(operator).write_text(json.dumps(named))
        ended = logged_in(operator, "--username", USER, PATH=path)
        assert ended.out.endswith("kept in docker-credential-chain.\n")
        assert json.loads(stored(operator).read_text()) == named
        kept = json.loads((programs / "kept").read_text())
        assert kept == {"ServerURL": private.host, "Username": USER, "Secret": PASSWORD}
        assert operator.run("versions", PATH=path).code == 0
        assert "Logged out" in operator.run("logout", PATH=path).out
        assert "No login" in operator.run("logout", PATH=path).out
    program.write_text("#!/bin/sh\necho the chain is locked\nexit 1\n")
    ended = logged_in(operator, "--username", USER, PATH=path)
    ended.told(3, "docker-credential-chain did not keep the login", "the chain is locked")


def test_the_platforms_own_program_is_taken_where_nothing_is_stored_yet_as_helm_does(
    operator: Shell, private: OwnRegistry
) -> None:
    programs = operator.folder / "bin"
    programs.mkdir()
    program = programs / "docker-credential-secretservice"
    program.write_text(f"#!/bin/sh\ncat > {programs}/kept\n")
    program.chmod(0o755)
    ended = logged_in(operator, "--username", USER, PATH=f"{programs}:/usr/bin:/bin")
    assert ended.out.endswith("kept in docker-credential-secretservice.\n")
    assert json.loads(stored(operator).read_text()) == {"credsStore": "secretservice"}


def test_the_variables_of_helm_name_the_file(operator: Shell) -> None:
    for name, value, path in (
        ("HELM_REGISTRY_CONFIG", operator.folder / "named.json", operator.folder / "named.json"),
        ("HELM_CONFIG_HOME", operator.folder / "h", operator.folder / "h/registry/config.json"),
    ):
        assert logged_in(operator, "--username", USER, **{name: str(value)}).code == 0
        assert (
            USER
            in base64.b64decode(
                next(iter(json.loads(path.read_text())["auths"].values()))["auth"]
            ).decode()
        )
    assert not stored(operator).exists()


def test_a_login_for_tokens_is_checked_with_a_token(tokens: TokenRegistry, tmp_path: Path) -> None:
    shell = shell_for(f"oci://{tokens.host}/team", tmp_path)
    shell.set(registry_ca_file=str(tokens.certificates.authority))
    shell.run("versions").told(4, "missing or private")
    logged_in(shell, "--username", "reader", password="a guess").told(4, "refuses this login")
    assert not stored(shell).exists()
    for named in ((), (tokens.host,), (f"oci://{tokens.host}/team",)):
        assert logged_in(shell, *named, "--username", "reader", password=READER.secret).code == 0
    assert "1.0.0" in shell.run("versions").out


def test_a_wrong_login_is_refused_also_where_anybody_may_read(
    tokens: TokenRegistry, tmp_path: Path
) -> None:
    shell = shell_for(f"oci://{tokens.host}/open", tmp_path)
    shell.set(registry_ca_file=str(tokens.certificates.authority))
    ended = logged_in(shell, "--username", "reader", password="a guess")
    ended.told(4, "refuses this login")
    assert not stored(shell).exists()


def test_a_registry_that_asks_for_no_login_says_so(
    chart_registry: OwnRegistry, tmp_path: Path
) -> None:
    shell = shell_for(chart_registry.charts, tmp_path)
    ended = logged_in(shell, "--username", USER)
    assert ended.code == 0
    assert "asks for no login" in ended.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--password-stdin",), "--password-stdin needs --username"),
        (("--username", "u"), "Nobody can be asked"),
        (("--username", "u", "--password-stdin"), "The password is empty"),
        (("--username", "u", "--password", "p"), "No such option"),
    ],
)
def test_a_password_comes_from_standard_input_or_a_prompt_alone(
    operator: Shell, arguments: tuple[str, ...], words: str
) -> None:
    ended = operator.run("login", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err


def test_a_password_that_is_typed_is_not_shown(operator: Shell, private: OwnRegistry) -> None:
    with operator.terminal("login", columns=200) as terminal:
        terminal.wait_for("User name for")
        terminal.press(USER, "enter")
        terminal.wait_for(f"Password of {USER}")
        terminal.press(PASSWORD, "enter")
        assert terminal.wait_for_exit() == 0
        assert PASSWORD.encode() not in bytes(terminal.received)
    assert private.host in json.loads(stored(operator).read_text())["auths"]


def test_a_login_of_docker_stays_and_is_told_of(operator: Shell, private: OwnRegistry) -> None:
    docker = Path(operator.environment["HOME"], ".docker", "config.json")
    docker.parent.mkdir()
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    docker.write_text(json.dumps({"auths": {private.host: {"auth": pair}}}))
    assert logged_in(operator, "--username", USER).code == 0
    ended = operator.run("logout")
    assert "Logged out" in ended.out
    assert f"docker logout {private.host}" in ended.err


@pytest.mark.parametrize(
    ("registry", "words"),
    [("", "is empty"), ("oci://", "is empty"), ("http://127.0.0.1:1", "is not how")],
)
def test_an_address_that_is_none_sends_the_login_nowhere(
    operator: Shell, registry: str, words: str
) -> None:
    ended = logged_in(operator, registry, "-u", USER)
    ended.told(3, words)
    assert not stored(operator).exists()
    operator.run("logout", registry).told(3, words)


@pytest.mark.parametrize(
    "registry",
    [
        "oci://somebody:s3cr3t@127.0.0.1:1/charts",
        "somebody:s3cr3t@registry.example",
        "https://registry.example/?token=s3cr3t",
        "registry.example/charts?token=s3cr3t",
    ],
)
def test_a_secret_in_an_address_is_not_repeated(operator: Shell, registry: str) -> None:
    for ended in (
        logged_in(operator, registry, "-u", USER),
        operator.run("logout", registry),
        operator.run("--registry", f"oci://{registry.removeprefix('oci://')}", "versions"),
    ):
        ended.told(3, "Leave out everything")
        assert "s3cr3t" not in ended.out + ended.err
    assert "s3cr3t" not in operator.log

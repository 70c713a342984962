"""Logins that a program keeps: real programs, spoken to over their protocol."""

import asyncio
import json
import os
import stat
import time
from pathlib import Path

import pytest

from philotes_tui.errors import RegistryDenied, SettingsError
from philotes_tui.registry import (
    Basic,
    ChartRegistry,
    FileCredentials,
    IdentityToken,
    Limits,
    Login,
    RegistryToken,
)
from philotes_tui.registry.credential_helper import HelperFailed
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error

LIMITS = Limits(deadline=5, connect=2, retries=0)
TELLS = '#!/bin/sh\nread host\necho "$1 $host" >> "$0.asked"\ncat "$0.answer"\n'


class Keychain:
    """A folder with programs on PATH and a file that names them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.json"

    def program(self, name: str, script: str, answer: object = None) -> Path:
        path = self.folder / f"docker-credential-{name}"
        path.write_text(script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        path.with_name(f"{path.name}.answer").write_text(json.dumps(answer))
        return path

    def keeps(self, name: str, username: str, secret: str) -> Path:
        return self.program(name, TELLS, {"ServerURL": "h", "Username": username, "Secret": secret})

    def names(self, **config: object) -> None:
        self.config.write_text(json.dumps(config))

    def lookup(self, host: str, patience: float = 5) -> Login | None:
        return asyncio.run(FileCredentials([self.config], patience).lookup(host))

    def asked(self, name: str) -> str:
        return (self.folder / f"docker-credential-{name}.asked").read_text()


@pytest.fixture
def keychain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keychain:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return Keychain(tmp_path)


def test_a_program_is_asked_for_the_host_and_its_login_is_taken(keychain: Keychain) -> None:
    keychain.keeps("chain", "user", "hidden")
    keychain.names(credsStore="chain")
    login = keychain.lookup("127.0.0.1:5000")
    assert login == Basic("user", "hidden", "docker-credential-chain")
    assert keychain.asked("chain") == "get 127.0.0.1:5000\n"
    assert "hidden" not in repr(login)


def test_the_program_of_a_host_comes_before_the_one_for_all_and_that_before_the_file(
    keychain: Keychain,
) -> None:
    keychain.keeps("one", "special", "1")
    keychain.keeps("all", "general", "2")
    keychain.names(
        credHelpers={"a.io": "one"}, credsStore="all", auths={"a.io": {}, "b.io": {"auth": "dTpw"}}
    )
    assert keychain.lookup("a.io") == Basic("special", "1", "docker-credential-one")
    assert keychain.lookup("b.io") == Basic("general", "2", "docker-credential-all")


def test_a_program_that_keeps_none_leaves_it_to_the_file(keychain: Keychain) -> None:
    script = "#!/bin/sh\necho credentials not found in native keychain\nexit 1\n"
    keychain.program("chain", script)
    keychain.names(credsStore="chain", auths={"a.io": {"auth": "dTpw"}})
    assert keychain.lookup("a.io") == Basic("u", "p", str(keychain.config))
    assert keychain.lookup("b.io") is None


def test_a_token_of_identity_is_told_by_its_user_name(keychain: Keychain) -> None:
    keychain.keeps("chain", "<token>", "refresh")
    keychain.names(credsStore="chain")
    assert keychain.lookup("a.io") == IdentityToken("refresh", "docker-credential-chain")


@pytest.mark.parametrize("host", ["docker.io", "registry-1.docker.io", "index.docker.io"])
def test_docker_hub_is_kept_under_its_old_address(keychain: Keychain, host: str) -> None:
    keychain.keeps("chain", "user", "p")
    keychain.names(credsStore="chain")
    keychain.lookup(host)
    assert keychain.asked("chain") == "get https://index.docker.io/v1/\n"
    keychain.names(auths={"https://index.docker.io/v1/": {"auth": "dTpw"}})
    assert keychain.lookup(host) == Basic("u", "p", str(keychain.config))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\necho 'the chain is \033[31mlocked'\nexit 1\n", "the chain is locked"),
        ("#!/bin/sh\nexit 3\n", "ended with code 3"),
        ("#!/bin/sh\necho hidden\n", "what it wrote is not a login"),
        ('#!/bin/sh\necho \'{"Username": 1, "Secret": "hidden"}\'\n', "not a login"),
        (
            '#!/bin/sh\nprintf \'%s\' \'{"Username": "u", "Secret": "hidden\\ud800"}\'\n',
            "not a login",
        ),
        ("#!/bin/sh\nexec sleep 60\n", "did not answer within 0.3 seconds"),
        ("#!/bin/sh\nsleep 60 &\nsleep 60\n", "did not answer within 0.3 seconds"),
        ("#!/bin/sh\nexec yes hidden\n", "far too much"),
        ("no program at all", "Exec format error"),
    ],
)
def test_a_program_that_fails_is_named_with_what_it_said(
    keychain: Keychain, script: str, said: str
) -> None:
    keychain.program("chain", script)
    keychain.names(credsStore="chain")
    started = time.monotonic()
    with pytest.raises(HelperFailed, match="docker-credential-chain did not tell") as raised:
        keychain.lookup("a.io", patience=0.3 if "sleep" in script else 5)
    assert said in raised.value.said
    assert "hidden" not in str(raised.value)
    assert raised.value.on == str(keychain.config)
    assert "philotes-tui login" in raised.value.todo
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("name", ["missing", "../docker", "a b", "x/y", "-x", ""])
def test_a_program_that_is_not_there_or_is_no_name_is_never_run(
    keychain: Keychain, name: str
) -> None:
    keychain.names(credsStore=name)
    if not name:
        assert keychain.lookup("a.io") is None
        return
    with pytest.raises(HelperFailed, match="no such program on PATH"):
        keychain.lookup("a.io")


def test_nothing_a_slow_program_started_stays_behind(keychain: Keychain) -> None:
    mark = keychain.folder / "pid"
    keychain.program("chain", f"#!/bin/sh\nsleep 60 &\necho $! > {mark}\nwait\n")
    keychain.names(credsStore="chain")
    with pytest.raises(HelperFailed):
        keychain.lookup("a.io", patience=0.3)
    process = Path("/proc", mark.read_text().strip(), "stat")
    until = time.monotonic() + 5
    while process.exists() and ") Z" not in process.read_text():
        assert time.monotonic() < until


def test_a_broken_entry_for_programs_is_named(keychain: Keychain) -> None:
    keychain.names(credHelpers="chain")
    with pytest.raises(SettingsError, match="“credHelpers” is not an object"):
        keychain.lookup("a.io")


def wants_token(request: Request) -> Reply:
    """Answer as a registry that grants `anonymous` to all and `granted` to a login."""
    if request.path == "/token":
        known = request.method == "POST" or "Authorization" in request.headers
        return as_json({"token": "granted" if known else "anonymous"})
    sent = request.headers.get("Authorization", "")
    if sent in ("Bearer granted", "Bearer direct"):
        return as_json({"tags": ["0.1.0"]})
    if sent == "Bearer anonymous" and "open" in request.path:
        return as_json({"tags": ["0.2.0"]})
    realm = f'Bearer realm="http://{request.headers["Host"]}/token",service="s"'
    return error(401, "UNAUTHORIZED", WWW_Authenticate=realm)


def catalog(fake: FakeRegistry, keychain: Keychain, folder: str) -> ChartRegistry:
    credentials = FileCredentials([keychain.config], 5)
    chart = ChartRegistry(f"{fake.folder}/{folder}", credentials=credentials, limits=LIMITS)
    asyncio.run(chart.catalog())
    return chart


def test_a_missing_program_does_not_hide_a_public_chart(keychain: Keychain) -> None:
    keychain.names(credsStore="missing")
    with FakeRegistry(wants_token) as fake:
        (notice,) = catalog(fake, keychain, "open").notices
        assert "no such program" in notice
        assert "read without a login" in notice
        with pytest.raises(RegistryDenied):
            catalog(fake, keychain, "private")


def test_an_identity_token_is_exchanged_and_never_sent_to_the_registry(
    keychain: Keychain,
) -> None:
    keychain.keeps("chain", "<token>", "hidden-refresh")
    keychain.names(credsStore="chain")
    with FakeRegistry(wants_token) as fake:
        catalog(fake, keychain, "private")
        exchange = fake.requests[1]
        assert (exchange.method, exchange.target) == ("POST", "/token")
        form = exchange.body.decode()
        assert "grant_type=refresh_token" in form
        assert "refresh_token=hidden-refresh" in form
        assert "scope=repository%3Acharts%2Fprivate%2Fphilotes%3Apull" in form
        assert "service=s" in form
        assert fake.requests[2].headers["Authorization"] == "Bearer granted"


@pytest.mark.parametrize("status", [400, 401, 403])
def test_an_identity_token_that_is_refused_is_left_out_for_a_public_chart(
    keychain: Keychain, status: int
) -> None:
    keychain.names(auths={})

    def answer(request: Request) -> Reply:
        if request.method == "POST":
            return as_json({"error": "invalid_grant"}, status)
        return wants_token(request)

    with FakeRegistry(answer) as fake:
        keychain.names(auths={fake.host: {"identitytoken": "stale"}})
        (notice,) = catalog(fake, keychain, "open").notices
    assert "was refused" in notice


def test_a_registry_token_goes_to_the_registry_as_it_is(keychain: Keychain) -> None:
    with FakeRegistry(wants_token) as fake:
        keychain.names(auths={fake.host: {"registrytoken": "direct"}})
        catalog(fake, keychain, "private")
        assert [r.path.rpartition("/")[2] for r in fake.requests] == ["list", "list"]
        assert fake.requests[1].headers["Authorization"] == "Bearer direct"


@pytest.mark.parametrize("field", ["identitytoken", "registrytoken"])
def test_a_token_that_cannot_stand_in_a_header_is_refused_unquoted(
    keychain: Keychain, field: str
) -> None:
    keychain.names(auths={"a.io": {field: "hidden\r\nX: y"}})
    with pytest.raises(SettingsError, match=f"“{field}” of a.io is not a token") as raised:
        keychain.lookup("a.io")
    assert "hidden" not in str(raised.value)
    assert keychain.lookup("b.io") is None
    token = RegistryToken("hidden")
    assert "hidden" not in repr(token) + repr(IdentityToken("hidden"))

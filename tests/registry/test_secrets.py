"""No token and no login is repeated in what is told of a failure, nor in what caused it."""

import asyncio
import base64
import json
import traceback
from pathlib import Path

import pytest

from philotes_tui.errors import PhilotesError, RegistryError, SettingsError
from philotes_tui.registry import ChartRegistry, FileCredentials, Limits, NoCredentials
from philotes_tui.registry.credentials import Credentials
from philotes_tui.registry.transport import Transport
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error

LIMITS = Limits(deadline=5, connect=2, retries=0)
SECRET = "eyJhbGciOi.LONG-LIVED"


def with_tokens_of(grant: Reply) -> FakeRegistry:
    def answer(request: Request) -> Reply:
        if request.path == "/token":
            return grant
        realm = f'Bearer realm="http://{request.headers["Host"]}/token"'
        return error(401, "UNAUTHORIZED", WWW_Authenticate=realm)

    return FakeRegistry(answer)


def failure(folder: str, credentials: Credentials | None = None) -> PhilotesError:
    registry = ChartRegistry(folder, credentials=credentials or NoCredentials(), limits=LIMITS)
    with pytest.raises(PhilotesError) as raised:
        asyncio.run(registry.catalog())
    return raised.value


def told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("status", [200, 201, 203, 206, 400, 418, 500])
@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"token": SECRET}).encode(),
        json.dumps({"token": f"{SECRET} "}).encode(),
        json.dumps({"access_token": f" {SECRET}"}).encode(),
        json.dumps(SECRET).encode(),
        json.dumps([SECRET]).encode(),
        SECRET.encode(),
        SECRET.encode() + b"\xff",
    ],
)
def test_an_answer_of_a_token_service_is_never_quoted(status: int, body: bytes) -> None:
    reply = Reply(status, {"Content-Type": "application/json"}, body)
    with with_tokens_of(reply) as fake:
        raised = failure(fake.folder)
    assert isinstance(raised, RegistryError)
    assert "LONG-LIVED" not in told(raised)
    assert raised.todo


def test_what_a_token_service_sent_instead_is_told_by_status_and_type() -> None:
    reply = Reply(201, {"Content-Type": "application/jwt; x=y"}, SECRET.encode())
    with with_tokens_of(reply) as fake:
        raised = failure(fake.folder)
    assert raised.said == "it sent text that is not JSON (of the type application/jwt) (status 201)"


@pytest.mark.parametrize("key", ["registrytoken", "identitytoken"])
@pytest.mark.parametrize("token", [f"{SECRET} ", f" {SECRET}", f"{SECRET}\t", f"LONG {SECRET}"])
def test_a_token_with_a_blank_is_refused_where_it_is_read(
    tmp_path: Path, key: str, token: str
) -> None:
    with with_tokens_of(as_json({})) as fake:
        path = tmp_path / "config.json"
        path.write_text(json.dumps({"auths": {fake.host: {key: token}}}))
        raised = failure(fake.folder, FileCredentials([path]))
        assert len(fake.requests) == 1
    assert isinstance(raised, SettingsError)
    assert f"“{key}” of {fake.host} is not a token" in raised.said
    assert "LONG" not in told(raised)


@pytest.mark.parametrize("header", [f"Bearer {SECRET} ", f"Bearer {SECRET}\r\nX: y", f"{SECRET}\0"])
def test_a_header_that_cannot_be_sent_is_not_repeated(header: str) -> None:
    async def send(host: str) -> None:
        async with Transport(LIMITS) as transport:
            url = f"http://{host}/"
            await transport.send("GET", url, {"Authorization": header}, largest=100)

    with FakeRegistry(lambda _: as_json({})) as fake:
        with pytest.raises(RegistryError, match="cannot be put into HTTP") as raised:
            asyncio.run(send(fake.host))
        assert fake.requests == []
    assert "LONG-LIVED" not in told(raised.value)


def test_a_login_is_no_part_of_what_is_told_of_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    with with_tokens_of(error(403, "DENIED")) as fake:
        pair = base64.b64encode(f"user:{SECRET}".encode()).decode()
        path.write_text(json.dumps({"auths": {fake.host: {"auth": pair}}}))
        raised = failure(fake.folder, FileCredentials([path]))
    assert SECRET not in told(raised)
    assert pair not in told(raised)

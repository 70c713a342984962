"""The client against a real registry with token login and TLS of its own authority."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from philotes_tui.errors import RegistryDenied, RegistryUnreachable
from philotes_tui.registry import (
    Basic,
    ChartRegistry,
    Credentials,
    FileCredentials,
    Limits,
    NoCredentials,
)
from tests.registry.conftest import OwnRegistry
from tests.token_registry import TokenRegistry, running_token_registry
from tests.token_server import Account

pytestmark = pytest.mark.real

READER = Account(secret="may read", name="reader", pull=("team/*",))
WRITER = Account(secret="may write", name="writer", push=("*",))
ANYBODY = Account(pull=("open/*",))
VERSIONS = ("0.1.0", "0.2.0-rc.1")


class Known:
    """Credentials with one login for every registry."""

    def __init__(self, login: Basic) -> None:
        self.login = login

    async def lookup(self, host: str) -> Basic:
        return self.login


@pytest.fixture(scope="module")
def registry(
    registry_tools: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TokenRegistry]:
    folder = tmp_path_factory.mktemp("tokens")
    accounts = [READER, WRITER, ANYBODY]
    with running_token_registry(folder, registry_tools, accounts) as running:
        home = tmp_path_factory.mktemp("helm")
        helm = OwnRegistry(running.host, home, registry_tools["helm"])
        trusted = f"--ca-file={running.certificates.authority}"
        helm.run_helm(
            *("registry", "login", running.host, trusted),
            *("--username", "writer", "--password-stdin"),
            stdin=WRITER.secret,
        )
        source = home / "philotes"
        source.mkdir()
        (source / "Chart.yaml").write_text(
            "apiVersion: v2\nname: philotes\nversion: 0.0.0\nappVersion: '9'\n"
        )
        (source / "values.yaml").write_text("replicas: 1  # how many\n")
        for version in VERSIONS:
            helm.run_helm("package", str(source), "--version", version, "-d", str(home))
            for folder_name in ("team", "open"):
                place = f"oci://{running.host}/{folder_name}"
                helm.run_helm("push", str(home / f"philotes-{version}.tgz"), place, trusted)
        yield running


def charts(
    registry: TokenRegistry, folder: str, credentials: Credentials, **limits: int
) -> ChartRegistry:
    return ChartRegistry(
        f"oci://{registry.host}/{folder}",
        plain_http=False,
        credentials=credentials,
        limits=Limits(**limits),
        ca_file=registry.certificates.authority,
    )


def versions(chart: ChartRegistry) -> list[str]:
    return [r.version.text for r in asyncio.run(chart.catalog()).releases]


def test_a_public_chart_is_read_with_an_anonymous_token(registry: TokenRegistry) -> None:
    chart = charts(registry, "open", NoCredentials())
    assert versions(chart) == ["0.2.0-rc.1", "0.1.0"]
    assert chart.requests == 3
    assert chart.notices == ()


def test_a_private_chart_is_read_with_the_login_and_refused_without(
    registry: TokenRegistry,
) -> None:
    login = Basic("reader", READER.secret, "config.json")
    assert versions(charts(registry, "team", Known(login))) == ["0.2.0-rc.1", "0.1.0"]
    with pytest.raises(RegistryDenied, match=r"missing or private.*philotes-tui login"):
        versions(charts(registry, "team", NoCredentials()))


def test_the_login_that_helm_stored_is_found(registry: TokenRegistry, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    auth = base64.b64encode(f"reader:{READER.secret}".encode()).decode()
    file.write_text(json.dumps({"auths": {registry.host: {"auth": auth}}}))
    assert versions(charts(registry, "team", FileCredentials([file]))) == ["0.2.0-rc.1", "0.1.0"]


def test_a_stale_login_does_not_hide_a_public_chart(registry: TokenRegistry) -> None:
    stale = Basic("reader", "no longer", "config.json")
    chart = charts(registry, "open", Known(stale))
    assert versions(chart) == ["0.2.0-rc.1", "0.1.0"]
    assert "config.json was refused" in chart.notices[0]
    with pytest.raises(RegistryDenied, match="renew it"):
        versions(charts(registry, "team", Known(stale)))


def test_a_login_that_may_not_read_this_does_not_hide_what_everybody_may(
    registry: TokenRegistry,
) -> None:
    chart = charts(registry, "open", Known(Basic("reader", READER.secret, "config.json")))
    assert versions(chart) == ["0.2.0-rc.1", "0.1.0"]


def test_all_details_and_the_chart_itself_need_one_token(registry: TokenRegistry) -> None:
    chart = charts(registry, "team", Known(Basic("reader", READER.secret, "config.json")))
    before = len(registry.tokens.asked)

    async def read() -> list[object]:
        catalog = await chart.catalog()
        return [details async for _, details in chart.details_of(catalog.releases)]

    details = asyncio.run(read())
    assert [getattr(each, "app_version", None) for each in details] == ["9", "9"]
    content = asyncio.run(chart.chart("0.1.0"))
    assert content.values == "replicas: 1  # how many\n"
    assert len(registry.tokens.asked) - before == 1


def test_many_questions_at_once_ask_for_one_token(registry: TokenRegistry) -> None:
    chart = charts(registry, "team", Known(Basic("reader", READER.secret, "config.json")))
    catalog = asyncio.run(chart.catalog())
    chart._cache.drop(chart.repository)
    before = len(registry.tokens.asked)

    async def read() -> int:
        many = [release for release in catalog.releases for _ in range(8)]
        return len([each async for each in chart.details_of(many, 8, signatures=False)])

    assert asyncio.run(read()) == 16
    assert len(registry.tokens.asked) - before == 1


def test_a_registry_with_an_authority_of_its_own_is_not_trusted_unasked(
    registry: TokenRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    url = f"oci://{registry.host}/open"
    chart = ChartRegistry(url, plain_http=False, credentials=NoCredentials())
    with pytest.raises(RegistryUnreachable, match=r"is not trusted.*ca_file|is not trusted"):
        versions(chart)
    monkeypatch.setenv("SSL_CERT_FILE", str(registry.certificates.authority))
    assert versions(chart) == ["0.2.0-rc.1", "0.1.0"]

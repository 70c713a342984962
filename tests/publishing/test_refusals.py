"""Registries that refuse, are private, have a certificate of their own, or are not there."""

import socket
from pathlib import Path

import pytest

from philotes_tui.errors import (
    RegistryDenied,
    RegistryError,
    RegistryRateLimited,
    RegistryUnreachable,
)
from philotes_tui.publishing import helm as running
from philotes_tui.publishing.address import ChartFolder
from philotes_tui.publishing.helm import Finished, Helm
from philotes_tui.publishing.packages import Package
from philotes_tui.publishing.refusal import is_missing, refusal
from philotes_tui.publishing.release import State, Target, look
from tests.conftest import at_hand
from tests.publishing.conftest import Publisher, make_publisher, tags
from tests.publishing.front import running_front
from tests.registry.conftest import OwnRegistry, running_registry
from tests.token_registry import running_token_registry
from tests.token_server import Account


@pytest.mark.real
def test_a_private_registry_asks_for_a_login_and_helms_own_login_is_used(tmp_path: Path) -> None:
    tools = {name: tool.path for name, tool in at_hand(("registry", "helm")).items()}
    (tmp_path / "registry").mkdir()
    with running_registry(tmp_path / "registry", tools, htpasswd=True) as registry:
        publisher = make_publisher(registry, tmp_path, "charts")
        refused = publisher("0.4.0")
        assert refused.code == 4
        assert f"`helm registry login {registry.host}`" in refused.errors
        assert "basic credential not found" in refused.errors
        registry.login()
        ran = publisher("0.4.0", variables={"HELM_REGISTRY_CONFIG": str(registry.login_file)})
        assert (ran.code, ran.errors) == (0, "")
        assert tags(registry, "charts")["philotes"] == ["0.4.0"]


@pytest.mark.real
def test_a_certificate_of_ones_own_is_trusted_by_its_file_alone(tmp_path: Path) -> None:
    tools = {name: tool.path for name, tool in at_hand(("registry", "helm")).items()}
    (tmp_path / "registry").mkdir()
    anybody = [Account(push=("charts/*",))]
    with running_token_registry(tmp_path / "registry", tools, anybody) as served:
        registry = OwnRegistry(served.host, tmp_path, tools["helm"])
        publisher = make_publisher(registry, tmp_path, "charts")
        refused = publisher("0.4.0", plain=False)
        assert refused.code == 4
        assert "x509" in refused.errors
        assert "Name the certificates to trust with --ca-file." in refused.errors
        authority = served.certificates.authority
        ran = publisher("0.4.0", "--ca-file", authority, plain=False)
        assert (ran.code, ran.errors) == (0, "")
        assert served.stored()["charts/philotes"] == ["0.4.0"]


@pytest.mark.real
def test_nothing_that_listens_is_told_as_such(publisher: Publisher) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{closed.getsockname()[1]}"
        ran = publisher("0.4.0", registry=f"oci://{host}/charts")
    assert ran.code == 4
    assert "connection refused" in ran.errors
    assert "Check the address, the network and the proxy" in ran.errors


@pytest.mark.real
def test_a_registry_without_tls_is_told_how_to_be_used(publisher: Publisher) -> None:
    ran = publisher("0.4.0", plain=False)
    assert ran.code == 4
    assert "add --plain-http if that is meant" in ran.errors


@pytest.mark.real
def test_a_registry_that_only_reads_is_refused_with_what_it_said(
    publisher: Publisher, own_registry: OwnRegistry
) -> None:
    path = publisher.registry.rpartition("/")[2]

    def refuse(request: str) -> int:
        return 0 if request.startswith(("GET ", "HEAD ")) else 405

    with running_front(own_registry.host, refuse) as front:
        ran = publisher("0.4.0", registry=f"oci://{front.host}/{path}")
    assert ran.code == 4
    assert "lakekeeper-0.4.0 could not be pushed" in ran.errors
    assert "405" in ran.errors
    assert tags(own_registry, path) == {}


@pytest.mark.real
def test_a_missing_or_old_helm_is_told(publisher: Publisher, tmp_path: Path) -> None:
    ran = publisher("0.4.0", "--helm", tmp_path / "helm")
    assert ran.code == 7
    assert "Helm is not there" in ran.errors
    old = tmp_path / "helm"
    old.write_text("#!/bin/sh\necho v3.16.4\n")
    old.chmod(0o755)
    ran = publisher("0.4.0", "--helm", old)
    assert ran.code == 7
    assert "too old to publish with" in ran.errors
    assert "v3.16.4" in ran.errors


@pytest.mark.real
def test_a_result_that_cannot_be_written_is_named(publisher: Publisher, tmp_path: Path) -> None:
    ran = publisher("0.4.0", "--dry-run", "--summary", tmp_path)
    assert ran.code == 11
    assert str(tmp_path) in ran.errors


# What oras.land/oras-go/v2 (registry/remote) makes of answers.
MANIFEST = 'failed to perform "FetchReference" on source: GET "https://r/v2/c/manifests/1": '


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("response status code 401: unauthorized: authentication required", RegistryDenied),
        ("response status code 403: denied: permission_denied: write_package", RegistryDenied),
        ("response status code 429: toomanyrequests", RegistryRateLimited),
        ("dial tcp: lookup r: no such host", RegistryUnreachable),
        ("net/http: TLS handshake timeout", RegistryUnreachable),
        ("response status code 500: Internal Server Error", RegistryError),
    ],
)
def test_what_helm_says_of_a_registry_is_told_by_its_kind(
    said: str, kind: type[RegistryError]
) -> None:
    error = refusal("It failed", "oci://r/c", f"Error: {MANIFEST}{said}\n")
    assert type(error) is kind
    assert error.said == MANIFEST + said
    assert error.todo


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ('Error: failed to perform "FetchReference" on source: r/c:1.0.0: not found\n', True),
        (f"Error: {MANIFEST}response status code 404: name unknown: no such repository\n", True),
        (f"Error: {MANIFEST}response status code 403: denied: not found, or private\n", False),
        ("Error: chart.yaml not found in archive\n", False),
    ],
)
def test_a_missing_chart_is_told_from_a_refusal(said: str, missing: bool) -> None:
    assert is_missing(said) is missing


def test_a_helm_that_does_not_end_is_ended_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_WITHIN_S", 0.1)
    with pytest.raises(RegistryUnreachable, match="helm 60 did not end"):
        running.run_program(["/bin/sleep", "60"], {})


def test_a_denied_look_counts_as_missing_only_where_missing_repositories_are_denied(
    tmp_path: Path,
) -> None:
    said = f"Error: {MANIFEST}response status code 403: denied: requested access is denied"
    helm = Helm(Path("helm"), tmp_path, run=lambda *_: Finished(1, said))
    package = Package("philotes", "0.4.0", tmp_path / "philotes-0.4.0.tgz", {})
    github = Target(ChartFolder("ghcr.io", "acme/charts"), helm, tmp_path / "one")
    assert [chart.state for chart in look(github, [package])] == [State.UNREADABLE]
    other = Target(ChartFolder("registry.example.com", "charts"), helm, tmp_path / "two")
    with pytest.raises(RegistryDenied):
        look(other, [package])

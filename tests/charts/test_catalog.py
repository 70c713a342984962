"""What the catalog's image is told."""

import base64
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.charts.rendering import Helm, Manifest

pytestmark = pytest.mark.real


@pytest.fixture(scope="session")
def catalog(staged: Path) -> Path:
    return staged / "lakekeeper"


def test_the_database_is_named_as_any_version_of_the_image_reads_it(
    helm: Helm, catalog: Path
) -> None:
    for told in _containers(helm.template(catalog)):
        addresses = {
            told[f"LAKEKEEPER__{group}DATABASE_URL_{way}"]
            for group in ("PG__", "PG_")
            for way in ("READ", "WRITE")
        }
        assert len(addresses) == 1


def test_each_client_is_told_the_address_it_called_unless_one_is_given_for_all(
    helm: Helm, catalog: Path
) -> None:
    # With none the image answers by the Host and X-Forwarded headers of each request.
    for told in _containers(helm.template(catalog)):
        assert "LAKEKEEPER__BASE_URI" not in told
    given = "https://{{ .Release.Name }}.example.com"
    for told in _containers(helm.template(catalog, {"catalog": {"baseUri": given}})):
        assert told["LAKEKEEPER__BASE_URI"] == "https://philotes.example.com"


@pytest.mark.parametrize("host", ["2001:db8::1", "[2001:db8::1]", "::1"])
def test_the_databases_address_can_be_taken_apart_again_whatever_its_parts_are(
    helm: Helm, catalog: Path, host: str
) -> None:
    user, name = "cat@log: /?#+%", "lake/keeper ?#+%"
    rendered = helm.template(catalog, {"database": {"host": host, "user": user, "name": name}})
    address = urlsplit(_containers(rendered)[0]["LAKEKEEPER__PG_DATABASE_URL_WRITE"])
    assert (address.hostname, address.port, address.query) == (
        host.strip("[]"),
        5432,
        "sslmode=prefer",
    )
    assert unquote(address.username or "") == user
    assert unquote(address.path) == f"/{name}"
    assert address.password == "$(POSTGRES_PASSWORD)"


def test_both_probes_ask_the_path_that_is_given(helm: Helm, catalog: Path) -> None:
    pod = _pod(helm.template(catalog, {"probePath": "/health"}))
    [container] = pod["containers"]
    asked = [container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("liveness", "readiness")]
    assert asked == ["/health", "/health"]


def test_an_encryption_key_given_inline_stands_in_the_charts_own_secret(
    helm: Helm, catalog: Path
) -> None:
    rendered = helm.template(catalog, {"catalog": {"encryptionKey": {"value": "k3y+/="}}})
    for told in _containers(rendered):
        assert told["LAKEKEEPER__PG_ENCRYPTION_KEY"] == {
            "secretKeyRef": {"name": "philotes-lakekeeper", "key": "encryption-key"}
        }
    content = rendered.of("Secret")["philotes-lakekeeper"]["data"]
    assert base64.b64decode(content["encryption-key"]) == b"k3y+/="


def test_an_encryption_key_comes_from_a_secret_that_exists(helm: Helm, catalog: Path) -> None:
    given = {"encryptionKey": {"existingSecret": "catalog", "key": "master"}}
    rendered = helm.template(catalog, {"catalog": given})
    for told in _containers(rendered):
        assert told["LAKEKEEPER__PG_ENCRYPTION_KEY"] == {
            "secretKeyRef": {"name": "catalog", "key": "master"}
        }
    assert not rendered.of("Secret")


def test_two_encryption_keys_are_refused(helm: Helm, catalog: Path) -> None:
    given = {"encryptionKey": {"existingSecret": "catalog", "value": "k"}}
    said = helm.refusal(catalog, {"catalog": given})
    assert "excluded by catalog.encryptionKey.value" in said


def test_whoever_gives_no_encryption_key_is_told_what_that_means(helm: Helm, catalog: Path) -> None:
    assert "catalog.encryptionKey is not set" in helm.notes(catalog)
    given = {"catalog": {"encryptionKey": {"existingSecret": "catalog"}}}
    assert "catalog.encryptionKey is not set" not in helm.notes(catalog, given)


@pytest.mark.parametrize(
    ("part", "key", "variable"),
    [
        ("openid", "providerUri", "LAKEKEEPER__OPENID_PROVIDER_URI"),
        ("authz", "backend", "LAKEKEEPER__AUTHZ_BACKEND"),
    ],
)
def test_logins_and_permissions_are_asked_for_only_with_what_the_image_needs(
    helm: Helm, catalog: Path, part: str, key: str, variable: str
) -> None:
    on = {"catalog": {part: {"enabled": True}}}
    assert f"catalog.{part}.enabled needs catalog.{part}.{key}" in helm.refusal(catalog, on)
    by_value = {"catalog": {part: {"enabled": True, key: "https://login.example.com"}}}
    by_hand = {**on, "extraEnv": [{"name": variable, "value": "https://login.example.com"}]}
    for values in (by_value, by_hand):
        for told in _containers(helm.template(catalog, values)):
            assert told[variable] == "https://login.example.com"


def _pod(rendered: Manifest) -> dict[str, Any]:
    [deployment] = rendered.of("Deployment").values()
    pod: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return pod


def _containers(rendered: Manifest) -> list[dict[str, Any]]:
    """Variables of the container that migrates and of the one that serves."""
    [settings] = rendered.of("ConfigMap").values()
    pod = _pod(rendered)
    return [
        settings["data"]
        | {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}
        for container in (*pod["initContainers"], *pod["containers"])
    ]

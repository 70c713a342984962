"""Where passwords and keys come from: secrets that exist, inline values, or Vault."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from ruamel.yaml import YAML

from tests.charts.matrix import INLINE
from tests.charts.rendering import ALIASES, SUBCHARTS, Helm, Manifest

pytestmark = pytest.mark.real

Render = Callable[[str], Manifest]


def sources(rendered: Manifest) -> dict[tuple[str, str], tuple[str, str]]:
    """Secret and key of each variable that comes from a secret, by Deployment and variable."""
    return {
        (deployment, variable): (value["secretKeyRef"]["name"], value["secretKeyRef"]["key"])
        for deployment in rendered.of("Deployment")
        for variable, value in rendered.environment(deployment).items()
        if isinstance(value, dict)
    }


@pytest.mark.parametrize("about", ["defaults", "everything", "dev", "staging", "production"])
def test_passwords_and_keys_come_from_secrets_that_exist_unless_told_otherwise(
    rendered: Render, about: str
) -> None:
    assert not rendered(about).of("Secret")
    assert sources(rendered(about)) == {
        ("philotes-api", "PHILOTES_DB_PASSWORD"): ("philotes-postgresql", "password"),
        ("philotes-worker", "PHILOTES_DB_PASSWORD"): ("philotes-postgresql", "password"),
        ("philotes-worker", "PHILOTES_CDC_SOURCE_PASSWORD"): ("philotes-postgresql", "password"),
        ("philotes-worker", "PHILOTES_STORAGE_ACCESS_KEY"): ("philotes-minio", "access-key"),
        ("philotes-worker", "PHILOTES_STORAGE_SECRET_KEY"): ("philotes-minio", "secret-key"),
        ("philotes-lakekeeper", "POSTGRES_PASSWORD"): ("philotes-postgresql", "password"),
    }


def test_other_secrets_and_keys_can_be_named(rendered: Render) -> None:
    assert sources(rendered("existing secrets")) == {
        ("philotes-api", "PHILOTES_DB_PASSWORD"): ("pg-api", "password"),
        ("philotes-worker", "PHILOTES_DB_PASSWORD"): ("pg-worker", "pw"),
        ("philotes-worker", "PHILOTES_CDC_SOURCE_PASSWORD"): ("pg-source", "password"),
        ("philotes-worker", "PHILOTES_STORAGE_ACCESS_KEY"): ("s3", "id"),
        ("philotes-worker", "PHILOTES_STORAGE_SECRET_KEY"): ("s3", "key"),
        ("philotes-lakekeeper", "POSTGRES_PASSWORD"): ("pg-catalog", "password"),
    }


def test_inline_passwords_stand_in_the_charts_own_secrets_and_nowhere_else(
    rendered: Render,
) -> None:
    inline = rendered("inline secrets")
    values = {where: _content(inline, *source) for where, source in sources(inline).items()}
    password = values.pop(("philotes-lakekeeper", "POSTGRES_PASSWORD"))
    assert unquote(password) == INLINE["lakekeeper"]["database"]["password"]
    assert not set(password) & set("/ @")
    assert values == {
        ("philotes-api", "PHILOTES_DB_PASSWORD"): INLINE["api"]["database"]["password"],
        ("philotes-worker", "PHILOTES_DB_PASSWORD"): "p1",
        ("philotes-worker", "PHILOTES_CDC_SOURCE_PASSWORD"): "p2",
        ("philotes-worker", "PHILOTES_STORAGE_ACCESS_KEY"): "k1",
        ("philotes-worker", "PHILOTES_STORAGE_SECRET_KEY"): "k2",
    }
    assert not [
        each for each in inline.objects if each["kind"] != "Secret" and "quoted: {" in str(each)
    ]


def test_one_inline_password_serves_all_subcharts(rendered: Render) -> None:
    for_all = rendered("inline for all")
    passwords = {
        deployment: _content(for_all, *source)
        for (deployment, variable), source in sources(for_all).items()
        if variable in {"PHILOTES_DB_PASSWORD", "POSTGRES_PASSWORD"}
    }
    assert passwords == dict.fromkeys(for_all.of("Deployment"), "p")


@pytest.mark.parametrize("alias", ALIASES)
def test_a_changed_inline_password_rolls_the_pods_that_read_it_and_no_others(
    helm: Helm, umbrella: Path, rendered: Render, alias: str
) -> None:
    before = _pods(rendered("inline secrets"))
    changed = {**INLINE, alias: {**INLINE[alias], "database": {"password": "another"}}}
    after = _pods(helm.template(umbrella, changed))
    assert {name for name in before if before[name] != after[name]} == {f"philotes-{alias}"}


def test_vault_serves_what_has_no_secret_of_its_own(rendered: Render) -> None:
    vault = rendered("vault beside existing secrets")
    assert not vault.of("Secret")
    assert sources(vault) == {
        ("philotes-api", "PHILOTES_DB_PASSWORD"): ("pg", "password"),
        ("philotes-worker", "PHILOTES_DB_PASSWORD"): ("pg", "password"),
        ("philotes-lakekeeper", "POSTGRES_PASSWORD"): ("pg", "password"),
        ("philotes-worker", "PHILOTES_CDC_SOURCE_PASSWORD"): (
            "philotes-worker-vault",
            "source-password",
        ),
        ("philotes-worker", "PHILOTES_STORAGE_ACCESS_KEY"): (
            "philotes-worker-vault",
            "storage-access-key",
        ),
        ("philotes-worker", "PHILOTES_STORAGE_SECRET_KEY"): (
            "philotes-worker-vault",
            "storage-secret-key",
        ),
    }


def test_the_vault_operator_fills_the_secret_and_restarts_the_deployment_that_reads_it(
    rendered: Render,
) -> None:
    vault = rendered("vault")
    for name, entry in vault.of("VaultStaticSecret").items():
        spec = entry["spec"]
        [target] = spec["rolloutRestartTargets"]
        assert (spec["mount"], spec["type"], spec["path"]) == ("secret", "kv-v2", "philotes/all")
        assert spec["destination"]["name"] == name
        read = {secret for (who, _), (secret, _) in sources(vault).items() if who == target["name"]}
        assert read == {name}
    assert len(vault.of("VaultStaticSecret")) == 3


def test_a_vault_role_logs_in_as_the_pods_own_account(rendered: Render) -> None:
    vault = rendered("vault")
    assert set(vault.of("VaultAuth")) == {"philotes-worker-vault"}
    login = vault.of("VaultAuth")["philotes-worker-vault"]["spec"]
    assert login["kubernetes"] == {"role": "philotes", "serviceAccount": "philotes-worker"}
    references = {
        name: each["spec"]["vaultAuthRef"] for name, each in vault.of("VaultStaticSecret").items()
    }
    assert references == {
        "philotes-api-vault": "shared/login",
        "philotes-worker-vault": "philotes-worker-vault",
        "philotes-lakekeeper-vault": "shared/login",
    }


def test_a_vault_elsewhere_is_reached_by_its_own_connection_mount_and_namespace(
    rendered: Render,
) -> None:
    vault = rendered("vault by a connection and a namespace")
    assert vault.of("VaultAuth").keys() == vault.of("VaultStaticSecret").keys()
    for name, login in vault.of("VaultAuth").items():
        spec = login["spec"]
        assert (spec["vaultConnectionRef"], spec["mount"]) == ("vault-a", "cluster-a")
        assert spec["kubernetes"]["role"] == "philotes"
        entry = vault.of("VaultStaticSecret")[name]["spec"]
        assert (spec["namespace"], entry["namespace"]) == ("team-a", "team-a")
        assert entry["vaultAuthRef"] == name


@pytest.mark.parametrize("chart", [*SUBCHARTS, "philotes"])
def test_no_chart_has_a_default_password(charts: Path, chart: str) -> None:
    values = YAML(typ="safe").load(charts / chart / "values.yaml")
    found = dict(_secret_values(values))
    assert set(found.values()) <= {""}
    assert found or chart == "philotes"


def _secret_values(values: dict[str, Any], path: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            found += _secret_values(value, f"{path}{key}.")
        elif key in {"password", "accessKey", "secretKey", "token"}:
            found.append((f"{path}{key}", value))
    return found


def _content(rendered: Manifest, secret: str, key: str) -> str:
    return base64.b64decode(rendered.of("Secret")[secret]["data"][key]).decode()


def _pods(rendered: Manifest) -> dict[str, Any]:
    return {name: each["spec"]["template"] for name, each in rendered.of("Deployment").items()}


def test_a_password_inline_rolls_the_pods_and_its_checksum_is_no_plain_sum_of_it(
    helm: Helm, umbrella: Path
) -> None:
    def checksums(password: str) -> dict[str, str]:
        values = {"global": {"database": {"password": password}}}
        found = helm.template(umbrella, values).of("Deployment")
        pods = {name: each["spec"]["template"] for name, each in found.items()}
        return {
            name: pod["metadata"]["annotations"]["checksum/secret"] for name, pod in pods.items()
        }

    first, again, other = checksums("first"), checksums("first"), checksums("other")
    assert first == again
    assert not set(first.values()) & set(other.values())
    assert len(set(first.values())) == len(first)  # made of the Deployment's name too
    encoded = base64.b64encode(b"first").decode()
    plain = hashlib.sha256(f'database-password: "{encoded}"'.encode()).hexdigest()
    assert not [
        each for each in first.values() if plain.startswith(each) or len(each) > len("8f1b0a2c")
    ]

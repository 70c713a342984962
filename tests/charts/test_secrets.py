"""Where passwords and keys come from: secrets that exist, inline values, or Vault."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from ruamel.yaml import YAML

from tests.charts.matrix import INLINE, VAULT
from tests.charts.rendering import SUBCHARTS, Helm, Manifest

pytestmark = pytest.mark.real

Render = Callable[[str], Manifest]
SECRET = "sup3r-s3cret"


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


def test_a_changed_inline_password_rolls_the_pods_that_read_it_and_no_others(
    helm: Helm, umbrella: Path, rendered: Render
) -> None:
    before = _pods(rendered("inline secrets"))
    changed = {**INLINE, "worker": {**INLINE["worker"], "database": {"password": "another"}}}
    after = _pods(helm.template(umbrella, changed))
    assert {name for name in before if before[name] != after[name]} == {"philotes-worker"}


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


EXCLUDED = "does not match pattern '^(excluded by"


@pytest.mark.parametrize(
    ("values", "chart", "said"),
    [
        pytest.param(
            {"api": {"database": {"password": SECRET, "existingSecret": "pg"}}},
            "api",
            f"'/database/existingSecret': 'pg' {EXCLUDED} database.password)",
            id="api",
        ),
        pytest.param(
            {"lakekeeper": {"database": {"password": SECRET, "existingSecret": "pg"}}},
            "lakekeeper",
            f"'/database/existingSecret': 'pg' {EXCLUDED} database.password)",
            id="catalog",
        ),
        pytest.param(
            {"worker": {"cdc": {"source": {"password": SECRET, "existingSecret": "pg"}}}},
            "worker",
            f"'/cdc/source/existingSecret': 'pg' {EXCLUDED} cdc.source.password)",
            id="source",
        ),
        pytest.param(
            {
                "worker": {
                    "storage": {"accessKey": "a", "secretKey": SECRET, "existingSecret": "s3"}
                }
            },
            "worker",
            f"'/storage/existingSecret': 's3' {EXCLUDED} storage.accessKey and secretKey)",
            id="storage",
        ),
        pytest.param(
            {"global": {"database": {"password": SECRET, "existingSecret": "pg"}}},
            "philotes",
            f"'/global/database/existingSecret': 'pg' {EXCLUDED} global.database.password)",
            id="global database",
        ),
        pytest.param(
            {
                "global": {
                    "storage": {"accessKey": "a", "secretKey": SECRET, "existingSecret": "s3"}
                }
            },
            "philotes",
            f"'/global/storage/existingSecret': 's3' {EXCLUDED} global.storage.accessKey",
            id="global storage",
        ),
        pytest.param(
            {
                "global": {"database": {"password": SECRET}},
                "api": {"database": {"existingSecret": "pg"}},
            },
            "api",
            f"'/database/existingSecret': 'pg' {EXCLUDED} global.database.password)",
            id="password for all, secret for one",
        ),
        pytest.param(
            {
                "global": {"database": {"existingSecret": "pg"}},
                "worker": {"database": {"password": SECRET}},
            },
            "worker",
            f"'/global/database/existingSecret': 'pg' {EXCLUDED} database.password of a subchart)",
            id="secret for all, password for one",
        ),
        pytest.param(
            {"worker": {"storage": {"accessKey": "a"}}},
            "worker",
            "'/storage/secretKey'",
            id="half of two keys",
        ),
        pytest.param(
            {"global": {"storage": {"secretKey": SECRET}}},
            "philotes",
            "'/global/storage': missing property 'accessKey'",
            id="half of two keys for all",
        ),
        pytest.param(
            {"api": {"vault": {"enabled": True}}}, "api", "'/vault/path'", id="vault, no path"
        ),
        pytest.param(
            {"api": {"vault": {"enabled": True, "path": "a", "role": "b", "authRef": "c"}}},
            "api",
            f"'/vault/authRef': 'c' {EXCLUDED} vault.role)",
            id="vault, two logins",
        ),
        pytest.param(
            {"lakekeeper": {"database": {"password": 5}}},
            "lakekeeper",
            "'/database/password': got number, want string",
            id="a number",
        ),
    ],
)
def test_two_sources_for_one_password_are_one_error_that_names_both(
    helm: Helm, umbrella: Path, values: dict[str, Any], chart: str, said: str
) -> None:
    heading, where, *errors = helm.refusal(umbrella, values).strip().splitlines()
    assert heading.startswith("Error: values don't meet the specifications")
    assert where == f"{chart}:"
    assert len(errors) == 1
    assert said in errors[0]
    assert SECRET not in errors[0]


@pytest.mark.parametrize(
    ("alias", "values", "path"),
    [
        ("api", {"database": {"password": SECRET}}, "philotes-api: database.password"),
        ("lakekeeper", {"database": {"password": SECRET}}, "lakekeeper: database.password"),
        (
            "worker",
            {"storage": {"accessKey": "a", "secretKey": SECRET}},
            "philotes-worker: storage.accessKey",
        ),
    ],
)
def test_a_password_inline_and_from_vault_is_refused(
    helm: Helm, umbrella: Path, alias: str, values: dict[str, Any], path: str
) -> None:
    said = helm.refusal(umbrella, {alias: {**VAULT[alias], **values}})
    assert f"{path} and vault.enabled exclude one another" in said
    assert SECRET not in said


@pytest.mark.parametrize("chart", SUBCHARTS)
def test_a_subchart_alone_refuses_two_sources_under_global(
    helm: Helm, staged: Path, chart: str
) -> None:
    both = {"global": {"database": {"password": SECRET, "existingSecret": "pg"}}}
    said = helm.refusal(staged / chart, both)
    assert (
        f"{chart}: database.password and the existingSecret beside it exclude one another" in said
    )


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

"""Two sources for one password: refused with one error that names both, and never the password."""

from pathlib import Path
from typing import Any

import pytest

from tests.charts.matrix import VAULT
from tests.charts.rendering import Helm

pytestmark = pytest.mark.real

SECRET = "sup3r-s3cret"
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

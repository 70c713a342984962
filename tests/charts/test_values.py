"""Values of the umbrella and what the subcharts make of them."""

from pathlib import Path

import pytest

from tests.charts.rendering import ALIASES, EVERYTHING, Helm

pytestmark = pytest.mark.real


def test_values_given_under_an_alias_reach_the_subchart(helm: Helm, umbrella: Path) -> None:
    rendered = helm.template(
        umbrella,
        {
            "api": {"replicaCount": 5},
            "worker": {"cdc": {"batchSize": 77}},
            "lakekeeper": {"image": {"tag": "v9.9.9"}},
        },
    )
    assert rendered.of("Deployment")["philotes-api"]["spec"]["replicas"] == 5
    assert rendered.environment("philotes-worker")["PHILOTES_CDC_BATCH_SIZE"] == "77"
    assert "lakekeeper/catalog:v9.9.9" in rendered.images()


def test_global_values_reach_every_subchart_and_win(helm: Helm, umbrella: Path) -> None:
    rendered = helm.template(
        umbrella,
        {
            "global": {
                "environment": "production",
                "database": {"host": "pg.example.com", "existingSecret": "pg"},
                "storage": {"endpoint": "s3.example.com"},
            },
            "api": {"environment": "dev", "database": {"host": "other"}},
        },
    )
    api = rendered.environment("philotes-api")
    worker = rendered.environment("philotes-worker")
    catalog = rendered.environment("philotes-lakekeeper")
    assert (api["PHILOTES_ENV"], worker["PHILOTES_ENV"]) == ("production", "production")
    assert (api["PHILOTES_DB_HOST"], worker["PHILOTES_DB_HOST"]) == ("pg.example.com",) * 2
    assert "@pg.example.com:5432/lakekeeper?" in catalog["LAKEKEEPER__PG__DATABASE_URL_WRITE"]
    assert api["PHILOTES_DB_PASSWORD"] == {"secretKeyRef": {"name": "pg", "key": "password"}}
    assert worker["PHILOTES_STORAGE_ENDPOINT"] == "s3.example.com"


@pytest.mark.parametrize("alias", ALIASES)
def test_a_disabled_subchart_leaves_nothing_behind(helm: Helm, umbrella: Path, alias: str) -> None:
    everything = helm.template(umbrella).objects
    rest = helm.template(umbrella, {alias: {"enabled": False}}).objects
    gone = {each["metadata"]["name"] for each in everything if each not in rest}
    assert gone == {f"philotes-{alias}"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"apii": {}}, "additional properties 'apii' not allowed"),
        ({"api": {"replicaCuont": 3}}, "additional properties 'replicaCuont' not allowed"),
        ({"worker": {"cdc": {"batchSize": "many"}}}, "'/cdc/batchSize': got string, want integer"),
        ({"worker": {"cdc": {"flushInterval": "5"}}}, "/cdc/flushInterval"),
        ({"lakekeeper": {"database": {"passwort": "x"}}}, "'passwort' not allowed"),
        ({"global": {"environment": "prd"}}, "'/global/environment'"),
        ({"api": {"image": {"digest": "sha256:1"}}}, "/image/digest"),
        ({"lakekeeper": {"image": {"tag": ""}}}, "image.tag or image.digest must be set"),
        (
            {"worker": {"autoscaling": {"enabled": True}, "scaledObject": {"enabled": True}}},
            "exclude one another",
        ),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    helm: Helm, umbrella: Path, values: dict[str, object], said: str
) -> None:
    assert said in helm.refusal(umbrella, values)


def test_image_tags_follow_the_stamped_app_version(helm: Helm, stamped: Path) -> None:
    assert helm.template(stamped).images() == {
        "ghcr.io/janovincze/philotes-api:0.9.0-rc.1_build.3",
        "ghcr.io/janovincze/philotes-worker:0.9.0-rc.1_build.3",
        "lakekeeper/catalog:v0.9.3",
    }


def test_a_tag_and_a_digest_can_be_given(helm: Helm, umbrella: Path) -> None:
    digest = f"sha256:{'a' * 64}"
    rendered = helm.template(
        umbrella, {"api": {"image": {"tag": "next"}}, "worker": {"image": {"digest": digest}}}
    )
    assert "ghcr.io/janovincze/philotes-api:next" in rendered.images()
    assert f"ghcr.io/janovincze/philotes-worker@{digest}" in rendered.images()


@pytest.mark.parametrize("values", [{}, EVERYTHING])
def test_passwords_and_keys_come_from_existing_secrets_only(
    helm: Helm, umbrella: Path, values: dict[str, object]
) -> None:
    rendered = helm.template(umbrella, values)
    assert not rendered.of("Secret")
    sources = {}
    for name in rendered.of("Deployment"):
        for key, value in rendered.environment(name).items():
            if key.endswith(("PASSWORD", "ACCESS_KEY", "SECRET_KEY")):
                sources[key] = (value["secretKeyRef"]["name"], value["secretKeyRef"]["key"])
                assert not value["secretKeyRef"].get("optional")
    assert sources == {
        "PHILOTES_DB_PASSWORD": ("philotes-postgresql", "password"),
        "PHILOTES_CDC_SOURCE_PASSWORD": ("philotes-postgresql", "password"),
        "PHILOTES_STORAGE_ACCESS_KEY": ("philotes-minio", "access-key"),
        "PHILOTES_STORAGE_SECRET_KEY": ("philotes-minio", "secret-key"),
        "POSTGRES_PASSWORD": ("philotes-postgresql", "password"),
    }

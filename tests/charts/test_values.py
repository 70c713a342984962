"""Values of the umbrella and what the subcharts make of them."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.charts.rendering import ALIASES, SUBCHARTS, Helm

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
    ("values", "chart", "said"),
    [
        ({"apii": {}}, "philotes", "at '': additional properties 'apii' not allowed"),
        ({"api": {"replicaCuont": 3}}, "api", "at '': additional properties 'replicaCuont'"),
        ({"worker": {"cdc": {"batchSize": "many"}}}, "worker", "'/cdc/batchSize': got string"),
        ({"worker": {"cdc": {"flushInterval": "5"}}}, "worker", "'/cdc/flushInterval': '5'"),
        ({"lakekeeper": {"database": {"passwort": "x"}}}, "lakekeeper", "'passwort' not allowed"),
        ({"global": {"environment": "prd"}}, "philotes", "'/global/environment': value must be"),
        ({"global": {"databse": {"host": "a"}}}, "philotes", "at '/global': additional"),
        ({"global": {"database": {"port": "a"}}}, "philotes", "'/global/database/port': got"),
        ({"global": {"database": {"name": "a"}}}, "philotes", "at '/global/database': additional"),
        ({"global": {"database": {"schema": "a"}}}, "philotes", "'schema' not allowed"),
        ({"api": {"image": {"digest": "sha256:1"}}}, "api", "'/image/digest'"),
        ({"api": {"fullnameOverride": "My_App"}}, "api", "'/fullnameOverride': 'My_App'"),
        ({"worker": {"fullnameOverride": "1x"}}, "worker", "'/fullnameOverride': '1x'"),
        ({"lakekeeper": {"nameOverride": "1.5x"}}, "lakekeeper", "'/nameOverride': '1.5x'"),
        ({"api": {"resources": {"limit": {}}}}, "api", "at '/resources': additional"),
        ({"worker": {"securityContext": {"privilged": True}}}, "worker", "'privilged' not allowed"),
        ({"api": {"extraEnv": [{"name": "A", "value": 1}]}}, "api", "'/extraEnv/0/value': got"),
        ({"api": {"podLabels": {"rev": 7}}}, "api", "'/podLabels/rev': got number"),
        ({"worker": {"scaledObject": {"enabled": True}}}, "worker", "'/scaledObject/triggers'"),
        ({"lakekeeper": {"ingress": {"tls": [{"host": "a"}]}}}, "lakekeeper", "'/ingress/tls/0'"),
    ],
)
def test_a_wrong_value_is_one_error_that_names_the_chart_and_the_key(
    helm: Helm, umbrella: Path, values: dict[str, object], chart: str, said: str
) -> None:
    heading, where, *errors = helm.refusal(umbrella, values).strip().splitlines()
    assert heading.startswith("Error: values don't meet the specifications")
    assert where == f"{chart}:"
    assert len(errors) == 1
    assert said in errors[0]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"lakekeeper": {"image": {"tag": ""}}},
            "lakekeeper: image.tag or image.digest must be set",
        ),
        (
            {
                "worker": {
                    "autoscaling": {"enabled": True},
                    "scaledObject": {
                        "enabled": True,
                        "triggers": [{"type": "cpu", "metadata": {"value": "80"}}],
                    },
                    "podDisruptionBudget": {"enabled": False},
                }
            },
            "philotes-worker: autoscaling.enabled and scaledObject.enabled exclude one another",
        ),
    ],
)
def test_values_that_do_not_go_together_are_refused_with_a_sentence(
    helm: Helm, umbrella: Path, values: dict[str, object], said: str
) -> None:
    assert said in helm.refusal(umbrella, values)


@pytest.mark.parametrize("chart", SUBCHARTS)
def test_every_value_of_another_type_is_refused_by_its_path(
    helm: Helm, staged: Path, chart: str
) -> None:
    values = YAML(typ="safe").load(staged / chart / "values.yaml")
    said = helm.refusal(staged / chart, _mistyped(values)).splitlines()
    for path in _leaves(values):
        named = [line for line in said if f"at '/{path.replace('.', '/')}'" in line]
        # What holds amounts may be a number as well as text.
        assert named or path.startswith("resources."), path


@pytest.mark.parametrize("chart", SUBCHARTS)
def test_an_unknown_key_is_refused_at_every_level(helm: Helm, staged: Path, chart: str) -> None:
    values = YAML(typ="safe").load(staged / chart / "values.yaml")
    said = helm.refusal(staged / chart, {**_misspelt(values), "misspelt": 1}).splitlines()
    for path in ["", *_groups(values)]:
        where = f"at '{path and '/' + path.replace('.', '/')}'"
        assert [line for line in said if where in line and "misspelt" in line], path


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


def _mistyped(value: Any) -> Any:
    """The same values, each of another type."""
    match value:
        case dict() if value:
            return {key: _mistyped(each) for key, each in value.items()}
        case str():
            return 5
        case _:
            return "x y"


def _leaves(value: Any, path: str = "") -> list[str]:
    if not (isinstance(value, dict) and value):
        return [path]
    inner = [leaf for key, each in value.items() for leaf in _leaves(each, f"{path}.{key}")]
    return [leaf.removeprefix(".") for leaf in inner]


def _groups(value: dict[str, Any], path: str = "") -> list[str]:
    found = []
    for key, each in value.items():
        if isinstance(each, dict) and each:
            found += [f"{path}{key}", *_groups(each, f"{path}{key}.")]
    return found


def _misspelt(value: dict[str, Any]) -> dict[str, Any]:
    """An unknown key in each group of values."""
    return {
        key: {**_misspelt(each), "misspelt": {"a": 1}}
        for key, each in value.items()
        if isinstance(each, dict) and each
    }


def test_keda_may_scale_the_worker_to_zero_and_a_node_can_still_be_drained(
    helm: Helm, umbrella: Path
) -> None:
    triggers = [{"type": "cron", "metadata": {"timezone": "UTC"}}]
    scaled = {"enabled": True, "minReplicas": 0, "triggers": triggers}
    rendered = helm.template(umbrella, {"worker": {"scaledObject": scaled}})
    assert rendered.of("ScaledObject")["philotes-worker"]["spec"]["minReplicaCount"] == 0
    assert rendered.of("PodDisruptionBudget")["philotes-worker"]["spec"]["maxUnavailable"] == 1

"""What the rendered objects promise to Kubernetes and to the images."""

from pathlib import Path
from typing import Any

import pytest

from tests.charts.rendering import EVERYTHING, Helm

pytestmark = pytest.mark.real

API_VARIABLES = """
PHILOTES_ENV PHILOTES_DB_HOST PHILOTES_DB_PORT PHILOTES_DB_NAME PHILOTES_DB_USER
PHILOTES_DB_PASSWORD PHILOTES_DB_SSLMODE PHILOTES_DB_MAX_OPEN_CONNS PHILOTES_DB_MAX_IDLE_CONNS
PHILOTES_METRICS_ENABLED PHILOTES_METRICS_LISTEN_ADDR PHILOTES_HEALTH_ENABLED
PHILOTES_API_LISTEN_ADDR PHILOTES_API_BASE_URL PHILOTES_API_READ_TIMEOUT
PHILOTES_API_WRITE_TIMEOUT PHILOTES_API_CORS_ORIGINS PHILOTES_API_RATE_LIMIT_RPS
PHILOTES_API_RATE_LIMIT_BURST PHILOTES_ALERTING_ENABLED PHILOTES_ALERTING_EVALUATION_INTERVAL
PHILOTES_ALERTING_NOTIFICATION_TIMEOUT PHILOTES_ALERTING_RETENTION_DAYS PHILOTES_PROMETHEUS_URL
"""
WORKER_VARIABLES = """
PHILOTES_ENV PHILOTES_DB_HOST PHILOTES_DB_PORT PHILOTES_DB_NAME PHILOTES_DB_USER
PHILOTES_DB_PASSWORD PHILOTES_DB_SSLMODE PHILOTES_DB_MAX_OPEN_CONNS PHILOTES_DB_MAX_IDLE_CONNS
PHILOTES_METRICS_ENABLED PHILOTES_METRICS_LISTEN_ADDR PHILOTES_HEALTH_ENABLED
PHILOTES_CDC_BUFFER_SIZE PHILOTES_CDC_BATCH_SIZE PHILOTES_CDC_FLUSH_INTERVAL
PHILOTES_CDC_SOURCE_HOST PHILOTES_CDC_SOURCE_PORT PHILOTES_CDC_SOURCE_DATABASE
PHILOTES_CDC_SOURCE_USER PHILOTES_CDC_SOURCE_PASSWORD PHILOTES_CDC_SOURCE_SSLMODE
PHILOTES_CDC_REPLICATION_SLOT PHILOTES_CDC_PUBLICATION PHILOTES_CDC_TABLES
PHILOTES_CDC_CHECKPOINT_ENABLED PHILOTES_CDC_CHECKPOINT_INTERVAL PHILOTES_BUFFER_ENABLED
PHILOTES_BUFFER_RETENTION PHILOTES_BUFFER_CLEANUP_INTERVAL PHILOTES_RETRY_MAX_ATTEMPTS
PHILOTES_RETRY_INITIAL_INTERVAL PHILOTES_RETRY_MAX_INTERVAL PHILOTES_RETRY_MULTIPLIER
PHILOTES_DLQ_ENABLED PHILOTES_DLQ_RETENTION PHILOTES_BACKPRESSURE_ENABLED
PHILOTES_BACKPRESSURE_HIGH_WATERMARK PHILOTES_BACKPRESSURE_LOW_WATERMARK
PHILOTES_BACKPRESSURE_CHECK_INTERVAL PHILOTES_STORAGE_ENDPOINT PHILOTES_STORAGE_BUCKET
PHILOTES_STORAGE_USE_SSL PHILOTES_STORAGE_ACCESS_KEY PHILOTES_STORAGE_SECRET_KEY
PHILOTES_ICEBERG_CATALOG_URL PHILOTES_ICEBERG_WAREHOUSE PHILOTES_HEALTH_LISTEN_ADDR
PHILOTES_HEALTH_READINESS_TIMEOUT EXTRA
"""
CATALOG_VARIABLES = """
LAKEKEEPER__PG__DATABASE_URL_READ LAKEKEEPER__PG__DATABASE_URL_WRITE LAKEKEEPER__PG__SCHEMA
LAKEKEEPER__PG_DATABASE_URL_READ LAKEKEEPER__PG_DATABASE_URL_WRITE
LAKEKEEPER__BASE_URI LAKEKEEPER__AUTHZ__ENABLED LAKEKEEPER__OPENID__ENABLED POSTGRES_PASSWORD
EXTRA
"""


@pytest.mark.parametrize(
    ("deployment", "variables"),
    [
        ("philotes-api", API_VARIABLES),
        ("philotes-worker", WORKER_VARIABLES),
        ("philotes-lakekeeper", CATALOG_VARIABLES),
    ],
)
def test_the_images_get_every_variable_they_read_and_no_other(
    helm: Helm, umbrella: Path, deployment: str, variables: str
) -> None:
    rendered = helm.template(umbrella, EVERYTHING)
    assert set(rendered.environment(deployment)) == set(variables.split())


@pytest.mark.parametrize(
    ("deployment", "ports", "facts"),
    [
        (
            "philotes-api",
            {"http": 8080, "metrics": 9090},
            (("/health/live", "/health/ready"), ("100m", "128Mi", "500m", "512Mi")),
        ),
        (
            "philotes-worker",
            {"health": 8081, "metrics": 9090},
            (("/health/live", "/health/ready"), ("200m", "256Mi", "1000m", "1Gi")),
        ),
        (
            "philotes-lakekeeper",
            {"http": 8181},
            (("/catalog/v1/config", "/catalog/v1/config"), ("100m", "256Mi", "500m", "512Mi")),
        ),
    ],
)
def test_ports_probes_and_resources_are_those_of_the_images(
    helm: Helm,
    umbrella: Path,
    deployment: str,
    ports: dict[str, int],
    facts: tuple[tuple[str, str], tuple[str, str, str, str]],
) -> None:
    paths, resources = facts
    pod = helm.template(umbrella).of("Deployment")[deployment]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert {each["name"]: each["containerPort"] for each in container["ports"]} == ports
    probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("liveness", "readiness")]
    assert tuple(probe["path"] for probe in probes) == paths
    assert {probe["port"] for probe in probes} == {next(iter(ports))}
    wanted, limit = container["resources"]["requests"], container["resources"]["limits"]
    assert (wanted["cpu"], wanted["memory"], limit["cpu"], limit["memory"]) == resources


def test_every_container_is_confined(helm: Helm, umbrella: Path) -> None:
    rendered = helm.template(umbrella, EVERYTHING)
    for deployment in rendered.of("Deployment").values():
        context = deployment["spec"]["template"]["spec"]["securityContext"]
        assert context["runAsNonRoot"] is True
        assert (context["runAsUser"], context["runAsGroup"]) == (1000, 1000)
    contexts = [container["securityContext"] for container in rendered.containers()]
    assert len(contexts) == 4
    for context in contexts:
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}


def test_no_pod_is_given_variables_named_after_services(helm: Helm, umbrella: Path) -> None:
    # A service philotes-api would become PHILOTES_API_PORT, which the images take for their own.
    for each in helm.template(umbrella).of("Deployment").values():
        assert each["spec"]["template"]["spec"]["enableServiceLinks"] is False


def test_the_catalog_migrates_before_it_serves(helm: Helm, umbrella: Path) -> None:
    deployment = helm.template(umbrella).of("Deployment")["philotes-lakekeeper"]
    pod = deployment["spec"]["template"]["spec"]
    [migrate], [serve] = pod["initContainers"], pod["containers"]
    assert (migrate["args"], serve["args"]) == (["migrate"], ["serve"])
    assert migrate["image"] == serve["image"]
    assert (migrate["env"], migrate["envFrom"]) == (serve["env"], serve["envFrom"])


def test_selectors_are_the_same_in_every_release_and_with_any_values(
    helm: Helm, umbrella: Path, stamped: Path
) -> None:
    overrides: dict[str, Any] = {
        "api": {"podLabels": {"team": "data"}, "nameOverride": "", "image": {"tag": "next"}},
    }
    first = helm.template(umbrella).selectors()
    second = helm.template(stamped, overrides).selectors()
    assert first == second
    assert first[("Deployment", "philotes-api")] == {
        "app.kubernetes.io/name": "philotes-api",
        "app.kubernetes.io/instance": "philotes",
    }


def test_every_selector_finds_the_pods_or_the_service_of_one_deployment(
    helm: Helm, umbrella: Path
) -> None:
    selected = helm.template(umbrella, EVERYTHING).selected()
    assert {kind for kind, _ in selected} == {
        "Deployment",
        "Service",
        "PodDisruptionBudget",
        "NetworkPolicy",
        "ServiceMonitor",
    }
    assert selected == {(kind, name): [name] for kind, name in selected}


def test_a_changed_setting_rolls_the_pods_and_a_new_chart_version_alone_does_not(
    helm: Helm, umbrella: Path, stamped: Path
) -> None:
    def checksums(chart: Path, values: dict[str, Any]) -> dict[str, str]:
        return {
            name: each["spec"]["template"]["metadata"]["annotations"]["checksum/config"]
            for name, each in helm.template(chart, values).of("Deployment").items()
        }

    first = checksums(umbrella, {})
    changed = checksums(umbrella, {"worker": {"cdc": {"batchSize": 7}}})
    assert checksums(stamped, {}) == first
    assert {name for name in first if first[name] != changed[name]} == {"philotes-worker"}


def test_a_budget_never_keeps_a_single_pod_on_its_node(helm: Helm, umbrella: Path) -> None:
    budgets = helm.template(umbrella).of("PodDisruptionBudget")
    assert budgets["philotes-api"]["spec"]["minAvailable"] == 1
    assert "minAvailable" not in budgets["philotes-worker"]["spec"]
    assert budgets["philotes-worker"]["spec"]["maxUnavailable"] == 1
    many = helm.template(umbrella, {"worker": {"replicaCount": 3}}).of("PodDisruptionBudget")
    assert many["philotes-worker"]["spec"]["minAvailable"] == 1
    off = {"podDisruptionBudget": {"enabled": False}}
    none = helm.template(umbrella, {"api": off, "worker": off, "lakekeeper": off})
    assert not none.of("PodDisruptionBudget")


def test_an_autoscaler_owns_the_number_of_replicas(helm: Helm, umbrella: Path) -> None:
    fixed = helm.template(umbrella).of("Deployment")
    scaled = helm.template(umbrella, EVERYTHING)
    assert all("replicas" in each["spec"] for each in fixed.values())
    assert not any("replicas" in each["spec"] for each in scaled.of("Deployment").values())
    assert set(scaled.of("HorizontalPodAutoscaler")) == {"philotes-api", "philotes-lakekeeper"}
    assert set(scaled.of("ScaledObject")) == {"philotes-worker"}


@pytest.mark.parametrize("release", ["philotes", "api", "philotes-worker", "r" * 53])
def test_no_two_objects_share_a_name_whatever_the_release_is_called(
    helm: Helm, umbrella: Path, release: str
) -> None:
    rendered = helm.template(umbrella, EVERYTHING, release=release)
    names = [(each["kind"], each["metadata"]["name"]) for each in rendered.objects]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 63 for _, name in names)


@pytest.mark.parametrize("release", ["blue", "lakekeeper", "r" * 53, f"{'r' * 51}-x"])
def test_the_worker_reaches_the_catalog_of_its_release(
    helm: Helm, umbrella: Path, release: str
) -> None:
    rendered = helm.template(umbrella, release=release)
    [address] = {
        each["data"]["PHILOTES_ICEBERG_CATALOG_URL"]
        for each in rendered.of("ConfigMap").values()
        if "PHILOTES_ICEBERG_CATALOG_URL" in each["data"]
    }
    [catalog] = [
        name
        for name, each in rendered.of("Deployment").items()
        if each["metadata"]["labels"]["app.kubernetes.io/component"] == "catalog"
    ]
    port = rendered.of("Service")[catalog]["spec"]["ports"][0]["port"]
    assert address == f"http://{catalog}:{port}/catalog"


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({"service": {"port": 80}}, "http://philotes-lakekeeper:80/catalog"),
        ({"fullnameOverride": "store"}, "http://store:8181/catalog"),
        ({"nameOverride": "store"}, "http://philotes-store:8181/catalog"),
    ],
)
def test_a_catalog_elsewhere_than_the_worker_looks_is_refused_until_the_worker_is_told(
    helm: Helm, umbrella: Path, values: dict[str, Any], address: str
) -> None:
    said = helm.refusal(umbrella, {"lakekeeper": values})
    assert f"set worker.iceberg.catalogUrl, for example to {address}" in said
    for told in (address, "https://catalog.example.com/catalog"):
        worker = {"iceberg": {"catalogUrl": told}}
        rendered = helm.template(umbrella, {"lakekeeper": values, "worker": worker})
        assert rendered.environment("philotes-worker")["PHILOTES_ICEBERG_CATALOG_URL"] == told

"""Values that an API server would refuse, or that contradict one another, never get that far."""

from pathlib import Path
from typing import Any

import pytest

from tests.charts.rendering import ALIASES, SUBCHARTS, Helm

pytestmark = pytest.mark.real

MONITORED = ("philotes-api", "philotes-worker")
EXPOSED = ("philotes-api", "lakekeeper")


@pytest.mark.parametrize("chart", SUBCHARTS)
def test_pods_recreated_are_not_rolled_as_well(helm: Helm, staged: Path, chart: str) -> None:
    def strategy(**given: Any) -> Any:
        rendered = helm.template(staged / chart, {"strategy": given} if given else {})
        [deployment] = rendered.of("Deployment").values()
        return deployment["spec"]["strategy"]

    assert strategy(type="Recreate") == {"type": "Recreate"}
    rolled = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2, "maxUnavailable": "25%"}}
    assert strategy(**rolled) == rolled


OWN_LABEL = {"app.kubernetes.io/name": "x"}
OWN_ANNOTATION = {"checksum/config": "x"}


@pytest.mark.parametrize(
    ("places", "values", "said"),
    [
        (SUBCHARTS, {"podLabels": OWN_LABEL}, "'/podLabels/app.kubernetes.io~1name'"),
        (SUBCHARTS, {"podAnnotations": OWN_ANNOTATION}, "'/podAnnotations/checksum~1config'"),
        (MONITORED, {"serviceMonitor": {"labels": OWN_LABEL}}, "'/serviceMonitor/labels/"),
        (
            MONITORED,
            {"serviceMonitor": {"labels": {"helm.sh/chart": "x"}}},
            "'/serviceMonitor/labels/",
        ),
        (SUBCHARTS, {"image": {"tag": "v 1"}}, "'/image/tag'"),
        (SUBCHARTS, {"image": {"tag": "-v1"}}, "'/image/tag'"),
        (SUBCHARTS, {"priorityClassName": "High_One"}, "'/priorityClassName'"),
        (EXPOSED, {"ingress": {"enabled": True, "hosts": None}}, "at '/ingress"),
        (
            EXPOSED,
            {"ingress": {"hosts": [{"host": "a.example", "paths": []}]}},
            "'/ingress/hosts/0/paths'",
        ),
        (("philotes-worker",), {"storage": {"endpoint": "http://s3:9000"}}, "'/storage/endpoint'"),
        (
            SUBCHARTS,
            {"autoscaling": {"enabled": True, "minReplicas": 6, "maxReplicas": 5}},
            "autoscaling.minReplicas is above autoscaling.maxReplicas",
        ),
        (
            MONITORED,
            {"service": {"port": 9090}},
            "service.port may not be 9090, which is the port of the metrics",
        ),
        (
            SUBCHARTS,
            {"livenessProbe": {"successThreshold": 2}},
            "'/livenessProbe/successThreshold'",
        ),
        (
            SUBCHARTS,
            {"readinessProbe": {"terminationGracePeriodSeconds": 5}},
            "at '/readinessProbe': additional properties 'terminationGracePeriodSeconds'",
        ),
        (
            MONITORED,
            {"serviceMonitor": {"enabled": True}, "metrics": {"enabled": False}},
            "serviceMonitor.enabled needs metrics.enabled",
        ),
        (
            SUBCHARTS,
            {"service": {"type": "NodePort"}, "networkPolicy": {"enabled": True}},
            "service.type NodePort with networkPolicy.enabled needs networkPolicy.extraFrom",
        ),
        (
            SUBCHARTS,
            {"extraVolumes": [{"name": "tmp", "emptyDir": {}}]},
            "extraVolumes names tmp, which is there already",
        ),
        (
            SUBCHARTS,
            {"extraVolumeMounts": [{"name": "ca", "mountPath": "/ca"}]},
            "extraVolumeMounts names ca, which is not among extraVolumes",
        ),
        (
            SUBCHARTS,
            {
                "extraVolumes": [{"name": "ca", "emptyDir": {}}],
                "extraVolumeMounts": [{"name": "ca", "mountPath": "/tmp"}],  # noqa: S108  the pods'
            },
            "extraVolumeMounts names /tmp, where something is mounted already",
        ),
        (
            SUBCHARTS,
            {"extraEnv": [{"name": "TWICE", "value": "1"}, {"name": "TWICE", "value": "2"}]},
            "extraEnv names TWICE, which is there already",
        ),
        (
            MONITORED,
            {"extraEnv": [{"name": "PHILOTES_DB_PASSWORD", "value": "1"}]},
            "extraEnv names PHILOTES_DB_PASSWORD, which is there already",
        ),
        (
            ("lakekeeper",),
            {"extraEnv": [{"name": "LAKEKEEPER__PG_DATABASE_URL_READ", "value": "1"}]},
            "extraEnv names LAKEKEEPER__PG_DATABASE_URL_READ, which is there already",
        ),
        (
            ("lakekeeper",),
            {"extraEnv": [{"name": "POSTGRES_PASSWORD", "value": "1"}]},
            "extraEnv names POSTGRES_PASSWORD, which is there already",
        ),
    ],
)
def test_a_contradiction_is_refused_with_its_place(
    helm: Helm,
    staged: Path,
    places: tuple[str, ...],
    values: dict[str, Any],
    said: str,
) -> None:
    for chart in places:
        assert said in helm.refusal(staged / chart, values), chart
        alias = ALIASES[SUBCHARTS.index(chart)]
        assert said in helm.refusal(staged / "philotes", {alias: values}), alias


def test_a_scaled_object_with_more_fewest_than_most_pods_is_refused(
    helm: Helm, staged: Path
) -> None:
    scaled = {"enabled": True, "minReplicas": 6, "maxReplicas": 5}
    triggers = [{"type": "cpu", "metadata": {"value": "80"}}]
    said = helm.refusal(
        staged / "philotes-worker", {"scaledObject": {**scaled, "triggers": triggers}}
    )
    assert "scaledObject.minReplicas is above scaledObject.maxReplicas" in said


def test_a_global_endpoint_with_a_scheme_is_refused(helm: Helm, umbrella: Path) -> None:
    given = {"global": {"storage": {"endpoint": "https://s3.example.com"}}}
    assert "'/global/storage/endpoint'" in helm.refusal(umbrella, given)


@pytest.mark.parametrize(
    ("chart", "values"),
    [
        ("philotes-api", {"service": {"port": 9090}, "metrics": {"enabled": False}}),
        ("philotes-api", {"image": {"tag": "v1.2.3-rc.1_build.7"}}),
        ("philotes-api", {"image": {"tag": "0.9.0+build.3"}}),
        ("philotes-api", {"livenessProbe": {"successThreshold": 1}}),
        ("philotes-api", {"livenessProbe": {"terminationGracePeriodSeconds": 5}}),
        ("philotes-api", {"readinessProbe": {"successThreshold": 2}}),
        (
            "philotes-api",
            {
                "service": {"type": "LoadBalancer"},
                "networkPolicy": {"enabled": True, "fromIngress": [{"namespaceSelector": {}}]},
            },
        ),
        (
            "philotes-worker",
            {
                "service": {"type": "NodePort"},
                "networkPolicy": {"enabled": True, "extraFrom": [{"namespaceSelector": {}}]},
            },
        ),
        ("philotes-api", {"priorityClassName": "system-cluster-critical"}),
        ("philotes-api", {"podLabels": {"team": "data", "example.com/app": "x"}}),
        ("philotes-api", {"autoscaling": {"enabled": True, "minReplicas": 3, "maxReplicas": 3}}),
        ("philotes-api", {"extraEnv": [{"name": "PHILOTES_ENV", "value": "dev"}]}),
        ("philotes-worker", {"storage": {"endpoint": "[2001:db8::1]:9000"}}),
        ("philotes-worker", {"storage": {"endpoint": "s3.eu-west-1.amazonaws.com"}}),
    ],
)
def test_what_only_resembles_a_contradiction_is_rendered(
    helm: Helm, staged: Path, chart: str, values: dict[str, Any]
) -> None:
    assert helm.template(staged / chart, values).objects

"""What Helm tells whoever installs a chart."""

from pathlib import Path
from typing import Any

import pytest

from tests.charts.rendering import Helm

pytestmark = pytest.mark.real

_KEDA = {"enabled": True, "triggers": [{"type": "cpu", "metadata": {"value": "80"}}]}
_MANY = "more than one worker may run"


@pytest.mark.parametrize(
    ("values", "warned"),
    [
        ({}, False),
        ({"replicaCount": 2}, True),
        ({"autoscaling": {"enabled": True}}, True),
        ({"scaledObject": _KEDA}, True),
        ({"scaledObject": {**_KEDA, "minReplicas": 1, "maxReplicas": 1}}, False),
        ({"replicaCount": 2, "scaledObject": {**_KEDA, "maxReplicas": 1}}, False),
    ],
)
def test_whoever_lets_many_workers_run_is_told_that_a_slot_has_one_reader(
    helm: Helm, staged: Path, values: dict[str, Any], *, warned: bool
) -> None:
    assert (_MANY in helm.notes(staged / "philotes-worker", values)) == warned
    assert (_MANY in helm.notes(staged / "philotes", {"worker": values})) == warned


def test_the_umbrella_warns_of_a_missing_encryption_key_too(helm: Helm, umbrella: Path) -> None:
    assert "catalog.encryptionKey is not set" in helm.notes(umbrella)
    assert "encryptionKey" not in helm.notes(umbrella, {"lakekeeper": {"enabled": False}})


def test_a_worker_without_a_catalog_beside_it_is_told_of(helm: Helm, umbrella: Path) -> None:
    told = "worker.iceberg.catalogUrl is not set"
    alone: dict[str, Any] = {"lakekeeper": {"enabled": False}}
    assert told not in helm.notes(umbrella)
    assert told in helm.notes(umbrella, alone)
    elsewhere = {"worker": {"iceberg": {"catalogUrl": "https://catalog.example.com/catalog"}}}
    assert told not in helm.notes(umbrella, {**alone, **elsewhere})


_INGRESS: dict[str, Any] = {
    "enabled": True,
    "hosts": [
        {"host": host, "paths": [{"path": "/", "pathType": "Prefix"}]}
        for host in ("a.example.com", "b.example.com")
    ],
}
_TLS = {**_INGRESS, "tls": [{"secretName": "tls", "hosts": ["a.example.com"]}]}


@pytest.mark.parametrize(
    ("chart", "values", "told"),
    [
        ("philotes-api", {}, "service/philotes-philotes-api 8080:8080"),
        ("philotes-api", {"service": {"port": 80}}, "service/philotes-philotes-api 8080:80"),
        ("philotes-api", {"fullnameOverride": "front"}, "service/front 8080:8080"),
        ("philotes-worker", {"service": {"port": 81}}, "service/philotes-philotes-worker 8081:81"),
        ("lakekeeper", {"service": {"port": 82}}, "service/philotes-lakekeeper 8181:82"),
        ("philotes", {"api": {"service": {"port": 80}}}, "service/philotes-api 8080:80"),
        ("philotes", {}, "http://philotes-lakekeeper.philotes:8181/catalog"),
    ],
)
def test_whoever_installs_a_chart_is_told_its_service_and_port(
    helm: Helm, staged: Path, chart: str, values: dict[str, Any], told: str
) -> None:
    assert f" {told} " in f"{helm.notes(staged / chart, values)} "


@pytest.mark.parametrize(
    ("chart", "alias", "path"),
    [("philotes-api", None, ""), ("lakekeeper", None, "/catalog"), ("philotes", "api", "")],
)
def test_whoever_installs_a_chart_with_an_ingress_is_told_its_addresses_instead(
    helm: Helm, staged: Path, chart: str, alias: str | None, path: str
) -> None:
    for ingress, scheme in ((_INGRESS, "http"), (_TLS, "https")):
        values = {"ingress": ingress}
        said = helm.notes(staged / chart, {alias: values} if alias else values)
        told = " ".join(f"{scheme}://{host['host']}{path}" for host in _INGRESS["hosts"])
        assert f"reached at: {told}" in said
        assert "port-forward" not in said
    assert "port-forward" in helm.notes(staged / chart)

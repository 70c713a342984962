"""Who is let in to the pods once a network policy is on."""

from pathlib import Path
from typing import Any

import pytest

from tests.charts.rendering import EVERYTHING, SUBCHARTS, Helm, Manifest

pytestmark = pytest.mark.real

NGINX = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}
PROMETHEUS = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
ANYONE: dict[str, Any] = {"namespaceSelector": {}}


@pytest.mark.parametrize("chart", ["philotes-api", "lakekeeper"])
def test_an_ingress_controller_is_let_in_to_the_port_it_leads_to(
    helm: Helm, staged: Path, chart: str
) -> None:
    policy = {"enabled": True, "fromIngress": [NGINX]}
    rendered = helm.template(
        staged / chart, {"ingress": {"enabled": True}, "networkPolicy": policy}
    )
    assert _let_in(rendered, NGINX) == {"http"}


@pytest.mark.parametrize("chart", ["philotes-api", "philotes-worker"])
def test_a_prometheus_is_let_in_to_the_metrics_alone(helm: Helm, staged: Path, chart: str) -> None:
    policy = {"enabled": True, "fromMetrics": [PROMETHEUS]}
    rendered = helm.template(
        staged / chart, {"serviceMonitor": {"enabled": True}, "networkPolicy": policy}
    )
    assert _let_in(rendered, PROMETHEUS) == {"metrics"}


@pytest.mark.parametrize("chart", SUBCHARTS)
def test_a_further_peer_is_let_in_as_the_namespace_is(helm: Helm, staged: Path, chart: str) -> None:
    policy = {"enabled": True, "extraFrom": [ANYONE]}
    rendered = helm.template(staged / chart, {"networkPolicy": policy})
    assert _let_in(rendered, ANYONE) == _let_in(rendered, {"podSelector": {}})


@pytest.mark.parametrize(
    ("chart", "part", "peers"),
    [
        ("philotes-api", "ingress", "fromIngress"),
        ("lakekeeper", "ingress", "fromIngress"),
        ("philotes-api", "serviceMonitor", "fromMetrics"),
        ("philotes-worker", "serviceMonitor", "fromMetrics"),
    ],
)
def test_a_policy_that_would_cut_off_what_the_chart_makes_is_refused(
    helm: Helm, staged: Path, chart: str, part: str, peers: str
) -> None:
    values: dict[str, Any] = {part: {"enabled": True}, "networkPolicy": {"enabled": True}}
    said = helm.refusal(staged / chart, values)
    assert f"{part}.enabled with networkPolicy.enabled needs networkPolicy.{peers}" in said
    for given in (peers, "extraFrom"):
        helm.template(
            staged / chart, {**values, "networkPolicy": {"enabled": True, given: [ANYONE]}}
        )


def test_with_everything_on_nothing_is_cut_off(helm: Helm, umbrella: Path) -> None:
    policies = helm.template(umbrella, EVERYTHING).of("NetworkPolicy")
    assert {name: len(each["spec"]["ingress"]) for name, each in policies.items()} == {
        "philotes-api": 3,
        "philotes-worker": 2,
        "philotes-lakekeeper": 2,
    }


def _let_in(rendered: Manifest, peer: dict[str, Any]) -> set[str]:
    """Ports that a peer may speak to."""
    [policy] = rendered.of("NetworkPolicy").values()
    return {
        port["port"]
        for rule in policy["spec"]["ingress"]
        if peer in rule["from"]
        for port in rule["ports"]
    }

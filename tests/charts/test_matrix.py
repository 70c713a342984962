"""The charts with many values: rendered, consistent in themselves, and accepted by Kubernetes."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.charts.api_server import ApiServer
from tests.charts.consistency import inconsistencies
from tests.charts.matrix import MATRIX, alone
from tests.charts.rendering import ALIASES, SUBCHARTS, Helm, Manifest

pytestmark = pytest.mark.real

_CREATED = 201


@pytest.mark.parametrize("about", MATRIX)
def test_the_umbrella_is_consistent_and_accepted_with(
    rendered: Callable[[str], Manifest], api: ApiServer, namespace: str, about: str
) -> None:
    assert not inconsistencies(rendered(about))
    assert not refused(api, namespace, rendered(about))


@pytest.mark.parametrize("chart", SUBCHARTS)
def test_a_subchart_alone_is_what_it_is_in_the_umbrella(
    helm: Helm, staged: Path, rendered: Callable[[str], Manifest], chart: str
) -> None:
    alias = ALIASES[SUBCHARTS.index(chart)]
    for about, values in MATRIX.items():
        within = [each for each in rendered(about).objects if _is_of(each, chart)]
        apart = helm.template(
            staged / chart, {"nameOverride": alias, **alone(values, chart)}, release="philotes"
        )
        assert within, about
        assert list(apart.objects) == within, about


@pytest.mark.parametrize("chart", SUBCHARTS)
def test_a_subchart_alone_is_consistent_and_accepted(
    helm: Helm, staged: Path, api: ApiServer, namespace: str, chart: str
) -> None:
    for about in ("defaults", "everything", "inline secrets", "vault"):
        rendered = helm.template(staged / chart, alone(MATRIX[about], chart), release="one")
        assert set(rendered.of("Deployment")) == {f"one-{chart}"}
        assert not inconsistencies(rendered), about
        assert not refused(api, namespace, rendered), about


def test_the_server_refuses_what_it_does_not_know(api: ApiServer, namespace: str) -> None:
    kinds: dict[str, tuple[str, dict[str, Any]]] = {
        "monitoring.coreos.com/v1": ("ServiceMonitor", {"endpoints": [], "selector": {}}),
        "keda.sh/v1alpha1": ("ScaledObject", {"scaleTargetRef": {"name": "a"}, "triggers": []}),
        "v1": ("Service", {"ports": [{"port": 80}]}),
    }
    for version, (kind, spec) in kinds.items():
        wanted: dict[str, Any] = {"apiVersion": version, "kind": kind, "spec": spec}
        wanted["metadata"] = {"name": "known", "namespace": namespace}
        assert api.apply(wanted, dry_run=True)[0] == _CREATED
        unknown = {**wanted, "spec": {**spec, "misspelt": True}}
        assert api.apply(unknown, dry_run=True)[0] != _CREATED


def _is_of(each: dict[str, Any], chart: str) -> bool:
    return bool(each["metadata"]["labels"]["app.kubernetes.io/name"] == chart)


def refused(api: ApiServer, namespace: str, rendered: Manifest) -> list[Any]:
    """What the API server says of objects that it does not accept as new ones."""
    said = []
    for each in copy.deepcopy(rendered.objects):
        each["metadata"]["namespace"] = namespace
        status, answer = api.apply(each, dry_run=True)
        if status != _CREATED:
            said.append((each["kind"], each["metadata"]["name"], answer))
    return said

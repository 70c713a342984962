"""The rendered objects, as a real Kubernetes API server judges them in a dry run."""

from pathlib import Path
from typing import Any

import pytest

from philotes_tui.demo.cluster import Cluster
from tests.charts.rendering import EVERYTHING, Helm

pytestmark = pytest.mark.real

CUSTOM = {"ServiceMonitor", "ScaledObject"}
"""Kinds whose definitions a cluster has only if their operators are installed."""


@pytest.mark.parametrize(
    "values",
    [
        {},
        EVERYTHING,
        {"api": {"replicaCount": 1}, "worker": {"replicaCount": 3}},
        {"global": {"environment": "production"}, "lakekeeper": {"replicaCount": 0}},
        {"worker": {"autoscaling": {"enabled": True}}, "api": {"metrics": {"enabled": False}}},
    ],
    ids=["defaults", "everything", "replicas", "production", "scaled worker"],
)
def test_the_api_server_accepts_every_object(
    helm: Helm, umbrella: Path, real_cluster: Cluster, values: dict[str, Any]
) -> None:
    for each in helm.template(umbrella, values).objects:
        if each["kind"] in CUSTOM:
            continue
        each["metadata"]["namespace"] = "default"
        answer = real_cluster.api.request("POST", f"{_collection(each)}?{_STRICT}", each)
        assert answer.status == 201, (each["kind"], each["metadata"]["name"], answer.body)


_STRICT = "dryRun=All&fieldValidation=Strict"


def _collection(each: dict[str, Any]) -> str:
    group, kind = each["apiVersion"], each["kind"].lower()
    plural = (
        f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}{'es' * kind.endswith('s') or 's'}"
    )
    root = "/api/v1" if group == "v1" else f"/apis/{group}"
    return f"{root}/namespaces/default/{plural}"

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

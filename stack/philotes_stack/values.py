"""Values of the umbrella chart: what an environment asks for, and what is laid over it."""

from collections.abc import Mapping
from typing import Any

from philotes_stack.config import Environment


def environment_values(environment: Environment) -> dict[str, Any]:
    """Values for the umbrella chart in one environment, keyed by the aliases of its subcharts.

    The worker has one replica everywhere: it reads a replication slot of PostgreSQL, and a slot
    has one reader at a time (PostgreSQL, "Logical Decoding Concepts"). A second replica would only
    wait; more throughput is more CPU and memory for the one.
    """
    subcharts = {"dev": _dev, "staging": _staging, "production": _production}[environment]
    return {"global": {"environment": environment}, **subcharts()}


def overlaid(base: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one tree of values over another, as Helm does with several values files.

    Mappings are merged key by key; anything else, lists and null included, replaces what is
    below. (Helm takes null to mean that the chart's own default is removed.)
    """
    result = dict(base)
    for key, value in overlay.items():
        below = result.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            result[key] = overlaid(below, value)
        else:
            result[key] = value
    return result


def _dev() -> dict[str, Any]:
    """What runs on one small node."""
    return {
        "api": {
            "replicaCount": 2,
            "resources": _resources("100m", "128Mi", "500m", "512Mi"),
        },
        "worker": {
            "replicaCount": 1,
            "resources": _resources("200m", "256Mi", "1000m", "1Gi"),
        },
        "lakekeeper": {
            "resources": _resources("100m", "256Mi", "500m", "512Mi"),
        },
    }


def _staging() -> dict[str, Any]:
    """Dev's resources in production's shape, so that what fails by its shape fails here first."""
    return overlaid(
        _dev(),
        {
            "api": {"replicaCount": 2, **_spared(1), **_spread("kubernetes.io/hostname")},
            "worker": _spared(1),
            "lakekeeper": {"replicaCount": 2, **_spared(1), **_spread("kubernetes.io/hostname")},
        },
    )


def _production() -> dict[str, Any]:
    """Replicas that outlive the loss of a zone, and room for the load of all pipelines."""
    everywhere = _spread("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    return {
        "api": {
            "replicaCount": 3,
            "resources": _resources("250m", "256Mi", "1", "1Gi"),
            **_spared(2),
            **everywhere,
        },
        "worker": {
            "replicaCount": 1,
            "resources": _resources("1", "1Gi", "2", "4Gi"),
            # One of one may not be kept: the chart then asks for maxUnavailable 1 instead, so
            # that the node of the worker can still be drained.
            **_spared(1),
        },
        "lakekeeper": {
            "replicaCount": 2,
            "resources": _resources("250m", "512Mi", "1", "1Gi"),
            **_spared(1),
            **everywhere,
        },
    }


def _resources(cpu: str, memory: str, cpu_limit: str, memory_limit: str) -> dict[str, Any]:
    return {
        "requests": {"cpu": cpu, "memory": memory},
        "limits": {"cpu": cpu_limit, "memory": memory_limit},
    }


def _spared(pods: int) -> dict[str, Any]:
    """Ask for a budget that keeps some pods while nodes are drained."""
    return {"podDisruptionBudget": {"enabled": True, "minAvailable": pods}}


def _spread(*topologies: str) -> dict[str, Any]:
    """Ask for pods to be spread, where that can be done.

    A constraint that must hold would leave pods pending on a cluster of one node or zone, and an
    update too, while it has one pod more than there are places.
    """
    return {
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": topology, "whenUnsatisfiable": "ScheduleAnyway"}
            for topology in topologies
        ]
    }

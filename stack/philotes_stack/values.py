"""Values of the umbrella chart: what an environment asks for, and what is laid over it."""

from collections.abc import Mapping
from typing import Any

from philotes_stack.config import Environment


def environment_values(environment: Environment) -> dict[str, Any]:
    """Values for the umbrella chart in one environment, keyed by the aliases of its subcharts."""
    return {
        "global": {"environment": environment},
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


def _resources(cpu: str, memory: str, cpu_limit: str, memory_limit: str) -> dict[str, Any]:
    return {
        "requests": {"cpu": cpu, "memory": memory},
        "limits": {"cpu": cpu_limit, "memory": memory_limit},
    }

"""The values an environment asks for, and the overlay."""

from pathlib import Path
from typing import Any

import pytest

from philotes_stack.config import ENVIRONMENTS, Environment
from philotes_stack.secrets import marked, strings_of
from philotes_stack.values import environment_values, overlaid

README = Path(__file__).parent.parent.parent / "stack" / "README.md"
REPLICAS: dict[Environment, tuple[int, int, int]] = {
    "dev": (2, 1, 1),
    "staging": (2, 1, 2),
    "production": (3, 1, 2),
}
"""Of api, worker and lakekeeper."""


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_has_its_replicas_its_name_and_one_worker(environment: Environment) -> None:
    values = environment_values(environment)
    assert values["global"] == {"environment": environment}
    found = [values[alias].get("replicaCount", 1) for alias in ("api", "worker", "lakekeeper")]
    assert tuple(found) == REPLICAS[environment]


def test_what_must_stay_up_in_production_is_spread_over_zones_and_nodes() -> None:
    values = environment_values("production")
    for alias in ("api", "lakekeeper"):
        assert [each["topologyKey"] for each in values[alias]["topologySpreadConstraints"]] == [
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        ]
        spared = values[alias]["podDisruptionBudget"]["minAvailable"]
        assert spared == values[alias]["replicaCount"] - 1
    assert "topologySpreadConstraints" not in values["worker"]


@pytest.mark.parametrize(
    ("row", "alias"), [("API", "api"), ("Worker", "worker"), ("Lakekeeper", "lakekeeper")]
)
def test_the_readme_tells_the_replicas_of_each_environment(row: str, alias: str) -> None:
    [line] = [line for line in README.read_text().splitlines() if f"| {row}: replicas " in line]
    told = [cell.strip() for cell in line.split("|")[2:-1]]
    values = [environment_values(environment)[alias] for environment in ENVIRONMENTS]
    assert told == [str(each.get("replicaCount", 1)) for each in values]


def test_each_environment_gets_values_of_its_own() -> None:
    environment_values("production")["api"]["replicaCount"] = 99
    assert environment_values("production")["api"]["replicaCount"] == REPLICAS["production"][0]


@pytest.mark.parametrize(
    ("base", "overlay", "result"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": {"b": 1}}, {"a": 4}, {"a": 4}),
        ({"a": 4}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({}, {"x": {"y": {}}}, {"x": {"y": {}}}),
    ],
)
def test_an_overlay_is_laid_over_key_by_key(
    base: dict[str, Any], overlay: dict[str, Any], result: dict[str, Any]
) -> None:
    assert overlaid(base, overlay) == result


def test_laying_over_leaves_both_as_they_were() -> None:
    base, overlay = {"a": {"b": 1}}, {"a": {"c": 2}}
    overlaid(base, overlay)
    assert (base, overlay) == ({"a": {"b": 1}}, {"a": {"c": 2}})


def test_every_property_that_holds_a_secret_is_marked() -> None:
    secrets = frozenset(strings_of({"a": ["hunter22", {"b": "x"}], "n": 1}))
    properties = {
        "env": [{"name": "URL", "value": "https://u:hunter22@host"}, {"name": "x", "value": "xy"}],
        "replicas": 2,
    }
    assert marked(properties, secrets, lambda text: ("hidden", len(text))) == {
        "env": [
            {"name": "URL", "value": ("hidden", 23)},
            {"name": ("hidden", 1), "value": "xy"},
        ],
        "replicas": 2,
    }

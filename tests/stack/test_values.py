"""The values an environment asks for, and the overlay."""

import base64
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

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


def told(row: str) -> dict[Environment, str]:
    """Return the cells of a row of the readme's table of environments."""
    [line] = [line for line in README.read_text().splitlines() if line.startswith(f"| {row} |")]
    cells = [cell.strip() for cell in line.split("|")[2:-1]]
    return dict(zip(ENVIRONMENTS, cells, strict=True))


ROWS = [("API", "api"), ("Worker", "worker"), ("Lakekeeper", "lakekeeper")]


@pytest.mark.parametrize(("row", "alias"), ROWS)
def test_the_readme_tells_the_replicas_of_each_environment(row: str, alias: str) -> None:
    assert told(f"{row}: replicas") == {
        each: str(environment_values(each)[alias].get("replicaCount", 1)) for each in ENVIRONMENTS
    }


@pytest.mark.parametrize(("row", "alias"), ROWS)
def test_the_readme_tells_the_resources_of_each_environment(row: str, alias: str) -> None:
    cells = told(f"{row}: requests → limits")
    for environment in ENVIRONMENTS:
        cell = cells["dev"] if cells[environment] == "as `dev`" else cells[environment]
        asked, most = (
            dict(zip(("cpu", "memory"), side.split(", "), strict=True))
            for side in cell.split(" → ")
        )
        resources = environment_values(environment)[alias]["resources"]
        assert (asked, milli(most)) == (resources["requests"], milli(resources["limits"]))


def milli(resources: dict[str, str]) -> dict[str, str]:
    """Write a whole number of CPUs in one way: 1000m is 1."""
    return {key: "1" if amount == "1000m" else amount for key, amount in resources.items()}


def test_the_readme_tells_how_many_pods_of_the_api_stay() -> None:
    # The charts ask for one where nothing is said.
    usual = {"minAvailable": 1}
    assert told("API: pods kept while nodes are drained") == {
        each: str(environment_values(each)["api"].get("podDisruptionBudget", usual)["minAvailable"])
        for each in ENVIRONMENTS
    }


def test_the_readme_tells_what_is_spread_over_what() -> None:
    shown = {"kubernetes.io/hostname": "nodes", "topology.kubernetes.io/zone": "zones"}
    cells = told("API and Lakekeeper: spread over")
    for environment in ENVIRONMENTS:
        for alias in ("api", "lakekeeper"):
            spread = environment_values(environment)[alias].get("topologySpreadConstraints", [])
            over = [shown[each["topologyKey"]] for each in spread]
            assert cells[environment] == ", then ".join(over)


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


SECRET = "p+ss w/rd & ü"


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"postgresql://u:{SECRET}@host".encode()).decode(),
        f"postgresql://u:{quote(SECRET, safe='')}@host",
        f"postgresql://u:{quote_plus(SECRET)}@host",
        base64.b64encode(quote(SECRET, safe="").encode()).decode(),
    ],
)
def test_a_secret_is_marked_in_the_forms_that_charts_write_it_in(text: str) -> None:
    properties = {"data": {"password": text, "port": "NTQzMg=="}, "kind": "U2VjcmV0"}
    marks = marked(properties, frozenset({SECRET}), lambda _: "hidden")
    assert marks == {"data": {"password": "hidden", "port": "NTQzMg=="}, "kind": "U2VjcmV0"}


def test_a_short_secret_is_marked_only_where_it_stands_alone_in_whatever_form() -> None:
    properties = ["YQ==", "%61", "a", "bm8gYQ==", "an apple", "data"]
    marks = marked(properties, frozenset({"a"}), lambda _: "hidden")
    assert marks == ["hidden", "hidden", "hidden", "bm8gYQ==", "an apple", "data"]

"""The values an environment asks for, and the overlay."""

from typing import Any

import pytest

from philotes_stack.config import ENVIRONMENTS, Environment
from philotes_stack.secrets import marked, strings_of
from philotes_stack.values import environment_values, overlaid


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_has_two_apis_one_worker_and_its_name(environment: Environment) -> None:
    values = environment_values(environment)
    assert values["global"]["environment"] == environment
    assert values["api"]["replicaCount"] == 2
    assert values["worker"]["replicaCount"] == 1


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

"""The stack files of the checkout, and the environments they stand for."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from philotes_stack.config import DEFAULTS, parse
from philotes_stack.values import environment_values
from tests.stack.conftest import STACK
from tests.stack.project import Project

ENVIRONMENT_OF = {"dev": "dev", "staging": "staging", "prod": "production"}
SALTED = {"encryptionsalt", "encryptedkey", "secretsprovider"}


def test_there_is_a_file_for_each_stack_and_no_other() -> None:
    found = {path.name for path in STACK.glob("Pulumi.*.yaml")}
    assert found == {f"Pulumi.{stack}.yaml" for stack in ENVIRONMENT_OF}


@pytest.mark.parametrize("stack", ENVIRONMENT_OF)
def test_a_stack_file_says_its_environment_in_known_keys_and_holds_no_secret(stack: str) -> None:
    document: dict[str, Any] = YAML(typ="safe").load(STACK / f"Pulumi.{stack}.yaml")
    assert set(document) == {"config"}
    raw = {key.removeprefix("philotes:"): value for key, value in document["config"].items()}
    assert set(raw) <= set(DEFAULTS)
    assert all(isinstance(value, str) for value in raw.values()), "a secret is a mapping"
    assert parse(raw).environment == ENVIRONMENT_OF[stack]


@pytest.mark.real
@pytest.mark.parametrize("stack", ENVIRONMENT_OF)
def test_a_stack_of_the_checkout_previews_what_its_environment_asks_for(
    project: Project, stack: str
) -> None:
    registry = project.succeed("config", "get", "philotes:chartRegistry").strip()
    file = project.folder / f"Pulumi.{stack}.yaml"
    file.unlink(missing_ok=True)
    shutil.copyfile(STACK / file.name, file)
    project.succeed("stack", "rm", "--yes", "dev", "--preserve-config")
    project.succeed("stack", "init", stack)
    project.configure(chartRegistry=registry)
    values = environment_values(parse({"environment": ENVIRONMENT_OF[stack]}).environment)
    deployments = planned(project, "apps/v1:Deployment")
    assert {name: each["spec"]["replicas"] for name, each in deployments.items()} == {
        f"philotes-{name}": values[alias].get("replicaCount", 1)
        for alias, name in (("api", "api"), ("worker", "worker"), ("lakekeeper", "lakekeeper"))
    }
    [container] = deployments["philotes-api"]["spec"]["template"]["spec"]["containers"]
    assert container["resources"] == values["api"]["resources"]
    assert {"name": "PHILOTES_ENV", "value": ENVIRONMENT_OF[stack]} in variables_of(
        deployments["philotes-api"], planned(project, "core/v1:ConfigMap")
    )
    # The CLI added what it was asked to set, and its salt; the comments still stand.
    assert set(YAML(typ="safe").load(file)) <= {"config", *SALTED}
    assert first_line(file) == first_line(STACK / file.name)


@pytest.mark.real
def test_the_cli_knows_every_key_of_a_new_stack_with_the_default_of_the_program(
    project: Project,
) -> None:
    for key in ("chartRegistry", "namespace"):
        project.succeed("config", "rm", f"philotes:{key}")
    shown = json.loads(project.succeed("config", "--json"))
    assert {key: each["value"] for key, each in shown.items()} == {
        f"philotes:{key}": default for key, default in DEFAULTS.items()
    }
    assert not [key for key, each in shown.items() if each["secret"]]


def planned(project: Project, kind: str) -> dict[str, Any]:
    """The inputs of all resources of a kind that are to be created, by the objects' names."""
    found = [step.get("newState", {}) for step in project.preview().document["steps"]]
    inputs = [state["inputs"] for state in found if state.get("type") == f"kubernetes:{kind}"]
    return {each["metadata"]["name"]: each for each in inputs}


def variables_of(deployment: Any, settings: dict[str, Any]) -> list[Any]:
    """The plain variables of a Deployment's container, those from ConfigMaps included."""
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    sources = [each.get("configMapRef", {}).get("name") for each in container.get("envFrom", [])]
    shared = [settings[name]["data"] for name in sources if name]
    return [
        *container.get("env", []),
        *({"name": key, "value": value} for data in shared for key, value in data.items()),
    ]


def first_line(file: Path) -> str:
    return file.read_text().splitlines()[0]

"""A deployed stack whose environment is changed, and what a stack leaves when it goes."""

from typing import Any

import pytest

from philotes_tui.demo import Demo
from tests.stack.project import Plan, Project

pytestmark = pytest.mark.real

CORE = "/api/v1/namespaces"


def identities(demo: Demo, namespace: str) -> dict[str, str]:
    """Return the UIDs of a namespace and its Deployments, asked of the API; none if it goes."""
    api = demo.cluster.api
    found = api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments").json()["items"]
    itself = api.get(f"{CORE}/{namespace}").json()
    living = [each for each in [*found, itself] if is_living(each)]
    return {each["metadata"]["name"]: each["metadata"]["uid"] for each in living}


def is_living(document: dict[str, Any]) -> bool:
    metadata = document.get("metadata", {})
    return "uid" in metadata and "deletionTimestamp" not in metadata


def names(project: Project) -> set[str]:
    return {each["urn"].split("::")[-1] for each in project.resources()}


def test_a_changed_environment_updates_in_place_and_back_again(
    project: Project, demo: Demo
) -> None:
    project.configure(namespace="environment-changed")
    project.take_services_for_ready()
    project.succeed("up", "--yes", "--skip-preview")
    before, dev = identities(demo, "environment-changed"), names(project)
    assert len(before) == 4
    for environment in ("staging", "production", "dev"):
        project.configure(environment=environment)
        assert touched(project.preview()) == set()
        project.succeed("up", "--yes", "--skip-preview")
        assert identities(demo, "environment-changed") == before
        renamed = {name.replace("-dev-", f"-{environment}-", 1) for name in dev}
        assert names(project) == renamed
    assert project.outputs()["environment"] == "dev"


def touched(plan: Plan) -> set[str]:
    """Return the steps that make or end something."""
    # What is only read is discarded under its other name.
    assert {each.rpartition("-cluster-")[2] for each in plan.steps("discard")} <= {"identity"}
    return plan.operations - {"same", "update", "read", "discard"}


def test_a_namespace_that_was_there_first_outlives_the_stack_with_what_others_put_there(
    project: Project, demo: Demo
) -> None:
    api, namespace = demo.cluster.api, "made-by-hand"
    api.request("POST", CORE, {"metadata": {"name": namespace}})
    secrets = f"{CORE}/{namespace}/secrets"
    foreign = {"metadata": {"name": "philotes-postgresql"}, "stringData": {"password": "kept"}}
    assert api.request("POST", secrets, foreign).status == 201
    project.configure(namespace=namespace)
    project.take_services_for_ready()
    project.succeed("up", "--yes", "--skip-preview")
    project.succeed("destroy", "--yes", "--skip-preview")
    assert identities(demo, namespace).keys() == {namespace}
    assert is_living(api.get(f"{secrets}/philotes-postgresql").json())

"""A second stack that is led to the namespace of another one, by plain `pulumi`."""

import shutil
from typing import Any

import pytest

from philotes_stack.ownership import MARK
from philotes_tui.demo import Demo
from tests.stack.project import Project

pytestmark = pytest.mark.real

NAMESPACE = "two-stacks"
KINDS = ("v1/services", "v1/configmaps", "v1/serviceaccounts", "apps/v1/deployments")


@pytest.fixture
def deployed(project: Project) -> Project:
    """A project whose stack `dev` is up."""
    project.configure(namespace=NAMESPACE, useLocalCharts="true")
    project.take_services_for_ready()
    project.succeed("up", "--yes", "--skip-preview")
    return project


def objects(demo: Demo) -> dict[str, dict[str, Any]]:
    """Return the namespace's living objects of Philotes by kind and name, asked of the API."""
    found = {}
    for kind in KINDS:
        version, _, plural = kind.rpartition("/")
        root = "/api/v1" if version == "v1" else f"/apis/{version}"
        for each in demo.cluster.api.get(f"{root}/namespaces/{NAMESPACE}/{plural}").json()["items"]:
            metadata = each["metadata"]
            if "deletionTimestamp" not in metadata and "helm.sh/chart" in metadata.get(
                "labels", {}
            ):
                found[f"{plural}/{metadata['name']}"] = each
    return found


def identities(demo: Demo) -> dict[str, str]:
    """Return the UID of each object that is there."""
    return {name: each["metadata"]["uid"] for name, each in objects(demo).items()}


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_a_second_stack_is_refused_and_its_end_does_not_take_the_first_one_along(
    deployed: Project, demo: Demo, environment: str
) -> None:
    before = identities(demo)
    assert len(before) > len(KINDS)
    shutil.copy(deployed.folder / "Pulumi.dev.yaml", deployed.folder / "Pulumi.prod-us.yaml")
    deployed.succeed("stack", "init", "prod-us")
    deployed.configure(environment=environment)
    try:
        done = deployed.run("up", "--yes", "--skip-preview")
        assert done.returncode != 0, done.stdout
        assert "conflict with" in done.stdout
        assert ".metadata.annotations.philotes/stack" in done.stdout
    finally:
        deployed.succeed("destroy", "--yes", "--skip-preview", "--run-program")
        deployed.succeed("stack", "select", "dev")
    assert identities(demo) == before
    assert deployed.preview().operations == {"same", "read"}


def test_a_stack_that_was_deployed_without_the_mark_gets_it_and_keeps_its_pods(
    project: Project, demo: Demo
) -> None:
    project.configure(namespace=NAMESPACE, useLocalCharts="true")
    project.take_services_for_ready()
    program = project.folder / "philotes_stack" / "program.py"
    whole = program.read_text()
    program.write_text("".join(x for x in whole.splitlines(True) if " marking(f" not in x))
    project.succeed("up", "--yes", "--skip-preview")
    before = objects(demo)
    assert not any(MARK in each["metadata"].get("annotations", {}) for each in before.values())
    program.write_text(whole)
    project.succeed("up", "--yes", "--skip-preview")
    after = objects(demo)
    for name, each in after.items():
        assert each["metadata"]["annotations"][MARK] == "philotes/dev"
        assert each["metadata"]["uid"] == before[name]["metadata"]["uid"]
        assert each.get("spec") == before[name].get("spec")

"""A stack that is bound to a cluster, on that cluster and on another one."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.demo import Demo
from tests.stack.project import Project

pytestmark = pytest.mark.real

OTHER = "0a1b2c3d-0000-4000-8000-000000000001"
BOOKKEEPING = {"philotes-dev", "philotes-dev-cluster-guard", "philotes-dev-cluster-identity"}


@pytest.fixture
def reached(demo: Demo) -> str:
    """The UID of the demo's Namespace kube-system, asked without Pulumi."""
    answer = demo.cluster.api.get("/api/v1/namespaces/kube-system").json()
    return str(answer["metadata"]["uid"])


def objects(demo: Demo) -> dict[str, Any]:
    """Every Deployment of the namespace with its version, and the namespace's status."""
    api = demo.cluster.api
    found = api.get("/apis/apps/v1/namespaces/plain-pulumi/deployments").json()["items"]
    versions = {each["metadata"]["name"]: each["metadata"]["generation"] for each in found}
    namespace = api.get("/api/v1/namespaces/plain-pulumi")
    return {**versions, "namespace": namespace.json().get("metadata", {}).get("uid")}


@pytest.mark.parametrize("local", ["true", "false"])
@pytest.mark.parametrize("operation", [["preview"], ["up", "--yes", "--skip-preview"]])
def test_on_another_cluster_nothing_is_registered_and_both_are_named(
    project: Project, demo: Demo, reached: str, operation: list[str], local: str
) -> None:
    before = objects(demo)
    project.configure(useLocalCharts=local, clusterId=OTHER, kubeContext=demo.context)
    done = project.run(*operation)
    assert done.returncode != 0
    sentence = f"philotes:clusterId is {OTHER}, but the context {demo.context} reaches the cluster"
    assert f"{sentence} {reached}, so nothing was changed" in done.stdout
    assert "Traceback" not in done.stdout
    assert "Exception" not in done.stdout
    for kind in ("kubernetes:core/v1:Namespace philotes-dev-namespace", "helm.sh", "apps/v1"):
        assert kind not in done.stdout
    assert {each["urn"].split("::")[-1] for each in project.resources()} <= BOOKKEEPING
    assert objects(demo) == before


def test_a_deployed_stack_that_is_led_elsewhere_keeps_its_resources_and_its_provider(
    project: Project, demo: Demo, reached: str, tmp_path: Path
) -> None:
    project.configure(clusterId=reached)
    project.take_services_for_ready()
    project.succeed("up", "--yes", "--skip-preview")
    assert project.outputs()["clusterId"] == reached
    before, kept, outputs = objects(demo), owned(project), project.outputs()

    led_astray = with_a_second_context(project, demo, tmp_path)
    led_astray.configure(kubeContext="second", clusterId=OTHER)
    led_astray.configure(chartVersion="0.2.1", namespace="moved")
    for operation in (["up"], ["refresh", "--run-program"], ["destroy", "--run-program"]):
        done = led_astray.run(*operation, "--yes", "--skip-preview")
        assert done.returncode != 0
        assert f"but the context second reaches the cluster {reached}" in done.stdout
        assert objects(demo) == before
    assert led_astray.outputs() == outputs
    # What destroys the stack later still has the context the stack was deployed with.
    assert owned(project) == kept


def test_on_its_cluster_the_first_preview_shows_the_resources_of_the_chart(
    project: Project, reached: str
) -> None:
    project.configure(clusterId=reached)
    plan = project.preview()
    assert "philotes-dev-philotes:plain-pulumi/philotes-api" in plan.created("apps/v1:Deployment")
    assert plan.steps("read") == ["philotes-dev-cluster-identity"]


def test_a_cluster_that_does_not_answer_is_told_as_such(project: Project, tmp_path: Path) -> None:
    project.configure(clusterId=OTHER)
    nowhere = {"server": "https://127.0.0.1:1"}
    document = {
        "clusters": [{"name": "nowhere", "cluster": nowhere}],
        "contexts": [{"name": "nowhere", "context": {"cluster": "nowhere", "user": "nobody"}}],
        "current-context": "nowhere",
        "users": [{"name": "nobody", "user": {"token": "x"}}],
    }
    (tmp_path / "nowhere").write_text(json.dumps(document))
    variables = {**project.variables, "KUBECONFIG": str(tmp_path / "nowhere")}
    done = replace(project, variables=variables).run("preview")
    assert done.returncode != 0
    assert "unreachable cluster" in done.stdout
    assert "Traceback" not in done.stdout


def owned(project: Project) -> list[Any]:
    """All resources of the state that are more than the guard's own bookkeeping."""
    resources = project.resources()
    return [each for each in resources if each["urn"].split("::")[-1] not in BOOKKEEPING]


def with_a_second_context(project: Project, demo: Demo, folder: Path) -> Project:
    """Give the project a kubeconfig that names the demo's cluster twice."""
    document = json.loads(demo.kubeconfig.read_text())
    [context] = document["contexts"]
    document["contexts"].append({**context, "name": "second"})
    path = folder / "kubeconfig"
    path.write_text(json.dumps(document))
    return replace(project, variables={**project.variables, "KUBECONFIG": str(path)})

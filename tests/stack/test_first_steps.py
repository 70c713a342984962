"""What an operator does first, by plain `pulumi`: both modes previewed, then both deployed."""

import shlex
from typing import Any

import pytest

from philotes_tui.demo import Demo
from tests.stack.project import Project
from tests.stack.test_stack_files import planned
from tests.stack.test_values import README

pytestmark = pytest.mark.real

DEPLOYMENTS = {"philotes-api": 2, "philotes-lakekeeper": 1, "philotes-worker": 1}
ADDRESS = "Using Helm chart from OCI registry: {registry}/philotes:0.1.0"
LOCAL = "Using local Helm chart for development"


def test_both_modes_preview_and_deploy_ready_pods_with_their_budgets(
    project: Project, demo: Demo
) -> None:
    project.succeed("config", "rm", "philotes:namespace")
    project.take_services_for_ready()
    modes = {"true": LOCAL, "false": ADDRESS.format(registry=demo.registry)}
    for local, said in modes.items():
        project.configure(useLocalCharts=local, chartVersion="0.1.0")
        assert said in project.succeed("preview")
    for local, said in modes.items():
        project.configure(useLocalCharts=local)
        assert said in project.succeed("up", "--yes", "--skip-preview")
        running = {each["metadata"]["name"]: each for each in listed(demo, "apps/v1/deployments")}
        ready = {name: each["status"]["readyReplicas"] for name, each in running.items()}
        assert ready == DEPLOYMENTS
        assert images(running["philotes-api"]) == ["ghcr.io/janovincze/philotes-api:0.1.0"]
        phases = [each["status"]["phase"] for each in listed(demo, "v1/pods")]
        assert phases == ["Running"] * sum(DEPLOYMENTS.values())
        budgets = listed(demo, "policy/v1/poddisruptionbudgets")
        allowed = {each["metadata"]["name"]: each["spec"] for each in budgets}
        assert set(allowed) == set(DEPLOYMENTS)
        assert allowed["philotes-api"]["minAvailable"] == 1
        assert allowed["philotes-worker"]["maxUnavailable"] == 1
        assert project.outputs()["source"] == ("local" if local == "true" else "registry")


def test_the_readmes_first_commands_leave_no_address_of_the_charts_own_defaults(
    project: Project,
) -> None:
    section = README.read_text().partition("## By hand\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("$ pulumi config set --path")]
    for line in lines:
        project.succeed(*shlex.split(line)[2:])
    project.configure(useLocalCharts="true")
    settings: dict[str, str] = {}
    for each in planned(project, "core/v1:ConfigMap").values():
        settings |= each["data"]
    hosts = {key: settings[f"PHILOTES_{key}"] for key in ("DB_HOST", "CDC_SOURCE_HOST")}
    assert hosts == dict.fromkeys(hosts, "postgres.example.com")
    assert settings["PHILOTES_STORAGE_ENDPOINT"] == "s3.example.com"
    assert settings["PHILOTES_STORAGE_USE_SSL"] == "true"
    assert "secret `philotes-postgresql`" in README.read_text().partition("## Secrets\n")[2]


def listed(demo: Demo, kind: str) -> list[dict[str, Any]]:
    """Return the namespace's objects of a kind, such as `apps/v1/deployments`, from the API."""
    version, _, plural = kind.rpartition("/")
    root = "/api/v1" if version == "v1" else f"/apis/{version}"
    found: list[dict[str, Any]] = demo.cluster.api.get(
        f"{root}/namespaces/philotes/{plural}"
    ).json()["items"]
    return [each for each in found if "deletionTimestamp" not in each["metadata"]]


def images(deployment: dict[str, Any]) -> list[str]:
    return [each["image"] for each in deployment["spec"]["template"]["spec"]["containers"]]

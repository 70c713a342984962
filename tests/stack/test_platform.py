"""The charts of the platform, read from a real chart repository and deployed by the real engine."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.demo import Demo
from tests.certificates import Certificates
from tests.stack.chart_repository import ChartRepository, running_chart_repository
from tests.stack.project import Project

pytestmark = pytest.mark.real

KEYS = {
    "certManager": "cert-manager",
    "ingressNginx": "ingress-nginx",
    "kubePrometheusStack": "kube-prometheus-stack",
}
PASSWORD = "hunter22-hunter22"


@pytest.fixture(scope="module")
def repository(
    tools: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChartRepository]:
    folder = tmp_path_factory.mktemp("repository")
    with running_chart_repository(tools["helm"], folder) as running:
        yield running


def switched_on(project: Project, address: str, *keys: str) -> None:
    addresses = {f"{key}Repository": address for key in keys}
    project.configure(**dict.fromkeys(keys, "true"), **addresses)


def test_nothing_of_the_platform_is_deployed_unless_it_is_switched_on(project: Project) -> None:
    project.configure(certManager="false")
    plan = project.preview()
    assert plan.created("core/v1:Namespace") == {"philotes-dev-namespace"}
    assert not plan.created("helm.sh/v3:Release")
    assert not [name for name in plan.steps("create") if "cert-manager" in name]


def test_each_chart_is_a_component_with_its_namespace_and_its_version(
    project: Project, repository: ChartRepository
) -> None:
    switched_on(project, repository.url, *KEYS)
    plan = project.preview()
    releases = {
        step["urn"].split("::")[-1]: step["newState"]
        for step in plan.document["steps"]
        if step["newState"]["type"] == "kubernetes:helm.sh/v3:Release"
    }
    assert set(releases) == {f"philotes-dev-{name}" for name in KEYS.values()}
    found = {
        state["inputs"]["chart"]: (state["inputs"]["namespace"], state["inputs"]["version"])
        for state in releases.values()
    }
    assert found == {
        "cert-manager": ("cert-manager", "v1.16.3"),
        "ingress-nginx": ("ingress-nginx", "4.12.0"),
        "kube-prometheus-stack": ("monitoring", "67.9.0"),
    }
    for name, state in releases.items():
        assert state["parent"].endswith(f"philotes:platform:Chart::{name}")
        assert "philotes-dev-cluster" in state["provider"]
        assert state["inputs"]["repositoryOpts"]["repo"] == repository.url
    assert plan.created("core/v1:Namespace") == {
        "philotes-dev-namespace",
        *(f"philotes-dev-{name}-namespace" for name in KEYS.values()),
    }
    assert "/index.yaml" in repository.asked


def test_the_platform_is_deployed_cert_manager_before_what_needs_it(
    project: Project, repository: ChartRepository, demo: Demo, tmp_path: Path
) -> None:
    switched_on(project, repository.url, *KEYS)
    project.take_services_for_ready()
    password = "philotes:kubePrometheusStackValues.grafana.adminPassword"
    project.succeed("config", "set", "--path", "--secret", password, PASSWORD)
    said = project.succeed("up", "--yes", "--skip-preview", "--diff")

    api = demo.cluster.api
    # The chart of ingress-nginx makes a Certificate, which no cluster knows without cert-manager.
    group = "/apis/cert-manager.io/v1/namespaces/ingress-nginx/certificates/ingress-nginx"
    assert api.get(group).ok
    deployment = api.get("/apis/apps/v1/namespaces/ingress-nginx/deployments").json()["items"][0]
    assert deployment["spec"]["replicas"] == deployment["status"]["availableReplicas"] == 2
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["--enable-metrics=true"]
    services = api.get("/api/v1/namespaces/ingress-nginx/services").json()["items"]
    assert [each["spec"]["type"] for each in services] == ["NodePort"]
    assert api.get("/api/v1/namespaces/ingress-nginx/configmaps/made-by-a-hook").ok
    prometheus = api.get("/api/v1/namespaces/monitoring/configmaps/prometheus").json()["data"]
    assert prometheus == {"retention": "7d", "storage": "10Gi"}
    grafana = api.get("/api/v1/namespaces/monitoring/secrets/grafana").json()["data"]
    assert base64.b64decode(grafana["admin-password"]).decode() == PASSWORD

    releases = {each["urn"].split("::")[-1]: each for each in project.resources()}
    before = releases["philotes-dev-ingress-nginx"]["dependencies"]
    assert [each for each in before if each.endswith("v3:Release::philotes-dev-cert-manager")]
    said += project.succeed("stack", "export") + project.succeed("stack", "output")
    assert PASSWORD not in said
    for path in (tmp_path / "backend").rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes()

    settled = project.preview()
    assert not [each for each in settled.changes() if "v3:Release" in str(each)], settled.changes()
    project.configure(environment="staging")
    renamed = project.preview()
    # What is only read is discarded under its other name.
    assert renamed.operations <= {"same", "read", "discard", "update"}, renamed.changes()
    project.configure(environment="dev", **dict.fromkeys(KEYS, "false"))
    gone = project.preview().steps("delete")
    assert {f"philotes-dev-{name}" for name in KEYS.values()} <= set(gone)
    project.succeed("up", "--yes", "--skip-preview")
    for namespace in ("cert-manager", "ingress-nginx", "monitoring"):
        metadata = api.get(f"/api/v1/namespaces/{namespace}").json()["metadata"]
        assert "deletionTimestamp" not in metadata


def test_a_chart_repository_that_is_down_is_named_with_the_chart(project: Project) -> None:
    down = "http://127.0.0.1:1/charts"  # nothing listens on port 1
    switched_on(project, down, "certManager")
    done = project.run("preview")
    assert done.returncode != 0
    assert "philotes-dev-cert-manager" in done.stdout
    assert down in done.stdout
    assert "connection refused" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_mirror_is_trusted_by_the_authority_that_the_environment_names(
    project: Project, tools: dict[str, Path], tmp_path: Path
) -> None:
    certificates = Certificates.make(tmp_path, tools["helm"])
    folder = tmp_path / "mirror"
    with running_chart_repository(tools["helm"], folder, certificates) as mirror:
        switched_on(project, mirror.url, "certManager")
        refused = project.run("preview")
        assert refused.returncode != 0
        assert "certificate signed by unknown authority" in refused.stdout
        trusting = {**project.variables, "SSL_CERT_FILE": str(certificates.authority)}
        plan = replace(project, variables=trusting).preview()
    assert plan.created("helm.sh/v3:Release") == {"philotes-dev-cert-manager"}


def test_on_another_cluster_no_chart_repository_is_asked(
    project: Project, repository: ChartRepository
) -> None:
    switched_on(project, repository.url, "certManager")
    project.configure(clusterId="0a1b2c3d-0000-4000-8000-000000000001")
    before = len(repository.asked)
    done = project.run("up", "--yes", "--skip-preview")
    assert done.returncode != 0
    assert "so nothing was changed" in done.stdout
    assert repository.asked[before:] == []
    registered: list[Any] = project.resources()
    assert not [each for each in registered if "cert-manager" in each["urn"]]

"""What runs on the demo's cluster, asked of its API."""

import json
import os
import socket
import ssl
import stat
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.cluster import read_kubeconfig
from philotes_tui.demo import Demo
from philotes_tui.demo.cluster import Cluster
from philotes_tui.demo.loopback import LoopbackServer
from tests.demo.processes import eventually

pytestmark = pytest.mark.real


@pytest.fixture
def namespace(real_cluster: Cluster) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex[:8]}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    assert real_cluster.api.request("POST", "/api/v1/namespaces", body).status == 201
    yield name
    real_cluster.api.request("DELETE", f"/api/v1/namespaces/{name}")


def deployment(image: str, replicas: int) -> dict[str, Any]:
    labels = {"app": "web"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "containers": [{"name": "web", "image": image}],
                    "terminationGracePeriodSeconds": 1,
                },
            },
        },
    }


SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
}
BUDGET = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "web"},
    "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
}


def test_a_deployment_of_two_replicas_becomes_available(
    real_cluster: Cluster, namespace: str
) -> None:
    api = real_cluster.api
    apps = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    core = f"/api/v1/namespaces/{namespace}"
    budgets = f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets"
    slices = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
    assert api.request("POST", apps, deployment("example/web:1", 2)).status == 201
    assert api.request("POST", f"{core}/services", SERVICE).status == 201
    assert api.request("POST", budgets, BUDGET).status == 201
    assert eventually(lambda: api.get(f"{apps}/web").json()["status"].get("availableReplicas") == 2)
    pods = api.get(f"{core}/pods").json()["items"]
    assert {pod["status"]["phase"] for pod in pods} == {"Running"}
    assert {pod["spec"]["nodeName"] for pod in pods} == {"philotes-demo-1", "philotes-demo-2"}
    assert eventually(
        lambda: [len(part["endpoints"] or ()) for part in api.get(slices).json()["items"]] == [2]
    )
    assert eventually(lambda: api.get(f"{budgets}/web").json()["status"].get("currentHealthy") == 2)


def test_a_new_image_rolls_out_and_leaves_only_new_pods(
    real_cluster: Cluster, namespace: str
) -> None:
    api = real_cluster.api
    apps = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    api.request("POST", apps, deployment("example/web:1", 2))
    assert eventually(lambda: api.get(f"{apps}/web").json()["status"].get("availableReplicas") == 2)
    assert api.request("PUT", f"{apps}/web", deployment("example/web:2", 2)).ok

    def pods() -> list[str]:
        items = api.get(f"/api/v1/namespaces/{namespace}/pods").json()["items"]
        return [pod["spec"]["containers"][0]["image"] for pod in items]

    assert eventually(lambda: pods() == ["example/web:2"] * 2)


@pytest.mark.parametrize("version", ["0.1.0", "0.3.0-beta.1+build.7"])
def test_helm_installs_a_published_version_and_sees_it_ready(
    demo: Demo, tools: dict[str, Path], namespace: str, version: str
) -> None:
    subprocess.run(
        [
            tools["helm"], "install", "philotes", f"{demo.registry}/philotes",
            "--version", version, "--plain-http",
            "--namespace", namespace, "--wait", "--timeout", "60s",
        ],
        env={**os.environ, **demo.pulumi_environment()}, check=True, capture_output=True,
    )  # fmt: skip
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    deployments = demo.cluster.api.get(path).json()["items"]
    ready = {one["metadata"]["name"]: one["status"]["readyReplicas"] for one in deployments}
    assert ready.keys() == {"philotes-api", "philotes-worker", "philotes-lakekeeper"}
    assert all(ready.values())


def test_a_deleted_namespace_goes_with_all_it_holds(real_cluster: Cluster, namespace: str) -> None:
    api = real_cluster.api
    apps = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    api.request("POST", apps, deployment("example/web:1", 2))
    api.request("POST", f"/api/v1/namespaces/{namespace}/services", SERVICE)
    assert eventually(lambda: api.get(f"{apps}/web").json()["status"].get("availableReplicas") == 2)
    api.request("DELETE", f"/api/v1/namespaces/{namespace}")
    assert eventually(lambda: api.get(f"/api/v1/namespaces/{namespace}").status == 404, 30)


def test_the_kubeconfig_is_for_its_owner_and_names_the_demo(demo: Demo) -> None:
    assert stat.S_IMODE(demo.kubeconfig.stat().st_mode) == 0o600
    context = read_kubeconfig({}, demo.kubeconfig).context("")
    assert (context.name, context.server) == ("philotes-demo", demo.api_server)


def test_nobody_without_a_token_is_let_in(demo: Demo, real_cluster: Cluster) -> None:
    stranger = LoopbackServer(real_cluster.api.port, real_cluster.authority, "")
    guesser = LoopbackServer(real_cluster.api.port, real_cluster.authority, "admin")
    assert stranger.get("/api/v1/namespaces").status == 401
    assert guesser.get("/api/v1/namespaces").status == 401


def test_no_secret_stands_in_the_arguments_of_a_process(demo: Demo) -> None:
    secrets = json.loads((demo.state / "tokens.json").read_text()).values()
    processes = json.loads((demo.state / "processes.json").read_text())
    assert len(processes) == 6
    for process in processes:
        arguments = _arguments(process["pid"])
        assert arguments
        assert not any(secret in arguments for secret in secrets)


def test_nothing_listens_beyond_the_loopback_interface(demo: Demo) -> None:
    ports = json.loads((demo.state / "ports.json").read_text()).values()
    for port in ports:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
    address = _outside_address()
    for port in ports if address else ():
        with pytest.raises(OSError), socket.create_connection((address, port), timeout=5):  # noqa: PT011
            pass


def test_its_certificate_holds_up_to_the_strictest_check(real_cluster: Cluster) -> None:
    context = ssl.create_default_context(cafile=str(real_cluster.authority))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with (
        socket.create_connection(("127.0.0.1", real_cluster.api.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as checked,
    ):
        assert checked.version() == "TLSv1.3"


def _arguments(pid: int) -> str:
    with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:  # noqa: PTH123
        return file.read()


def _outside_address() -> str:
    """Return an address of this machine that is not loopback, or nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only chooses the interface
        except OSError:
            return ""
        return str(probe.getsockname()[0]) if os.name == "posix" else ""

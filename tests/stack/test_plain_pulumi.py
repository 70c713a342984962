"""The stack by plain `pulumi`, against a real registry and a real Kubernetes API."""

import base64
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from philotes_stack.local_charts import content_digest
from philotes_tui.demo import Demo
from tests.stack.project import Project
from tests.stack.test_local_charts import vendor

pytestmark = pytest.mark.real

TOKEN = "hunter22-hunter22"
PASSWORD = 'p+ss "word" & 7/ü'
API = "philotes-dev-philotes:plain-pulumi/philotes-api"


def deployed_images(demo: Demo, namespace: str) -> dict[str, str]:
    """Ask the Kubernetes API which image each Deployment runs, once all replicas are available."""
    answer = demo.cluster.api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments")
    images: dict[str, str] = {}
    for each in answer.json()["items"]:
        name, status = each["metadata"]["name"], each["status"]
        assert status["availableReplicas"] == each["spec"]["replicas"], name
        images[name] = each["spec"]["template"]["spec"]["containers"][0]["image"]
    return images


def images_of(version: str) -> dict[str, str]:
    return {
        "philotes-api": f"ghcr.io/janovincze/philotes-api:{version}",
        "philotes-lakekeeper": "lakekeeper/catalog:v0.9.3",
        "philotes-worker": f"ghcr.io/janovincze/philotes-worker:{version}",
    }


def test_a_version_and_then_the_local_charts_are_deployed_in_place(
    project: Project, demo: Demo
) -> None:
    project.configure(chartVersion="0.2.1")
    said = project.succeed("up", "--yes", "--skip-preview")
    address = f"{demo.registry}/philotes:0.2.1"
    assert f"Using Helm chart from OCI registry: {address}" in said
    assert deployed_images(demo, "plain-pulumi") == images_of("0.2.1")
    system = demo.cluster.api.get("/api/v1/namespaces/kube-system").json()
    assert project.outputs() == {
        "clusterId": system["metadata"]["uid"],
        "chart": "philotes",
        "version": "0.2.1",
        "source": "registry",
        "registry": demo.registry,
        "environment": "dev",
        "namespace": "plain-pulumi",
        "images": sorted(images_of("0.2.1").values()),
    }

    project.configure(useLocalCharts="true")
    plan = project.preview()
    assert "info: Using local Helm chart for development" in plan.diagnostics
    # Nothing is replaced; what only the published version has is deleted.
    assert plan.operations == {"same", "read", "update", "delete"}
    assert any(path.endswith(".image") for path in plan.differing_paths())
    project.succeed("up", "--yes", "--skip-preview")
    assert deployed_images(demo, "plain-pulumi") == images_of("0.1.0")
    outputs = project.outputs()
    assert (outputs["source"], outputs["version"]) == ("local", "0.1.0")
    assert outputs["digest"] == f"sha256:{content_digest(project.folder.parent / 'charts')}"

    # The provider records the object that its readiness wait saw last. On a busy machine
    # that can be one from before the change, whose labels then show as an update once more.
    settled = project.preview()
    assert settled.operations <= {"same", "read", "update"}, settled.changes()
    stale = {path for path in settled.differing_paths() if path.startswith("metadata.labels[")}
    assert settled.differing_paths() == stale, settled.changes()


def test_a_preview_names_all_resources_of_both_modes_alike(project: Project) -> None:
    published = project.preview()
    project.configure(useLocalCharts="true")
    local = project.preview()
    for plan in (published, local):
        assert plan.created("helm.sh/v4:Chart") == {"philotes-dev-philotes"}
        assert plan.created("core/v1:Namespace") == {"philotes-dev-namespace"}
        assert API in plan.created("apps/v1:Deployment")
    assert published.created("apps/v1:Deployment") == local.created("apps/v1:Deployment")


def test_a_first_deploy_of_one_resource_leaves_the_others_out(project: Project) -> None:
    namespace = "urn:pulumi:dev::philotes::kubernetes:core/v1:Namespace::philotes-dev-namespace"
    said = project.succeed("up", "--yes", "--skip-preview", "--target", namespace)
    assert "Traceback" not in said
    assert "philotes-dev-namespace" in {each["urn"].split("::")[-1] for each in project.resources()}
    assert project.outputs()["images"] == []


def test_a_misspelt_key_is_warned_of(project: Project) -> None:
    project.configure(chartversion="0.2.0")
    warning = "philotes:chartversion is not read by this program; is philotes:chartVersion meant?"
    assert f"warning: {warning}" in project.preview().diagnostics


def test_the_namespace_is_philotes_unless_another_is_named(project: Project) -> None:
    project.succeed("config", "rm", "philotes:namespace")
    plan = project.preview()
    [namespace] = [s for s in plan.document["steps"] if s["urn"].endswith("-namespace")]
    assert namespace["newState"]["inputs"]["metadata"]["name"] == "philotes"


def test_the_local_charts_are_found_from_any_working_directory(
    project: Project, tmp_path: Path
) -> None:
    project.configure(useLocalCharts="true")
    said = project.succeed("preview", "-C", str(project.folder), cwd=tmp_path)
    assert "Using local Helm chart for development" in said
    assert API in said


def test_stale_vendored_dependencies_are_named_and_left_alone(
    project: Project, tools: dict[str, Path]
) -> None:
    charts = project.folder.parent / "charts"
    vendor(charts, tools["helm"])
    project.configure(useLocalCharts="true")
    assert "Rebuilt" not in project.succeed("preview")
    values = charts / "philotes-api" / "values.yaml"
    values.write_text(values.read_text().replace("replicaCount: 2", "replicaCount: 4"))
    before = {path: path.read_bytes() for path in charts.rglob("*") if path.is_file()}
    found = project.preview().diagnostics
    [said] = [each for each in found if each.startswith("info: Rebuilt")]
    assert said == (
        "info: Rebuilt stale vendored dependencies (philotes/charts/philotes-api-0.1.0.tgz) from"
        " the charts beside them; the checkout was left as it is"
    )
    assert {path: path.read_bytes() for path in charts.rglob("*") if path.is_file()} == before


def test_a_digest_that_is_not_the_versions_is_deployed_warned_of_and_told_as_what_it_is(
    project: Project, demo: Demo
) -> None:
    digest = _digest(demo, "0.2.2")
    project.configure(chartVersion="0.1.0", chartDigest=digest)
    plan = project.preview()
    [deployment] = [s for s in plan.document["steps"] if s["urn"].endswith(API) and _pods(s)]
    [container] = _pods(deployment)["containers"]
    assert container["image"] == "ghcr.io/janovincze/philotes-api:0.2.2"
    address = f"{demo.registry}/philotes:0.1.0@{digest}"
    assert f"info: Using Helm chart from OCI registry: {address}" in plan.diagnostics
    [warned] = [each for each in plan.diagnostics if each.startswith("warning: philotes:")]
    assert warned.startswith("warning: philotes:chartVersion is 0.1.0, but the workloads of")
    assert "are of version 0.2.2 by their labels, and that chart is deployed" in warned
    said = project.succeed("preview")
    assert re.search(rf'\bdigest *: "{digest}"', said)
    assert re.search(r'\bversion *: "0\.2\.2"', said)


@pytest.mark.parametrize("version", ["0.3.0-beta.1+build.7", "0.2.2"])
def test_a_digest_that_is_the_versions_is_deployed_without_a_word(
    project: Project, demo: Demo, version: str
) -> None:
    project.configure(chartVersion=version, chartDigest=_digest(demo, version.replace("+", "_")))
    plan = project.preview()
    assert not [each for each in plan.diagnostics if each.startswith("warning: philotes:")]
    assert re.search(rf'\bversion *: "{re.escape(version)}"', project.succeed("preview"))


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        (
            "environment",
            "prd",
            'philotes:environment is "prd", allowed are dev, staging, production',
        ),
        (
            "chartVersion",
            "latest",
            'philotes:chartVersion is "latest", allowed are versions such as 0.1.0',
        ),
        (
            "chartRegistry",
            "https://charts.example.com",
            'philotes:chartRegistry is "https://charts.example.com", allowed are addresses',
        ),
        (
            # The declared type lets the CLI say this before the program runs.
            "useLocalCharts",
            "maybe",
            "configuration key 'useLocalCharts' must be of type 'boolean'",
        ),
    ],
)
def test_a_bad_value_ends_in_its_sentence(
    project: Project, key: str, value: str, sentence: str
) -> None:
    project.configure(**{key: value})
    done = project.run("preview")
    assert done.returncode != 0
    assert sentence in done.stdout
    assert "Traceback" not in done.stdout


def test_local_charts_that_are_not_there_end_in_a_sentence(project: Project) -> None:
    (project.folder.parent / "charts").rename(project.folder.parent / "elsewhere")
    project.configure(useLocalCharts="true")
    done = project.run("preview")
    assert done.returncode != 0
    assert "No chart philotes was found in" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_secret_value_reaches_the_pods_and_stays_secret(
    project: Project, demo: Demo, tmp_path: Path
) -> None:
    project.configure(useLocalCharts="true")
    project.take_services_for_ready()
    overlay = "philotes:values.worker.extraEnv[0]"
    project.succeed("config", "set", "--path", f"{overlay}.name", "TOKEN")
    project.succeed("config", "set", "--path", "--secret", f"{overlay}.value", TOKEN)
    database = "philotes:values.global.database.password"
    project.succeed("config", "set", "--path", "--secret", database, PASSWORD)
    said = project.succeed("preview", "--diff")
    said += project.succeed("up", "--yes", "--skip-preview", "--diff")
    said += project.succeed("stack", "export") + project.succeed("stack", "output")
    kept = [path for path in (tmp_path / "backend").rglob("*") if path.is_file()]
    assert kept
    for form in (*forms(TOKEN), *forms(PASSWORD)):
        assert form not in said
        assert not [path for path in kept if form.encode() in path.read_bytes()], form
    server = demo.cluster.api
    worker = server.get("/apis/apps/v1/namespaces/plain-pulumi/deployments/philotes-worker").json()
    [container] = worker["spec"]["template"]["spec"]["containers"]
    assert {"name": "TOKEN", "value": TOKEN} in container["env"]
    secrets = server.get("/api/v1/namespaces/plain-pulumi/secrets").json()["items"]
    held = {each["metadata"]["name"]: each["data"]["database-password"] for each in secrets}
    plain, encoded = base64_of(PASSWORD), base64_of(quote(PASSWORD, safe=""))
    assert held == {
        "philotes-api": plain,
        "philotes-worker": plain,
        "philotes-lakekeeper": encoded,
    }
    # The image references are no secret, though they stand in the same Deployment.
    assert project.outputs()["images"] == sorted(images_of("0.1.0").values())


def forms(secret: str) -> set[str]:
    """Return the forms in which a secret could be read by others, JSON's among them."""
    encoded = {secret, quote(secret, safe=""), quote_plus(secret)}
    return {*encoded, *map(base64_of, encoded), json.dumps(secret)[1:-1]}


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _digest(demo: Demo, version: str) -> str:
    import httpx  # noqa: PLC0415 - for this one question

    kind = "application/vnd.oci.image.manifest.v1+json"
    path = demo.registry.removeprefix(f"oci://{demo.registry_host}/")
    address = f"http://{demo.registry_host}/v2/{path}/philotes/manifests/{version}"
    answer = httpx.head(address, headers={"Accept": kind}, trust_env=False)
    return answer.headers["Docker-Content-Digest"]


def _pods(step: Mapping[str, Any]) -> Any:
    inputs = step.get("newState", {}).get("inputs", {})
    return inputs.get("spec", {}).get("template", {}).get("spec")

"""What the release job published, deployed by the stack program with the real CLI."""

import dataclasses
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.demo.cluster import Cluster
from tests.stack.project import Project
from tests.token_server import Account
from tests.workflows.conftest import Release
from tests.workflows.runner import JobRun

pytestmark = pytest.mark.real

OPERATOR = "ghp_NotARealTokenThatMayOnlyPull"
NAMESPACE = "released"
VERSION = "1.4.0-rc.2"


def images(cluster: Cluster) -> dict[str, str]:
    path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
    found: list[dict[str, Any]] = cluster.api.get(path).json()["items"]
    return {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]["containers"][0]["image"]
        for one in found
    }


def operated(
    release: Release, published: JobRun, project: Project, folder: Path, **more: str
) -> Project:
    """Return the project set to the published umbrella, with the login of an operator."""
    log_in(release, folder / "operator.json")
    variables = {**project.variables, "HELM_REGISTRY_CONFIG": str(folder / "operator.json")}
    own = dataclasses.replace(project, variables=variables)
    own.configure(
        chartRegistry=f"oci://{published.outputs['registry']}",
        chartRegistryCaFile=str(release.registry.certificates.authority),
        chartVersion=VERSION,
        namespace=NAMESPACE,
        **more,
    )
    return own


def log_in(release: Release, login_file: Path) -> None:
    """Log an operator in, who may pull only."""
    release.registry.tokens.accounts = [
        *release.registry.tokens.accounts,
        Account(secret=OPERATOR, name="operator", pull=("acme/*",)),
    ]
    subprocess.run(
        [
            *(release.helm, "registry", "login", release.registry.host),
            *("--username", "operator", "--password-stdin"),
        ],
        env={
            "HOME": str(login_file.parent),
            "HELM_REGISTRY_CONFIG": str(login_file),
            "SSL_CERT_FILE": str(release.registry.certificates.authority),
        },
        input=OPERATOR,
        text=True,
        capture_output=True,
        check=True,
        timeout=60,
    )


def test_the_released_umbrella_is_deployed_with_the_images_of_its_version(
    release: Release, project: Project, real_cluster: Cluster, tmp_path: Path
) -> None:
    published = release(f"v{VERSION}", owner="AcMe")
    assert not published.failed, published.printed
    project.take_services_for_ready()
    operated(release, published, project, tmp_path).succeed("up", "--yes", "--skip-preview")
    deployed = images(real_cluster)
    assert deployed["philotes-api"] == f"ghcr.io/janovincze/philotes-api:{VERSION}"
    assert deployed["philotes-worker"] == f"ghcr.io/janovincze/philotes-worker:{VERSION}"
    pulled = [one for one in release.registry.tokens.asked if one.account == "operator"]
    assert ("repository:acme/philotes/charts/philotes:pull",) in [one.scopes for one in pulled]


def test_the_released_umbrella_can_be_deployed_by_the_digest_the_job_hands_on(
    release: Release, project: Project, tmp_path: Path
) -> None:
    published = release(f"v{VERSION}")
    digests = {chart["name"]: chart["digest"] for chart in json.loads(published.outputs["charts"])}
    own = operated(release, published, project, tmp_path, chartDigest=digests["philotes"])
    created = own.preview().steps("create")
    assert f"philotes-dev-philotes:{NAMESPACE}/philotes-api" in created

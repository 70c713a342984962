"""A registry with TLS whose certificate the system does not know, read by the real provider."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from philotes_stack.certificates import readable_certificates
from philotes_stack.config import ConfigInvalid
from tests.stack.project import Project
from tests.token_registry import running_token_registry
from tests.token_server import Account

API = "philotes-dev-philotes:plain-pulumi/philotes-api"


@dataclass(frozen=True)
class TlsRegistry:
    """A registry that holds version 0.1.0, and the authority its certificate is checked with."""

    charts: str
    authority: Path


@pytest.fixture(scope="module")
def registry(
    tools: dict[str, Path], charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TlsRegistry]:
    folder = tmp_path_factory.mktemp("tls")
    own = shutil.copytree(charts, folder / "own")  # Helm vendors the dependencies in there
    anybody = Account(push=("*",), pull=("*",))
    with running_token_registry(folder, tools, [anybody]) as running:
        target, authority = f"oci://{running.host}/charts", running.certificates.authority
        package = ["package", str(own / "philotes"), "--dependency-update"]
        for args in (
            [*package, "--version", "0.1.0", "--destination", str(folder)],
            ["push", str(folder / "philotes-0.1.0.tgz"), target, "--ca-file", str(authority)],
        ):
            done = subprocess.run(
                [str(tools["helm"]), *args],
                env={"HOME": str(folder)},
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            assert done.returncode == 0, done.stderr
        yield TlsRegistry(target, authority)


@pytest.mark.real
def test_a_certificate_of_an_authority_in_the_project_folder_is_trusted(
    project: Project, registry: TlsRegistry
) -> None:
    (project.folder / "authority.pem").write_bytes(registry.authority.read_bytes())
    project.configure(chartRegistry=registry.charts, chartRegistryCaFile="authority.pem")
    assert API in project.preview().created("apps/v1:Deployment")


@pytest.mark.real
def test_a_certificate_of_an_authority_nobody_named_is_refused(
    project: Project, registry: TlsRegistry
) -> None:
    project.configure(chartRegistry=registry.charts, chartRegistryPlainHttp="false")
    done = project.run("preview")
    assert done.returncode != 0
    assert "x509: certificate signed by unknown authority" in done.stdout


@pytest.mark.real
def test_certificates_that_are_not_there_end_in_a_sentence(project: Project) -> None:
    project.configure(chartRegistryCaFile="missing.pem")
    done = project.run("preview")
    assert done.returncode != 0
    named = project.folder / "missing.pem"
    sentence = f"philotes:chartRegistryCaFile names {named}, which cannot be read: No such file"
    assert sentence in done.stdout
    assert "Traceback" not in done.stdout


def test_a_relative_path_refers_to_the_project_and_a_home_to_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for place in (tmp_path / "project", tmp_path / "home"):
        place.mkdir()
        (place / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    found = [
        readable_certificates(tmp_path / "project", configured, "chartRegistryCaFile")
        for configured in ("ca.pem", "~/ca.pem", str(tmp_path / "home" / "ca.pem"))
    ]
    home = tmp_path / "home" / "ca.pem"
    assert found == [tmp_path / "project" / "ca.pem", home, home]


def test_a_file_without_certificates_is_refused_by_its_key(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(ConfigInvalid, match=r"chartRegistryCaFile names .*no PEM certificate"):
        readable_certificates(tmp_path, "key.pem", "chartRegistryCaFile")

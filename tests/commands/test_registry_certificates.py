"""A registry whose certificate the system does not know, by the stack file's own authority."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.shell import Shell
from tests.registry.conftest import OwnRegistry
from tests.token_registry import TokenRegistry, running_token_registry
from tests.token_server import Account

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def registry(
    registry_programs: dict[str, Path], charts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TokenRegistry]:
    """A registry with TLS, open to anybody, that holds version 0.1.0."""
    anybody = Account(push=("*",), pull=("*",))
    folder = tmp_path_factory.mktemp("tls")
    with running_token_registry(folder, registry_programs, [anybody]) as running:
        home = tmp_path_factory.mktemp("helm")
        helm = OwnRegistry(running.host, home, registry_programs["helm"])
        # Helm vendors the dependencies where the umbrella stands.
        own = shutil.copytree(charts, tmp_path_factory.mktemp("charts") / "own")
        package = ("package", str(own / "philotes"), "--dependency-update", "-d", str(home))
        helm.run_helm(*package, "--version", "0.1.0")
        trusted = f"--ca-file={running.certificates.authority}"
        helm.run_helm("push", str(home / "philotes-0.1.0.tgz"), helm.charts, trusted)
        yield running


@pytest.fixture
def behind(shell: Shell, registry: TokenRegistry) -> Shell:
    """The operator with the registry in the stack file, and the authority in the project."""
    del shell.values["registry"]
    shell.set()
    (shell.project / "authority.pem").write_bytes(registry.certificates.authority.read_bytes())
    return shell


def configured(shell: Shell, registry: TokenRegistry, ca_file: str) -> Path:
    return shell.configure(
        chartRegistry=f"oci://{registry.host}/charts",
        **({"chartRegistryCaFile": ca_file} if ca_file else {"chartRegistryPlainHttp": "false"}),
    )


def test_versions_are_listed_and_deployed_by_an_authority_relative_to_the_project(
    behind: Shell, registry: TokenRegistry
) -> None:
    file = configured(behind, registry, "authority.pem")
    assert "0.1.0" in behind.run("versions").out
    (found,) = (
        check
        for check in behind.run("doctor", "--json").json["checks"]
        if check["group"] == "registry"
    )
    assert found["ok"], found
    assert str(behind.project / "authority.pem") in found["detail"]
    ended = behind.run("deploy", "0.1.0", "--yes", "--json")
    assert ended.code == 0, ended.err
    assert ended.json["result"] == "succeeded"
    assert "philotes:chartRegistryCaFile: authority.pem\n" in file.read_text()


def test_an_authority_nobody_named_is_refused_and_one_of_the_settings_is_used(
    behind: Shell, registry: TokenRegistry
) -> None:
    file = configured(behind, registry, "")
    behind.run("versions").told(4, "certificate")
    authority = registry.certificates.authority
    assert "0.1.0" in behind.run("--registry-ca-file", authority, "versions").out
    behind.set(registry_ca_file=str(authority))
    ended = behind.run("deploy", "0.1.0", "--yes")
    assert ended.code == 0, ended.err
    assert f"philotes:chartRegistryCaFile: {authority}\n" in file.read_text()


def test_a_file_of_authorities_that_is_not_there_is_named(
    behind: Shell, registry: TokenRegistry
) -> None:
    configured(behind, registry, "missing.pem")
    behind.run("versions").told(3, "The certificates to trust cannot be read", "missing.pem")

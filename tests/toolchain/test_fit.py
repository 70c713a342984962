"""Which versions fit, and how they are read from what tools print."""

import pytest

from philotes_tui.toolchain import TOOLS
from philotes_tui.toolchain.fit import control_plane_accords, misfit, printed_version, wanted


@pytest.mark.parametrize(
    ("name", "output", "version"),
    [
        ("pulumi", "v3.259.0\n", "3.259.0"),
        ("pulumi", "v3.260.0-alpha.1+dirty\n", "3.260.0-alpha.1+dirty"),
        ("helm", "v3.17.0+g301108e\n", "3.17.0+g301108e"),
        ("helm", "v4.3\n", "4.3"),
        ("registry", "./registry github.com/distribution/distribution/v3 v3.0.0+unknown", "3.0.0"),
        ("registry", "registry github.com/docker/distribution v2.8.1", "2.8.1"),
        ("etcd", "etcd Version: 3.6.16\nGit SHA: 1234567\n", "3.6.16"),
        ("kube-apiserver", "Kubernetes v1.36.3\n", "1.36.3"),
        ("kwok", "kwok version v0.7.0 go1.26.8 (linux/amd64)\n", "0.7.0"),
        ("kubectl", "Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0", "1.32.4"),
        ("kubectl", 'Client Version: version.Info{Major:"1", GitVersion:"v1.20.0"}', "1.20.0"),
    ],
)
def test_a_version_is_read_from_what_the_tool_prints(name: str, output: str, version: str) -> None:
    read = printed_version(TOOLS[name], output)
    assert read is not None
    assert read.startswith(version)


def test_another_program_of_the_same_name_is_not_the_tool() -> None:
    assert printed_version(TOOLS["registry"], "registry 5.0, a registry of deeds") is None


@pytest.mark.parametrize(
    ("name", "version", "fits"),
    [
        ("pulumi", "3.259.0", True),
        ("pulumi", "v3.300.1", True),
        ("pulumi", "3.258.9", False),
        ("pulumi", "3.259.0-alpha.1", False),
        ("pulumi", "4.0.0", False),
        ("pulumi-resource-kubernetes", "v4.25.0", True),
        ("pulumi-resource-kubernetes", "v4.25.1", False),
        ("pulumi-resource-kubernetes", "v4.24.9", False),
        ("helm", "v3.16.4", False),
        ("helm", "v3.17.0", True),
        ("helm", "v4.3", True),
        ("registry", "2.7.1", False),
        ("registry", "2.8.3", True),
        ("etcd", "3.4.30", False),
        ("etcd", "3.5.0", True),
        ("kube-apiserver", "v1.29.9", False),
        ("kube-apiserver", "v1.30.0-gke.100", False),
        ("kube-apiserver", "v1.40.0", True),
        ("kwok", "0.5.2", False),
        ("kwok", "0.6.0", True),
        ("kubectl", "1.10.0", True),
        ("kubectl", "none", False),
    ],
)
def test_a_version_fits_or_says_why_not(name: str, version: str, *, fits: bool) -> None:
    assert (misfit(TOOLS[name], version) == "") is fits


def test_a_misfit_names_both_versions() -> None:
    assert misfit(TOOLS["pulumi"], "3.258.9") == "3.258.9 is older than 3.259.0"
    assert wanted(TOOLS["pulumi-resource-kubernetes"]) == "exactly 4.25.0"
    assert wanted(TOOLS["kubectl"]) == "any version"


@pytest.mark.parametrize(
    ("server", "manager", "scheduler", "accords"),
    [
        ("1.36.3", "1.36.1", "1.36.3", True),
        ("1.36.3", "1.35.0", "1.36.3", True),
        ("1.36.3", "1.37.0", "1.36.3", False),
        ("1.36.3", "1.34.0", "1.36.3", False),
        ("1.36.3", "1.36.3", "", False),
    ],
)
def test_a_control_plane_follows_the_version_skew_policy(
    server: str, manager: str, scheduler: str, *, accords: bool
) -> None:
    versions = {
        "kube-apiserver": server,
        "kube-controller-manager": manager,
        "kube-scheduler": scheduler,
    }
    assert control_plane_accords(versions) is accords

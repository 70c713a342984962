"""The tools this program uses, their pinned versions and what fits instead, as plain data.

The recipes that build them from source stand in `tools/` of the repository, one
Go module per group; an installed wheel carries the same folder as `recipes`.
"""

from dataclasses import dataclass

Version = tuple[int, int, int]
"""Major, minor, patch."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a tool is built from source.

    Args:
        group: The folder of the Go module below the recipes.
        package: The Go package to build.
        tags: Go build tags, separated by commas.
        ldflags: What the linker gets beside `-s -w`.
        seconds: Typical seconds of a build from nothing on two cores, the tools
            before it in the same group being built already.
        companions: Files of `companion_module` that belong beside the executable.
        companion_module: The Go module that holds them.
        companion_folder: Their folder in that module.
    """

    group: str
    package: str
    seconds: float
    tags: str = ""
    ldflags: str = ""
    companions: tuple[str, ...] = ()
    companion_module: str = ""
    companion_folder: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """Where the official executable is published.

    `{os}`, `{arch}` and `{ext}` in the addresses stand for the platform.

    Args:
        url: The archive or the bare executable.
        checksums: The file with its SHA-256: the bare sum, or lines `sum  name`.
        member: The executable's path in the archive; empty if `url` is the executable.
        systems: The systems it is published for.
        arch_names: Names of `amd64` and `arm64` in the address.
    """

    url: str
    checksums: str
    member: str = ""
    systems: tuple[str, ...] = ("linux", "darwin")
    arch_names: tuple[str, str] = ("amd64", "arm64")


@dataclass(frozen=True, slots=True)
class Tool:
    """One program, pinned.

    Args:
        name: The executable's name.
        version: The version that is downloaded or built.
        minimum: The oldest version on PATH that fits.
        below: The first version on PATH that no longer fits.
        version_args: Arguments that make it print its version; empty if it cannot.
        version_pattern: A regular expression; group 1 is the version.
        recipe: How to build it.
        release: Where to download it, if its publisher gives a checksum.
        optional: Whether the program works without it.
    """

    name: str
    version: str
    minimum: Version
    below: Version
    version_args: tuple[str, ...]
    version_pattern: str
    recipe: Recipe
    release: Release | None = None
    optional: bool = False


_GITHUB = "https://github.com"
_KUBERNETES = "v1.36.3"
_KUBERNETES_STAMP = (
    "-X k8s.io/component-base/version.gitVersion=v1.36.3"
    " -X k8s.io/component-base/version.gitMajor=1"
    " -X k8s.io/component-base/version.gitMinor=36"
)
_PROVIDER_MODULE = "github.com/pulumi/pulumi-kubernetes/provider/v4"
_NUMBER = r"v?(\d+\.\d+(?:\.\d+)?[^\s\"]*)"


def _kubernetes(
    name: str,
    seconds: float,
    *,
    version_args: tuple[str, ...] = ("--version",),
    pattern: str = f"Kubernetes {_NUMBER}",
    minimum: Version = (1, 30, 0),
    systems: tuple[str, ...] = ("linux",),
    optional: bool = False,
) -> Tool:
    url = f"https://dl.k8s.io/release/{_KUBERNETES}/bin/{{os}}/{{arch}}/{name}"
    return Tool(
        name=name,
        version=_KUBERNETES,
        minimum=minimum,
        below=(2, 0, 0),
        version_args=version_args,
        version_pattern=pattern,
        recipe=Recipe(
            "kubernetes", f"k8s.io/kubernetes/cmd/{name}", seconds, ldflags=_KUBERNETES_STAMP
        ),
        release=Release(url, f"{url}.sha256", systems=systems),
        optional=optional,
    )


_PULUMI = Tool(
    name="pulumi",
    version="v3.259.0",
    minimum=(3, 259, 0),
    below=(4, 0, 0),
    version_args=("version",),
    version_pattern=f"^{_NUMBER}",
    recipe=Recipe(
        "pulumi",
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        330,
        tags="osusergo,grpcnotrace",
        ldflags="-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0",
    ),
    release=Release(
        f"{_GITHUB}/pulumi/pulumi/releases/download/v3.259.0/pulumi-v3.259.0-{{os}}-{{arch}}.tar.gz",
        f"{_GITHUB}/pulumi/pulumi/releases/download/v3.259.0/pulumi-3.259.0-checksums.txt",
        member="pulumi/pulumi",
        arch_names=("x64", "arm64"),
    ),
)

_PROVIDER = Tool(
    name="pulumi-resource-kubernetes",
    version="v4.25.0",
    minimum=(4, 25, 0),
    below=(4, 25, 1),
    version_args=(),  # it speaks gRPC only; its plugin folder's name tells the version
    version_pattern="",
    recipe=Recipe(
        "kubernetes-provider",
        ".",
        360,
        ldflags=f"-X {_PROVIDER_MODULE}/pkg/version.Version=4.25.0",
        companions=("schema.json", "terraform-mapping.json"),
        companion_module=_PROVIDER_MODULE,
        companion_folder="cmd/pulumi-resource-kubernetes",
    ),
    release=Release(
        f"{_GITHUB}/pulumi/pulumi-kubernetes/releases/download/v4.25.0/"
        "pulumi-resource-kubernetes-v4.25.0-{os}-{arch}.tar.gz",
        f"{_GITHUB}/pulumi/pulumi-kubernetes/releases/download/v4.25.0/"
        "pulumi-kubernetes_4.25.0_checksums.txt",
        member="pulumi-resource-kubernetes",
    ),
)

_REGISTRY = Tool(
    name="registry",
    version="v3.0.0",
    minimum=(2, 8, 0),
    below=(4, 0, 0),
    version_args=("--version",),
    version_pattern=rf"github\.com/\S*distribution\S*\s+{_NUMBER}",
    recipe=Recipe("registry", "github.com/distribution/distribution/v3/cmd/registry", 60),
    release=Release(
        f"{_GITHUB}/distribution/distribution/releases/download/v3.0.0/"
        "registry_3.0.0_{os}_{arch}.tar.gz",
        f"{_GITHUB}/distribution/distribution/releases/download/v3.0.0/"
        "registry_3.0.0_{os}_{arch}.tar.gz.sha256",
        member="registry",
        systems=("linux",),
    ),
)

_HELM = Tool(
    name="helm",
    version="v4.3.1",
    minimum=(3, 17, 0),
    below=(5, 0, 0),
    version_args=("version", "--short"),
    version_pattern=f"^{_NUMBER}",
    recipe=Recipe("helm", "helm.sh/helm/v4/cmd/helm", 60),
    release=Release(
        "https://get.helm.sh/helm-v4.3.1-{os}-{arch}.tar.gz",
        "https://get.helm.sh/helm-v4.3.1-{os}-{arch}.tar.gz.sha256sum",
        member="{os}-{arch}/helm",
    ),
)

_ETCD = Tool(
    name="etcd",
    version="v3.6.16",
    minimum=(3, 5, 0),
    below=(4, 0, 0),
    version_args=("--version",),
    version_pattern=f"etcd Version: {_NUMBER}",
    recipe=Recipe("etcd", "go.etcd.io/etcd/server/v3", 36),
    release=Release(
        f"{_GITHUB}/etcd-io/etcd/releases/download/v3.6.16/etcd-v3.6.16-{{os}}-{{arch}}.{{ext}}",
        f"{_GITHUB}/etcd-io/etcd/releases/download/v3.6.16/SHA256SUMS",
        member="etcd-v3.6.16-{os}-{arch}/etcd",
    ),
)

_KWOK = Tool(
    name="kwok",
    version="v0.7.0",
    minimum=(0, 6, 0),
    below=(2, 0, 0),
    version_args=("--version",),
    version_pattern=f"kwok version {_NUMBER}",
    recipe=Recipe("kwok", "sigs.k8s.io/kwok/cmd/kwok", 65),
    # No release: a download without a checksum to hold it against is not taken.
)

TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        _PULUMI,
        _PROVIDER,
        _REGISTRY,
        _HELM,
        _ETCD,
        _kubernetes("kube-apiserver", 264),
        _kubernetes("kube-controller-manager", 84),
        _kubernetes("kube-scheduler", 18),
        _KWOK,
        _kubernetes(
            "kubectl",
            60,
            version_args=("version", "--client"),
            pattern=rf"(?:Client Version:\s*|GitVersion:\s*\"){_NUMBER}",
            minimum=(0, 0, 0),
            systems=("linux", "darwin"),
            optional=True,
        ),
    )
}
"""Every tool by name, in the order they are shown."""

PROVIDER = _PROVIDER.name
PROVIDER_PLUGIN = f"resource-kubernetes-{_PROVIDER.version}"
"""The folder of the provider below `$PULUMI_HOME/plugins`."""

ENGINE_TOOLS = ("pulumi", PROVIDER)
"""What previewing and deploying needs."""

CONTROL_PLANE = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
"""Components that have to agree in their minor version."""

REQUIRED_TOOLS = tuple(name for name, tool in TOOLS.items() if not tool.optional)
"""What the demo and the tests need."""

"""The stack's configuration, from the strings Pulumi delivers to one typed value.

Everything here is pure; `program.py` fetches the strings.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal, TypeAlias, get_args

NAMESPACE = "philotes"

Environment: TypeAlias = Literal["dev", "staging", "production"]
ENVIRONMENTS: tuple[Environment, ...] = get_args(Environment)

PlatformKey: TypeAlias = Literal["certManager", "ingressNginx", "kubePrometheusStack"]
REPOSITORIES: Mapping[PlatformKey, str] = {
    "certManager": "https://charts.jetstack.io",
    "ingressNginx": "https://kubernetes.github.io/ingress-nginx",
    "kubePrometheusStack": "https://prometheus-community.github.io/helm-charts",
}
"""Where each chart of the platform is published, by the key that switches it on."""

DEFAULTS: Mapping[str, str] = {
    "chartRegistry": "oci://ghcr.io/janovincze/philotes/charts",
    "chartVersion": "0.1.0",
    "chartDigest": "",
    "chartRegistryPlainHttp": "auto",
    "chartRegistryCaFile": "",
    "useLocalCharts": "false",
    "environment": "dev",
    "namespace": "philotes",
    "kubeContext": "",
    "clusterId": "",
    "values": "{}",
    **{
        key: default
        for chart, repository in REPOSITORIES.items()
        for key, default in (
            (chart, "false"),
            (f"{chart}Repository", repository),
            (f"{chart}Values", "{}"),
        )
    },
}
"""Every key of the namespace `philotes` with its default, as `Pulumi.yaml` has them."""

_BY_LOWERCASE = {key.lower(): key for key in DEFAULTS}

# Distribution specification 1.1, "Pulling manifests": the grammar of a repository's name.
_PATH_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
_REGISTRY = re.compile(rf"oci://(?P<host>{_HOST})(?:/{_PATH_PART})*")
_LOOPBACK = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?", re.IGNORECASE)

# Semantic Versioning 2.0.0, and what Helm takes for a version beside it: v1.2.3, 1.2, 01.2.3, where
# a tag of just that name is pulled (Masterminds/semver:version.go, NewVersion).
_NUMBER = r"(?:0|[1-9][0-9]*)"
_PRE = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(
    rf"v?[0-9]+(?:\.[0-9]+){{0,2}}(?:-{_PRE}(?:\.{_PRE})*)?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_STRICT = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:[-+].*)?")
_REPOSITORY = re.compile(rf"https?://{_HOST}(?:/[A-Za-z0-9._~%-]+)*/?")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# What stands before the @ of an address may be a password, which no log is to hold.
_LOGIN = re.compile(r"(://)[^/?#]*@")
# RFC 1123 label, what Kubernetes accepts as the name of a namespace.
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# A UID is a UUID where Kubernetes makes it (kubernetes.io/docs, "Object Names and IDs"); what it
# is compared with decides, so only what can be none is refused here.
_UID = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,62}[0-9A-Za-z])?")


class ConfigInvalid(ValueError):
    """A configuration value that cannot be used; the message is one sentence for people."""


@dataclass(frozen=True, kw_only=True)
class PlatformChart:
    """A chart of the platform that is switched on.

    Attributes:
        repository: Address of its chart repository, `https://…` or `http://…`.
        values: Values that are merged last. Not part of `repr`, for they may hold secrets.
        values_are_secret: Whether any of `values` was given as a secret.
    """

    repository: str
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    values_are_secret: bool = False


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """What the stack deploys, and where.

    Attributes:
        chart_registry: OCI folder of the charts, `oci://host/path`, without a trailing slash.
        chart_version: Version of the chart, its tag but for `+`; not read with local charts.
        chart_digest: Digest of the chart's manifest that is deployed whatever the version's tag
            points to, where one is given.
        plain_http: Whether the registry is spoken to without TLS.
        ca_file: File with the certificates that alone are trusted for the registry, as it was
            configured, or None for those of the system.
        use_local_charts: Whether the charts of the checkout are deployed.
        environment: Chooses the values and stands in the names of the resources.
        namespace: Kubernetes namespace.
        kube_context: Context of the kubeconfig, or None for its current one.
        cluster_id: UID of the Namespace `kube-system` of the only cluster that may be changed,
            or None for any.
        values: Values for the umbrella chart that are merged last. Not part of `repr`, for they
            may hold secrets.
        values_are_secret: Whether any of `values` was given as a secret.
        platform: The charts of the platform that are switched on, by their keys.
    """

    chart_registry: str
    chart_version: str
    chart_digest: str | None
    plain_http: bool
    ca_file: str | None
    use_local_charts: bool
    environment: Environment
    namespace: str
    kube_context: str | None
    cluster_id: str | None
    values: Mapping[str, Any] = field(repr=False)
    values_are_secret: bool = False
    platform: Mapping[PlatformKey, PlatformChart] = field(default_factory=dict)


def parse(raw: Mapping[str, str], *, secret: Collection[str] = ()) -> StackConfig:
    """Turn the configured strings into a `StackConfig`.

    Args:
        raw: Strings by key, without the namespace. Absent keys get their default; other keys
            are not looked at.
        secret: Keys whose values hold secrets.

    Raises:
        ConfigInvalid: A value is not one of those its key allows.
    """
    text = {**DEFAULTS, **{key: value.strip() for key, value in raw.items()}}
    registry = _registry(text["chartRegistry"])
    # Those that are switched off are looked at too: what is wrong with them is told at once.
    platform = {key: _platform(key, text, secret) for key in REPOSITORIES}
    return StackConfig(
        chart_registry=registry,
        chart_version=_match("chartVersion", text, _VERSION, "versions such as 0.1.0"),
        chart_digest=_optional(text["chartDigest"], lambda: _digest(text)),
        plain_http=_plain_http(text, registry),
        ca_file=text["chartRegistryCaFile"] or None,
        use_local_charts=_flag("useLocalCharts", text["useLocalCharts"]),
        environment=_environment(text["environment"]),
        namespace=_match(
            "namespace",
            text,
            _LABEL,
            "lowercase letters, digits and hyphens, at most 63, beginning and ending with a letter"
            " or digit",
        ),
        kube_context=text["kubeContext"] or None,
        cluster_id=_optional(text["clusterId"], lambda: _cluster_id(text)),
        values=_values("values", text, "chart values under api, worker, lakekeeper and global"),
        values_are_secret="values" in secret,
        platform={key: chart for key, chart in platform.items() if _is_on(key, text)},
    )


def unread(keys: Iterable[str]) -> list[str]:
    """Say of each configured key that this program does not read it, and which one may be meant.

    Args:
        keys: Configured keys with their namespaces; those of other namespaces are passed over.
    """
    sentences = []
    for full in sorted(keys):
        namespace, _, key = full.partition(":")
        if namespace == NAMESPACE and key not in DEFAULTS:
            near = get_close_matches(key.lower(), _BY_LOWERCASE, n=1)
            meant = f"; is {NAMESPACE}:{_BY_LOWERCASE[near[0]]} meant?" if near else ""
            sentences.append(f"{full} is not read by this program{meant}")
    return sentences


def _refuse(key: str, value: str, allowed: str) -> ConfigInvalid:
    shown, logins = _LOGIN.subn(r"\1***@", value)
    why = "; a login is no part of an address" if logins else ""
    return ConfigInvalid(f"{NAMESPACE}:{key} is {json.dumps(shown)}, allowed are {allowed}{why}")


def _match(key: str, text: Mapping[str, str], pattern: re.Pattern[str], allowed: str) -> str:
    value = text[key]
    if pattern.fullmatch(value) is None:
        raise _refuse(key, value, allowed)
    return value


def _optional(value: str, parsed: Callable[[], str]) -> str | None:
    return parsed() if value else None


def _digest(text: Mapping[str, str]) -> str:
    return _match("chartDigest", text, _DIGEST, "sha256: and 64 hexadecimal digits, or nothing")


def _registry(value: str) -> str:
    bare = value.rstrip("/")
    if _REGISTRY.fullmatch(bare) is None:
        raise _refuse(
            "chartRegistry", value, "addresses of the form oci://host/path, the path in lowercase"
        )
    return bare


def is_strict(version: str) -> bool:
    """Whether a version that `parse` took is SemVer 2.0.0, and so one that Helm pushes under."""
    return _STRICT.fullmatch(version) is not None


def is_loopback(registry: str) -> bool:
    """Whether the registry `oci://host/path` is on this machine's loopback interface."""
    match = _REGISTRY.fullmatch(registry)
    return match is not None and _LOOPBACK.fullmatch(match["host"]) is not None


def _plain_http(text: Mapping[str, str], registry: str) -> bool:
    value, ca_file = text["chartRegistryPlainHttp"], text["chartRegistryCaFile"]
    if value.lower() in {"", "auto"}:
        return is_loopback(registry) and not ca_file
    plain = _flag("chartRegistryPlainHttp", value, allowed="true, false and auto")
    if plain and ca_file:
        raise ConfigInvalid(
            f"{NAMESPACE}:chartRegistryPlainHttp is true and {NAMESPACE}:chartRegistryCaFile is"
            " set, allowed is one of them: without TLS there is no certificate to check"
        )
    return plain


def _cluster_id(text: Mapping[str, str]) -> str:
    return _match("clusterId", text, _UID, "the UID of a Namespace kube-system, or nothing")


def _flag(key: str, value: str, allowed: str = "true and false") -> bool:
    if value.lower() not in {"true", "false"}:
        raise _refuse(key, value, allowed)
    return value.lower() == "true"


def _environment(value: str) -> Environment:
    for environment in ENVIRONMENTS:
        if value == environment:
            return environment
    raise _refuse("environment", value, ", ".join(ENVIRONMENTS))


def _values(key: str, text: Mapping[str, str], allowed: str) -> Mapping[str, Any]:
    # The value itself is not repeated: it may hold secrets.
    try:
        values: object = json.loads(text[key] or "{}")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise ConfigInvalid(f"{NAMESPACE}:{key} is not a mapping, allowed are {allowed}")
    return values


def _is_on(key: PlatformKey, text: Mapping[str, str]) -> bool:
    return _flag(key, text[key])


def _platform(key: PlatformKey, text: Mapping[str, str], secret: Collection[str]) -> PlatformChart:
    allowed = "addresses of the form https://host/path, without a login"
    address, values = f"{key}Repository", f"{key}Values"
    return PlatformChart(
        repository=_match(address, text, _REPOSITORY, allowed).rstrip("/"),
        values=_values(values, text, "values of that chart"),
        values_are_secret=values in secret,
    )

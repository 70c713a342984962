"""The resources of the stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi.runtime import get_config, get_config_env, is_config_secret
from pulumi.runtime.config import CONFIG

from philotes_stack.certificates import readable_certificates
from philotes_stack.cluster import cluster_provider, reached_cluster, refuse_another_cluster
from philotes_stack.config import DEFAULTS, NAMESPACE, ConfigInvalid, StackConfig, parse, unread
from philotes_stack.local_charts import LocalChartsUnusable, cache_folder, charts_folder, stage
from philotes_stack.names import Names
from philotes_stack.ownership import marking
from philotes_stack.platform import declare_platform
from philotes_stack.secrets import secret_marking
from philotes_stack.stamped import Stamps, contradiction, really_deployed, released_as
from philotes_stack.values import environment_values, overlaid

COMPONENT = "philotes"


@dataclass(frozen=True)
class ChartSource:
    """Where the umbrella chart comes from, in the terms of the provider's Chart resource.

    Attributes:
        chart: `oci://…` reference or absolute path.
        version: Version to ask for; None where the reference says it all.
        plain_http: Whether the registry is spoken to without TLS; None for a path.
        ca_file: Absolute path of the certificates trusted for the registry; None for the system's.
        digest: Digest of the chart's manifest, or of the files of a local chart; None if unknown.
        label: Chart version that was asked for, or the one of the local chart.
        kind: `registry` or `local`.
        log_line: What is logged when this source is used.
        remark: What is logged besides, or None.
    """

    chart: str
    version: str | None
    plain_http: bool | None
    ca_file: str | None
    digest: str | None
    label: str
    kind: str
    log_line: str
    remark: str | None = None


def program() -> None:
    """Declare the provider, the namespace and the umbrella chart, and the stack's outputs.

    The SDK runs the declarations once this function has returned; until then nothing is said and
    nothing is registered.
    """
    pulumi.run(_declarations)


async def _declarations() -> None:
    """Declare everything, the parts that change something after the check of the cluster.

    Raises:
        pulumi.RunError: A configuration value, the local charts or the cluster cannot be used.
    """
    try:
        config = read()
        source = chart_source(config)
        for sentence in unread({*CONFIG.get(), *get_config_env()}):
            pulumi.log.warn(sentence)
        pulumi.log.info(source.log_line)
        if source.remark is not None:
            pulumi.log.info(source.remark)
        names = Names(config.environment)
        cluster_id = await reached_cluster(config, names)
        refuse_another_cluster(config, cluster_id)
    except (ConfigInvalid, LocalChartsUnusable) as error:
        raise pulumi.RunError(str(error)) from None
    cluster = cluster_provider(config, names)
    platform = declare_platform(config.platform, names, cluster)
    stamps = Stamps()
    chart = _declare(config, source, names, cluster, platform=platform, stamps=stamps)
    pulumi.export("clusterId", cluster_id)
    _export(config, source, chart, stamps)


def read() -> StackConfig:
    """Read the namespace `philotes` of the stack's configuration.

    Raises:
        ConfigInvalid: A value is not one of those its key allows.
    """
    found = {key: get_config(f"{NAMESPACE}:{key}") for key in DEFAULTS}
    return parse(
        {key: str(value) for key, value in found.items() if value is not None},
        secret={key for key in DEFAULTS if is_config_secret(f"{NAMESPACE}:{key}")},
    )


def chart_source(config: StackConfig) -> ChartSource:
    """Settle where the umbrella chart comes from; stages it in the cache if it is a local one.

    Raises:
        ConfigInvalid: The registry's certificates cannot be read.
        LocalChartsUnusable: The local charts cannot be deployed.
    """
    if config.use_local_charts:
        staged = stage(charts_folder(), cache_folder())
        return ChartSource(
            chart=str(staged.path),
            version=None,
            plain_http=None,
            ca_file=None,
            digest=staged.digest,
            label=staged.version,
            kind="local",
            log_line="Using local Helm chart for development",
            remark=_rebuilt(staged.stale),
        )
    url = f"{config.chart_registry}/{COMPONENT}"
    pinned = f"@{config.chart_digest}" if config.chart_digest else ""
    return ChartSource(
        chart=f"{url}{pinned}",
        version=None if config.chart_digest else config.chart_version,
        plain_http=config.plain_http,
        ca_file=_ca_file(config),
        digest=config.chart_digest,
        label=config.chart_version,
        kind="registry",
        log_line=f"Using Helm chart from OCI registry: {url}:{config.chart_version}{pinned}",
    )


def _rebuilt(stale: Sequence[str]) -> str | None:
    """Say which of the checkout's vendored dependencies are not used, if any."""
    if not stale:
        return None
    return (
        f"Rebuilt stale vendored dependencies ({', '.join(stale)}) from the charts beside them;"
        " the checkout was left as it is"
    )


def _ca_file(config: StackConfig) -> str | None:
    """Return the absolute path of the registry's certificates, where some are configured."""
    if config.ca_file is None:
        return None
    # Programs that the SDK runs inline are not told where the project is.
    folder = Path(pulumi.get_root_directory() or Path.cwd())
    return str(readable_certificates(folder, config.ca_file, "chartRegistryCaFile"))


def _declare(
    config: StackConfig,
    source: ChartSource,
    names: Names,
    cluster: kubernetes.Provider,
    *,
    platform: Sequence[pulumi.Resource],
    stamps: Stamps,
) -> kubernetes.helm.v4.Chart:
    namespace = kubernetes.core.v1.Namespace(
        names.of("namespace"),
        metadata={"name": config.namespace},
        # Operators make it before the first deploy, for the secrets that the charts refer to; a
        # namespace that is deleted takes all with it that is in there.
        opts=pulumi.ResourceOptions(
            provider=cluster, retain_on_delete=True, aliases=names.others("namespace")
        ),
    )
    values = overlaid(environment_values(config.environment), config.values)
    # The namespace is given as a plain string: an output is unknown in the first preview, and
    # the chart's resources would not be shown there.
    return kubernetes.helm.v4.Chart(
        names.of(COMPONENT),
        name=COMPONENT,
        chart=source.chart,
        version=source.version,
        plain_http=source.plain_http,
        repository_opts={"ca_file": pulumi.FileAsset(source.ca_file)} if source.ca_file else None,
        namespace=config.namespace,
        values=pulumi.Output.secret(values) if config.values_are_secret else values,
        opts=pulumi.ResourceOptions(
            providers={"kubernetes": cluster},
            # An ingress or a ServiceMonitor needs what the platform's charts define.
            depends_on=[namespace, *platform],
            transforms=[
                names.carrying(COMPONENT, "kubernetes:helm.sh/v4:Chart"),
                stamps.noting(),
                marking(f"{pulumi.get_project()}/{pulumi.get_stack()}"),
                *([secret_marking(config.values)] if config.values_are_secret else ()),
            ],
        ),
    )


def _export(
    config: StackConfig, source: ChartSource, chart: kubernetes.helm.v4.Chart, stamps: Stamps
) -> None:
    pulumi.export("chart", COMPONENT)
    # The chart has a URN once all its objects are registered, in a preview too.
    pulumi.export("version", chart.urn.apply(lambda _: _version(source, stamps)))
    pulumi.export("source", source.kind)
    if source.digest is not None:
        pulumi.export("digest", source.digest)
    pulumi.export("registry", config.chart_registry)
    pulumi.export("environment", config.environment)
    pulumi.export("namespace", config.namespace)
    # A secret in a Deployment makes all of it secret; its image references are none.
    pulumi.export("images", pulumi.Output.unsecret(chart.resources.apply(_images)))


def _version(source: ChartSource, stamps: Stamps) -> str:
    """Return which version is deployed, and warn if a digest is of another than was asked for."""
    if source.kind == "local" or source.digest is None:
        return source.label
    stamped = released_as(stamps.seen)
    if sentence := contradiction(source.label, stamped):
        pulumi.log.warn(sentence)
    return really_deployed(source.label, stamped)


def _images(resources: Sequence[Any] | None) -> Any:
    """Image references of the Deployments among a chart's resources, sorted and without repeats."""
    specs = [
        each.spec for each in resources or () if isinstance(each, kubernetes.apps.v1.Deployment)
    ]
    return pulumi.Output.all(*specs).apply(_images_of)


def _images_of(specs: Sequence[Any]) -> list[str]:
    # A Deployment that is left out by `--target`, and was never there, has no spec.
    pods: list[Mapping[str, Any]] = [spec["template"]["spec"] for spec in specs if spec]
    return sorted({container["image"] for pod in pods for container in pod["containers"]})

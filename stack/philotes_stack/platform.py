"""The charts of the platform that Philotes runs on, each a component of its own, off by default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from philotes_stack.config import PlatformChart, PlatformKey
from philotes_stack.names import Names
from philotes_stack.values import overlaid


@dataclass(frozen=True, kw_only=True)
class Published:
    """A chart as others publish it.

    Attributes:
        name: The chart's name, that of its component and of its release.
        version: The version that is deployed.
        namespace: Kubernetes namespace, created by the component.
        values: What is asked of it here.
        after: Key of the chart that must be there first, if it is deployed at all.
    """

    name: str
    version: str
    namespace: str
    values: Mapping[str, Any]
    after: PlatformKey | None = None


CHARTS: Mapping[PlatformKey, Published] = {
    "certManager": Published(
        name="cert-manager",
        version="v1.16.3",
        namespace="cert-manager",
        values={"crds": {"enabled": True}},
    ),
    "ingressNginx": Published(
        name="ingress-nginx",
        version="4.12.0",
        namespace="ingress-nginx",
        values={
            "controller": {
                "replicaCount": 2,
                "service": {"type": "NodePort"},
                "metrics": {"enabled": True},
            }
        },
        after="certManager",
    ),
    "kubePrometheusStack": Published(
        name="kube-prometheus-stack",
        version="67.9.0",
        namespace="monitoring",
        values={
            "prometheus": {
                "prometheusSpec": {
                    "retention": "7d",
                    # Else only monitors with the label of this release are heeded, and those of
                    # the chart philotes have none unless it is asked for.
                    "serviceMonitorSelectorNilUsesHelmValues": False,
                    "storageSpec": {
                        "volumeClaimTemplate": {
                            "spec": {
                                "accessModes": ["ReadWriteOnce"],
                                "resources": {"requests": {"storage": "10Gi"}},
                            }
                        }
                    },
                }
            }
        },
    ),
}
"""The charts by the key that switches each on, in the order of their declaration."""


class PlatformComponent(pulumi.ComponentResource):
    """One chart of the platform with its namespace.

    It is a Helm release and not rendered like the chart philotes: these charts make certificates
    and check themselves in hooks, which only a release runs.
    """

    def __init__(
        self,
        names: Names,
        published: Published,
        wanted: PlatformChart,
        cluster: kubernetes.Provider,
        after: Sequence[pulumi.Resource],
    ) -> None:
        """Declare the component, its namespace and its release.

        Args:
            names: Names the resources.
            published: Which chart.
            wanted: Where it is read from, and the values that are laid over.
            cluster: What every resource is registered with.
            after: What must be there before the release. Given to the release itself: the state
                keeps no dependency of a component for its children.
        """
        name = names.of(published.name)
        opts = pulumi.ResourceOptions(
            providers={"kubernetes": cluster}, aliases=names.others(published.name)
        )
        super().__init__("philotes:platform:Chart", name, None, opts)
        namespace = kubernetes.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": published.namespace},
            # It may hold what others put there, and may have been there before.
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        values = overlaid(published.values, wanted.values)
        kubernetes.helm.v3.Release(
            name,
            name=published.name,
            chart=published.name,
            version=published.version,
            repository_opts={"repo": wanted.repository},
            namespace=published.namespace,
            values=pulumi.Output.secret(values) if wanted.values_are_secret else values,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace, *after]),
        )
        self.register_outputs({})


def declare_platform(
    wanted: Mapping[PlatformKey, PlatformChart], names: Names, cluster: kubernetes.Provider
) -> Sequence[PlatformComponent]:
    """Declare the charts that are switched on, and return their components.

    Args:
        wanted: Those charts, by their keys.
        names: Names the resources.
        cluster: What every resource is registered with.
    """
    declared: dict[PlatformKey, PlatformComponent] = {}
    for key, published in CHARTS.items():
        if key in wanted:
            first = [declared[published.after]] if published.after in declared else []
            declared[key] = PlatformComponent(names, published, wanted[key], cluster, first)
    return list(declared.values())

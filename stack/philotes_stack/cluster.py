"""Which cluster the stack is on: two providers, and the guard between them."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import pulumi
import pulumi_kubernetes as kubernetes

from philotes_stack.config import NAMESPACE, StackConfig

IDENTITY = "kube-system"
"""The namespace whose UID stands for a cluster: each has one, made with the cluster."""


@dataclass(frozen=True)
class CheckedCluster:
    """The cluster that was reached and is the right one.

    Attributes:
        provider: What every resource of the stack is registered with.
        uid: UID of its Namespace `kube-system`.
    """

    provider: kubernetes.Provider
    uid: pulumi.Output[str]


def checked_cluster(config: StackConfig, prefix: str) -> CheckedCluster:
    """Declare a provider that exists only where the cluster reached is the one configured.

    The UID is read by a provider of its own, which has no other use. The one that has the stack's
    resources takes its context from the check, so that on another cluster nothing is registered
    with the engine: not the resources, and not that provider either, whose context would
    otherwise be kept in the state and be used by the next `pulumi destroy`. Reads are carried out
    in previews too (pulumi/pulumi:pkg/resource/deploy/step.go, ReadStep), so nothing is unknown.

    Args:
        config: Names the context and the UID that is expected.
        prefix: Begins the names of the resources.
    """
    with _kubeconfig_left_to_the_providers():
        guard = kubernetes.Provider(f"{prefix}-cluster-guard", context=config.kube_context)
        reached = kubernetes.core.v1.Namespace.get(
            f"{prefix}-cluster-identity",
            IDENTITY,
            opts=pulumi.ResourceOptions(provider=guard, parent=guard),
        )
        uid = reached.metadata.apply(lambda metadata: checked_uid(config, metadata))
        # An explicit provider keeps its name when a context is set later, and so does all it owns.
        # Charts roll pods by a checksum of their settings, so a changed ConfigMap or Secret is
        # updated in place; the provider's default is to delete it first, from under the pods.
        provider = kubernetes.Provider(
            f"{prefix}-cluster",
            context=cast("pulumi.Output[str]", uid.apply(lambda _: config.kube_context)),
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
        )
    return CheckedCluster(provider, uid)


def checked_uid(config: StackConfig, metadata: Mapping[str, object]) -> str:
    """Return the UID in a Namespace's metadata.

    Raises:
        pulumi.RunError: Another one is configured.
    """
    uid = str(metadata["uid"])
    if config.cluster_id not in {None, uid}:
        context = f"context {config.kube_context}" if config.kube_context else "current context"
        raise pulumi.RunError(
            f"{NAMESPACE}:clusterId is {config.cluster_id}, but the {context} reaches the cluster"
            f" {uid}, so nothing was changed; name the context of the right cluster in"
            f" {NAMESPACE}:kubeContext, or set {NAMESPACE}:clusterId to {uid} if the stack is to"
            " move there"
        )
    return uid


@contextlib.contextmanager
def _kubeconfig_left_to_the_providers() -> Iterator[None]:
    """Hide KUBECONFIG from the SDK, which makes its text an input of the provider.

    As an input it must be one file, its path is an update for every other user, and it ends in
    the state (pulumi/pulumi-kubernetes:sdk/python/pulumi_kubernetes/provider.py). The provider's
    own process has the variable from the CLI and reads it as kubectl does, several files included.
    """
    hidden = os.environ.pop("KUBECONFIG", None)
    try:
        yield
    finally:
        if hidden is not None:
            os.environ["KUBECONFIG"] = hidden

"""Which cluster the stack is on: two providers, and the guard between them."""

import contextlib
import os
from collections.abc import Iterator

import pulumi
import pulumi_kubernetes as kubernetes

from philotes_stack.config import NAMESPACE, ConfigInvalid, StackConfig
from philotes_stack.names import Names

IDENTITY = "kube-system"
"""The namespace whose UID stands for a cluster: each has one, made with the cluster."""


async def reached_cluster(config: StackConfig, names: Names) -> str:
    """Read and return the UID of the cluster, with a provider that has no other use.

    The stack's own provider is declared after the check: its context is kept in the state and
    used by the next `pulumi destroy`, so even that one must not be registered for another cluster.
    Reads are carried out in previews too, so the UID is always known
    (pulumi/pulumi:pkg/resource/deploy/step.go, ReadStep).

    Args:
        config: Names the context.
        names: Names the resources.
    """
    with _kubeconfig_left_to_the_provider():
        guard = kubernetes.Provider(
            names.of("cluster-guard"),
            context=config.kube_context,
            opts=pulumi.ResourceOptions(aliases=names.others("cluster-guard")),
        )
    system = kubernetes.core.v1.Namespace.get(
        names.of("cluster-identity"),
        IDENTITY,
        opts=pulumi.ResourceOptions(
            provider=guard, parent=guard, aliases=names.others("cluster-identity")
        ),
    )
    uid = await system.metadata.apply(lambda metadata: metadata and metadata["uid"]).future()
    return str(uid)


def refuse_another_cluster(config: StackConfig, reached: str) -> None:
    """Let a stack that is bound to a cluster be changed on that one only.

    Args:
        config: Names the cluster, if the stack is bound to one, and the context.
        reached: The UID of the cluster that answered.

    Raises:
        ConfigInvalid: It is another one; names both.
    """
    if config.cluster_id not in {None, reached}:
        context = f"context {config.kube_context}" if config.kube_context else "current context"
        raise ConfigInvalid(
            f"{NAMESPACE}:clusterId is {config.cluster_id}, but the {context} reaches the cluster"
            f" {reached}, so nothing was changed; name the context of the right cluster in"
            f" {NAMESPACE}:kubeContext, or set {NAMESPACE}:clusterId to {reached} if the stack is"
            " to move there"
        )


def cluster_provider(config: StackConfig, names: Names) -> kubernetes.Provider:
    """Declare what every resource of the stack is registered with.

    An explicit provider keeps its name when a context is set later, and so does all it owns.
    Charts roll pods by a checksum of their settings, so a changed ConfigMap or Secret is updated
    in place; the provider's default is to delete it first, from under the running pods.
    """
    with _kubeconfig_left_to_the_provider():
        return kubernetes.Provider(
            names.of("cluster"),
            context=config.kube_context,
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            opts=pulumi.ResourceOptions(aliases=names.others("cluster")),
        )


@contextlib.contextmanager
def _kubeconfig_left_to_the_provider() -> Iterator[None]:
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

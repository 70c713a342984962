"""Where a stack deploys to, as its configuration and the kubeconfig say."""

from dataclasses import dataclass
from pathlib import Path

PRODUCTION = "production"


@dataclass(frozen=True)
class Target:
    """One stack's destination, resolved to what a person must know before approving.

    Attributes:
        stack: The stack's name, such as `prod`.
        environment: `dev`, `staging` or `production`.
        namespace: The Kubernetes namespace.
        context: The kubeconfig context that will be used; empty if there is none.
        server: The API server's address behind that context; empty if unknown.
        registry: The OCI folder the charts come from, `oci://…`.
        plain_http: Whether the registry is spoken to without TLS.
        problem: One sentence why the cluster cannot be named, or empty.
        revision: A digest of all the stack file says besides chart, context and cluster.
        cluster_id: The UID of the cluster that the stack file records, or empty.
        ca_file: The PEM file of authorities to trust for the registry besides the system's.
    """

    stack: str
    environment: str
    namespace: str
    context: str
    server: str
    registry: str
    plain_http: bool = False
    problem: str = ""
    revision: str = ""
    cluster_id: str = ""
    ca_file: Path | None = None

    @property
    def is_production(self) -> bool:
        """Whether a deploy here needs the stack's name typed."""
        return self.environment == PRODUCTION

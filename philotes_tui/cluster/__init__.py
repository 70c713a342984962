"""Which Kubernetes cluster a deploy will reach: kubeconfig contexts and a probe."""

from philotes_tui.cluster.kubeconfig import Context, Kubeconfig, read_kubeconfig
from philotes_tui.cluster.probe import probe

__all__ = ["Context", "Kubeconfig", "probe", "read_kubeconfig"]

"""The command lines of the cluster's processes, and the files they share.

Flags: https://kubernetes.io/docs/reference/command-line-tools-reference/,
https://etcd.io/docs/v3.6/op-guide/configuration/ and `kwok --help`.
No secret stands in a command line, where other users of the machine could read it.
"""

from dataclasses import dataclass
from pathlib import Path

from philotes_tui.demo.ports import LOOPBACK

TOKEN_USERS = ("admin", "kube-controller-manager", "kube-scheduler", "kwok")
NODES = ("philotes-demo-1", "philotes-demo-2")

_CONTROLLERS = (
    "cronjob-controller",
    "daemonset-controller",
    "deployment-controller",
    "disruption-controller",
    "endpoints-controller",
    "endpointslice-controller",
    "garbage-collector-controller",
    "horizontal-pod-autoscaler-controller",
    "job-controller",
    "namespace-controller",
    "pod-garbage-collector-controller",
    "replicaset-controller",
    "resourcequota-controller",
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",
    "statefulset-controller",
    "ttl-after-finished-controller",
)
"""Everything that workloads need; volumes, certificates and cloud routes are left out.

So is the node lifecycle: after a machine's sleep it would find every node's heartbeat
stale and mark the pods on it as not ready, and kwok never makes them ready again.
"""


@dataclass(frozen=True)
class ClusterFiles:
    """Where the cluster's files are.

    Attributes:
        folder: The cluster's own folder.
        root: The state folder, which holds the user's kubeconfig.
    """

    folder: Path
    root: Path

    @property
    def certificates(self) -> Path:
        """The folder in which kube-apiserver makes its serving certificate."""
        return self.folder / "certificates"

    @property
    def certificate(self) -> Path:
        """The serving certificate, followed by that of its authority."""
        return self.certificates / "apiserver.crt"

    @property
    def certificate_key(self) -> Path:
        """The key of the serving certificate."""
        return self.certificates / "apiserver.key"

    @property
    def signing_key(self) -> Path:
        """The key that signs service-account tokens."""
        return self.folder / "service-accounts.key"

    @property
    def token_file(self) -> Path:
        """The users and their tokens, for `--token-auth-file`."""
        return self.folder / "tokens.csv"

    def kubeconfig(self, user: str) -> Path:
        """The kubeconfig of one user."""
        return self.root / "kubeconfig" if user == "admin" else self.folder / f"{user}.kubeconfig"


def etcd_command(program: Path, files: ClusterFiles, port: int, peer_port: int) -> list[str]:
    """Return etcd's command line."""
    client, peer = f"http://{LOOPBACK}:{port}", f"http://{LOOPBACK}:{peer_port}"
    return [
        str(program),
        f"--data-dir={files.folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        "--log-level=warn",
        "--auto-compaction-mode=periodic",
        "--auto-compaction-retention=10m",
        # Safe when processes are killed; only a crash of the whole machine could lose
        # data, and a demo is not worth a disk flush per write.
        "--unsafe-no-fsync",
    ]


def apiserver_command(program: Path, files: ClusterFiles, port: int, etcd_port: int) -> list[str]:
    """Return kube-apiserver's command line."""
    return [
        str(program),
        f"--etcd-servers=http://{LOOPBACK}:{etcd_port}",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={port}",
        # Otherwise it looks for the default route, which a laptop offline does not have.
        f"--advertise-address={LOOPBACK}",
        # A loopback address is refused as an endpoint of the service `kubernetes`.
        "--endpoint-reconciler-type=none",
        f"--cert-dir={files.certificates}",
        f"--token-auth-file={files.token_file}",
        "--anonymous-auth=false",
        "--disable-admission-plugins=TaintNodesByCondition",  # no controller would lift it
        "--authorization-mode=RBAC",
        f"--service-account-key-file={files.signing_key}",
        f"--service-account-signing-key-file={files.signing_key}",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--enable-priority-and-fairness=false",
        "--profiling=false",
    ]


def controller_manager_command(program: Path, files: ClusterFiles) -> list[str]:
    """Return kube-controller-manager's command line."""
    return [
        str(program),
        f"--kubeconfig={files.kubeconfig('kube-controller-manager')}",
        f"--controllers={','.join(_CONTROLLERS)}",
        f"--root-ca-file={files.certificate}",
        "--leader-elect=false",
        "--secure-port=0",
        "--kube-api-qps=100",
        "--kube-api-burst=200",
        "--profiling=false",
    ]


def scheduler_command(program: Path, files: ClusterFiles) -> list[str]:
    """Return kube-scheduler's command line."""
    return [
        str(program),
        f"--kubeconfig={files.kubeconfig('kube-scheduler')}",
        "--leader-elect=false",
        "--secure-port=0",
        "--profiling=false",
    ]


def kwok_command(program: Path, files: ClusterFiles, port: int) -> list[str]:
    """Return kwok's command line; it plays the kubelet of every node."""
    return [
        str(program),
        f"--kubeconfig={files.kubeconfig('kwok')}",
        "--manage-all-nodes=true",
        "--cidr=10.244.0.0/24",
        f"--node-ip={LOOPBACK}",
        f"--server-address={LOOPBACK}:{port}",
        "--v=WARN",
    ]


def node_object(name: str) -> dict[str, object]:
    """Return a Node with room for about a hundred pods."""
    room = {"cpu": "32", "memory": "128Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/role": "agent",
            },
        },
        "status": {"allocatable": room, "capacity": room},
    }

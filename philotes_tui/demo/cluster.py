"""A Kubernetes for the demo: a real control plane, and kwok in place of kubelets.

Deployments roll out, pods are scheduled and become ready, namespaces are deleted
with what they hold; only the containers do not run.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from philotes_tui.demo import keys
from philotes_tui.demo.control_plane import (
    NODES,
    TOKEN_USERS,
    ClusterFiles,
    apiserver_command,
    controller_manager_command,
    etcd_command,
    kwok_command,
    node_object,
    scheduler_command,
)
from philotes_tui.demo.kubeconfig import CONTEXT, kubeconfig
from philotes_tui.demo.loopback import LoopbackServer
from philotes_tui.demo.ports import LOOPBACK
from philotes_tui.demo.processes import ChildProcess, Supervisor
from philotes_tui.demo.state import StateFolder, state_errors
from philotes_tui.errors import DemoError

PORTS = ("etcd", "etcd-peer", "kube-apiserver", "kwok")
"""The names of the ports a cluster needs."""
_READY_WITHIN_S = 90.0
"""Ten times what it takes on two idle cores."""
_CERTIFICATE_LIFE_S = 300 * 24 * 3600
"""kube-apiserver's own certificate is valid for a year; it is renewed before that."""


@dataclass(frozen=True)
class Cluster:
    """A running cluster.

    Attributes:
        api_server: The API server's URL, HTTPS on the loopback interface.
        kubeconfig: A file of mode 0600 that lets in as cluster administrator.
        context: The context in it.
        token: The administrator's bearer token.
        authority: The PEM file the API server's certificate is checked with.
        api: Requests to the API server as that administrator.
    """

    api_server: str
    kubeconfig: Path
    context: str
    token: str
    authority: Path
    api: LoopbackServer


def start_cluster(
    supervisor: Supervisor,
    tools: Mapping[str, Path],
    ports: Mapping[str, int],
    progress: Callable[[str], None],
) -> Cluster:
    """Start the control plane and wait until pods can run.

    Args:
        supervisor: Starts and later stops the processes.
        tools: The programs by name.
        ports: A port for each name in `PORTS`.
        progress: Told what is being waited for.

    Raises:
        DemoError: a process died or did not become ready in time.
        StateFolderError: the folder cannot be written.
    """
    files = _prepared(supervisor.state)
    tokens = _tokens(supervisor.state, files)
    progress("etcd")
    _start_etcd(supervisor, tools["etcd"], files, ports)
    progress("kube-apiserver")
    apiserver, api = _start_apiserver(
        supervisor, tools["kube-apiserver"], files, ports, tokens["admin"]
    )
    url = f"https://{LOOPBACK}:{api.port}"
    _write_kubeconfigs(supervisor.state, files, url, tokens)
    progress("kube-controller-manager, kube-scheduler and kwok")
    manager = _start_components(supervisor, tools, files, ports)
    _await_ready(supervisor, apiserver, api)
    progress("nodes")
    supervisor.ask(apiserver, lambda: _apply_nodes(api))
    _await_usable(supervisor, manager, api)
    return Cluster(url, files.kubeconfig("admin"), CONTEXT, tokens["admin"], files.certificate, api)


def _prepared(state: StateFolder) -> ClusterFiles:
    files = ClusterFiles(state.folder("cluster"), state.root)
    state.folder("cluster", "etcd")
    state.folder("cluster", "certificates")
    if not files.signing_key.exists():
        state.write_private(files.signing_key, keys.signing_key())
    with state_errors(state.root):
        if not _certificate_serves(files):
            files.certificate.unlink(missing_ok=True)
            files.certificate_key.unlink(missing_ok=True)
    return files


def _certificate_serves(files: ClusterFiles) -> bool:
    """Tell whether certificate and key are there (one alone is refused) and young enough."""
    if not (files.certificate.exists() and files.certificate_key.exists()):
        return False
    return 0 <= time.time() - files.certificate.stat().st_mtime < _CERTIFICATE_LIFE_S


def _tokens(state: StateFolder, files: ClusterFiles) -> dict[str, str]:
    """Return a token for each user, made once and kept."""
    recorded = state.read_json("tokens.json")
    before = recorded if isinstance(recorded, dict) else {}
    tokens = {user: str(before.get(user) or keys.token()) for user in TOKEN_USERS}
    if tokens != before:
        state.write_json("tokens.json", tokens)
    lines = [f"{token},{user},{user},system:masters\n" for user, token in tokens.items()]
    state.write_private(files.token_file, "".join(lines))
    return tokens


def _write_kubeconfigs(
    state: StateFolder, files: ClusterFiles, url: str, tokens: Mapping[str, str]
) -> None:
    authority = files.certificate.read_bytes()
    for user, token in tokens.items():
        state.write_private(files.kubeconfig(user), kubeconfig(url, authority, user, token))


def _start_etcd(
    supervisor: Supervisor, program: Path, files: ClusterFiles, ports: Mapping[str, int]
) -> None:
    command = etcd_command(program, files, ports["etcd"], ports["etcd-peer"])
    etcd = supervisor.start("etcd", command)
    server = LoopbackServer(ports["etcd"])

    def healthy() -> bool:
        answer = server.get("/health").json()
        return isinstance(answer, dict) and answer.get("health") == "true"

    supervisor.wait_until(etcd, healthy, what="become healthy", within=_READY_WITHIN_S)


def _start_apiserver(
    supervisor: Supervisor,
    program: Path,
    files: ClusterFiles,
    ports: Mapping[str, int],
    token: str,
) -> tuple[ChildProcess, LoopbackServer]:
    """Start the API server, and wait until it answers at all."""
    port = ports["kube-apiserver"]
    command = apiserver_command(program, files, port, ports["etcd"])
    # A smaller heap for a little more work: a fifth of its memory here.
    apiserver = supervisor.start("kube-apiserver", command, {"GOGC": "50"})
    api = LoopbackServer(port, files.certificate, token)
    supervisor.wait_until(
        apiserver,
        lambda: files.certificate.exists() and api.get("/livez/ping").ok,
        what="answer",
        within=_READY_WITHIN_S,
    )
    return apiserver, api


def _await_ready(supervisor: Supervisor, apiserver: ChildProcess, api: LoopbackServer) -> None:
    supervisor.wait_until(
        apiserver, lambda: api.get("/readyz").ok, what="become ready", within=_READY_WITHIN_S
    )


def _start_components(
    supervisor: Supervisor,
    tools: Mapping[str, Path],
    files: ClusterFiles,
    ports: Mapping[str, int],
) -> ChildProcess:
    commands = {
        "kube-controller-manager": controller_manager_command(
            tools["kube-controller-manager"], files
        ),
        "kube-scheduler": scheduler_command(tools["kube-scheduler"], files),
        "kwok": kwok_command(tools["kwok"], files, ports["kwok"]),
    }
    started = {name: supervisor.start(name, command) for name, command in commands.items()}
    return started["kube-controller-manager"]


def _apply_nodes(api: LoopbackServer) -> None:
    for name in NODES:
        answer = api.request("POST", "/api/v1/nodes", node_object(name))
        if answer.status not in {
            HTTPStatus.CREATED,
            HTTPStatus.CONFLICT,
        }:  # conflict: it is there since an earlier start
            raise DemoError(
                "The API server refused a node",
                on=name,
                said=answer.body.decode(errors="replace"),
                todo="Run `philotes-tui demo --reset`.",
            )


def _await_usable(supervisor: Supervisor, manager: ChildProcess, api: LoopbackServer) -> None:
    """Wait for what a first pod needs: controllers, a service account, and ready nodes."""
    account = "/api/v1/namespaces/default/serviceaccounts/default"
    # A controller writes it again at once; so this is a sign of life in this start, where
    # all else may still be there from the last one.
    sign = "/api/v1/namespaces/default/configmaps/kube-root-ca.crt"
    supervisor.ask(manager, lambda: api.request("DELETE", sign))
    supervisor.wait_until(
        manager,
        lambda: api.get(sign).ok and api.get(account).ok,
        what="prepare the default namespace",
        within=_READY_WITHIN_S,
    )
    supervisor.wait_until(
        manager,
        lambda: all(_takes_pods(api.get(f"/api/v1/nodes/{name}").json()) for name in NODES),
        what="see the nodes ready",
        within=_READY_WITHIN_S,
    )


def _takes_pods(node: object) -> bool:
    match node:
        case {"spec": dict(spec), "status": {"conditions": list(conditions)}}:
            ready = any(
                isinstance(condition, dict)
                and condition.get("type") == "Ready"
                and condition.get("status") == "True"
                for condition in conditions
            )
            return ready and not spec.get("taints")
    return False

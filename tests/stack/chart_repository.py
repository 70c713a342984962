"""A chart repository over HTTP, with small charts of the names and versions of the platform's."""

import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.certificates import Certificates

_CERT_MANAGER = """\
{{- if .Values.crds.enabled }}
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: certificates.cert-manager.io
spec:
  group: cert-manager.io
  names: {kind: Certificate, plural: certificates}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
{{- end }}
"""
_INGRESS_NGINX = """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: {{ .Release.Name }}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: made-by-a-hook
  annotations: {helm.sh/hook: pre-install, helm.sh/hook-delete-policy: before-hook-creation}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}-controller}
spec:
  type: {{ .Values.controller.service.type }}
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}-controller}
spec:
  replicas: {{ .Values.controller.replicaCount }}
  selector: {matchLabels: {app: ingress-nginx}}
  template:
    metadata: {labels: {app: ingress-nginx}}
    spec:
      containers:
        - name: controller
          image: registry.example.com/ingress-nginx/controller:v1.12.0
          args: ["--enable-metrics={{ .Values.controller.metrics.enabled }}"]
"""
_KUBE_PROMETHEUS_STACK = """\
{{- with .Values.prometheus.prometheusSpec }}
apiVersion: v1
kind: ConfigMap
metadata: {name: prometheus}
data:
  retention: {{ .retention | quote }}
  storage: {{ .storageSpec.volumeClaimTemplate.spec.resources.requests.storage | quote }}
{{- end }}
---
apiVersion: v1
kind: Secret
metadata: {name: grafana}
stringData:
  admin-password: {{ .Values.grafana.adminPassword | default "" | quote }}
"""
# The defaults differ from all that the stack asks for.
_CHARTS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("cert-manager", "v1.16.3"): ("crds: {enabled: false}\n", _CERT_MANAGER),
    ("ingress-nginx", "4.12.0"): (
        "controller: {replicaCount: 1, service: {type: LoadBalancer}, metrics: {enabled: false}}\n",
        _INGRESS_NGINX,
    ),
    ("kube-prometheus-stack", "67.9.0"): ("grafana: {}\n", _KUBE_PROMETHEUS_STACK),
}


@dataclass(frozen=True)
class ChartRepository:
    """A running chart repository.

    Attributes:
        url: Its address.
        asked: The paths that were asked for, in order.
    """

    url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def running_chart_repository(
    helm: Path, folder: Path, certificates: Certificates | None = None
) -> Iterator[ChartRepository]:
    """Package the charts and their index with Helm, and serve them on the loopback interface.

    Args:
        helm: The program.
        folder: Where the packages are made.
        certificates: For TLS; without them it is plain HTTP.
    """
    served = folder / "served"
    for (name, version), (values, template) in _CHARTS.items():
        source = folder / name
        (source / "templates").mkdir(parents=True)
        (source / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: {version}\n")
        (source / "values.yaml").write_text(values)
        (source / "templates" / "all.yaml").write_text(template)
        _helm(helm, folder, "package", str(source), "--destination", str(served))
    _helm(helm, folder, "repo", "index", str(served))
    asked: list[str] = []

    class Answering(SimpleHTTPRequestHandler):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, directory=str(served), **more)

        def log_message(self, *_: object) -> None:
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        if certificates:
            context = certificates.server_context()
            server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https" if certificates else "http"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield ChartRepository(f"{scheme}://127.0.0.1:{server.server_address[1]}", asked)
        finally:
            server.shutdown()
            thread.join()


def _helm(helm: Path, home: Path, *args: str) -> None:
    command = [str(helm), *args]
    subprocess.run(command, env={"HOME": str(home)}, capture_output=True, check=True, timeout=60)

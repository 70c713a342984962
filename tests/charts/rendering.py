"""Charts as Helm renders them, and questions to ask of the result."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

SUBCHARTS = ("philotes-api", "philotes-worker", "lakekeeper")
ALIASES = ("api", "worker", "lakekeeper")


def _namespace(name: str) -> dict[str, Any]:
    """All pods of a namespace, as a peer of a network policy."""
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


EVERYTHING: Mapping[str, Any] = {
    "api": {
        "autoscaling": {"enabled": True},
        "ingress": {"enabled": True, "className": "nginx"},
        "networkPolicy": {
            "enabled": True,
            "fromIngress": [_namespace("ingress-nginx")],
            "fromMetrics": [_namespace("monitoring")],
        },
        "serviceMonitor": {"enabled": True},
        "api": {"baseUrl": "https://philotes.example.com", "corsOrigins": ["https://a.example"]},
        "alerting": {"prometheusUrl": "http://prometheus.monitoring:9090"},
        "podAnnotations": {"example.com/note": "x"},
        "priorityClassName": "high",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "imagePullSecrets": [{"name": "ghcr"}],
    },
    "worker": {
        "scaledObject": {
            "enabled": True,
            "triggers": [{"type": "cpu", "metadata": {"value": "80"}}],
        },
        "networkPolicy": {"enabled": True, "fromMetrics": [_namespace("monitoring")]},
        "serviceMonitor": {"enabled": True},
        "cdc": {"tables": ["public.orders"]},
        "extraEnv": [{"name": "EXTRA", "value": "1"}],
    },
    "lakekeeper": {
        "autoscaling": {"enabled": True},
        "ingress": {"enabled": True},
        "networkPolicy": {"enabled": True, "fromIngress": [_namespace("ingress-nginx")]},
        "catalog": {"baseUri": "https://catalog.example.com"},
        "extraEnv": [{"name": "EXTRA", "value": "1"}],
    },
}
"""Values of the umbrella that turn every optional part on."""


@dataclass(frozen=True)
class Helm:
    """The real helm, with folders of its own and without a way to any network."""

    program: Path
    home: Path

    def run(self, *args: str | Path) -> subprocess.CompletedProcess[str]:
        """Run helm and return what it said, whether it succeeded or not."""
        return subprocess.run(
            [self.program, *args],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                # A port on which nothing listens: any request fails at once.
                "HTTP_PROXY": "http://127.0.0.1:9",
                "HTTPS_PROXY": "http://127.0.0.1:9",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def template(
        self,
        chart: Path,
        values: Mapping[str, Any] | None = None,
        *,
        release: str = "philotes",
        namespace: str = "philotes",
    ) -> "Manifest":
        """Render a chart; fails the test if Helm refuses."""
        done = self.run("template", release, chart, "-n", namespace, *_flags(values or {}))
        assert done.returncode == 0, done.stderr
        documents = YAML(typ="safe").load_all(done.stdout)
        return Manifest(tuple(each for each in documents if each))

    def notes(self, chart: Path, values: Mapping[str, Any] | None = None) -> str:
        """Return what Helm tells whoever installs a chart, its white space as single spaces."""
        given = _flags(values or {})
        done = self.run("install", "philotes", chart, "-n", "philotes", "--dry-run=client", *given)
        assert done.returncode == 0, done.stderr
        return " ".join(done.stdout.partition("\nNOTES:\n")[2].split())

    def refusal(self, chart: Path, values: Mapping[str, Any]) -> str:
        """Return what Helm says of values it must refuse."""
        done = self.run("template", "philotes", chart, *_flags(values))
        assert done.returncode != 0
        return done.stderr


@dataclass(frozen=True)
class Manifest:
    """Rendered Kubernetes objects."""

    objects: tuple[dict[str, Any], ...]

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Objects of a kind by name."""
        return {each["metadata"]["name"]: each for each in self.objects if each["kind"] == kind}

    def containers(self) -> Iterator[dict[str, Any]]:
        """All containers of all Deployments, init containers included."""
        for deployment in self.of("Deployment").values():
            pod = deployment["spec"]["template"]["spec"]
            yield from pod.get("initContainers", [])
            yield from pod["containers"]

    def images(self) -> set[str]:
        """Image references of all containers."""
        return {container["image"] for container in self.containers()}

    def environment(self, deployment: str) -> dict[str, Any]:
        """Variables of a Deployment's main container: plain values, or where they come from."""
        pod = self.of("Deployment")[deployment]["spec"]["template"]["spec"]
        container = pod["containers"][0]
        plain = {
            key: value
            for source in container.get("envFrom", [])
            for key, value in self.of("ConfigMap")[source["configMapRef"]["name"]]["data"].items()
        }
        own = {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}
        return plain | own

    def selectors(self) -> dict[tuple[str, str], dict[str, str]]:
        """Labels by which each object selects pods, by its kind and name."""
        found: dict[tuple[str, str], dict[str, str]] = {}
        for each in self.objects:
            selector = each.get("spec", {}).get("selector") or each.get("spec", {}).get(
                "podSelector"
            )
            if selector:
                key = (each["kind"], each["metadata"]["name"])
                found[key] = selector.get("matchLabels", selector)
        return found

    def selected(self) -> dict[tuple[str, str], list[str]]:
        """Names of what each object selects, by its kind and name.

        A ServiceMonitor selects Services by their labels, and all others select pods, which
        are named here as their Deployment is.
        """
        pods = {
            name: each["spec"]["template"]["metadata"]["labels"]
            for name, each in self.of("Deployment").items()
        }
        services = {name: each["metadata"]["labels"] for name, each in self.of("Service").items()}
        return {
            (kind, name): [
                each
                for each, labels in (services if kind == "ServiceMonitor" else pods).items()
                if selector.items() <= labels.items()
            ]
            for (kind, name), selector in self.selectors().items()
        }


def _flags(values: Mapping[str, Any]) -> list[str]:
    return [part for key in values for part in ("--set-json", f"{key}={json.dumps(values[key])}")]

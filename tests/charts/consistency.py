"""What must hold of any render, whatever the values are."""

from collections.abc import Iterator
from typing import Any

from tests.charts.rendering import Manifest

GIVEN = {"philotes-postgresql", "philotes-minio", "s3", "pg"}
"""Secrets that a cluster has before the charts come; so has it any that starts with `pg-`."""
_SCALERS = ("HorizontalPodAutoscaler", "ScaledObject")


def inconsistencies(manifest: Manifest) -> list[str]:
    """Return what does not fit together in rendered objects, one sentence each."""
    return [
        *_names(manifest),
        *_labels(manifest),
        *_selectors(manifest),
        *_replicas(manifest),
        *_budgets(manifest),
        *_references(manifest),
        *_ports(manifest),
        *_catalog(manifest),
    ]


def _names(manifest: Manifest) -> Iterator[str]:
    seen = set()
    for each in manifest.objects:
        name = (each["kind"], each["metadata"]["name"])
        if name in seen:
            yield f"{name} is there twice"
        if each["metadata"].get("namespace") != "philotes":
            yield f"{name} names no namespace"
        seen.add(name)


def _labels(manifest: Manifest) -> Iterator[str]:
    wanted = {"name", "instance", "version", "component", "part-of", "managed-by"}
    for each in manifest.objects:
        labels = each["metadata"]["labels"]
        lacking = {f"app.kubernetes.io/{key}" for key in wanted} - labels.keys()
        if lacking or "helm.sh/chart" not in labels:
            yield f"{each['kind']} {each['metadata']['name']} lacks labels: {lacking}"


def _selectors(manifest: Manifest) -> Iterator[str]:
    for (kind, name), found in manifest.selected().items():
        if found != [name]:
            yield f"{kind} {name} selects {found}"
    for (kind, name), selector in manifest.selectors().items():
        if set(selector) != {"app.kubernetes.io/name", "app.kubernetes.io/instance"}:
            yield f"{kind} {name} selects by {sorted(selector)}"


def _replicas(manifest: Manifest) -> Iterator[str]:
    scaled = [
        each["spec"]["scaleTargetRef"]["name"]
        for kind in _SCALERS
        for each in manifest.of(kind).values()
    ]
    for name, each in manifest.of("Deployment").items():
        if scaled.count(name) > 1:
            yield f"{name} is scaled twice"
        if ("replicas" in each["spec"]) == (name in scaled):
            yield f"{name} has its replicas from two sides or from none"
    if set(scaled) - manifest.of("Deployment").keys():
        yield f"{scaled} are not all there to be scaled"


def _least(manifest: Manifest, name: str) -> int:
    """Fewest pods of a Deployment that are meant to run."""
    for kind, key in (
        ("HorizontalPodAutoscaler", "minReplicas"),
        ("ScaledObject", "minReplicaCount"),
    ):
        if name in manifest.of(kind):
            return int(manifest.of(kind)[name]["spec"][key])
    return int(manifest.of("Deployment")[name]["spec"]["replicas"])


def _budgets(manifest: Manifest) -> Iterator[str]:
    for name, each in manifest.of("PodDisruptionBudget").items():
        spec = each["spec"]
        if ("minAvailable" in spec) == ("maxUnavailable" in spec):
            yield f"the budget of {name} says two things or none"
        elif spec.get("minAvailable", 0) and spec["minAvailable"] >= _least(manifest, name):
            yield f"the budget of {name} spares no pod"


def _references(manifest: Manifest) -> Iterator[str]:
    vaulted = {
        each["spec"]["destination"]["name"] for each in manifest.of("VaultStaticSecret").values()
    }
    secrets = manifest.of("Secret").keys() | vaulted | GIVEN
    for container in manifest.containers():
        for source in container["envFrom"]:
            if source["configMapRef"]["name"] not in manifest.of("ConfigMap"):
                yield f"{source} is not there"
        for variable in container["env"]:
            if "valueFrom" not in variable:
                continue
            source = variable["valueFrom"]["secretKeyRef"]
            if source["name"] not in secrets and not source["name"].startswith("pg-"):
                yield f"{source} is not there"
            own = manifest.of("Secret").get(source["name"])
            if own and source["key"] not in own["data"]:
                yield f"{source} has no such key"
    for name, each in manifest.of("Deployment").items():
        account = each["spec"]["template"]["spec"]["serviceAccountName"]
        if account not in {*manifest.of("ServiceAccount"), "default"}:
            yield f"{name} runs as {account}, which is not there"


def _ports(manifest: Manifest) -> Iterator[str]:
    services = {
        name: _named(each["spec"]["ports"]) for name, each in manifest.of("Service").items()
    }
    for name, each in manifest.of("Service").items():
        container = manifest.of("Deployment")[name]["spec"]["template"]["spec"]["containers"][0]
        if not {port["targetPort"] for port in each["spec"]["ports"]} <= _named(container["ports"]):
            yield f"the service {name} leads to ports that its pods do not have"
    for name, each in manifest.of("NetworkPolicy").items():
        pod = manifest.of("Deployment")[name]["spec"]["template"]["spec"]
        opened = {port["port"] for rule in each["spec"]["ingress"] for port in rule["ports"]}
        if not opened <= _named(pod["containers"][0]["ports"]):
            yield f"the policy {name} opens ports that its pods do not have"
    for name, each in manifest.of("Ingress").items():
        for path in (path for rule in each["spec"]["rules"] for path in rule["http"]["paths"]):
            backend = path["backend"]["service"]
            if backend["port"]["name"] not in services.get(backend["name"], set()):
                yield f"the ingress {name} leads to {backend}, which is not there"
    for name, each in manifest.of("ServiceMonitor").items():
        if not {endpoint["port"] for endpoint in each["spec"]["endpoints"]} <= services[name]:
            yield f"the monitor {name} reads a port that its service does not have"


def _catalog(manifest: Manifest) -> Iterator[str]:
    catalogs = {
        f"http://{name}:{port['port']}/catalog"
        for name, each in manifest.of("Service").items()
        if each["metadata"]["labels"]["app.kubernetes.io/component"] == "catalog"
        for port in each["spec"]["ports"]
    }
    for name, each in manifest.of("ConfigMap").items():
        address = each["data"].get("PHILOTES_ICEBERG_CATALOG_URL")
        if address and catalogs and address not in catalogs:
            yield f"{name} looks for the catalog at {address}, which is at {catalogs}"


def _named(ports: list[dict[str, Any]]) -> set[str]:
    return {port["name"] for port in ports}

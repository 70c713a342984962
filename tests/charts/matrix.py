"""Values with which the charts must render, be accepted and be consistent."""

from collections.abc import Mapping
from typing import Any, get_args

from philotes_stack.config import Environment
from philotes_stack.values import environment_values
from tests.charts.rendering import ALIASES, EVERYTHING, SUBCHARTS

Values = Mapping[str, Any]

_INGRESS = {
    "enabled": True,
    "className": "nginx",
    "annotations": {"cert-manager.io/cluster-issuer": "letsencrypt"},
    "hosts": [
        {
            "host": "philotes.example.com",
            "paths": [
                {"path": "/", "pathType": "Prefix"},
                {"path": "/exact", "pathType": "Exact"},
            ],
        }
    ],
    "tls": [{"secretName": "philotes-tls", "hosts": ["philotes.example.com"]}],
}
_PLACED = {
    "priorityClassName": "system-cluster-critical",
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}],
    "topologySpreadConstraints": [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
        },
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": {"app.kubernetes.io/part-of": "philotes"}},
        },
    ],
    "affinity": {
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": 1, "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname"}}
            ]
        }
    },
    "imagePullSecrets": [{"name": "ghcr"}],
    "podAnnotations": {"example.com/note": "x"},
}
_CERTIFICATES = {
    "extraVolumes": [{"name": "ca", "configMap": {"name": "company-ca"}}],
    "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/company-ca", "readOnly": True}],
}
_BALANCED = {
    "type": "LoadBalancer",
    "port": 80,
    "annotations": {"example.com/lb": "internal"},
}
_VAULT = {"enabled": True, "path": "philotes/all", "authRef": "shared/login"}
_VAULT_ELSEWHERE = {
    "enabled": True,
    "path": "philotes/all",
    "role": "philotes",
    "authMount": "cluster-a",
    "namespace": "team-a",
    "connectionRef": "vault-a",
}
_AUTOSCALING = {"enabled": True, "minReplicas": 1, "maxReplicas": 3}


def _each(**values: Any) -> dict[str, Any]:
    """The same values for every subchart."""
    return dict.fromkeys(ALIASES, values)


INLINE: Values = {
    "api": {"database": {"password": 'a "quoted": {password}'}},
    "worker": {
        "database": {"password": "p1"},
        "cdc": {"source": {"password": "p2"}},
        "storage": {"accessKey": "k1", "secretKey": "k2"},
    },
    "lakekeeper": {"database": {"password": "a/b c@d%"}},
}
"""Every password and key given inline."""

EXISTING: Values = {
    "global": {"storage": {"existingSecret": "s3", "accessKeyKey": "id", "secretKeyKey": "key"}},
    "api": {"database": {"existingSecret": "pg-api"}},
    "worker": {
        "database": {"existingSecret": "pg-worker", "passwordKey": "pw"},
        "cdc": {"source": {"existingSecret": "pg-source"}},
    },
    "lakekeeper": {"database": {"existingSecret": "pg-catalog"}},
}
"""Every password and key in a secret of another name."""

VAULT: Values = {
    **_each(vault=_VAULT),
    "worker": {"vault": {**_VAULT, "role": "philotes", "authRef": ""}},
}
"""Every password and key from Vault."""

MATRIX: Mapping[str, Values] = {
    "defaults": {},
    "everything": EVERYTHING,
    **{name: environment_values(name) for name in get_args(Environment)},
    "one replica each": _each(replicaCount=1),
    "many replicas each": _each(replicaCount=4),
    "none running": _each(replicaCount=0),
    "autoscaling": _each(autoscaling=_AUTOSCALING),
    "autoscaling of many": _each(autoscaling={**_AUTOSCALING, "minReplicas": 3}),
    "scaled by KEDA": {
        "worker": {
            "scaledObject": {
                "enabled": True,
                "minReplicas": 2,
                "triggers": [{"type": "cpu", "metadata": {"value": "80"}}],
            }
        }
    },
    "ingress with TLS": {"api": {"ingress": _INGRESS}, "lakekeeper": {"ingress": _INGRESS}},
    "network policies": _each(
        networkPolicy={"enabled": True, "extraFrom": [{"namespaceSelector": {}}]}
    ),
    "no metrics": {
        "api": {"metrics": {"enabled": False}},
        "worker": {"metrics": {"enabled": False}},
    },
    "placed": _each(**_PLACED),
    "certificates of one's own": _each(**_CERTIFICATES),
    "inline secrets": INLINE,
    "inline for all": {
        "global": {
            "database": {"password": "p"},
            "storage": {"accessKey": "a", "secretKey": "b"},
        }
    },
    "existing secrets": EXISTING,
    "vault": VAULT,
    "vault by a connection and a namespace": _each(vault=_VAULT_ELSEWHERE),
    "vault beside existing secrets": {
        **VAULT,
        "global": {"database": {"existingSecret": "pg"}},
    },
    "no own service accounts": _each(serviceAccount={"create": False}),
    "no budgets": _each(podDisruptionBudget={"enabled": False}),
    "load balancers": {
        **_each(service=_BALANCED),
        "worker": {
            "service": _BALANCED,
            "iceberg": {"catalogUrl": "http://{{ .Release.Name }}-lakekeeper:80/catalog"},
        },
    },
    "other names": {
        "api": {"fullnameOverride": "front"},
        "worker": {
            "nameOverride": "cdc",
            "iceberg": {"catalogUrl": "http://catalog:8181/catalog"},
        },
        "lakekeeper": {"fullnameOverride": "catalog"},
    },
}
"""Values of the umbrella by what they are about."""


def alone(values: Values, chart: str) -> dict[str, Any]:
    """Return what values of the umbrella say to one subchart, as values of that chart."""
    alias = ALIASES[SUBCHARTS.index(chart)]
    return {
        **({"global": values["global"]} if "global" in values else {}),
        **values.get(alias, {}),
    }

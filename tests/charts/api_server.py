"""A real API server, asked as `kubectl apply --server-side` asks it."""

import functools
import http.client
import json
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from philotes_tui.demo.cluster import Cluster

_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_WITHIN_S = 30.0


@dataclass(frozen=True)
class ApiServer:
    """Server-side apply, as the cluster's administrator (kubernetes.io/docs, «Server-Side Apply»).

    Attributes:
        cluster: The cluster whose API server is asked.
    """

    cluster: Cluster
    _plurals: dict[tuple[str, str], str] = field(default_factory=dict)

    def apply(self, wanted: dict[str, Any], *, dry_run: bool = False) -> tuple[int, dict[str, Any]]:
        """Apply an object, unknown and doubled fields refused; returns the status and the answer.

        Args:
            wanted: The object; its namespace must exist.
            dry_run: Judge it by everything that judges a real one, and store nothing.
        """
        query = "fieldManager=charts&fieldValidation=Strict&force=true"
        path = f"{self._path(wanted)}?{query}{'&dryRun=All' * dry_run}"
        return self._send("PATCH", path, wanted, "application/apply-patch+yaml")

    def scale(self, found: dict[str, Any], replicas: int) -> None:
        """Ask for a number of pods, as `kubectl scale` does."""
        status, answer = self._send(
            "PATCH",
            f"{self._path(found)}/scale?fieldManager=kubectl",
            {"spec": {"replicas": replicas}},
            "application/merge-patch+json",
        )
        assert status == http.client.OK, answer

    def uid(self, found: dict[str, Any]) -> str:
        """Return the UID of an object that is there."""
        status, answer = self._send("GET", self._path(found))
        assert status == http.client.OK, answer
        return str(answer["metadata"]["uid"])

    def delete(self, found: dict[str, Any]) -> None:
        """Ask for the end of an object."""
        self._send("DELETE", self._path(found))

    def define(self, definitions: Iterable[dict[str, Any]]) -> None:
        """Apply resource definitions, and wait until the kinds they define are served."""
        for each in definitions:
            status, answer = self.apply(each)
            assert status in {http.client.OK, http.client.CREATED}, answer
            spec = each["spec"]
            served = (
                f"/apis/{spec['group']}/{spec['versions'][0]['name']}/{spec['names']['plural']}"
            )
            await_fact(functools.partial(self._is_served, served))

    def _is_served(self, path: str) -> bool:
        return self._send("GET", path)[0] == http.client.OK

    def _path(self, each: dict[str, Any]) -> str:
        group = each["apiVersion"]
        root = f"/api/{group}" if "/" not in group else f"/apis/{group}"
        namespace = each["metadata"].get("namespace")
        scope = f"/namespaces/{namespace}" if namespace else ""
        return f"{root}{scope}/{self._plural(root, each['kind'])}/{each['metadata']['name']}"

    def _plural(self, root: str, kind: str) -> str:
        if (root, kind) not in self._plurals:
            _, answer = self._send("GET", root)
            for each in answer["resources"]:
                if "/" not in each["name"]:
                    self._plurals[root, each["kind"]] = each["name"]
        return self._plurals[root, kind]

    def _send(
        self, method: str, path: str, body: object = None, content: str = "application/json"
    ) -> tuple[int, dict[str, Any]]:
        context = ssl.create_default_context(cafile=str(self.cluster.authority))
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.cluster.api.port, timeout=10, context=context
        )
        headers = {"Authorization": f"Bearer {self.cluster.token}", "Content-Type": content}
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        found = json.loads(text) if text.startswith(b"{") else {"text": text.decode()}
        return answer.status, found


def api_object(version: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
    """Return an object that has a name and nothing else but what is given."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **rest}


def definitions() -> list[dict[str, Any]]:
    """Return the definitions of the kinds that operators bring, as far as the charts use them."""
    folder = Path(__file__).parent / "crds"
    return [YAML(typ="safe").load(file) for file in sorted(folder.glob("*.yaml"))]


def await_fact(holds: Callable[[], bool]) -> None:
    """Return as soon as something holds; fails the test if it never does."""
    deadline = time.monotonic() + _WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"

"""An operator's own settings on the shared demo: own backend, own stacks, own namespaces."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.demo import Demo
from philotes_tui.engine.project import ensure_project, ensure_stack_file
from tests.terminal.driver import Terminal

STACKS = ("dev", "staging", "prod")


@dataclass(frozen=True)
class Operator:
    """Somebody at a terminal with settings of their own.

    Attributes:
        settings: The settings file.
        environment: The environment of what they start.
        namespace: The namespace of the stack `dev`.
    """

    demo: Demo
    settings: Path
    environment: dict[str, str]
    namespace: str

    @property
    def stack_file(self) -> Path:
        """The file of the stack `dev`."""
        return self.settings.parent / "state" / "project" / "Pulumi.dev.yaml"

    @contextmanager
    def program(self, columns: int = 80, rows: int = 24) -> Iterator[Terminal]:
        """Run the program in a pseudo-terminal; it is ended at the end."""
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "philotes_tui",
            "--settings",
            self.settings,
        ]
        with Terminal(command, self.environment, columns=columns, rows=rows) as terminal:
            yield terminal

    def images(self) -> dict[str, str]:
        """Ask the Kubernetes API which image each Deployment of `dev` runs, if it is ready."""
        path = f"/apis/apps/v1/namespaces/{self.namespace}/deployments"
        answer: Any = self.demo.cluster.api.get(path).json()
        return {
            item["metadata"]["name"]: item["spec"]["template"]["spec"]["containers"][0]["image"]
            for item in answer["items"]
            if item["status"].get("readyReplicas") == item["spec"]["replicas"]
        }


@pytest.fixture
def operator(
    demo: Demo,
    pulumi_environment: dict[str, str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Operator:
    """An operator with three stacks that nothing was deployed to yet."""
    state = tmp_path / "state"
    namespace = f"tty-{abs(hash(request.node.name)) % 10**8}"
    values = {
        "registry": demo.registry,
        "state_dir": str(state),
        "backend_url": pulumi_environment["PULUMI_BACKEND_URL"],
        "pulumi_home": pulumi_environment["PULUMI_HOME"],
        "kubeconfig": str(demo.kubeconfig),
    }
    settings = tmp_path / "settings.toml"
    settings.write_text("".join(f"{k} = {json.dumps(v)}\n" for k, v in values.items()))
    ensure_project(state / "project")
    for stack in STACKS:
        suffix = "" if stack == "dev" else f"-{stack}"
        initial = {"namespace": namespace + suffix, "kubeContext": demo.context}
        ensure_stack_file(state / "project", stack, initial)
    root = Path(__file__).parent.parent.parent
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PHILOTES_", "PULUMI_"))}
    environment = {
        **kept,
        **pulumi_environment,
        "PYTHONPATH": f"{root}{os.pathsep}{root / 'stack'}",
        "PHILOTES_STACK_CACHE": str(tmp_path / "staged-charts"),
    }
    return Operator(demo, settings, environment, namespace)

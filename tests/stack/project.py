"""A plain Pulumi project folder and the real CLI."""

import contextlib
import itertools
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chart_values import SETTLED


@dataclass(frozen=True)
class Project:
    """A copy of `stack/` with a stack `dev`.

    Attributes:
        folder: Where `Pulumi.yaml` stands.
        pulumi: The CLI.
        variables: Its whole environment.
    """

    folder: Path
    pulumi: Path
    variables: Mapping[str, str]

    def run(self, *args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run `pulumi` on the project and return what it said, both streams as one."""
        return subprocess.run(
            [self.pulumi, "--non-interactive", "--color=never", *args],
            cwd=cwd or self.folder,
            env=dict(self.variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )

    def succeed(self, *args: str, cwd: Path | None = None) -> str:
        """Run `pulumi`, fail the test if it fails, and return what it said."""
        done = self.run(*args, cwd=cwd)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def configure(self, **values: str) -> None:
        """Set keys of the namespace `philotes`, in one go."""
        pairs = (("--plaintext", f"philotes:{key}={value}") for key, value in values.items())
        self.succeed("config", "set-all", *itertools.chain.from_iterable(pairs))

    def take_services_for_ready(self) -> None:
        """Let deploys wait for pods and no longer, as `SETTLED` tells."""
        with (self.folder / "Pulumi.dev.yaml").open("a", encoding="utf-8") as file:
            file.write(f"  philotes:values:\n{SETTLED}")  # the configuration stands last there

    def preview(self) -> "Plan":
        """Preview and return the planned steps."""
        done = subprocess.run(
            [self.pulumi, "--non-interactive", "preview", "--json"],
            cwd=self.folder,
            env=dict(self.variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            raise AssertionError(_reasons(done.stdout) + done.stderr)
        return Plan(json.loads(done.stdout))

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs after the last `up`."""
        return dict(json.loads(self.succeed("stack", "output", "--json")))

    def resources(self) -> list[dict[str, Any]]:
        """All resources of the state."""
        return list(self.exported()["deployment"].get("resources") or [])

    def exported(self) -> dict[str, Any]:
        """The state, secrets encrypted."""
        return dict(json.loads(self.succeed("stack", "export")))


def _reasons(document: str) -> str:
    """What a preview that failed says of it, without the planned steps, which hide it."""
    with contextlib.suppress(ValueError):
        return "\n".join(
            f"{each.get('severity')}: {each.get('urn', '')}: {each.get('message', '').strip()}"
            for each in json.loads(document).get("diagnostics", [])
        )
    return document


@dataclass(frozen=True)
class Plan:
    """What `pulumi preview --json` says."""

    document: Mapping[str, Any]

    @property
    def operations(self) -> set[str]:
        """The kinds of steps."""
        return {step["op"] for step in self.document["steps"]}

    def created(self, kind: str) -> set[str]:
        """The names of the resources to be created of a type, such as `apps/v1:Deployment`."""
        steps = [step for step in self.document["steps"] if step["op"] == "create"]
        urns = [step["urn"].split("::") for step in steps]
        return {urn[-1] for urn in urns if urn[-2].split("$")[-1] == f"kubernetes:{kind}"}

    @property
    def diagnostics(self) -> set[str]:
        """Messages of the program and the providers, each after its severity."""
        return {each["message"].strip() for each in self.document.get("diagnostics", [])}

    def changes(self) -> list[object]:
        """What is not the same, with the properties that differ, for messages."""
        return [
            (step["op"], step["urn"].split("::")[-1], step.get("detailedDiff"))
            for step in self.document["steps"]
            if step["op"] != "same"
        ]

    def differing_paths(self) -> set[str]:
        """The paths of all properties that differ."""
        return {path for step in self.document["steps"] for path in step.get("detailedDiff") or {}}

    def steps(self, *operations: str) -> list[str]:
        """The resource names of steps of these kinds."""
        found = [step for step in self.document["steps"] if step["op"] in operations]
        return sorted({step["urn"].split("::")[-1] for step in found})

"""Runs the `run:` steps of a workflow's job as GitHub's runner does.

The order, the shell, the environment and the files that steps write to are those of
docs.github.com/actions (Workflow syntax, Workflow commands, Variables). Steps that use an
action are done by stand-ins the test gives; one without a stand-in ends the test.
"""

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.workflows.expressions import Contexts, Unsupported, condition, filled

WORKFLOWS = Path(__file__).parents[2] / ".github" / "workflows"
_STEP_KEYS = {"name", "id", "if", "uses", "with", "run", "env"}
_FILES = ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")

StandIn = Callable[["Runner", Mapping[str, str]], None]
"""Does what an action does, given its inputs."""


def workflow(name: str) -> dict[str, Any]:
    """Return a workflow of this repository as it is written, by YAML 1.2: `on` is a text."""
    loaded = YAML(typ="safe", pure=True).load(WORKFLOWS / name)
    assert isinstance(loaded, dict)
    return loaded


@dataclass(frozen=True)
class StepRun:
    """How a step went: `success`, `failure` or `skipped`, and all it printed."""

    name: str
    outcome: str
    printed: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class JobRun:
    """How a job went.

    Attributes:
        steps: Every step in order.
        outputs: What the jobs after it get; empty if it failed.
        summary: What stands on the run's page, Markdown.
    """

    steps: tuple[StepRun, ...]
    outputs: Mapping[str, str]
    summary: str

    @property
    def failed(self) -> str:
        """The name of the step that failed first; empty if none did."""
        return next((step.name for step in self.steps if step.outcome == "failure"), "")

    @property
    def printed(self) -> str:
        """All that all steps printed."""
        return "".join(step.printed for step in self.steps)


@dataclass
class Runner:
    """One machine that runs one job.

    Attributes:
        folder: An empty folder for all of it.
        github: The context `github` and, by name, the variables `GITHUB_…`.
        secrets: The context `secrets`.
        stand_ins: What is done for a step that uses an action, by the action's name.
        environ: Variables the machine itself has, such as `PATH`.
    """

    folder: Path
    github: Mapping[str, str]
    secrets: Mapping[str, str]
    stand_ins: Mapping[str, StandIn]
    environ: dict[str, str]

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    @property
    def temp(self) -> Path:
        return self.folder / "temp"

    def add_path(self, folder: Path) -> None:
        """Put a folder first on the path of the steps to come."""
        self.environ["PATH"] = f"{folder}{os.pathsep}{self.environ['PATH']}"

    def run(
        self, whole: Mapping[str, Any], job_name: str, contexts: Mapping[str, object] | None = None
    ) -> JobRun:
        """Run one job of a workflow.

        Args:
            whole: The workflow.
            job_name: Which job.
            contexts: More contexts, such as `needs` and `matrix`.

        Raises:
            Unsupported: it uses what this runner does not know.
        """
        job = whole["jobs"][job_name]
        for folder in (self.workspace, self.temp, self.folder / "home"):
            folder.mkdir(exist_ok=True)
        self.environ |= self._variables()
        known = {"github": self.github, "runner": {"temp": str(self.temp)}, **(contexts or {})}
        environment = {
            name: filled(_text(value), Contexts(known))
            for part in (whole.get("env", {}), job.get("env", {}))
            for name, value in part.items()
        }
        known |= {"secrets": self.secrets, "env": environment}
        steps = _Steps(self, _shell(whole), known, environment)
        for number, step in enumerate(job["steps"]):
            steps.one(number, step)
        succeeded = not steps.contexts.failed
        outputs = {
            name: filled(value, steps.contexts)
            for name, value in job.get("outputs", {}).items()
            if succeeded
        }
        return JobRun(tuple(steps.done), outputs, steps.summary)

    def _variables(self) -> dict[str, str]:
        return {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "HOME": str(self.folder / "home"),
            "RUNNER_TEMP": str(self.temp),
            **{f"GITHUB_{name.upper()}": value for name, value in self.github.items()},
        }


@dataclass
class _Steps:
    """The steps of one job, one after the other."""

    runner: Runner
    shell: list[str]
    known: Mapping[str, object]
    environment: dict[str, str]
    done: list[StepRun] = field(default_factory=list)
    summary: str = ""
    contexts: Contexts = field(default_factory=lambda: Contexts({}))

    def one(self, number: int, step: Mapping[str, Any]) -> None:
        if unknown := step.keys() - _STEP_KEYS:
            raise Unsupported(f"a step has {', '.join(sorted(unknown))}")
        name = step.get("name", f"step {number}")
        self._update(step, None)
        if not condition(step.get("if", "success()"), self.contexts):
            ran = StepRun(name, "skipped")
        elif "uses" in step:
            ran = self._action(name, step)
        else:
            ran = self._script(number, name, step)
        self.done.append(ran)
        self._update(step, ran)

    def _update(self, step: Mapping[str, Any], ran: StepRun | None) -> None:
        steps = dict(self.contexts.values.get("steps", {}))  # type: ignore[call-overload]
        if ran is not None and "id" in step:
            steps[step["id"]] = {"outcome": ran.outcome, "outputs": ran.outputs}
        failed = any(one.outcome == "failure" for one in self.done)
        self.contexts = Contexts({**self.known, "steps": steps}, failed)

    def _action(self, name: str, step: Mapping[str, Any]) -> StepRun:
        action, _, _ = step["uses"].partition("@")
        if action not in self.runner.stand_ins:
            raise Unsupported(f"nothing stands in for {step['uses']}")
        inputs = {
            key: filled(_text(value), self.contexts) for key, value in step.get("with", {}).items()
        }
        self.runner.stand_ins[action](self.runner, inputs)
        return StepRun(name, "success")

    def _script(self, number: int, name: str, step: Mapping[str, Any]) -> StepRun:
        files = {key: self.runner.temp / f"{key}-{number}" for key in _FILES}
        for file in files.values():
            file.touch()
        script = self.runner.temp / f"step-{number}.sh"
        script.write_text(filled(step["run"], self.contexts), encoding="utf-8")
        own = {
            key: filled(_text(value), self.contexts) for key, value in step.get("env", {}).items()
        }
        process = subprocess.run(
            [word.replace("{0}", str(script)) for word in self.shell],
            cwd=self.runner.workspace,
            env={
                **self.runner.environ,
                **self.environment,
                **own,
                **{key: str(file) for key, file in files.items()},
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        self.environment |= _assigned(files["GITHUB_ENV"])
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        for line in files["GITHUB_PATH"].read_text(encoding="utf-8").splitlines():
            self.runner.add_path(Path(line))
        outcome = "failure" if process.returncode else "success"
        return StepRun(name, outcome, process.stdout, _assigned(files["GITHUB_OUTPUT"]))


def _shell(whole: Mapping[str, Any]) -> list[str]:
    """Return the workflow's own shell; without one the runner would not stop at an unset name."""
    return shlex.split(whole["defaults"]["run"]["shell"])


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _assigned(file: Path) -> dict[str, str]:
    """Return what a step wrote as `NAME=VALUE`; the form of several lines is not used here."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if not equals or "<<" in name:
            raise Unsupported(line)
        found[name] = value
    return found

"""A runner for the release job, and a registry with token login that it publishes to."""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import at_hand
from tests.stack.conftest import project, variables
from tests.token_registry import TokenRegistry, running_token_registry
from tests.token_server import Account
from tests.workflows.runner import JobRun, Runner, workflow

__all__ = ["project", "variables"]  # fixtures of the stack's tests, for the deployment

ROOT = Path(__file__).parents[2]
TOKEN = "ghs_NotARealTokenButOneThatMustNeverBeSeen"
CHARTS = ("lakekeeper", "philotes", "philotes-api", "philotes-worker")


@dataclass
class Release:
    """Runs the release workflow's publishing job, each time on a machine of its own.

    Attributes:
        registry: Where it publishes.
        folder: Where the machines are.
        helm: The Helm that the stand-in for its installation installs.
        runs: How many ran so far.
    """

    registry: TokenRegistry
    folder: Path
    helm: Path
    runs: int = 0

    def __call__(
        self,
        tag: str,
        *,
        owner: str = "acme",
        token: str = TOKEN,
        ref_type: str = "tag",
        change: Callable[[Path], None] = lambda _: None,
    ) -> JobRun:
        """Publish a tag.

        Args:
            tag: The tag that was pushed.
            owner: The owner of the repository.
            token: The workflow's token.
            ref_type: What the ref is, `tag` or `branch`.
            change: Changes the checkout after it was made.
        """
        whole = workflow("helm-release.yml")
        assert "REGISTRY" in whole["env"], "the test replaces the registry there"
        whole["env"]["REGISTRY"] = self.registry.host
        runner = self.runner(tag, owner, token, ref_type, change)
        return runner.run(whole, "publish")

    def runner(
        self,
        tag: str,
        owner: str,
        token: str,
        ref_type: str = "tag",
        change: Callable[[Path], None] = lambda _: None,
    ) -> Runner:
        """Return a machine that has what GitHub's has, and the registry's authority."""
        self.runs += 1
        folder = self.folder / f"machine-{self.runs}"
        (folder / "bin").mkdir(parents=True)

        def check_out(runner: Runner, _: Mapping[str, str]) -> None:
            check_out_into(runner.workspace)
            change(runner.workspace)

        return Runner(
            folder,
            github=github(tag, owner, ref_type),
            secrets={"GITHUB_TOKEN": token},
            stand_ins={
                "actions/checkout": check_out,
                "actions/setup-python": lambda runner, _: install(
                    runner, "python3", f"{base_python()} -S"
                ),
                "azure/setup-helm": lambda runner, _: install(runner, "helm", str(self.helm)),
            },
            environ={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "SSL_CERT_FILE": str(self.registry.certificates.authority),
                "PYTHONDONTWRITEBYTECODE": "1",
                "LANG": "C.UTF-8",
            },
        )

    @property
    def machine(self) -> Path:
        """The folder of the machine that ran last."""
        return self.folder / f"machine-{self.runs}"

    @property
    def arguments(self) -> str:
        """The arguments of every program that the last machine's own programs saw."""
        return (self.machine / "arguments").read_text(encoding="utf-8")


def github(tag: str, owner: str, ref_type: str = "tag") -> dict[str, str]:
    """Return the context `github` of a run for a ref."""
    repository = f"{owner}/philotes"
    ref = f"refs/{'tags' if ref_type == 'tag' else 'heads'}/{tag}"
    return {
        "actor": "Octo-Cat",
        "event_name": "push",
        "ref": ref,
        "ref_name": tag,
        "ref_type": ref_type,
        "repository": repository,
        "repository_owner": owner,
        "server_url": "https://github.com",
        "sha": "0123456789abcdef0123456789abcdef01234567",
        "workflow_ref": f"{repository}/.github/workflows/helm-release.yml@{ref}",
    }


def check_out_into(workspace: Path) -> None:
    """Copy what the release needs of this repository."""
    ignored = shutil.ignore_patterns("__pycache__", "*.tgz", "Chart.lock")
    for part in ("charts", "philotes_tui"):
        shutil.copytree(ROOT / part, workspace / part, ignore=ignored)


def install(runner: Runner, name: str, command: str) -> None:
    """Put a program on the runner's path that notes its arguments, one call a line."""
    program = runner.folder / "bin" / name
    noted = runner.folder / "arguments"
    program.write_text(f'#!/bin/sh\necho "{name} $*" >>"{noted}"\nexec {command} "$@"\n')
    program.chmod(0o755)
    runner.add_path(program.parent)


def base_python() -> str:
    """Return the Python below a virtual environment: none of its packages are there."""
    return str(getattr(sys, "_base_executable", sys.executable))


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its content."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.fixture(scope="session")
def release_tools() -> dict[str, Path]:
    """The programs behind a release; the rest of the demo's is not needed for it."""
    return {name: tool.path for name, tool in at_hand(("registry", "helm")).items()}


@pytest.fixture
def release(tmp_path: Path, release_tools: dict[str, Path]) -> Iterator[Release]:
    """The release job with an empty registry that lets its token push below `acme/`."""
    (tmp_path / "registry").mkdir()
    with running_token_registry(
        tmp_path / "registry", release_tools, [Account(secret=TOKEN, push=("acme/*",))]
    ) as registry:
        yield Release(registry, tmp_path, release_tools["helm"])


@pytest.fixture
def release_workflow() -> dict[str, Any]:
    """The release workflow as it is written."""
    return workflow("helm-release.yml")

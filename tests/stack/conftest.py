"""The stack as a plain Pulumi project, in a copy, driven by the real CLI."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from philotes_tui.demo import Demo
from philotes_tui.toolchain import FoundTool
from tests.stack.project import Project

HERE = Path(__file__).parent
STACK = HERE.parent.parent / "stack"


@pytest.fixture
def variables(pulumi_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """What Pulumi and the program get to see of the environment."""
    return {
        **pulumi_environment,
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PULUMI_CONFIG_PASSPHRASE": "for this test only",
        "PHILOTES_STACK_CACHE": str(tmp_path / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.fixture
def project(
    variables: dict[str, str],
    engine_tools: dict[str, FoundTool],
    demo: Demo,
    charts: Path,
    tmp_path: Path,
) -> Iterator[Project]:
    """A checkout with `stack/` and `charts/`, and a stack `dev` that looks at the demo."""
    ignored = shutil.ignore_patterns("__pycache__", "Pulumi.*.yaml")
    folder = Path(shutil.copytree(STACK, tmp_path / "checkout" / "stack", ignore=ignored))
    vendored = shutil.ignore_patterns("charts", "Chart.lock")
    shutil.copytree(charts, tmp_path / "checkout" / "charts", ignore=vendored)
    programs = tmp_path / "programs"
    programs.mkdir()
    host = programs / "pulumi-language-python"
    host.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "language_host.py"}" "$@"\n')
    host.chmod(0o755)
    path = f"{programs}{os.pathsep}{variables['PATH']}"
    running = Project(folder, engine_tools["pulumi"].path, {**variables, "PATH": path})
    running.succeed("stack", "init", "dev")
    running.configure(chartRegistry=demo.registry, namespace="plain-pulumi")
    yield running
    if (tmp_path / "backend" / ".pulumi" / "history").exists():  # an update ran
        running.succeed("destroy", "--yes", "--skip-preview")
